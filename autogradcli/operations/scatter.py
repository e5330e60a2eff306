"""Writing at places: ``scatter``, ``scatter_add``, ``scatter_reduce``, ``index_add``, ``put``, ``select_scatter``.

All give a copy of their first operand with something written into it; the in-place forms follow from that.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine import dtypes
from ..engine.operation import Array, Index, Number, operation
from .dims import Shape, wrap_dim
from .indexing import check_counted, check_index, check_places, grid_key
from .window import _ALL, diagonal_array, select, slice_

# -- scatter -----------------------------------------------------------------------------------------------


def _checked(name: str, input: Array, dim: int, index: Array, src: Array | None) -> int:
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
    check_places(index, at, mine[at])
    return at


def _lined_up(out: Array, index: Array, src: Array | None, at: int) -> tuple[Array, Any, Array | None]:
    """Where to write and what, 0-d tensors counting as vectors; the part of ``src`` that the index covers."""
    if not out.ndim or not index.ndim:
        source = None if src is None else src.reshape(-1)[: max(index.size, 1)]
        return out.reshape(-1), (index.reshape(-1),), source
    source = None if src is None else src[tuple(slice(n) for n in index.shape)]
    return out, grid_key(index, at), source


@operation(
    node="ScatterBackward0",
    spelling="scatter",
    complex="own",
    input=lambda F, g, dim, index: F.scatter_value(g, dim, index, 0.0),
    src=lambda F, g, dim, index, src_shape: _source_back(F, F.gather(g, dim, index), src_shape),
    examples=lambda r: [(r(3, 4), 0, r.tensor([[0, 2, 1, 0], [1, 0, 2, 2]]), r(2, 4)), (r(3, 4), 1, r.tensor([[3, 1], [0, 2], [2, 1]]), r(3, 4))],
)
def scatter(input: Array, dim: int, index: Index, src: Array) -> Array:
    """With each element of ``src`` written at its index along a dimension."""
    at = _checked("scatter", input, dim, index, src)
    out = np.array(input)
    if index.size:
        place, key, source = _lined_up(out, index, src, at)
        place[key] = source
    return out


def _source_back(F: Any, g: Any, shape: Shape) -> Any:
    """The gradient of a source of which only the corner that the index covers was used."""
    have = tuple(g.shape)
    for d, n in enumerate(shape):
        if len(have) == len(shape) and have[d] != n:
            size = tuple(g.shape)
            g = F.slice_backward(g, (*size[:d], n, *size[d + 1 :]), d, 0, size[d], 1)
    return g


@operation(
    node="ScatterBackward1",
    spelling="scatter",
    complex="own",
    input=lambda F, g, dim, index: F.scatter_value(g, dim, index, 0.0),
    jvp=lambda F, t, dim, index: F.scatter_value(t["input"], dim, index, 0.0),
    examples=lambda r: [(r(3, 4), 0, r.index((2, 4), 3), 1.5)],
)
def scatter_value(input: Array, dim: int, index: Index, value: Number) -> Array:
    """With one number written at each index along a dimension."""
    at = _checked("scatter", input, dim, index, None)
    out = np.array(input)
    if index.size:
        place, key, _ = _lined_up(out, index, None, at)
        place[key] = np.asarray(value).astype(out.dtype)
    return out


@operation(
    kind="linear",
    complex="own",
    input=lambda F, g: g,
    src=lambda F, g, dim, index, src_shape: _source_back(F, F.gather(g, dim, index), src_shape),
    examples=lambda r: [(r(3, 4), 0, r.index((2, 4), 3), r(2, 4)), (r(3, 4), 1, r.index((3, 2), 4), r(3, 4))],
)
def scatter_add(input: Array, dim: int, index: Index, src: Array) -> Array:
    """With each element of ``src`` added at its index along a dimension."""
    at = _checked("scatter", input, dim, index, src)
    out = np.array(input)
    if index.size:
        place, key, source = _lined_up(out, index, src, at)
        np.add.at(place, key, source)
    return out


# -- reductions into places --------------------------------------------------------------------------------

_UFUNCS = {"sum": np.add, "mean": np.add, "prod": np.multiply, "amax": np.maximum, "amin": np.minimum}
_START = {"sum": 0, "mean": 0, "prod": 1}


def _reduced_into(out: Array, place: Array, key: Any, source: Array | None, reduce: str, include_self: bool) -> None:
    """Reduce ``source`` into ``out`` at the places of a key; without self, these begin from nothing."""
    if not include_self:
        if reduce in _START:
            place[key] = _START[reduce]
        else:
            worst = -np.inf if reduce == "amax" else np.inf
            if out.dtype.kind != "f":
                limits = np.iinfo(out.dtype)
                worst = limits.min if reduce == "amax" else limits.max
            place[key] = worst
    _UFUNCS[reduce].at(place, key, source)
    if reduce == "mean":
        count = np.full(place.shape, int(include_self), np.int64)
        np.add.at(count, key, 1)
        count = np.maximum(count, 1).reshape(out.shape)
        out[...] = out // count if out.dtype.kind in "iu" else out / count.astype(out.dtype)


def check_reduce(reduce: str) -> None:
    if reduce not in _UFUNCS:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")


class _Moves:
    """How the rule of a reduction moves values between the places and the source: by ``gather`` or whole parts."""

    __slots__ = ("F", "dim", "index", "whole")

    def __init__(self, F: Any, dim: int, index: Any, whole: bool) -> None:
        self.F, self.dim, self.index, self.whole = F, dim, index, whole

    def read(self, x: Any) -> Any:
        F = self.F
        return F.index_select(x, self.dim, self.index) if self.whole else F.gather(x, self.dim, self.index)

    def add(self, x: Any, source: Any) -> Any:
        F = self.F
        return F.index_add(x, self.dim, self.index, source) if self.whole else F.scatter_add(x, self.dim, self.index, source)

    def clear(self, x: Any, value: float) -> Any:
        F = self.F
        if self.whole:
            return F.index_fill_scalar(x, self.dim, self.index, value)
        return F.scatter_value(x, self.dim, self.index, value)


def _reduce_back(
    F: Any, g: Any, moves: _Moves, input: Any, src: Any, result: Any, reduce: str, include_self: bool
) -> tuple[Any, Any]:
    """Gradients of the input and the source. A product's are divided, except where zeros forbid it."""
    if reduce == "sum":
        mine, theirs = g, moves.read(g)
    elif reduce == "mean":
        count = F.ones_like(g) if include_self else F.zeros_like(g)
        count = moves.add(count, F.ones_like(src))
        count = F.masked_fill(count, F.eq(count, 0), 1.0)
        mine = g / count
        theirs = moves.read(mine)
    elif reduce == "prod":
        mine, theirs = _product_back(F, g, moves, input, src, result, include_self)
    else:
        at_self = F.cast(F.eq(input, result), g.dtype)
        if not include_self:
            at_self = moves.clear(at_self, 0.0)
        at_source = F.cast(F.eq(src, moves.read(result)), g.dtype)
        share = g / F.masked_fill(moves.add(at_self, at_source), F.eq(moves.add(at_self, at_source), 0), 1.0)
        mine, theirs = at_self * share, at_source * moves.read(share)
    if not include_self:
        mine = moves.clear(mine, 0.0)
    return mine, theirs


def _product_back(
    F: Any, g: Any, moves: _Moves, input: Any, src: Any, result: Any, include_self: bool
) -> tuple[Any, Any]:
    """Where a place has one zero factor, only that factor has a gradient: the product of the others."""
    start = input if include_self else moves.clear(input, 1.0)
    none_self, none_source = F.eq(start, 0), F.eq(src, 0)
    zeros = moves.add(F.cast(none_self, g.dtype), F.cast(none_source, g.dtype))
    safe_self = F.masked_fill(start, none_self, 1.0)
    safe_source = F.masked_fill(src, none_source, 1.0)
    if moves.whole:
        rest = F.index_reduce(safe_self, moves.dim, moves.index, safe_source, "prod", True)
    else:
        rest = F.scatter_reduce(safe_self, moves.dim, moves.index, safe_source, "prod", True)
    through = g * rest
    alone = F.cast(F.eq(zeros, 1), g.dtype)
    free = F.cast(F.eq(zeros, 0), g.dtype)
    mine = F.masked_fill(through * free / safe_self, none_self, 0.0) + F.masked_fill(
        through * alone, F.logical_not(none_self), 0.0
    )
    theirs = F.masked_fill(moves.read(through * free) / safe_source, none_source, 0.0) + F.masked_fill(
        moves.read(through * alone), F.logical_not(none_source), 0.0
    )
    return mine, theirs


def _scatter_reduce_back(
    F: Any, g: Any, input: Any, dim: int, index: Any, src: Any, reduce: str, include_self: bool, result: Any
) -> tuple[Any, Any]:
    shape = tuple(src.shape)
    for d, n in enumerate(tuple(index.shape)):
        if n != shape[d]:
            src = F.slice_(src, d, 0, n, 1)
    mine, theirs = _reduce_back(F, g, _Moves(F, dim, index, False), input, src, result, reduce, include_self)
    return mine, _source_back(F, theirs, shape)


@operation(
    vjp=lambda F, g, needs, input, dim, index, src, reduce, include_self, result: _scatter_reduce_back(
        F, g, input, dim, index, src, reduce, include_self, result
    ),
    examples=lambda r: [
        (r(3, 4), 0, r.index((2, 4), 3), r(2, 4), name, own)
        for name in ("sum", "mean", "prod", "amax", "amin")
        for own in (True, False)
    ],
)
def scatter_reduce(
    input: Array, dim: int, index: Index, src: Array, reduce: str, include_self: bool = True
) -> Array:
    """With each element of ``src`` reduced into its place along a dimension."""
    check_reduce(reduce)
    at = _checked("scatter", input, dim, index, src)
    out = np.array(input)
    if index.size:
        place, key, source = _lined_up(out, index, src, at)
        _reduced_into(out, place, key, source, reduce, include_self)
    return out


# -- whole parts at indices --------------------------------------------------------------------------------


def _parts_key(index: Array, at: int) -> tuple[Any, ...]:
    return (*_ALL[:at], index.reshape(-1))


def _checked_add(input: Array, dim: int, index: Array, source: Array, name: str) -> int:
    at = wrap_dim(dim, input.ndim)
    kind = dtypes.of(index).type_name
    if index.ndim > 1:
        raise IndexError(
            f"{name}(): Index is supposed to be a vector, but got dim: {index.ndim} with type: {kind} "
            f"and size: {list(index.shape)}"
        )
    if index.dtype not in (np.int64, np.int32):
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index but got: {kind}")
    if source.dtype is not input.dtype:
        raise RuntimeError(
            f"{name}(): self ({dtypes.of(input).type_name}) and source ({dtypes.of(source).type_name}) "
            "must have the same scalar type"
        )
    size = source.shape[at] if source.ndim else 1
    if index.size != size:
        raise RuntimeError(
            f"{name}(): Number of indices ({index.size}) should be equal to source.size(dim): ({size}), for dim: {at}"
        )
    check_places(index, at, input.shape[at] if input.ndim else 1)
    return at


@operation(
    kind="linear",
    complex="own",
    input=lambda F, g: g,
    source=lambda F, g, dim, index, source_shape, alpha: _added_back(F, g, dim, index, source_shape, alpha),
    examples=lambda r: [(r(4, 3), 0, r.index((5,), 4), r(5, 3)), (r(4, 3), 1, r.index((2,), 3), r(4, 2), 0.5)],
)
def index_add(input: Array, dim: int, index: Index, source: Array, alpha: Number = 1) -> Array:
    """With parts of ``source``, times ``alpha``, added at indices along a dimension."""
    at = _checked_add(input, dim, index, source, "index_add_")
    out = np.array(input)
    if alpha != 1:
        source = np.multiply(source, np.asarray(alpha).astype(source.dtype))
    if out.ndim:
        np.add.at(out, _parts_key(index, at), source)
    else:
        out += np.add.reduce(source.reshape(-1))
    return out


def _added_back(F: Any, g: Any, dim: int, index: Any, shape: Shape, alpha: Number) -> Any:
    found = F.reshape(F.index_select(g, dim, index), shape)
    return found if alpha == 1 else found * alpha


@operation(
    complex="own",
    input=lambda F, g, dim, index: F.index_fill_scalar(g, dim, index, 0.0),
    source=lambda F, g, dim, index, source_shape: F.reshape(F.index_select(g, dim, index), source_shape),
    examples=lambda r: [(r(4, 3), 0, r.tensor([2, 0, 3]), r(3, 3))],
)
def index_copy(input: Array, dim: int, index: Index, source: Array) -> Array:
    """With parts of ``source`` written at indices along a dimension."""
    at = wrap_dim(dim, input.ndim)
    if index.dtype != np.int64:
        raise RuntimeError(f"index_copy_(): Expected a long tensor for index, but got {dtypes.of(index).type_name}")
    if source.dtype is not input.dtype:
        raise RuntimeError(
            "index_copy_(): self and source expected to have the same dtype, but got (self) "
            f"{dtypes.of(input).type_name} and (source) {dtypes.of(source).type_name}"
        )
    size = source.shape[at] if source.ndim else 1
    if index.size != size:
        raise IndexError(
            f"index_copy_(): Number of indices ({index.size}) should be equal to source.size(dim) ({size})"
        )
    n = input.shape[at] if input.ndim else 1
    _check_copied(index, at, n)
    out = np.array(input)
    if out.ndim:
        out[_parts_key(index, at)] = source
    else:
        out[...] = source.reshape(-1)[-1]
    return out


def _check_copied(index: Array, at: int, n: int) -> None:
    if index.size and (np.minimum.reduce(index, None) < 0 or np.maximum.reduce(index, None) >= n):
        bad = index[(index < 0) | (index >= n)].reshape(-1)[0]
        raise IndexError(f"index_copy_(): index {bad} is out of bounds for dimension {at} with size {n}")


def _filled(input: Array, dim: int, index: Array, value: Number | Array) -> Array:
    at = wrap_dim(dim, input.ndim)
    if index.dtype != np.int64:
        raise IndexError("index_fill_(): Expected dtype int64 for index.")
    if isinstance(value, np.ndarray) and value.ndim:
        raise RuntimeError(
            f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s)."
        )
    n = input.shape[at] if input.ndim else 1
    check_filled(index, at, n)
    out = np.array(input)
    place = out if out.ndim else out.reshape(1)
    place[_parts_key(index, at)] = np.asarray(value).astype(out.dtype)
    return out


def check_filled(index: Array, at: int, n: int) -> None:
    if index.size and (np.minimum.reduce(index, None) < -n or np.maximum.reduce(index, None) >= n):
        bad = index[(index < -n) | (index >= n)].reshape(-1)[0]
        raise IndexError(f"index {bad} is out of bounds for dimension {at} with size {n}")


@operation(
    node="IndexFillBackward0",
    spelling="index_fill",
    kernel=_filled,
    complex="own",
    input=lambda F, g, dim, index: F.index_fill_scalar(g, dim, index, 0.0),
    jvp=lambda F, t, dim, index: F.index_fill_scalar(t["input"], dim, index, 0.0),
    examples=lambda r: [(r(4, 3), 0, r.index((2,), 4), 1.5)],
)
def index_fill_scalar(input: Array, dim: int, index: Index, value: Number) -> Array:
    """With a number at indices along a dimension."""


@operation(
    node="IndexFillBackward1",
    spelling="index_fill",
    kernel=_filled,
    complex="own",
    input=lambda F, g, dim, index: F.index_fill_scalar(g, dim, index, 0.0),
    value=lambda F, g, input_shape, dim, index: F.sum_all(
        F.index_select(g, dim, F.unique_places(index, input_shape, dim))
    ),
    examples=lambda r: [(r(4, 3), 0, r.index((2,), 4), r())],
)
def index_fill_tensor(input: Array, dim: int, index: Index, value: Array) -> Array:
    """With the value of a 0-d tensor at indices along a dimension."""


@operation()
def unique_places(index: Index, shape: Shape, dim: int) -> Array:
    """Each index once, counted from the front."""
    n = shape[wrap_dim(dim, len(shape))] if shape else 1
    return np.unique(np.where(index < 0, index + n, index))


def _index_reduce_back(
    F: Any, g: Any, input: Any, dim: int, index: Any, source: Any, reduce: str, include_self: bool, result: Any
) -> tuple[Any, Any]:
    return _reduce_back(F, g, _Moves(F, dim, index, True), input, source, result, reduce, include_self)


@operation(
    vjp=lambda F, g, needs, input, dim, index, source, reduce, include_self, result: _index_reduce_back(
        F, g, input, dim, index, source, reduce, include_self, result
    ),
    examples=lambda r: [
        (r(3, 4), 0, r.index((2,), 3), r(2, 4), name, own)
        for name in ("mean", "prod", "amax", "amin")
        for own in (True, False)
    ],
)
def index_reduce(
    input: Array, dim: int, index: Index, source: Array, reduce: str, include_self: bool = True
) -> Array:
    """With parts of ``source`` reduced into the parts at indices along a dimension."""
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.")
    at = _checked_add(input, dim, index, source, "index_reduce_")
    out = np.array(input)
    if index.size:
        place = out if out.ndim else out.reshape(1)
        _reduced_into(out, place, _parts_key(index, at), source.reshape(source.shape or (1,)), reduce, include_self)
    return out


# -- counted places ----------------------------------------------------------------------------------------


@operation(
    complex="own",
    input=lambda F, g, index, accumulate: g if accumulate else F.put(g, index, F.new_zeros(g, tuple(index.shape)), False),
    source=lambda F, g, index, source_shape: F.reshape(F.take(g, index), source_shape),
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
    if index.size != source.size:
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got "
            f"source.numel() = {source.size}, index.numel() = {index.size}"
        )
    check_counted(index, input.size)
    out = np.array(input, order="C")
    flat = out.reshape(-1)
    if accumulate:
        np.add.at(flat, index.reshape(-1), source.reshape(-1))
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
    place[...] = src
    return out


@operation(
    kind="linear",
    complex="own",
    input=lambda F, g, src_shape, dim, index: F.select_scatter(g, F.new_zeros(g, src_shape), dim, index),
    src=lambda F, g, dim, index: F.select(g, dim, index),
    examples=lambda r: [(r(2, 3), r(3), 0, 1)],
)
def select_scatter(input: Array, src: Array, dim: int, index: int) -> Array:
    """With ``src`` at one index of a dimension."""
    out = np.array(input)
    return _written(out, select.op.kernel(out, dim, index), src)  # type: ignore[attr-defined]


@operation(
    kind="linear",
    complex="own",
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
    out = np.array(input)
    return _written(out, slice_.op.kernel(out, dim, start, end, step), src)  # type: ignore[attr-defined]


@operation(
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
    out = np.array(input)
    return _written(out, diagonal_array(out, offset, dim1, dim2), src)
