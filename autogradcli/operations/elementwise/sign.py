"""Magnitudes and signs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Number, operation
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ..refuse import underivable
from .constants import ZERO


def _abs_jvp(F: Any, tangents: dict[str, Any], input: Any, input_dtype: DType) -> Any:
    tangent = tangents["input"]
    if input_dtype.is_complex:
        return F.real(F.conj_physical(tangent) * F.sgn(input))
    return tangent * F.sgn(input)


@operation(
    blocks=True,
    takes=("integer floating complex float8", "abs_cpu"),
    rows="side by side",
    promote="promote",
    complex="own",
    jvp=_abs_jvp,
    input=lambda F, g, input: g * F.sgn(input),
)
def abs(input: Array) -> Array:
    """Absolute value, of complex numbers the modulus. Its derivative at 0 is 0."""
    return np.absolute(input)


def _sign(input: Any) -> Any:
    """The sign of NaN is 0, as comparisons make it."""
    kind = input.dtype.kind
    if kind == "f":
        zero = ZERO[input.dtype]
        return np.subtract(input > zero, input < zero, dtype=input.dtype)
    return input.copy() if kind == "b" else np.sign(input)


@operation(
    takes=("bool integer floating", "sign_cpu"),
    promote="promote",
    kind="elementwise",
    input=lambda F, g: F.zeros_like(g),
)
def sign(input: Array) -> Array:
    """-1, 0 or 1 by the sign of each element."""
    if input.dtype.kind == "c":
        raise NotImplementedError(
            "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead."
        )
    return _sign(input)


def _sgn_rule(F: Any, g: Any, input: Any, result: Any, input_dtype: DType) -> Any:
    if not input_dtype.is_complex:
        return F.zeros_like(g)
    size = F.abs(input)
    return F.guard_where(size == 0.0, 0.0, g / size - F.real(g / result) * result / size)


@operation(takes=("usual", "sign_cpu"), promote="promote", kind="elementwise", complex="own", input=_sgn_rule)
def sgn(input: Array) -> Array:
    """Sign of real numbers; a complex number divided by its modulus."""
    return _sign(input)


@operation(rows="each")
def signbit(input: Array) -> Array:
    """Whether the sign bit is set, which -0. has too."""
    kind = input.dtype.kind
    if kind == "c":
        raise NotImplementedError("signbit is not implemented for complex tensors.")
    if kind == "f":
        return np.signbit(input)
    return np.zeros(input.shape, np.bool_) if kind == "b" else input < 0


def _copysign_rule(F: Any, g: Any, input: Any, result: Any) -> Any:
    return g * F.guard_fill(result / input, input == 0, 0.0)


_COPYSIGN: dict[str, Any] = {
    "kernel": np.copysign, "takes": ("floating", "copysign_cpu"), "promote": "float", "kind": "elementwise",
    "input": _copysign_rule, "in_vmap": "broadcast",
}  # fmt: skip


@operation(other=lambda F, g: F.zeros_like(g), **_COPYSIGN)
def copysign(input: Array, other: Array) -> Array:
    """The magnitudes of ``input`` with the signs of ``other``."""


@operation(
    node="CopysignBackward1", spelling="copysign", examples=lambda r: [(r(2, 3), -1.0)], **_COPYSIGN
)  # fmt: skip
def copysign_scalar(input: Array, other: Array | Number) -> Array:
    """The magnitudes of ``input`` with the sign of a number."""


@operation(
    takes=("usual", "heaviside_cpu"),
    rows="side by side",
    node="torch::autograd::NotImplemented",
    broadcast=True,
    input=underivable("heaviside"),
    values=underivable("heaviside"),
    in_place={"input": underivable("heaviside_"), "values": underivable("heaviside_")},
)
def heaviside(input: Array, values: Array) -> Array:
    """0 below 0, 1 above, and at 0 the element of ``values``. It has no derivative."""
    if input.dtype.kind == "c" or values.dtype.kind == "c":
        raise RuntimeError("heaviside is not yet implemented for complex tensors.")
    if input.dtype != values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    return np.where(input == 0, values, np.greater(input, 0)).astype(input.dtype)


def _filled(x: Any, nan: float, posinf: float, neginf: float) -> Any:
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


@operation(
    takes=("all", "nan_to_num"),
    rows="each",
    promote="promote",
    complex="refused",
    # no ``kind``: its defaults are the limits of the very dtype, half precision or not
    jvp=lambda F, tangents, input: tangents["input"] * F.isfinite(input),
    input=lambda F, g, input: g * F.isfinite(input),
    examples=lambda r: [(r(2, 3),)],
    half="own",
)
def nan_to_num(
    input: Array, nan: float | None = None, posinf: float | None = None, neginf: float | None = None
) -> Array:
    """NaN and the infinities replaced, by 0 and the largest finite numbers where nothing else is given."""
    if input.dtype.kind not in dtypes.INEXACT:
        return input.copy()
    largest = dtypes.largest(dtypes.of(input))
    high = largest if posinf is None else posinf
    low = -largest if neginf is None else neginf
    zero = 0.0 if nan is None else nan
    wide = input.astype(np.float32) if input.dtype.kind == "V" else input
    found = _filled(wide, zero, high, low)
    return found.astype(input.dtype, copy=False)


@operation(
    rows="same",
    outputs=("mantissa", "exponent"),
    differentiable=(0,),
    vjp=lambda F, g, needs, result1, input_dtype: (g[0] / F.exp2(F.cast(result1, input_dtype)),),
    jvp=lambda F, tangents, result1, input_dtype: (
        tangents["input"] / F.exp2(F.cast(result1, input_dtype)),
        None,
    ),
    examples=lambda r: [(r(2, 3, low=0.3, high=0.45),)],
)
def frexp(input: Array) -> tuple[Array, Array]:
    """Mantissa between 1/2 and 1, and exponent, of ``input = mantissa * 2 ** exponent``."""
    if input.dtype.kind != "f":
        raise RuntimeError("torch.frexp() only supports floating-point dtypes")
    mantissa, exponent = np.frexp(input)
    return mantissa, np.asarray(exponent, np.int32)


@operation(
    takes=("floating", "nextafter_cpu"),
    rows="side by side",
    promote="promote",
    input=lambda F, g, input, other: F.where(input != other, g, 0.0),
    other=lambda F, g: F.zeros_like(g),
    jvp=lambda F, tangents, input, other: F.where(
        input != other, tangents["input"] if "input" in tangents else F.zeros_like(input), 0.0
    ),
    half="own",
)
def nextafter(input: Array, other: Array) -> Array:
    """The next number that the dtype has after ``input``, in the direction of ``other``."""
    return np.nextafter(input, other)
