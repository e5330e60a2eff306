"""Comparisons, logic and bits: nothing here has a derivative.

Only in place does a comparison take part in the graph, because there it overwrites what was tracked: ``x.gt_(0)``
has derivative zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.operation import Array, Number, operation
from ...numerics import dtypes
from ...numerics.shapes import shape_mismatch
from ..refuse import check_usual, not_implemented_for

_ORDERED = {"lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal}
_EQUALITY = {"eq": np.equal, "ne": np.not_equal}
_MEANING = {
    "eq": "equals", "ne": "differs from", "lt": "is less than", "le": "is at most", "gt": "is greater than",
    "ge": "is at least",
}  # fmt: skip


_COMPLEX = (np.dtype(np.complex64), np.dtype(np.complex128))


def _ordered(name: str, ufunc: Any) -> Callable[[Any, Any], Any]:
    def kernel(input: Any, other: Any) -> Any:
        for x in (input, other):
            if isinstance(x, complex) or getattr(x, "dtype", None) in _COMPLEX:
                if mismatch := shape_mismatch([input, other]):
                    raise mismatch
                not_implemented_for(f"{name}_cpu", np.empty(0, dtypes.result_type(input, other).np))
        check_usual(f"{name}_cpu", input, other)
        return ufunc(input, other)

    return kernel


def _comparison(
    name: str, ufunc: Any, ordered: bool = True
) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    """The operation, and its in-place forms with a number and with a tensor, which don't promote."""
    kernel = _ordered(name, ufunc) if ordered else ufunc
    takes = ("bool integer floating", f"{name}_cpu") if ordered else None

    def compare(input: Array, other: Array | Number) -> Array: ...

    def in_place(input: Array, other: Any) -> Array:
        return kernel(input, other).astype(input.dtype)

    def in_place_tensor(input: Array, other: Array) -> Array:
        return kernel(input, other).astype(input.dtype)

    compare.__name__ = name
    in_place.__name__ = f"{name}_in_place"
    in_place_tensor.__name__ = f"{name}_in_place_tensor"
    compare.__doc__ = f"Whether each element of ``input`` {_MEANING[name]} that of ``other``."
    in_place.__doc__ = in_place_tensor.__doc__ = f"{compare.__doc__} In place: 1 or 0, with derivative zero."
    title = name.capitalize()

    def zeros(F: Any, g: Any) -> Any:
        return F.zeros_like(g)

    return (
        operation(kernel=ufunc, promote="compare", overload="*", takes=takes,
                  half="moved" if name in _EQUALITY else None)(compare),
        operation(node=f"{title}Backward0", spelling=f"{name}_", overload="*", kind="elementwise", input=zeros,
                  examples=lambda r: [(r(2, 3), 0.1)])(in_place),
        operation(node=f"{title}Backward1", spelling=f"{name}_", overload="*", kind="elementwise", broadcast=True,
                  input=zeros, other=zeros)(in_place_tensor),
    )  # fmt: skip


#: name -> (operation, in place with a number, in place with a tensor)
COMPARISONS = {
    name: _comparison(name, ufunc, ordered=False) for name, ufunc in _EQUALITY.items()
} | {
    name: _comparison(name, ufunc) for name, ufunc in _ORDERED.items()
}  # fmt: skip


eq, ne, lt, le, gt, ge = (COMPARISONS[name][0] for name in ("eq", "ne", "lt", "le", "gt", "ge"))


# -- what a number is ------------------------------------------------------------------------------------


@operation(kernel=np.isnan, promote="compare", half="moved")
def isnan(input: Array) -> Array:
    """Whether each element is NaN."""


@operation(kernel=np.isinf, promote="compare", takes=("all", "isinf"))
def isinf(input: Array) -> Array:
    """Whether each element is infinite."""


@operation(kernel=np.isfinite, promote="compare", takes=("all", "isfinite"))
def isfinite(input: Array) -> Array:
    """Whether each element is neither infinite nor NaN."""


@operation(promote="compare")
def isposinf(input: Array) -> Array:
    """Whether each element is positive infinity."""
    if input.dtype.kind == "c":
        raise RuntimeError("isposinf does not support complex inputs.")
    return np.equal(input, np.inf) if input.dtype.kind == "f" else np.zeros(input.shape, np.bool_)


@operation(promote="compare")
def isneginf(input: Array) -> Array:
    """Whether each element is negative infinity."""
    if input.dtype.kind == "c":
        raise RuntimeError("isneginf does not support complex inputs.")
    return np.equal(input, -np.inf) if input.dtype.kind == "f" else np.zeros(input.shape, np.bool_)


@operation(kernel=np.isreal, promote="compare")
def isreal(input: Array) -> Array:
    """Whether each element has no imaginary part."""


@operation(rows="side by side", broadcast=True)
def isclose(input: Array, other: Array, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Array:
    """Whether ``|input - other| <= atol + rtol * |other|``, elementwise."""
    equal = input == other
    if equal_nan and input.dtype.kind in "fc":
        equal |= np.isnan(input) & np.isnan(other)
    if rtol == 0 and atol == 0:
        return equal
    if input.dtype.kind in "biu":
        input, other = input.astype(np.float64), other.astype(np.float64)
    distance = np.abs(input - other)
    return equal | (np.isfinite(distance) & (distance <= atol + np.abs(rtol * other)))


# -- logic -----------------------------------------------------------------------------------------------


@operation(rows="each", kernel=np.logical_not, takes=("usual", "logical_not_cpu"))
def logical_not(input: Array) -> Array:
    """Whether each element is zero or False."""


@operation(
    rows="side by side",
    kernel=np.logical_and,
    takes=("usual", "logical_and_cpu"),
    broadcast=True,
    in_vmap="arithmetic",
)
def logical_and(input: Array, other: Array) -> Array:
    """Whether both elements are nonzero."""


@operation(
    rows="side by side",
    kernel=np.logical_or,
    takes=("usual", "logical_or_cpu"),
    broadcast=True,
    in_vmap="arithmetic",
)
def logical_or(input: Array, other: Array) -> Array:
    """Whether at least one of the elements is nonzero."""


@operation(
    rows="side by side",
    kernel=np.logical_xor,
    takes=("usual", "logical_xor_cpu"),
    broadcast=True,
    in_vmap="arithmetic",
)
def logical_xor(input: Array, other: Array) -> Array:
    """Whether exactly one of the elements is nonzero."""


# -- bits ------------------------------------------------------------------------------------------------


def _left_shift(input: Any, other: Any) -> Any:
    """Shifts by a negative number or by the whole width give 0."""
    width = input.dtype.itemsize * 8
    inside = (other >= 0) & (other < width)
    return np.where(inside, np.left_shift(input, np.where(inside, other, 0)), 0).astype(input.dtype)


def _right_shift(input: Any, other: Any) -> Any:
    """Shifts by a negative number or by the whole width leave nothing but the sign."""
    last = input.dtype.itemsize * 8 - (input.dtype.kind == "i")
    shift = np.where((other < 0) | (other >= last), last, other)
    if input.dtype.kind == "u":
        return np.where(shift >= last, 0, np.right_shift(input, np.minimum(shift, last - 1))).astype(input.dtype)
    return np.right_shift(input, shift).astype(input.dtype)


@operation(rows="each", kernel=np.invert, takes=("bool integer", "bitwise_not_cpu"), promote="promote")
def bitwise_not(input: Array) -> Array:
    """All bits inverted; of booleans the opposite."""


@operation(
    rows="side by side",
    kernel=np.bitwise_and,
    takes=("bool integer unsigned", "bitwise_and_cpu"),
    promote="promote",
    overload="*",
)
def bitwise_and(input: Array | Number, other: Array | Number) -> Array:
    """Bitwise and of integers or booleans."""


@operation(
    rows="side by side",
    kernel=np.bitwise_or,
    takes=("bool integer unsigned", "bitwise_or_cpu"),
    promote="promote",
    overload="*",
)
def bitwise_or(input: Array | Number, other: Array | Number) -> Array:
    """Bitwise or of integers or booleans."""


@operation(
    rows="side by side",
    kernel=np.bitwise_xor,
    takes=("bool integer unsigned", "bitwise_xor_cpu"),
    promote="promote",
    overload="*",
)
def bitwise_xor(input: Array | Number, other: Array | Number) -> Array:
    """Bitwise exclusive or of integers or booleans."""


@operation(rows="side by side", kernel=_left_shift, takes=("integer", "lshift_cpu"), promote="promote")
def bitwise_left_shift(input: Array | Number, other: Array | Number) -> Array:
    """``input * 2 ** other`` on the bits of integers."""


@operation(rows="side by side", kernel=_right_shift, takes=("integer", "rshift_cpu"), promote="promote")
def bitwise_right_shift(input: Array | Number, other: Array | Number) -> Array:
    """``input / 2 ** other`` on the bits of integers, rounded down."""


@operation(rows="side by side", kernel=np.gcd, takes=("integer", "gcd_cpu"), promote="promote", in_vmap="broadcast")
def gcd(input: Array, other: Array) -> Array:
    """Greatest common divisor."""


@operation(rows="side by side", kernel=np.lcm, takes=("integer", "lcm_cpu"), promote="promote")
def lcm(input: Array, other: Array) -> Array:
    """Least common multiple."""
