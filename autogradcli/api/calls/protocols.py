"""``typing.Protocol``: which members a protocol's class wants, and whether a value has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .class_kind import is_program_class, is_protocol, members_of

#: What the body of a protocol's class has and no value needs.
_OF_THE_CLASS = frozenset({"__doc__", "__annotations__", "__init__", "__module__", "__slots__", "__hash__"})


def checkable(kind: Any) -> Any:
    """``@runtime_checkable``. Raises TypeError for what is no protocol."""
    if not is_protocol(kind):
        raise TypeError(f"@runtime_checkable can be only applied to protocol classes, got {kind!r}")
    type.__setattr__(kind, "_checkable", True)
    return kind


def fits(kind: Any, value: Any, has: Callable[[Any, str], bool]) -> bool:
    """``isinstance(value, kind)``. Raises TypeError for a protocol that isn't ``@runtime_checkable``."""
    if not vars(kind).get("_checkable"):
        raise TypeError("Instance and class checks can only be used with @runtime_checkable protocols")
    wanted: set[str] = set()
    for base in kind.__mro__:
        if is_program_class(base) and is_protocol(base):
            wanted.update(members_of(base), members_of(base).get("__annotations__", ()))
    return isinstance(value, kind) or all(has(value, name) for name in wanted - _OF_THE_CLASS)
