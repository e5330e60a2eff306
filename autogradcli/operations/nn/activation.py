"""Activations that switch at a threshold, relu and its kin, and sigmoid and tanh.

Those with a slope below zero are in ``leaky_activation.py``, the other smooth ones in ``smooth_activation.py``.

Where PyTorch's backward formula is an operation of its own, whose name shows under ``create_graph``, it is one here
too (``sigmoid_backward`` and so on).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Number, operation
from ...numerics import dtypes
from ..elementwise import elementary
from ..elementwise.choosing import FEW, chosen, cleared_where, zeros_beside
from ..elementwise.constants import ONE, ZERO, zeros_rule
from ..refuse import NO_BOOLS, underivable

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
    input=zeros_rule,
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
    input=zeros_rule,
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
    input=zeros_rule,
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
    input=zeros_rule,
    examples=lambda r: [(r(2, 3), r(2, 3), 0.3)],
)
def softshrink_backward(grad_output: Array, input: Array, lambd: Number) -> Array:
    """The gradient outside of the range from ``-lambd`` to ``lambd``, 0 within."""
    return chosen(_inside(input, lambd), ZERO[grad_output.dtype], grad_output)
