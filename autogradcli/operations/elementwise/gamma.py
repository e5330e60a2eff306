"""Kernels of the gamma function's family, and of the error function, without SciPy where that is not needed.

SciPy takes longer to load than NumPy does, so what a calculator's tensors need is computed here: by ``math``
where the tensor is small, by SciPy where it is large.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...numerics.away import MANY, away, away_if
from ...numerics.blocks import BLOCK

#: Up to here a Python call for each element is quicker than loading SciPy.
_SMALL = 4096

#: And up to here even when it is loaded.
_FEW = 16


def scipy_special(name: str) -> Callable[..., Any]:
    """A function of ``scipy.special`` that gives the dtype of its (first) floating operand."""

    def apply(operands: tuple[Any, ...]) -> Any:
        sizes = [x.size for x in operands if isinstance(x, np.ndarray)]
        if math.prod(sizes) > MANY and np.broadcast(*operands).size > MANY:
            return away(_load(name), *operands)
        return _load(name)(*operands)

    def kernel(*operands: Any) -> Any:
        found = apply(operands)
        kind = next(x.dtype for x in operands if isinstance(x, (np.ndarray, np.generic)) and x.dtype.kind in "fc")
        return found.astype(kind, copy=False)

    return kernel


def signed_zero(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """An odd function whose kernel gives 0 for -0: the zero keeps its sign."""

    def signed(operand: Any) -> Any:
        found = kernel(operand)
        return np.where(operand == 0, operand, found).astype(found.dtype, copy=False)

    return signed


_LOADED: dict[str, Callable[..., Any]] = {}


def _load(name: str) -> Callable[..., Any]:
    function = _LOADED.get(name)
    if function is None:
        import scipy.special

        function = _LOADED[name] = vars(scipy.special)[name]
    return function


def _elementwise(
    name: str, small: Callable[[float], float], single: Callable[[Any], Any] | None = None
) -> Callable[[Any], Any]:
    """``small`` for each element of a small tensor; of a large one SciPy's ``name``, or ``single`` in single precision.

    To what is no array but overrides ufuncs (a formula) it shows itself as the ufunc ``kernel.ufunc``.
    """
    large = scipy_special(name)
    ufunc = np.frompyfunc(small, 1, 1)

    def kernel(input: Any) -> Any:
        if not isinstance(input, (np.ndarray, np.generic)):
            return ufunc(input)
        if single is not None and input.size > _SHOWN and input.dtype.char == "f":
            return away_if(input.size > MANY, single, input)
        if input.size > (_FEW if name in _LOADED else _SMALL):
            return large(input)
        return np.array([small(x) for x in input.ravel().tolist()], input.dtype).reshape(input.shape)

    kernel.__dict__["ufunc"] = ufunc
    return kernel


def _lgamma(x: float) -> float:
    try:
        return math.lgamma(x)
    except ValueError:  # a pole, at 0 and the negative integers
        return math.inf


def _digamma(x: float) -> float:
    """Recurrence up to 10, then the asymptotic series (Abramowitz and Stegun 6.3.6, 6.3.7, 6.3.18)."""
    if x == 0:
        return math.copysign(math.inf, -x)
    if x < 0:
        if x == -math.inf or x == math.floor(x):
            return math.nan
        return _digamma(1 - x) - math.pi / math.tan(math.pi * (x - math.floor(x)))
    total = 0.0
    while x < 10:
        total -= 1 / x
        x += 1
    square = 1 / (x * x)
    series = 0.0
    for coefficient in (1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12):
        series = series * square + coefficient
    return total + math.log(x) - 0.5 / x - square * series


#: Printing shows so many elements in full: of more nobody reads the last digits.
_SHOWN = 1000

#: erf(x) is tanh(x r(x**2)), and in r there is nothing that rounding could lose: near -1 and 1, where what counts is
#: the distance, tanh keeps it. r as a quotient of polynomials in x**2 up to 16, fitted by least squares with weights
#: until its largest relative error was least (1.0e-7). Powers from the highest down.
_ABOVE = tuple(np.float32(c) for c in (1.78205203e-05, 3.22774677e-03, 5.23159981e-02, 3.14777433e-01, 1.12837927))
_BELOW = tuple(np.float32(c) for c in (7.31079643e-04, 2.94403394e-02, 1.87883963e-01, 1.0))


def _polynomial(z: Any, coefficients: tuple[Any, ...]) -> Any:
    y = z * coefficients[0]
    for coefficient in coefficients[1:-1]:
        y += coefficient
        y *= z
    y += coefficients[-1]
    return y


def _erf_single(input: Any) -> Any:
    """erf of many float32: right to one rounding near -1 and 1, to four in the last place everywhere."""
    flat = input.reshape(-1)
    found = np.empty_like(flat)
    for begin in range(0, flat.size, BLOCK):
        x = flat[begin : begin + BLOCK]
        z = x * x
        np.minimum(z, np.float32(16), out=z)
        r = _polynomial(z, _ABOVE)
        r *= x
        r /= _polynomial(z, _BELOW)
        np.tanh(r, out=found[begin : begin + BLOCK])
    return found.reshape(input.shape)


erf = _elementwise("erf", math.erf, _erf_single)
erfc = _elementwise("erfc", math.erfc)
lgamma = _elementwise("gammaln", _lgamma)
digamma = _elementwise("psi", _digamma)


def polygamma(n: int, input: Any) -> Any:
    """Derivative number ``n`` of digamma. Raises RuntimeError for a negative ``n``.

    For n >= 1 it is (-1)^(n+1) n! zeta(n+1, x) (Abramowitz and Stegun 6.4.10); of a negative x the reflection
    psi_1(1-x) + psi_1(x) = pi^2 / sin^2(pi x) gives n = 1.
    """
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    if n == 0:
        return digamma(input)
    wide = np.asarray(input, np.float64)
    if n == 1:
        mirrored = wide < 0.5
        found = np.where(wide == np.inf, 0.0, zeta(2.0, np.where(mirrored, 1 - wide, wide)))
        angle = np.pi * wide
        if input.dtype == np.float32:  # as PyTorch computes it: at a pole the result is that of a rounded sine
            angle = np.float32(np.pi) * np.asarray(input)
        return np.where(mirrored, (np.pi / np.sin(angle)) ** 2 - found, found).astype(input.dtype)
    sign = 1.0 if n % 2 else -1.0
    return (sign * math.exp(math.lgamma(n + 1)) * zeta(n + 1.0, wide)).astype(input.dtype)


#: B(2k) / (2k)! inverted, for the tail of the Euler-Maclaurin sum of the zeta function
_BERNOULLI = (
    12.0, -720.0, 30240.0, -1209600.0, 47900160.0, -1.8924375803183791606e9, 7.47242496e10,
    -2.950130727918164224e12, 1.1646782814350067249e14, -4.5979787224074726105e15,
    1.8152105401943546773e17, -7.1661652561756670113e18,
)  # fmt: skip


def _zeta(x: float, q: float) -> float:
    """Hurwitz zeta by Euler-Maclaurin summation; negative ``q`` for whole ``x``, as PyTorch has it."""
    if x == 1:
        return math.inf
    if math.isnan(x) or math.isnan(q) or x < 1:
        return math.nan
    if q <= 0:
        if q == -math.inf or q == math.floor(q):
            return math.inf
        if x != math.floor(x):
            return math.nan
    if q == math.inf:
        return math.nan
    if x == math.inf:
        return math.inf if q < 1 else math.nan if q > 1 else 1.0
    total = q**-x
    a, term, terms = q, 0.0, 0
    while terms < 9 or a <= 9:
        terms += 1
        a += 1
        term = a**-x
        total += term
        if abs(term) < abs(total) * 2**-53:
            return total
    total += term * a / (x - 1) - 0.5 * term
    factor = 1.0
    for k, divisor in enumerate(_BERNOULLI):
        factor *= x + 2 * k
        term /= a
        step = factor * term / divisor
        total += step
        if abs(step) < abs(total) * 2**-53:
            break
        factor *= x + 2 * k + 1
        term /= a
    return total


_zeta_elements = np.frompyfunc(_zeta, 2, 1)


def zeta(input: Any, other: Any) -> Any:
    """Hurwitz zeta function, the sum of (k + other) ** -input over k >= 0."""
    kinds = [x.dtype for x in (input, other) if isinstance(x, (np.ndarray, np.generic))]
    wide = np.asarray(input, np.float64), np.asarray(other, np.float64)
    with np.errstate(all="ignore"):
        if max(w.size for w in wide) > _SMALL and (wide[1] > 0).all():
            return _load("zeta")(*wide).astype(kinds[0])
        return np.asarray(_zeta_elements(*wide), np.float64).astype(kinds[0])
