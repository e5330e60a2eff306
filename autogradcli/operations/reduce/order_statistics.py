"""Order statistics: ``median``, ``mode``, ``kthvalue``, and which of equal elements each picks.

The gradient goes as that of the extremes: of all elements evenly, along a dimension to the one at the index.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ...numerics.away import MANY, away, by_size
from ...numerics.layouts import moveaxis
from ...numerics.limits import counted
from ..dims import add_reduce, wrap_dim
from . import tie_order
from .extremum import Pair, by_index, evenly, pick, refuse_empty
from .ordering import stable_order

# -- medians -----------------------------------------------------------------------------------------------


def _median_index(rows: Array, skip_nan: bool) -> Array:
    """The index of the lower median in each row, kept as a last dimension of size 1.

    A NaN makes the median NaN, unless they are skipped.
    """
    if rows.dtype.kind != "f" or not np.isnan(rows).any():
        return _ranked(rows, (rows.shape[-1] - 1) // 2)
    order = stable_order(rows, rows.ndim - 1)  # NaN last
    n = rows.shape[-1]
    index = np.empty((*rows.shape[:-1], 1), np.int64)
    for place in counted(np.ndindex(rows.shape[:-1])):
        row = rows[place]
        missing = np.isnan(row) if row.dtype.kind == "f" else np.zeros(n, np.bool_)
        count = int(add_reduce(missing))
        if count and not skip_nan:
            index[place] = np.argmax(missing)
            continue
        if count == n:  # of equal numbers the first ones come first, of NaNs those that the selection puts there
            places = list(range(n))
            tie_order.nth_element(places, lambda i, j: False, 0)
            index[place] = places[0]
        else:
            index[place] = order[place][(n - count - 1) // 2]
    return index


def _ranked(rows: Array, k: int) -> Array:
    """The index of the element at place ``k`` of each row's stable order, none of the elements being NaN."""
    value, same = _at_rank(rows, k)
    index = np.argmax(same, -1, keepdims=True)
    several = np.count_nonzero(same, -1) > 1 if np.count_nonzero(same) > index.size else None
    if several is not None:  # of equal ones the first comes first
        some = same[several]
        which = k - np.count_nonzero(rows[several] < value[several], -1, keepdims=True)
        index[several] = np.argmax(np.cumsum(some, -1, np.int32) > which, -1, keepdims=True)
    return index


def _at_rank(rows: Array, k: int) -> tuple[Array, Array]:
    """The element at place ``k`` of each row in order, and which elements equal it."""
    value = np.partition(rows, k, -1)[..., k : k + 1]
    return value, rows == value


def _median_all(input: Array, skip_nan: bool) -> Array:
    if not input.size:
        return np.full((), np.nan if input.dtype.kind == "f" else np.iinfo(input.dtype).min, input.dtype)
    rows = input.reshape(-1)
    return rows[_median_index(rows, skip_nan)[0]]


def _median_dim(name: str, input: Array, dim: int, keepdim: bool) -> Pair:
    at = wrap_dim(dim, input.ndim)
    refuse_empty(name, input, at)
    if not input.ndim:
        return input.copy(), np.zeros((), np.int64)
    rows = np.ascontiguousarray(moveaxis(input, at, -1))
    index = moveaxis(_median_index(rows, name == "nanmedian"), -1, at)
    return pick(input, index, at, keepdim)


_ALL_EVENLY: dict[str, Any] = {
    "takes": ("integer floating", "median_cpu"),
    "cost": by_size,
    "input": lambda F, g, input, result: evenly(F, g, input, result),
    "examples": lambda r: [(r.distinct((2, 3)),), (r(),)],
}


@operation(node="MedianBackward0", spelling="median", rows="flat: median_dim", **_ALL_EVENLY)
def median_all(input: Array) -> Array:
    """The lower median of all elements."""
    return _median_all(input, False)


@operation(node="NanmedianBackward0", spelling="nanmedian", rows="flat: nanmedian_dim", **_ALL_EVENLY)
def nanmedian_all(input: Array) -> Array:
    """The lower median of all elements that are numbers."""
    return _median_all(input, True)


@operation(takes=("integer floating", "median_out"), cost=by_size, **by_index("MedianBackward1", "median"))
def median_dim(input: Array, dim: int, keepdim: bool = False) -> Pair:
    """The lower median along a dimension and its index."""
    return _median_dim("median", input, dim, keepdim)


@operation(takes=("integer floating", "median_out"), cost=by_size, **by_index("NanmedianBackward1", "nanmedian"))
def nanmedian_dim(input: Array, dim: int, keepdim: bool = False) -> Pair:
    """The lower median of the numbers along a dimension and its index."""
    return _median_dim("nanmedian", input, dim, keepdim)


# -- mode and k-th value -----------------------------------------------------------------------------------


def _counted(row: Array) -> Any:
    return np.unique(row, return_counts=True)


@operation(takes=("bool integer floating", "mode_cpu"), **by_index("ModeBackward0", "mode"))
def mode(input: Array, dim: int = -1, keepdim: bool = False) -> Pair:
    """The most frequent value along a dimension, the smallest of several, and the index of one element that has it.

    That is the last one after a sort that needn't keep equal elements in order.
    """
    at = wrap_dim(dim, input.ndim)
    refuse_empty("mode", input, at)
    if not input.ndim:
        return input.copy(), np.zeros((), np.int64)
    rows = moveaxis(input, at, -1)
    index = np.empty((*rows.shape[:-1], 1), np.int64)
    for place in counted(np.ndindex(rows.shape[:-1])):
        row = rows[place]
        values, counts = _counted(row) if row.size <= MANY else away(_counted, row)
        if values[-1] != values[-1] or (row.size > tie_order.STABLE and counts.max() > 1):
            index[place] = _last_of_most(row.tolist())
        else:
            index[place] = np.flatnonzero(row == values[np.argmax(counts)])[-1]
    return pick(input, moveaxis(index, -1, at), at, keepdim)


def _last_of_most(row: list[Any]) -> int:
    """The place of the last of the longest run of equal elements, once sorted. A NaN is neither smaller nor larger than
    anything, nor equal to itself, so the steps of the sort tell where it comes."""
    places = list(range(len(row)))
    tie_order.sort(places, lambda i, j: bool(row[i] < row[j]), len(row))
    found, most, length = 0, 0, 0
    for k, place in enumerate(places):
        length += 1
        if k + 1 == len(row) or row[place] != row[places[k + 1]]:
            if length > most:
                found, most = place, length
            length = 0
    return found


def _kth_examples(r: Any) -> list[Any]:
    return [(r.distinct((2, 3)), 2, 1), (r.distinct((2, 3)), 1, 0, True)]


@operation(
    takes=("integer floating", "kthvalue_cpu"),
    cost=by_size,
    **{**by_index("KthvalueBackward0", "kthvalue"), "examples": _kth_examples},
)
def kthvalue(input: Array, k: int, dim: int = -1, keepdim: bool = False) -> Pair:
    """The ``k``-th smallest element along a dimension, counted from 1, and its index."""
    at = wrap_dim(dim, input.ndim)
    refuse_empty("kthvalue", input, at)
    if not 1 <= k <= (input.shape[at] if input.ndim else 1):
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {at}")
    if not input.ndim:
        return input.copy(), np.zeros((), np.int64)
    rows = np.ascontiguousarray(moveaxis(input, at, -1))
    _, same = _at_rank(rows, k - 1)
    found = np.argmax(same, -1, keepdims=True)
    for place in counted(np.argwhere(np.count_nonzero(same, -1) != 1)):  # several, or a NaN, which equals nothing
        row = rows[tuple(place)]
        places = list(range(row.size))
        tie_order.quickselect(places, tie_order.turned(_ascending(row.tolist())), k - 1)
        found[tuple(place)] = places[k - 1]
    return pick(input, moveaxis(found, -1, at), at, keepdim)


def _ascending(row: list[Any]) -> Any:
    """The order of a row's places by their values, NaN last."""

    def before(i: int, j: int) -> bool:
        x, y = row[i], row[j]
        return (x == x and y != y) or x < y

    return before
