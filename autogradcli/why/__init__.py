"""Why a gradient is what it is: the program run again and written down, and what a teacher would point at.

``lineage.py`` is the recording: where values left the history, the backward passes, what arrived at which leaf.
``flow.py`` are the numbers of one pass at every value on its way. ``lines.py`` knows the program's lines: what stands
there and what is called what. ``gradients.py`` answers for a leaf, ``errors.py`` for an error that ended the program,
``mending.py`` has the changes of a line that are tried.
"""
