"""In-place forms that change how a tensor sees its memory, not the memory: ``t_``, ``squeeze_``, ``transpose_``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.inplace import check_inplace
from ...engine.levels.base import layer_of
from ...engine.mirrors import memory_of
from ...engine.node import AccumulateGrad, Nowhere
from ...engine.tensor import Tensor, alias
from ...engine.views import refresh_views
from ...operations.dims import address, contiguous_strides, storage_of
from ...operations.shape import strided
from ...operations.shape import view as views
from ..calls.overloads import define


def change_view(target: Tensor, operation: Callable[..., Any], *args: Any) -> Tensor:
    """Make ``target`` the view of itself that ``operation`` gives. Raises RuntimeError where it may not change."""
    check_inplace(target)
    result: Tensor = operation(alias(target), *args)
    target.rebind(result.array)
    if (layer := layer_of(result)) is not None:
        target.need_meta().layer = layer
    if target.is_inference:
        target.need_counter()
    else:
        target.bump()
    tracked = result.node is not None and not isinstance(result.node, (AccumulateGrad, Nowhere))
    if target.base is not None:
        refresh_views(target.base)
    if tracked:
        target.node = result.node
    if target.base is None:
        refresh_views(target)
    return target


def _changing(operation: Any) -> Callable[..., Tensor]:
    def change(input: Tensor, *args: Any) -> Tensor:
        return change_view(input, operation.in_place, *args)

    change.__doc__ = operation.__doc__
    return change


def _t_(input: Tensor) -> Tensor:
    """A matrix transposed, in place."""
    check_inplace(input)
    if input.array.ndim > 2:
        raise RuntimeError(f"t_() expects a tensor with <= 2 dimensions, but self is {input.array.ndim}D")
    return change_view(input, views.t.in_place)


define("t_", ("(Tensor input)", _t_), into="Tensor")
define(
    "transpose_",
    ("(Tensor input, int dim0, int dim1)", _changing(views.transpose)),
    into="Tensor",
    aliases=("swapdims_",),
)
define("swapaxes_", ("(Tensor input, int axis0, int axis1)", _changing(views.transpose)), into="Tensor")
define("unsqueeze_", ("(Tensor input, int dim)", _changing(views.unsqueeze)), into="Tensor")
define(
    "squeeze_",
    ("(Tensor input)", _changing(views.squeeze)),
    ("(Tensor input, int dim)", _changing(views.squeeze_dim)),
    ("(Tensor input, IntList dim)", _changing(views.squeeze_dims)),
    into="Tensor",
)


def strides_of(array: np.ndarray) -> tuple[int, ...]:
    """Strides in elements, where NumPy's of an empty array say nothing, contiguous ones."""
    if not array.size:
        return contiguous_strides(array.shape)
    return tuple(s // array.itemsize for s in array.strides)


def storage_offset(input: Tensor) -> int:
    """How many elements of the memory lie before the first."""
    array = memory_of(input)
    if array.base is None:
        return 0
    return (address(array) - address(storage_of(array))) // array.itemsize


def geometry(input: Tensor, storage_start: int | None) -> tuple[int, tuple[int, ...]]:
    """What ``as_strided`` takes: the offset counted from the tensor's own first element, and its strides."""
    offset = 0 if storage_start is None else storage_start - storage_offset(input)
    return offset, strides_of(input.array)


def _as_strided_(input: Tensor, size: Any, stride: Any, storage_offset: int | None) -> Tensor:
    """Make the tensor a window of any size and strides on its own memory."""
    offset, strides = geometry(input, storage_offset)
    return change_view(input, strided.as_strided.in_place, size, stride, offset, strides)


define(
    "as_strided_",
    ("(Tensor input, IntList size, IntList stride, SymInt? storage_offset=None)", _as_strided_),
    into="torch Tensor",
)
