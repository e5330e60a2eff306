"""Elementary functions, rounded once: what the kernels of ``exp``, ``log``, ``tanh`` and the like are made of.

NumPy's functions of 32-bit floats are off by a last digit in every third to fifth value; PyTorch's are so in about
one of fifty. In double precision and then rounded, one of fifty is all that differs between the two. Each is
otherwise the ufunc of its name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...numerics.away import HUGE, away

_SINGLE, _DOUBLE = np.dtype(np.float32), np.dtype(np.float64)

#: Printing shows so many elements in full. Of more nobody reads the last digits, and the way through double precision
#: takes five to thirty times as long.
_MANY = 1000


def _rounded(ufunc: Any) -> Callable[[Any], Any]:
    """A function of one operand. A formula, which is no array, sees ``kernel.ufunc``."""

    def kernel(x: Any) -> Any:
        if x.dtype is _SINGLE and x.size <= _MANY and isinstance(x, (np.ndarray, np.generic)):
            return ufunc(x.astype(_DOUBLE)).astype(_SINGLE)
        if x.__class__ is np.ndarray and x.size > HUGE:
            return away(ufunc, x)
        return ufunc(x)

    kernel.__dict__["ufunc"] = ufunc
    return kernel


exp = _rounded(np.exp)
exp2 = _rounded(np.exp2)
expm1 = _rounded(np.expm1)
log = _rounded(np.log)
log2 = _rounded(np.log2)
log10 = _rounded(np.log10)
log1p = _rounded(np.log1p)
sin = _rounded(np.sin)
cos = _rounded(np.cos)
tan = _rounded(np.tan)
arcsin = _rounded(np.arcsin)
arccos = _rounded(np.arccos)
arctan = _rounded(np.arctan)
cosh = _rounded(np.cosh)
tanh = _rounded(np.tanh)


def power(base: Any, exponent: Any) -> Any:
    """``base ** exponent``, broadcast; of two dtypes where a rule raises a real base to a complex power."""
    if base.dtype is _SINGLE is exponent.dtype and max(base.size, exponent.size) <= _MANY:
        return np.asarray(np.power(base.astype(_DOUBLE), exponent.astype(_DOUBLE))).astype(_SINGLE)
    if base.size > HUGE or exponent.size > HUGE:
        return away(np.power, base, exponent)
    return np.power(base, exponent)
