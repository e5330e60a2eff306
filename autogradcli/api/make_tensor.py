"""``torch.testing.make_tensor``: random tensors of any dtype, for trials."""

from __future__ import annotations

import math
from typing import Any

from ..engine.tensor import Tensor
from ..numerics import dtypes
from ..numerics.dtypes import DType
from .calls.argument_types import Value
from .calls.overloads import PLACES
from .calls.python_function import define_python
from .nn.functions_by_attribute import M, T

PLACES.setdefault("testing", ("torch.testing", ""))


def _bounds(dtype: DType, low: Any, high: Any) -> tuple[Any, Any]:
    """What the numbers lie between, clamped to what the dtype can hold. Raises ValueError for an empty interval."""
    if dtype is dtypes.bool_:
        least, most, usual = 0, 2, (0, 2)
    elif dtype.category == dtypes.INTEGER:
        limits = T.iinfo(dtype)
        least, most, usual = limits.min, limits.max + (dtype is not dtypes.int64), (-9, 10)
    else:
        limits = T.finfo(dtype)
        least, most, usual = limits.min, limits.max, (-9, 9)
    low, high = usual[0] if low is None else low, usual[1] if high is None else high
    if any(isinstance(value, float) and math.isnan(value) for value in (low, high)):
        raise ValueError(f"`low` and `high` cannot be NaN, but got low={low!r} and high={high!r}")
    if low > high or (low == high and dtype.category < dtypes.FLOATING):
        raise ValueError(f"`low` must be less than `high`, but got {low} >= {high}")
    if high < least or low >= most:
        raise ValueError(
            f"The value interval specified by `low` and `high` is [{low}, {high}), but {dtype} only supports [{least}, "
            f"{most})"
        )
    low, high = min(max(low, least), most), min(max(high, least), most)
    return (math.ceil(low), math.ceil(high)) if dtype.category < dtypes.FLOATING else (low, high)


def _drawn(shape: tuple[int, ...], dtype: DType, low: Any, high: Any) -> Any:
    if dtype.category < dtypes.FLOATING:
        return T.randint(low, high, shape, dtype=dtype)
    result = T.empty(shape, dtype=dtype)
    parts = T.view_as_real(result) if dtype.is_complex else result
    if high - low > T.finfo(parts.dtype).max:  # drawn in halves, whose width can be said
        M.mul_(M.uniform_(parts, low / 2, high / 2), 2)
    else:
        M.uniform_(parts, low, high)
    return result


def make_tensor(
    *shape: Value,
    dtype: DType,
    device: Value,
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
    memory_format: Value = None,
) -> Tensor:
    """A tensor of random numbers from ``low`` to ``high``. Raises ValueError for an empty interval, TypeError for what
    is no dtype."""
    if len(shape) == 1 and isinstance(shape[0], (list, tuple)):
        shape = tuple(shape[0])
    if not isinstance(dtype, DType):
        raise TypeError(f"The requested dtype '{dtype}' is not supported by torch.testing.make_tensor().")
    T.device(device)
    if noncontiguous and memory_format is not None:
        raise ValueError(
            "The parameters `noncontiguous` and `memory_format` are mutually exclusive, but got noncontiguous="
            f"{noncontiguous!r} and memory_format={memory_format!r}"
        )
    inexact = dtype.category >= dtypes.FLOATING
    if requires_grad and not inexact:
        raise ValueError(
            f"`requires_grad=True` is not supported for boolean and integral dtypes, but got dtype={dtype}"
        )
    apart = noncontiguous and math.prod(shape) > 1
    made = _drawn((*shape[:-1], 2 * shape[-1]) if apart else tuple(shape), dtype, *_bounds(dtype, low, high))
    if apart:
        made = made[..., 1::2]
    elif memory_format is not None:
        made = M.clone(made, memory_format=memory_format)
    if exclude_zero:
        M.masked_fill_(made, M.eq(made, 0), T.finfo(dtype).tiny if inexact else 1)
    return M.requires_grad_(made, True) if requires_grad else made  # type: ignore[no-any-return]


define_python("make_tensor", make_tensor, into="testing")
