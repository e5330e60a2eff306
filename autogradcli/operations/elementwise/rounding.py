"""Rounding, and the divisions that round: their derivatives are zero almost everywhere, remainders' are not."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Number, operation
from ...numerics.shapes import shape_mismatch
from ..dims import maximum_reduce
from ..refuse import underivable
from .constants import zeros_rule


def _rounding(name: str, ufunc: Any) -> dict[str, Any]:
    """An operation that leaves integers as they are."""

    def kernel(input: Any) -> Any:
        return ufunc(input) if input.dtype.kind == "f" else input.copy()

    def named(input: Any) -> str:
        if input.dtype.kind == "c" and name != "round":
            raise NotImplementedError(f"{name} is not supported for complex inputs")
        return f"{name}_vml_cpu"

    return {
        "kernel": kernel, "takes": ("integer unsigned floating", named), "promote": "promote", "kind": "elementwise",
        "input": zeros_rule,
    }  # fmt: skip


@operation(**_rounding("floor", np.floor))
def floor(input: Array) -> Array:
    """The largest whole number not above each element."""


@operation(**_rounding("ceil", np.ceil))
def ceil(input: Array) -> Array:
    """The smallest whole number not below each element."""


@operation(**_rounding("trunc", np.trunc))
def trunc(input: Array) -> Array:
    """The whole part: rounding towards zero."""


@operation(**_rounding("round", np.rint))
def round(input: Array) -> Array:
    """The nearest whole number, halves to the even one."""


@operation(
    node="RoundBackward1", spelling="round", promote="promote", kind="elementwise", input=zeros_rule,
    takes=("floating", lambda input, decimals: "round_cpu" if decimals else "round_vml_cpu"),
    examples=lambda r: [(r(2, 3), 1), (r(2, 3), -1)],
)  # fmt: skip
def round_decimals(input: Array, decimals: int) -> Array:
    """Rounding to a number of decimals, or where that is negative to tens, hundreds, ..."""
    if decimals == 0:
        return np.rint(input)
    power = input.dtype.type(10.0 ** abs(decimals))
    if decimals < 0:
        return np.rint(input / power) * power
    return np.rint(input * power) / power


@operation(takes=("floating", "frac_cpu"), promote="promote", kind="elementwise", input=lambda F, g: g)
def frac(input: Array) -> Array:
    """The part behind the point: ``input - trunc(input)``."""
    return input - np.trunc(input)


# -- remainders ------------------------------------------------------------------------------------------


def _no_zero(dividend: Any, divisor: Any) -> None:
    """Raise RuntimeError for a division by the integer 0, and before that for shapes that don't fit."""
    if (np.asarray(divisor) == 0).any():
        raise shape_mismatch([dividend, divisor]) or RuntimeError("ZeroDivisionError")


#: Elements from which some more passes over memory pay, and what 32 bits hold.
_MANY, _NARROW = 1 << 10, 1 << 31


def _is_narrow(x: Any, number: int) -> bool:
    """Whether an array of 64-bit integers and a number have none that is negative, or wider than 31 bits."""
    if x.dtype.char not in "lq" or not x.flags.c_contiguous or not 0 < number < _NARROW:
        return False
    return bool(maximum_reduce(x.view(np.uint64), None) < _NARROW)


def _remainder(input: Any, other: Any) -> Any:
    """The remainder with the divisor's sign; of an exact division the zero keeps the dividend's sign."""
    if input.dtype.kind == "f":
        found = np.remainder(input, other)
        return np.where(found, found, np.copysign(found, input))
    _no_zero(input, other)
    if input.__class__ is np.ndarray and input.size >= _MANY and np.ndim(other) == 0 and _is_narrow(input, int(other)):
        divisor = np.int32(int(other))
        narrow = input.astype(np.int32)  # whose quotients by a number NumPy has many at once
        narrow -= np.floor_divide(narrow, divisor) * divisor
        return narrow.astype(input.dtype)
    return np.remainder(input, other)


def _fmod(input: Any, other: Any) -> Any:
    if input.dtype.kind != "f":
        _no_zero(input, other)
    return np.fmod(input, other)


def _minus_floored(F: Any, g: Any, input: Any, other: Any) -> Any:
    return -g * F.div_rounded(input, other, "floor")


def _minus_truncated(F: Any, g: Any, input: Any, other: Any) -> Any:
    return -g * F.div_rounded(input, other, "trunc")


@operation(
    node="RemainderBackward0", spelling="remainder", promote="promote", kind="elementwise", kernel=_remainder,
    takes=("integer floating", "remainder_cpu"),
    input=lambda F, g: g,
    examples=lambda r: [(r(2, 3), 0.7), (r(2, 3), -0.7)],
    overload="*",
)  # fmt: skip
def remainder_scalar(input: Array, other: Array | Number) -> Array:
    """Remainder of the division by a number, with the divisor's sign, as Python's ``%``."""


@operation(
    node="RemainderBackward1", promote="promote", kind="elementwise", kernel=_remainder,
    takes=("integer floating", "remainder_cpu"),
    input=lambda F, g: g, other=_minus_floored,
    examples=lambda r: [(r(2, 3), r(3, low=0.3, high=0.8))],
    overload="*",
)  # fmt: skip
def remainder(input: Array, other: Array) -> Array:
    """Remainder of the division with the divisor's sign, as Python's ``%``, broadcast."""


@operation(
    rows="side by side",
    node="torch::autograd::NotImplemented", spelling="remainder", promote="promote", kernel=_remainder,
    takes=("integer floating", "remainder_cpu"),
    other=underivable("remainder"),
    overload="*",
)  # fmt: skip
def remainder_number_tensor(input: Array | Number, other: Array) -> Array:
    """Remainder of the division of a number: has no derivative."""


@operation(
    node="FmodBackward0", spelling="fmod", promote="promote", kind="elementwise", kernel=_fmod,
    takes=("integer floating", "fmod_cpu"),
    input=lambda F, g: g,
    examples=lambda r: [(r(2, 3), 0.7)],
    overload="*",
)  # fmt: skip
def fmod_scalar(input: Array, other: Array | Number) -> Array:
    """Remainder of the division by a number, with the dividend's sign."""


@operation(
    node="FmodBackward1", promote="promote", kind="elementwise", kernel=_fmod,
    takes=("integer floating", "fmod_cpu"),
    input=lambda F, g: g, other=_minus_truncated,
    examples=lambda r: [(r(2, 3), r(3, low=0.3, high=0.8))],
    overload="*",
)  # fmt: skip
def fmod(input: Array, other: Array) -> Array:
    """Remainder of the division with the dividend's sign, broadcast."""


# -- divisions that round --------------------------------------------------------------------------------


def _floor_divide(input: Any, other: Any) -> Any:
    if input.dtype.kind == "f":
        return np.floor_divide(input, other)
    _no_zero(input, other)
    return np.floor_divide(input, other)


def _truncating_divide(input: Any, other: Any) -> Any:
    if input.dtype.kind == "f":
        return np.trunc(np.true_divide(input, other))
    _no_zero(input, other)
    floored = np.floor_divide(input, other)
    upwards = (floored < 0) & (floored * other != input)
    return floored + upwards.astype(input.dtype)


@operation(
    rows="side by side",
    node="torch::autograd::NotImplemented", promote="promote", kernel=_floor_divide,
    takes=("integer floating", "div_floor_cpu"),
    input=underivable("floor_divide"),
    other=underivable("floor_divide"),
    in_place={"input": underivable("floor_divide_"), "other": underivable("floor_divide_")},
    overload="*",
    half="exact",
)  # fmt: skip
def floor_divide(input: Array, other: Array | Number) -> Array:
    """Quotient rounded down, ``input // other``. It has no derivative."""


def _check_mode(rounding_mode: str) -> None:
    if rounding_mode not in ("trunc", "floor"):
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
        )


@operation(
    node="DivBackward2", spelling="div", promote="promote", kind="elementwise",
    takes=("integer floating", lambda input, other, rounding_mode: f"div_{rounding_mode}_cpu"),
    # the operands are saved without need, as PyTorch saves them
    input=lambda F, g, input, other, rounding_mode: F.zeros_like(g),
    other=lambda F, g, input, other, rounding_mode: F.zeros_like(g),
    examples=lambda r: [(r(2, 3), r(3, low=0.3, high=0.8), "floor"), (r(2, 3), 0.7, "trunc")],
    overload="Tensor",
    in_vmap="arithmetic",
    half="exact",
)  # fmt: skip
def div_rounded(input: Array, other: Array | Number, rounding_mode: str) -> Array:
    """Quotient rounded towards zero (``"trunc"``) or down (``"floor"``)."""
    _check_mode(rounding_mode)
    return _floor_divide(input, other) if rounding_mode == "floor" else _truncating_divide(input, other)
