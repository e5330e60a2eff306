"""Trigonometric and hyperbolic functions and their inverses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ...numerics.dtypes import DType
from ..refuse import unwritten
from . import elementary

_DEGREE = math.pi / 180


@operation(
    kernel=elementary.sin,
    promote="float",
    kind="elementwise",
    input=lambda F, g, input: g * F.cos(input),
    takes=("all", "sin_vml_cpu"),
)
def sin(input: Array) -> Array:
    """Sine of an angle in radians."""


@operation(
    kernel=elementary.cos,
    promote="float",
    kind="elementwise",
    input=lambda F, g, input: g * -F.sin(input),
    takes=("all", "cos_vml_cpu"),
)
def cos(input: Array) -> Array:
    """Cosine of an angle in radians."""


@operation(
    kernel=elementary.tan,
    promote="float",
    kind="elementwise",
    input=lambda F, g, result: g * (1 + result**2),
    takes=("all", "tan_vml_cpu"),
)
def tan(input: Array) -> Array:
    """Tangent of an angle in radians."""


@operation(
    takes=("all", "asin_vml_cpu"),
    kernel=elementary.arcsin,
    promote="float",
    kind="elementwise",
    input=lambda F, g, input: g * F.rsqrt(-input * input + 1),
    examples=lambda r: [(r(2, 3, low=-0.8, high=0.8),)],
)
def asin(input: Array) -> Array:
    """Inverse sine, in radians."""


@operation(
    takes=("all", "acos_vml_cpu"),
    kernel=elementary.arccos,
    promote="float",
    kind="elementwise",
    input=lambda F, g, input: g * -F.rsqrt(-input * input + 1),
    examples=lambda r: [(r(2, 3, low=-0.8, high=0.8),)],
)
def acos(input: Array) -> Array:
    """Inverse cosine, in radians."""


@operation(
    takes=("all", "atan_vml_cpu"),
    kernel=elementary.arctan,
    promote="float",
    kind="elementwise",
    input=lambda F, g, input: g / (input * input + 1),
)
def atan(input: Array) -> Array:
    """Inverse tangent, in radians."""


@operation(kernel=np.sinh, promote="float", kind="elementwise", input=lambda F, g, input: g * F.cosh(input))
def sinh(input: Array) -> Array:
    """Hyperbolic sine."""


@operation(kernel=elementary.cosh, promote="float", kind="elementwise", input=lambda F, g, input: g * F.sinh(input))
def cosh(input: Array) -> Array:
    """Hyperbolic cosine."""


@operation(
    kernel=np.arcsinh,
    promote="float",
    kind="elementwise",
    input=lambda F, g, input: g * F.rsqrt(input**2 + 1),
    in_place={"node": "AsinhBackward1", "blocks": False, "input": unwritten("inplace version of asinh")},
)
def asinh(input: Array) -> Array:
    """Inverse hyperbolic sine."""


def _acosh_rule(F: Any, g: Any, input: Any, input_dtype: DType) -> Any:
    if input_dtype.is_complex:  # the square root of a product isn't the product of the roots there
        return g * (F.rsqrt(input + 1) * F.rsqrt(input - 1))
    return g * F.rsqrt(input * input - 1)


@operation(
    kernel=np.arccosh,
    promote="float",
    kind="elementwise",
    input=_acosh_rule,
    examples=lambda r: [(r(2, 3, low=1.5, high=3),)],
    in_place={"node": "AcoshBackward1", "blocks": False, "input": unwritten("inplace version of acosh")},
)
def acosh(input: Array) -> Array:
    """Inverse hyperbolic cosine, of values from 1."""


@operation(
    kernel=np.arctanh,
    promote="float",
    kind="elementwise",
    input=lambda F, g, input: g * 1 / (1 - input**2),
    examples=lambda r: [(r(2, 3, low=-0.8, high=0.8),)],
    in_place={"node": "AtanhBackward1", "blocks": False, "input": unwritten("inplace version of atanh")},
)
def atanh(input: Array) -> Array:
    """Inverse hyperbolic tangent, of values between -1 and 1."""


@operation(
    takes=("floating", "hypot_cpu"),
    promote="promote",
    kind="elementwise",
    input=lambda F, g, input, result: g * input / result,
    other=lambda F, g, other, result: g * other / result,
    examples=lambda r: [(r(2, 3), r(3))],
)
def hypot(input: Array, other: Array) -> Array:
    """``sqrt(input ** 2 + other ** 2)`` without overflow."""
    return np.hypot(input, other)


def _square_inverted(F: Any, input: Any, other: Any) -> Any:
    """One over the squared distance from the origin, and 0 there, where the angle has no derivative."""
    square = input * input + other * other
    return F.guard_fill(F.reciprocal(square), square == 0, 0.0)


@operation(
    kernel=np.arctan2,
    takes=("floating", "atan2_cpu"),
    promote="float",
    kind="elementwise",
    input=lambda F, g, input, other: g * other * _square_inverted(F, input, other),
    other=lambda F, g, input, other: g * -input * _square_inverted(F, input, other),
    examples=lambda r: [(r(2, 3), r(3))],
    in_vmap="broadcast",
)
def atan2(input: Array, other: Array) -> Array:
    """Angle in radians of the point (other, input), in its quadrant."""


def _sinc_rule(F: Any, g: Any, input: Any) -> Any:
    angle = input * math.pi
    square = input * input * math.pi
    return F.guard_where(square == 0.0, 0.0, g * ((angle * F.cos(angle) - F.sin(angle)) / square))


@operation(promote="float", kind="elementwise", input=_sinc_rule)
def sinc(input: Array) -> Array:
    """``sin(pi * input) / (pi * input)``, and 1 at 0."""
    angle = input * input.dtype.type(math.pi)
    return np.where(input == 0, input.dtype.type(1), np.sin(angle) / angle)


@operation(promote="float", kind="linear", input=lambda F, g: g * _DEGREE, takes=("all", "mul_cpu_reduced_float"))
def deg2rad(input: Array) -> Array:
    """Degrees to radians."""
    if input.dtype.kind == "c":
        raise RuntimeError("deg2rad is not supported for complex tensors.")
    return np.multiply(input, _DEGREE)


@operation(promote="float", kind="linear", input=lambda F, g: g * (1 / _DEGREE), takes=("all", "mul_cpu_reduced_float"))
def rad2deg(input: Array) -> Array:
    """Radians to degrees."""
    if input.dtype.kind == "c":
        raise RuntimeError("rad2deg is not supported for complex tensors.")
    return np.multiply(input, 1 / _DEGREE)
