"""Copies: ``clone``, casts, ``copy_``, fills, and what no strides can say (``roll``, ``flip``, ``tril``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine.inplace import inplace
from ...engine.operation import Array, Number, operation
from ...engine.tensor import Tensor
from ...engine.worlds import TENSORS, roles
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.layouts import moveaxis
from ...numerics.limits import charge_array, shown_sizes
from ...numerics.numbers import number_in
from ..dims import Shape, add_reduce, broadcast_shape, distinct_dims, wrap_dim
from ..refuse import is_storage, not_implemented_for
from .slicing import diagonal_array
from .view import expand_array, sum_to

_LINEAR: dict[str, Any] = {"kind": "linear", "complex": "own"}


# -- copies ------------------------------------------------------------------------------------------------


@operation(
    half="moved",
    formula=lambda F, input, order: None if order == "K" else F.clone(input),
    input=lambda F, g: g,
    rows=lambda input, order: "same" if order == "C" else "each",
    **_LINEAR,
)
def clone(input: Array, order: str = "K") -> Array:
    """A copy; ``order="K"`` keeps the strides' order, ``"C"`` makes it contiguous.

    ``"channels_last"`` puts the second dimension last in memory."""
    return _ordered(input, input.dtype, order)


def _ordered(input: Array, dtype: np.dtype, order: str) -> Array:
    if order == "channels_last":
        return moveaxis(dtypes.cast_to(moveaxis(input, 1, -1), dtype, "C"), -1, 1)
    if 0 in input.strides:  # expanded: in order, where NumPy would follow the strides of 0
        order = "C"
    return dtypes.cast_to(input, dtype, order)


@operation(
    half="moved",
    node="ToCopyBackward0",
    spelling="to",
    input=lambda F, g, input_dtype: F.cast(g, input_dtype),
    examples=lambda r: [(r(2, 3), dtypes.float64), (r(2, 3), dtypes.complex128)],
    rows="same",
    **_LINEAR,
)
def cast(input: Array, dtype: DType | np.dtype, order: str = "K") -> Array:
    """A copy in another dtype (in an order as of ``clone``); of a complex tensor as a real one, its real part."""
    want = dtype if isinstance(dtype, np.dtype) else dtype.np
    if input.dtype.kind == "c" and want.kind not in "cb":
        input = input.real
    return _ordered(input, want, order)


@operation(rows="same", half="moved")
def zeros_like(input: Array) -> Array:
    """Zeros of the shape and dtype of ``input``: the derivative of what is piecewise constant."""
    return np.zeros(input.shape, input.dtype)


@operation(
    half="moved",
    rows="copied",
    node="torch::autograd::CopyBackwards",
    spelling="copy_",
    input=lambda F, g: F.zeros_like(g),
    source=lambda F, g, source_shape: sum_to(F, g, source_shape),
    jvp=lambda F, t, input_shape, input_dtype: _copied(F, t, input_shape, input_dtype),
    examples=lambda r: [(r(2, 3), r(3)), (r(2, 3), r())],
    complex="own",
    in_vmap="arithmetic",
    copies=True,
)
def copy(input: Array, source: Array) -> Array:
    """The values of ``source``, broadcast and cast to be those of ``input``."""
    if source.dtype.kind == "c" and input.dtype.kind not in "cb":
        source = source.real
    shape = input.shape
    if source.shape != shape:
        whole = broadcast_shape(shape, source.shape)
        if whole != shape:
            raise RuntimeError(f"output with shape {list(shape)} doesn't match the broadcast shape {list(whole)}")
        source = expand_array(source, shape)
    return dtypes.cast_to(source, input.dtype)


def _copied(F: Any, t: dict[str, Any], shape: Shape, dtype: DType) -> Any:
    source = t.get("source")
    if source is None:
        return F.zeros_like(t["input"])
    return F.cast(F.expand(source, shape), dtype)


# -- fills -------------------------------------------------------------------------------------------------


@operation(
    half="moved",
    rows="same",
    complex="own",
    spelling="fill",
    overload="*",
    in_vmap="named",
    input=lambda F, g: F.zeros_like(g),
    jvp=lambda F, t: F.zeros_like(t["input"]),
    examples=lambda r: [(r(2, 3), 1.5)],
    fits="value",
    fits_in="operand",
    node="FillBackward0",
    in_place={"node": "FillBackward2", "overlap": True},
)
def fill_scalar(input: Array, value: Number) -> Array:
    """Every element the same number."""
    return np.full(input.shape, number_in(input.dtype, value))


@operation(
    half="moved",
    rows="copied",
    complex="own",
    spelling="fill",
    overload="*",
    in_vmap="named",
    input=lambda F, g: F.zeros_like(g),
    value=lambda F, g: F.sum_all(g),
    jvp=lambda F, t, input: _copied(F, {"source": t.get("value"), "input": input}, input.shape, input.dtype),
    examples=lambda r: [(r(2, 3), r())],
    node="FillBackward1",
    in_place={"node": "FillBackward3"},
)
def fill_tensor(input: Array, value: Array) -> Array:
    """Every element the value of a 0-d tensor."""
    if value.ndim:
        raise RuntimeError(f"fill_ only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions.")
    if value.dtype.kind == "c" and input.dtype.kind not in "cb":
        value = value.real
    return np.full(input.shape, value.astype(input.dtype))


@operation(
    half="moved",
    rows="same",
    overlap=True,
    node="ZeroBackward0",
    spelling="zero_",
    input=lambda F, g: F.zeros_like(g),
    jvp=lambda F, t: F.zeros_like(t["input"]),
    complex="own",
)
def zero(input: Array) -> Array:
    """Zeros, as ``zero_`` writes them."""
    return np.zeros(input.shape, input.dtype)


# -- triangles and diagonals -------------------------------------------------------------------------------


def _triangle(input: Array, diagonal: int, lower: bool) -> Array:
    if input.ndim < 2:
        name = "tril" if lower else "triu"
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
    rows, columns = input.shape[-2:]
    below = np.arange(columns) - np.arange(rows)[:, None]
    return np.where(below <= diagonal if lower else below >= diagonal, input, input.dtype.type(0))


@operation(
    rows="leading: 2",
    overlap=True,
    takes=("usual", "tril"),
    layout="contiguous",
    input=lambda F, g, diagonal: F.tril(g, diagonal),
    examples=lambda r: [(r(3, 4), 0), (r(2, 3, 3), -1)],
    **_LINEAR,
)
def tril(input: Array, diagonal: int = 0) -> Array:
    """The lower triangle of matrices, zeros elsewhere."""
    return _triangle(input, diagonal, True)


@operation(
    rows="leading: 2",
    overlap=True,
    takes=("usual", "triu"),
    layout="contiguous",
    input=lambda F, g, diagonal: F.triu(g, diagonal),
    examples=lambda r: [(r(3, 4), 0), (r(2, 3, 3), 1)],
    **_LINEAR,
)
def triu(input: Array, diagonal: int = 0) -> Array:
    """The upper triangle of matrices, zeros elsewhere."""
    return _triangle(input, diagonal, False)


@operation(
    half="moved",
    dims="+dim1 dim2",
    input=lambda F, g, offset, dim1, dim2: F.diagonal(g, offset, dim1, dim2),
    examples=lambda r: [(r(3), 0, -2, -1), (r(2, 3), 1, 0, 2), (r(2, 3), -1, -2, -1)],
    **_LINEAR,
)
def diag_embed(input: Array, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Array:
    """Matrices with the last dimension on a diagonal, zeros elsewhere."""
    ndim = input.ndim + 1
    first, second = wrap_dim(dim1, ndim), wrap_dim(dim2, ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    n = (input.shape[-1] if input.ndim else 1) + abs(offset)
    others = iter(input.shape[:-1])
    out = np.zeros([n if k in (first, second) else next(others) for k in range(ndim)], input.dtype)
    diagonal_array(out, offset, first, second)[...] = input
    return out


@operation(
    takes=("integer floating complex", "trace"),
    rows="traced",
    indices="ii->",
    input=lambda F, g, input_shape: F.diagonal_backward(F.expand(g, (min(input_shape),)), input_shape, 0, 0, 1),
    examples=lambda r: [(r(3, 3),), (r(2, 4),)],
    **_LINEAR,
)
def trace(input: Array) -> Array:
    """Sum of the diagonal of a matrix."""
    if input.dtype.kind == "b" or is_storage(input):  # at which PyTorch looks before it looks at the shape
        not_implemented_for("trace", input)
    if input.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input.ndim}")
    out = np.int64 if input.dtype.kind in "iub" else None
    return add_reduce(input.diagonal(), dtype=out)


# -- repetition, rotation, reversal -------------------------------------------------------------------------


def _repeat_back(F: Any, g: Any, shape: Shape, repeats: Shape) -> Any:
    """Sum over the repetitions: each repeated dimension seen as (times, size)."""
    lead = len(repeats) - len(shape)
    if 0 in repeats:
        return F.new_zeros(g, shape)
    split: list[int] = []
    summed: list[int] = []
    for k, times in enumerate(repeats):
        n = 1 if k < lead else shape[k - lead]
        if times != 1:
            summed.append(len(split))
            split.append(times)
        split.append(n)
    if summed:
        g = F.sum_dim(F.reshape(g, tuple(split)), tuple(summed))
    return g if tuple(g.shape) == tuple(shape) else F.reshape(g, shape)


@operation(
    half="moved",
    rows="repeated",
    input=lambda F, g, input_shape, repeats: _repeat_back(F, g, input_shape, repeats),
    examples=lambda r: [(r(2, 3), (2, 1)), (r(3), (2, 3)), (r(), (2,))],
    **_LINEAR,
)
def repeat(input: Array, repeats: Shape) -> Array:
    """The tensor laid out several times along each dimension."""
    if len(repeats) < input.ndim:
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    padded = (1,) * (len(repeats) - input.ndim) + input.shape
    size = [n * times for n, times in zip(padded, repeats)]
    if min(size, default=0) < 0:
        bad = next(n for n in size if n < 0)
        raise RuntimeError(f"Trying to create tensor with negative dimension {bad}: {shown_sizes(size)}")
    charge_array(size, input.itemsize)
    return np.tile(input, repeats)


def _rolled(input: Array, shifts: Sequence[int], dims: Sequence[int]) -> Array:
    if len(shifts) != len(dims) and not (len(shifts) == 1 and not dims):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
    if not shifts:
        raise RuntimeError("`shifts` required")
    if not dims:
        return np.roll(input, shifts[0])
    if not input.ndim:
        raise IndexError(f"Dimension specified as {dims[0]} but tensor has no dimensions")
    return np.roll(input, tuple(shifts), [wrap_dim(d, input.ndim) for d in dims])


@operation(
    half="moved",
    dims="dims",
    rows=lambda input, shifts, dims: "dims" if dims else "rolled",
    layout="contiguous",
    kernel=_rolled,
    input=lambda F, g, shifts, dims: F.roll(g, tuple(-s for s in reversed(shifts)), tuple(reversed(dims))),
    examples=lambda r: [(r(2, 3), (1,), ()), (r(2, 3), (1, -2), (0, 1))],
    **_LINEAR,
)
def roll(input: Array, shifts: Shape, dims: Shape = ()) -> Array:
    """The elements moved along dimensions; those that leave at the end come in at the front."""


@operation(
    dims="dims",
    input=lambda F, g, k, dims: F.rot90(g, -k, dims),
    examples=lambda r: [(r(2, 3), 1, (0, 1)), (r(2, 3), -2, (1, 0))],
    **_LINEAR,
)
def rot90(input: Array, k: int = 1, dims: Shape = (0, 1)) -> Array:
    """Rotated by 90 degrees, ``k`` times, in the plane of two dimensions."""
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if input.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {input.ndim}")
    if dims[0] == dims[1] or abs(dims[0] - dims[1]) == input.ndim:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    first, second = (wrap_dim(d, input.ndim) for d in dims)
    return np.rot90(input, k, (first, second)).copy(order="K")


@operation(
    half="moved",
    layout="like",
    input=lambda F, g, dims: F.flip(g, dims),
    examples=lambda r: [(r(2, 3), (0,)), (r(2, 3), (0, -1))],
    dims="dims",
    **_LINEAR,
)
def flip(input: Array, dims: Shape) -> Array:
    """With the order of the elements reversed along some dimensions: a copy."""
    gone = distinct_dims(dims, input.ndim)
    if not input.ndim:
        return input.copy()
    return input[tuple(slice(None, None, -1) if k in gone else slice(None) for k in range(input.ndim))].copy()


# -- roles for the engine ----------------------------------------------------------------------------------


def sum_to_tensor(g: Tensor, shape: Shape) -> Any:
    """A gradient summed back over broadcast dimensions, recorded."""
    if not shape:
        return TENSORS.sum_all(g)
    return sum_to(TENSORS, g, tuple(shape))


def copy_into(target: Tensor, source: Tensor) -> Tensor:
    """``target.copy_(source)``. Raises RuntimeError where the shapes don't fit or ``target`` may not be changed."""
    return inplace(copy, target, source)


def clone_grad(g: Tensor) -> Any:
    """What ``.grad`` holds after a pass with ``create_graph``: a copy of the gradient, recorded as PyTorch does."""
    return copy(zeros_like(g), g) if g.node is not None else clone(g, "C")


roles.clone = clone
roles.cast = cast
roles.copy_into = copy_into
roles.sum_to = sum_to_tensor
roles.clone_grad = clone_grad
