"""``view_copy``, ``expand_copy``, ...: what views give, as copies. Each is made of the view's own declaration."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine.operation import Array, Operation, operation
from ..dims import wrap_dim
from . import slicing, strided, view

if TYPE_CHECKING:
    from ...engine.operation import Declared


def _copied(result: Any) -> Any:
    return [np.array(part) for part in result] if isinstance(result, list) else np.array(result)


def _copying(source: Declared[Any], complex_: str = "") -> Declared[Any]:
    """The declaration of a view again, with a kernel that copies and the graph name ``...Backward0_copy``."""
    op: Operation = source.op
    twin = FunctionType(
        op.source.__code__, op.source.__globals__, op.name.rstrip("_") + "_copy", op.source.__defaults__
    )
    twin.__annotations__ = op.source.__annotations__
    twin.__doc__ = f"``{op.spelling}`` as a copy."
    kernel = op.kernel
    return operation(
        kernel=lambda *args: _copied(kernel(*args)),
        half="moved",
        node=op.node_name + "_copy",
        kind=op.kind,
        jvp=op.jvp,
        complex=complex_ or op.complex,
        examples=op.examples,
        dims=op.dims,
        rows=op.rows,
        **op.rules,
    )(twin)


alias_copy = _copying(view.alias)
view_copy = _copying(view.view)
expand_copy = _copying(view.expand)
squeeze_copy = _copying(view.squeeze)
squeeze_dim_copy = _copying(view.squeeze_dim)
squeeze_dims_copy = _copying(view.squeeze_dims)
unsqueeze_copy = _copying(view.unsqueeze)
t_copy = _copying(view.t)
transpose_copy = _copying(view.transpose)
permute_copy = _copying(view.permute)
select_copy = _copying(slicing.select, "refused")
slice_copy = _copying(slicing.slice_, "refused")
unbind_copy = _copying(slicing.unbind)
split_copy = _copying(slicing.split)
split_with_sizes_copy = _copying(slicing.split_with_sizes)
unfold_copy = _copying(slicing.unfold_view)
as_strided_copy = _copying(strided.as_strided)


@operation(
    half="moved",
    dims="dim",
    kind="linear",
    complex="own",
    input=lambda F, g, input_shape, dim, start, length: F.slice_backward(g, input_shape, dim, start, start + length, 1),
    examples=lambda r: [(r(4, 3), 0, 1, 2)],
)
def narrow_copy(input: Array, dim: int, start: int, length: int) -> Array:
    """``narrow`` as a copy, for a start that counts from the front."""
    key = (*slicing.ALL[: wrap_dim(dim, input.ndim)], slice(start, start + length))
    return np.array(input[key])
