"""``typing.Protocol``: which members a protocol's class wants, and whether a value has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.callbacks import callee
from .class_kind import is_program_class, is_protocol, members_of
from .program_classes import NOTHING, member_of

#: What the body of a protocol's class has and no value needs.
_OF_THE_CLASS = frozenset({"__doc__", "__annotations__", "__init__", "__module__", "__slots__", "__hash__"})


def checkable(kind: Any) -> Any:
    """``@runtime_checkable``. Raises TypeError for what is no protocol."""
    if not is_protocol(kind):
        raise TypeError(f"@runtime_checkable can be only applied to protocol classes, got {kind!r}")
    type.__setattr__(kind, "_checkable", True)
    return kind


def _wanted(kind: Any) -> set[str]:
    """The members that a protocol wants. Raises TypeError for one that isn't ``@runtime_checkable``."""
    if not vars(kind).get("_checkable"):
        raise TypeError("Instance and class checks can only be used with @runtime_checkable protocols")
    wanted: set[str] = set()
    for base in kind.__mro__:
        if is_program_class(base) and is_protocol(base):
            wanted.update(members_of(base), members_of(base).get("__annotations__", ()))
    return wanted - _OF_THE_CLASS


def class_fits(kind: Any, given: type) -> bool:
    """``issubclass(given, kind)``. Raises TypeError as ``fits``."""
    wanted = _wanted(kind)
    return issubclass(given, kind) or all(member_of(given, name) is not NOTHING for name in wanted)


#: What a class is asked about those that don't derive from it and count as its subclasses.
_HOOK = "__subclasshook__"


def register(kind: Any, given: Any, /) -> Any:
    """``kind.register(given)``: from now on a class counts as a subclass of this one."""
    if not isinstance(given, type):
        raise TypeError("Can only register classes")
    for base in kind.__mro__:
        if is_program_class(base):
            type.__setattr__(base, "_virtual", tuple(dict.fromkeys((*vars(base).get("_virtual", ()), given))))
    return given


def counts_as(given: type, kind: Any) -> bool | None:
    """What a class says of one that needn't derive from it, by its hook or because that is registered; None where it
    says nothing."""
    hook = member_of(kind, _HOOK)
    if hook is not NOTHING:
        told = callee(hook.__func__)(kind, given) if type(hook) is classmethod else callee(hook)(given)
        if told is not NotImplemented:
            return bool(told)
    return True if issubclass(given, vars(kind).get("_virtual", ())) else None


def fits(kind: Any, value: Any, has: Callable[[Any, str], bool]) -> bool:
    """``isinstance(value, kind)``. Raises TypeError for a protocol that isn't ``@runtime_checkable``."""
    wanted = _wanted(kind)
    return isinstance(value, kind) or all(has(value, name) for name in wanted)
