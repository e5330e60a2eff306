"""``torch.testing.make_tensor``: a tensor of numbers drawn between two bounds."""

from __future__ import annotations

import math
from typing import Any

from ..engine.state import state
from ..numerics.dtypes import DType
from .calls.argument_types import Value, type_name
from .calls.overloads import PLACES
from .calls.python_function import define_python
from .distributions.arguments import is_number, size_of
from .nn.functions_by_attribute import M, T

PLACES["testing"] = ("torch.testing", "")


def _bounds(dtype: DType, low: Any, high: Any, least: float, most: float, usual: tuple[int, int]) -> tuple[Any, Any]:
    """The bounds that were given, or the usual ones, within what the dtype holds. Raises ValueError for others."""
    low, high = usual[0] if low is None else low, usual[1] if high is None else high
    if not (is_number(low) and is_number(high)):
        raise TypeError("make_tensor(): low and high are numbers")
    exact = not (dtype.is_floating_point or dtype.is_complex)
    if math.isnan(low) or math.isnan(high):
        raise ValueError(f"`low` and `high` cannot be NaN, but got low={low} and high={high}")
    if low == high and not exact:
        state.warn(
            "FutureWarning",
            "Passing `low==high` to `torch.testing.make_tensor` for floating or complex types is deprecated since 2.1 "
            "and will be removed in 2.3. Use `torch.full(...)` instead.",
        )
    elif low >= high:
        raise ValueError(f"`low` must be less than `high`, but got {low} >= {high}")
    elif high < least or low >= most:
        raise ValueError(
            f"The value interval specified by `low` and `high` is [{low}, {high}), "
            f"but {dtype} only supports [{least}, {most})"
        )
    low, high = min(max(low, least), most), min(max(high, least), most)
    return (math.ceil(low), math.ceil(high)) if exact else (low, high)


def make_tensor(
    *shape: Value,
    dtype: Value,
    device: Value,
    low: Value = None,
    high: Value = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
    memory_format: Value = None,
) -> Any:
    """A tensor of uniform draws from ``low`` to below ``high``: by default from -9 to 9, of booleans both."""
    if type(dtype) is not DType:
        raise TypeError(f"make_tensor(): argument 'dtype' must be torch.dtype, not {type_name(dtype)}")
    sizes = size_of(shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape)
    exact = not (dtype.is_floating_point or dtype.is_complex)
    if noncontiguous and memory_format is not None:
        raise ValueError(
            "The parameters `noncontiguous` and `memory_format` are mutually exclusive, "
            f"but got noncontiguous={noncontiguous} and memory_format={memory_format}"
        )
    if requires_grad and exact:
        raise ValueError(
            f"`requires_grad=True` is not supported for boolean and integral dtypes, but got dtype={dtype}"
        )
    wide = noncontiguous and math.prod(sizes) > 1
    if wide:
        sizes = size_of((*sizes[:-1], 2 * sizes[-1]))
    if dtype.name == "bool":
        made = T.randint(*_bounds(dtype, low, high, 0, 2, (0, 2)), tuple(sizes), dtype=dtype, device=device)
    elif exact:
        limits = T.iinfo(dtype)
        most = limits.max + (dtype.name != "int64")
        bounds = _bounds(dtype, low, high, limits.min, most, (-9, 10))
        made = T.randint(*bounds, tuple(sizes), dtype=dtype, device=device)
    else:
        limits = T.finfo(dtype)
        low, high = _bounds(dtype, low, high, limits.min, limits.max, (-9, 9))
        made = T.empty(tuple(sizes), dtype=dtype, device=device)
        drawn = T.view_as_real(made) if dtype.is_complex else made
        if high - low >= T.finfo(drawn.dtype).max:
            M.mul_(M.uniform_(drawn, low / 2, high / 2), 2)
        else:
            M.uniform_(drawn, low, high)
    if wide:
        made = made[..., 1::2]
    elif memory_format is not None:
        made = M.clone(made, memory_format=memory_format)
    if exclude_zero:
        made[made == 0] = 1 if exact else T.finfo(dtype).tiny
    return M.requires_grad_(made, requires_grad) if requires_grad else made


define_python("make_tensor", make_tensor, into="testing")
