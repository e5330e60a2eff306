"""``super()``: an object, or a class, by the members of the bases beyond one of its classes."""

from __future__ import annotations

from types import MethodType
from typing import Any

from ...engine.tensor import Tensor
from ...numerics.naming import shown_as
from .class_kind import Kind, is_visible, metaclass_of
from .class_lookup import bound_to_class, put_in_class, remove_from_class
from .object_methods import OF_ALL
from .program_classes import NOTHING, bound, member_of


def _is_under(value: Any, kind: Any) -> Any:
    return type(value) is Kind and issubclass(value, kind)


@shown_as("super")
class Super:
    """``super()``: the members that the bases beyond a class give an object, or in a class method the class."""

    __slots__ = ("kind", "value")

    kind: Any
    value: Any

    def __init__(self, kind: Any, value: Any) -> None:
        """Raises TypeError if ``value`` is no instance of ``kind``."""
        if type(kind) is not Kind:
            raise TypeError(f"super() argument 1 must be a type, not {type(kind).__name__}")
        meta = metaclass_of(value)
        of_metaclass = meta is not None and issubclass(meta, kind)
        if not (of_metaclass or _is_under(value, kind) or isinstance(value, kind)):
            raise TypeError("super(type, obj): obj must be an instance or subtype of type")
        self.kind, self.value = kind, value

    def get(self, name: str) -> Any:
        meta = metaclass_of(self.value)
        if meta is not None and issubclass(meta, self.kind) and not _is_under(self.value, self.kind):
            return self._of_metaclass(name, meta)
        of_class = _is_under(self.value, self.kind)
        kind: Any = self.value if of_class else type(self.value)
        member = member_of(kind, name, self.kind) if is_visible(name) else NOTHING
        if member is not NOTHING:
            return bound_to_class(member, kind) if of_class else bound(member, self.value)
        if not of_class and isinstance(self.value, Tensor):
            native = self.value._native(name)  # type: ignore[attr-defined]
            if native is not NOTHING:
                return native
        if name in OF_ALL:
            found = OF_ALL[name]
            return found.__func__ if type(found) is staticmethod else MethodType(found, self.value)
        raise AttributeError(f"'super' object has no attribute '{name}'", name=name, obj=self)

    def _of_metaclass(self, name: str, meta: Any) -> Any:
        """In a metaclass's method, whose first parameter is a class."""
        member = member_of(meta, name, self.kind) if is_visible(name) else NOTHING
        if member is not NOTHING:
            from .metaclasses import bound_to

            return bound_to(member, self.value, meta)
        if name == "__setattr__":
            return lambda name, new: put_in_class(self.value, name, new, True)
        if name == "__delattr__":
            return lambda name: remove_from_class(self.value, name, True)
        if name == "__repr__":
            return lambda: type.__repr__(self.value)
        if name == "__instancecheck__":
            return lambda value: isinstance(value, self.value)
        if name == "__subclasscheck__":
            return lambda kind: isinstance(kind, type) and issubclass(kind, self.value)
        raise AttributeError(f"'super' object has no attribute '{name}'", name=name, obj=self)

    def __repr__(self) -> str:
        return f"<super: {self.kind!r}, <{type(self.value).__name__} object>>"
