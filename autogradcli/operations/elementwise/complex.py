"""Complex numbers: their parts, their conjugates, and making them.

Gradients are conjugate Wirtinger derivatives, so rules here are not holomorphic and write their own conjugates.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ...engine.worlds import roles
from ...numerics import dtypes
from ...numerics.dtypes import DType


@operation(kernel=np.conjugate, complex="own", kind="linear", input=lambda F, g: F.conj(g), rows="same")
def conj(input: Array) -> Array:
    """Complex conjugate."""


roles.conj = conj


@operation(
    rows="same",
    kernel=np.conjugate,
    complex="own",
    kind="linear",
    input=lambda F, g: F.conj_physical(g),
    in_place={"node": "ConjPhysicalBackward1"},
)
def conj_physical(input: Array) -> Array:
    """Complex conjugate, computed at once."""


@operation(
    node="ConjBackward0",
    spelling="conj",
    complex="own",
    kind="linear",
    view="single",
    input=lambda F, g: F.conj(g),
    examples=lambda r: [(r.complex(2, 3),)],
    rows="each",
    flip=np.conjugate,
)
def conj_view(input: Array) -> Array:
    """Complex conjugate, on the same memory. Of a tensor it is a mirror (``engine/mirrors.py``)."""
    return np.conjugate(input)


@operation(
    node="NegViewBackward0",
    spelling="neg",
    complex="own",
    kind="linear",
    view="single",
    input=lambda F, g: -g,
    rows="each",
    flip=np.negative,
)
def neg_view(input: Array) -> Array:
    """The negative, on the same memory. Of a tensor it is a mirror."""
    return -input


# The parts as rules need them. What programs call are views: ``api/math/complex_numbers.py``.


@operation(
    node="SelectBackward0",
    complex="own",
    kind="linear",
    input=lambda F, g: F.complex_of_real(g),
    examples=lambda r: [(r.complex(2, 3),)],
    rows="same",
)
def real(input: Array) -> Array:
    """Real parts."""
    return np.array(input.real)


@operation(
    node="SelectBackward0",
    complex="own",
    kind="linear",
    input=lambda F, g: F.complex_of_imag(g),
    examples=lambda r: [(r.complex(2, 3),)],
    rows="same",
)
def imag(input: Array) -> Array:
    """Imaginary parts."""
    return np.array(input.imag)


def _joined(real: Any, imag: Any) -> Any:
    found = np.empty(np.broadcast(real, imag).shape, dtypes.complex_of(dtypes.of(real)).np)
    found.real = real
    found.imag = imag
    return found


@operation(
    rows="same",
    formula=lambda F, input: F.complex(input, F.zeros_like(input)),
    complex="own", node="ViewAsComplexBackward0", kind="linear", input=lambda F, g: F.real(g),
)  # fmt: skip
def complex_of_real(input: Array) -> Array:
    """Complex numbers with these real parts."""
    return _joined(input, 0)


@operation(
    rows="same",
    formula=lambda F, input: F.complex(F.zeros_like(input), input),
    complex="own", node="ViewAsComplexBackward0", kind="linear", input=lambda F, g: F.imag(g),
)  # fmt: skip
def complex_of_imag(input: Array) -> Array:
    """Complex numbers with these imaginary parts."""
    return _joined(np.zeros_like(input), input)


def _check_parts(a: Array, b: Array) -> None:
    """Raise RuntimeError where these are not two floating tensors of one dtype."""
    first, second = dtypes.of(a), dtypes.of(b)
    taken = (dtypes.float16, dtypes.float32, dtypes.float64)
    if first not in taken or second not in taken:
        raise RuntimeError(
            f"Expected both inputs to be Half, Float or Double tensors but got {first.type_name} and {second.type_name}"
        )
    if first is not second:
        raise RuntimeError(
            f"Expected object of scalar type {first.type_name} but got scalar type {second.type_name} for "
            "second argument"
        )


@operation(
    rows="side by side",
    layout="contiguous",
    complex="own",
    broadcast=True,
    real=lambda F, g, real: F.real(g),  # the operands are saved without need, as PyTorch saves them
    imag=lambda F, g, imag: F.imag(g),
    jvp=lambda F, tangents, real, imag: F.complex(
        tangents["real"] if "real" in tangents else F.zeros_like(real),
        tangents["imag"] if "imag" in tangents else F.zeros_like(imag),
    ),
    half="own",
)
def complex(real: Array, imag: Array) -> Array:
    """Complex numbers of real and imaginary parts."""
    _check_parts(real, imag)
    return _joined(real, imag)


def _polar_jvp(F: Any, tangents: dict[str, Any], abs: Any, angle: Any) -> Any:
    of_abs = tangents["abs"] if "abs" in tangents else F.zeros_like(abs)
    of_angle = tangents["angle"] if "angle" in tangents else F.zeros_like(angle)
    turn = abs * of_angle
    cos, sin = F.cos(angle), F.sin(angle)
    return F.complex(of_abs * cos - turn * sin, of_abs * sin + turn * cos)


@operation(
    rows="side by side",
    layout="contiguous",
    complex="own", broadcast=True, jvp=_polar_jvp, examples=lambda r: [(r(2, 3, low=0.5, high=2), r(3))],
    abs=lambda F, g, result: F.real(F.conj_physical(g) * F.sgn(result)),
    angle=lambda F, g, result: F.real(F.conj_physical(g) * (result * 1j)),
    takes=("bool integer floating complex", "polar_cpu"),
    half="own",
)  # fmt: skip
def polar(abs: Array, angle: Array) -> Array:
    """Complex numbers of modulus and angle."""
    _check_parts(abs, angle)
    return _joined(abs * np.cos(angle), abs * np.sin(angle))


def _angle_rule(F: Any, g: Any, input: Any, input_dtype: DType) -> Any:
    if not input_dtype.is_complex:
        return F.zeros_like(g)
    size = F.abs(input)
    return F.guard_where(input == 0.0, 0.0, g * input / (size * size) * 1j)


def _angle_jvp(F: Any, tangents: dict[str, Any], input: Any, input_dtype: DType) -> Any:
    tangent = tangents["input"]
    if not input_dtype.is_complex:
        return F.zeros_like(tangent)
    return F.real(F.conj_physical(tangent) * _angle_rule(F, 1.0, input, input_dtype))


@operation(promote="float", complex="own", jvp=_angle_jvp, input=_angle_rule)
def angle(input: Array) -> Array:
    """Angle of complex numbers in radians; of real ones 0, or pi where they are negative."""
    if input.dtype.kind == "c":
        return np.angle(input)
    found = np.where(input < 0, input.dtype.type(np.pi), input.dtype.type(0))
    return np.where(np.isnan(input), input, found)
