"""``super()``: what the bases beyond a class give an object."""

from __future__ import annotations

from types import MethodType
from typing import Any

from .program_classes import NOTHING, OF_ALL, Kind, bound_member, find_member, is_visible


class Super:
    """``super()``: the members of an object that the bases beyond a class give it."""

    __slots__ = ("kind", "value")

    kind: Any
    value: Any

    def __init__(self, kind: Any, value: Any) -> None:
        """Raises TypeError if ``value`` is no instance of ``kind``."""
        if type(kind) is not Kind:
            raise TypeError(f"super() argument 1 must be a type, not {type(kind).__name__}")
        if not isinstance(value, kind):
            raise TypeError("super(type, obj): obj must be an instance or subtype of type")
        self.kind, self.value = kind, value

    def get(self, name: str) -> Any:
        member = find_member(type(self.value), name, self.kind) if is_visible(name) else NOTHING
        if member is not NOTHING:
            return bound_member(member, self.value)
        if name in OF_ALL:
            return MethodType(OF_ALL[name], self.value)
        raise AttributeError(f"'super' object has no attribute '{name}'", name=name, obj=self)

    def __repr__(self) -> str:
        return f"<super: {self.kind!r}, <{type(self.value).__name__} object>>"


Super.__name__ = Super.__qualname__ = "super"
Super.__module__ = "builtins"
