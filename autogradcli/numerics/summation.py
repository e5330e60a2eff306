"""Sums in PyTorch's order of additions, so that the last digit of a sum is PyTorch's.

NumPy adds pairwise. PyTorch's kernel (a cascade) adds with as many accumulators as a vector of 32 bytes has places,
four such vectors side by side, and every sixteen steps moves what has gathered to the next of four levels. The
shape of the memory decides which of its loops runs:

    one row, shorter than a vector     four scalar accumulators
    a row                              four vectors of accumulators, then the rest of the row, then the vector's places
    columns of a matrix                one accumulator a column; the columns that fill no group as short rows

What is left to NumPy are sums along an axis that isn't the fastest, which it does step by step, in order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .away import HUGE, away, away_if
from .blocks import BLOCK, LARGE
from .products import multiplied

_add: Any = np.add.reduce
_running: Any = np.add.accumulate

#: Elements of a vector register by dtype.
_WIDTH = {np.dtype(np.float32): 8, np.dtype(np.float64): 4}

#: The places of a row of 5, 6 or 7 in the order in which four accumulators add them.
_SHORT = {n: np.array([0, *range(4, n), 1, 2, 3]) for n in (5, 6, 7)}

#: Beyond this many elements PyTorch shares the work among threads, and the order depends on their number.
_MOST = 32768


#: Of as many sums and more nobody reads the last digit: printing shows fewer in full.
_SEEN = 1_000


def add_reduce(array: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False) -> Any:
    """Sum over ``axis`` (an int, a tuple, None for all), as ``np.add.reduce`` takes its arguments.

    Floats of 32 and 64 bits are added in PyTorch's order; all else, and what NumPy adds in the same order, by NumPy.
    """
    size = array.size
    if size <= 4 or size > _MOST or dtype is not None:
        if size >= LARGE and dtype is None and out is None and array.dtype.kind == "f" and _is_line(array, axis):
            total = away_if(size > HUGE, _in_blocks, array.reshape(-1))
            return total.reshape((1,) * array.ndim) if keepdims else total
        if size > _MOST and dtype is None and out is None and _is_rows(array, axis):
            sums = away_if(size > HUGE, sums_of_rows, array)
            return sums if keepdims else sums[..., 0]
        if size > HUGE:
            return away(_add, array, axis, dtype, out, keepdims)
        return _add(array, axis, dtype, out, keepdims)
    width = _WIDTH.get(array.dtype)
    if width is None:
        return _add(array, axis, dtype, out, keepdims)
    ndim = array.ndim
    if ndim == 1:
        if axis == ():
            return _add(array, axis, dtype, out, keepdims)
        total = _row(array, width)
        return total.reshape(1) if keepdims else total
    if axis is None or (axis.__class__ is tuple and len(axis) == ndim):
        if not (array.flags.c_contiguous or array.flags.f_contiguous):
            return _add(array, axis, dtype, out, keepdims)
        total = _row(array.reshape(-1, order="A"), width)
        return total.reshape((1,) * ndim) if keepdims else total
    found = _by_dims(array, axis, width)
    if found is None:
        return _add(array, axis, dtype, out, keepdims)
    return found.reshape(_kept(array.shape, axis)) if keepdims else found


def _kept(shape: tuple[int, ...], axis: Any) -> list[int]:
    """The shape of a sum whose dimensions stay, each of size 1."""
    kept = list(shape)
    for dim in axis if axis.__class__ is tuple else (axis,):
        kept[dim] = 1
    return kept


def _is_rows(array: Any, axis: Any) -> bool:
    """Whether the elements of each row are to be added."""
    return axis in (-1, array.ndim - 1) if axis.__class__ is int else axis in ((-1,), (array.ndim - 1,))


def sums_of_rows(x: Any, least: int = _SEEN) -> Any:
    """Sums along the last dimension, which stays: ``(..., n)`` to ``(..., 1)``.

    Of ``least`` rows and more the sums are a product with a vector of ones, for which the library of matrix products
    takes a fourth of the time that NumPy takes to add.
    """
    n = x.shape[-1]
    if x.dtype.char in "fd" and _SHORTEST <= n <= _LONGEST and x.size >= n * least and x.flags.c_contiguous:
        sums: Any = multiplied(np.matmul, x.reshape(-1, n), _ones(n, x.dtype))
        sums += 0.0  # of negative zeros alone it is zero
        return sums.reshape((*x.shape[:-1], 1))
    return _add(x, -1, None, None, True)


def _ones(n: int, dtype: Any) -> Any:
    found = _ONES.get((n, dtype))
    if found is None:
        if len(_ONES) >= _MOST_KEPT:
            _ONES.clear()
        found = _ONES[n, dtype] = np.ones(n, dtype)
    return found


_ONES: dict[tuple[int, Any], Any] = {}
_MOST_KEPT = 64
#: Rows for which that holds; in longer ones the order of additions is felt.
_SHORTEST, _LONGEST = 2, 4096


def _is_line(array: Any, axis: Any) -> bool:
    """Whether all elements are to be added, and lie in one line."""
    if not array.flags.c_contiguous or axis == ():
        return False
    return axis is None or array.ndim == 1 or (axis.__class__ is tuple and len(axis) == array.ndim)


def sum_of_block(block: Any) -> Any:
    """The sum of a part of a large array: one line of numbers."""
    return _add(block)


def sum_of_sums(sums: Any) -> Any:
    """The sum of a large array, from those of its blocks."""
    return _add(sums)


def _in_blocks(x: Any) -> Any:
    """The sum of a large line of numbers: of the sums of its blocks, so that it is the same whether the blocks are
    there together or one after the other."""
    whole = x.size // BLOCK - 1
    sums = np.empty(whole + 1, x.dtype)
    _add(x[: whole * BLOCK].reshape(whole, BLOCK), 1, None, sums[:whole])
    sums[whole] = _add(x[whole * BLOCK :])
    return sum_of_sums(sums)


def _by_dims(array: Any, axis: Any, width: int) -> Any:
    """A sum over some dimensions of two or more; None where NumPy may do it."""
    ndim = array.ndim
    if axis.__class__ is int:
        dims = [axis + ndim if axis < 0 else axis]
    elif len(axis) == 1:
        dims = [axis[0] % ndim]
    else:
        dims = sorted(k + ndim if k < 0 else k for k in axis)
        if not dims:
            return None
    if not array.flags.c_contiguous:
        if ndim == 2 and array.flags.f_contiguous:
            return _by_dims(array.T, 1 - dims[0], width)
        return None
    first, last = dims[0], dims[-1]
    shape = array.shape
    if last - first + 1 != len(dims):  # not neighbours: the innermost first, then what is before the others
        tail = ndim - last
        while ndim - tail - 1 in dims:
            tail += 1
        if last != ndim - 1 or dims[: len(dims) - tail] != list(range(len(dims) - tail)):
            return None
        inner = _row(array.reshape((*shape[: ndim - tail], -1)), width, summed_again=True)
        return _add(inner, tuple(dims[:-tail]))
    before, behind = shape[:first], shape[last + 1 :]
    if not behind:
        return _row(array.reshape((*before, -1)), width)
    n, w = 1, 1
    for size in shape[first : last + 1]:
        n *= size
    for size in behind:
        w *= size
    if n <= 4:
        return None
    if w == 1:
        return _row(array.reshape((*before, n)), width).reshape(before + behind)
    return _columns(array.reshape((*before, n, w)), width).reshape(before + behind)


def _row(x: Any, width: int, summed_again: bool = False) -> Any:
    """Sum of the last dimension, whose elements lie side by side: shape ``(..., n)`` to ``(...)``."""
    lead, n = x.shape[:-1], x.shape[-1]
    if lead and x.size >= n * _SEEN and not summed_again:
        return sums_of_rows(x)[..., 0] + 0.0
    if n < width:
        return _add(x if n <= 4 else x.take(_SHORT[n], -1), -1)
    count = n // width
    rest = n - count * width
    if not lead and count > 1:  # the row of a small program: the same in fewer calls of NumPy
        places = _side_by_side((x[: n - rest] if rest else x).reshape(count, width))
        return _running(np.concatenate((x[n - rest :], places)) if rest else places)[-1] + 0.0
    if not rest and count == 1:
        return _running(x, -1)[..., -1] + 0.0  # a sum begins at 0, so it is never the negative zero
    in_order = np.empty((*lead, rest + width), x.dtype)  # the rest of the row, then the vector's places
    in_order[..., :rest] = x[..., n - rest :]
    vectors = x if not rest else x[..., : n - rest]
    in_order[..., rest:] = vectors if count == 1 else _side_by_side(vectors.reshape((*lead, count, width)))
    return _running(in_order, -1)[..., -1] + 0.0


def _side_by_side(x: Any) -> Any:
    """Sum of the last dimension but one with four accumulators: ``(..., n, w)`` to ``(..., w)``."""
    n, w = x.shape[-2:]
    if n <= 4:
        return _add(x, -2)
    if n < 8:  # three of the accumulators hold one row each
        return _add(x.take(_SHORT[n], -2), -2)
    lead, fours = x.shape[:-2], n // 4
    if n == 4 * fours:
        return _add(_cascade(x.reshape((*lead, fours, 4 * w))).reshape((*lead, 4, w)), -2)
    sums = _cascade(x[..., : 4 * fours, :].reshape((*lead, fours, 4 * w)))
    first = sums[..., :w]
    for k in range(4 * fours, n):
        first += x[..., k, :]
    return _add(sums.reshape((*lead, 4, w)), -2)


def _cascade(x: Any) -> Any:
    """Sum of the last dimension but one, in blocks of 16, blocks of blocks, and so on: ``(..., n, w)`` to ``(..., w)``.

    The result is a new array.
    """
    n = x.shape[-2]
    if n < 16:
        return _add(x, -2)
    if n == 16:
        return _add(x, -2) + 0.0
    if not n % 16 and n < 256:
        return _add(_add(x.reshape((*x.shape[:-2], n // 16, 16, x.shape[-1])), -2), -2) + 0.0
    levels = []
    for _ in range(3):
        n = x.shape[-2]
        blocks = n // 16
        levels.append(_add(x[..., 16 * blocks :, :], -2) if n > 16 * blocks else 0.0)
        if not blocks:
            break
        x = _add(x[..., : 16 * blocks, :].reshape((*x.shape[:-2], blocks, 16, x.shape[-1])), -2)
    else:
        levels.append(_add(x, -2))
    total = levels[0]
    for level in levels[1:]:
        total = total + level
    return total


def _columns(x: Any, width: int) -> Any:
    """Sum of the last dimension but one, of more than 4: ``(..., n, w)`` to ``(..., w)``."""
    w = x.shape[-1]
    if x.size >= x.shape[-2] * _SEEN:
        return _add(x, -2) + 0.0
    group = 4 * width if w >= width else 4
    alone = w - w % group  # columns in whole groups have an accumulator each
    if alone == w:
        return _cascade(x)
    if not alone:
        return _side_by_side(x)
    if 2 * alone > w and x.flags.c_contiguous:  # all columns both ways is faster than parts of rows one way each
        sums = _cascade(x)
        sums[..., alone:] = _side_by_side(x)[..., alone:]
        return sums
    sums = np.empty((*x.shape[:-2], w), x.dtype)
    sums[..., :alone] = _cascade(x[..., :alone])
    sums[..., alone:] = _side_by_side(x[..., alone:])
    return sums
