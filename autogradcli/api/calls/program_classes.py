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

from collections.abc import Callable, Iterator
from types import FunctionType, MethodType
from typing import Any

from ...engine.callbacks import callee
from ...engine.modes import Decorated
from ...numerics.naming import shown_as
from .stand_ins import CALLED_BY_PYTHON, dispatchers, of_descriptor, of_method

#: What the language alone looks up, never Python by itself.
_LOOKED_UP = {
    "__getattr__", "__enter__", "__exit__", "__dir__", "__post_init__", "__match_args__", "__annotations__",
    "__dataclass_fields__", "__doc__",
}  # fmt: skip

#: The special names that a class may have: all others a program can neither define nor reach.
SPECIAL = frozenset({*CALLED_BY_PYTHON, *_LOOKED_UP})

#: What a program's function in a class body is; the language enters its own kind of function.
METHODS: set[type] = {FunctionType, Decorated}

NOTHING = object()

_NO_ARGUMENTS = "object.__init__() takes exactly one argument (the instance to initialize)"


def is_visible(name: str) -> bool:
    return name in SPECIAL or not name.startswith("__")


#: What of our own classes' bodies programs see: methods and plain values, none that they could change for everyone.
_SHARED = (FunctionType, staticmethod, classmethod, property, str, int)


def _is_shared(name: str, value: Any) -> bool:
    public = name in SPECIAL or not name.startswith("_") or name == "_get_name"
    return public and isinstance(value, _SHARED)


@shown_as("type")
class Kind(type):
    """The class of classes. ``__members__`` has what programs see of one, without its bases'."""

    __members__: dict[str, Any]

    #: Properties that are the same of all objects, and the class's as well: written as properties, they are made when
    #: they are asked for.
    __fixed__: frozenset[str] = frozenset()

    #: name -> object, of a class whose objects are these alone.
    __named__: dict[str, Any] | None = None

    #: What is done with a class that derives from this one and the members of its body.
    __made__: Callable[[Any, dict[str, Any]], None] | None = None

    #: Classes of Python's that may stand beside this one as bases -> the class of ours that stands for both.
    __mixed__: dict[type, Any] = {}  # noqa: RUF012

    def __new__(mcs, name: str, bases: tuple[type, ...], names: dict[str, Any], **options: Any) -> Kind:
        kind = super().__new__(mcs, name, bases, names)
        if "__members__" not in names:
            members = {name: value for name, value in names.items() if _is_shared(name, value)}
            type.__setattr__(kind, "__members__", members)
        return kind

    def mro(cls) -> list[type]:
        """Python's order of the bases, but ``Plain``, which is ``object`` to programs, comes last among ours."""
        order = super().mro()
        plain = [kind for kind in order[1:] if "__is_plain__" in vars(kind)]
        if plain:
            order.remove(plain[0])
            order.insert(len(order) - 1, plain[0])
        return order

    # What a class with members (``Enum``) does itself. Any other is no container.

    def _enumerated(cls, what: str) -> dict[str, Any]:
        if cls.__named__ is None:
            raise TypeError(what)
        return cls.__named__

    def __iter__(cls) -> Iterator[Any]:
        return iter(dict.fromkeys(cls._enumerated("'type' object is not iterable").values()))

    def __len__(cls) -> int:
        return len(set(cls._enumerated("object of type 'type' has no len()").values()))

    def __contains__(cls, value: Any) -> bool:
        return any(value is each for each in cls._enumerated("argument of type 'type' is not iterable").values())

    def __getitem__(cls, name: Any) -> Any:
        return cls._enumerated(f"type '{cls.__name__}' is not subscriptable")[name]

    def __bool__(cls) -> bool:
        return True

    def __repr__(cls) -> str:
        return super().__repr__() if cls.__named__ is None else f"<enum '{cls.__name__}'>"


class Object(metaclass=Kind):
    """The base of all of them."""


@shown_as("object")
class Plain(Object):
    """The base of a class that names none."""

    __is_plain__ = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args or kwargs:
            if find_member(type(self), "__init__") is not Plain.__init__:  # called by one of the program's own
                raise TypeError(_NO_ARGUMENTS)
            raise TypeError(f"{type(self).__name__}() takes no arguments")


class Raised(Exception, metaclass=Kind):
    """The base of a program's own errors, beside the error of Python's that it names as a base."""

    def __init__(self, *args: Any) -> None:
        BaseException.__init__(self, *args)

    @property
    def args(self) -> Any:
        return _ARGS.__get__(self)

    @args.setter
    def args(self, values: Any) -> None:
        _ARGS.__set__(self, values)


_ARGS: Any = vars(BaseException)["args"]


def derive(bases: tuple[type, ...], name: str, members: dict[str, Any]) -> Kind:
    """The class that ``class name(*bases): members`` makes; each base is a ``Kind`` or an error of Python's.

    Raises TypeError for a special method that has no part in the language, in a class that has no base of ours, and
    for bases that don't go together.
    """
    error = next((number for number, base in enumerate(bases) if type(base) is not Kind), None)
    if error is not None:
        bases = (*bases[:error], Raised, *bases[error:])
    if all(issubclass(base, Plain | BaseException) for base in bases):
        for member, value in members.items():
            if not is_visible(member) and type(value) in METHODS:
                raise TypeError(f"a class can't define {member} here")
    kind = Kind(name, bases, {"__module__": "__main__", "__members__": {}})
    for member, value in members.items():
        if is_visible(member):
            bind(kind, member, value)
    if "__eq__" in members and "__hash__" not in members:
        bind(kind, "__hash__", None)
    if kind.__made__ is not None:
        kind.__made__(kind, members)
    return kind


def bind(kind: Kind, name: str, value: Any) -> None:
    """Enter a member into a program's class."""
    kind.__members__[name] = _plain(value)
    if name in SPECIAL:
        if name in _DISPATCHERS:
            # None says that there is none, as of objects that compare equal and are not to be hashed.
            type.__setattr__(kind, name, None if value is None else _DISPATCHERS[name])
    elif _is_ours(kind, name):
        type.__setattr__(kind, name, _stand_in(value))


def members_of(kind: type) -> dict[str, Any]:
    """What programs see of a class, without its bases' members."""
    found: dict[str, Any] = vars(kind).get("__members__", {})
    return found


def fields_of(value: Any) -> dict[str, Any]:
    """What an object itself holds, past the ``__getattr__`` that its class may have from a program."""
    found: dict[str, Any] = object.__getattribute__(value, "__dict__")
    return found


def unbind(kind: Kind, name: str) -> None:
    """Take a member out of a program's class."""
    del kind.__members__[name]
    if name in vars(kind):
        type.__delattr__(kind, name)


def is_program_class(kind: type) -> bool:
    return kind.__module__ == "__main__"


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


def find_member(kind: type, name: str, after: type | None = None) -> Any:
    """A member along the bases, unbound; NOTHING if there is none. With ``after``, of the bases beyond that one."""
    mro = kind.__mro__
    if after is not None:
        mro = mro[mro.index(after) + 1 :]
    for base in mro:
        members = vars(base).get("__members__")
        if members is not None and name in members:
            return members[name]
    return NOTHING


def bound_member(member: Any, value: Any) -> Any:
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


def special(value: Any, name: str) -> Callable[..., Any]:
    """The special method of an object, bound: what the dispatchers in Python's classes call."""
    found: Callable[..., Any] = callee(bound_member(find_member(type(value), name), value))
    return found


_DISPATCHERS = dispatchers(special)


def defines(kind: type, name: str) -> bool:
    """Whether a class, or one of its bases, has a member of that name."""
    return find_member(kind, name) is not NOTHING


def get(value: Any, name: str) -> Any:
    """``value.name`` of an object. Raises AttributeError."""
    kind = type(value)
    member = find_member(kind, name) if is_visible(name) else NOTHING
    own = vars(value)
    if name in own and type(member) is not property and is_visible(name):
        return own[name]
    if type(member) is property and find_member(kind, "__getattr__") is not NOTHING:
        try:
            return bound_member(member, value)
        except AttributeError:  # out of a property: as Python, ask ``__getattr__`` then
            return special(value, "__getattr__")(name)
    if member is not NOTHING:
        return bound_member(member, value)
    if name == "__class__":
        return kind
    if not name.startswith("__") and find_member(kind, "__getattr__") is not NOTHING:
        return special(value, "__getattr__")(name)
    raise AttributeError(f"'{kind.__name__}' object has no attribute '{name}'", name=name, obj=value)


def program_member(value: Any, name: str) -> Any:
    """What a program's own class has under a name, as its object has it; NOTHING where none does."""
    for base in type(value).__mro__:
        if is_program_class(base) and name in base.__dict__["__members__"]:
            return bound_member(base.__dict__["__members__"][name], value)
    return NOTHING


def has(value: Any, name: str) -> bool:
    try:
        get(value, name)
    except AttributeError:
        return False
    return True


def property_of(kind: type, name: str) -> property | None:
    """The property of that name among the members, if it is one."""
    member = find_member(kind, name)
    return member if type(member) is property else None


def put(value: Any, name: str, new: Any) -> None:
    """``value.name = new``. Raises AttributeError for special names and properties that can't be set."""
    _refuse_special(value, name)
    kind = type(value)
    if isinstance(new, type) and _names_a_method(kind, name):
        new = callee(new)  # our own code calls what has the name of a method
    found = property_of(kind, name)
    if found is not None and find_member(kind, "__setattr__") is NOTHING:
        put_property(found, value, name, new)
    else:
        setattr(value, name, new)


def put_property(found: property, value: Any, name: str, new: Any) -> None:
    """Set a property. Raises AttributeError for one without a setter."""
    if found.fset is None:
        raise AttributeError(f"property '{name}' of '{type(value).__name__}' object has no setter")
    found.fset(value, new)


def _names_a_method(kind: type, name: str) -> bool:
    """Whether functions of ours or the program's stand under the name, private ones too."""
    return type(find_member(kind, name)) in METHODS or any(
        type(vars(base).get(name)) in METHODS for base in kind.__mro__
    )


def remove(value: Any, name: str) -> None:
    """``del value.name``. Raises AttributeError."""
    _refuse_special(value, name)
    found = property_of(type(value), name)
    if found is None or any(name in vars(value).get(group, ()) for group in ("_parameters", "_buffers", "_modules")):
        delattr(value, name)
    elif found.fdel is None:
        raise AttributeError(f"property '{name}' of '{type(value).__name__}' object has no deleter")
    else:
        found.fdel(value)


def _refuse_special(value: Any, name: str) -> None:
    if name.startswith("__"):
        raise AttributeError(f"attribute '{name}' of '{type(value).__name__}' objects is not writable")


def names_of(value: Any) -> list[str]:
    """What an object, or a class, has: for completion."""
    kind = value if type(value) is Kind else type(value)
    found = {name for base in kind.__mro__ for name in vars(base).get("__members__", ())}
    if kind is not value:
        found.update(vars(value), *(vars(value).get(group, ()) for group in ("_parameters", "_buffers", "_modules")))
    return sorted(name for name in found if not name.startswith("_"))


def _put_plainly(value: Any, name: str, new: Any) -> None:
    """What ``super().__setattr__(name, new)`` does where no base of ours has its own way."""
    _refuse_special(value, name)
    _refuse_others(value, name)
    if found := property_of(type(value), name):
        put_property(found, value, name, new)
    else:
        object.__setattr__(value, name, new)


def _remove_plainly(value: Any, name: str) -> None:
    _refuse_special(value, name)
    _refuse_others(value, name)
    object.__delattr__(value, name)


def _refuse_others(value: Any, name: str) -> None:
    """What is no object of these classes (a tensor, a function of ours) holds what programs don't see."""
    if type(type(value)) is not Kind:
        raise AttributeError(f"'{type(value).__name__}' object has no attribute '{name}'", name=name, obj=value)


def _begin_plainly(value: Any, *args: Any, **kwargs: Any) -> None:
    if args or kwargs:
        raise TypeError(_NO_ARGUMENTS)


#: What ``object`` has in Python for ``super()`` and by its own name.
OF_ALL: dict[str, Any] = {
    "__init__": _begin_plainly,
    "__setattr__": _put_plainly,
    "__delattr__": _remove_plainly,
    "__repr__": lambda value: object.__repr__(value),
    "__str__": lambda value: BaseException.__str__(value) if isinstance(value, BaseException) else repr(value),
    "__eq__": lambda value, other: value is other or NotImplemented,
    "__hash__": lambda value: object.__hash__(value),
}
