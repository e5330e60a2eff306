"""Gamma and Dirichlet numbers, draw for draw PyTorch's.

By rejection, one element at a time: G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables"
(2000).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..limits import charge_array, counted
from .fill import not_implemented
from .generator import Generator

Array = np.ndarray

#: Bytes that a number takes until it is drawn: as a NumPy number, in a list, in the result.
_COST = 64

_THIRD = float(np.float32(1) / np.float32(3))
_SQUEEZE = float(np.float32(0.0331))


def standard_gamma(generator: Generator, concentration: Array) -> Array:
    """Gamma numbers of these concentrations and rate 1, in their dtype; at least its smallest normal number.

    NotImplementedError: a dtype that is neither float32 nor float64.
    """
    kind = _checked("gamma_cpu", concentration)
    values = [_gamma(generator, alpha, kind) for alpha in counted(concentration.ravel())]
    found = np.array(values, np.float64).astype(kind).reshape(concentration.shape)
    drawn: Array = np.maximum(found, np.finfo(kind).tiny)
    return drawn


def dirichlet(generator: Generator, concentration: Array) -> Array:
    """Dirichlet numbers along the last dimension, drawn in double precision, inside (0, 1).

    NotImplementedError: a dtype that is neither float32 nor float64.
    """
    kind = _checked("dirichlet", concentration)
    wide = concentration.astype(np.float64)
    values = [_gamma(generator, alpha, wide.dtype) for alpha in counted(wide.ravel())]
    found = np.array(values, np.float64).reshape(concentration.shape)
    with np.errstate(all="ignore"):
        shares = (found / found.sum(-1, keepdims=True)).astype(kind)
    limits = np.finfo(kind)
    drawn: Array = np.clip(shares, limits.tiny, np.nextafter(kind.type(1), kind.type(0)))
    return drawn


def _checked(kernel: str, concentration: Array) -> np.dtype[Any]:
    charge_array(concentration.shape, _COST)
    if concentration.dtype not in (np.float32, np.float64):
        raise not_implemented(kernel, concentration)
    return concentration.dtype


def _gamma(generator: Generator, alpha: Any, kind: np.dtype[Any]) -> float:
    """One number. ``alpha`` is a NumPy number: sums and quotients with it are those of its own precision."""
    scale = 1.0
    if alpha < 1:
        if alpha == 0:
            return 0.0
        power = float(kind.type(1) / alpha)
        scale = (1.0 - generator.double_list(1)[0]) ** power if power < math.inf else 0.0
        alpha = alpha + kind.type(1)
    d = float(alpha - kind.type(_THIRD))
    if not d < math.inf:
        return d
    c = 1.0 / math.sqrt(9.0 * d) if d > 0 else math.nan
    if not c > 0:
        return math.nan
    while True:
        x = generator.normals(1)[0]
        y = 1.0 + c * x
        if y <= 0:
            continue
        v = y * y * y
        u = 1.0 - generator.double_list(1)[0]
        square = x * x
        if u < 1.0 - _SQUEEZE * square * square or math.log(u) < 0.5 * square + d * (1.0 - v + math.log(v)):
            return scale * d * v
