"""A gradient calculator for the terminal, in PyTorch's language and with its semantics, over NumPy.

Nothing is imported here: the version is to be had without the cost of the rest.
"""

__version__ = "0.1.0"
