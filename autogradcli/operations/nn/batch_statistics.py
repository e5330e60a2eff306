"""Batch normalisation digit for digit as PyTorch's CPU kernels compute it: a mean and a variance for each channel, what
is kept of them, and one multiplication and addition for each element, fused.

Pictures are summed in double precision, and squares are rounded before that. Rows (no dimension behind the channels)
are added one after the other, as PyTorch does with one thread, but for a rounding of each square.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array
from ...numerics.exact import fused_float32, fused_float64
from ...numerics.layouts import moveaxis

#: Elements of whose results somebody may read the last digits.
_SEEN = 1 << 14


def moments(x: Array) -> tuple[Array, Array]:
    """Of each channel of (N, C, ...), float32 or float64, the mean and the sum of squares of what differs from it."""
    count = x.size // max(x.shape[1], 1)
    if x.size // max(len(x), 1) == x.shape[1]:
        return _of_rows(x.reshape(x.shape[:2]))
    channels = moveaxis(x, 1, 0).reshape(x.shape[1], -1)
    mean = (_total(channels) / count).astype(x.dtype)
    away = channels - mean[:, None]
    away *= away
    return mean, _total(away).astype(x.dtype)


def _total(channels: Array) -> Array:
    """Sums of rows, in double precision."""
    if channels.dtype == np.float64 and channels.shape[-1] and channels.size <= _SEEN:
        return np.add.accumulate(channels, 1)[:, -1]
    return np.add.reduce(channels, 1, np.float64)


def _of_rows(x: Array) -> tuple[Array, Array]:
    mean: Array = np.add.reduce(x, 0) / x.dtype.type(len(x))
    away = x - mean
    away *= away
    return mean, np.add.reduce(away, 0)


def kept(before: Array, value: Array, momentum: float, is_variance: bool) -> Array:
    """A running statistic moved towards a batch's by ``momentum``."""
    share, rest = value.dtype.type(momentum), value.dtype.type(1 - momentum) * before
    if is_variance and value.dtype == np.float32:
        return fused_float32(value, share, rest)
    return share * value + rest


def transformed(x: Array, mean: Array, scale: Array, weight: Array | None, bias: Array | None) -> Array:
    """``(x - mean) * scale * weight + bias``, each of a number for a channel."""
    factor = scale if weight is None else scale * weight
    shape = (1, -1) + (1,) * (x.ndim - 2)
    start = fused(-mean, factor, np.zeros_like(mean) if bias is None else bias).reshape(shape)
    factor = factor.reshape(shape)
    if x.size <= _SEEN:
        return fused(x, factor, start)
    found = x * factor
    found += start
    return found


def fused(a: Array, b: Any, c: Any) -> Array:
    return fused_float32(a, b, c) if a.dtype == np.float32 else fused_float64(a, b, c)
