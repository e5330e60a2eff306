"""Order and counts: ``sort``, ``topk``, ``unique``, ``searchsorted``, ``bincount``, ``histc``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...engine.operation import Array, Index, Number, operation
from ...numerics import dtypes
from ...numerics.away import by_size
from ...numerics.layouts import moveaxis
from ...numerics.limits import counted
from ..dims import maximum_reduce, minimum_reduce, wrap_dim
from ..places import taken_along
from ..refuse import is_storage, not_implemented_for, unwritten
from . import tie_order
from .extremum import Pair
from .ordering import stable_order

# -- sort and topk -----------------------------------------------------------------------------------------


def _sorted(input: Array, dim: int, descending: bool) -> Pair:
    at = wrap_dim(dim, input.ndim)
    if input.dtype.kind == "c":
        raise RuntimeError(" Sort does not support complex dtypes on CPU")
    if not input.ndim:
        return input.copy(), np.zeros((), np.int64)
    order = stable_order(input, at, descending)
    return taken_along(input, order, at), order


def _picked(F: Any, g: Any, index: Any, shape: Any, dim: int) -> Any:
    return F.spread(F.new_zeros(g, shape), dim, index, g) if shape else g


_PICKED: dict[str, Any] = {
    "dims": "dim",
    "outputs": ("values", "indices"),
    "differentiable": (0,),
    "complex": "own",
    "input": lambda F, g, input_shape, dim, result1: _picked(F, g[0], result1, input_shape, dim),
    "jvp": lambda F, t, input_shape, dim, result1: (
        F.gather(t["input"], dim, result1) if input_shape else t["input"],
        None,
    ),
}


def _sort_said(F: Any, input: Any, dim: int, descending: bool) -> tuple[Any, Any]:
    """The user's functions for the elements and for where they were."""
    given: dict[str, Any] = {} if dim in (-1, input.ndim - 1) else {"dim": dim}
    if descending:
        given["descending"] = True
    return F.says("sort", input, **given)[0], F.says("argsort", input, **given)


@operation(
    takes=("all", "sorting_kernel_method_name"),
    formula=lambda F, input, dim, descending: _sort_said(F, input, dim, descending),
    cost=by_size,
    layout="like",
    node="SortBackward0",
    examples=lambda r: [(r.distinct((2, 3)), 0), (r(), 0)],
    **_PICKED,
)
def sort(input: Array, dim: int = -1, descending: bool = False) -> Pair:
    """The elements in order along a dimension and where they were. Equal ones keep their order."""
    return _sorted(input, dim, descending)


@operation(
    formula=lambda F, input, stable, dim, descending: _sort_said(F, input, dim, descending),
    cost=by_size,
    layout="like",
    node="SortBackward1",
    spelling="sort",
    examples=lambda r: [(r.distinct((2, 3)), True, -1, True)],
    **_PICKED,
)
def sort_stable(input: Array, stable: bool, dim: int = -1, descending: bool = False) -> Pair:
    """``sort`` by its overload with ``stable``."""
    return _sorted(input, dim, descending)


@operation(
    takes=("usual", "topk_cpu"),
    cost=by_size,
    node="TopkBackward0",
    examples=lambda r: [(r.distinct((2, 3)), 2), (r.distinct((4, 3)), 2, 0, False)],
    **_PICKED,
)
def topk(input: Array, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Pair:
    """The ``k`` largest (or smallest) elements along a dimension, in order, and where they were."""
    at = wrap_dim(dim, input.ndim)
    if not 0 <= k <= (input.shape[at] if input.ndim else 1):
        raise RuntimeError("selected index k out of range")
    if input.dtype.kind in "cb":
        raise RuntimeError(f"topk does not support {'bool' if input.dtype.kind == 'b' else 'complex'} dtypes on CPU")
    if not input.ndim:
        return input.copy(), np.zeros((), np.int64)
    rows = np.ascontiguousarray(moveaxis(input, at, -1))
    order, clear = _first(rows, k, largest)
    if k and not (sorted and clear.all()):
        doubtful = map(tuple, np.argwhere(~clear)) if sorted else np.ndindex(rows.shape[:-1])
        for place in counted(doubtful):
            order[place] = _chosen(rows[place], k, largest, sorted)
    order = np.ascontiguousarray(moveaxis(order, -1, at))
    return taken_along(input, order, at), order


def _first(rows: Array, k: int, largest: bool) -> tuple[Array, Array]:
    """The places of the k largest (or smallest) elements of each row in order, and whether they can only be these: none
    of them equals another, nor the next one."""
    n = rows.shape[-1]
    more = min(k + 1, n)
    if more < n >> 2:
        part = np.argpartition(rows, n - more if largest else more - 1, -1)
        part = part[..., n - more :] if largest else part[..., :more]
        found = taken_along(rows, part, rows.ndim - 1)
        order = taken_along(part, stable_order(found, rows.ndim - 1, largest), rows.ndim - 1)
    else:
        order = stable_order(rows, rows.ndim - 1, largest)[..., :more]
    found = taken_along(rows, order, rows.ndim - 1)
    same = found[..., 1:] == found[..., :-1]
    if rows.dtype.kind == "f":
        same |= np.isnan(found[..., 1:]) & np.isnan(found[..., :-1])
    return np.ascontiguousarray(order[..., :k]), ~same.any(-1)


def _chosen(numbers: Array, k: int, largest: bool, in_order: bool) -> list[int]:
    """The places of the k largest (or smallest) elements as PyTorch picks them among equal ones."""
    few = k * 64 <= numbers.size
    item: Any = numbers.item if few else numbers.tolist().__getitem__  # which of them are asked for, and how often

    def before(i: int, j: int) -> bool:
        x, y = item(i), item(j)
        if largest:
            return (x != x and y == y) or x > y
        return (x == x and y != y) or x < y

    def goes(i: Any, j: Any) -> Any:
        x, y = numbers[i], numbers[j]
        better = x > y if largest else x < y
        if numbers.dtype.kind == "f":
            better |= np.isnan(x) & ~np.isnan(y) if largest else ~np.isnan(x) & np.isnan(y)
        return better

    def promising(i: int, begin: int, end: int) -> list[int]:
        found: list[int] = (np.flatnonzero(goes(slice(begin, end), i)) + begin).tolist()
        return found

    if few:
        return tie_order.partial_sort(numbers.size, before, k, promising)
    places = tie_order.nth_element_of(numbers.size, before, goes, k - 1)
    if in_order:
        tie_order.sort(places, before, k - 1)
    return places[:k]


# -- distinct values ---------------------------------------------------------------------------------------


_DISTINCT: dict[str, Any] = {
    "outputs": ("output", "inverse_indices", "counts"),
    "differentiable": (0,),
}


@operation(
    takes=("bool integer unsigned floating", "unique"),
    rows="dynamic",
    aten="_unique2",
    cost=by_size,
    node="Unique2Backward0",
    input=unwritten("_unique2"),
    examples=lambda r: [(r(4),)],
    **_DISTINCT,
)
def unique(input: Array) -> tuple[Array, Array, Array]:
    """The distinct elements in order, for each element which it is, and counts. Each NaN is distinct from all."""
    values, inverse, counts = np.unique(input.reshape(-1), return_inverse=True, return_counts=True, equal_nan=False)
    return values, inverse.reshape(input.shape), counts


@operation(
    takes=("bool integer unsigned floating", "unique_dim"),
    cost=by_size,
    spelling="unique",
    aten="unique_dim",
    input=unwritten("unique_dim"),
    examples=lambda r: [(r(4, 2), 0)],
    **_DISTINCT,
)
def unique_dim(input: Array, dim: int) -> tuple[Array, Array, Array]:
    """The distinct parts along a dimension in order, for each part which it is, and counts."""
    at = _along(input, dim)
    if input.dtype.kind == "f" and np.isnan(input).any():
        return _unique_with_nan(moveaxis(input, at, 0), at)
    values, inverse, counts = np.unique(input, return_inverse=True, return_counts=True, axis=at)
    return values, inverse.reshape(-1), counts


def _along(input: Array, dim: int) -> int:
    """The dimension whose parts are told apart. Raises RuntimeError where there is nothing in any of them."""
    if not input.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    at = wrap_dim(dim, input.ndim)
    if input.shape[at] and not input.size:
        raise RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")
    return at


def _unique_with_nan(parts: Array, at: int) -> tuple[Array, Array, Array]:
    """A NaN is neither before nor after anything, nor equal to itself: the sort's own steps tell what comes out."""
    rows: list[Any] = parts.reshape(len(parts), -1).tolist()

    def before(i: int, j: int) -> bool:
        for x, y in zip(rows[i], rows[j], strict=True):
            if x < y:
                return True
            if x > y:
                return False
        return False

    places = list(range(len(rows)))
    tie_order.sort(places, before, len(places))
    inverse = np.empty(len(rows), np.int64)
    starts: list[int] = []
    counts: list[int] = []
    for k, place in enumerate(places):
        if k and all(x == y for x, y in zip(rows[place], rows[places[k - 1]], strict=True)):
            counts[-1] += 1
        else:
            starts.append(place)
            counts.append(1)
        inverse[place] = len(starts) - 1
    return np.ascontiguousarray(moveaxis(parts[starts], 0, at)), inverse, np.array(counts, np.int64)


@operation(
    takes=("bool integer unsigned floating", "unique"),
    cost=by_size,
    input=unwritten("unique_consecutive"),
    rows="dynamic",
    examples=lambda r: [(r(4),)],
    **_DISTINCT,
)
def unique_consecutive(input: Array, dim: int | None = None) -> tuple[Array, Array, Array]:
    """One element of each run of equal ones, the run that each element belongs to, and the runs' lengths."""
    at = 0 if dim is None else _along(input, dim)
    x = input.reshape(-1) if dim is None else moveaxis(input, at, 0)
    n = x.shape[0]
    begins = np.ones(n, np.bool_)
    if n:
        begins[1:] = (x[1:] != x[:-1]).any(tuple(range(1, x.ndim))) if x.ndim > 1 else x[1:] != x[:-1]
    starts = np.flatnonzero(begins)
    inverse = np.add.accumulate(begins, dtype=np.int64) - 1
    counts = np.diff(np.append(starts, n))
    if dim is None:
        return x[starts], inverse.reshape(input.shape), counts
    return np.ascontiguousarray(moveaxis(x[starts], 0, at)), inverse, counts


# -- places among boundaries -------------------------------------------------------------------------------


@operation(rows="searched", takes=("integer floating", "searchsorted_out_cpu"), cost=by_size)
def searchsorted(sorted_sequence: Array, values: Array | Number, right: bool = False, int32: bool = False) -> Array:
    """For each value the place where it would go among sorted ones, before those that equal it (or after)."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "c":
        not_implemented_for("searchsorted_out_cpu", values)
    side: Any = "right" if right else "left"
    kind = np.int32 if int32 else np.int64
    if sorted_sequence.ndim == 1:
        return np.asarray(np.searchsorted(sorted_sequence, values, side)).astype(kind)
    found = np.asarray(values)
    if not found.ndim:
        raise RuntimeError(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got "
            f"boundaries tensor dim({sorted_sequence.ndim}) and input value's dim(0) numel(1)"
        )
    if not sorted_sequence.ndim:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension"
        )
    lead = sorted_sequence.shape[:-1]
    if found.shape[:-1] != lead:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of "
            "boundaries tensor and input value tensor must match, but we got boundaries tensor "
            f"{list(sorted_sequence.shape)} and input value tensor {list(found.shape)}"
        )
    out = np.empty(found.shape, kind)
    for place in counted(np.ndindex(lead)):
        out[place] = np.searchsorted(sorted_sequence[place], found[place], side)
    return out


# -- counts ------------------------------------------------------------------------------------------------


@operation(cost=by_size, rows="dynamic")
def bincount(input: Array, weights: Array | None = None, minlength: int = 0) -> Array:
    """How often each of 0, 1, 2, ... occurs, or the sum of the weights where it does."""
    if input.dtype.kind not in "iu" or is_storage(input):  # at which PyTorch looks before it looks at the shape
        not_implemented_for("bincount_cpu", input)
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if input.ndim != 1 or (input.size and minimum_reduce(input) < 0):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is None:
        return np.bincount(input, minlength=minlength)
    if weights.shape != input.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    kind = weights.dtype if weights.dtype == np.float32 else np.dtype(np.float64)
    return np.bincount(input, dtypes.real_for(weights, np.dtype(np.float64)).astype(np.float64), minlength).astype(kind)


def _binning(input: Array, *_: Any) -> str:
    """The kernel that refuses a dtype, of those that ``histc`` calls."""
    if input.dtype.kind == "c" or is_storage(input):
        return "aminmax_cpu"
    return "linspace_cpu" if input.dtype.kind == "b" else "histogram_cpu"


@operation(
    rows="slow: histc",
    takes=("floating", _binning),
    half="own",
    cost=by_size,
)
def histc(input: Array, bins: int = 100, min: float = 0, max: float = 0) -> Array:
    """Counts in ``bins`` equal bins from ``min`` to ``max``; both 0: from the least to the largest element."""
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    low, high = float(min), float(max)
    if low > high:
        raise RuntimeError("torch.histc: max must be larger than min")
    x = input.reshape(-1)
    if low == high and x.size:
        low, high = float(minimum_reduce(x)), float(maximum_reduce(x))
    if low == high:
        low, high = low - 1, high + 1
    if not np.isfinite([low, high]).all():
        raise RuntimeError(f"torch.histc: range of [{low:g}, {high:g}] is not finite")
    inside = x[(x >= low) & (x <= high)]
    kind = inside.dtype.type
    first = kind(low)
    place = np.minimum(((inside - first) * kind(bins) / (kind(high) - first)).astype(np.int64), bins - 1)
    return np.bincount(place, minlength=bins).astype(input.dtype)


# -- places of what is true --------------------------------------------------------------------------------


@operation(takes=("usual", "nonzero_count_cpu"), rows="dynamic")
def nonzero(input: Array) -> Array:
    """The places of the nonzero elements, one row each."""
    if not input.ndim:
        return np.zeros((int(bool(input)), 0), np.int64)
    return np.argwhere(input)


@operation(rows="among", cost=by_size)
def isin(elements: Array, test_elements: Array, invert: bool = False) -> Array:
    """For each element whether it is among others."""
    for x in (elements, test_elements):
        if x.dtype.kind in "bc":
            raise RuntimeError(f"Unsupported input type encountered for isin(): {dtypes.of(x).type_name}")
    return np.isin(elements, test_elements, invert=invert)


@operation()
def unravel_index(indices: Index, shape: tuple[int, ...]) -> Array:
    """Counted indices as places in a shape, one row for each dimension; what is beyond it begins anew."""
    indices = np.mod(indices, max(1, math.prod(shape)))
    return np.stack(np.unravel_index(indices, shape)) if shape else np.zeros((0, *indices.shape), np.int64)
