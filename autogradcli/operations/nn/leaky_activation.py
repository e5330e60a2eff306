"""Activations with a slope below zero: leaky relu, prelu, whose slope is learnt, and rrelu, whose slope is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, Number, operation
from ..elementwise.choosing import FEW, chosen
from ..elementwise.constants import ZERO, zeros_rule


def _leaky(input: Any, negative_slope: Any) -> Any:
    if input.__class__ is np.ndarray and input.size > FEW and 0 < negative_slope <= 1:
        return np.maximum(input * negative_slope, input)
    return chosen(input > 0, input, input * negative_slope)


@operation(
    takes=("floating", "leaky_relu_cpu"),
    fits="negative_slope",
    fits_in="wide",
    kind="elementwise", kernel=_leaky,
    input=lambda F, g, input, negative_slope: F.leaky_relu_backward(g, input, negative_slope),
    in_place={
        "node": "LeakyReluBackward1",
        "input": lambda F, g, negative_slope, result: _leaky_by_result(F, g, result, negative_slope),
    },
)  # fmt: skip
def leaky_relu(input: Array, negative_slope: Number = 0.01) -> Array:
    """``input`` where positive, else ``negative_slope * input``. At 0 the derivative is the slope."""


def _leaky_by_result(F: Any, g: Any, result: Any, negative_slope: float) -> Any:
    if negative_slope < 0:
        raise RuntimeError(
            "In-place leakyReLu backward calculation is triggered with a negative slope which is not supported. "
            "This is caused by calling in-place forward function with a negative slope, please call "
            "out-of-place version instead. File an issue at https://github.com/pytorch/pytorch if you do "
            "require supporting in-place leakRelu backward calculation with negative slope"
        )
    return F.leaky_relu_backward(g, result, negative_slope)


@operation(
    node="LeakyReluBackwardBackward0",
    kind="elementwise",
    grad_output=lambda F, g, input, negative_slope: F.leaky_relu_backward(g, input, negative_slope),
    input=zeros_rule,
    examples=lambda r: [(r(2, 3), r(2, 3), 0.1)],
)
def leaky_relu_backward(grad_output: Array, input: Array, negative_slope: Number) -> Array:
    """Gradient through ``leaky_relu``."""
    return chosen(input > 0, grad_output, grad_output * negative_slope)


def _prelu_jvp(F: Any, tangents: dict[str, Any], input: Any, weight: Any) -> Any:
    total: Any = 0.0
    if "input" in tangents:
        total = F.where(input >= 0, tangents["input"], weight * tangents["input"])
    if "weight" in tangents:
        total = F.where(input >= 0, 0.0, tangents["weight"] * input) + total
    return total


@operation(
    takes=("floating", "prelu_cpu"),
    rows="side by side",
    node="PreluKernelBackward0", spelling="prelu", broadcast=True, jvp=_prelu_jvp,
    vjp=lambda F, g, needs, input, weight: F.prelu_kernel_backward(g, input, weight),
    examples=lambda r: [(r(2, 3), r(1, 3)), (r(3), r(1))],
)  # fmt: skip
def prelu_kernel(input: Array, weight: Array) -> Array:
    """``input`` where positive, else ``weight * input``."""
    return chosen(input > 0, input, weight * input)


def _prelu_twice(F: Any, g: Any, needs: Any, grad_output: Any, input: Any, weight: Any) -> tuple[Any, Any, Any]:
    of_input, of_weight = g
    outer: Any = 0.0
    if of_weight is not None:
        outer = F.where(input >= 0, 0.0, of_weight * input)
    if of_input is not None:
        outer = F.where(input >= 0, of_input, of_input * weight) + outer
    zeros = F.zeros_like(grad_output)
    first = zeros if of_weight is None else F.where(input >= 0, 0.0, grad_output * of_weight)
    second = zeros if of_input is None else F.where(input >= 0, 0.0, grad_output * of_input)
    return outer, first, second


@operation(
    rows="leading: 0 0 0",
    formula=lambda F, g, input, weight: (
        F.where(input > 0, g, weight * g), F.where(input > 0, F.zeros_like(g), input * g)
    ),
    node="PreluKernelBackwardBackward0", broadcast=True, outputs=("grad_input", "grad_weight"), vjp=_prelu_twice,
    examples=lambda r: [(r(2, 3), r(2, 3), r(1, 3))],
)  # fmt: skip
def prelu_kernel_backward(grad_output: Array, input: Array, weight: Array) -> tuple[Array, Array]:
    """Gradients through ``prelu`` of its input and its weight, not yet summed over the broadcast."""
    positive = input > 0
    zero = ZERO[grad_output.dtype]
    return chosen(positive, grad_output, weight * grad_output), chosen(positive, zero, input * grad_output)


@operation(
    takes=("floating", "leaky_relu_cpu"),
    node="RreluWithNoiseBackward0", spelling="rrelu", kind="elementwise",
    input=lambda F, g, input, slope: F.rrelu_with_slope_backward(g, input, slope),
    kernel=_leaky,
    examples=lambda r: [(r(2, 3), 0.2)],
    in_place={
        "node": "RreluWithNoiseBackward1",
        "input": lambda F, g, slope, result: _leaky_by_result(F, g, result, slope),
    },
)  # fmt: skip
def rrelu_with_slope(input: Array, slope: float) -> Array:
    """``rrelu`` outside of training: a leaky relu of the mean slope."""


@operation(
    node="RreluWithNoiseBackwardBackward0",
    kind="elementwise",
    grad_output=lambda F, g, input, slope: F.rrelu_with_slope_backward(g, input, slope),
    input=zeros_rule,
    examples=lambda r: [(r(2, 3), r(2, 3), 0.1)],
)
def rrelu_with_slope_backward(grad_output: Array, input: Array, slope: float) -> Array:
    """Gradient through ``rrelu`` outside of training."""
    return chosen(input > 0, grad_output, grad_output * slope)


@operation(
    rows="side by side",
    node="RreluWithNoiseBackward0", spelling="rrelu", kind="linear",
    input=lambda F, g, input, noise: F.rrelu_with_noise_backward(g, input, noise),
    examples=lambda r: [(r(2, 3), r(2, 3))],
    in_place={"node": "RreluWithNoiseBackward1", "input": lambda F, g, noise: g * noise},
)  # fmt: skip
def rrelu_with_noise(input: Array, noise: Index) -> Array:
    """``rrelu`` in training: each element times its drawn slope."""
    return input * noise


@operation(
    node="RreluWithNoiseBackwardBackward0",
    kind="elementwise",
    grad_output=lambda F, g, noise: g * noise,
    input=zeros_rule,
    examples=lambda r: [(r(2, 3), r(2, 3), r(2, 3))],
)
def rrelu_with_noise_backward(grad_output: Array, input: Array, noise: Index) -> Array:
    """Gradient through ``rrelu`` in training."""
    return grad_output * noise
