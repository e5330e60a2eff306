"""Dimensions and strides: wrapping negative ones, what remains after a reduction, windows on memory.

Everything here is about shapes; nothing knows an operation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..numerics.limits import shown
from ..numerics.shapes import size_not_expanded, sizes_differ, sizes_too_few
from ..numerics.summation import add_reduce as add_reduce

Shape = tuple[int, ...]
Dims = int | Sequence[int] | None

# Called as (array, axis, dtype, out, keepdims): positions are quicker than keywords, but the stubs know only these.
multiply_reduce: Any = np.multiply.reduce
maximum_reduce: Any = np.maximum.reduce
minimum_reduce: Any = np.minimum.reduce
all_reduce: Any = np.logical_and.reduce
any_reduce: Any = np.logical_or.reduce
xor_reduce: Any = np.bitwise_xor.reduce


def wrap_dim(dim: int, ndim: int) -> int:
    """A dimension counted from the front. Raises IndexError where there is no such dimension."""
    if 0 <= dim < ndim:
        return dim
    least = -ndim if ndim else -1
    if least <= dim < -least:
        return dim + ndim if dim < 0 and ndim else 0
    raise IndexError(
        f"Dimension out of range (expected to be in range of [{least}, {-least - 1}], but got {shown(dim)})"
    )


def existing_dim(dim: int, ndim: int) -> int:
    """The same of a dimension that must be there: a scalar has none."""
    if not ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return wrap_dim(dim, ndim)


def size_of(x: np.ndarray, dim: int) -> int:
    """The size of a dimension that must exist. Raises IndexError where it doesn't; a scalar has none."""
    return x.shape[existing_dim(dim, x.ndim)]


def wrap_dims(dims: Dims, ndim: int) -> Shape:
    """Dimensions to reduce over, in the order given; None and () mean all.

    Raises IndexError for one that doesn't exist, RuntimeError for one that is there twice.
    """
    if dims is None:
        return tuple(range(ndim))
    if isinstance(dims, int):
        return (wrap_dim(dims, ndim),) if ndim else _none_of(dims)
    if not dims:
        return tuple(range(ndim))
    wrapped = distinct_dims(dims, ndim)
    return wrapped if ndim else ()


def distinct_dims(dims: Sequence[int], ndim: int) -> Shape:
    """Each of some dimensions, wrapped. Raises as ``wrap_dims`` does."""
    wrapped: list[int] = []
    for dim in dims:
        found = wrap_dim(dim, ndim)
        if found in wrapped:
            raise RuntimeError(f"dim {found} appears multiple times in the list of dims")
        wrapped.append(found)
    return tuple(wrapped)


def _none_of(dim: int) -> Shape:
    wrap_dim(dim, 0)
    return ()


def axis_of(dim: Dims, ndim: int) -> Any:
    """``dim`` as the ``axis`` of a NumPy reduction."""
    if dim.__class__ is int and -ndim <= dim < ndim:
        return dim
    if dim.__class__ is tuple and len(dim) == 1 and -ndim <= dim[0] < ndim:
        return dim
    return wrap_dims(dim, ndim)


def numel(shape: Sequence[int]) -> int:
    product = 1
    for n in shape:
        product *= n
    return product


def reduced_count(shape: Shape, dim: Dims) -> int:
    """How many elements a reduction over these dimensions brings into one."""
    if dim is None:
        return numel(shape)
    if dim.__class__ is tuple and len(dim) == 1:
        (dim,) = dim
    if dim.__class__ is int and shape:
        return shape[wrap_dim(dim, len(shape))]
    return numel([shape[k] for k in wrap_dims(dim, len(shape))])


def kept_shape(shape: Shape, dim: Dims) -> Shape:
    """The shape of a reduction with ``keepdim``."""
    if dim.__class__ is int:
        if not shape:
            return ()
        d = wrap_dim(dim, len(shape))
        return (*shape[:d], 1, *shape[d + 1 :])
    gone = wrap_dims(dim, len(shape))
    return tuple(1 if k in gone else n for k, n in enumerate(shape))


def contiguous_strides(shape: Sequence[int]) -> Shape:
    """Strides in elements of a tensor of this shape without gaps, last dimension fastest."""
    strides: list[int] = []
    step = 1
    for n in reversed(shape):
        strides.append(step)
        step *= max(n, 1)
    return tuple(reversed(strides))


# -- memory ------------------------------------------------------------------------------------------------


def address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def storage_of(array: np.ndarray) -> np.ndarray:
    """All the memory that an array is a window on, as an array that counts as one block."""
    owner = array
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    if owner.flags.c_contiguous or owner.flags.f_contiguous:
        return owner
    order = sorted(range(owner.ndim), key=lambda k: -owner.strides[k])
    return owner.transpose(order)


def strided(array: np.ndarray, shape: Shape, strides: Shape, dtype: np.dtype | None = None) -> np.ndarray:
    """A window that begins where ``array`` does; strides in bytes. Raises ValueError beyond the memory."""
    if dtype is None:
        dtype = array.dtype
    if array.flags.c_contiguous:
        return np.ndarray(shape, dtype, array, 0, strides)
    storage = storage_of(array)
    return np.ndarray(shape, dtype, storage, address(array) - address(storage), strides)


def rows_of(input: np.ndarray, dim: Dims, count: int) -> np.ndarray | None:
    """The elements that are brought into one, as rows; None where they don't lie in such."""
    gone = sorted(wrap_dims(dim, input.ndim))
    if not input.flags.c_contiguous or gone != list(range(input.ndim - len(gone), input.ndim)):
        return None
    return input.reshape(-1, count)


def broadcast_shape(*shapes: Sequence[int]) -> Shape:
    """The shape that all broadcast to. Raises RuntimeError, in PyTorch's words, where there is none."""
    out: list[int] = []
    for shape in shapes:
        if len(shape) > len(out):
            out[:0] = [1] * (len(shape) - len(out))
        for back in range(1, len(shape) + 1):
            n = shape[-back]
            if out[-back] == 1:
                out[-back] = n
            elif n not in (1, out[-back]):
                raise sizes_differ(out[-back], n, len(out) - back)
    return tuple(out)


def check_expand(x: np.ndarray, size: Sequence[int]) -> None:
    """Raise RuntimeError, in PyTorch's words, where ``x`` can't be expanded to ``size``."""
    if x.shape == tuple(size):
        return
    lead = len(size) - x.ndim
    if lead < 0:
        raise sizes_too_few(x, size)
    for k in range(len(size) - 1, lead - 1, -1):
        if x.shape[k - lead] not in (1, size[k]):
            raise size_not_expanded(x, size, k)


_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def reduced_letters(ndim: int, dim: Dims, keepdim: bool = False) -> str:
    """A reduction as indices, ``"ab->a"``: over all dimensions for None and (); ``1`` where one is kept."""
    gone = wrap_dims(dim, ndim)
    kept = ("1" if k in gone else _LETTERS[k] for k in range(ndim) if keepdim or k not in gone)
    return f"{_LETTERS[:ndim]}->{''.join(kept)}"
