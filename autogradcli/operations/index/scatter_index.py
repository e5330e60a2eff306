"""Writing whole parts at indices along a dimension: ``index_add``, ``index_copy``, ``index_fill``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, Number, operation
from ...numerics import dtypes
from ...numerics.adding import add_at
from ...numerics.numbers import number_in
from ...numerics.repeated import copied
from ..dims import Shape, add_reduce, maximum_reduce, minimum_reduce, wrap_dim
from ..refuse import check_usual
from ..shape.slicing import ALL
from .gather import check_places
from .indexing import parts_added, within
from .written import tangent


def parts_key(index: Array, at: int) -> tuple[Any, ...]:
    return (*ALL[:at], index.reshape(-1))


def checked_parts(input: Array, dim: int, index: Array, source: Array, name: str) -> int:
    """The dimension, wrapped. Raises RuntimeError or IndexError, in PyTorch's words, for what doesn't fit."""
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
    size = source.shape[at] if at < source.ndim else 1
    if index.size != size:
        if not source.ndim and name == "index_add_":
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        raise RuntimeError(
            f"{name}(): Number of indices ({index.size}) should be equal to source.size(dim): ({size}), for dim: {at}"
        )
    mine = (*input.shape[:at], *input.shape[at + 1 :])
    theirs = (*source.shape[:at], *source.shape[at + 1 :])
    if mine != theirs or input.ndim != source.ndim:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. "
            f"Got self.shape = {list(input.shape)} source.shape = {list(source.shape)}"
        )
    n = input.shape[at] if input.ndim else 1
    if input.ndim > 1 and name == "index_add_":
        check_places(index, at, n)
    elif index.size and not within(index, n):
        raise IndexError("index out of range in self")
    return at


@operation(
    takes=("all", "scatter_gather_tensor_cpu"),
    rows="indexed",
    fits="alpha",
    layout="contiguous",
    kind="linear",
    complex="own",
    input=lambda F, g: g,
    source=lambda F, g, dim, index, source, source_shape, alpha: _added_back(F, g, dim, index, source_shape, alpha),
    examples=lambda r: [(r(4, 3), 0, r.index((5,), 4), r(5, 3)), (r(4, 3), 1, r.index((2,), 3), r(4, 2), 0.5)],
    in_vmap="named",
)
def index_add(input: Array, dim: int, index: Index, source: Array, alpha: Number = 1) -> Array:
    """With parts of ``source``, times ``alpha``, added at indices along a dimension."""
    at = checked_parts(input, dim, index, source, "index_add_")
    if alpha != 1:
        source = np.multiply(source, number_in(source.dtype, alpha))
    if input.ndim < 2:
        check_usual("index_add_", input)  # rows of more dimensions are added as PyTorch adds tensors
    if input.ndim and (found := parts_added(input, at, index, source)) is not None:
        return found
    out = copied(input)
    if out.ndim:
        add_at(out, parts_key(index, at), source)
    else:
        np.add(out, add_reduce(source.reshape(-1)), out, casting="unsafe")  # a truth value is one again
    return out


def _added_back(F: Any, g: Any, dim: int, index: Any, shape: Shape, alpha: Number) -> Any:
    found = F.expand(F.index_select(g, dim, index), shape)
    return found if alpha == 1 else found * alpha


@operation(
    takes=("usual", "index_copy_cpu"),
    rows="indexed",
    layout="contiguous",
    complex="own",
    input=lambda F, g, dim, index: F.index_fill_scalar(g, dim, index, 0.0),
    source=lambda F, g, dim, index, source, source_shape: F.expand(F.index_select(g, dim, index), source_shape),
    jvp=lambda F, t, input, dim, index, source: F.index_copy(
        tangent(F, t, "input", input), dim, index, tangent(F, t, "source", source)
    ),
    examples=lambda r: [(r(4, 3), 0, r.tensor([2, 0, 3]), r(3, 3))],
)
def index_copy(input: Array, dim: int, index: Index, source: Array) -> Array:
    """With parts of ``source`` written at indices along a dimension."""
    at = wrap_dim(dim, input.ndim)
    if index.ndim > 1:
        raise IndexError(f"index_copy_(): Index should have dimension 1 or 0 (got {index.ndim})")
    if not source.ndim and index.size != 1:
        raise IndexError(f"index_copy_(): When source is scalar, index should have one element (got {index.size})")
    if index.dtype != np.int64:
        raise RuntimeError(f"index_copy_(): Expected a long tensor for index, but got {dtypes.of(index).type_name}")
    if source.dtype is not input.dtype:
        raise RuntimeError(
            "index_copy_(): self and source expected to have the same dtype, but got (self) "
            f"{dtypes.of(input).type_name} and (source) {dtypes.of(source).type_name}"
        )
    _check_parts(input, at, source)
    size = source.shape[at] if source.ndim else 1
    if index.size != size:
        raise IndexError(
            f"index_copy_(): Number of indices ({index.size}) should be equal to source.size(dim) ({size})"
        )
    n = input.shape[at] if input.ndim else 1
    _check_copied(index, at, n)
    out = copied(input)
    if out.ndim:
        out[parts_key(index, at)] = source
    else:
        out[...] = source.reshape(-1)[-1]
    return out


def _check_parts(input: Array, at: int, source: Array) -> None:
    if input.ndim and source.ndim and input.ndim != source.ndim:
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must match. "
            f"Source dimensionality ({source.ndim}), destination dimensionality ({input.ndim})"
        )
    mine = (*input.shape[:at], *input.shape[at + 1 :])
    theirs = (*source.shape[:at], *source.shape[at + 1 :])
    if mine != theirs:
        raise RuntimeError(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
            f"{' '.join(map(str, mine))} at dimension {at} and source slice shape: {' '.join(map(str, theirs))} "
            "at dimension 0."
        )


def _check_copied(index: Array, at: int, n: int) -> None:
    if index.size and not within(index, n):
        bad = index[(index < 0) | (index >= n)].reshape(-1)[0]
        raise IndexError(f"index_copy_(): index {bad} is out of bounds for dimension {at} with size {n}")


def _filled(input: Array, dim: int, index: Array, value: Number | Array) -> Array:
    if isinstance(value, np.ndarray) and value.ndim:
        raise RuntimeError(
            f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s)."
        )
    if index.dtype != np.int64:
        raise IndexError("index_fill_(): Expected dtype int64 for index.")
    at = wrap_dim(dim, input.ndim)
    if input.dtype.kind != "c" and np.iscomplexobj(value):
        raise RuntimeError("index_fill_(): Converting complex Scalar to non-complex type is not supported")
    if index.ndim > 1:
        raise RuntimeError("Index has to be a vector/scalar")
    n = input.shape[at] if input.ndim else 1
    check_filled(index, at, n)
    out = copied(input)
    place = out if out.ndim else out.reshape(1)
    place[parts_key(index, at)] = (
        value.astype(out.dtype) if isinstance(value, np.ndarray) else number_in(out.dtype, value)
    )
    return out


def check_filled(index: Array, at: int, n: int) -> None:
    if index.size and (minimum_reduce(index, None) < -n or maximum_reduce(index, None) >= n):
        bad = index[(index < -n) | (index >= n)].reshape(-1)[0]
        raise IndexError(f"index {bad} is out of bounds for dimension {at} with size {n}")


@operation(
    rows="indexed",
    fits="value",
    fits_in="operand",
    overlap=True,
    node="IndexFillBackward0",
    spelling="index_fill",
    takes=("usual", "index_fill_cpu"),
    kernel=_filled,
    complex="own",
    input=lambda F, g, dim, index: F.index_fill_scalar(g, dim, index, 0.0),
    jvp=lambda F, t, dim, index: F.index_fill_scalar(t["input"], dim, index, 0.0),
    examples=lambda r: [(r(4, 3), 0, r.index((2,), 4), 1.5)],
    overload="int_*",
    in_vmap="named",
)
def index_fill_scalar(input: Array, dim: int, index: Index, value: Number) -> Array:
    """With a number at indices along a dimension."""


@operation(
    rows="indexed",
    overlap=True,
    node="IndexFillBackward1",
    spelling="index_fill",
    takes=("usual", "index_fill_cpu"),
    kernel=_filled,
    complex="own",
    input=lambda F, g, dim, index: F.index_fill_scalar(g, dim, index, 0.0),
    value=lambda F, g, input_shape, dim, index: F.sum_all(
        F.index_select(g, dim, F.unique_places(index, input_shape, dim))
    ),
    examples=lambda r: [(r(4, 3), 0, r.index((2,), 4), r())],
    overload="int_*",
    in_vmap="named",
)
def index_fill_tensor(input: Array, dim: int, index: Index, value: Array) -> Array:
    """With the value of a 0-d tensor at indices along a dimension."""


@operation()
def unique_places(index: Index, shape: Shape, dim: int) -> Array:
    """Each index once, counted from the front."""
    n = shape[wrap_dim(dim, len(shape))] if shape else 1
    return np.unique(np.where(index < 0, index + n, index))
