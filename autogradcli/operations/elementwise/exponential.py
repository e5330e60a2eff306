"""Exponentials and logarithms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from . import elementary

_LN2 = math.log(2)
_LN10 = math.log(10)


@operation(
    kernel=elementary.exp,
    promote="float",
    kind="elementwise",
    input=lambda F, g, result: g * result,
    takes=("all", "exp_vml_cpu"),
)
def exp(input: Array) -> Array:
    """Exponential function."""


@operation(
    takes=("all", "exp2"),
    promote="float",
    kind="elementwise",
    input=lambda F, g, result: F.mul_scalar(g * result, _LN2),
)
def exp2(input: Array) -> Array:
    """Power of two ``2 ** input``."""
    return elementary.exp2(input)


@operation(
    kernel=elementary.expm1,
    promote="float",
    kind="elementwise",
    input=lambda F, g, result: g * (result + 1),
    takes=("all", "expm1_vml_cpu"),
)
def expm1(input: Array) -> Array:
    """``exp(input) - 1``, exact near 0."""


@operation(
    takes=("all", "log_vml_cpu"),
    kernel=elementary.log,
    promote="float",
    kind="elementwise",
    input=lambda F, g, input: g / input,
    examples=lambda r: [(r(2, 3, low=0.5, high=2),)],
)
def log(input: Array) -> Array:
    """Natural logarithm."""


@operation(
    takes=("all", "log2_vml_cpu"),
    kernel=elementary.log2,
    promote="float",
    kind="elementwise",
    input=lambda F, g, input: g / (input * _LN2),
    examples=lambda r: [(r(2, 3, low=0.5, high=2),)],
)
def log2(input: Array) -> Array:
    """Logarithm to the base 2."""


@operation(
    takes=("all", "log10_vml_cpu"),
    kernel=elementary.log10,
    promote="float",
    kind="elementwise",
    input=lambda F, g, input: g / (input * _LN10),
    examples=lambda r: [(r(2, 3, low=0.5, high=2),)],
)
def log10(input: Array) -> Array:
    """Logarithm to the base 10."""


@operation(
    takes=("all", "log1p_vml_cpu"),
    kernel=elementary.log1p,
    promote="float",
    kind="elementwise",
    input=lambda F, g, input: g / (input + 1),
    examples=lambda r: [(r(2, 3, low=-0.5, high=2),)],
)
def log1p(input: Array) -> Array:
    """``log(1 + input)``, exact near 0."""


def _logaddexp(input: Any, other: Any) -> Any:
    if input.dtype.kind == "c":
        larger = input.real >= other.real
        high, low = np.where(larger, input, other), np.where(larger, other, input)
        return high + elementary.log1p(elementary.exp(low - high))
    return np.logaddexp(input, other)


@operation(
    promote="promote",
    kind="elementwise",
    kernel=_logaddexp,
    takes=("floating complex", "logaddexp_cpu"),
    input=lambda F, g, input, other: g / (1 + F.exp(other - input)),
    other=lambda F, g, input, other: g / (1 + F.exp(input - other)),
    examples=lambda r: [(r(2, 3), r(3))],
)
def logaddexp(input: Array, other: Array) -> Array:
    """``log(exp(input) + exp(other))`` without overflow."""


@operation(
    takes=("floating", "logaddexp2_cpu"),
    promote="promote",
    kind="elementwise",
    input=lambda F, g, input, other: g / (1 + F.pow_scalar_tensor(2, other - input)),
    other=lambda F, g, input, other: g / (1 + F.pow_scalar_tensor(2, input - other)),
    examples=lambda r: [(r(2, 3), r(3))],
)
def logaddexp2(input: Array, other: Array) -> Array:
    """``log2(2 ** input + 2 ** other)`` without overflow."""
    return np.logaddexp2(input, other)


def _ldexp_rule(F: Any, g: Any, result: Any) -> Any:
    return F.mul_scalar(g * result, _LN2)


@operation(
    promote="float",
    kind="elementwise",
    input=lambda F, g, other, result: g * F.exp2(other),
    other=_ldexp_rule,
    examples=lambda r: [(r(2, 3), r(3))],
)
def ldexp(input: Array, other: Array) -> Array:
    """``input * 2 ** other``."""
    return input * elementary.exp2(other)


def _clamped(x: Any, eps: float | None) -> Any:
    if eps is None or eps < 0:
        return x
    low, high = x.dtype.type(eps), x.dtype.type(1 - eps)
    return np.where(x < low, low, np.where(x > high, high, x))  # in this order where eps is above a half


def _logit_rule(F: Any, g: Any, input: Any, eps: float | None) -> Any:
    found = g / (input * (1.0 - input))
    if not isinstance(input, np.ndarray):  # where it is recorded, or a tangent, PyTorch has another form
        low, high = (0.0, 1.0) if eps is None else (eps, 1 - eps)
        return F.where((input >= low) & (input <= high), found, float("nan") if eps is None else 0.0)
    if eps is None or eps < 0:
        return np.where((input >= 0.0) & (input <= 1.0), found, np.nan)
    return np.where((input < eps) | (input > 1 - eps), 0.0, found)


@operation(
    takes=("floating", "logit_cpu"),
    promote="float",
    kind="elementwise",
    input=_logit_rule,
    examples=lambda r: [(r(2, 3, low=0.2, high=0.8),), (r(2, 3, low=0.2, high=0.8), 0.1)],
)
def logit(input: Array, eps: float | None = None) -> Array:
    """``log(p / (1 - p))`` of probabilities, first clamped to ``[eps, 1 - eps]`` where ``eps`` is given."""
    p = _clamped(input, eps)
    return elementary.log(p / (1 - p))
