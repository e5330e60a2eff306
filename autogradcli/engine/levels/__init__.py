"""Levels of ``torch.func``: what an operation does inside of ``grad``, ``jvp`` and ``vmap``.

base      a level, and what it adds to a tensor; the innermost level of an operation's operands
lifted    what ``grad`` and ``jvp`` have in common: the tensor inside is the whole value
grad      operations are recorded in the level's own graph
jvp       operations push the level's own tangents
vmap      operations run for all rows
"""
