"""Choosing between values: ``where``, interpolation, fused products.

Rules choose gradients by masks, never by factors of 0 and 1: 0 times an infinite gradient is NaN.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, Number, operation
from ...engine.worlds import roles
from ...numerics import dtypes
from .choosing import chosen, cleared_where, is_zero, kept_where


@operation(
    half="moved",
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
        return cleared_where(condition, other)
    return chosen(condition, input, other)


# -- interpolation and fused products --------------------------------------------------------------------


def _lerp(start: Any, end: Any, weight: Any) -> Any:
    """From the nearer end, so that both ends are exact."""
    step = end - start
    return np.where(np.absolute(weight) < 0.5, start + weight * step, end - step * (1 - weight))


def _same_dtype(input: Any, other: Any, name: str) -> None:
    if input.dtype != other.dtype:
        have, want = (dtypes.of(x).cpp_name for x in (other, input))
        raise RuntimeError(f"expected dtype {want} for `{name}` but got dtype {have}")


@operation(
    rows="side by side",
    fits="weight",
    fits_in="wide",
    node="LerpBackward0", spelling="lerp", broadcast=True, takes=("floating complex", "lerp_kernel_scalar"),
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
    return _lerp(input, end, np.asarray(weight).astype(input.dtype))


@operation(
    node="LerpBackward1", broadcast=True, kind="elementwise", takes=("floating complex", "lerp_kernel_tensor"),
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
    return _lerp(input, end, weight)


def _valued(value: Number, like: Any) -> Any:
    return np.asarray(value).astype(like.dtype)


@operation(
    fits="value",
    fits_in="wide",
    promote="promote", kind="elementwise", takes=("integer floating complex", "addcmul_cpu_out"),
    input=lambda F, g: g,
    tensor1=lambda F, g, tensor2, value: g * (tensor2 * value),
    tensor2=lambda F, g, tensor1, value: g * (tensor1 * value),
    examples=lambda r: [(r(2, 3), r(3), r(2, 1)), (r(3), r(2, 3), r(3), -0.5)],
)  # fmt: skip
def addcmul(input: Array, tensor1: Array, tensor2: Array, value: Number = 1) -> Array:
    """``input + value * tensor1 * tensor2``, broadcast."""
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
