"""``Kind.name``: what a class has under a name, and what a program puts there."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

from .class_kind import NOT_TOLD, Kind, Object, is_enumeration, is_program_class, is_visible, members_of, metaclass_of
from .object_methods import OF_ALL
from .program_classes import NOTHING, bind, defines, member_of, special, unbind

#: What a class says of the classes that it derives from.
CLASS_ORDER = ("__mro__", "__bases__", "__base__", "mro")


def get_of_class(kind: Kind, name: str) -> Any:
    """``Kind.name``. Raises AttributeError."""
    if name in ("__name__", "__qualname__"):
        return kind.__name__
    meta = metaclass_of(kind)
    if name == "__class__":
        return type if meta is None else meta
    if meta is not None and type(member_of(meta, name)) is property:
        return member_of(meta, name).fget(kind)
    if name == "__module__":
        return kind.__module__
    if name == "__annotations__":
        found = members_of(kind).get(name, {})
        return found.meaning() if hasattr(found, "meaning") else dict(found)
    if name in CLASS_ORDER and not defines(kind, name):
        from .class_order import order_of

        return order_of(kind, name)
    if name == "__members__" and is_enumeration(kind):
        own: type = kind
        return {each: member for each, member in members_of(kind).items() if type(member) is own}
    member = member_of(kind, name) if is_visible(name) else NOTHING
    if member is NOTHING and name in OF_ALL:
        return getattr(OF_ALL[name], "__func__", OF_ALL[name])
    if member is NOTHING and meta is not None:
        from .metaclasses import from_metaclass

        told = from_metaclass(kind, name)
        if told is not NOT_TOLD:
            return told
    if member is NOTHING:
        raise AttributeError(f"type object '{kind.__name__}' has no attribute '{name}'", name=name, obj=kind)
    if name in _of_class(kind) and type(member) is property and type(member.fget) is FunctionType:
        try:
            return member.fget(kind)
        except (AttributeError, TypeError, NotImplementedError):  # it follows from what an object holds
            return member
    return bound_to_class(member, kind)


def _of_class(kind: Kind) -> tuple[str, ...]:
    """The properties of ours that a class has, too, where they are the same for all its objects."""
    return kind._of_class if issubclass(kind, Object) else ()


def bound_to_class(member: Any, kind: Kind) -> Any:
    """A member as a class has it."""
    if type(type(member)) is Kind and defines(type(member), "__get__"):
        return special(member, "__get__")(None, kind)
    if type(member) is staticmethod:
        return member.__func__
    if type(member) is FunctionType:
        return _of_objects(kind, member)
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


def put_in_class(kind: Kind, name: str, new: Any, plainly: bool = False) -> None:
    """``Kind.name = new``, with ``plainly`` past its metaclass. Raises TypeError for a class that is not the program's
    own."""
    if metaclass_of(kind) is not None:
        from .metaclasses import put_property_of_class, told_by

        if not plainly and told_by(kind, "__setattr__", name, new) is not NOT_TOLD:
            return
        if put_property_of_class(kind, name, new):
            return
    if not is_program_class(kind):
        raise TypeError(f"cannot set '{name}' attribute of immutable type '{kind.__name__}'")
    if not is_visible(name):
        raise AttributeError(f"attribute '{name}' of a class is not writable")
    if name in vars(kind).get("_enumerated", ()):
        raise AttributeError(f"cannot reassign member {name!r}")
    bind(kind, name, new)
    if issubclass(kind, Object):
        kind._changed()


def remove_from_class(kind: Kind, name: str, plainly: bool = False) -> None:
    """``del Kind.name``, with ``plainly`` past its metaclass. Raises AttributeError for what it hasn't itself."""
    if not plainly and metaclass_of(kind) is not None:
        from .metaclasses import told_by

        if told_by(kind, "__delattr__", name) is not NOT_TOLD:
            return
    if not is_program_class(kind):
        raise TypeError(f"cannot set '{name}' attribute of immutable type '{kind.__name__}'")
    if name not in members_of(kind) or not is_visible(name):
        raise AttributeError(f"type object '{kind.__name__}' has no attribute '{name}'", name=name, obj=kind)
    if is_enumeration(kind):
        raise AttributeError(f"type object '{kind.__name__}' has members that can't be deleted here")
    unbind(kind, name)
