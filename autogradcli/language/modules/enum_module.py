"""``enum``: classes of named values."""

from __future__ import annotations

from functools import partial, reduce
from operator import or_
from types import FunctionType
from typing import Any

from ...api.calls.program_classes import (
    METHODS,
    Kind,
    Plain,
    enumerate_members,
    fields_of,
    is_enumeration,
    is_program_class,
    members_of,
    special,
)
from ...api.calls.registry import namespace
from ...numerics.naming import shown_as
from ..values.budget import check_items
from ..values.kinds import Metaclass
from ..values.text_format import format_value, to_repr, to_str
from .entries import entering


@shown_as("enum.auto")
class auto:
    """A value by counting on from the one before; of flags the next power of two."""

    __slots__ = ()

    def __or__(self, other: Any) -> Any:
        return Later((self, other)) if isinstance(other, (auto, int)) else NotImplemented

    __ror__ = __or__


class Later(auto):
    """``R | W`` of values that are counted once the class is made."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Any, ...]) -> None:
        self.parts = parts


def _settled(value: Any, counted: list[tuple[Any, Any]]) -> Any:
    """The number that stands for what the body of a class united; all else as it is."""
    if type(value) is not Later:
        return value
    known = [
        next((n for each, n in counted if each is part), part)
        for part in map(partial(_settled, counted=counted), value.parts)
    ]
    return reduce(or_, known)


#: How a class may say more of its members in Python.
_HOOKS = ("_generate_next_value_", "_missing_", "_ignore_", "__new__")
_NO_MEMBERS = (staticmethod, classmethod, property, FunctionType, Kind)


def _is_member(name: str, value: Any) -> bool:
    return not name.startswith("_") and type(value) not in METHODS and not isinstance(value, _NO_MEMBERS)


def _put(member: Any, name: str, value: Any) -> None:
    object.__setattr__(member, name, value)


@shown_as("enum.Enum")
class Enum(Plain):
    """A class whose names are its only objects: each has ``name`` and ``value``.

    Called with a value it gives the object that has it. Raises ValueError where none has.
    """

    _base: type = object
    _mixed: dict[type, type]

    def __new__(cls, *values: Any) -> Any:
        if not is_enumeration(cls):
            raise TypeError(f"{cls.__name__} has no members: an enumeration is a class that derives from it")
        value = values[0] if len(values) == 1 else values
        for member in cls:
            if member is value or _same(member._value_, value):
                return member
        return cls._missing(value)

    @classmethod
    def _missing(cls, value: Any) -> Any:
        raise ValueError(f"{to_repr(value)} is not a valid {cls.__name__}")

    def __init__(self, *values: Any) -> None:
        """The object is there already."""

    @classmethod
    def _complete(cls, members: dict[str, Any]) -> None:
        """The objects of a class, made of what its body assigned."""
        for name in _HOOKS:
            if name in members:
                raise TypeError(f"{name} of an enumeration isn't here")
        given = {name: value for name, value in members.items() if _is_member(name, value)}
        before = next((base for base in cls.__mro__[1:] if is_enumeration(base)), None)
        if before is not None:
            raise TypeError(f"<enum '{cls.__name__}'> cannot extend <enum '{before.__name__}'>")
        if not given:
            return
        found: dict[str, Any] = {}
        aliases: dict[str, Any] = {}
        has_init = any("__init__" in members_of(base) for base in cls.__mro__ if is_program_class(base))
        values: list[Any] = []
        counted: list[tuple[Any, Any]] = []
        for name, value in given.items():
            if type(value) is auto:
                counted.append((value, cls._counted(name, values)))
                value = counted[-1][1]
            value = _settled(value, counted)
            values.append(value)
            same = next((member for member in found.values() if _same(member._value_, value)), None)
            if same is not None:
                aliases[name] = same
                continue
            member = cls._make(value)
            _put(member, "_name_", name)
            _put(member, "_value_", value)
            if has_init:
                special(member, "__init__")(*(value if type(value) is tuple else (value,)))
            found[name] = member
        cls._enumerate(found, aliases)

    @classmethod
    def _enumerate(cls, found: dict[str, Any], aliases: dict[str, Any]) -> None:
        enumerate_members(cls, found, aliases)

    @classmethod
    def _make(cls, value: Any) -> Any:
        return object.__new__(cls)

    @staticmethod
    def _counted(name: str, values: list[Any]) -> Any:
        """What ``auto()`` is: one more than the greatest number before it."""
        return max((value for value in values if type(value) is int), default=0) + 1

    @property
    def name(self) -> Any:
        return fields_of(self)["_name_"]

    @name.setter
    def name(self, new: Any) -> None:
        raise AttributeError("<enum 'Enum'> cannot set attribute 'name'")

    @property
    def value(self) -> Any:
        return fields_of(self)["_value_"]

    @value.setter
    def value(self, new: Any) -> None:
        raise AttributeError("<enum 'Enum'> cannot set attribute 'value'")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}.{self.name}: {to_repr(self.value)}>"

    def __str__(self) -> str:
        return f"{type(self).__name__}.{self.name}"

    def __format__(self, spec: str) -> str:
        return format_value(to_str(self), spec)

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> Any:
        return self is other or NotImplemented


def _same(a: Any, b: Any) -> bool:
    return a is b or (type(b) in (int, float, bool, complex, str, tuple) and bool(a == b))


@shown_as("enum.IntEnum")
class IntEnum(int, Enum):
    """An enumeration whose objects are integers, too."""

    _base = int

    @classmethod
    def _make(cls, value: Any) -> Any:
        if type(value) not in (int, bool):
            raise TypeError(f"a member of an IntEnum is an integer, not {type(value).__name__}")
        return int.__new__(cls, value)

    __new__ = Enum.__new__  # type: ignore[assignment]
    __repr__ = Enum.__repr__
    __eq__, __hash__ = int.__eq__, int.__hash__
    __str__, __format__ = int.__repr__, int.__format__  # type: ignore[assignment]


def _text(cls: Any, value: Any) -> Any:
    if type(value) is not str:
        raise TypeError(f"{value!r} is not a string")
    return str.__new__(cls, value)


@shown_as("enum.Enum")
class TextEnum(str, Enum):
    """``class Mode(str, Enum)``: an enumeration whose objects are texts, too."""

    _base = str
    _make = classmethod(_text)
    __new__ = Enum.__new__  # type: ignore[assignment]
    __repr__, __str__ = Enum.__repr__, Enum.__str__
    __eq__, __hash__, __format__ = str.__eq__, str.__hash__, str.__format__  # type: ignore[assignment]


@shown_as("enum.StrEnum")
class StrEnum(TextEnum):
    """An enumeration whose objects are texts and print as such."""

    @staticmethod
    def _counted(name: str, values: list[Any]) -> Any:
        """What ``auto()`` is: the name in small letters."""
        return name.lower()

    __str__ = str.__str__


@shown_as("enum.Enum")
class NumberEnum(IntEnum):
    """``class Size(int, Enum)``: as an IntEnum, but with an Enum's text."""

    __str__ = Enum.__str__


Enum._mixed = {str: TextEnum, int: NumberEnum}


@entering("enum")
def unique(enumeration: Any, /) -> Any:
    """The class itself. Raises ValueError where two names have the same value."""
    if type(enumeration) is not Kind or not is_enumeration(enumeration):
        raise TypeError("unique() takes an enumeration")
    double = {name: member for name, member in members_of(enumeration).items() if _is_alias(enumeration, name, member)}
    if double:
        listed = ", ".join(f"{name} -> {member.name}" for name, member in double.items())
        raise ValueError(f"duplicate values found in {enumeration!r}: {listed}")
    return enumeration


def _is_alias(enumeration: Kind, name: str, member: Any) -> bool:
    return type(member) is enumeration and member.name != name


@shown_as("enum.Flag")
class Flag(Enum):
    """An enumeration whose objects are sets of bits: united by ``|``, with those in common by ``&``."""

    #: Whether bits that have no name are kept.
    _keeps = False
    _pseudo: dict[int, Any]
    _mask: int

    @staticmethod
    def _counted(name: str, values: list[Any]) -> Any:
        """What ``auto()`` is: the next power of two."""
        return 1 << max((value.bit_length() for value in values if isinstance(value, int)), default=0)

    @classmethod
    def _enumerate(cls, found: dict[str, Any], aliases: dict[str, Any]) -> None:
        for name, member in found.items():
            if type(member._value_) is not int:
                raise TypeError(f"the value of {name} is a number of bits, not {type(member._value_).__name__}")
        single = {name: member for name, member in found.items() if member._value_.bit_count() == 1}
        enumerate_members(cls, single, {**{name: found[name] for name in found if name not in single}, **aliases})
        type.__setattr__(cls, "_pseudo", {member._value_: member for member in found.values()})
        type.__setattr__(cls, "_mask", reduce(or_, (member._value_ for member in found.values()), 0))

    @classmethod
    def _missing(cls, value: Any) -> Any:
        if isinstance(value, Enum) or not isinstance(value, int):
            return Enum._missing.__func__(cls, value)  # type: ignore[attr-defined]
        number, mask = int(value), cls._mask
        if number < 0:
            number += max(1 << mask.bit_length(), 1 << number.bit_length())
        if number & ~mask and not cls._keeps:
            wide = max(int(value).bit_length(), mask.bit_length())
            raise ValueError(
                f"{cls!r} invalid value {value}\n    given {_bits(value, wide)}\n  allowed {_bits(mask, wide)}"
            )
        kept = cls._pseudo
        if number not in kept:
            check_items(len(kept) + 1)
            member = cls._make(number)
            names = [each.name for each in cls if each.value & number]
            rest = number & ~reduce(or_, (each.value for each in cls if each.value & number), 0)
            _put(member, "_name_", "|".join([*names, *([str(rest)] if rest else [])]) if names else None)
            _put(member, "_value_", number)
            kept[number] = member
        return kept[number]

    def _with(self, other: Any) -> Any:
        """The bits of what stands beside one in an operator; None for what has none."""
        if type(other) is type(self):
            return fields_of(other)["_value_"]
        return int(other) if self._keeps and isinstance(other, int) else None

    def __or__(self, other: Any) -> Any:
        bits = self._with(other)
        return NotImplemented if bits is None else type(self)(fields_of(self)["_value_"] | bits)

    def __and__(self, other: Any) -> Any:
        bits = self._with(other)
        return NotImplemented if bits is None else type(self)(fields_of(self)["_value_"] & bits)

    def __xor__(self, other: Any) -> Any:
        bits = self._with(other)
        return NotImplemented if bits is None else type(self)(fields_of(self)["_value_"] ^ bits)

    __ror__, __rand__, __rxor__ = __or__, __and__, __xor__

    def __invert__(self) -> Any:
        bits = ~fields_of(self)["_value_"]
        return type(self)(bits if self._keeps else bits & self._mask)

    def __contains__(self, other: Any) -> bool:
        if type(other) is not type(self):
            kind, own = type(other).__qualname__, type(self).__qualname__
            raise TypeError(f"unsupported operand type(s) for 'in': '{kind}' and '{own}'")
        bits = fields_of(other)["_value_"]
        return bool(bits & fields_of(self)["_value_"] == bits)

    def __iter__(self) -> Any:
        found = [each for each in type(self) if each.value & fields_of(self)["_value_"]]
        return iter(sorted(found, key=lambda each: each.value))

    def __len__(self) -> int:
        return int(fields_of(self)["_value_"]).bit_count()

    def __bool__(self) -> bool:
        return bool(fields_of(self)["_value_"])

    def __repr__(self) -> str:
        name, kind, bits = fields_of(self)["_name_"], type(self).__name__, fields_of(self)["_value_"]
        return f"<{kind}: {bits}>" if name is None else f"<{kind}.{name}: {bits}>"

    def __str__(self) -> str:
        name, kind = fields_of(self)["_name_"], type(self).__name__
        return f"{kind}({fields_of(self)['_value_']})" if name is None else f"{kind}.{name}"

    def __hash__(self) -> int:
        return hash(fields_of(self)["_name_"])

    __eq__ = Enum.__eq__


def _bits(number: int, wide: int) -> str:
    """A number as bits, its sign before them."""
    digits = f"{number + (1 << wide) if number < 0 else number:0{wide}b}"
    return f"0b{int(number < 0)} {digits}"


@shown_as("enum.IntFlag")
class IntFlag(int, Flag):
    """Flags whose objects are integers, too; bits that have no name are kept."""

    _base = int
    _keeps = True

    @classmethod
    def _make(cls, value: Any) -> Any:
        return int.__new__(cls, value)

    __new__ = Enum.__new__  # type: ignore[assignment]
    __or__, __and__, __xor__, __invert__ = Flag.__or__, Flag.__and__, Flag.__xor__, Flag.__invert__
    __ror__, __rand__, __rxor__ = Flag.__or__, Flag.__and__, Flag.__xor__
    __repr__, __bool__ = Flag.__repr__, Flag.__bool__
    __eq__, __hash__ = int.__eq__, int.__hash__
    __str__, __format__ = int.__repr__, int.__format__  # type: ignore[assignment]


_table = namespace("enum")
_table |= {"Enum": Enum, "IntEnum": IntEnum, "StrEnum": StrEnum, "Flag": Flag, "IntFlag": IntFlag, "auto": auto}
_table["EnumMeta"] = _table["EnumType"] = Metaclass("EnumMeta", Enum)
