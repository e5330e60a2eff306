"""Numbers that are exact, or have as many digits as wanted: what ``fractions`` and ``decimal`` have in common.

An object holds one of Python's and gives it to nobody. Sizes are counted before a result is computed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, ClassVar

from ..values.budget import budget, check_bits


class Exact:
    """A number that holds one of Python's, with Python's operators on it."""

    __slots__ = ("held",)

    #: What else than its own kind an operand may be.
    beside: ClassVar[tuple[type, ...]] = (int, bool)

    def __init__(self, held: Any) -> None:
        self.held = held

    @classmethod
    def other(cls, value: Any) -> Any:
        """An operand as Python has it; None where the operation isn't for it."""
        if isinstance(value, cls):
            return value.held
        return value if type(value) in cls.beside else None

    @classmethod
    def made(cls, value: Any) -> Any:
        """A result as a program has it."""
        if isinstance(value, (bool, int, float, complex)) or value is NotImplemented:
            return value
        if type(value) is tuple:
            return tuple(map(cls.made, value))
        budget.spend(cls.size(value) >> 3)
        return cls(value)

    @staticmethod
    def size(value: Any) -> int:
        """About how many bits it takes."""
        raise NotImplementedError

    @classmethod
    def check(cls, name: str, a: Any, b: Any) -> None:
        """Raise OverflowError where a result would be too large."""
        if name == "pow":
            if isinstance(b, (int, float)) or abs(b) < 1 << 40:
                check_bits(int(cls.size(a) * (abs(b) + 1)))
            else:
                check_bits(1 << 62)
        else:
            check_bits(cls.size(a) + cls.size(b))

    def __hash__(self) -> int:
        return hash(self.held)

    def __repr__(self) -> str:
        return repr(self.held)

    def __str__(self) -> str:
        return str(self.held)

    def __format__(self, spec: str) -> str:
        return format(self.held, spec)

    def __bool__(self) -> bool:
        return bool(self.held)

    def __float__(self) -> float:
        return float(self.held)

    def __int__(self) -> int:
        check_bits(self.size(self.held))
        return int(self.held)

    __trunc__ = __int__

    def __neg__(self) -> Any:
        return self.made(-self.held)

    def __pos__(self) -> Any:
        return self.made(+self.held)

    def __abs__(self) -> Any:
        return self.made(abs(self.held))

    def __round__(self, digits: Any = None) -> Any:
        check_bits(self.size(self.held) + (4 * abs(digits) if isinstance(digits, int) else 0))
        return self.made(round(self.held) if digits is None else round(self.held, digits))

    def __floor__(self) -> int:
        check_bits(self.size(self.held))
        return int(self.held.__floor__())

    def __ceil__(self) -> int:
        check_bits(self.size(self.held))
        return int(self.held.__ceil__())


def _binary(name: str, operate: Callable[[Any, Any], Any], swapped: bool) -> Callable[[Any, Any], Any]:
    def call(self: Any, other: Any) -> Any:
        found = self.other(other)
        if found is None:
            return NotImplemented
        a, b = (found, self.held) if swapped else (self.held, found)
        self.check(name, a, b)
        return self.made(operate(a, b))

    return call


def _compared(operate: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def call(self: Any, other: Any) -> Any:
        found = other if isinstance(other, float) else self.other(other)
        return NotImplemented if found is None else operate(self.held, found)

    return call


for _name, _operate in (
    ("add", operator.add), ("sub", operator.sub), ("mul", operator.mul), ("truediv", operator.truediv),
    ("floordiv", operator.floordiv), ("mod", operator.mod), ("divmod", divmod), ("pow", operator.pow),
):  # fmt: skip
    type.__setattr__(Exact, f"__{_name}__", _binary(_name, _operate, False))
    type.__setattr__(Exact, f"__r{_name}__", _binary(_name, _operate, True))
for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    type.__setattr__(Exact, f"__{_name}__", _compared(vars(operator)[_name]))
