"""Smooth activations: the exponential and softplus families, gelu, silu, mish, and gated linear units."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...engine.operation import Array, Number, operation
from ..elementwise import elementary, gamma
from ..elementwise.choosing import chosen

# -- exponential linear units ----------------------------------------------------------------------------


def _elu(input: Any, alpha: Number, scale: Number, input_scale: Number) -> Any:
    return chosen(input < 0, elementary.expm1(input * input_scale) * (alpha * scale), input * scale)


@operation(
    takes=("floating", "elu_cpu"),
    fits="alpha",
    fits_in="wide",
    kind="elementwise", kernel=_elu,
    input=lambda F, g, input, alpha, scale, input_scale: F.elu_backward(g, alpha, scale, input_scale, False, input),
    examples=lambda r: [(r(2, 3), 1.5), (r(2, 3), 1.5, 0.7, 2.0)],
    in_place={
        "node": "EluBackward1",
        "input": lambda F, g, alpha, scale, input_scale, result: F.elu_backward(
            g, alpha, scale, input_scale, True, result
        ),
        "examples": lambda r: [(r(2, 3), 1.5)],
    },
)  # fmt: skip
def elu(input: Array, alpha: Number = 1, scale: Number = 1, input_scale: Number = 1) -> Array:
    """``input`` where positive, else ``alpha * (exp(input) - 1)``."""


def _celu(input: Any, alpha: Number) -> Any:
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    return _elu(input, alpha, 1.0, 1.0 / alpha)


@operation(
    takes=("floating", "elu_cpu"),
    fits="alpha",
    fits_in="wide",
    kind="elementwise", kernel=_celu,
    input=lambda F, g, input, alpha: F.elu_backward(g, alpha, 1, 1.0 / alpha, False, input),
    examples=lambda r: [(r(2, 3), 1.5)],
    in_place={
        "node": "CeluBackward1",
        "input": lambda F, g, alpha, result: F.elu_backward(g, alpha, 1, 1.0 / alpha, True, result),
    },
)  # fmt: skip
def celu(input: Array, alpha: Number = 1.0) -> Array:
    """``input`` where positive, else ``alpha * (exp(input / alpha) - 1)``."""


def _elu_twice(
    F: Any, g: Any, grad_output: Any, alpha: Any, scale: Any, input_scale: Any, is_result: bool, input: Any
) -> Any:
    """Zero where the function is linear; elsewhere the derivative of exp once more."""
    product = g * grad_output * input_scale
    if not is_result:
        product = F.elu_backward(product, alpha, scale, input_scale, False, input)
    return product * F.cast_like(input < 0, g)


@operation(
    node="EluBackwardBackward0",
    kind="elementwise",
    grad_output=lambda F, g, alpha, scale, input_scale, is_result, input: F.elu_backward(
        g, alpha, scale, input_scale, is_result, input
    ),
    input=_elu_twice,
    examples=lambda r: [(r(2, 3), 1.5, 0.7, 2.0, False, r(2, 3)), (r(2, 3), 1.5, 0.7, 2.0, True, r(2, 3))],
)
def elu_backward(
    grad_output: Array, alpha: Number, scale: Number, input_scale: Number, is_result: bool, input: Array
) -> Array:
    """Gradient through ``elu``, by its input or, in place, by its result."""
    if is_result and alpha < 0:  # type: ignore[operator]
        raise RuntimeError(
            "In-place elu backward calculation is triggered with a negative slope which is not supported. This is "
            "caused by calling in-place forward function with a negative slope, please call out-of-place version "
            "instead."
        )
    inner = input + alpha * scale if is_result else elementary.exp(input * input_scale) * (alpha * scale)
    return chosen(input <= 0, grad_output * input_scale * inner, grad_output * scale)


@operation(rows="leading", formula=lambda F, input, other: F.cast(input, other.dtype))
def cast_like(input: Array, other: Array) -> Array:
    """``input`` in the dtype of ``other``."""
    return input.astype(other.dtype)


# -- softplus --------------------------------------------------------------------------------------------


@operation(
    takes=("floating", "softplus_cpu"),
    fits="beta threshold",
    fits_in="wide",
    kind="elementwise",
    input=lambda F, g, input, beta, threshold: F.softplus_backward(g, input, beta, threshold),
    examples=lambda r: [(r(2, 3),), (r(2, 3), 2.0, 0.5)],
)
def softplus(input: Array, beta: Number = 1, threshold: Number = 20) -> Array:
    """``log(1 + exp(beta * input)) / beta``; ``input`` itself where ``beta * input`` exceeds the threshold."""
    scaled = input * beta
    return chosen(scaled > threshold, input, elementary.log1p(elementary.exp(scaled)) / beta)


def _softplus_twice(F: Any, g: Any, grad_output: Any, input: Any, beta: Number, threshold: Number) -> Any:
    x = input * beta
    return F.sigmoid_backward(g * grad_output, F.sigmoid(x)) * F.cast_like(x < threshold, g) * beta


@operation(
    node="SoftplusBackwardBackward0",
    kind="elementwise",
    grad_output=lambda F, g, input, beta, threshold: F.softplus_backward(g, input, beta, threshold),
    input=_softplus_twice,
    examples=lambda r: [(r(2, 3), r(2, 3), 2.0, 0.5)],
)
def softplus_backward(grad_output: Array, input: Array, beta: Number, threshold: Number) -> Array:
    """Gradient through ``softplus``."""
    scaled = input * beta
    z = elementary.exp(scaled)
    return chosen(scaled > threshold, grad_output, grad_output * z / (z + 1))


# -- gelu, silu, mish ------------------------------------------------------------------------------------

_SQRT_HALF = math.sqrt(0.5)
_DENSITY = math.sqrt(0.5 / math.pi)
_BETA = math.sqrt(2 / math.pi)
_KAPPA = 0.044715


def _check_approximate(approximate: str) -> None:
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")


@operation(
    layout="like",
    takes=("floating", "GeluKernelImpl"),
    kind="elementwise",
    input=lambda F, g, input, approximate: F.gelu_backward(g, input, approximate),
    examples=lambda r: [(r(2, 3),), (r(2, 3), "tanh")],
)
def gelu(input: Array, approximate: str = "none") -> Array:
    """``input`` times the standard normal distribution function, exact or approximated by ``tanh``."""
    _check_approximate(approximate)
    if approximate == "tanh":
        return 0.5 * input * (1 + elementary.tanh(_BETA * (input + _KAPPA * (input * input * input))))
    return input * 0.5 * (1 + gamma.erf(input * _SQRT_HALF))


def _gelu_twice(F: Any, g: Any, grad_output: Any, input: Any, approximate: str) -> Any:
    square = input * input
    if approximate == "none":
        return g * grad_output * (_DENSITY * F.exp(-0.5 * square) * (2 - square))
    tanh = F.tanh(_BETA * (input + _KAPPA * (square * input)))
    slope = 1 - tanh * tanh  # derivative of tanh; inner and bend are those of its argument
    inner = _BETA * (1 + 3 * _KAPPA * square)
    bend = 6 * _BETA * _KAPPA * input
    return g * grad_output * (slope * inner + 0.5 * input * slope * (bend - 2 * tanh * inner * inner))


@operation(
    node="GeluBackwardBackward0",
    kind="elementwise",
    grad_output=lambda F, g, input, approximate: F.gelu_backward(g, input, approximate),
    input=_gelu_twice,
    examples=lambda r: [(r(2, 3), r(2, 3)), (r(2, 3), r(2, 3), "tanh")],
)
def gelu_backward(grad_output: Array, input: Array, approximate: str = "none") -> Array:
    """Gradient through ``gelu``."""
    if approximate == "none":
        density = elementary.exp(-0.5 * input * input) * _DENSITY
        return grad_output * (0.5 * (1 + gamma.erf(input * _SQRT_HALF)) + input * density)
    square = input * input
    tanh = elementary.tanh(_BETA * (input + _KAPPA * (square * input)))
    slope = (1 - tanh * tanh) * (_BETA * (1 + 3 * _KAPPA * square))
    return grad_output * (0.5 * (1 + tanh) + 0.5 * input * slope)


def _silu_rule(F: Any, g: Any, input: Any) -> Any:
    sigmoid = F.sigmoid(input)
    return g * sigmoid * (1.0 + input * (1.0 - sigmoid))


@operation(takes=("floating complex", "silu_cpu"), kind="elementwise", complex="refused", input=_silu_rule)
def silu(input: Array) -> Array:
    """``input * sigmoid(input)``."""
    return input / (1 + elementary.exp(-input))


def _mish_rule(F: Any, g: Any, input: Any) -> Any:
    sigmoid = F.sigmoid(input)
    tanh = F.tanh(F.log1p(F.exp(input)))
    return g * (tanh + input * sigmoid * (1 - tanh * tanh))


@operation(takes=("floating", "mish_cpu"), kind="elementwise", input=_mish_rule)
def mish(input: Array) -> Array:
    """``input * tanh(softplus(input))``."""
    return input * elementary.tanh(elementary.log1p(elementary.exp(input)))


# -- gated linear units ----------------------------------------------------------------------------------


def _halves(x: Any, dim: int) -> tuple[Any, Any]:
    half = x.shape[dim] // 2
    front = (slice(None),) * dim
    return x[(*front, slice(None, half))], x[(*front, slice(half, None))]


def _sigmoid(x: Any) -> Any:
    return np.reciprocal(1 + elementary.exp(-x))


@operation(
    dims="dim",
    takes=("floating", "glu_cpu"),
    input=lambda F, g, input, dim: F.glu_backward(g, input, dim),
    examples=lambda r: [(r(2, 4), 1), (r(4), 0)],
)
def glu(input: Array, dim: int) -> Array:
    """The first half along a dimension times the sigmoid of the second."""
    value, gate = _halves(input, dim)
    return value * _sigmoid(gate)


def _parts(F: Any, x: Any, dim: int) -> tuple[Any, Any]:
    """Both halves along a dimension, in any of the three worlds."""
    half = x.shape[dim] // 2
    return F.slice_(x, dim, 0, half, 1), F.slice_(x, dim, half, 2 * half, 1)


def _glu_of_gradient(F: Any, g: Any, input: Any, dim: int) -> Any:
    value, gate = _parts(F, input, dim)
    of_value, of_gate = _parts(F, g, dim)
    sigmoid = F.sigmoid(gate)
    return of_value * sigmoid + of_gate * value * ((1 - sigmoid) * sigmoid)


def _glu_of_input(F: Any, g: Any, grad_output: Any, input: Any, dim: int) -> Any:
    value, gate = _parts(F, input, dim)
    of_value, of_gate = _parts(F, g, dim)
    sigmoid = F.sigmoid(gate)
    slope = grad_output * ((1 - sigmoid) * sigmoid)
    return F.cat([of_gate * slope, slope * (of_value + of_gate * value * (1 - 2 * sigmoid))], dim)


def _glu_back_said(F: Any, g: Any, input: Any, dim: int) -> Any:
    value, gate = _parts(F, input, dim)
    sigmoid = F.sigmoid(gate)
    return F.cat([g * sigmoid, g * value * sigmoid * (1 - sigmoid)], dim)


@operation(
    dims="dim",
    formula=_glu_back_said,
    node="GluBackwardBackward0",
    grad_output=_glu_of_gradient,
    input=_glu_of_input,
    examples=lambda r: [(r(2, 2), r(2, 4), 1)],
)
def glu_backward(grad_output: Array, input: Array, dim: int) -> Array:
    """Gradient through ``glu``."""
    value, gate = _halves(input, dim)
    sigmoid = _sigmoid(gate)
    of_value = sigmoid * grad_output
    return np.concatenate((of_value, (1 - sigmoid) * of_value * value), axis=dim)
