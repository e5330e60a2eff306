"""Bounds and extremes: clamps, the larger and the smaller of two, and what a tie gives each.

Rules choose gradients by masks, never by factors of 0 and 1: 0 times an infinite gradient is NaN.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Number, operation
from ...engine.parameters import Before
from ...numerics import dtypes
from ...numerics.releases import Difference
from ..refuse import check_usual, not_implemented_for
from .choosing import within

# -- what a choice between two gives each ------------------------------------------------------------------


def _shared(F: Any, g: Any, input: Any, other: Any, lost: Any) -> Any:
    """The gradient where the element was chosen, half of it at a tie."""
    tie = input == other
    if tie.__class__ is np.ndarray and not tie.any():
        return F.masked_fill(g, lost, 0.0)
    return F.masked_fill(F.where(tie, g / 2, g), lost, 0.0)


def _moved(F: Any, tangents: dict[str, Any], one: str, other: str, tie: Any, first: Any) -> Any:
    """The tangent of whichever of two was chosen, the mean of both at a tie: ``first`` says where it is the first."""
    a, b = tangents.get(one, 0.0), tangents.get(other, 0.0)
    chosen = F.where(first, a, b)
    return chosen if tie is None else F.where(tie, (a + b) / 2, chosen)


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


#: What PyTorch's kernels are called, by which bound is missing: of numbers, and of tensors.
_NUMBER_KERNELS = {
    (False, False): "clamp_scalar_cpu", (False, True): "clamp_min_scalar_cpu", (True, False): "clamp_max_scalar_cpu",
}  # fmt: skip
_KERNELS = {(False, False): "clamp_cpu", (False, True): "maximum_cpu", (True, False): "minimum_cpu"}


def _by_numbers(input: Any, min: Any, max: Any) -> Any:
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if min.__class__ is complex or max.__class__ is complex:
        raise NotImplementedError("clamp is not supported for complex types")
    if input.dtype.kind != "f":
        given = [b for b in (min, max) if b is not None]
        dtype = dtypes.result_type(input, *given).np
        input = input.astype(dtype, copy=False)
        min, max = (None if b is None else np.asarray(b).astype(dtype) for b in (min, max))
    if input.dtype.kind in "bu":
        kernel = _NUMBER_KERNELS[min is None, max is None]
        if input.dtype.kind == "b":
            not_implemented_for(kernel, input)
        check_usual(kernel, input)
    return _bounded(input, min, max)


def _between(input: Any, min: Any, max: Any) -> Any:
    """Strictly within the bounds."""
    if max is None:
        return input > min
    return input < max if min is None else (input > min) & (input < max)


def _within(input: Any, min: Any, max: Any) -> Any:
    """Within the bounds or at one."""
    if max is None:
        return input >= min
    return input <= max if min is None else (input >= min) & (input <= max)


_AT_NUMBERS = Difference(
    "clamp, clamp_min, clamp_max, clip with numbers, and the losses that are made of them",
    "At a bound the gradient is 0.",
    "At a bound the gradient passes.",
    "x = torch.tensor([-1.0, 0.0, 0.5, 1.0], requires_grad=True)\nx.clamp(0, 1).sum().backward()\nx.grad",
)
_AT_TENSORS = Difference(
    "clamp, clamp_min, clamp_max, clip with tensors",
    "An element that equals its bound shares the gradient with it, half and half.",
    "An element that equals its bound has all of the gradient.",
    "x = torch.tensor([0.0, 1.0, 2.0], requires_grad=True)\nlow = torch.tensor([1.0, 1.0, 1.0], requires_grad=True)\n"
    "x.clamp(min=low).sum().backward()\nprint(x.grad, low.grad)",
)
_AT_TIES = Difference(
    "fmax, fmin",
    "A tie shares the gradient in halves; beside a NaN both operands have all of it.",
    "At a tie, and beside a NaN, one operand has all of the gradient.",
    "x = torch.tensor([1.0, 2.0, torch.nan], requires_grad=True)\n"
    "y = torch.tensor([1.0, 3.0, 4.0], requires_grad=True)\n"
    "torch.fmax(x, y).sum().backward()\nprint(x.grad, y.grad)",
)


@operation(
    fits="min max",
    node="ClampBackward1", spelling="clamp", kind="elementwise", kernel=_by_numbers,
    input=lambda F, g, input, min, max: F.where(_between(input, min, max), g, 0.0),
    examples=lambda r: [(r(2, 3), -0.3, 0.4), (r(2, 3), None, 0.4), (r(2, 3), -0.3)],
    before_2_14=Before(
        _AT_NUMBERS, input=lambda F, g, input, min, max: F.where(_within(input, min, max), g, 0.0)
    ),
)  # fmt: skip
def clamp_scalar(input: Array, min: Number | None = None, max: Number | None = None) -> Array:
    """Elements brought into the range from ``min`` to ``max``. At a bound the gradient is 0."""


def _of_clamped(F: Any, g: Any, input: Any, min: Any, max: Any) -> Any:
    if max is None:
        return _shared(F, g, input, min, input < min)
    if min is None:
        return _shared(F, g, input, max, input > max)
    at_bound = (min < max) & ((input == min) | (input == max))
    return F.masked_fill(F.where(at_bound, g / 2, g), (input < min) | (input > max), 0.0)


def _of_lower(F: Any, g: Any, input: Any, min: Any, max: Any) -> Any:
    if max is None:
        return _shared(F, g, input, min, input > min)
    return F.where((input < min) & (min <= max), g, F.where((input == min) & (min < max), g / 2, 0.0))


def _of_upper(F: Any, g: Any, input: Any, min: Any, max: Any) -> Any:
    if min is None:
        return _shared(F, g, input, max, input < max)
    above = ((input > max) & (min <= max)) | (max < min)
    return F.where(above, g, F.where((input == max) & (min < max), g / 2, 0.0))


def _of_lower_before(F: Any, g: Any, input: Any, min: Any, max: Any) -> Any:
    below = input < min
    return F.where(below if max is None else (min < max) & below, g, 0.0)


def _of_upper_before(F: Any, g: Any, input: Any, min: Any, max: Any) -> Any:
    above = input > max
    return F.where(above if min is None else above | (max < min), g, 0.0)


@operation(
    node="ClampBackward0", promote="promote", kind="elementwise",
    input=_of_clamped,
    min=_of_lower,
    max=_of_upper,
    before_2_14=Before(
        _AT_TENSORS,
        input=lambda F, g, input, min, max: F.where(_within(input, min, max), g, 0.0),
        min=_of_lower_before,
        max=_of_upper_before,
    ),
    examples=lambda r: [(r(2, 3), r(3) - 0.7, r(3) + 0.7), (r(2, 3), r(2, 3)), (r(3), None, r(3))],
)  # fmt: skip
def clamp(input: Array, min: Array | None = None, max: Array | None = None) -> Array:
    """Elements brought into the range between two tensors, either of which may be left out, broadcast."""
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    kernel = _KERNELS[min is None, max is None]
    if input.dtype.kind == "b" and kernel == "clamp_cpu":
        not_implemented_for(kernel, input)
    check_usual(kernel, input)
    return _bounded(input, min, max)


@operation(
    fits="min",
    node="ClampMinBackward0", spelling="clamp_min", kind="elementwise",
    input=lambda F, g, input, min: F.where(input > min, g, 0.0),
    examples=lambda r: [(r(2, 3), 0.1)],
    before_2_14=Before(_AT_NUMBERS, input=lambda F, g, input, min: F.where(input >= min, g, 0.0)),
    in_vmap="arithmetic",
)  # fmt: skip
def clamp_min_scalar(input: Array, min: Number) -> Array:
    """Elements brought to at least ``min``."""
    return _by_numbers(input, min, None)


@operation(
    node="ClampMinBackward1", promote="promote", kind="elementwise",
    takes=("bool integer floating", "maximum_cpu"),
    input=lambda F, g, input, min: _shared(F, g, input, min, input < min),
    min=lambda F, g, input, min: _shared(F, g, input, min, input > min),
    jvp=lambda F, t, input, min: _moved(F, t, "input", "min", input == min, input > min),
    before_2_14=Before(
        _AT_TENSORS,
        input=lambda F, g, input, min: F.where(input >= min, g, 0.0),
        min=lambda F, g, input, min: F.where(input < min, g, 0.0),
        jvp=lambda F, t, input, min: _moved(F, t, "input", "min", None, input >= min),
    ),
    in_vmap="arithmetic",
)  # fmt: skip
def clamp_min(input: Array, min: Array) -> Array:
    """Elements brought to at least those of ``min``, broadcast."""
    return _bounded(input, min, None)


@operation(
    fits="max",
    node="ClampMaxBackward0", spelling="clamp_max", kind="elementwise",
    input=lambda F, g, input, max: F.where(input < max, g, 0.0),
    examples=lambda r: [(r(2, 3), 0.1)],
    before_2_14=Before(_AT_NUMBERS, input=lambda F, g, input, max: F.where(input <= max, g, 0.0)),
    in_vmap="arithmetic",
)  # fmt: skip
def clamp_max_scalar(input: Array, max: Number) -> Array:
    """Elements brought to at most ``max``."""
    return _by_numbers(input, None, max)


@operation(
    node="ClampMaxBackward1", promote="promote", kind="elementwise",
    takes=("bool integer floating", "minimum_cpu"),
    input=lambda F, g, input, max: _shared(F, g, input, max, input > max),
    max=lambda F, g, input, max: _shared(F, g, input, max, input < max),
    jvp=lambda F, t, input, max: _moved(F, t, "input", "max", input == max, input < max),
    before_2_14=Before(
        _AT_TENSORS,
        input=lambda F, g, input, max: F.where(input <= max, g, 0.0),
        max=lambda F, g, input, max: F.where(input > max, g, 0.0),
        jvp=lambda F, t, input, max: _moved(F, t, "input", "max", None, input <= max),
    ),
    in_vmap="arithmetic",
)  # fmt: skip
def clamp_max(input: Array, max: Array) -> Array:
    """Elements brought to at most those of ``max``, broadcast."""
    return _bounded(input, None, max)


# -- the larger and the smaller --------------------------------------------------------------------------


def _of_reals(name: str, ufunc: Any) -> Any:
    def kernel(input: Any, other: Any) -> Any:
        if input.dtype.kind == "c":
            raise RuntimeError(f"{name} not implemented for complex tensors.")
        return ufunc(other, input)  # of two zeros NumPy gives the second, PyTorch the first

    return kernel


@operation(
    takes=("bool integer floating", "maximum_cpu"),
    promote="promote",
    kind="elementwise",
    kernel=_of_reals("maximum", np.maximum),
    input=lambda F, g, input, other: _shared(F, g, input, other, input < other),
    other=lambda F, g, input, other: _shared(F, g, input, other, input > other),
)
def maximum(input: Array, other: Array) -> Array:
    """The larger of two elements, NaN if one is. A tie shares the gradient."""


@operation(
    takes=("bool integer floating", "minimum_cpu"),
    promote="promote",
    kind="elementwise",
    kernel=_of_reals("minimum", np.minimum),
    input=lambda F, g, input, other: _shared(F, g, input, other, input > other),
    other=lambda F, g, input, other: _shared(F, g, input, other, input < other),
)
def minimum(input: Array, other: Array) -> Array:
    """The smaller of two elements, NaN if one is. A tie shares the gradient."""


@operation(
    takes=("bool integer floating", "maximum_cpu"),
    promote="promote",
    kind="elementwise",
    kernel=_of_reals("fmax", lambda other, input: np.fmax(input, other)),
    input=lambda F, g, input, other: _shared(F, g, input, other, input < other),
    other=lambda F, g, input, other: _shared(F, g, input, other, input > other),
    jvp=lambda F, t, input, other: _moved(F, t, "input", "other", input == other, input > other),
    before_2_14=Before(
        _AT_TIES,
        input=lambda F, g, input, other: F.masked_fill(g, F.logical_not((input >= other) | F.isnan(other)), 0.0),
        other=lambda F, g, input, other: F.masked_fill(g, (input >= other) | F.isnan(other), 0.0),
        jvp=lambda F, t, input, other: _moved(F, t, "input", "other", None, (input > other) | F.isnan(other)),
    ),
)
def fmax(input: Array, other: Array) -> Array:
    """The larger of two elements, the number if the other is NaN. A tie shares the gradient."""


@operation(
    takes=("bool integer floating", "minimum_cpu"),
    promote="promote",
    kind="elementwise",
    kernel=_of_reals("fmin", lambda other, input: np.fmin(input, other)),
    input=lambda F, g, input, other: _shared(F, g, input, other, input > other),
    other=lambda F, g, input, other: _shared(F, g, input, other, input < other),
    jvp=lambda F, t, input, other: _moved(F, t, "input", "other", input == other, input < other),
    before_2_14=Before(
        _AT_TIES,
        input=lambda F, g, input, other: F.masked_fill(g, F.logical_not((input <= other) | F.isnan(other)), 0.0),
        other=lambda F, g, input, other: F.masked_fill(g, (input <= other) | F.isnan(other), 0.0),
        jvp=lambda F, t, input, other: _moved(F, t, "input", "other", None, input <= other),
    ),
)
def fmin(input: Array, other: Array) -> Array:
    """The smaller of two elements, the number if the other is NaN. A tie shares the gradient."""
