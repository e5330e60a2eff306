"""The numbers of ``arange`` and ``linspace``, with the roundings of PyTorch's kernels.

A multiple of the step is added in one rounding (a fused multiply-add), and ``arange`` rounds a new base for every
few numbers, as its vector instructions do. Without these, ``linspace(-1, 1, 11)`` has a zero in its middle where
PyTorch prints ``-1.4901e-08``.
"""

from __future__ import annotations

import numpy as np

#: How many numbers of a width (bytes) share one rounded base; the kernel takes two such groups at a time.
_GROUP = {2: 16, 4: 8, 8: 4}


#: Beyond this many numbers they are made block by block, each block in the cache.
_MANY = 1 << 16
_BLOCK = 1 << 13


def stepped(start: float, step: float, count: int, dtype: np.dtype) -> np.ndarray:
    """``count`` floating numbers from ``start`` by ``step``: shape ``(count,)``."""
    if count > _MANY and dtype.itemsize == 4:
        return _stepped_in_blocks(start, step, count, dtype)
    index = np.arange(count)
    group = _GROUP[dtype.itemsize]
    within = np.where(index < count - count % (2 * group), index % group, 0)
    base = _fused(np.float64(start), np.float64(step), index - within)
    rounded = np.where(within == 0, base, base.astype(dtype).astype(np.float64))
    return _fused(rounded, np.float64(step), within).astype(dtype)


def _stepped_in_blocks(start: float, step: float, count: int, dtype: np.dtype) -> np.ndarray:
    """``stepped`` in single precision: the same numbers, column after column of the groups that share a base.

    What is added to a base is rounded to double precision before: that shows in no more than one of a hundred million
    numbers, and in none where the step has few digits.
    """
    group = _GROUP[4]
    out = np.empty(count, dtype)
    whole = count - count % (2 * group)
    columns = np.tile((np.longdouble(step) * np.arange(group)).astype(np.float64), _BLOCK // group)
    exact = count < 1 << 29 and float(np.float32(step)) == step  # 29 and 24 binary digits: a double holds the product
    for begin in range(0, whole, _BLOCK):
        end = min(begin + _BLOCK, whole)
        index = np.arange(begin, end, group)
        base = start + step * index if exact else _fused(np.float64(start), np.float64(step), index)
        out[begin:end] = np.repeat(base.astype(dtype).astype(np.float64), group) + columns[: end - begin]
    out[whole:] = _fused(np.float64(start), np.float64(step), np.arange(whole, count))
    return out


def spaced(first: np.ndarray, last: np.ndarray, step: np.ndarray, count: int) -> np.ndarray:
    """``count`` numbers from ``first`` to ``last``, from both ends towards the middle, in the dtype of ``step``."""
    half = count // 2
    if count > _MANY:
        out = np.empty(count, step.dtype)
        _space(out[:half], first, step, 0, 1)
        _space(out[half:], last, -step, count - 1 - half, -1)
        return out
    index = np.arange(count)
    return np.concatenate([_fused(first, step, index[:half]), _fused(last, -step, count - 1 - index[half:])])


def _space(out: np.ndarray, base: np.ndarray, step: np.ndarray, index: int, way: int) -> None:
    """Fill ``out`` with ``base + step * index`` for ``index``, ``index + way``, ..., block by block."""
    if step.dtype != np.float32:
        out[...] = _fused(base, step, np.arange(index, index + way * len(out), way))
        return
    steps, start = np.float64(step), np.float64(base)
    ramp = np.arange(_BLOCK, dtype=np.float64) * way
    room = np.empty(_BLOCK)
    for begin in range(0, len(out), _BLOCK):
        part = out[begin : begin + _BLOCK]
        exact = np.add(ramp[: len(part)], index + way * begin, room[: len(part)])
        exact *= steps
        exact += start
        part[...] = exact


def _fused(base: np.ndarray | np.float64, step: np.ndarray | np.float64, index: np.ndarray) -> np.ndarray:
    """``base + step * index`` in the dtype of ``step``: rounded once, but in float16 after the product too."""
    if step.dtype.kind == "c" or step.dtype == np.float16:
        return np.asarray(base + step * index.astype(step.dtype))
    wide = np.longdouble if step.dtype == np.float64 else np.float64
    exact = np.asarray(base).astype(wide) + np.asarray(step).astype(wide) * index
    return np.asarray(exact).astype(step.dtype)
