"""The class of the language's classes, and the bases that programs' own have: what programs see of a class stands in a
table of members, and an enumeration's members beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import index
from types import FunctionType
from typing import Any, ClassVar

from ...engine.modes import Decorated
from ...numerics.naming import shown_as
from .stand_ins import CALLED_BY_PYTHON

#: What the language alone looks up, never Python by itself.
_LOOKED_UP = {
    "__getattr__", "__enter__", "__exit__", "__dir__", "__post_init__", "__match_args__", "__annotations__",
    "__dataclass_fields__", "__doc__", "__init_subclass__", "__missing__", "__get__", "__set__", "__delete__",
    "__set_name__", "__class_getitem__", "__new__", "__torch_function__", "__prepare__", "__instancecheck__",
    "__subclasscheck__", "__abstractmethods__", "__slots__", "__subclasshook__", "__deepcopy__",
}  # fmt: skip

#: The special names that a class may have: all others a program can neither define nor reach.
SPECIAL = frozenset({*CALLED_BY_PYTHON, *_LOOKED_UP})

#: Special names that an object may have as its own: what a decorator's object says of the function that it wraps.
LABELS = frozenset({"__name__", "__qualname__", "__wrapped__", "__module__", "__doc__"})

#: What a class's metaclass says where it says nothing.
NOT_TOLD = object()


#: What a program's function in a class body is; the language enters its own kind of function.
METHODS: set[type] = {FunctionType, Decorated}


#: In Python's words.
NO_ARGUMENTS = "object.__init__() takes exactly one argument (the instance to initialize)"


def is_visible(name: str) -> bool:
    return name in SPECIAL or not name.startswith("__")


#: What of our own classes' bodies programs see: methods and plain values, none that they could change for everyone.
_SHARED = (FunctionType, staticmethod, classmethod, property, str, int)


#: Names with an underscore that PyTorch's documentation tells programs to extend, or to read.
_EXTENDED = frozenset({"_get_name", "_save_to_state_dict", "_load_from_state_dict", "_version"})


def _is_shared(name: str, value: Any) -> bool:
    public = (name in SPECIAL and name != "__new__") or not name.startswith("_") or name in _EXTENDED
    return public and isinstance(value, _SHARED)


@shown_as("type")
class Kind(type):
    """The class of classes. ``__members__`` has what programs see of one, without its bases'."""

    __members__: dict[str, Any]

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

    # What Python asks of a class itself: of an enumeration it has its members, of all others what a metaclass says.

    def __iter__(cls) -> Iterator[Any]:
        if (told := _told(cls, "__iter__")) is not NOT_TOLD:
            return iter(told)
        return iter(_enumerated(cls, "'type' object is not iterable").values())

    def __len__(cls) -> int:
        if (told := _told(cls, "__len__")) is not NOT_TOLD:
            return index(told)
        return len(_enumerated(cls, "object of type 'type' has no len()"))

    def __contains__(cls, value: Any) -> bool:
        if (told := _told(cls, "__contains__", value)) is not NOT_TOLD:
            return bool(told)
        members = _enumerated(cls, "argument of type 'type' is not iterable").values()
        return type(value) is cls and any(value is member for member in members)

    def __getitem__(cls, name: Any) -> Any:
        if (told := _told(cls, "__getitem__", name)) is not NOT_TOLD:
            return told
        named = {**_enumerated(cls, f"type '{cls.__name__}' is not subscriptable"), **vars(cls)["_aliases"]}
        if type(name) is not str or name not in named:
            raise KeyError(name)
        return named[name]

    def __bool__(cls) -> bool:
        told = _told(cls, "__bool__")
        return told is NOT_TOLD or bool(told)

    def __str__(cls) -> str:
        told = _told(cls, "__str__")
        return told if type(told) is str else repr(cls)

    def __repr__(cls) -> str:
        if "_enumerated" not in vars(cls):
            told = _told(cls, "__repr__")
            return told if type(told) is str else type.__repr__(cls)
        return f"<{'flag' if hasattr(cls, '_mask') else 'enum'} {cls.__name__!r}>"


def metaclass_of(kind: Any) -> Any:
    """The metaclass that a program gave a class; None where it is ``type``."""
    return getattr(kind, "_metaclass", None) if type(kind) is Kind else None


def _told(kind: Any, name: str, *args: Any) -> Any:
    """What the metaclass that a program gave a class says; NOT_TOLD where it has none."""
    meta = getattr(kind, "_metaclass", None)
    return NOT_TOLD if meta is None else meta._told_by(kind, name, *args)


def _operator(name: str) -> Callable[[Any, Any], Any]:
    def operate(cls: Any, other: Any) -> Any:
        told = _told(cls, name, other)
        return NotImplemented if told is NOT_TOLD else told

    return operate


for _name in (
    *("__add__", "__sub__", "__mul__", "__truediv__", "__floordiv__", "__mod__", "__pow__", "__matmul__", "__and__"),
    *(
        "__xor__",
        "__lshift__",
        "__rshift__",
        "__radd__",
        "__rsub__",
        "__rmul__",
        "__rtruediv__",
        "__rmod__",
        "__rpow__",
    ),
    *("__lt__", "__le__", "__gt__", "__ge__"),
):
    type.__setattr__(Kind, _name, _operator(_name))


def _enumerated(kind: type, otherwise: str) -> dict[str, Any]:
    """The members of an enumeration by name. Raises TypeError for other classes, in Python's words."""
    found = vars(kind).get("_enumerated")
    if found is None:
        raise TypeError(otherwise)
    members: dict[str, Any] = found
    return members


class Object(metaclass=Kind):
    """The base of all of them."""

    #: Properties that a class has, too, where they are the same for all its objects.
    _of_class: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def _complete(cls, members: dict[str, Any]) -> None:
        """What else there is to do when a program has made a subclass of these members."""

    @classmethod
    def _changed(cls) -> None:
        """What else there is to do when a program has changed a member of its class."""


@shown_as("object")
class Plain(Object):
    """The base of a class that names none."""

    __is_plain__ = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args or kwargs:
            if any("__init__" in members_of(base) for base in type(self).__mro__ if is_program_class(base)):
                raise TypeError(NO_ARGUMENTS)  # called by one of the program's own
            if any("__new__" in members_of(base) for base in type(self).__mro__ if is_program_class(base)):
                return  # they are for it
            raise TypeError(f"{type(self).__name__}() takes no arguments")


@shown_as("typing.Generic")
class Generic(Plain):
    """The base of a class that annotations subscript: ``class Box(Generic[T])``."""

    def __class_getitem__(cls, parameters: Any) -> Any:
        return cls


@shown_as("typing.Protocol")
class Protocol(Generic):
    """The base of a class that says which members others have."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Protocol:
        if Protocol in cls.__bases__:
            raise TypeError("Protocols cannot be instantiated")
        return super().__new__(cls)


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


def is_enumeration(kind: type) -> bool:
    """Whether a class has members, which it is asked for by ``kind[name]``."""
    return "_enumerated" in vars(kind)


def enumerate_members(kind: Kind, made: dict[str, Any], aliases: dict[str, Any]) -> None:
    """Make an enumeration of a class: its members, and further names of some of them."""
    if "__init__" in vars(kind):
        type.__delattr__(kind, "__init__")  # Python would run it whenever a member is looked up by its value
    kind.__members__.update(made | aliases)
    type.__setattr__(kind, "_enumerated", made)
    type.__setattr__(kind, "_aliases", aliases)


def with_mixin(bases: list[Any]) -> list[Any]:
    """``(str, Enum)`` as the one base that stands for both; other bases as they are."""
    if len(bases) == 2 and isinstance(bases[0], type) and type(bases[1]) is Kind:
        found = vars(bases[1]).get("_mixed", {}).get(bases[0])
        if found is not None:
            return [found]
    return bases


def has_virtual(kind: type) -> bool:
    """Whether classes were registered that count as subclasses of one."""
    return "_virtual" in vars(kind)


def members_of(kind: type) -> dict[str, Any]:
    """What programs see of a class, without its bases' members."""
    found: dict[str, Any] = vars(kind).get("__members__", {})
    return found


def fields_of(value: Any) -> dict[str, Any]:
    """What an object itself holds, past the ``__getattr__`` that its class may have from a program."""
    found: dict[str, Any] = object.__getattribute__(value, "__dict__")
    return found


def is_program_class(kind: type) -> bool:
    return kind.__module__ == "__main__"


def is_protocol(kind: Any) -> bool:
    """Whether a class is a protocol itself, which one that derives from it is not."""
    return type(kind) is Kind and Protocol in kind.__bases__
