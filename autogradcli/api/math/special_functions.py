"""``torch.special``: special functions by name, and those of them that ``torch`` and ``Tensor`` have too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.tensor import Tensor
from ...numerics import dtypes
from ...operations.elementwise import exponential, rounding, special, special_polynomials, trigonometric
from ...operations.elementwise.arithmetic_variants import add_scalar, mul_scalar
from ...operations.nn.activation import sigmoid
from ...operations.shape.copies import cast
from ..calls.declare import in_place
from ..calls.overloads import define

_UNARY = "(Tensor input, *, Tensor out=None)"
_BINARY = "(Tensor input, Tensor other, *, Tensor out=None)"
_OF_NUMBER = "(Scalar self, Tensor other, *, Tensor out=None)"
_BY_NUMBER = "(Tensor input, Scalar other, *, Tensor out=None)"


def _ndtr(input: Tensor) -> Tensor:
    """Standard normal distribution function."""
    if input.array.dtype.kind in "biu":
        input = cast(input, dtypes.default.dtype)
    return mul_scalar(add_scalar(special.erf(mul_scalar(input, 0.5**0.5)), 1), 0.5)


def _round(input: Tensor, decimals: int) -> Tensor:
    """Rounding to a number of decimals, halves to the even digit."""
    return rounding.round_decimals(input, decimals)


_OF_INPUT: dict[str, Callable[..., Any]] = {
    "erf": special.erf, "erfc": special.erfc, "erfinv": special.erfinv, "erfcx": special.special_erfcx,
    "ndtri": special.special_ndtri, "log_ndtr": special.special_log_ndtr, "entr": special.special_entr,
    "gammaln": special.lgamma, "digamma": special.digamma, "psi": special.digamma, "i0": special.i0,
    "i0e": special.special_i0e, "i1": special.special_i1, "i1e": special.special_i1e,
    "exp2": exponential.exp2, "expm1": exponential.expm1, "log1p": exponential.log1p,
    "sinc": trigonometric.sinc, "expit": sigmoid, "ndtr": _ndtr,
    "bessel_j0": special_polynomials.special_bessel_j0, "bessel_j1": special_polynomials.special_bessel_j1,
    "bessel_y0": special_polynomials.special_bessel_y0, "bessel_y1": special_polynomials.special_bessel_y1,
    "modified_bessel_i0": special_polynomials.special_modified_bessel_i0,
    "modified_bessel_i1": special_polynomials.special_modified_bessel_i1,
    "modified_bessel_k0": special_polynomials.special_modified_bessel_k0,
    "modified_bessel_k1": special_polynomials.special_modified_bessel_k1,
}  # fmt: skip
for _name, _implementation in _OF_INPUT.items():
    define(_name, (_UNARY, _implementation), into="special")
_OF_X: dict[str, Callable[..., Any]] = {
    "airy_ai": special_polynomials.special_airy_ai,
    "scaled_modified_bessel_k0": special_polynomials.special_scaled_modified_bessel_k0,
    "scaled_modified_bessel_k1": special_polynomials.special_scaled_modified_bessel_k1,
    "spherical_bessel_j0": special_polynomials.special_spherical_bessel_j0,
}  # fmt: skip
for _name, _implementation in _OF_X.items():
    define(_name, ("(Tensor x, *, Tensor out=None)", _implementation), into="special")
define("round", ("(Tensor input, *, int decimals=0, Tensor out=None)", _round), into="special")
define("logit", ("(Tensor input, float? eps=None, *, Tensor out=None)", exponential.logit), into="special")
define("gammainc", (_BINARY, special.igamma), into="special")
define("gammaincc", (_BINARY, special.igammac), into="special")

# -- with a number for one of the operands ---------------------------------------------------------------

_XLOGY = (_BINARY, special.xlogy), (_BY_NUMBER, special.xlogy_tensor_scalar)
define("xlogy", _XLOGY[0], (_OF_NUMBER, special.xlogy_scalar_tensor), _XLOGY[1], into="torch special")
define("xlogy", *_XLOGY, into="Tensor")
define(
    "xlogy_",
    ("(Tensor input, Tensor other)", in_place(special.xlogy)),
    ("(Tensor input, Scalar other)", in_place(special.xlogy_tensor_scalar)),
    into="torch Tensor",
)
define(
    "xlog1py",
    (_BINARY, special.special_xlog1py),
    (_OF_NUMBER, special.special_xlog1py_scalar_tensor),
    (_BY_NUMBER, special.special_xlog1py_tensor_scalar),
    into="special",
)
define(
    "zeta",
    (_BINARY, special.special_zeta),
    (_OF_NUMBER, special.special_zeta_scalar_tensor),
    (_BY_NUMBER, special.special_zeta_tensor_scalar),
    into="special",
)

# -- gamma function --------------------------------------------------------------------------------------

_POLYGAMMA = ("(int n, Tensor input, *, Tensor out=None)", special.polygamma)


def _mvlgamma(input: Tensor, p: int) -> Tensor:
    """Multivariate log-gamma function of dimension ``p``."""
    if input.array.dtype.kind == "b":
        raise RuntimeError("The input tensor may not be a boolean tensor.")
    return special.mvlgamma(input, p)


_MVLGAMMA = ("(Tensor input, int p, *, Tensor out=None)", _mvlgamma)
define("polygamma", _POLYGAMMA, into="torch Tensor special")


def _polygamma_in_place(n: int, input: Tensor) -> Tensor:
    return in_place(special.polygamma_in_place)(input, n)


define("polygamma_", ("(int n, Tensor input)", _polygamma_in_place), into="Tensor")
define("mvlgamma", _MVLGAMMA, into="torch Tensor")
define("multigammaln", _MVLGAMMA, into="special")
define("mvlgamma_", ("(Tensor input, int p)", in_place(special.mvlgamma)), into="Tensor")

# -- orthogonal polynomials ------------------------------------------------------------------------------


def _polynomial(operation: Any) -> None:
    define(
        operation.op.name.removeprefix("special_"),
        ("(Tensor x, Tensor n, *, Tensor out=None)", operation),
        ("(Scalar x, Tensor n, *, Tensor out=None)", operation),
        ("(Tensor x, Scalar n, *, Tensor out=None)", operation),
        into="special",
    )


for _operation in special_polynomials.POLYNOMIALS:
    _polynomial(_operation)
