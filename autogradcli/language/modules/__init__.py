"""Modules of Python's own that programs import, each as a closed table of its names, loaded when a program asks.

What is in a table is written for the language: it takes the language's values, what it makes is charged to the budget,
and no object of Python's own comes out of it.
"""

from __future__ import annotations


def load(name: str) -> None:
    """Enter the names of a module into ``NAMESPACES``, if there is one of that name here."""
    match name:
        case "dataclasses":
            from . import data_classes  # noqa: F401


#: Their names, for suggestions.
NAMES = ("dataclasses",)
