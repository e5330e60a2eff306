"""Elements where a mask is true: ``masked_fill``, ``masked_select``, ``masked_scatter``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, Number, operation
from ...engine.worlds import roles
from ...numerics import dtypes, repeated
from ...numerics.numbers import number_in
from ...numerics.shapes import sizes_differ
from ..dims import Shape, broadcast_shape, numel
from ..elementwise.choosing import chosen, cleared_where, is_zero
from ..shape.view import expand_array, sum_to


def _fit_mask(input: Array, mask: Array) -> Array:
    """A mask broadcast to the shape of ``input``, with PyTorch's words where it can't be."""
    if mask.shape == input.shape:
        return mask
    for back in range(1, min(mask.ndim, input.ndim) + 1):
        m, n = mask.shape[-back], input.shape[-back]
        if m not in (1, n):
            raise sizes_differ(m, n, max(mask.ndim, input.ndim) - back)
    return expand_array(mask, input.shape)


def _fill_masked(input: Array, mask: Array, value: Number | Array) -> Array:
    if mask.dtype.kind != "b":
        raise RuntimeError(
            f"masked_fill_ only supports boolean masks, but got mask with dtype {dtypes.of(mask).cpp_name}"
        )
    if input.dtype.kind != "c" and value.__class__ not in (float, int) and np.iscomplexobj(value):
        value = number_in(input.dtype, value.item() if isinstance(value, np.ndarray) else value)
    if mask.shape != input.shape:
        broadcast_shape(mask.shape, input.shape)
    if isinstance(value, np.ndarray):
        if value.ndim:
            raise RuntimeError(
                "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
                f"{value.ndim} dimension(s)."
            )
        value = value.astype(input.dtype)
    elif input.dtype.kind != "f":
        value = number_in(input.dtype, value)
    if mask.shape == input.shape and is_zero(value):
        return cleared_where(mask, input)
    return chosen(mask, value, input)


_FILL: dict[str, Any] = {
    "kernel": _fill_masked, "layout": "contiguous", "complex": "own", "spelling": "masked_fill", "overlap": True,
    "fits": "value", "fits_in": "operand", "overload": "*", "in_vmap": "arithmetic",
    "takes": ("usual", "masked_fill"),
}  # fmt: skip


@operation(
    rows="side by side",
    blocks=True,
    node="MaskedFillBackward0",
    broadcast=True,
    input=lambda F, g, mask: F.masked_fill(g, mask, 0.0),
    jvp=lambda F, t, mask: F.masked_fill(t["input"], mask, 0.0),
    examples=lambda r: [(r(2, 3), r.mask((2, 3)), 1.5), (r(2, 3), r.mask((3,)), 0.0)],
    **_FILL,
)
def masked_fill(input: Array, mask: Index, value: Number) -> Array:
    """With a number where a mask is true."""


@operation(
    rows="filled where",
    node="MaskedFillBackward1",
    input=lambda F, g, mask, input_shape: sum_to(F, F.masked_fill(g, mask, 0.0), input_shape),
    value=lambda F, g, mask: F.sum_all(F.masked_select(g, mask)),
    examples=lambda r: [(r(2, 3), r.mask((2, 3)), r())],
    **_FILL,
)
def masked_fill_tensor(input: Array, mask: Index, value: Array) -> Array:
    """With the value of a 0-d tensor where a mask is true."""


@operation(
    half="moved",
    takes=("usual float8", "masked_select"),
    complex="own",
    input=lambda F, g, input, mask: _select_back(F, g, tuple(input.shape), mask),
    jvp=lambda F, t, mask: F.masked_select(t["input"], mask),
    examples=lambda r: [(r(2, 3), r.mask((2, 3))), (r(2, 1), r.mask((2, 3)))],
    rows="dynamic",
)
def masked_select(input: Array, mask: Index) -> Array:
    """The elements where a mask is true, in one dimension."""
    if mask.dtype.kind != "b":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    if mask.shape != input.shape:
        broadcast_shape(mask.shape, input.shape)
        input, mask = np.broadcast_arrays(input, mask)
    return np.take(input.reshape(-1), np.flatnonzero(mask))


def _select_back(F: Any, g: Any, shape: Shape, mask: Any) -> Any:
    whole = tuple(np.broadcast_shapes(shape, tuple(mask.shape)))
    return sum_to(F, F.masked_scatter(F.new_zeros(g, whole), F.expand(mask, whole), g), shape)


@operation(
    takes=("usual", "masked_scatter"),
    rows="slow: masked_scatter",
    layout="contiguous",
    complex="own",
    input=lambda F, g, mask: F.masked_fill(g, mask, 0.0),
    source=lambda F, g, mask, source_shape: F.masked_scatter_backward(g, mask, source_shape),
    examples=lambda r: [(r(2, 3), r.mask((2, 3)), r(8))],
)
def masked_scatter(input: Array, mask: Index, source: Array) -> Array:
    """With the elements of ``source``, one after another, where a mask is true."""
    if source.dtype is not input.dtype:
        raise RuntimeError(
            "masked_scatter: expected self and source to have same dtypes but got"
            f"{dtypes.of(input).type_name} and {dtypes.of(source).type_name}"
        )
    if mask.dtype.kind != "b":
        raise RuntimeError(
            f"masked_scatter_ only supports boolean masks, but got mask with dtype {dtypes.of(mask).type_name}"
        )
    broadcast_shape(input.shape, mask.shape)
    whole = np.broadcast_shapes(input.shape, mask.shape)
    out = (
        np.zeros(whole, input.dtype) if repeated.is_zero(input) else np.array(np.broadcast_to(input, whole), order="C")
    )
    mask = _fit_mask(out, mask)
    count = int(np.count_nonzero(mask))
    if count > source.size:
        raise RuntimeError("Number of elements of source < number of ones in mask")
    out.reshape(-1)[np.flatnonzero(mask)] = source.reshape(-1)[:count]
    return out


def _taken_said(F: Any, g: Any, mask: Any, shape: Shape) -> Any:
    found = F.masked_select(g, mask)
    rest = numel(shape) - found.shape[0]
    return F.reshape(F.cat([found, F.new_zeros(found, (rest,))], 0) if rest else found, shape)


@operation(
    formula=_taken_said,
    complex="own",
    kind="linear",
    g=lambda F, g, mask: F.masked_scatter(F.new_zeros(g, tuple(mask.shape)), mask, g),
    examples=lambda r: [(r(2, 3), r.mask((2, 3)), (8,))],
)
def masked_scatter_backward(g: Array, mask: Index, shape: Shape) -> Array:
    """The elements of ``g`` where a mask is true, one after another, in a shape; zeros for the rest."""
    found = np.take(g.reshape(-1), np.flatnonzero(_fit_mask(g, mask)))
    out = np.zeros(shape, g.dtype)
    out.reshape(-1)[: found.size] = found
    return out


roles.guard_fill = masked_fill
