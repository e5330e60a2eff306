"""Elementwise functions of one tensor, and of two that are no arithmetic: names and overloads as in PyTorch."""

from __future__ import annotations

from ...engine.tensor import Tensor
from ...operations.elementwise import exponential, powers, rounding, sign, special, trigonometric
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
    "exp": exponential.exp, "expm1": exponential.expm1, "log": exponential.log, "log2": exponential.log2,
    "log10": exponential.log10, "log1p": exponential.log1p, "sqrt": powers.sqrt, "rsqrt": powers.rsqrt,
    "reciprocal": powers.reciprocal, "sin": trigonometric.sin, "cos": trigonometric.cos, "tan": trigonometric.tan,
    "sinh": trigonometric.sinh, "cosh": trigonometric.cosh, "floor": rounding.floor, "ceil": rounding.ceil,
    "frac": rounding.frac, "erf": special.erf, "erfc": special.erfc, "sinc": trigonometric.sinc,
    "exp2": exponential.exp2, "deg2rad": trigonometric.deg2rad, "rad2deg": trigonometric.rad2deg,
    "i0": special.i0,
}.items():  # fmt: skip
    define_both(_name, (_UNARY, _implementation))
define_both("neg", (_UNARY, neg), aliases=("negative",))
define_both("asin", (_UNARY, trigonometric.asin), aliases=("arcsin",))
define_both("acos", (_UNARY, trigonometric.acos), aliases=("arccos",))
define_both("atan", (_UNARY, trigonometric.atan), aliases=("arctan",))
define_both("trunc", (_UNARY, rounding.trunc), aliases=("fix",))


def _square(input: Tensor) -> Tensor:
    """The square of each element."""
    return powers.pow_tensor_scalar(input, 2)


define_both("square", (_UNARY, _square))
define_both("asinh", (_UNARY, trigonometric.asinh), aliases=("arcsinh",))
define_both("acosh", (_UNARY, trigonometric.acosh), aliases=("arccosh",))
define_both("atanh", (_UNARY, trigonometric.atanh), aliases=("arctanh",))

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
_LOGIT = "(Tensor input, float? eps=None"
define("logit", (_LOGIT + ", *, Tensor out=None)", exponential.logit), into="torch Tensor")
define("logit_", (_LOGIT + ")", in_place(exponential.logit)), into="torch Tensor")
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
    "hypot": trigonometric.hypot, "nextafter": sign.nextafter, "igamma": special.igamma,
    "igammac": special.igammac,
}.items():  # fmt: skip
    define_both(_name, (_BINARY, _implementation))
define_both("atan2", (_BINARY, trigonometric.atan2), aliases=("arctan2",))
define("logaddexp", (_BINARY, exponential.logaddexp), into="torch Tensor")
define("logaddexp2", (_BINARY, exponential.logaddexp2), into="torch Tensor")
define("ldexp", (_BINARY, exponential.ldexp), into="torch Tensor")
define("ldexp_", ("(Tensor input, Tensor other)", in_place(exponential.ldexp)), into="torch Tensor")
define_both("copysign", (_BINARY, sign.copysign), (_BY_NUMBER, sign.copysign_scalar))
define_both("heaviside", ("(Tensor input, Tensor values, *, Tensor out=None)", sign.heaviside))

# -- powers ----------------------------------------------------------------------------------------------

_BY_TENSOR = "(Tensor input, Tensor exponent, *, Tensor out=None)"
_OF_NUMBER = "(Scalar self, Tensor exponent, *, Tensor out=None)"
_TO_NUMBER = "(Tensor input, Scalar exponent, *, Tensor out=None)"
_POWERS = ((_BY_TENSOR, powers.pow_tensor_tensor), (_TO_NUMBER, powers.pow_tensor_scalar))
define("pow", _POWERS[0], (_OF_NUMBER, powers.pow_scalar_tensor), _POWERS[1])
define_both("pow", *_POWERS, into="Tensor")
