"""Special functions without derivatives: Bessel and Airy functions, orthogonal polynomials.

PyTorch has no derivatives of them either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.operation import Array, Number, operation
from .gamma import scipy_special


def _declared(function: Any, name: str, doc: str) -> Callable[..., Any]:
    """The operation of that name. PyTorch has no kernels of these for half precision."""
    function.__name__ = f"special_{name}"
    function.__doc__ = doc
    return operation(promote="float", spelling=f"special.{name}", takes=("single", f"{name}_cpu"))(function)


def _bessel(name: str, scipy_name: str, doc: str) -> Callable[..., Any]:
    compute = scipy_special(scipy_name)

    def function(input: Array) -> Array:
        return compute(input)

    return _declared(function, name, doc)


special_bessel_j0 = _bessel("bessel_j0", "j0", "Bessel function of the first kind of order 0.")
special_bessel_j1 = _bessel("bessel_j1", "j1", "Bessel function of the first kind of order 1.")
special_bessel_y0 = _bessel("bessel_y0", "y0", "Bessel function of the second kind of order 0.")
special_bessel_y1 = _bessel("bessel_y1", "y1", "Bessel function of the second kind of order 1.")
special_modified_bessel_i0 = _bessel(
    "modified_bessel_i0", "i0", "Modified Bessel function of the first kind of order 0."
)
special_modified_bessel_i1 = _bessel(
    "modified_bessel_i1", "i1", "Modified Bessel function of the first kind of order 1."
)
special_modified_bessel_k0 = _bessel(
    "modified_bessel_k0", "k0", "Modified Bessel function of the second kind of order 0."
)
special_modified_bessel_k1 = _bessel(
    "modified_bessel_k1", "k1", "Modified Bessel function of the second kind of order 1."
)
special_scaled_modified_bessel_k0 = _bessel("scaled_modified_bessel_k0", "k0e", "``exp(x)`` times modified_bessel_k0.")
special_scaled_modified_bessel_k1 = _bessel("scaled_modified_bessel_k1", "k1e", "``exp(x)`` times modified_bessel_k1.")


@operation(promote="float", spelling="special.airy_ai", takes=("single", "airy_ai_cpu"))
def special_airy_ai(x: Array) -> Array:
    """Airy function Ai."""
    from scipy.special import airy

    return np.asarray(airy(x)[0]).astype(x.dtype, copy=False)


@operation(promote="float", spelling="special.spherical_bessel_j0", takes=("single", "spherical_bessel_j0_cpu"))
def special_spherical_bessel_j0(x: Array) -> Array:
    """Spherical Bessel function of the first kind of order 0: ``sin(x) / x``."""
    found = np.where(x == 0, x.dtype.type(1), np.sin(x) / x)
    return np.where(np.isinf(x), x.dtype.type(0), found)


# -- orthogonal polynomials ------------------------------------------------------------------------------

#: Recurrences of more steps take seconds. Where all has become NaN after this many, the rest is NaN too.
MAX_DEGREE = 1 << 18
_ENOUGH = 256

_Step = Callable[[Any, int, Any, Any], Any]  # (x, k, P(k), P(k-1)) -> P(k+1)


def _polynomial(name: str, first: Callable[[Any], Any], step: _Step, doc: str) -> Callable[..., Any]:
    """A family by its three-term recurrence, from P(0) = 1 and P(1) = ``first(x)``; 0 for a negative degree."""

    def function(x: Array | Number, n: Array | Number) -> Array:
        degree = np.asarray(n)
        value = np.asarray(x)
        shape = np.broadcast(value, degree).shape
        degree = np.where(np.isnan(degree), -1, np.trunc(degree)).astype(np.int64)
        below, current = np.ones_like(value), np.asarray(first(value))
        found = np.where(degree == 0, below, np.where(degree == 1, current, value.dtype.type(0)))
        highest = int(degree.max(initial=0))
        for k in range(1, highest):
            below, current = current, step(value, k, current, below)
            found = np.where(degree == k + 1, current, found)
            if k % _ENOUGH == 0:
                if np.isnan(current).all():
                    found = np.where(degree > k, current, found)
                    break
                if highest > MAX_DEGREE:
                    raise RuntimeError(f"a polynomial of degree {highest} is too costly (the limit is {MAX_DEGREE})")
        return np.broadcast_to(found, shape).astype(value.dtype)

    return _declared(function, name, doc)


def _chebyshev(x: Any, k: int, p: Any, below: Any) -> Any:
    return (x + x) * p - below


def _shifted(x: Any, k: int, p: Any, below: Any) -> Any:
    y = x + x - 1
    return (y + y) * p - below


POLYNOMIALS = (
    _polynomial("chebyshev_polynomial_t", lambda x: x, _chebyshev, "Chebyshev polynomial of the first kind."),
    _polynomial("chebyshev_polynomial_u", lambda x: x + x, _chebyshev, "Chebyshev polynomial of the second kind."),
    _polynomial("chebyshev_polynomial_v", lambda x: x + x - 1, _chebyshev, "Chebyshev polynomial of the third kind."),
    _polynomial("chebyshev_polynomial_w", lambda x: x + x + 1, _chebyshev, "Chebyshev polynomial of the fourth kind."),
    _polynomial("shifted_chebyshev_polynomial_t", lambda x: x + x - 1, _shifted,
                "Chebyshev polynomial of the first kind, on the interval from 0 to 1."),
    _polynomial("shifted_chebyshev_polynomial_u", lambda x: 2 * (x + x - 1), _shifted,
                "Chebyshev polynomial of the second kind, on the interval from 0 to 1."),
    _polynomial("shifted_chebyshev_polynomial_v", lambda x: 2 * (x + x - 1) - 1, _shifted,
                "Chebyshev polynomial of the third kind, on the interval from 0 to 1."),
    _polynomial("shifted_chebyshev_polynomial_w", lambda x: 2 * (x + x - 1) + 1, _shifted,
                "Chebyshev polynomial of the fourth kind, on the interval from 0 to 1."),
    _polynomial("hermite_polynomial_h", lambda x: x + x, lambda x, k, p, below: (x + x) * p - 2 * k * below,
                "Hermite polynomial, in the manner of physicists."),
    _polynomial("hermite_polynomial_he", lambda x: x, lambda x, k, p, below: x * p - k * below,
                "Hermite polynomial, in the manner of probability."),
    _polynomial("laguerre_polynomial_l", lambda x: 1 - x,
                lambda x, k, p, below: ((2 * k + 1 - x) * p - k * below) / (k + 1), "Laguerre polynomial."),
    _polynomial("legendre_polynomial_p", lambda x: x,
                lambda x, k, p, below: ((2 * k + 1) * x * p - k * below) / (k + 1), "Legendre polynomial."),
)  # fmt: skip
