"""How autograd works, in the order in which to read it.

    tensor       an array, the node that made it, a version counter
    leaves       where a tensor begins to require grad, and stops
    node         what made a tensor; the sink of a leaf; edges
    operation    declaring an operation: forward, rules, names, in one place
    parameters   what a declaration is read for: its parameters, and what its rules name
    record       applying one: promote, compute, make the node, keep what the rules name
    generate     the same as straight-line code, written on first use
    saved        what a node keeps, and the check that nobody changed it
    backward     the pass: nodes from the newest to the oldest, leaves as soon as they are complete
    accumulation what becomes of a gradient that has reached its leaf
    hooks        functions of the program that see gradients go by
    views        who shares memory with whom, and the history of a base that was changed through a view
    mirrors      conjugate and negative views, which share memory and show other numbers
    inplace      in-place operations out of out-of-place ones
    worlds       the namespaces in which a rule runs; the operations that the engine itself uses
    forward      tangents, pushed by the same rules
    custom       nodes that a program writes itself
    levels/      levels of ``torch.func``: tensors that wrap tensors, each level with what it does to operations
    inference    tensors that are never recorded
    modes state  recording on or off, inference, anomaly detection, hooks on what is saved
    anomaly      which line made a node, while anomaly detection is on
    lazy         tables that load their modules
    stops        what no program can catch

Element types, precision, random numbers and bounds lie below, in ``numerics/``.

The engine does no input or output and knows no operation by name: what it must know of one is declared with it, and
those that it uses itself are told to it (``worlds.roles``).
"""
