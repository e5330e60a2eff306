"""Elementwise functions that round, look at signs, or are special: names and overloads as in PyTorch."""

from __future__ import annotations

from ...engine.tensor import Tensor
from ...operations.elementwise import rounding, sign, special
from ...operations.elementwise.arithmetic import neg
from ...operations.refuse import NO_BOOLS
from ..calls.declare import define_both, in_place
from ..calls.overloads import define
from ..calls.return_types import return_type

_UNARY = "(Tensor input, *, Tensor out=None)"
_BINARY = "(Tensor input, Tensor other, *, Tensor out=None)"
_BY_NUMBER = "(Tensor input, Scalar other, *, Tensor out=None)"

# -- of one tensor, with an in-place form that is a function too -----------------------------------------

for _name, _implementation in {
    "floor": rounding.floor, "ceil": rounding.ceil, "frac": rounding.frac, "erf": special.erf, "erfc": special.erfc,
    "i0": special.i0,
}.items():  # fmt: skip
    define_both(_name, (_UNARY, _implementation))
define_both("neg", (_UNARY, neg), aliases=("negative",))
define_both("trunc", (_UNARY, rounding.trunc), aliases=("fix",))


# -- of one tensor, in place as a method only ------------------------------------------------------------

for _name, _implementation in {
    "sign": sign.sign, "sgn": sign.sgn, "erfinv": special.erfinv, "lgamma": special.lgamma,
    "digamma": special.digamma,
}.items():  # fmt: skip
    define(_name, (_UNARY, _implementation), into="torch Tensor")
    define(f"{_name}_", ("(Tensor input)", in_place(_implementation)), into="Tensor")
define("abs", (_UNARY, sign.abs), into="torch Tensor", aliases=("absolute",))


def _abs_(input: Tensor) -> Tensor:
    """The modulus of each element, in place: of real ones, since that of a complex one is none."""
    if input.array.dtype.kind == "c":
        raise RuntimeError("In-place abs is not supported for complex tensors.")
    return in_place(sign.abs)(input)


define("abs_", ("(Tensor input)", _abs_), into="torch Tensor")
define("absolute_", ("(Tensor input)", _abs_), into="Tensor")
define("signbit", (_UNARY, sign.signbit), into="torch Tensor")


def _positive(input: Tensor) -> Tensor:
    """The tensor itself. Raises RuntimeError for booleans."""
    if input.array.dtype.kind == "b":
        raise NO_BOOLS.value("The `+` operator, on a bool tensor is not supported.")
    return input


define("positive", ("(Tensor input)", _positive), into="torch Tensor")
define(
    "round",
    (_UNARY, rounding.round),
    ("(Tensor input, *, int decimals, Tensor out=None)", rounding.round_decimals),
    into="torch Tensor",
)
define(
    "round_",
    ("(Tensor input)", in_place(rounding.round)),
    ("(Tensor input, *, int decimals)", in_place(rounding.round_decimals)),
    into="torch Tensor",
)
_NAN_TO_NUM = "(Tensor input, float? nan=None, float? posinf=None, float? neginf=None"
define("nan_to_num", (_NAN_TO_NUM + ", *, Tensor out=None)", sign.nan_to_num), into="torch Tensor")
define("nan_to_num_", (_NAN_TO_NUM + ")", in_place(sign.nan_to_num)), into="torch Tensor")

_Frexp = return_type("frexp", ("mantissa", "exponent"))


def _frexp(input: Tensor) -> object:
    """Mantissa and exponent: ``input = mantissa * 2 ** exponent``."""
    return _Frexp(sign.frexp(input))


define("frexp", ("(Tensor input, *, TensorList out=None)", _frexp), into="torch Tensor")

# -- of two tensors --------------------------------------------------------------------------------------

for _name, _implementation in {
    "nextafter": sign.nextafter, "igamma": special.igamma, "igammac": special.igammac,
}.items():  # fmt: skip
    define_both(_name, (_BINARY, _implementation))
define_both("copysign", (_BINARY, sign.copysign), (_BY_NUMBER, sign.copysign_scalar))
define_both("heaviside", ("(Tensor input, Tensor values, *, Tensor out=None)", sign.heaviside))
