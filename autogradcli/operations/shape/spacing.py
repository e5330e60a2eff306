"""The numbers of ``arange`` and ``linspace``, with the roundings of PyTorch's kernels.

A multiple of the step is added in one rounding (a fused multiply-add), and ``arange`` rounds a new base for every
few numbers, as its vector instructions do. Without these, ``linspace(-1, 1, 11)`` has a zero in its middle where
PyTorch prints ``-1.4901e-08``.
"""

from __future__ import annotations

import numpy as np

#: How many numbers of a width (bytes) share one rounded base; the kernel takes two such groups at a time.
_GROUP = {2: 16, 4: 8, 8: 4}


def stepped(start: float, step: float, count: int, dtype: np.dtype) -> np.ndarray:
    """``count`` floating numbers from ``start`` by ``step``: shape ``(count,)``."""
    index = np.arange(count)
    group = _GROUP[dtype.itemsize]
    within = np.where(index < count - count % (2 * group), index % group, 0)
    base = _fused(np.float64(start), np.float64(step), index - within)
    rounded = np.where(within == 0, base, base.astype(dtype).astype(np.float64))
    return _fused(rounded, np.float64(step), within).astype(dtype)


def spaced(first: np.ndarray, last: np.ndarray, step: np.ndarray, count: int) -> np.ndarray:
    """``count`` numbers from ``first`` to ``last``, from both ends towards the middle, in the dtype of ``step``."""
    index = np.arange(count)
    half = count // 2
    return np.concatenate([_fused(first, step, index[:half]), _fused(last, -step, count - 1 - index[half:])])


def _fused(base: np.ndarray | np.float64, step: np.ndarray | np.float64, index: np.ndarray) -> np.ndarray:
    """``base + step * index`` in the dtype of ``step``: rounded once, but in float16 after the product too."""
    if step.dtype.kind == "c" or step.dtype == np.float16:
        return np.asarray(base + step * index.astype(step.dtype))
    wide = np.longdouble if step.dtype == np.float64 else np.float64
    exact = np.asarray(base).astype(wide) + np.asarray(step).astype(wide) * index
    return np.asarray(exact).astype(step.dtype)
