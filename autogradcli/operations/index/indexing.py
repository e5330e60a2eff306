"""Elements by index or mask: ``x[i, mask]``, ``index_select``, ``take`` and kin.

Indices are checked here, since NumPy says other words where one is out of range.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine.operation import Array, Index, Number, operation
from ...numerics import dtypes
from ...numerics.adding import add_at, added, added_rows, is_quick, places_of
from ...numerics.numbers import number_in
from ...numerics.repeated import copied, is_zero
from ..dims import Shape, maximum_reduce, minimum_reduce, numel, wrap_dim
from ..shape.view import sum_to
from .put_checks import check_fits, other_dtype
from .written import put_said, put_tangents

Places = Sequence[Array | None]


# -- x[i, j, :, mask] --------------------------------------------------------------------------------------


#: Fewer elements than this are read by a key in no time.
FEW = 512


def key_of(shape: Shape, indices: Places) -> tuple[Any, ...]:
    """NumPy's key for a list of index tensors, None standing for a whole dimension; masks become places.

    Raises IndexError, in PyTorch's words, for what is out of range or doesn't fit.
    """
    key: list[Any] = []
    lists: list[Array] = []
    for index in indices:
        if index is None:
            key.append(slice(None))
            continue
        if index.dtype.char not in dtypes.INDEXING:
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        if index.dtype.kind == "b" or index.dtype == np.uint8:
            at = len(key)
            for d in range(index.ndim):
                if at + d >= len(shape) or shape[at + d] != index.shape[d]:
                    raise IndexError(
                        f"The shape of the mask {list(index.shape)} at index {d} does not match the shape of the "
                        f"indexed tensor {list(shape)} at index {at + d}"
                    )
            found = list(np.nonzero(index))
            key += found
            lists += found
            continue
        key.append(index)
        lists.append(index)
    if len(key) > len(shape):
        raise IndexError(f"too many indices for tensor of dimension {len(shape)} (got {len(key)})")
    counted = 0  # as PyTorch counts: the dimensions that are indexed
    for d, index in enumerate(key):
        if index.__class__ is not slice:
            if index.size:
                _check_range(index, counted, shape[d])
            counted += 1
    if len(lists) > 1 and any(a.shape != lists[0].shape for a in lists):
        _check_together(lists)
    return tuple(key)


def within(index: Array, size: int) -> bool:
    """Whether all of an index are places from the front, known by one pass: a negative number has the highest bit."""
    if index.dtype.char in "lq" and index.flags.c_contiguous:
        return bool(maximum_reduce(index.view(np.uint64), None) < size)
    return not (minimum_reduce(index, None) < 0 or maximum_reduce(index, None) >= size)


def _check_range(index: Array, dim: int, size: int) -> None:
    if not size:
        raise IndexError("index is out of bounds for dimension with size 0")
    if within(index, size):
        return
    if minimum_reduce(index, None) < -size or maximum_reduce(index, None) >= size:
        bad = index[(index < -size) | (index >= size)].reshape(-1)[0]
        raise IndexError(f"index {bad} is out of bounds for dimension {dim} with size {size}")


def _check_together(lists: list[Array]) -> None:
    try:
        np.broadcast_shapes(*(a.shape for a in lists))
    except ValueError:
        shapes = ", ".join(str(list(a.shape)) for a in lists)
        raise IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
        ) from None


@operation(
    half="moved",
    input=lambda F, g, input_shape, indices: F.index_back(F.new_zeros(g, input_shape), indices, g),
    kind="linear",
    jvp=lambda F, t, indices: F.index(t["input"], indices),
    complex="own",
    examples=lambda r: [(r(4, 3), [r.index((5,), 4)]), (r(4, 3), [None, r.index((2, 2), 3)])],
    rows="masks",
)
def index(input: Array, indices: list[Index]) -> Array:
    """The elements at places given by index tensors, one for each dimension or None for all of it."""
    if _is_whole_mask(input, indices) and input.flags.c_contiguous:
        return np.take(input.reshape(-1), np.flatnonzero(indices[0]))
    key = key_of(input.shape, indices)
    if input.flags.c_contiguous:
        at = alone(key)
        if at >= 0:
            return np.take(input, key[at], at)  # whole parts, which a key gives in twice the time
        if len(key) > 1 and all(k.__class__ is np.ndarray and k.dtype.kind == "i" for k in key):
            places = places_of(input.shape, key)
            if places is not None and places.size > FEW:
                return np.take(input.reshape(-1, *input.shape[len(key) :]), places, 0)
    found = input[key]
    shared = isinstance(found, np.ndarray) and found.base is not None and np.may_share_memory(found, input)
    return np.array(found, order="C", copy=True if shared else None)


def _is_whole_mask(input: Array, indices: Places) -> bool:
    """Whether one mask says of each element whether it is meant."""
    mask = indices[0] if len(indices) == 1 else None
    return mask is not None and mask.dtype.kind == "b" and mask.shape == input.shape != ()


def alone(key: tuple[Any, ...]) -> int:
    """The dimension along which a key has indices, where all others are whole; -1 where it isn't one alone."""
    found = -1
    for d, k in enumerate(key):
        if k.__class__ is np.ndarray:
            if found >= 0 or k.dtype.kind != "i":
                return -1
            found = d
        elif k != slice(None):
            return -1
    return found


def parts_added(input: Array, at: int, index: Array, parts: Array) -> Array | None:
    """A copy with parts added at indices along a dimension, none out of range; None where a key is as quick."""
    if parts.dtype is not input.dtype or not is_quick(input.dtype, parts.size):
        return None
    if not input.flags.c_contiguous and not is_zero(input):
        return None
    return added_rows(input, parts_places(input.shape, at, index), parts)


def parts_places(shape: Shape, at: int, index: Array) -> Array:
    """Where the parts at indices along a dimension are among all such parts in order."""
    n, places = shape[at], index.reshape(-1)
    if not within(places, n):
        places = np.where(places < 0, places + n, places)
    lead = numel(shape[:at])
    return np.add(np.arange(0, lead * n, n)[:, None], places).reshape(-1) if lead > 1 else places


@operation(
    rows="put at",
    node="IndexPutImplBackward0",
    kind="linear",
    complex="own",
    input=lambda F, g: g,
    values=lambda F, g, indices: F.index(g, indices),
    examples=lambda r: [(r(4, 3), [r.index((5,), 4)], r(5, 3))],
)
def index_back(input: Array, indices: list[Index], values: Array) -> Array:
    """With ``values`` added at places given by index tensors: how gradients go back through ``index``."""
    if _is_whole_mask(input, indices):
        out = copied(input)
        if out.flags.c_contiguous:
            places = np.flatnonzero(indices[0])
            out.reshape(-1)[places] = values if is_zero(input) else np.take(out, places) + values
        else:
            out[indices[0]] += values
        return out
    key = key_of(input.shape, indices)
    at = alone(key)
    if at >= 0 and (found := parts_added(input, at, key[at], values)) is not None:
        return found
    return added(input, key, values)


@operation(
    half="moved",
    formula=put_said,
    takes=("usual float8", "index_put"),
    rows="put at",
    overlap=True,
    input=lambda F, g, indices, accumulate: g if accumulate else F.index_put(g, indices, 0.0, False),
    values=lambda F, g, indices, values_shape: sum_to(F, F.index(g, indices), values_shape),
    jvp=put_tangents,
    complex="own",
    examples=lambda r: [
        (r(4, 3), [r.mask((4, 3))], r(), False),
        (r(4, 3), [r.index((5,), 4)], r(5, 3), True),
        (r(4, 3), [r.index((5,), 4)], r(3), True),
    ],
    in_vmap="named",
)
def index_put(input: Array, indices: list[Index], values: Array | Number, accumulate: bool = False) -> Array:
    """A copy with other values at the places that index tensors name, or with the values added there."""
    try:
        key = key_of(input.shape, indices)
    except IndexError:
        if isinstance(values, np.ndarray):
            _check_before_places(input, indices, values)
        raise
    if isinstance(values, np.ndarray) and values.dtype is not input.dtype:
        if values.size == 1 and not accumulate and _is_mask(indices):  # then it is a fill with a number
            values = number_in(input.dtype, values.item())
        else:
            check_fits(input, key, values)
            raise other_dtype(input, values)
    out = copied(input)
    try:
        if accumulate and out.dtype.kind == "b":
            np.logical_or.at(out, key, values)
        elif accumulate:
            add_at(out, key, values)
        else:
            out[key] = values
    except ValueError:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(np.shape(values))} cannot be broadcast to indexing result "
            f"of shape {list(out[key].shape)}"
        ) from None
    return out


def _check_before_places(input: Array, indices: Places, values: Array) -> None:
    """What PyTorch looks at before it looks for indices out of range: whether shapes and dtypes fit."""
    first = [np.zeros_like(i) if i is not None and i.dtype.kind == "i" else i for i in indices]
    check_fits(input, key_of(input.shape, first), values)
    if values.dtype is not input.dtype:
        raise other_dtype(input, values)


def _is_mask(indices: Places) -> bool:
    """Whether one mask, and nothing else, says which elements."""
    given = [index for index in indices if index is not None]
    return len(given) == 1 and (given[0].dtype.kind == "b" or given[0].dtype == np.uint8)


# -- one index along a dimension ---------------------------------------------------------------------------


@operation(
    half="moved",
    rows="indexed",
    kind="linear",
    complex="own",
    input=lambda F, g, input_shape, dim, index: F.index_add(F.new_zeros(g, input_shape), dim, index, g),
    examples=lambda r: [(r(4, 3), 0, r.index((5,), 4)), (r(2, 3), -1, r.index((2,), 3))],
)
def index_select(input: Array, dim: int, index: Index) -> Array:
    """The parts of a dimension at some indices."""
    at = wrap_dim(dim, input.ndim)
    if index.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    if index.dtype not in (np.int64, np.int32):
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    n = input.shape[at] if input.ndim else 1
    if not input.ndim and index.size != 1:
        raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {index.size} value(s)")
    if index.size and not n:
        raise RuntimeError("index_select(): self indexing axis dim should be positive")
    if index.size and not within(index, n):
        if not input.size or (at == 1 and input.ndim > 1):
            bad = index[(index < 0) | (index >= n)].reshape(-1)[0]
            raise RuntimeError(f"INDICES element is out of DATA bounds, id={bad} axis_dim={n}")
        raise IndexError("index out of range in self")
    if not input.ndim:
        return input.copy()
    return np.take(input, index.reshape(-1), at)


@operation(
    takes=("usual", "take_cpu"),
    rows="taken",
    complex="own",
    input=lambda F, g, input, input_shape, index: F.put(F.new_zeros(g, input_shape), index, g, True),
    jvp=lambda F, t, index: F.take(t["input"], index),
    examples=lambda r: [(r(2, 3), r.index((4,), 6))],
)
def take(input: Array, index: Index) -> Array:
    """The elements at indices that count all elements in order."""
    if index.dtype != np.int64:
        raise RuntimeError(f"take(): Expected a long tensor for index, but got {dtypes.of(index).type_name}")
    if not input.size and index.size:
        raise IndexError("take(): tried to take from an empty tensor")
    check_counted(index, input.size)
    return np.take(input.reshape(-1), index, mode="wrap")


def check_counted(index: Array, count: int) -> None:
    if (
        index.size
        and not within(index, count)
        and (minimum_reduce(index, None) < -count or maximum_reduce(index, None) >= count)
    ):
        bad = index[(index < -count) | (index >= count)].reshape(-1)[0]
        raise IndexError(f"out of range: tried to access index {bad} on a tensor of {count} elements.")
