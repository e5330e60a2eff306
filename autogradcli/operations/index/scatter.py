"""Writing at places: ``scatter``, ``scatter_add``, ``put``, and into the place of a view (``select_scatter``).

All give a copy of their first operand with something written into it; the in-place forms follow from that.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, Number, operation
from ...numerics import dtypes
from ...numerics.adding import add_at
from ...numerics.numbers import number_in
from ...numerics.repeated import copied, is_zero
from ..dims import Shape, wrap_dim
from ..refuse import underivable
from ..shape.slicing import diagonal_array, select, slice_
from .gather import check_index, check_places, grid_key, is_many, placed
from .indexing import check_counted
from .written import tangent

# -- scatter -----------------------------------------------------------------------------------------------


def checked_scatter(name: str, input: Array, dim: int, index: Array, src: Array | None) -> int:
    """The dimension, wrapped. Raises RuntimeError, in PyTorch's words, for what doesn't fit."""
    at = wrap_dim(dim, input.ndim)
    check_index(name, index, input, at)
    if src is not None and src.dtype is not input.dtype:
        raise RuntimeError(f"{name}(): Expected self.dtype to be equal to src.dtype")
    if not index.size:
        return at
    if src is not None and max(src.ndim, 1) != max(index.ndim, 1):
        raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
    sizes, mine = index.shape or (1,), input.shape or (1,)
    wide = any(n > m for d, (n, m) in enumerate(zip(sizes, mine)) if d != at)
    if src is not None:
        theirs = src.shape or (1,)
        if wide or any(n > m for n, m in zip(sizes, theirs)):
            raise RuntimeError(
                f"Expected index {list(index.shape)} to be no larger than self {list(input.shape)} apart from "
                f"dimension {at} and to be no larger size than src {list(src.shape)}"
            )
    elif wide:
        raise RuntimeError(
            f"Expected index {list(index.shape)} to be no larger than self {list(input.shape)} "
            f"apart from dimension {at}"
        )
    if not is_many(input, index):  # else they are, part by part
        check_places(index, at, mine[at])
    return at


def lined_up(out: Array, index: Array, src: Array | None, at: int) -> tuple[Array, Any, Any]:
    """Where to write and what, 0-d tensors counting as vectors; the part of ``src`` that the index covers."""
    if not out.ndim or not index.ndim:
        source = None if src is None else src.reshape(-1)[: max(index.size, 1)]
        return out.reshape(-1), (index.reshape(-1),), source
    return out, grid_key(index, at), None if src is None else covered(index, src)


def covered(index: Array, src: Array) -> Array:
    """The part of a source that an index covers."""
    return src if src.shape == index.shape else src[tuple(slice(n) for n in index.shape)]


@operation(
    takes=("all", "scatter_gather_tensor_cpu"),
    dims="dim",
    layout="contiguous",
    node="ScatterBackward0",
    spelling="scatter",
    complex="own",
    input=lambda F, g, dim, index: F.scatter_value(g, dim, index, 0.0),
    src=lambda F, g, dim, index, src_shape: source_back(F, F.gather(g, dim, index), src_shape),
    jvp=lambda F, t, input, dim, index, src: F.scatter(
        tangent(F, t, "input", input), dim, index, tangent(F, t, "src", src)
    ),
    examples=lambda r: [
        (r(3, 4), 0, r.tensor([[0, 2, 1, 0], [1, 0, 2, 2]]), r(2, 4)),
        (r(3, 4), 1, r.tensor([[3, 1], [0, 2], [2, 1]]), r(3, 4)),
    ],
)
def scatter(input: Array, dim: int, index: Index, src: Array) -> Array:
    """With each element of ``src`` written at its index along a dimension."""
    at = checked_scatter("scatter", input, dim, index, src)
    out = copied(input)
    if index.size:
        if is_many(input, index):
            flat = out.reshape(-1)
            for rows, places in placed(index, out.shape, at):
                flat[places] = covered(index, src)[rows].reshape(-1)
            return out
        place, key, source = lined_up(out, index, src, at)
        place[key] = source
    return out


def source_back(F: Any, g: Any, shape: Shape) -> Any:
    """The gradient of a source of which only the corner that the index covers was used."""
    have = tuple(g.shape)
    for d, n in enumerate(shape):
        if len(have) == len(shape) and have[d] != n:
            size = tuple(g.shape)
            g = F.slice_backward(g, (*size[:d], n, *size[d + 1 :]), d, 0, size[d], 1)
    return g


@operation(
    dims="dim",
    fits="value",
    fits_in="operand",
    layout="contiguous",
    node="ScatterBackward1",
    spelling="scatter",
    complex="own",
    input=lambda F, g, dim, index: F.scatter_value(g, dim, index, 0.0),
    jvp=lambda F, t, dim, index: F.scatter_value(t["input"], dim, index, 0.0),
    examples=lambda r: [(r(3, 4), 0, r.index((2, 4), 3), 1.5)],
)
def scatter_value(input: Array, dim: int, index: Index, value: Number) -> Array:
    """With one number written at each index along a dimension."""
    at = checked_scatter("scatter", input, dim, index, None)
    out = copied(input)
    if index.size:
        if is_many(input, index):
            flat, number = out.reshape(-1), number_in(out.dtype, value)
            for _, places in placed(index, out.shape, at):
                flat[places] = number
            return out
        place, key, _ = lined_up(out, index, None, at)
        place[key] = number_in(out.dtype, value)
    return out


@operation(
    takes=("all", "scatter_gather_tensor_cpu"),
    dims="dim",
    layout="contiguous",
    kind="linear",
    complex="own",
    input=lambda F, g: g,
    src=lambda F, g, dim, index, src_shape: source_back(F, F.gather(g, dim, index), src_shape),
    examples=lambda r: [(r(3, 4), 0, r.index((2, 4), 3), r(2, 4)), (r(3, 4), 1, r.index((3, 2), 4), r(3, 4))],
)
def scatter_add(input: Array, dim: int, index: Index, src: Array) -> Array:
    """With each element of ``src`` added at its index along a dimension."""
    at = checked_scatter("scatter", input, dim, index, src)
    out = copied(input)
    if index.size:
        reduce_at(np.add, out, at, index, src)
    return out


def reduce_at(ufunc: Any, out: Array, at: int, index: Array, src: Array) -> None:
    """``ufunc.at`` of the elements that an index along a dimension leads to, and those of ``src``."""
    if is_many(out, index):
        flat, source = out.reshape(-1), covered(index, src)
        for rows, places in placed(index, out.shape, at):
            ufunc.at(flat, places, source[rows].reshape(-1))
        return
    place, key, source = lined_up(out, index, src, at)
    (add_at if ufunc is np.add else ufunc.at)(place, key, source)


def _combined(input: Array, dim: int, index: Array, src: Array | Number, reduce: str) -> Array:
    if reduce not in ("add", "multiply"):
        raise RuntimeError("reduce argument must be either add or multiply.")
    if not isinstance(src, np.ndarray):
        src = np.broadcast_to(number_in(input.dtype, src), index.shape)
    at = checked_scatter("scatter", input, dim, index, src)
    out = copied(input)
    if index.size:
        reduce_at(np.add if reduce == "add" else np.multiply, out, at, index, src)
    return out


@operation(
    dims="dim",
    layout="contiguous", spelling="scatter", kernel=_combined, node="torch::autograd::NotImplemented",
    input=underivable("scatter"), in_place={"input": underivable("scatter_")},
    examples=lambda r: [(r(3), 0, r.index((2,), 3), r(2), "add")],
)  # fmt: skip
def scatter_combined(input: Array, dim: int, index: Index, src: Array | Number, reduce: str) -> Array:
    """With each element of ``src`` added, or multiplied, at its index along a dimension. No derivative."""


# -- counted places ----------------------------------------------------------------------------------------


@operation(
    takes=("usual", "take_put_cpu"),
    rows="put",
    layout="contiguous",
    complex="own",
    jvp=lambda F, t, input, index, source, accumulate: F.put(
        tangent(F, t, "input", input), index, tangent(F, t, "source", source), accumulate
    ),
    input=lambda F, g, index, accumulate: (
        g if accumulate else F.put(g, index, F.new_zeros(g, tuple(index.shape)), False)
    ),
    source=lambda F, g, index, source, source_shape: F.reshape(F.take(g, index), source_shape),
    examples=lambda r: [(r(2, 3), r.tensor([5, 0, -3, 1]), r(4), False), (r(2, 3), r.index((4,), 6), r(4), True)],
)
def put(input: Array, index: Index, source: Array, accumulate: bool = False) -> Array:
    """With the elements of ``source`` written (or added) at indices that count all elements in order."""
    if index.dtype != np.int64:
        raise RuntimeError(f"put_(): Expected a long tensor for index, but got {dtypes.of(index).type_name}")
    if source.dtype is not input.dtype:
        raise RuntimeError(
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{dtypes.of(input).type_name} and source.dtype = {dtypes.of(source).type_name}"
        )
    if index.size and not input.size:
        raise IndexError("put_(): Tried to put elements into an empty tensor")
    if index.size != source.size:
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got "
            f"source.numel() = {source.size}, index.numel() = {index.size}"
        )
    check_counted(index, input.size)
    out = np.zeros(input.shape, input.dtype) if is_zero(input) else np.array(input, order="C")
    flat = out.reshape(-1)
    if accumulate:
        add_at(flat, index.reshape(-1), source.reshape(-1))
    else:
        flat[index.reshape(-1)] = source.reshape(-1)
    return out


# -- a view's place ----------------------------------------------------------------------------------------


def _written(out: Array, place: Array, src: Array) -> Array:
    if place.shape != src.shape:
        raise RuntimeError(
            "expected src to have a size equal to the slice of self. "
            f"src size = {list(src.shape)}, slice size = {list(place.shape)}"
        )
    place[...] = dtypes.real_for(src, out.dtype)
    return out


@operation(
    dims="dim",
    kind="linear",
    complex="refused",
    input=lambda F, g, src_shape, dim, index: F.select_scatter(g, F.new_zeros(g, src_shape), dim, index),
    src=lambda F, g, dim, index: F.select(g, dim, index),
    examples=lambda r: [(r(2, 3), r(3), 0, 1)],
)
def select_scatter(input: Array, src: Array, dim: int, index: int) -> Array:
    """With ``src`` at one index of a dimension."""
    out = copied(input)
    return _written(out, select.op.kernel(out, dim, index), src)


@operation(
    dims="dim",
    kind="linear",
    complex="refused",
    input=lambda F, g, src_shape, dim, start, end, step: F.slice_scatter(
        g, F.new_zeros(g, src_shape), dim, start, end, step
    ),
    src=lambda F, g, dim, start, end, step: F.slice_(g, dim, start, end, step),
    examples=lambda r: [(r(4, 3), r(2, 3), 0, 1, 4, 2)],
)
def slice_scatter(
    input: Array, src: Array, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Array:
    """With ``src`` in a range of a dimension."""
    out = copied(input)
    return _written(out, slice_.op.kernel(out, dim, start, end, step), src)


@operation(
    dims="dim1 dim2",
    kind="linear",
    complex="own",
    input=lambda F, g, src_shape, offset, dim1, dim2: F.diagonal_scatter(
        g, F.new_zeros(g, src_shape), offset, dim1, dim2
    ),
    src=lambda F, g, offset, dim1, dim2: F.diagonal(g, offset, dim1, dim2),
    examples=lambda r: [(r(3, 4), r(3), 1, 0, 1)],
)
def diagonal_scatter(input: Array, src: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    """With ``src`` on a diagonal."""
    out = copied(input)
    return _written(out, diagonal_array(out, offset, dim1, dim2), src)
