"""How arrays lie in memory: strides, elements that share a location, and the layouts of results that do not lie as
NumPy's would.

    "contiguous"   in order, whatever the operands' strides
    "like"         in the order of the first operand's strides
    "channels"     with the channels last where the operand lies so (all of a list do, or a weight does)
    "columns"      matrices column by column, as LAPACK leaves them

Most results follow their operands in both libraries and say nothing. What is in order already passes untouched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Kernel = Callable[..., Any]


def laid_out(kernel: Kernel, layout: str) -> Kernel:
    """The kernel with its result, or each of its results, in that layout."""
    lay = {"contiguous": _contiguous, "like": _like, "channels": _channels, "columns": _columns}[layout]

    def laid(*args: Any, **named: Any) -> Any:
        raw = kernel(*args, **named)
        if isinstance(raw, tuple):
            return tuple([lay(r, args[0]) for r in raw])
        return lay(raw, args[0])

    return laid


def moveaxis(x: np.ndarray, source: int, destination: int) -> np.ndarray:
    """``np.moveaxis`` of one axis, of an array and in a fifth of the time."""
    source, destination = source % x.ndim, destination % x.ndim
    if source == destination:
        return x
    order = [k for k in range(x.ndim) if k != source]
    order.insert(destination, source)
    return x.transpose(order)


def _contiguous(result: Any, operand: Any) -> Any:
    if result.__class__ is not np.ndarray or result.flags.c_contiguous:
        return result
    return np.ascontiguousarray(result)


def _like(result: Any, operand: Any) -> Any:
    if operand.flags.c_contiguous or result.__class__ is not np.ndarray or result.shape != operand.shape:
        return result
    laid = np.empty_like(operand, result.dtype, order="C" if 0 in operand.strides else "K", subok=False)
    laid[...] = result
    return laid


def _columns(result: Any, operand: Any) -> Any:
    if result.__class__ is not np.ndarray or result.ndim < 2:
        return result
    return np.swapaxes(np.ascontiguousarray(np.swapaxes(result, -2, -1)), -2, -1)


def _channels_last(x: Any) -> bool:
    """Whether pictures or volumes lie with their channels last."""
    return bool(x.ndim in (4, 5) and not x.flags.c_contiguous and moveaxis(x, 1, -1).flags.c_contiguous)


def _channels(result: Any, operand: Any) -> Any:
    one = operand[0] if isinstance(operand, list) else operand
    if not (all(map(_channels_last, operand)) if isinstance(operand, list) else _channels_last(operand)):
        return _contiguous(result, operand)
    return channels_last(result) if result.ndim == one.ndim else result


def channels_last(x: Any) -> Any:
    """A copy with the channels last."""
    moved = moveaxis(x, 1, -1)
    made = np.empty(moved.shape, moved.dtype)
    made[...] = moved
    return moveaxis(made, -1, 1)


def follows(result: Any, *operands: Any) -> Any:
    """A result with its channels last where any of the operands lies so."""
    return channels_last(result) if any(map(_channels_last, operands)) else result


# -- strides, and elements that share a location ------------------------------------------------------------


def strides_of(array: np.ndarray) -> tuple[int, ...]:
    """Strides in elements. NumPy keeps no promise for dimensions of size 0 and 1, PyTorch's are contiguous there."""
    size, strides = array.itemsize, array.strides
    if len(strides) == 2:  # matrices, whose products ask for it
        return (strides[0] // size, strides[1] // size)
    return tuple([s // size for s in strides])


def overlaps_itself(array: np.ndarray) -> bool:
    """Whether several elements are one memory location, as in an expanded tensor. (Of windows that slide over each
    other ``slides`` tells.)"""
    if array.flags.forc or not array.size:
        return False
    return any(s == 0 and n > 1 for n, s in zip(array.shape, array.strides, strict=True))


def slides(array: np.ndarray) -> bool:
    """Whether several elements are one memory location, as in windows that slide over each other."""
    if not array.size or not reach_over(list(zip(array.strides, array.shape, strict=True)), array.itemsize):
        return False
    return np.unique(_places(array)).size < array.size


def _places(array: np.ndarray) -> np.ndarray:
    """Of each element the number of bytes to it from the first."""
    places = np.zeros((), np.int64)
    for stride, size in zip(array.strides, array.shape, strict=True):
        places = np.add.outer(places, np.arange(size) * stride)
    return places


def turns(array: np.ndarray) -> np.ndarray:
    """Of each element how many before it, the last dimension running fastest, are the same memory location."""
    places = _places(array).ravel()
    order = np.argsort(places, kind="stable")
    runs = places[order]
    first = np.maximum.accumulate(np.where(np.r_[True, runs[1:] != runs[:-1]], np.arange(runs.size), 0))
    turn = np.empty(runs.size, np.int64)
    turn[order] = np.arange(runs.size) - first
    return turn.reshape(array.shape)


def reach_over(steps: list[tuple[int, int]], width: int) -> bool:
    """Whether elements of a width may be in each other's place, along dimensions of these strides and sizes."""
    reach = width - 1
    for stride, size in sorted(steps):
        if size > 1:
            if stride <= reach:
                return True
            reach += (size - 1) * stride
    return False
