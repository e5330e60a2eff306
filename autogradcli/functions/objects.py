"""Objects with classes: modules, optimizers, and the classes that programs derive from them.

Their classes are made here and nowhere else (``Kind``), so that what a program can reach is closed: the *members*
of a class (its public methods, the special methods of ``SPECIAL``, and what a program's class body bound) and the
attributes that an object itself holds. Lookup goes as Python's does: properties, the object's own attributes,
members along the bases, ``__getattr__``. A program's function that is a member stands under the same name in the
Python class, so that ``forward`` overridden by a program is the one that our own code calls.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

from ..engine.callbacks import callee
from ..engine.modes import Decorated
from ..engine.naming import shown_as

#: The special methods that a class may have: all others a program can neither define nor reach.
SPECIAL = frozenset(
    {
        "__init__", "__call__", "__repr__", "__str__", "__len__", "__getitem__", "__setitem__", "__delitem__",
        "__iter__", "__contains__", "__getattr__", "__setattr__", "__add__", "__iadd__", "__enter__", "__exit__",
        "__dir__",
    }
)  # fmt: skip

#: What a program's function in a class body is; the language enters its own kind of function.
METHODS: set[type] = {FunctionType, Decorated}

_NOTHING = object()


def _visible(name: str) -> bool:
    return name in SPECIAL or not name.startswith("__")


@shown_as("type")
class Kind(type):
    """The class of classes. ``__members__`` has what programs see of one, without its bases'."""

    def __new__(mcs, name: str, bases: tuple[type, ...], names: dict[str, Any], **options: Any) -> Kind:
        kind = super().__new__(mcs, name, bases, names)
        if "__members__" not in names:
            members = {n: v for n, v in names.items() if n in SPECIAL or not n.startswith("_")}
            type.__setattr__(kind, "__members__", members)
        return kind


class Object(metaclass=Kind):
    """The base of all of them."""


def derive(base: Kind, name: str, members: dict[str, Any]) -> Kind:
    """The class that ``class name(base): members`` makes."""
    names: dict[str, Any] = {"__module__": "__main__", "__members__": {}}
    for member, value in members.items():
        if _visible(member):
            names["__members__"][member] = _plain(value)
            names[member] = _installed(value)
    return Kind(name, (base,), names)


def _plain(value: Any) -> Any:
    """A member as programs have it: where a class stands for a function, it is called as the language calls it."""
    kind = type(value)
    if kind is staticmethod or kind is classmethod:
        return kind(callee(value.__func__))
    if kind is property:
        return property(callee(value.fget), callee(value.fset), callee(value.fdel))
    return value


def _installed(value: Any) -> Any:
    """A member as it stands in the Python class: a program's function binds as Python's do, a class does not."""
    if isinstance(value, type):
        return staticmethod(_standing_in(value))
    if type(value) not in METHODS or type(value) is FunctionType:
        return _plain(value)

    def method(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        return value(self, *args, **kwargs)

    return method


def _standing_in(kind: type) -> Callable[..., Any]:
    """What our own code calls where a class is a member under a method's name; what can't be called says so then."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return callee(kind)(*args, **kwargs)

    return call


def _member(kind: type, name: str, after: type | None = None) -> Any:
    """A member along the bases, unbound; _NOTHING if there is none. With ``after``, of the bases beyond that one."""
    mro = kind.__mro__
    if after is not None:
        mro = mro[mro.index(after) + 1 :]
    for base in mro:
        members = vars(base).get("__members__")
        if members is not None and name in members:
            return members[name]
    return _NOTHING


def _bound(member: Any, value: Any) -> Any:
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
    return member


def get(value: Any, name: str) -> Any:
    """``value.name`` of an object. Raises AttributeError."""
    kind = type(value)
    member = _member(kind, name) if _visible(name) else _NOTHING
    own = vars(value)
    if name in own and type(member) is not property and _visible(name):
        return own[name]
    if member is not _NOTHING:
        return _bound(member, value)
    if name == "__class__":
        return kind
    fallback: Callable[[Any, str], Any] | None = vars_along(kind, "__getattr__")
    if fallback is not None and not name.startswith("__"):
        return fallback(value, name)
    raise AttributeError(f"'{kind.__name__}' object has no attribute '{name}'", name=name, obj=value)


def vars_along(kind: type, name: str) -> Any:
    for base in kind.__mro__:
        if name in vars(base):
            return vars(base)[name]
    return None


def put(value: Any, name: str, new: Any) -> None:
    """``value.name = new``. Raises AttributeError for special names and properties that can't be set."""
    _refuse_special(value, name)
    if isinstance(new, type) and type(_member(type(value), name)) in METHODS:
        new = callee(new)  # our own code calls what has the name of a method
    setattr(value, name, new)


def remove(value: Any, name: str) -> None:
    """``del value.name``. Raises AttributeError."""
    _refuse_special(value, name)
    delattr(value, name)


def _refuse_special(value: Any, name: str) -> None:
    if name.startswith("__"):
        raise AttributeError(f"attribute '{name}' of '{type(value).__name__}' objects is not writable")


def get_of_class(kind: Kind, name: str) -> Any:
    """``Kind.name``. Raises AttributeError."""
    if name in ("__name__", "__qualname__"):
        return kind.__name__
    if name == "__module__":
        return kind.__module__
    member = _member(kind, name) if _visible(name) else _NOTHING
    if member is _NOTHING:
        raise AttributeError(f"type object '{kind.__name__}' has no attribute '{name}'", name=name, obj=kind)
    if type(member) is staticmethod:
        return member.__func__
    return MethodType(member.__func__, kind) if type(member) is classmethod else member


def put_in_class(kind: Kind, name: str, new: Any) -> None:
    """``Kind.name = new``. Raises TypeError for a class that is not the program's own."""
    if kind.__module__ != "__main__":
        raise TypeError(f"cannot set '{name}' attribute of immutable type '{kind.__name__}'")
    if not _visible(name):
        raise AttributeError(f"attribute '{name}' of a class is not writable")
    vars(kind)["__members__"][name] = _plain(new)
    type.__setattr__(kind, name, _installed(new))


def names_of(value: Any) -> list[str]:
    """What an object, or a class, has: for completion."""
    kind = value if type(value) is Kind else type(value)
    found = {name for base in kind.__mro__ for name in vars(base).get("__members__", ())}
    if kind is not value:
        found.update(vars(value), *(vars(value).get(group, ()) for group in ("_parameters", "_buffers", "_modules")))
    return sorted(name for name in found if not name.startswith("_"))


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
        member = _member(type(self.value), name, self.kind) if _visible(name) else _NOTHING
        if member is not _NOTHING:
            return _bound(member, self.value)
        raise AttributeError(f"'super' object has no attribute '{name}'", name=name, obj=self)

    def __repr__(self) -> str:
        return f"<super: {self.kind!r}, <{type(self.value).__name__} object>>"


Super.__name__ = Super.__qualname__ = "super"
Super.__module__ = "builtins"
