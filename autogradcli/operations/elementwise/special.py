"""Special functions with derivatives: error, gamma, entropy and Bessel functions of order 0 and 1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...engine.operation import Array, Number, operation
from ...numerics.dtypes import DType
from ...numerics.limits import counted
from ..refuse import unwritten
from . import gamma
from .gamma import scipy_special, signed_zero

_TWO_OVER_SQRT_PI = 2 / math.sqrt(math.pi)
_SQRT_HALF_PI = 0.5 * math.sqrt(math.pi)
_SQRT_TWO_PI = math.sqrt(2 * math.pi)


# -- error function --------------------------------------------------------------------------------------


@operation(
    promote="float", kind="elementwise", kernel=gamma.erf, takes=("floating", "erf_vml_cpu"),
    input=lambda F, g, input: _TWO_OVER_SQRT_PI * F.exp(-(input**2)) * g,
)  # fmt: skip
def erf(input: Array) -> Array:
    """Error function."""


@operation(
    promote="float", kind="elementwise", kernel=gamma.erfc, takes=("floating", "erfc_vml_cpu"),
    input=lambda F, g, input: -_TWO_OVER_SQRT_PI * F.exp(-(input**2)) * g,
)  # fmt: skip
def erfc(input: Array) -> Array:
    """Complementary error function ``1 - erf(input)``."""


@operation(
    promote="float", kind="elementwise", kernel=signed_zero(scipy_special("erfinv")),
    takes=("floating", "erfinv_vml_cpu"),
    input=lambda F, g, input: _SQRT_HALF_PI * F.exp(F.pow_tensor_scalar(F.erfinv(input), 2)) * g,
    examples=lambda r: [(r(2, 3, low=-0.8, high=0.8),)],
)  # fmt: skip
def erfinv(input: Array) -> Array:
    """Inverse error function, of values from -1 to 1."""


@operation(
    promote="float", kind="elementwise", kernel=scipy_special("erfcx"), takes=("single", "erfcx_cpu"),
    node="SpecialErfcxBackward0", spelling="special.erfcx",
    input=lambda F, g, input, result: (2.0 * input * result - _TWO_OVER_SQRT_PI) * g,
)  # fmt: skip
def special_erfcx(input: Array) -> Array:
    """Scaled complementary error function ``exp(input ** 2) * erfc(input)``."""


@operation(
    promote="float", kind="elementwise", kernel=scipy_special("ndtri"), takes=("single", "ndtri_cpu"),
    spelling="special.ndtri",
    input=lambda F, g, result: g * _SQRT_TWO_PI * F.exp(F.pow_tensor_scalar(result, 2) / 2),
    examples=lambda r: [(r(2, 3, low=0.2, high=0.8),)],
)  # fmt: skip
def special_ndtri(input: Array) -> Array:
    """Quantile of the standard normal distribution."""


@operation(
    promote="float", kind="elementwise", kernel=scipy_special("log_ndtr"), takes=("single", "log_ndtr_cpu"),
    spelling="special.log_ndtr",
    input=lambda F, g, input, result: g / _SQRT_TWO_PI * F.exp(-(result + F.pow_tensor_scalar(input, 2) / 2)),
)  # fmt: skip
def special_log_ndtr(input: Array) -> Array:
    """Logarithm of the standard normal distribution function."""


@operation(
    promote="float", kind="elementwise", spelling="special.entr", takes=("floating", "entr_cpu"),
    input=lambda F, g, input: g * -(1 + F.log(input)),
    examples=lambda r: [(r(2, 3, low=0.2, high=2),)],
)  # fmt: skip
def special_entr(input: Array) -> Array:
    """Entropy ``-input * log(input)``: 0 at 0, and minus infinity below."""
    found = -input * np.log(np.where(input > 0, input, 1))
    limit = np.where(input == 0, input.dtype.type(0), input.dtype.type(-np.inf))
    return np.where(np.isnan(input) | (input > 0), found, limit)


# -- gamma function --------------------------------------------------------------------------------------


@operation(
    promote="float", kind="elementwise", kernel=gamma.lgamma, takes=("floating", "lgamma_vml_cpu"),
    input=lambda F, g, input: g * F.digamma(input),
    examples=lambda r: [(r(2, 3, low=0.5, high=3),)],
)  # fmt: skip
def lgamma(input: Array) -> Array:
    """Logarithm of the absolute value of the gamma function."""


@operation(
    promote="float", kind="elementwise", kernel=gamma.digamma, takes=("floating", "digamma"),
    blocks=False,
    input=lambda F, g, input: g * F.polygamma(1, input),
    examples=lambda r: [(r(2, 3, low=0.5, high=3),)],
)  # fmt: skip
def digamma(input: Array) -> Array:
    """Logarithmic derivative of the gamma function."""


_POLYGAMMA = {0: "digamma", 1: "trigamma"}


@operation(
    promote="float", kind="elementwise", kernel=gamma.polygamma,
    takes=("floating", lambda n, input: _POLYGAMMA.get(n, "polygamma")),
    blocks=False,
    input=lambda F, g, n, input: g * F.polygamma(n + 1, input),
    examples=lambda r: [(n, r(2, 3, low=0.5, high=3)) for n in (0, 1, 2, 4)],
)  # fmt: skip
def polygamma(n: int, input: Array) -> Array:
    """Derivative number ``n`` of ``digamma``."""


@operation(
    promote="float", kind="elementwise", kernel=lambda input, n: gamma.polygamma(n, input),
    takes=("floating", lambda input, n: _POLYGAMMA.get(n, "polygamma")),
    blocks=False,
    node="PolygammaBackward1", spelling="polygamma_",
    input=lambda F, g, input, n: g * F.polygamma(n + 1, input),
    examples=lambda r: [(r(2, 3, low=0.5, high=3), 1)],
)  # fmt: skip
def polygamma_in_place(input: Array, n: int) -> Array:
    """Derivative number ``n`` of ``digamma``, in place."""


def _mvlgamma_rule(F: Any, g: Any, input: Any, p: int) -> Any:
    total = F.digamma(input)
    for k in counted(range(1, p)):
        total = F.digamma(input - k / 2) + total
    return g * total


@operation(
    promote="float", kind="elementwise", input=_mvlgamma_rule, takes=("floating", "arange_cpu"),
    examples=lambda r: [(r(2, 3, low=2.5, high=4), 3)],
)  # fmt: skip
def mvlgamma(input: Array, p: int) -> Array:
    """Multivariate log-gamma function of dimension ``p``."""
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    total = gamma.lgamma(input)
    for k in counted(range(1, p)):
        total = total + gamma.lgamma(input - input.dtype.type(k / 2))
    return total + input.dtype.type(p * (p - 1) / 4 * math.log(math.pi))


def _gamma_density(F: Any, g: Any, input: Any, other: Any) -> Any:
    return g * F.exp((input - 1) * F.log(other) - other - F.lgamma(input))


@operation(
    promote="promote", node="IgammaBackward0", kernel=scipy_special("gammainc"), takes=("floating", "igamma_cpu"),
    rows="side by side",
    input=unwritten("igamma: input"),
    examples=lambda r: [(r(2, 3, low=0.5, high=2), r(3, low=0.5, high=2))],
    other=_gamma_density,
)  # fmt: skip
def igamma(input: Array, other: Array) -> Array:
    """Lower regularised incomplete gamma function, derivable by ``other`` only."""


@operation(
    promote="promote", node="IgammacBackward0", kernel=scipy_special("gammaincc"), takes=("floating", "igammac_cpu"),
    rows="side by side",
    input=unwritten("igammac: input"),
    examples=lambda r: [(r(2, 3, low=0.5, high=2), r(3, low=0.5, high=2))],
    other=lambda F, g, input, other: _gamma_density(F, -g, input, other),
)  # fmt: skip
def igammac(input: Array, other: Array) -> Array:
    """Upper regularised incomplete gamma function, derivable by ``other`` only."""


_UNWRITTEN_ZETA = unwritten("zeta")


@operation(
    promote="float", spelling="special.zeta", kernel=gamma.zeta, takes=("single", "zeta_cpu"),
    input=_UNWRITTEN_ZETA,
    examples=lambda r: [(r(2, 3, low=1.5, high=3), r(3, low=0.5, high=2))],
    other=lambda F, g, input, other: g * -input * F.special_zeta(input + 1.0, other),
)  # fmt: skip
def special_zeta(input: Array, other: Array) -> Array:
    """Hurwitz zeta function, derivable by ``other`` only."""


@operation(
    promote="float", spelling="special.zeta", kernel=gamma.zeta,
    takes=("single", "zeta_cpu"), node="SpecialZetaBackward1",
    other=lambda F, g, input, other: g * -input * F.special_zeta_scalar_tensor(input + 1.0, other),
    examples=lambda r: [(2.5, r(2, 3, low=0.5, high=2))],
)  # fmt: skip
def special_zeta_scalar_tensor(input: Array | Number, other: Array) -> Array:
    """Hurwitz zeta function of a number, derivable by ``other``."""


@operation(
    promote="float", spelling="special.zeta", kernel=gamma.zeta,
    takes=("single", "zeta_cpu"), node="SpecialZetaBackward2",
    input=_UNWRITTEN_ZETA,
)  # fmt: skip
def special_zeta_tensor_scalar(input: Array, other: Array | Number) -> Array:
    """Hurwitz zeta function with a number for the offset: has no derivative."""


# -- products with logarithms ----------------------------------------------------------------------------


def _times_log(log: Any) -> Any:
    """``x * log(y)`` where 0 wins against an infinite logarithm and NaN against 0."""

    def kernel(input: Any, other: Any) -> Any:
        found = np.where((np.equal(input, 0)) & ~np.isnan(other), 0, input * log(other))
        return found.astype(np.result_type(input, other), copy=False)

    return kernel


_xlogy = _times_log(np.log)
_xlog1py = _times_log(np.log1p)


def _xlogy_said(F: Any, input: Any, other: Any) -> Any:
    """Of 1 it is the logarithm, at 0 too."""
    same = other.shape if hasattr(other, "shape") else None
    one = F.uniform(input) == 1 and (not hasattr(input, "shape") or tuple(input.shape) in ((), same))
    return F.log(other) if one and same is not None else None


@operation(
    formula=_xlogy_said,
    promote="float", kind="elementwise", kernel=_xlogy, takes=("floating", "xlogy_cpu"),
    input=lambda F, g, input, other: F.guard_fill(F.xlogy(g, other), (input == 0.0) & (other <= 0.0), 0.0),
    other=lambda F, g, input, other: g * input / other,
    examples=lambda r: [(r(2, 3), r(3, low=0.5, high=2))],
    half="steps",
)  # fmt: skip
def xlogy(input: Array, other: Array) -> Array:
    """``input * log(other)``, and 0 where ``input`` is 0."""


@operation(
    formula=_xlogy_said,
    promote="float", kind="elementwise", kernel=_xlogy,
    takes=("floating", "xlogy_cpu"), node="XlogyBackward1", spelling="xlogy",
    other=lambda F, g, input, other: g * input / other,
    examples=lambda r: [(1.5, r(2, 3, low=0.5, high=2))],
    half="steps",
)  # fmt: skip
def xlogy_scalar_tensor(input: Array | Number, other: Array) -> Array:
    """``input * log(other)`` for a number ``input``."""


def _of_number_log(F: Any, g: Any, input: Any, other: Any) -> Any:
    found = F.xlogy_tensor_scalar(g, other)
    return found if other > 0 else F.guard_fill(found, input == 0.0, 0.0)


@operation(
    promote="float", kind="elementwise", kernel=_xlogy,
    takes=("floating", "xlogy_cpu"), node="XlogyBackward2", spelling="xlogy",
    input=_of_number_log,
    examples=lambda r: [(r(2, 3), 1.5)],
    half="steps",
)  # fmt: skip
def xlogy_tensor_scalar(input: Array, other: Array | Number) -> Array:
    """``input * log(other)`` for a number ``other``."""


@operation(
    promote="float", kind="elementwise", kernel=_xlog1py,
    takes=("floating", "xlog1py_cpu"), node="SpecialXlog1PyBackward0",
    spelling="special.xlog1py",
    input=lambda F, g, input, other: F.guard_fill(
        F.special_xlog1py(g, other), (input == 0.0) & (other <= -1.0), 0.0
    ),
    other=lambda F, g, input, other: g * input / (other + 1),
    examples=lambda r: [(r(2, 3), r(3, low=-0.5, high=2))],
)  # fmt: skip
def special_xlog1py(input: Array, other: Array) -> Array:
    """``input * log(1 + other)``, and 0 where ``input`` is 0."""


@operation(
    promote="float", kind="elementwise", kernel=_xlog1py,
    takes=("floating", "xlog1py_cpu"), node="SpecialXlog1PyBackward1",
    spelling="special.xlog1py",
    other=lambda F, g, input, other: g * input / (other + 1),
    examples=lambda r: [(1.5, r(2, 3, low=-0.5, high=2))],
)  # fmt: skip
def special_xlog1py_scalar_tensor(input: Array | Number, other: Array) -> Array:
    """``input * log(1 + other)`` for a number ``input``."""


def _of_number_log1p(F: Any, g: Any, input: Any, other: Any) -> Any:
    found = F.special_xlog1py_tensor_scalar(g, other)
    return found if other > -1 else F.guard_fill(found, input == 0.0, 0.0)


@operation(
    promote="float", kind="elementwise", kernel=_xlog1py,
    takes=("floating", "xlog1py_cpu"), node="SpecialXlog1PyBackward2",
    spelling="special.xlog1py",
    input=_of_number_log1p,
    examples=lambda r: [(r(2, 3), 1.5)],
)  # fmt: skip
def special_xlog1py_tensor_scalar(input: Array, other: Array | Number) -> Array:
    """``input * log(1 + other)`` for a number ``other``."""


# -- modified Bessel functions ---------------------------------------------------------------------------


def _safe(F: Any, input: Any, dtype: DType) -> tuple[Any, Any]:
    """Where the argument can be divided by, and the argument made so elsewhere (at 0, and at NaN)."""
    eps = float(np.finfo(dtype.np).eps)
    large = F.abs(input) > eps
    return large, F.where(large, input, eps)


def _i1_rule(F: Any, g: Any, input: Any, result: Any, input_dtype: DType) -> Any:
    """I1'(x) = I0(x) - I1(x) / x, and 1/2 at 0."""
    large, safe = _safe(F, input, input_dtype)
    return g * F.where(large, F.i0(safe) - result * F.reciprocal(safe), 0.5)


def _i1e_rule(F: Any, g: Any, input: Any, result: Any, input_dtype: DType) -> Any:
    large, safe = _safe(F, input, input_dtype)
    return g * F.where(large, F.special_i0e(safe) - result * (F.sgn(safe) + F.reciprocal(safe)), 0.5)


@operation(
    promote="float", kind="elementwise", kernel=scipy_special("i0"), takes=("floating", "i0_vml_cpu"),
    input=lambda F, g, input: g * F.special_i1(input),
)  # fmt: skip
def i0(input: Array) -> Array:
    """Modified Bessel function of the first kind of order 0."""


@operation(
    promote="float", kind="elementwise", kernel=scipy_special("i0e"),
    takes=("floating", "i0e_cpu"), spelling="special.i0e",
    node="SpecialI0EBackward0",
    input=lambda F, g, input, result: g * (F.special_i1e(input) - F.sgn(input) * result),
)  # fmt: skip
def special_i0e(input: Array) -> Array:
    """``exp(-|input|) * i0(input)``."""


@operation(
    promote="float", kind="elementwise", kernel=scipy_special("i1"),
    takes=("floating", "i1_cpu"), spelling="special.i1",
    input=_i1_rule,
)  # fmt: skip
def special_i1(input: Array) -> Array:
    """Modified Bessel function of the first kind of order 1."""


@operation(
    promote="float", kind="elementwise", kernel=scipy_special("i1e"),
    takes=("floating", "i1e_cpu"), spelling="special.i1e",
    node="SpecialI1EBackward0", input=_i1e_rule,
)  # fmt: skip
def special_i1e(input: Array) -> Array:
    """``exp(-|input|) * special.i1(input)``."""
