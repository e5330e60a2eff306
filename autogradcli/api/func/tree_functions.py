"""``torch.utils._pytree``: functions over the leaves of nested tuples, lists and dicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...numerics.limits import counted
from ..calls.argument_types import Value
from ..calls.overloads import PLACES
from ..calls.python_function import define_python
from .pytree import flatten
from .pytree import tree_map as mapped

Function = Callable[..., Any]
PLACES["pytree"] = ("torch.utils._pytree", "")


def tree_map(func: Function, tree: Value) -> Any:
    """The same structure with what a function makes of each leaf."""
    return mapped(func, tree)


def tree_leaves(tree: Value) -> Any:
    """The leaves of a nested value in order."""
    return list(counted(flatten(tree)[0]))


for _function in (tree_map, tree_leaves):
    define_python(_function.__name__, _function, into="pytree")
