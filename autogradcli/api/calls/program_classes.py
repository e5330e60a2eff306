"""Objects with classes: modules, optimizers, and the classes that programs derive from them.

Their classes are made here and nowhere else (``Kind``), so that what a program can reach is closed: the *members*
of a class (its public methods, the special names of ``SPECIAL``, and what a program's class body bound) and the
attributes that an object itself holds. Lookup goes as Python's does: properties, the object's own attributes,
members along the bases, ``__getattr__``.

What a program binds stands in the table of members only, where nothing but the language looks. Python and NumPy look
into the Python class, by names of their own choosing (``__array_interface__``, ``dtype``): there stand, beside our own
methods, ``stand_ins`` alone, and only for names that our own classes have: so ``forward`` overridden by a program is
the one that our own code calls, and ``len(module)`` finds its ``__len__``.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

from ...engine.callbacks import callee
from ...engine.tensor import Tensor
from .class_kind import LABELS, SPECIAL, Raised, is_visible
from .class_kind import METHODS as METHODS
from .class_kind import Generic as Generic
from .class_kind import Kind as Kind
from .class_kind import Object as Object
from .class_kind import Plain as Plain
from .class_kind import enumerate_members as enumerate_members
from .class_kind import fields_of as fields_of
from .class_kind import is_enumeration as is_enumeration
from .class_kind import is_program_class as is_program_class
from .class_kind import members_of as members_of
from .class_kind import with_mixin as with_mixin
from .stand_ins import dispatchers, of_descriptor, of_method

#: Members that an object computes, once: ``member.of(value)``.
COMPUTED: set[type] = set()

NOTHING = object()


def derive(
    bases: tuple[type, ...],
    name: str,
    members: dict[str, Any],
    keywords: dict[str, Any] | None = None,
    meta: Any = None,
) -> Kind:
    """The class that ``class name(*bases, **keywords): members`` makes; a base is a ``Kind`` or an error of Python's.
    ``meta`` is its metaclass, where that is a program's.

    A base's ``__init_subclass__`` is told of it. Raises TypeError for a special method that has no part in the
    language, in a class that has no base of ours, and for bases that don't go together.
    """
    error = next((number for number, base in enumerate(bases) if type(base) is not Kind), None)
    if error is not None:
        bases = (*bases[:error], Raised, *bases[error:])
    if all(issubclass(base, Plain | BaseException) for base in bases):
        for member, value in members.items():
            if not is_visible(member) and type(value) in METHODS:
                raise TypeError(f"a class can't define {member} here")
    of_tensors = any(issubclass(base, Tensor) for base in bases)
    names: dict[str, Any] = {"__module__": "__main__", "__members__": {}}
    if of_tensors:  # laid out as tensors are, so that one can become one
        other = next((base for base in bases if not issubclass(base, Tensor)), None)
        if other is not None:
            raise TypeError(
                f"a class of tensors can't derive from {other.__name__!r}, too, here: write its members anew"
            )
        names["__slots__"] = ()
    kind = Kind(name, bases, names)
    if meta is not None:
        type.__setattr__(kind, "_metaclass", meta)
    for member, value in members.items():
        if is_visible(member):
            bind(kind, member, value)
    if "__eq__" in members and "__hash__" not in members:
        bind(kind, "__hash__", None)
    if not of_tensors:
        _keep_slots(kind, bases, members)
    if issubclass(kind, Object) or of_tensors:
        kind._complete(members)  # type: ignore[attr-defined]
    for member, value in members.items():
        if type(type(value)) is Kind and defines(type(value), "__set_name__"):
            special(value, "__set_name__")(kind, member)
    told = member_of(kind, "__init_subclass__", kind)
    if told is not NOTHING:
        callee(told.__func__ if type(told) is classmethod else told)(kind, **(keywords or {}))
    elif keywords:
        raise TypeError(f"{name}.__init_subclass__() takes no keyword arguments")
    return kind


def _keep_slots(kind: Kind, bases: tuple[type, ...], members: dict[str, Any]) -> None:
    """``__slots__``: objects of the class have no other attributes, where no base lets them have any."""
    given = members.get("__slots__")
    slotted = all(base is Plain or "_slots" in vars(base) for base in bases)
    if given is not None and slotted:
        names = {given} if type(given) is str else set(given)
        if both := next((each for each in names if each in members), None):
            raise ValueError(f"{both!r} in __slots__ conflicts with class variable")
        names.update(*(vars(base).get("_slots", ()) for base in kind.__mro__))
        type.__setattr__(kind, "_slots", frozenset(names))
    elif not any("_slots" in vars(base) for base in kind.__mro__):
        return
    if "__setattr__" not in members:
        kept = given is not None and slotted
        type.__setattr__(kind, "__setattr__", _put_in_slot if kept else object.__setattr__)


def is_slotted(kind: type) -> bool:
    """Whether objects of a class have the attributes that its ``__slots__`` name, and no dict of them."""
    return getattr(kind, "__setattr__", None) is _put_in_slot


def _put_in_slot(value: Any, name: str, new: Any) -> None:
    if name not in type(value)._slots and property_of(type(value), name) is None:
        raise AttributeError(f"'{type(value).__name__}' object has no attribute '{name}'", name=name, obj=value)
    object.__setattr__(value, name, new)


def bind(kind: Kind, name: str, value: Any) -> None:
    """Enter a member into a program's class."""
    if name == "__new__" and type(value) in METHODS:
        value = staticmethod(value)
    kind.__members__[name] = _plain(value)
    if name in SPECIAL:
        if name == "__new__":
            type.__setattr__(kind, name, _new)
        elif name in _OF_FIELDS and issubclass(kind, Tensor):
            return  # the engine sets what it keeps there
        elif name in _DISPATCHERS:
            # None says that there is none, as of objects that compare equal and are not to be hashed.
            type.__setattr__(kind, name, None if value is None else _DISPATCHERS[name])
    elif _is_ours(kind, name):
        type.__setattr__(kind, name, _stand_in(value))


def _new(kind: Any, /, *args: Any, **kwargs: Any) -> Any:
    """What Python finds as a class's ``__new__``: the program's own makes the object."""
    return callee(member_of(kind, "__new__").__func__)(kind, *args, **kwargs)


def unbind(kind: Kind, name: str) -> None:
    """Take a member out of a program's class."""
    del kind.__members__[name]
    if name in vars(kind):
        type.__delattr__(kind, name)
    if issubclass(kind, Object):
        kind._changed()


def _is_ours(kind: type, name: str) -> bool:
    """Whether one of our own classes, from which this one descends, has a method of that name."""
    for base in kind.__mro__:
        if not is_program_class(base):
            own = vars(base).get("__members__", ())
            if name in own and not isinstance(own[name], (str, int)):
                return True
    return False


def _plain(value: Any) -> Any:
    """A member as programs have it: what is called is called as the language calls it."""
    kind = type(value)
    if kind is staticmethod or kind is classmethod:
        return kind(callee(value.__func__))
    if kind is property:
        return property(callee(value.fget), callee(value.fset), callee(value.fdel))
    return value


def _stand_in(value: Any) -> Any:
    """What our own code finds under the name: a program's function binds as Python's do, a class does not."""
    kind = type(value)
    if kind in METHODS:
        return of_method(value)
    if kind is staticmethod or kind is classmethod or kind is property:
        return of_descriptor(_plain(value))
    return staticmethod(_called_later(value)) if isinstance(value, type) else value


def _called_later(kind: type) -> Callable[..., Any]:
    """A class under a method's name; one that can't be called says so when it is."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return callee(kind)(*args, **kwargs)

    return call


def member_of(kind: type, name: str, after: type | None = None) -> Any:
    """A member along the bases, unbound; NOTHING if there is none. With ``after``, of the bases beyond that one."""
    mro = kind.__mro__
    if after is not None:
        mro = mro[mro.index(after) + 1 :]
    for base in mro:
        members = vars(base).get("__members__")
        if members is not None and name in members:
            return members[name]
    return NOTHING


def bound(member: Any, value: Any) -> Any:
    """A member as an object has it."""
    kind = type(member)
    if kind in METHODS:
        return MethodType(member, value)
    if kind is staticmethod:
        return member.__func__
    if kind is classmethod:
        return MethodType(member.__func__, type(value))
    if kind is property:
        return member.fget(value)
    if type(kind) is Kind and member_of(kind, "__get__") is not NOTHING:
        return special(member, "__get__")(value, type(value))
    return member.of(value) if kind in COMPUTED else member


def _is_data(member: Any) -> bool:
    """Whether a member stands before what an object itself holds: a property, or an object that is told of writing."""
    kind = type(member)
    return kind is property or (type(kind) is Kind and (defines(kind, "__set__") or defines(kind, "__delete__")))


def told_of(value: Any, name: str, method: str) -> Any:
    """The method of a descriptor that is to be told of ``value.name = new`` or ``del value.name``; None for none."""
    member = member_of(type(value), name)
    kind = type(member)
    return special(member, method) if type(kind) is Kind and defines(kind, method) else None


def special(value: Any, name: str) -> Callable[..., Any]:
    """The special method of an object, bound: what the dispatchers in Python's classes call."""
    found: Callable[..., Any] = callee(bound(member_of(type(value), name), value))
    return found


_DISPATCHERS = dispatchers(special)
#: What Python asks for whatever is set, and the language alone where objects are tensors.
_OF_FIELDS = ("__setattr__", "__delattr__")


def defines(kind: type, name: str) -> bool:
    """Whether a class, or one of its bases, has a member of that name."""
    return member_of(kind, name) is not NOTHING


def get(value: Any, name: str) -> Any:
    """``value.name`` of an object. Raises AttributeError."""
    kind = type(value)
    member = member_of(kind, name) if is_visible(name) else NOTHING
    own = vars(value)
    if name in own and (is_visible(name) or name in LABELS) and not _is_data(member):
        return own[name]
    if type(member) is property and member_of(kind, "__getattr__") is not NOTHING:
        try:
            return bound(member, value)
        except AttributeError:  # out of a property: as Python, ask ``__getattr__`` then
            return special(value, "__getattr__")(name)
    if member is not NOTHING:
        return bound(member, value)
    if name == "__class__":
        return kind
    if issubclass(kind, Tensor) and (native := value._native(name)) is not NOTHING:
        return native
    if not name.startswith("__") and member_of(kind, "__getattr__") is not NOTHING:
        return special(value, "__getattr__")(name)
    raise AttributeError(f"'{kind.__name__}' object has no attribute '{name}'", name=name, obj=value)


def program_member(value: Any, name: str) -> Any:
    """What a program's own class has under a name, as its object has it; NOTHING where none does."""
    for base in type(value).__mro__:
        if is_program_class(base) and name in base.__dict__["__members__"]:
            return bound(base.__dict__["__members__"][name], value)
    return NOTHING


def has(value: Any, name: str) -> bool:
    try:
        get(value, name)
    except AttributeError:
        return False
    return True


def property_of(kind: type, name: str) -> property | None:
    """The property of that name among the members, if it is one."""
    member = member_of(kind, name)
    return member if type(member) is property else None


def put(value: Any, name: str, new: Any) -> None:
    """``value.name = new``. Raises AttributeError for special names and properties that can't be set."""
    refuse_special(value, name)
    kind = type(value)
    if issubclass(kind, Tensor):
        value._put(name, new)
        return
    if isinstance(new, type) and _names_a_method(kind, name):
        new = callee(new)  # our own code calls what has the name of a method
    found = property_of(kind, name)
    way = member_of(kind, "__setattr__")
    if found is not None and way is NOTHING:
        put_property(found, value, name, new)
    elif (way is NOTHING or type(way) is FunctionType) and (told := told_of(value, name, "__set__")) is not None:
        told(value, new)
    else:
        setattr(value, name, new)


def put_property(found: property, value: Any, name: str, new: Any) -> None:
    """Set a property. Raises AttributeError for one without a setter."""
    if found.fset is None:
        raise AttributeError(f"property '{name}' of '{type(value).__name__}' object has no setter")
    found.fset(value, new)


def _names_a_method(kind: type, name: str) -> bool:
    """Whether functions of ours or the program's stand under the name, private ones too."""
    return type(member_of(kind, name)) in METHODS or any(type(vars(base).get(name)) in METHODS for base in kind.__mro__)


def remove(value: Any, name: str) -> None:
    """``del value.name``. Raises AttributeError."""
    refuse_special(value, name)
    if (told := told_of(value, name, "__delete__")) is not None:
        told(value)
        return
    if isinstance(value, Tensor):
        value._remove(name)  # type: ignore[attr-defined]
        return
    found = property_of(type(value), name)
    if found is None or any(name in vars(value).get(group, ()) for group in ("_parameters", "_buffers", "_modules")):
        delattr(value, name)
    elif found.fdel is None:
        raise AttributeError(f"property '{name}' of '{type(value).__name__}' object has no deleter")
    else:
        found.fdel(value)


def refuse_special(value: Any, name: str) -> None:
    if name.startswith("__") and not (name in LABELS and isinstance(value, Plain)):
        raise AttributeError(f"attribute '{name}' of '{type(value).__name__}' objects is not writable")
