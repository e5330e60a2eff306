"""Activations that switch at a threshold, and the smooth saturating ones: sigmoid, tanh, relu and its kin.

Where PyTorch's backward formula is an operation of its own, whose name shows under ``create_graph``, it is one here
too (``sigmoid_backward`` and so on).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, Number, operation
from ...numerics import dtypes
from ..elementwise import elementary
from ..elementwise.choosing import FEW, chosen, cleared_where, zeros_beside
from ..elementwise.constants import ONE, ZERO
from ..refuse import NO_BOOLS, underivable


def _zeros(F: Any, g: Any) -> Any:
    return F.zeros_like(g)


# -- sigmoid and tanh ------------------------------------------------------------------------------------


@operation(
    promote="float",
    kind="elementwise",
    input=lambda F, g, result: F.sigmoid_backward(g, result),
    takes=("all", "sigmoid_cpu_reduced_float"),
)
def sigmoid(input: Array) -> Array:
    """Logistic function ``1 / (1 + exp(-input))``."""
    one = ONE[input.dtype]
    return np.true_divide(one, np.add(one, elementary.exp(-input)))


@operation(
    node="SigmoidBackwardBackward0", kind="elementwise", promote="promote",
    grad_output=lambda F, g, output: F.sigmoid_backward(g, output),
    output=lambda F, g, grad_output, output: g * grad_output * (-2 * output + 1),
    rows="side by side",
)  # fmt: skip
def sigmoid_backward(grad_output: Array, output: Array) -> Array:
    """Gradient through a sigmoid, by its output."""
    return grad_output * (ONE[output.dtype] - output) * output


@operation(
    takes=("all", "tanh_vml_cpu"),
    kernel=elementary.tanh, promote="float", kind="elementwise",
    input=lambda F, g, result: F.tanh_backward(g, result),
)  # fmt: skip
def tanh(input: Array) -> Array:
    """Hyperbolic tangent."""


@operation(
    node="TanhBackwardBackward0", kind="elementwise", promote="promote",
    grad_output=lambda F, g, output: F.tanh_backward(g, output),
    output=lambda F, g, grad_output, output: g * (-2 * output * grad_output),
    rows="side by side",
)  # fmt: skip
def tanh_backward(grad_output: Array, output: Array) -> Array:
    """Gradient through a hyperbolic tangent, by its output."""
    return grad_output * (ONE[output.dtype] - output * output)


@operation(
    takes=("floating", "log_sigmoid_cpu"),
    node="LogSigmoidBackward0", spelling="logsigmoid", kind="elementwise",
    input=lambda F, g, input: F.log_sigmoid_backward(g, input),
)  # fmt: skip
def log_sigmoid(input: Array) -> Array:
    """``log(sigmoid(input))`` without overflow."""
    return np.minimum(input, 0) - elementary.log1p(elementary.exp(-np.absolute(input)))


@operation(
    node="LogSigmoidBackwardBackward0",
    kind="elementwise",
    grad_output=lambda F, g, input: F.log_sigmoid_backward(g, input),
    input=lambda F, g, grad_output, input: _log_sigmoid_twice(g * grad_output, F.sigmoid(input)),
)
def log_sigmoid_backward(grad_output: Array, input: Array) -> Array:
    """Gradient through ``logsigmoid``."""
    return grad_output / (1 + elementary.exp(input))


def _log_sigmoid_twice(g: Any, sigmoid: Any) -> Any:
    return g * (sigmoid - 1) * sigmoid


# -- with a threshold ------------------------------------------------------------------------------------


@operation(
    takes=("integer floating", "clamp_min_scalar_cpu"),
    kind="elementwise",
    input=lambda F, g, result: F.threshold_backward(g, result, 0),
)
def relu(input: Array) -> Array:
    """``max(input, 0)``. Its derivative at 0 is 0."""
    if input.dtype.kind in "bc":
        if input.dtype.kind == "b":
            raise NO_BOOLS.value("Boolean inputs not supported for relu")
        raise NotImplementedError("clamp is not supported for complex types")
    if input.size > FEW:  # of an array beside it NumPy takes a third of the time of a number's
        return np.maximum(zeros_beside(input), input)
    return np.maximum(ZERO[input.dtype], input)  # of two zeros NumPy gives the second, PyTorch the first


@operation(
    takes=("integer floating", "threshold_cpu"),
    fits="threshold value",
    kind="elementwise",
    input=lambda F, g, input, threshold: F.threshold_backward(g, input, threshold),
    examples=lambda r: [(r(2, 3), 0.1, 20.0)],
    in_place={"node": "ThresholdBackward1", "overlap": True},
)
def threshold(input: Array, threshold: Number, value: Number) -> Array:
    """The elements above the threshold; ``value`` instead of the others."""
    low = threshold if input.dtype.kind == "f" else np.asarray(threshold).astype(input.dtype)
    return chosen(input <= low, np.asarray(value).astype(input.dtype), input)


@operation(
    node="ThresholdBackwardBackward0",
    kind="elementwise",
    grad_output=lambda F, g, input, threshold: F.threshold_backward(g, input, threshold),
    input=_zeros,
    # with a history where the input has one, though it is zero: as in PyTorch
    jvp=lambda F, t, grad_output, input, threshold: F.threshold_backward(
        F.zeros_like(grad_output) if t.get("grad_output") is None else t["grad_output"], input, threshold
    ),
    examples=lambda r: [(r(2, 3), r(2, 3), 0.1)],
)
def threshold_backward(grad_output: Array, input: Array, threshold: Number) -> Array:
    """The gradient where ``input`` is above the threshold (or NaN), 0 elsewhere."""
    zero = ZERO[grad_output.dtype]
    below = input <= (threshold or zero)
    if grad_output.__class__ is not np.ndarray or grad_output.size < FEW:  # a formula reads as it is meant
        return chosen(below, zero, grad_output)
    return cleared_where(below, grad_output)


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
    input=_zeros,
    examples=lambda r: [(r(2, 3), r(2, 3), 0.1)],
)
def leaky_relu_backward(grad_output: Array, input: Array, negative_slope: Number) -> Array:
    """Gradient through ``leaky_relu``."""
    if grad_output.__class__ is not np.ndarray:
        return chosen(input > 0, grad_output, grad_output * negative_slope)
    return chosen(input > 0, grad_output, grad_output * negative_slope)


@operation(
    takes=("integer floating", "clamp_scalar_cpu"),
    fits="min_val max_val",
    kind="elementwise",
    input=lambda F, g, input, min_val, max_val: F.hardtanh_backward(g, input, min_val, max_val),
)
def hardtanh(input: Array, min_val: Number = -1, max_val: Number = 1) -> Array:
    """Elements brought into the range. At its bounds the derivative is 0."""
    return np.minimum(max_val, np.maximum(min_val, input))


@operation(
    node="HardtanhBackwardBackward0",
    kind="elementwise",
    grad_output=lambda F, g, input, min_val, max_val: F.hardtanh_backward(g, input, min_val, max_val),
    input=_zeros,
    examples=lambda r: [(r(2, 3), r(2, 3), -0.3, 0.4)],
)
def hardtanh_backward(grad_output: Array, input: Array, min_val: Number, max_val: Number) -> Array:
    """The gradient strictly within the range, 0 elsewhere."""
    return chosen((input <= min_val) | (input >= max_val), ZERO[grad_output.dtype], grad_output)


@operation(
    takes=("floating", "hardsigmoid_cpu"),
    kind="elementwise",
    input=lambda F, g, input: F.hardsigmoid_backward(g, input),
)
def hardsigmoid(input: Array) -> Array:
    """``clamp(input / 6 + 1 / 2, 0, 1)``. At the bounds the derivative is 0."""
    return np.minimum(6, np.maximum(0, input + 3)) / 6


@operation(
    rows="side by side",
    node="torch::autograd::NotImplemented",
    grad_output=underivable("hardsigmoid_backward"),
    input=underivable("hardsigmoid_backward"),
)
def hardsigmoid_backward(grad_output: Array, input: Array) -> Array:
    """Gradient through ``hardsigmoid``."""
    return chosen((input > -3) & (input < 3), grad_output * (1 / 6), ZERO[grad_output.dtype])


@operation(
    takes=("floating", "hardswish_cpu"), kind="elementwise", input=lambda F, g, input: F.hardswish_backward(g, input)
)
def hardswish(input: Array) -> Array:
    """``input * hardsigmoid(input)``."""
    return input * np.minimum(6, np.maximum(0, input + 3)) / 6


@operation(
    node="HardswishBackwardBackward0",
    kind="elementwise",
    grad_output=lambda F, g, input: F.hardswish_backward(g, input),
    input=lambda F, g, grad_output, input: F.where((input > -3.0) & (input < 3.0), g * grad_output / 3.0, 0.0),
)
def hardswish_backward(grad_output: Array, input: Array) -> Array:
    """Gradient through ``hardswish``."""
    inside = chosen(input < 3, grad_output * (input / 3 + 0.5), grad_output)
    return chosen(input <= -3, ZERO[grad_output.dtype], inside)


def _inside(input: Any, lambd: Number) -> Any:
    return (input >= -lambd) & (input <= lambd)


@operation(
    takes=("floating", "hardshrink_cpu"),
    fits="lambd",
    kind="elementwise",
    input=lambda F, g, input, lambd: F.hardshrink_backward(g, input, lambd),
    half="rounded",
)
def hardshrink(input: Array, lambd: Number = 0.5) -> Array:
    """0 between ``-lambd`` and ``lambd``, else ``input``."""
    return chosen(_inside(input, lambd), ZERO[input.dtype], input)


@operation(
    node="HardshrinkBackwardBackward0",
    kind="elementwise",
    grad_output=lambda F, g, input, lambd: F.hardshrink_backward(g, input, lambd),
    input=_zeros,
    examples=lambda r: [(r(2, 3), r(2, 3), 0.3)],
)
def hardshrink_backward(grad_output: Array, input: Array, lambd: Number) -> Array:
    """The gradient outside of the range from ``-lambd`` to ``lambd``, 0 within."""
    return chosen(_inside(input, lambd), ZERO[grad_output.dtype], grad_output)


@operation(
    takes=("floating", "softshrink_check"),
    kind="elementwise",
    input=lambda F, g, input, lambd: F.softshrink_backward(g, input, lambd),
)
def softshrink(input: Array, lambd: Number = 0.5) -> Array:
    """0 between ``-lambd`` and ``lambd``, outside nearer to 0 by ``lambd``."""
    limit = np.finfo(input.dtype).max
    if not 0 <= lambd <= limit:  # type: ignore[operator]
        kind = dtypes.of(input).type_name
        raise RuntimeError(f"lambda must be in range [0, {limit:g}] for input dtype {kind}, but found {lambd:g}")
    zero = np.array(input * 0)
    # PyTorch's kernel keeps the sign of zero only where it does not work on whole pairs of registers.
    whole = zero.size - zero.size % (64 // zero.itemsize)
    zero.reshape(-1)[:whole] += 0
    return chosen(input > lambd, input - lambd, chosen(input < -lambd, input + lambd, zero))


@operation(
    node="SoftshrinkBackwardBackward0",
    kind="elementwise",
    grad_output=lambda F, g, input, lambd: F.softshrink_backward(g, input, lambd),
    input=_zeros,
    examples=lambda r: [(r(2, 3), r(2, 3), 0.3)],
)
def softshrink_backward(grad_output: Array, input: Array, lambd: Number) -> Array:
    """The gradient outside of the range from ``-lambd`` to ``lambd``, 0 within."""
    return chosen(_inside(input, lambd), ZERO[grad_output.dtype], grad_output)


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
    input=_zeros,
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
    input=_zeros,
    examples=lambda r: [(r(2, 3), r(2, 3), r(2, 3))],
)
def rrelu_with_noise_backward(grad_output: Array, input: Array, noise: Index) -> Array:
    """Gradient through ``rrelu`` in training."""
    return grad_output * noise
