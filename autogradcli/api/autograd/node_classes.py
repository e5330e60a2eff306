"""``torch._C._functions``: the classes of nodes by their names, for ``isinstance(x.grad_fn, ...)``.

A node of any operation that shows a name counts as one of the class of that name.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ...engine.lazy import loader
from ...engine.node import AccumulateGrad, Node
from ...engine.operation import OPERATIONS
from ...engine.views import CopySlices
from ..calls.registry import FURTHER, namespace


class _ByName(type):
    """The type of such a class: every node of its name counts as an instance."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Node) and type(instance).__name__ == cls.__name__


type.__setattr__(_ByName, "__name__", "type")

#: What has no declaration: the sinks of leaves, views that changed, errors.
_OTHERS = {"AccumulateGrad": AccumulateGrad, "CopySlices": CopySlices}
_NAMED = ("CopyBackwards", "Error", "DelayedError", "NotImplemented", "UndefinedGrad")


@cache
def _names() -> frozenset[str]:
    loader.load_all()
    return frozenset(op.node_name for op in OPERATIONS.values()) | set(_NAMED)


@cache
def node_class(name: str) -> type | None:
    """The class of nodes of a name; None where no operation has such nodes."""
    if name in _OTHERS:
        return _OTHERS[name]
    if name not in _NAMED and ("Backward" not in name or name not in _names()):
        return None
    return _ByName(name, (Node,), {"__slots__": (), "__module__": "builtins"})


namespace("torch._C._functions")
FURTHER["torch._C._functions"] = node_class
