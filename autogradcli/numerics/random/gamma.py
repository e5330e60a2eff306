"""Gamma and Dirichlet numbers, draw for draw PyTorch's.

By rejection, one element at a time: G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables"
(2000).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..limits import charge_array, counted
from .ahead import TOGETHER, Ahead
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
    found = _numbers(generator, concentration).astype(kind)
    drawn: Array = np.maximum(found, np.finfo(kind).tiny)
    return drawn


def dirichlet(generator: Generator, concentration: Array) -> Array:
    """Dirichlet numbers along the last dimension, drawn in double precision, inside (0, 1).

    NotImplementedError: a dtype that is neither float32 nor float64.
    """
    kind = _checked("dirichlet", concentration)
    found = _numbers(generator, concentration.astype(np.float64))
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


def _numbers(generator: Generator, concentration: Array) -> Array:
    """One of each, float64. Sums and quotients with a concentration are those of its own precision."""
    flat = concentration.ravel()
    one, third = flat.dtype.type(1), flat.dtype.type(_THIRD)
    with np.errstate(all="ignore"):
        powers = np.where(flat < 1, one / flat, 0).astype(np.float64)
        distances = (np.where(flat < 1, flat + one, flat) - third).astype(np.float64)
        scales = 1.0 / np.sqrt(9.0 * distances)
    turns = zip(flat.tolist(), powers.tolist(), distances.tolist(), scales.tolist(), strict=True)
    with Ahead(generator) as draw:
        values = [_gamma(draw, *turn) for turn in counted(turns, TOGETHER)]
    return np.array(values, np.float64).reshape(concentration.shape)


def _gamma(draw: Ahead, alpha: float, power: float, d: float, c: float) -> float:
    """One number, where ``d`` is a third less than ``alpha``, or than one more, and ``c`` is ``1 / sqrt(9 d)``."""
    scale = 1.0
    if alpha < 1:
        if alpha == 0:
            return 0.0
        scale = (1.0 - draw.double()) ** power if power < math.inf else 0.0
    if not d < math.inf:
        return d
    if not c > 0:
        return math.nan
    while True:
        x = draw.normal()
        y = 1.0 + c * x
        if y <= 0:
            continue
        v = y * y * y
        u = 1.0 - draw.double()
        square = x * x
        if u < 1.0 - _SQUEEZE * square * square or math.log(u) < 0.5 * square + d * (1.0 - v + math.log(v)):
            return scale * d * v
