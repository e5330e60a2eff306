"""``decimal``: numbers of decimal digits, as many as a program wants."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from typing import Any

from ...api.calls.registry import CONSTRUCTORS, Method, Property, attributes_of, namespace
from ...engine.modes import ContextMode
from ...engine.state import state
from ...numerics.naming import shown_as
from ..compile.calls import Builtin
from ..values.budget import budget, check_text
from .exact_numbers import Exact

#: Digits of a number, and the largest exponent.
_MOST_DIGITS, _MOST_EXPONENT = 2000, 20000
_ROUNDINGS = tuple(name for name in vars(decimal) if name.startswith("ROUND_"))


@shown_as("decimal.Decimal", in_c=True)
class Decimal(Exact):
    """A number of decimal digits."""

    __slots__ = ()

    @staticmethod
    def size(value: Any) -> int:
        if isinstance(value, decimal.Decimal):
            _, digits, exponent = value.as_tuple()
            return 4 * (len(digits) + (abs(exponent) if isinstance(exponent, int) else 0))
        return value.bit_length() if isinstance(value, int) else 64

    @classmethod
    def check(cls, name: str, a: Any, b: Any) -> None:
        """Nothing: a result has the digits of the context, and its exponent is bounded there."""

    @classmethod
    def made(cls, value: Any) -> Any:
        budget.spend(_context().prec)
        return super().made(value)


@shown_as("decimal.DecimalException")
class DecimalException(ArithmeticError):
    """What has no decimal number for a result."""


@shown_as("decimal.InvalidOperation")
class InvalidOperation(DecimalException):
    """An operation, or a text, that has no number."""


@shown_as("decimal.DivisionByZero")
class DivisionByZero(DecimalException, ZeroDivisionError):
    """A number divided by zero."""


_ERRORS = (
    (decimal.DivisionByZero, DivisionByZero),
    (decimal.InvalidOperation, InvalidOperation),
    (decimal.DecimalException, DecimalException),
)


def _told(call: Callable[..., Any], *args: Any) -> Any:
    try:
        return call(*args)
    except decimal.DecimalException as error:
        kinds = [ours for theirs, ours in _ERRORS if issubclass(type(error), theirs)]
        raise kinds[0](str(error)) from None


def _within(call: Callable[..., Any]) -> Callable[..., Any]:
    """An operation in the program's context."""

    def operate(self: Any, *args: Any) -> Any:
        with decimal.localcontext(_context()):
            return _told(call, self, *args)

    return operate


_PLAIN = ("__init__", "__hash__", "__repr__", "__bool__", "__float__")
for _name, _call in [*vars(Exact).items()]:
    if _name.startswith("__") and callable(_call) and _name not in _PLAIN:
        type.__setattr__(Decimal, _name, _within(_call))


def _context() -> decimal.Context:
    found = state.flags.get("decimal")
    if found is None:
        found = state.flags["decimal"] = decimal.Context(28, Emin=-_MOST_EXPONENT, Emax=_MOST_EXPONENT)
    return found


def _decimal(value: Any = "0", context: Any = None) -> Decimal:
    """A number of a text, an integer, or all the digits of a float."""
    if isinstance(value, Decimal):
        return value
    if type(value) is tuple and len(value) == 3 and type(value[1]) is tuple:
        sign, digits, exponent = value
        if all(type(each) is int for each in (sign, exponent, *digits)) and len(digits) <= _MOST_DIGITS:
            return _decimal(f"{'-' * sign}{''.join(map(str, digits))}e{exponent}")
    if type(value) not in (str, int, bool, float):
        raise TypeError(f"conversion from {type(value).__name__} to Decimal is not supported")
    if (type(value) is str and len(value) > _MOST_DIGITS) or (
        type(value) is int and value.bit_length() > 3 * _MOST_DIGITS
    ):
        raise ValueError(f"a decimal number here has at most {_MOST_DIGITS} digits")
    made: decimal.Decimal = _told(decimal.Decimal, value)
    if made.is_finite() and abs(made.adjusted()) > _MOST_EXPONENT:
        raise OverflowError(f"a decimal number here is at most 10 to the power of {_MOST_EXPONENT}")
    return Decimal(made)


@shown_as("decimal.Context")
class Context(ContextMode):
    """How many digits results have, and how they are rounded. ``with localcontext()`` it holds for a while."""

    __slots__ = ("_before", "_precision", "_rounding")

    title = "decimal.Context"

    def __init__(self, precision: int | None = None, rounding: str | None = None) -> None:
        self._precision, self._rounding = precision, rounding
        self._before: list[decimal.Context] = []

    def __enter__(self) -> Context:
        self._before.append(_context())
        state.flags["decimal"] = _context().copy()
        if self._precision is not None:
            _set_precision(self, self._precision)
        if self._rounding is not None:
            _set_rounding(self, self._rounding)
        return self

    def __exit__(self, *problem: object) -> None:
        state.flags["decimal"] = self._before.pop()


def _set_precision(context: Any, digits: Any) -> None:
    if type(digits) is not int:
        raise TypeError("an integer is required")
    if not 1 <= digits <= _MOST_DIGITS:
        raise ValueError(f"a decimal number here has from 1 to {_MOST_DIGITS} digits")
    state.flags["decimal"] = _context().copy()
    _context().prec = digits


def _set_rounding(context: Any, rounding: Any) -> None:
    if rounding not in _ROUNDINGS:
        raise TypeError("valid values for rounding are:\n  [" + ", ".join(sorted(_ROUNDINGS)) + "]")
    state.flags["decimal"] = _context().copy()
    _context().rounding = rounding


attributes_of(Context).update(
    {
        "prec": Property(lambda context: _context().prec, _set_precision),
        "rounding": Property(lambda context: _context().rounding, _set_rounding),
    }
)


def _quantize(value: Decimal, exp: Any, rounding: Any = None, context: Any = None) -> Any:
    """With as many digits behind the point as another number."""
    if rounding is not None and rounding not in _ROUNDINGS:
        raise TypeError("valid values for rounding are:\n  [" + ", ".join(sorted(_ROUNDINGS)) + "]")
    return _called("quantize", value, _decimal(exp), rounding)


def _called(name: str, value: Decimal, *args: Any) -> Any:
    given = [each.held if isinstance(each, Decimal) else each for each in args]
    if any(given[k] is args[k] and not (args[k] is None or type(args[k]) in (int, str)) for k in range(len(args))):
        raise TypeError(f"conversion from {type(args[0]).__name__} to Decimal is not supported")
    with decimal.localcontext(_context()):
        found = _told(vars(decimal.Decimal)[name], value.held, *given)
    if isinstance(found, str):
        check_text(len(found))
    return Decimal.made(found) if isinstance(found, decimal.Decimal) else found


def _method(name: str, count: int) -> Method:
    def call(value: Decimal, *args: Any) -> Any:
        if len(args) > count:
            raise TypeError(f"{name}() takes at most {count} arguments ({len(args)} given)")
        return _called(name, value, *args)

    return Method(call)


CONSTRUCTORS[Decimal] = _decimal
for _name, _count in (
    ("sqrt", 0), ("exp", 0), ("ln", 0), ("log10", 0), ("is_nan", 0), ("is_infinite", 0), ("is_finite", 0),
    ("is_zero", 0), ("is_signed", 0), ("normalize", 0), ("adjusted", 0), ("copy_abs", 0), ("copy_negate", 0),
    ("to_integral_value", 0), ("compare", 1), ("max", 1), ("min", 1), ("as_integer_ratio", 0),
):  # fmt: skip
    attributes_of(Decimal)[_name] = _method(_name, _count)
attributes_of(Decimal)["quantize"] = Method(_quantize)
_CONTEXT = Context()
_table = namespace("decimal")
_table |= {name: name for name in _ROUNDINGS}
_table |= {
    "Decimal": Decimal,
    "Context": Context,
    "getcontext": Builtin("getcontext", lambda: _CONTEXT),
    "localcontext": Builtin("localcontext", lambda ctx=None, *, prec=None, rounding=None: Context(prec, rounding)),
    "DecimalException": DecimalException,
    "InvalidOperation": InvalidOperation,
    "DivisionByZero": DivisionByZero,
}
CONSTRUCTORS[Context] = lambda prec=None, rounding=None: Context(prec, rounding)
