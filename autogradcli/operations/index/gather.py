"""``gather``: for each element of an index one of the input at that place along a dimension; and what ``scatter``, its
transpose, asks of an index as well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...engine.operation import Array, Index, operation
from ...engine.sparse import check_first_order, of_parts
from ...engine.worlds import ARRAYS
from ...numerics.repeated import is_zero
from ..dims import Shape, wrap_dim
from ..places import flat_places
from .indexing import FEW, within


def check_index(name: str, index: Array, input: Array, at: int, other: str = "self") -> None:
    """Raise RuntimeError where an index tensor of ``gather`` or ``scatter`` doesn't fit its operand."""
    if index.dtype not in (np.int64, np.int32):
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")
    if not index.size:
        return
    if max(index.ndim, 1) != max(input.ndim, 1):
        raise RuntimeError(f"Index tensor must have the same number of dimensions as {other} tensor")


def check_places(index: Array, at: int, size: int) -> None:
    """Raise RuntimeError for an index out of range; none counts from the end."""
    if index.size and not within(index, size):
        bad = index[(index < 0) | (index >= size)].reshape(-1)[0]
        raise RuntimeError(f"index {bad} is out of bounds for dimension {at} with size {size}")


def is_many(x: Array, index: Array) -> bool:
    """Whether so many places are told more quickly by counting all elements in order."""
    return index.size > FEW and index.ndim > 0 and (x.flags.c_contiguous or is_zero(x))


def placed(index: Array, shape: Shape, at: int) -> Iterator[tuple[slice, Array]]:
    """``flat_places``, looked at beforehand. Raises as ``check_places``."""
    return flat_places(index, shape, at, lambda some: check_places(some, at, shape[at]))


def grid_key(index: Array, at: int) -> tuple[Any, ...]:
    """The key for the elements whose place is the index along one dimension and their own along the others."""
    key: list[Any] = []
    for d, n in enumerate(index.shape):
        key.append(index if d == at else np.arange(n).reshape((n,) + (1,) * (index.ndim - d - 1)))
    return tuple(key)


@operation(
    node="GatherBackward0",
    spelling="gather",
    complex="own",
    input=lambda F, g, input, input_shape, dim, index: F.gather_sparse_backward(g, input_shape, dim, index),
    jvp=lambda F, t, dim, index: F.gather(t["input"], dim, index),
    examples="its gradient is a sparse tensor, which holds only the elements that were taken",
)
def gather_sparse(input: Array, dim: int, index: Index) -> Array:
    """``gather`` whose gradient holds only the elements that were taken."""
    return ARRAYS.gather(input, dim, index)


@operation()
def gather_sparse_backward(g: Index, shape: Shape, dim: int, index: Index) -> Array:
    """The gradients of the elements that were taken, with their indices."""
    check_first_order()
    at = wrap_dim(dim, len(shape))
    places = np.stack([np.broadcast_to(k, index.shape).reshape(-1) for k in grid_key(index, at)])
    return of_parts(tuple(shape), places.astype(np.int64), np.ascontiguousarray(g.reshape(-1)))


@operation(
    takes=("all", "scatter_gather_tensor_cpu"),
    dims="dim",
    layout="contiguous",
    complex="own",
    # only the shape of the input is needed; naming it saves it, as PyTorch does, so a later change is an error
    input=lambda F, g, input, input_shape, dim, index: F.scatter_add(F.new_zeros(g, input_shape), dim, index, g),
    jvp=lambda F, t, dim, index: F.gather(t["input"], dim, index),
    examples=lambda r: [(r(3, 4), 0, r.index((2, 4), 3)), (r(3, 4), -1, r.index((3, 2), 4))],
)
def gather(input: Array, dim: int, index: Index) -> Array:
    """For each element of the index the element of the input at that index along a dimension."""
    at = wrap_dim(dim, input.ndim)
    check_index("gather", index, input, at, "input")
    if not index.size:
        return np.empty(index.shape, input.dtype)
    if not input.ndim or not index.ndim:
        check_places(index, at, max(input.size, 1))
        return np.asarray(input.reshape(-1)[index])
    for d, (n, m) in enumerate(zip(index.shape, input.shape)):
        if d != at and n > m:
            raise RuntimeError(
                f"Size does not match at dimension {d} expected index {list(index.shape)} to be no larger than self "
                f"{list(input.shape)} apart from dimension {at}"
            )
    if index.size > FEW and not input.strides[at]:  # the same everywhere along the dimension
        check_places(index, at, input.shape[at])
        part = input[tuple(slice(0, 1 if d == at else n) for d, n in enumerate(index.shape))]
        return np.array(np.broadcast_to(part, index.shape), order="C")
    if is_many(input, index):
        flat, found = input.reshape(-1), np.empty(index.shape, input.dtype)
        for rows, places in placed(index, input.shape, at):
            np.take(flat, places, out=found[rows].reshape(-1), mode="clip")
        return found
    check_places(index, at, input.shape[at])
    return input[grid_key(index, at)]
