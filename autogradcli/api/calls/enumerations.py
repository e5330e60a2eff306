"""Classes whose objects are a few named values: ``class Color(Enum): RED = 1``.

Such a class is a ``Kind`` like every other. Its members are made when its body has run (``__made__``); what the class
itself does (``Color(1)``, ``Color["RED"]``, ``for c in Color``) goes by the table of members that it keeps.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from ...engine.callbacks import callee
from ...numerics.naming import shown_as
from .program_classes import METHODS, NOTHING, Object, program_member


class Auto:
    """``auto()``: the number after the last, or of texts the name in small letters."""

    __slots__ = ()


@shown_as("enum.Enum")
class Enum(Object):
    """The base of all of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError("an Enum is written as a class here: class Color(Enum): RED = 1")

    @property
    def name(self) -> str:
        return str(self.__dict__["_name_"])

    @property
    def value(self) -> Any:
        return self.__dict__["_value_"]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}.{self.name}: {self.value!r}>"

    def __str__(self) -> str:
        return f"{type(self).__name__}.{self.name}"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __setattr__(self, name: str, new: Any) -> None:
        if name in ("name", "value"):
            raise AttributeError(f"<enum 'Enum'> cannot set attribute '{name}'")
        object.__setattr__(self, name, new)

    @staticmethod
    def __made__(kind: Any, members: dict[str, Any]) -> None:
        """Make the members of a class out of what its body bound. Raises TypeError past a class that has some."""
        parent = next((base for base in kind.__mro__[1:] if base.__dict__.get("__named__")), None)
        if parent is not None:
            raise TypeError(f"<enum '{kind.__name__}'> cannot extend <enum '{parent.__name__}'>")
        named: dict[str, Any] = {}
        for name, value in members.items():
            if not name.startswith("_") and type(value) not in (*METHODS, staticmethod, classmethod, property):
                named[name] = _member(kind, name, value, named)
        kind.__members__.update(named)
        type.__setattr__(kind, "__named__", named)

    @staticmethod
    def __next__value__(name: str, values: list[Any]) -> Any:
        numbers = [value for value in values if type(value) is int]
        return max(numbers) + 1 if numbers else 1

    @staticmethod
    def __checked__(value: Any) -> Any:
        return value


def _member(kind: Any, name: str, value: Any, named: dict[str, Any]) -> Any:
    if type(value) is Auto:
        value = kind.__next__value__(name, [each.value for each in named.values()])
    value = kind.__checked__(value)
    for each in named.values():
        if same(each.value, value):
            return each  # another name for it
    made = object.__new__(kind)
    made.__dict__.update(_name_=name, _value_=value)
    begin = program_member(made, "__init__")
    if begin is not NOTHING:
        callee(begin)(*(value if type(value) is tuple else (value,)))
    return made


def same(a: Any, b: Any) -> bool:
    """Whether two values are of one member: of simple values those that are equal."""
    if a is b:
        return True
    simple = (int, float, bool, str, tuple)
    return type(a) in simple and type(b) in simple and bool(a == b)


def _of_values(operate: Callable[[Any, Any], Any], *, turned: bool = False) -> Callable[[Any, Any], Any]:
    """An operator of members that are numbers, or texts, in one."""

    def method(self: Any, other: Any) -> Any:
        given = other.value if isinstance(other, _Mixed) else other
        if type(given) not in (int, float, bool, str, complex):
            return NotImplemented
        return operate(given, self.value) if turned else operate(self.value, given)

    return method


class _Mixed(Enum):
    """Members that compare as their values do."""

    __eq__ = _of_values(operator.eq)
    __lt__, __le__ = _of_values(operator.lt), _of_values(operator.le)
    __gt__, __ge__ = _of_values(operator.gt), _of_values(operator.ge)

    def __hash__(self) -> int:
        return hash(self.value)


@shown_as("enum.Enum")
class OfNumbers(_Mixed):
    """``class Color(int, Enum)``: members that are integers, too."""

    __add__, __radd__ = _of_values(operator.add), _of_values(operator.add, turned=True)
    __sub__, __rsub__ = _of_values(operator.sub), _of_values(operator.sub, turned=True)
    __mul__, __rmul__ = _of_values(operator.mul), _of_values(operator.mul, turned=True)
    __floordiv__, __mod__ = _of_values(operator.floordiv), _of_values(operator.mod)
    __truediv__ = _of_values(operator.truediv)

    def __index__(self) -> int:
        return int(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    @staticmethod
    def __checked__(value: Any) -> Any:
        if type(value) not in (int, bool):
            raise TypeError(f"int() argument must be a number here, not '{type(value).__name__}'")
        return int(value)


@shown_as("enum.IntEnum")
class IntEnum(OfNumbers):
    """Members that are integers, and print as such."""

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)


@shown_as("enum.Enum")
class OfTexts(_Mixed):
    """``class Mode(str, Enum)``: members that are texts, too."""

    __add__, __radd__ = _of_values(operator.add), _of_values(operator.add, turned=True)

    def __len__(self) -> int:
        return len(self.value)

    @staticmethod
    def __checked__(value: Any) -> Any:
        if type(value) is not str:
            raise TypeError(f"{value!r} is not a string")
        return value


@shown_as("enum.StrEnum")
class StrEnum(OfTexts):
    """Members that are texts, and print as such."""

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)

    @staticmethod
    def __next__value__(name: str, values: list[Any]) -> Any:
        return name.lower()


#: What stands for a class of Python's beside ``Enum`` among the bases.
type.__setattr__(Enum, "__mixed__", {int: OfNumbers, str: OfTexts})
