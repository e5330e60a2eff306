"""Modules that programs import, Python's own and NumPy, each as a closed table of names, loaded when a program asks.

What is in a table is written for the language: it takes the language's values, what it makes is charged to the budget,
and no object of Python's own comes out of it.
"""

from __future__ import annotations


def load(name: str) -> None:
    """Enter the names of a module into ``NAMESPACES``, if there is one of that name here."""
    match name:
        case "abc":
            from . import abc_module  # noqa: F401
        case "collections":
            from . import collections_module  # noqa: F401
        case "contextlib":
            from . import contextlib_module  # noqa: F401
        case "copy":
            from . import copy_module  # noqa: F401
        case "dataclasses":
            from . import dataclasses_module  # noqa: F401
        case "enum":
            from . import enum_module  # noqa: F401
        case "functools":
            from . import functools_module  # noqa: F401
        case "itertools":
            from . import itertools_module  # noqa: F401
        case "json":
            from . import json_module  # noqa: F401
        case "numpy":
            from . import numpy_module  # noqa: F401
        case "operator":
            from . import operator_module  # noqa: F401
        case "random":
            from . import random_module  # noqa: F401
        case "statistics":
            from . import statistics_module  # noqa: F401
        case "string":
            from . import string_module  # noqa: F401
        case "sys":
            from . import sys_module  # noqa: F401
        case "time":
            from . import time_module  # noqa: F401
        case "typing":
            from . import typing_module  # noqa: F401
        case "warnings":
            from . import warnings_module  # noqa: F401


#: Their names, for suggestions.
NAMES = (
    "abc", "collections", "contextlib", "copy", "dataclasses", "enum", "functools", "itertools", "json", "numpy",
    "operator", "random", "statistics", "string", "sys", "time", "typing", "warnings",
)  # fmt: skip
