"""Metaclasses of a program's: classes that derive from ``type``.

To Python the class of a program's class is ``Kind``, always. A metaclass is a class of members as any other, whose
objects are classes: each of these keeps its metaclass, and where a class is asked for what it hasn't itself, its
metaclass's members are bound to it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import MethodType
from typing import Any

from ...engine.callbacks import callee
from ...numerics.naming import shown_as
from .class_kind import METHODS, NOT_TOLD, Kind, Plain, is_program_class, is_visible, members_of, metaclass_of


@shown_as("type")
class MetaBase(Plain):
    """``type`` as a base: the members that metaclasses reach by ``super()`` and ``type``."""


class Maker:
    """``make(kind, name, bases, members, keywords)`` makes what ``type.__new__`` does; ``as_base(base)`` is what stands
    for a base, and ``subclass(bases, None, keywords)`` what makes a class of such. The language enters them."""

    __slots__ = ("as_base", "make", "subclass")

    make: Callable[[Any, str, tuple[Any, ...], dict[str, Any], dict[str, Any]], Any]
    as_base: Callable[[Any], Any]
    subclass: Callable[[list[Any], Any, dict[str, Any]], Any]


maker = Maker()


def member_of_metaclass(meta: Any, name: str) -> Any:
    """A member that a program gave a metaclass; NOT_TOLD where there is none."""
    for base in meta.__mro__:
        if is_program_class(base) and name in members_of(base):
            return members_of(base)[name]
    return NOT_TOLD


def bound_to(member: Any, kind: Any, meta: Any) -> Any:
    """A metaclass's member as a class has it."""
    if type(member) in METHODS:
        return MethodType(member, kind)
    if type(member) is staticmethod:
        return member.__func__
    if type(member) is classmethod:
        return MethodType(member.__func__, meta)
    return callee(member.fget)(kind) if type(member) is property else member


def from_metaclass(kind: Any, name: str) -> Any:
    """What a class has by its metaclass; NOT_TOLD where it hasn't."""
    meta = metaclass_of(kind)
    if meta is None or not is_visible(name):
        return NOT_TOLD
    found = member_of_metaclass(meta, name)
    if found is not NOT_TOLD:
        return bound_to(found, kind, meta)
    if not name.startswith("__"):
        found = member_of_metaclass(meta, "__getattr__")
        if found is not NOT_TOLD:
            return callee(found)(kind, name)
    return NOT_TOLD


def told_by(kind: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    """What a special method of a class's metaclass says of it; NOT_TOLD where there is none."""
    meta = metaclass_of(kind)
    found = NOT_TOLD if meta is None else member_of_metaclass(meta, name)
    return NOT_TOLD if found is NOT_TOLD else callee(bound_to(found, kind, meta))(*args, **kwargs)


def put_property_of_class(kind: Any, name: str, new: Any) -> bool:
    """Set a property that a class has by its metaclass; False where it has none of that name. Raises AttributeError
    for one without a setter."""
    meta = metaclass_of(kind)
    found = member_of_metaclass(meta, name)
    if type(found) is not property:
        return False
    if found.fset is None:
        raise AttributeError(f"property '{name}' of '{meta.__name__}' object has no setter")
    callee(found.fset)(kind, new)
    return True


def _new(mcs: Any, name: Any = None, bases: Any = None, members: Any = None, /, **keywords: Any) -> Any:
    """``type.__new__(mcs, name, bases, members)``: the class."""
    if type(name) is not str or type(bases) is not tuple or type(members) is not dict:
        raise TypeError("type.__new__() takes a name, a tuple of bases and a dict of members")
    if mcs is not type and not (type(mcs) is Kind and issubclass(mcs, MetaBase)):
        raise TypeError("type.__new__(X): X is not a subtype of type")
    return maker.make(mcs, name, bases, members, keywords)


def _init(kind: Any, *args: Any, **kwargs: Any) -> None:
    if len(args) != 3:
        raise TypeError(
            "type.__init__() takes exactly 1 or 3 arguments" if args else "type.__init__() takes 3 arguments"
        )


def _call(kind: Any, /, *args: Any, **kwargs: Any) -> Any:
    """``type.__call__(kind, ...)``: an object of the class."""
    if type(kind) is not Kind:
        raise TypeError("descriptor '__call__' requires a class of the program's own")
    if issubclass(kind, MetaBase):
        return call_metaclass(kind, *args, **kwargs)
    return kind(*args, **kwargs)


def call_metaclass(meta: Any, name: Any, bases: Any, members: Any, /, **keywords: Any) -> Any:
    """``Meta(name, bases, members)``: made by its ``__new__``, begun by its ``__init__``."""
    new = member_of_metaclass(meta, "__new__")
    function = _new if new is NOT_TOLD else callee(new.__func__)
    kind = function(meta, name, bases, members, **keywords)
    own = metaclass_of(kind)
    begin = NOT_TOLD if own is None or not issubclass(own, meta) else member_of_metaclass(own, "__init__")
    if begin is not NOT_TOLD:
        callee(begin)(kind, name, bases, members, **keywords)
    return kind


def called(kind: Any) -> Callable[..., Any]:
    """What a call of a metaclass, or of a class that has one, calls: its metaclass's ``__call__``, or itself."""
    meta = metaclass_of(kind)
    if meta is None:
        return partial(call_metaclass, kind)
    found = member_of_metaclass(meta, "__call__")
    call: Callable[..., Any] = kind if found is NOT_TOLD else callee(bound_to(found, kind, meta))
    return call


def is_instance(value: Any, kind: Any) -> Any:
    """``isinstance(value, kind)`` where metaclasses decide it; NOT_TOLD where none does."""
    told = told_by(kind, "__instancecheck__", value)
    if told is NOT_TOLD and issubclass(kind, MetaBase):
        own = metaclass_of(value)
        return own is not None and issubclass(own, kind)
    return told if told is NOT_TOLD else bool(told)


def _prepare(meta: Any, *args: Any, **keywords: Any) -> dict[str, Any]:
    return {}


#: What ``type`` has, for ``super()`` and by its own name.
OF_TYPE: dict[str, Any] = {
    "__instancecheck__": lambda kind, value: type(kind) is Kind and isinstance(value, kind),
    "__subclasscheck__": lambda kind, given: type(kind) is Kind and isinstance(given, type) and issubclass(given, kind),
    "__new__": staticmethod(_new), "__init__": _init, "__call__": _call, "__prepare__": staticmethod(_prepare),
}  # fmt: skip
members_of(MetaBase).update(OF_TYPE)


type.__setattr__(MetaBase, "_told_by", staticmethod(told_by))
type.__setattr__(MetaBase, "_makes_classes", True)
