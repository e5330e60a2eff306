"""Views of a part of the elements: ``select``, slices, ``diagonal``, ``split``, ``unfold``.

The transpose of picking a part is putting a gradient there into zeros; each of these has a name of its own in
PyTorch's graphs (``SelectBackwardBackward0``), so each is an operation here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ...numerics.limits import charge_parts, shown_sizes
from ..dims import Shape, address, size_of, storage_of, strided, wrap_dim

_LINEAR: dict[str, Any] = {"kind": "linear", "complex": "own"}
_VIEW: dict[str, Any] = {"view": "single", **_LINEAR}
_MULTI: dict[str, Any] = {"view": "multi", **_LINEAR}


@operation(rows="sized", half="moved")
def new_zeros(like: Array, size: Shape) -> Array:
    """Zeros of a shape, in the dtype of ``like``."""
    return np.zeros(size, like.dtype)


# -- one index ---------------------------------------------------------------------------------------------


@operation(
    input=lambda F, g, input_shape, dim, index: F.select_backward(g, input_shape, dim, index),
    examples=lambda r: [(r(2, 3), 0, 1), (r(2, 3), -1, -2)],
    dims="dim",
    **_VIEW,
)
def select(input: Array, dim: int, index: int) -> Array:
    """The part at one index of a dimension, without that dimension."""
    if not input.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    at = wrap_dim(dim, input.ndim)
    n = input.shape[at]
    if not -n <= index < n:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at dimension {at}"
        )
    return input[(index, ...)] if not at else input[(*ALL[:at], index, ...)]


ALL: tuple[Any, ...] = (slice(None),) * 64


@operation(
    dims="dim",
    sizes="shape",
    node="SelectBackwardBackward0",
    g=lambda F, g, dim, index: F.select(g, dim, index),
    examples=lambda r: [(r(3), (2, 3), 0, 1)],
    **_LINEAR,
)
def select_backward(g: Array, shape: Shape, dim: int, index: int) -> Array:
    """Zeros with ``g`` at one index of a dimension."""
    out = np.zeros(shape, g.dtype)
    if not dim:
        out[index] = g
    else:
        out[(*ALL[: dim % len(shape)], index)] = g
    return out


# -- a range -----------------------------------------------------------------------------------------------


@operation(
    node="SliceBackward0",
    spelling="slice",
    input=lambda F, g, input_shape, dim, start, end, step: F.slice_backward(g, input_shape, dim, start, end, step),
    examples=lambda r: [(r(5, 2), 0, 1, 4, 2), (r(2, 5), -1, -3, None, 1)],
    dims="dim",
    **_VIEW,
)
def slice_(input: Array, dim: int, start: int | None = None, end: int | None = None, step: int = 1) -> Array:
    """A range of a dimension, as Python's slices mean it."""
    if not input.ndim:
        raise RuntimeError("slice() cannot be applied to a 0-dim tensor.")
    if step <= 0:
        raise RuntimeError("slice step must be positive")
    at = wrap_dim(dim, input.ndim)
    found = input[(*ALL[:at], slice(start, end, step))]
    return found if found.size or not input.size else _empty(input, found, at, start)


def _empty(input: Array, found: Array, at: int, start: int | None) -> Array:
    """An empty range where it begins: NumPy's own begins where ``input`` does."""
    begin = slice(start, None).indices(input.shape[at])[0]
    memory = storage_of(input)
    offset = address(input) - address(memory) + begin * input.strides[at]
    return np.ndarray(found.shape, input.dtype, memory, min(offset, memory.nbytes), found.strides)


@operation(
    dims="dim",
    sizes="shape",
    node="SliceBackwardBackward0",
    g=lambda F, g, dim, start, end, step: F.slice_(g, dim, start, end, step),
    examples=lambda r: [(r(2, 2), (5, 2), 0, 1, 4, 2)],
    **_LINEAR,
)
def slice_backward(g: Array, shape: Shape, dim: int, start: int | None, end: int | None, step: int) -> Array:
    """Zeros with ``g`` in a range of a dimension."""
    out = np.zeros(shape, g.dtype)
    out[(*ALL[: dim % len(shape)], slice(start, end, step))] = g
    return out


# -- several parts -----------------------------------------------------------------------------------------


def _filled(F: Any, gradients: Sequence[Any], shapes: Sequence[Shape]) -> list[Any]:
    """Gradients of several parts, zeros for those that nobody used."""
    like = next(g for g in gradients if g is not None)
    return [F.new_zeros(like, s) if g is None else g for g, s in zip(gradients, shapes)]


def _unbind_back(F: Any, g: Sequence[Any], shape: Shape, dim: int) -> Any:
    at = wrap_dim(dim, len(shape))
    part = (*shape[:at], *shape[at + 1 :])
    return F.stack(_filled(F, g, [part] * shape[at]), at)


@operation(
    input=lambda F, g, input_shape, dim: _unbind_back(F, g, input_shape, dim),
    examples=lambda r: [(r(2, 3), 0), (r(2, 3), -1)],
    dims="dim",
    **_MULTI,
)
def unbind(input: Array, dim: int = 0) -> list[Array]:
    """All parts along a dimension, without it."""
    at = wrap_dim(dim, input.ndim)
    size_of(input, at)
    charge_parts(input.shape[at])
    return [input[(*ALL[:at], k, ...)] for k in range(input.shape[at])]


def _part(shape: Shape, at: int, n: int) -> Shape:
    return (*shape[:at], n, *shape[at + 1 :])


def _parts_back(F: Any, g: Sequence[Any], shape: Shape, sizes: Sequence[int], dim: int) -> Any:
    at = wrap_dim(dim, len(shape))
    return F.cat(_filled(F, g, [_part(shape, at, n) for n in sizes]), at)


def _parts(input: Array, sizes: Sequence[int], at: int) -> list[Array]:
    charge_parts(len(sizes))
    out, start = [], 0
    for n in sizes:
        out.append(input[(*ALL[:at], slice(start, start + n))])
        start += n
    return out


def _even(count: int, size: int) -> list[int]:
    """Sizes of equal parts, the last one smaller."""
    if not size:
        return [0]
    whole, rest = divmod(count, size)
    charge_parts(whole)
    return [size] * whole + ([rest] if rest or not whole else [])


def _split(input: Array, split_size: int, dim: int) -> list[Array]:
    if not input.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    at = wrap_dim(dim, input.ndim)
    if split_size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={split_size}")
    count = input.shape[at]
    if not split_size and count:
        raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {count}")
    return _parts(input, _even(count, split_size), at)


_SPLIT: dict[str, Any] = {
    "kernel": _split,
    "input": lambda F, g, input_shape, split_size, dim: _parts_back(
        F, g, input_shape, _even(input_shape[dim], split_size), dim
    ),
    "examples": lambda r: [(r(5, 2), 2, 0), (r(2, 4), 2, -1)],
}


@operation(**_SPLIT, dims="dim", **_MULTI)
def split(input: Array, split_size: int, dim: int = 0) -> list[Array]:
    """Parts of ``split_size`` along a dimension, the last one smaller."""


@operation(dims="dim", spelling="split", **_SPLIT, **_LINEAR)
def unsafe_split(input: Array, split_size: int, dim: int = 0) -> list[Array]:
    """``split`` whose parts aren't tracked as views."""


def _split_with_sizes(input: Array, split_sizes: Sequence[int], dim: int) -> list[Array]:
    if not input.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    at = wrap_dim(dim, input.ndim)
    if min(split_sizes, default=0) < 0:
        raise RuntimeError(
            "split_with_sizes expects split_sizes have only non-negative entries, "
            f"but got split_sizes={shown_sizes(split_sizes)}"
        )
    if sum(split_sizes) != input.shape[at]:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {input.shape[at]} "
            f"(input tensor's size at dimension {dim}), but got split_sizes={shown_sizes(split_sizes)}"
        )
    return _parts(input, split_sizes, at)


_SIZES: dict[str, Any] = {
    "kernel": _split_with_sizes,
    "input": lambda F, g, input_shape, split_sizes, dim: _parts_back(F, g, input_shape, split_sizes, dim),
    "examples": lambda r: [(r(5, 2), (2, 0, 3), 0)],
}


@operation(**_SIZES, dims="dim", **_MULTI)
def split_with_sizes(input: Array, split_sizes: Shape, dim: int = 0) -> list[Array]:
    """Parts of these sizes along a dimension."""


@operation(dims="dim", spelling="unsafe_split_with_sizes", **_SIZES, **_LINEAR)
def unsafe_split_with_sizes(input: Array, split_sizes: Shape, dim: int = 0) -> list[Array]:
    """``split_with_sizes`` whose parts aren't tracked as views."""


# -- the diagonal ------------------------------------------------------------------------------------------


def diagonal_array(input: Array, offset: int, dim1: int, dim2: int) -> Array:
    """The window on a diagonal, which becomes the last dimension."""
    first, second = wrap_dim(dim1, input.ndim), wrap_dim(dim2, input.ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    start = [slice(None)] * input.ndim
    if offset >= 0:
        start[second] = slice(offset, None)
    else:
        start[first] = slice(-offset, None)
    rest = input[tuple(start)]
    count = min(rest.shape[first], rest.shape[second])
    others = [k for k in range(input.ndim) if k not in (first, second)]
    shape = (*(input.shape[k] for k in others), count)
    strides = (*(input.strides[k] for k in others), input.strides[first] + input.strides[second])
    return strided(rest, shape, strides)


_DIAGONAL: dict[str, Any] = {
    "kernel": diagonal_array,
    "input": lambda F, g, input_shape, offset, dim1, dim2: F.diagonal_backward(g, input_shape, offset, dim1, dim2),
    "examples": lambda r: [(r(3, 4), 1, 0, 1), (r(3, 2, 4), -1, 2, 0)],
}


@operation(**_DIAGONAL, dims="dim1 dim2", **_VIEW)
def diagonal(input: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    """A diagonal of two dimensions, as the last dimension."""


def _diagonal_copy(input: Array, offset: int, dim1: int, dim2: int) -> Array:
    return diagonal_array(input, offset, dim1, dim2).copy()


@operation(
    dims="dim1 dim2", node="DiagonalBackward0_copy", **{**_DIAGONAL, "kernel": _diagonal_copy}, **_LINEAR, half="moved"
)
def diagonal_copy(input: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    """A diagonal as a copy."""


@operation(
    dims="dim1 dim2",
    sizes="shape",
    node="DiagonalBackwardBackward0",
    g=lambda F, g, offset, dim1, dim2: F.diagonal(g, offset, dim1, dim2),
    examples=lambda r: [(r(3), (3, 4), 1, 0, 1)],
    **_LINEAR,
)
def diagonal_backward(g: Array, shape: Shape, offset: int, dim1: int, dim2: int) -> Array:
    """Zeros with ``g`` on a diagonal."""
    out = np.zeros(shape, g.dtype)
    diagonal_array(out, offset, dim1, dim2)[...] = g
    return out


# -- sliding windows ---------------------------------------------------------------------------------------


def _unfolded(input: Array, dimension: int, size: int, step: int) -> Array:
    at = wrap_dim(dimension, input.ndim)
    n = input.shape[at] if input.ndim else 1
    stride = input.strides[at] if input.ndim else input.itemsize
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > n:
        raise RuntimeError(f"maximum size for tensor at dimension {at} is {n} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    if not input.ndim:
        return strided(input, (size,), (stride,))
    shape, strides = list(input.shape), list(input.strides)
    shape[at] = (n - size) // step + 1
    strides[at] = step * stride
    return strided(input, (*shape, size), (*strides, stride))


@operation(
    node="UnfoldBackward0",
    spelling="unfold",
    input=lambda F, g, input_shape, dimension, size, step: F.unfold_backward(g, input_shape, dimension, size, step),
    examples=lambda r: [(r(5, 2), 0, 3, 1), (r(2, 5), -1, 2, 3), (r(), 0, 1, 1)],
    dims="dimension",
    **_VIEW,
)
def unfold_view(input: Array, dimension: int, size: int, step: int) -> Array:
    """Every window of ``size`` along a dimension, ``step`` apart; the elements of a window are the last one."""
    return _unfolded(input, dimension, size, step)


def _unfold_back_said(F: Any, g: Any, shape: Shape, dimension: int, size: int, step: int) -> Any:
    """Each element of each window added at its place."""
    if not shape:
        return F.reshape(g, ())
    at = dimension % len(shape)
    count = g.shape[at]
    index = np.arange(count)[:, None] * step + np.arange(size)
    order = (*range(at + 1), g.ndim - 1, *range(at + 1, g.ndim - 1))
    moved = g if at == g.ndim - 2 else F.permute(g, order)
    parts = F.reshape(moved, (*shape[:at], count * size, *shape[at + 1 :]))
    return F.index_add(F.new_zeros(g, tuple(shape)), at, F.constant(index.reshape(-1)), parts, 1)


@operation(
    dims="dimension",
    sizes="shape",
    formula=_unfold_back_said,
    node="UnfoldBackwardBackward0",
    g=lambda F, g, dimension, size, step: F.unfold_view(g, dimension, size, step),
    examples=lambda r: [(r(3, 2, 3), (5, 2), 0, 3, 1)],
    **_LINEAR,
)
def unfold_backward(g: Array, shape: Shape, dimension: int, size: int, step: int) -> Array:
    """Zeros with ``g`` added to sliding windows, which may overlap."""
    out = np.zeros(shape, g.dtype)
    windows = _unfolded(out, dimension, size, step)
    for k in range(size):  # windows overlap with each other, but not where they have the same position
        windows[..., k] += g[..., k]
    return out
