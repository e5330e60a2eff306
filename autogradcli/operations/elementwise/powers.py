"""Powers and roots. The three forms of ``pow`` are three operations, as their graph names tell."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...engine.operation import Array, Number, operation
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.numbers import number_in
from ..refuse import check_usual, not_implemented_for
from .elementary import power


def _power(base: Any, exponent: Any) -> Any:
    """``base ** exponent`` of two arrays of one dtype. Raises NotImplementedError for booleans, RuntimeError
    for a negative exponent among integers given as a number."""
    kind = base.dtype.kind
    if kind == "b":
        not_implemented_for("pow", base)
    if kind == "u":
        check_usual("pow", base)
    if kind in "iu" and exponent.dtype.kind == "i" and (exponent < 0).any():
        return _integer_power(base, exponent)
    return _complex_power(base, exponent) if kind == "c" else power(base, exponent)


def _complex_power(base: Any, exponent: Any) -> Any:
    """As C computes it. NumPy multiplies out whole exponents, which is better and prints other digits."""
    by_logarithm = (exponent.imag == 0) | (base == 0)
    return np.where(by_logarithm, np.exp(exponent * np.log(base)), np.power(base, exponent))


def _integer_power(base: Any, exponent: Any) -> Any:
    """Negative exponents truncate towards zero: 1 and -1 keep their powers, all else is 0."""
    odd = exponent & 1
    small = np.where(base == 1, 1, np.where(base == -1, np.where(odd, -1, 1), 0))
    return np.where(exponent < 0, small, np.power(base, np.maximum(exponent, 0))).astype(base.dtype)


def _reciprocal(x: Any) -> Any:
    """``1 / x``; of a complex zero infinity, as C++ divides, where NumPy says NaN."""
    if x.dtype.kind != "c":
        return np.reciprocal(x)
    found = np.true_divide(x.dtype.type(1), x)  # which keeps the sign of a zero imaginary part, as C++ does
    return found if np.all(x) else np.where(x == 0, x.dtype.type(complex(math.inf, math.nan)), found)


def _power_number(input: Any, exponent: Any) -> Any:
    """``input ** exponent`` for a Python number, with PyTorch's shortcuts, which fix the last digits."""
    kind = input.dtype.kind
    if kind != "f":
        dtype = dtypes.result_type(input, exponent).np
        if dtype.kind in "iu" and exponent < 0:
            raise RuntimeError("Integers to negative integer powers are not allowed.")
        if dtype.kind in "iu":
            number_in(dtype, exponent)
        input = input.astype(dtype)
        if dtype.kind != "f":
            return _power_exact(input, exponent)
    elif exponent.__class__ is complex:
        return _power_exact(input.astype(dtypes.result_type(input, exponent).np), exponent)
    if exponent == 2:
        return np.square(input)
    if exponent == 3:
        return input * input * input
    if exponent == 0.5:
        return np.sqrt(input)
    if exponent == 1:
        return np.positive(input)
    if exponent == -1:
        return _reciprocal(input)
    if exponent == -2:
        return _reciprocal(np.square(input))
    if exponent == -0.5:
        return _reciprocal(np.sqrt(input))
    return power(input, input.dtype.type(exponent))


def _power_exact(input: Any, exponent: Any) -> Any:
    """Integers and complex numbers: small whole powers by multiplication."""
    if input.dtype.kind == "b":  # of a number that is a bool too: the shortcuts are all there is
        return input.copy() if exponent else np.ones_like(input)
    if exponent == 0:
        return np.ones_like(input)
    if exponent == 1:
        return input.copy()
    check_usual("pow", input)
    if exponent == 2:
        return np.multiply(input, input)
    if exponent == 3:
        return input * input * input
    if exponent == 0.5:
        return np.sqrt(input)
    if exponent == -1:
        return _reciprocal(input)
    if exponent == -2:
        return _reciprocal(np.multiply(input, input))
    if exponent == -0.5:
        return _reciprocal(np.sqrt(input))
    raised = _complex_power if input.dtype.kind == "c" else np.power
    return raised(input, np.asarray(exponent).astype(input.dtype))


def _by_exponent(F: Any, g: Any, input: Any, exponent: Number) -> Any:
    if exponent == 0:
        return F.zeros_like(g)
    if exponent == 2 and input.__class__ is np.ndarray and input.dtype.kind == "f":
        return g * (2 * input)  # whose first power needs no copy
    return g * (exponent * F.pow_tensor_scalar(input, exponent - 1))


@operation(
    takes=("all", "pow"),
    node="PowBackward0",
    spelling="pow",
    kind="elementwise",
    kernel=_power_number,
    input=_by_exponent,
    examples=lambda r: [
        (r(2, 3), 2), (r(2, 3), 3), (r(2, 3, low=0.5, high=2), -1.5), (r(2, 3), 0), (r(2), 1), (r(3), -1),
    ],
    overload="*",
    half="rounded",
)  # fmt: skip
def pow_tensor_scalar(input: Array, exponent: Number) -> Array:
    """Elementwise power ``input ** exponent`` for a number.

    The derivative is ``exponent * input ** (exponent - 1)``, and zeros for the exponent 0.
    """


def _exponent_rule(
    F: Any, g: Any, input: Any, exponent: Any, result: Any, input_dtype: DType, exponent_dtype: DType
) -> Any:
    """``result * log(input)``, 0 where the base is 0 and the exponent none that makes it infinite. A negative base has
    a logarithm where the exponent is complex."""
    if not exponent_dtype.is_complex:
        return g * F.guard_where((input == 0.0) & (exponent >= 0.0), 0.0, result * F.log(input))
    base = input if input_dtype.is_complex else F.cast(input, exponent_dtype)
    harmless = (base == 0.0) & _is_real_and_positive(F, exponent)
    return g * F.guard_where(harmless, 0.0, result * F.log(base))


@operation(
    takes=("all", "pow"),
    node="PowBackward1",
    spelling="pow",
    promote="promote",
    kind="elementwise",
    kernel=_power,
    input=lambda F, g, input, exponent: F.guard_where(
        exponent == 0.0, 0.0, g * (exponent * F.pow_tensor_tensor(input, exponent - 1))
    ),
    exponent=_exponent_rule,
    examples=lambda r: [(r(2, 3, low=0.5, high=2), r(3)), (r(low=0.5, high=2), r(2))],
    overload="*",
)
def pow_tensor_tensor(input: Array, exponent: Array) -> Array:
    """Elementwise power of two tensors, broadcast. Where the exponent is 0 the base has the derivative 0."""


def _base_number(base: Any, exponent: Any) -> Any:
    if exponent.dtype.kind == "f" and base.__class__ is not complex:
        return power(exponent.dtype.type(base), exponent)
    dtype = dtypes.result_type(base, exponent).np
    if base == 1 and dtype.kind != "b":
        return np.ones(exponent.shape, dtype)
    return _power(np.asarray(base).astype(dtype), exponent.astype(dtype, copy=False))


def _scalar_base_rule(F: Any, g: Any, base: Any, exponent: Any, result: Any, exponent_dtype: DType) -> Any:
    if base == 0:
        fine = exponent >= 0.0 if not exponent_dtype.is_complex else _is_real_and_positive(F, exponent)
        return g * F.where(fine, 0.0, result * -float("inf"))
    return g * (result * _log_of(base, exponent_dtype.is_complex))


def _is_real_and_positive(F: Any, exponent: Any) -> Any:
    return (F.imag(exponent) == 0.0) & (F.real(exponent) >= 0.0)


def _log_of(base: Any, in_complex: bool) -> Any:
    """The logarithm of a number; of a negative real one NaN, as in real arithmetic."""
    from cmath import log  # few derive by an exponent, and all have powers

    if isinstance(base, complex) or in_complex:
        return log(base)
    return log(base).real if base > 0 else float("nan")


@operation(
    node="PowBackward2",
    spelling="pow",
    kind="elementwise",
    kernel=_base_number,
    exponent=_scalar_base_rule,
    examples=lambda r: [(2.0, r(2, 3)), (1, r(3)), (0.5, r())],
    overload="*",
    half="rounded",
)
def pow_scalar_tensor(base: Number, exponent: Array) -> Array:
    """Power of a number to the elements of a tensor."""


@operation(
    takes=("all", "sqrt_vml_cpu"),
    kernel=np.sqrt,
    power=0.5,
    promote="float",
    kind="elementwise",
    input=lambda F, g, result: g / (2 * result),
    examples=lambda r: [(r(2, 3, low=0.5, high=2),)],
)
def sqrt(input: Array) -> Array:
    """Square root. Its derivative at 0 is infinite."""


@operation(
    promote="float",
    kind="elementwise",
    power=-0.5,
    input=lambda F, g, result: -0.5 * g * F.pow_tensor_scalar(result, 3),
    examples=lambda r: [(r(2, 3, low=0.5, high=2),)],
    half="last",
)
def rsqrt(input: Array) -> Array:
    """Reciprocal of the square root."""
    return _reciprocal(np.sqrt(input))


@operation(
    kernel=_reciprocal,
    power=-1,
    promote="float",
    kind="elementwise",
    input=lambda F, g, result: -g * (result * result),
    examples=lambda r: [(r(2, 3, low=0.5, high=2),)],
)
def reciprocal(input: Array) -> Array:
    """Reciprocal ``1 / input``."""
