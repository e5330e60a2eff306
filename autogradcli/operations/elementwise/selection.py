"""Choosing between values: ``where``, clamps, maxima and minima, interpolation.

Rules choose gradients by masks, never by factors of 0 and 1: 0 times an infinite gradient is NaN.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, Number, operation
from ...engine.worlds import roles
from ...numerics import dtypes
from ..refuse import not_implemented_for
from .choosing import is_zero, kept_where, within


@operation(
    blocks=True,
    promote="promote",
    kind="linear",
    input=lambda F, g, condition: F.where(condition, g, 0.0),
    other=lambda F, g, condition: F.where(condition, 0.0, g),
    examples=lambda r: [(r.mask((2, 3)), r(2, 3), r(3)), (r.mask((2, 3)), r(), 1.5)],
    rows="chosen",
)
def where(condition: Index, input: Array | Number, other: Array | Number) -> Array:
    """The elements of ``input`` where the condition holds, else those of ``other``, broadcast."""
    if condition.dtype != np.bool_:
        if condition.dtype != np.uint8:
            raise RuntimeError(
                "where expected condition to be a boolean tensor, but got a tensor with dtype "
                f"{dtypes.of(condition).type_name}"
            )
        condition = condition.astype(np.bool_)
    if input.__class__ is np.ndarray and is_zero(other) and input.ndim:
        return kept_where(condition, input)
    if other.__class__ is np.ndarray and is_zero(input) and other.ndim:
        return kept_where(np.logical_not(condition), other)
    return np.where(condition, input, other)


# -- clamps ----------------------------------------------------------------------------------------------


def _bounded(input: Any, low: Any, high: Any) -> Any:
    """Within the bounds; NaN in any of the three gives NaN."""
    if input.dtype.kind == "c":
        raise NotImplementedError("clamp is not supported for complex types")
    found = within(input, low, high)
    if found is not None:
        return found
    if low is not None:
        input = np.maximum(low, input)  # of two zeros NumPy gives the second, PyTorch the first
    return input if high is None else np.minimum(high, input)


def _by_numbers(input: Any, min: Any, max: Any, name: str = "clamp_scalar_cpu") -> Any:
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if min.__class__ is complex or max.__class__ is complex:
        raise NotImplementedError("clamp is not supported for complex types")
    if input.dtype.kind != "f":
        given = [b for b in (min, max) if b is not None]
        dtype = dtypes.result_type(input, *given).np
        input = input.astype(dtype, copy=False)
        min, max = (None if b is None else np.asarray(b).astype(dtype) for b in (min, max))
    if input.dtype.kind == "b":
        not_implemented_for(name, input)
    return _bounded(input, min, max)


def _within(input: Any, min: Any, max: Any) -> Any:
    if max is None:
        return input >= min
    return input <= max if min is None else (input >= min) & (input <= max)


@operation(
    fits="min max",
    node="ClampBackward1", spelling="clamp", kind="elementwise", kernel=_by_numbers,
    input=lambda F, g, input, min, max: F.where(_within(input, min, max), g, 0.0),
    examples=lambda r: [(r(2, 3), -0.3, 0.4), (r(2, 3), None, 0.4), (r(2, 3), -0.3)],
)  # fmt: skip
def clamp_scalar(input: Array, min: Number | None = None, max: Number | None = None) -> Array:
    """Elements brought into the range from ``min`` to ``max``. At a bound the gradient passes."""


def _of_lower(F: Any, g: Any, input: Any, min: Any, max: Any) -> Any:
    below = input < min
    return F.where(below if max is None else (min < max) & below, g, 0.0)


def _of_upper(F: Any, g: Any, input: Any, min: Any, max: Any) -> Any:
    above = input > max
    return F.where(above if min is None else above | (max < min), g, 0.0)


@operation(
    node="ClampBackward0", promote="promote", kind="elementwise",
    input=lambda F, g, input, min, max: F.where(_within(input, min, max), g, 0.0),
    min=_of_lower,
    max=_of_upper,
    examples=lambda r: [(r(2, 3), r(3) - 0.7, r(3) + 0.7), (r(2, 3), r(2, 3)), (r(3), None, r(3))],
)  # fmt: skip
def clamp(input: Array, min: Array | None = None, max: Array | None = None) -> Array:
    """Elements brought into the range between two tensors, either of which may be left out, broadcast."""
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    return _bounded(input, min, max)


@operation(
    fits="min",
    node="ClampMinBackward0", spelling="clamp_min", kind="elementwise",
    input=lambda F, g, input, min: F.where(input >= min, g, 0.0),
    examples=lambda r: [(r(2, 3), 0.1)],
    in_vmap="arithmetic",
)  # fmt: skip
def clamp_min_scalar(input: Array, min: Number) -> Array:
    """Elements brought to at least ``min``."""
    return _by_numbers(input, min, None, "clamp_min_scalar_cpu")


@operation(
    node="ClampMinBackward1", promote="promote", kind="elementwise",
    input=lambda F, g, input, min: F.where(input >= min, g, 0.0),
    min=lambda F, g, input, min: F.where(input < min, g, 0.0),
    in_vmap="arithmetic",
)  # fmt: skip
def clamp_min(input: Array, min: Array) -> Array:
    """Elements brought to at least those of ``min``, broadcast."""
    if input.dtype.kind == "c":
        not_implemented_for("maximum_cpu", input)
    return _bounded(input, min, None)


@operation(
    fits="max",
    node="ClampMaxBackward0", spelling="clamp_max", kind="elementwise",
    input=lambda F, g, input, max: F.where(input <= max, g, 0.0),
    examples=lambda r: [(r(2, 3), 0.1)],
    in_vmap="arithmetic",
)  # fmt: skip
def clamp_max_scalar(input: Array, max: Number) -> Array:
    """Elements brought to at most ``max``."""
    return _by_numbers(input, None, max, "clamp_max_scalar_cpu")


@operation(
    node="ClampMaxBackward1", promote="promote", kind="elementwise",
    input=lambda F, g, input, max: F.where(input <= max, g, 0.0),
    max=lambda F, g, input, max: F.where(input > max, g, 0.0),
    in_vmap="arithmetic",
)  # fmt: skip
def clamp_max(input: Array, max: Array) -> Array:
    """Elements brought to at most those of ``max``, broadcast."""
    if input.dtype.kind == "c":
        not_implemented_for("minimum_cpu", input)
    return _bounded(input, None, max)


# -- the larger and the smaller --------------------------------------------------------------------------


def _of_reals(name: str, ufunc: Any) -> Any:
    def kernel(input: Any, other: Any) -> Any:
        if input.dtype.kind == "c":
            raise RuntimeError(f"{name} not implemented for complex tensors.")
        return ufunc(other, input)  # of two zeros NumPy gives the second, PyTorch the first

    return kernel


def _shared(F: Any, g: Any, input: Any, other: Any, lost: Any) -> Any:
    """The gradient where the element was chosen, half of it at a tie."""
    return F.masked_fill(F.where(input == other, g / 2, g), lost, 0.0)


@operation(
    promote="promote",
    kind="elementwise",
    kernel=_of_reals("maximum", np.maximum),
    input=lambda F, g, input, other: _shared(F, g, input, other, input < other),
    other=lambda F, g, input, other: _shared(F, g, input, other, input > other),
)
def maximum(input: Array, other: Array) -> Array:
    """The larger of two elements, NaN if one is. A tie shares the gradient."""


@operation(
    promote="promote",
    kind="elementwise",
    kernel=_of_reals("minimum", np.minimum),
    input=lambda F, g, input, other: _shared(F, g, input, other, input > other),
    other=lambda F, g, input, other: _shared(F, g, input, other, input < other),
)
def minimum(input: Array, other: Array) -> Array:
    """The smaller of two elements, NaN if one is. A tie shares the gradient."""


@operation(
    promote="promote",
    kind="elementwise",
    kernel=_of_reals("fmax", lambda other, input: np.fmax(input, other)),
    input=lambda F, g, input, other: F.masked_fill(g, F.logical_not((input >= other) | F.isnan(other)), 0.0),
    other=lambda F, g, input, other: F.masked_fill(g, (input >= other) | F.isnan(other), 0.0),
)
def fmax(input: Array, other: Array) -> Array:
    """The larger of two elements, the number if the other is NaN. At a tie the first has the gradient."""


@operation(
    promote="promote",
    kind="elementwise",
    kernel=_of_reals("fmin", lambda other, input: np.fmin(input, other)),
    input=lambda F, g, input, other: F.masked_fill(g, F.logical_not((input <= other) | F.isnan(other)), 0.0),
    other=lambda F, g, input, other: F.masked_fill(g, (input <= other) | F.isnan(other), 0.0),
)
def fmin(input: Array, other: Array) -> Array:
    """The smaller of two elements, the number if the other is NaN. At a tie the first has the gradient."""


# -- interpolation and fused products --------------------------------------------------------------------


def _lerp(name: str, start: Any, end: Any, weight: Any) -> Any:
    """From the nearer end, so that both ends are exact."""
    if start.dtype.kind not in "fc":
        not_implemented_for(name, start)
    step = end - start
    return np.where(np.absolute(weight) < 0.5, start + weight * step, end - step * (1 - weight))


#: What C++ compilers call the types that PyTorch has shorter names for.
_CPP_NAMES = {"long": "long int", "short": "short int"}


def _same_dtype(input: Any, other: Any, name: str) -> None:
    if input.dtype != other.dtype:
        have, want = (_CPP_NAMES.get(n, n) for n in (dtypes.of(other).cpp_name, dtypes.of(input).cpp_name))
        raise RuntimeError(f"expected dtype {want} for `{name}` but got dtype {have}")


@operation(
    rows="side by side",
    fits="weight",
    fits_in="wide",
    node="LerpBackward0", spelling="lerp", broadcast=True,
    input=lambda F, g, weight: g * (1 - weight),
    end=lambda F, g, weight: g * weight,
    jvp=lambda F, tangents, input, end, weight: F.lerp_scalar(
        tangents["input"] if "input" in tangents else F.zeros_like(input),
        tangents["end"] if "end" in tangents else F.zeros_like(end),
        weight,
    ),
    examples=lambda r: [(r(2, 3), r(3), 0.3), (r(2), r(2), 0.8)],
    overload="*",
)  # fmt: skip
def lerp_scalar(input: Array, end: Array, weight: Number) -> Array:
    """``input + weight * (end - input)`` for a number."""
    _same_dtype(input, end, "end")
    return _lerp("lerp_kernel_scalar", input, end, np.asarray(weight).astype(input.dtype))


@operation(
    node="LerpBackward1", broadcast=True, kind="elementwise",
    input=lambda F, g, weight: g * (1 - weight),
    end=lambda F, g, weight: g * weight,
    weight=lambda F, g, input, end: g * (end - input),
    examples=lambda r: [(r(2, 3), r(3), r(2, 3)), (r(2), r(2), r())],
    overload="*",
)  # fmt: skip
def lerp(input: Array, end: Array, weight: Array) -> Array:
    """``input + weight * (end - input)``, broadcast."""
    _same_dtype(input, end, "end")
    if weight.ndim:
        _same_dtype(input, weight, "weight")
    return _lerp("lerp_kernel_tensor", input, end, weight)


def _valued(value: Number, like: Any) -> Any:
    return np.asarray(value).astype(like.dtype)


@operation(
    fits="value",
    fits_in="wide",
    promote="promote", kind="elementwise",
    input=lambda F, g: g,
    tensor1=lambda F, g, tensor2, value: g * (tensor2 * value),
    tensor2=lambda F, g, tensor1, value: g * (tensor1 * value),
    examples=lambda r: [(r(2, 3), r(3), r(2, 1)), (r(3), r(2, 3), r(3), -0.5)],
)  # fmt: skip
def addcmul(input: Array, tensor1: Array, tensor2: Array, value: Number = 1) -> Array:
    """``input + value * tensor1 * tensor2``, broadcast."""
    if input.dtype.kind == "b":
        not_implemented_for("addcmul_cpu_out", input)
    if value != 1:
        tensor1 = _valued(value, input) * tensor1
    return np.add(input, tensor1 * tensor2)


#: What ``addcdiv`` of two integer tensors raises, whatever the dtype of the sum would be.
INTEGER_ADDCDIV = (
    "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true "
    "division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * "
    "torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) "
    "for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * tensor1 / "
    "tensor2), for all dtypes."
)


@operation(
    fits="value",
    fits_in="wide",
    promote="promote", kind="elementwise",
    input=lambda F, g: g,
    tensor1=lambda F, g, tensor2, value: g * (value / tensor2),
    tensor2=lambda F, g, tensor1, tensor2, value: -g * ((tensor1 * value) / (tensor2 * tensor2)),
    examples=lambda r: [(r(2, 3), r(3), r(2, 1, low=0.5, high=2)), (r(3), r(3), r(3, low=0.5, high=2), -0.5)],
)  # fmt: skip
def addcdiv(input: Array, tensor1: Array, tensor2: Array, value: Number = 1) -> Array:
    """``input + value * tensor1 / tensor2``, broadcast."""
    if value != 1:
        tensor1 = _valued(value, input) * tensor1
    return np.add(input, tensor1 / tensor2)


roles.guard_where = where
