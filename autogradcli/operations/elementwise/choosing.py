"""Elements where a condition holds and zero elsewhere, and values within bounds: NumPy's own ways of both are slow.

``np.where`` takes a nanosecond an element, a number as an operand of ``np.maximum`` three times what an array takes.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...numerics.blocks import BLOCK
from .constants import ZERO

#: Below so many elements all ways are alike.
FEW = 1 << 10

_BITS: dict[np.dtype, type] = {np.dtype(np.float32): np.int32, np.dtype(np.float64): np.int64}


def is_zero(value: Any) -> bool:
    """Whether an operand is the number 0, not the negative one."""
    if value.__class__ is np.ndarray:
        return not value.ndim and value.dtype.kind == "f" and is_zero(value.item())
    return (value.__class__ is float or value.__class__ is int) and value == 0 and math.copysign(1, value) > 0


def kept_where(mask: Any, x: Any) -> Any:
    """``np.where(mask, x, 0)`` of two arrays of one shape, by their bits: all of them, or none."""
    if x.size < FEW:
        return np.where(mask, x, ZERO[x.dtype])
    bits = _BITS.get(x.dtype)
    if bits is None or mask.dtype is not _BOOL or mask.shape != x.shape:
        return np.where(mask, x, x.dtype.type(0))
    ones: Any = np.negative(mask.view(np.int8)).astype(bits)
    return np.bitwise_and(x.view(bits), ones, ones).view(x.dtype)


def cleared_where(mask: Any, x: Any) -> Any:
    """``np.where(mask, 0, x)`` of two arrays of one shape."""
    bits = _BITS.get(x.dtype)
    if x.size < FEW or bits is None or mask.dtype is not _BOOL or mask.shape != x.shape:
        return np.where(mask, x.dtype.type(0), x)
    ones: Any = np.subtract(mask.view(np.int8), _ONE_BYTE).astype(bits)
    return np.bitwise_and(x.view(bits), ones, ones).view(x.dtype)


_ONE_BYTE = np.array(1, np.int8)


def chosen(mask: Any, a: Any, b: Any) -> Any:
    """``np.where(mask, a, b)``, of two arrays of one shape, or one and a number, by their bits. Element by element the
    processor guesses which it will be, and a wrong guess costs it as much as ten elements."""
    array = a if a.__class__ is np.ndarray and a.ndim else b
    bits = _BITS.get(array.dtype) if array.__class__ is np.ndarray else None
    if bits is None or mask.dtype is not _BOOL or mask.shape != array.shape or array.size < FEW:
        return np.where(mask, a, b)
    pair: list[Any] = []
    for x in (a, b):
        if x.__class__ is float or x.__class__ is int:
            x = np.asarray(x, array.dtype)
        if x.__class__ is not np.ndarray or x.dtype is not array.dtype or (x.ndim and x.shape != array.shape):
            return np.where(mask, a, b)
        pair.append(x.view(bits))
    ones: Any = np.negative(mask.view(np.int8)).astype(bits)
    ones &= pair[0] ^ pair[1]
    ones ^= pair[1]
    return ones.view(array.dtype)


_BOOL = np.dtype(np.bool_)


def zeros_beside(x: Any) -> Any:
    """Zeros of the shape of an array, to be read: those of a block of numbers are kept."""
    if x.size > BLOCK or x.ndim != 1:
        return np.zeros_like(x)
    found = _ZEROS.get(x.dtype)
    if found is None:
        found = _ZEROS[x.dtype] = np.zeros(BLOCK, x.dtype)
        found.flags.writeable = False
    return found[: x.size]


_ZEROS: dict[np.dtype, Any] = {}


def within(x: Any, low: Any, high: Any) -> Any:
    """``np.clip``, where it gives the bits of ``np.minimum(high, np.maximum(low, x))``; None where it may not: of two
    zeros each prefers another."""
    if x.size < FEW or x.dtype not in _BITS:
        return None
    for bound in (low, high):
        if bound is not None and (bound.__class__ not in (float, int) or not bound or bound != bound):
            return None
    if low is not None and high is not None and low > high:
        return None
    return np.clip(x, low, high)
