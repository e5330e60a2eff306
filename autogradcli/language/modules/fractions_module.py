"""``fractions``: exact ratios of integers."""

from __future__ import annotations

from fractions import Fraction as Ratio
from typing import Any, ClassVar

from ...api.calls.registry import CLASS_ATTRIBUTES, CONSTRUCTORS, Method, Property, attributes_of, namespace
from ...numerics.naming import shown_as
from ..values.budget import check_bits
from .decimal_module import Decimal
from .exact_numbers import Exact

#: Characters of a text that is read.
_LONGEST = 1000


@shown_as("fractions.Fraction")
class Fraction(Exact):
    """A ratio of two integers in lowest terms."""

    __slots__ = ()

    beside: ClassVar[tuple[type, ...]] = (int, bool, float, complex)

    @staticmethod
    def size(value: Any) -> int:
        if isinstance(value, Ratio):
            return value.numerator.bit_length() + value.denominator.bit_length()
        return value.bit_length() if isinstance(value, int) else 64


def _fraction(numerator: Any = 0, denominator: Any = None) -> Fraction:
    """A ratio of integers, of a number, or of a text: ``Fraction(1, 3)``, ``Fraction("0.25")``."""
    parts = [_part(numerator), *([] if denominator is None else [_part(denominator)])]
    if denominator is not None and any(type(part) in (float, str) for part in (numerator, denominator)):
        raise TypeError("both arguments should be Rational instances")
    check_bits(sum(map(Fraction.size, parts)))
    return Fraction(Ratio(*parts))


def _part(value: Any) -> Any:
    if isinstance(value, (Fraction, Decimal)):
        if isinstance(value, Decimal):
            check_bits(Decimal.size(value.held))
        return value.held
    if type(value) is str:
        if len(value) > _LONGEST or _exponent(value) > _LONGEST:
            raise ValueError(f"a fraction is read from a text of at most {_LONGEST} characters and digits")
        return value
    if type(value) in (int, bool, float):
        return value
    raise TypeError("argument should be a string or a Rational instance or have the as_integer_ratio() method")


def _exponent(text: str) -> int:
    digits = text.lower().partition("e")[2].strip().lstrip("+-")
    return int(digits) if digits.isdigit() else 0


def _limited(value: Fraction, max_denominator: Any = 1000000) -> Fraction:
    """The nearest ratio whose denominator is at most that."""
    if type(max_denominator) is not int:
        raise TypeError("max_denominator must be an int")
    return Fraction(value.held.limit_denominator(max_denominator))


CONSTRUCTORS[Fraction] = _fraction
attributes_of(Fraction).update(
    {
        "numerator": Property(lambda value: value.held.numerator),
        "denominator": Property(lambda value: value.held.denominator),
        "limit_denominator": Method(_limited),
        "as_integer_ratio": Method(lambda value: value.held.as_integer_ratio()),
        "is_integer": Method(lambda value: value.held.denominator == 1),
        "real": Property(lambda value: value),
        "imag": Property(lambda value: 0),
        "conjugate": Method(lambda value: value),
    }
)
CLASS_ATTRIBUTES[Fraction] = {
    "from_float": Method(lambda kind, f: _fraction(f)),
    "from_decimal": Method(lambda kind, dec: _fraction(dec)),
}
namespace("fractions")["Fraction"] = Fraction
