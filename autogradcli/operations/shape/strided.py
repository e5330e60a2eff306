"""Windows of any strides: ``as_strided``, its transpose and its copy with something written into it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ...engine.worlds import roles
from ...numerics import dtypes
from ...numerics.adding import add_at
from ...numerics.limits import check_window
from ..dims import Shape, address, contiguous_strides, storage_of

_LINEAR: dict[str, Any] = {"kind": "linear", "complex": "own"}
_VIEW: dict[str, Any] = {"view": "single", **_LINEAR}


def _span(size: Shape, stride: Shape) -> int:
    if 0 in size:
        return 0
    return 1 + sum((n - 1) * s for n, s in zip(size, stride))


def _geometry_checked(size: Shape, stride: Shape) -> None:
    if len(size) != len(stride):
        raise RuntimeError("mismatch in length of strides and shape")
    if min(stride, default=0) < 0:
        raise RuntimeError(f"as_strided: Negative strides are not supported at the moment, got strides: {list(stride)}")


def _as_strided(input: Array, size: Shape, stride: Shape, offset: int, strides: Shape) -> Array:
    _geometry_checked(size, stride)
    check_window(size)
    item = input.itemsize
    storage = storage_of(input)
    start = (address(input) - address(storage)) // item + offset
    if 0 in size:
        return np.empty(size, input.dtype)  # of no memory, so none is too small
    if start < 0 or (start + _span(size, stride)) * item > storage.nbytes:
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {start}, and itemsize {item} "
            f"requiring a storage size of {(start + _span(size, stride)) * item} are out of bounds for storage of "
            f"size {storage.nbytes}"
        )
    return np.ndarray(tuple(size), input.dtype, storage, start * item, tuple(s * item for s in stride))


@operation(
    kernel=_as_strided,
    input=lambda F, g, input_shape, size, stride, offset, strides: F.strided_sum(
        g, input_shape, strides, size, stride, offset
    ),
    examples=lambda r: [(r(3, 4), (2, 3), (4, 1), 2, (4, 1)), (r(6), (3, 3), (1, 1), 1, (1,))],
    rows="strided",
    in_place={"node": "AsStridedBackward1"},
    **_VIEW,
)
def as_strided(input: Array, size: Shape, stride: Shape, offset: int, strides: Shape) -> Array:
    """A window of any size and strides on the memory of ``input``, ``offset`` from where that begins.

    All in elements; ``strides`` are those of ``input``.
    """


def _layout(
    like: Array, shape: Shape, strides: Shape, size: Shape, stride: Shape, offset: int
) -> tuple[Array, Array, Array]:
    """Memory of zeros, the base and the window on it, and the place in memory of each element of the window."""
    low = min(0, offset)
    high = max(_span(shape, strides), offset + _span(size, stride), 1)
    memory = np.zeros(high - low, like.dtype)
    item = memory.itemsize
    base = np.ndarray(tuple(shape), like.dtype, memory, -low * item, tuple(s * item for s in strides))
    index = np.full(size, offset - low)
    for k, (n, s) in enumerate(zip(size, stride)):
        index += (np.arange(n) * s).reshape((n,) + (1,) * (len(size) - k - 1))
    return memory, base, index


def _sum_said(F: Any, g: Any, shape: Shape, strides: Shape, size: Shape, stride: Shape, offset: int) -> Any:
    """Added to a line of zeros, and that in the base's shape."""
    memory, base, index = _layout(g.tensor.array, shape, strides, size, stride, offset)
    flat = F.reshape(g, (-1,)) if g.ndim != 1 else g
    line = F.index_add(F.new_zeros(g, memory.shape), 0, F.constant(index.reshape(-1)), flat, 1)
    if offset >= 0 and base.size <= memory.size and tuple(strides) == contiguous_strides(tuple(shape)):
        line = line if base.size == memory.size else F.slice_(line, 0, 0, base.size, 1)
        return F.reshape(line, tuple(shape)) if len(shape) != 1 else line
    return F.says("as_strided", line, tuple(shape), tuple(strides), max(0, -offset))


def _take_said(F: Any, input: Any, strides: Shape, size: Shape, stride: Shape, offset: int) -> Any:
    """The elements counted in order; what lies between or outside them is nobody's."""
    memory, base, index = _layout(input.tensor.array, input.shape, strides, size, stride, offset)
    if base.size != memory.size or tuple(strides) != contiguous_strides(tuple(input.shape)):
        return None
    return F.take(input, F.constant(index))


@operation(
    rows="strided back: sum",
    formula=_sum_said,
    node="AsStridedBackward0",
    g=lambda F, g, strides, size, stride, offset: F.strided_take(g, strides, size, stride, offset),
    examples=lambda r: [(r(2, 3), (3, 4), (4, 1), (2, 3), (4, 1), 2), (r(3, 3), (6,), (1,), (3, 3), (1, 1), 1)],
    **_LINEAR,
)
def strided_sum(g: Array, shape: Shape, strides: Shape, size: Shape, stride: Shape, offset: int) -> Array:
    """The gradient of a base from that of a window on it: what overlaps is added, what lies outside is lost."""
    memory, base, index = _layout(g, shape, strides, size, stride, offset)
    add_at(memory, index, g)
    return base.copy()


@operation(
    rows="strided back: take",
    formula=_take_said,
    node="AsStridedBackward0",
    input=lambda F, g, input_shape, strides, size, stride, offset: F.strided_sum(
        g, input_shape, strides, size, stride, offset
    ),
    examples=lambda r: [(r(3, 4), (4, 1), (2, 3), (4, 1), 2)],
    **_LINEAR,
)
def strided_take(input: Array, strides: Shape, size: Shape, stride: Shape, offset: int) -> Array:
    """A window on a copy of ``input`` that lies in memory with ``strides``."""
    memory, base, index = _layout(input, input.shape, strides, size, stride, offset)
    base[...] = input
    return memory[index]


@operation(
    rows="strided back: scatter",
    complex="own",
    input=lambda F, g, src_shape, size, stride, offset: F.as_strided_scatter(
        g, F.new_zeros(g, src_shape), size, stride, offset
    ),
    src=lambda F, g, input_shape, size, stride, offset: F.strided_take(
        g, contiguous_strides(input_shape), size, stride, offset
    ),
    examples=lambda r: [(r(3, 4), r(2, 3), (2, 3), (4, 1), 2)],
)
def as_strided_scatter(input: Array, src: Array, size: Shape, stride: Shape, offset: int) -> Array:
    """With ``src`` written into a window of any size and strides on a contiguous copy."""
    out = np.array(input, order="C")
    place = _as_strided(out, size, stride, offset, contiguous_strides(out.shape))
    if place.shape != src.shape:
        raise RuntimeError(
            "expected src to have a size equal to the slice of self. "
            f"src size = {list(src.shape)}, slice size = {list(place.shape)}"
        )
    place[...] = dtypes.real_for(src, out.dtype)
    return out


def _window(x: Any, size: Shape, strides: Shape, offset: int) -> Any:
    item = x.array.itemsize
    return as_strided(x, size, strides, offset, tuple(s // item for s in x.array.strides))


roles.as_strided = _window
roles.strided_sum = strided_sum
