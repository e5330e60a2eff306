"""What a class itself has: members taken off it, and the objects of a class whose objects are a few named ones."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

from .program_classes import NOTHING, OF_ALL, Kind, bind, find_member, is_program_class, is_visible


def get_of_class(kind: Kind, name: str) -> Any:
    """``Kind.name``. Raises AttributeError."""
    if name in ("__name__", "__qualname__"):
        return kind.__name__
    if name == "__module__":
        return kind.__module__
    if name == "__members__" and kind.__named__ is not None:
        return dict(kind.__named__)
    member = find_member(kind, name) if is_visible(name) else NOTHING
    if member is NOTHING and name in OF_ALL:
        return OF_ALL[name]
    if member is NOTHING:
        raise AttributeError(f"type object '{kind.__name__}' has no attribute '{name}'", name=name, obj=kind)
    if type(member) is staticmethod:
        return member.__func__
    if type(member) is FunctionType:
        return _of_objects(kind, member)
    if type(member) is property and name in kind.__fixed__ and type(member.fget) is FunctionType:
        try:
            return member.fget(None)
        except (AttributeError, NotImplementedError):  # it depends on the object, or a subclass has it
            return member
    return MethodType(member.__func__, kind) if type(member) is classmethod else member


#: Our own methods as they are taken off their classes, each made once.
_UNBOUND: dict[FunctionType, Callable[..., Any]] = {}


def _of_objects(kind: type, function: FunctionType) -> Callable[..., Any]:
    """``nn.Module.train``, to be called with a module: our own method trusts that its first argument is one."""
    found = _UNBOUND.get(function)
    if found is not None:
        return found
    home = next(base for base in reversed(kind.__mro__) if function in vars(base).get("__members__", {}).values())

    def method(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(self, home):
            name, given = function.__name__, type(self).__name__
            raise TypeError(f"descriptor '{name}' for '{home.__name__}' objects doesn't apply to a '{given}' object")
        return function(self, *args, **kwargs)

    method.__name__, method.__qualname__, method.__doc__ = function.__name__, function.__qualname__, function.__doc__
    method.__dict__["__wrapped__"] = function  # whose parameters help shows
    _UNBOUND[function] = method
    return method


def put_in_class(kind: Kind, name: str, new: Any) -> None:
    """``Kind.name = new``. Raises TypeError for a class that is not the program's own."""
    if not is_program_class(kind):
        raise TypeError(f"cannot set '{name}' attribute of immutable type '{kind.__name__}'")
    if not is_visible(name):
        raise AttributeError(f"attribute '{name}' of a class is not writable")
    if kind.__named__ is not None and name in kind.__named__:
        raise AttributeError(f"cannot reassign member '{name}'")
    bind(kind, name, new)


def member_of_value(kind: Kind) -> Callable[[Any], Any]:
    """``Color(1)`` of a class with members. The function raises ValueError for a value that none has."""

    def find(value: Any) -> Any:
        named = kind.__named__ or {}
        for each in named.values():
            if value is each or value is each.value or (type(value) is not Kind and each.value == value):
                return each
        raise ValueError(f"{value!r} is not a valid {kind.__name__}")

    return find
