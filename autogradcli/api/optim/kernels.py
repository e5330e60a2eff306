"""The steps that optimizers are made of, in place on arrays, rounded as PyTorch's kernels round them.

A sum with a multiple is one fused operation there: one rounding, not two.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray

_F32, _F64 = np.dtype("float32"), np.dtype("float64")


def fused(a: Array, b: Any, c: Array) -> Array:
    """``a * b + c`` with one rounding: float32 through float64, float64 by exact product and sum (Dekker, Knuth)."""
    if a.dtype == _F32:
        number = np.float32(b) if isinstance(b, float) else b
        single: Array = (np.multiply(a, number, dtype=_F64) + c).astype(_F32)
        return single
    product = a * b
    plain: Array = product + c
    if a.dtype != _F64 or not (np.abs(product) < 1e290).all():  # above, the splitting would overflow
        return plain
    error = _product_error(a, b, product)
    total = plain
    part = total - product
    rest = (product - (total - part)) + (c - part)
    exact: Array = total + (rest + error)
    return exact


def _split(x: Any) -> tuple[Any, Any]:
    scaled = x * 134217729.0  # 2**27 + 1
    high = scaled - (scaled - x)
    return high, x - high


def _product_error(a: Any, b: Any, product: Any) -> Any:
    (ah, al), (bh, bl) = _split(a), _split(b)
    return al * bl - (((product - ah * bh) - al * bh) - ah * bl)


def add(out: Array, other: Array, alpha: float) -> None:
    """``out += alpha * other``."""
    out[...] = out + other if alpha == 1 else fused(other, float(alpha), out)


def added(a: Array, b: Array, alpha: float) -> Array:
    """``a + alpha * b``, a new array."""
    return a + b if alpha == 1 else fused(b, float(alpha), a)


def lerp(out: Array, end: Array, weight: float) -> None:
    """``out`` moved by ``weight`` of the way to ``end``, from the nearer of the two."""
    way = end - out
    out[...] = fused(way, float(weight), out) if weight < 0.5 else fused(-way, float(1 - out.dtype.type(weight)), end)


def addcmul(out: Array, a: Array, b: Array, value: float) -> None:
    """``out += value * a * b``."""
    out[...] = fused(a if value == 1 else a * float(value), b, out)


def addcdiv(out: Array, a: Array, b: Array, value: float) -> None:
    """``out += value * a / b``."""
    out[...] = out + (a / b if value == 1 else (a * float(value)) / b)
