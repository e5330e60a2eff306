"""Comparisons, predicates, logic and bits by name."""

from __future__ import annotations

import numpy as np

from ...engine.operation import OPERATIONS
from ...engine.tensor import Tensor
from ...numerics import dtypes
from ...operations.elementwise import comparison
from ...operations.refuse import not_implemented_for
from ..calls.declare import define_both, in_place, in_place_unseen
from ..calls.overloads import define

_UNARY = "(Tensor input, *, Tensor out=None)"
_BINARY = "(Tensor input, Tensor other, *, Tensor out=None)"
_BY_NUMBER = "(Tensor input, Scalar other, *, Tensor out=None)"
_OF_NUMBER = "(Scalar self, Tensor other)"

_LONG_NAMES = {
    "eq": (), "ne": ("not_equal",), "lt": ("less",), "le": ("less_equal",), "gt": ("greater",),
    "ge": ("greater_equal",),
}  # fmt: skip

for _name, (_compare, _by_number, _by_tensor) in comparison.COMPARISONS.items():
    _aliases = _LONG_NAMES[_name]
    define(_name, (_BINARY, _compare), (_BY_NUMBER, _compare), into="torch Tensor", aliases=_aliases)
    define(
        f"{_name}_",
        ("(Tensor input, Tensor other)", in_place(_by_tensor)),
        ("(Tensor input, Scalar other)", in_place(_by_number)),
        into="Tensor",
        aliases=[f"{alias}_" for alias in _aliases],
    )

for _name in ("isnan", "isinf", "isfinite", "isreal"):
    define(_name, ("(Tensor input)", OPERATIONS[_name].call), into="torch Tensor")
for _name in ("isposinf", "isneginf"):
    define(_name, (_UNARY, OPERATIONS[_name].call), into="torch Tensor")


# -- nearly equal ----------------------------------------------------------------------------------------

_CLOSE = "(Tensor input, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False)"


def isclose(input: Tensor, other: Tensor, rtol: float, atol: float, equal_nan: bool) -> Tensor:
    """Whether ``|input - other| <= atol + rtol * |other|``, elementwise.

    Raises RuntimeError for tensors of different dtypes and negative tolerances.
    """
    first, second = dtypes.of(input.array), dtypes.of(other.array)
    if first is not second:
        raise RuntimeError(f"{first.type_name} did not match {second.type_name}")
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if tolerance < 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {tolerance:g}")
    return comparison.isclose(input, other, rtol, atol, equal_nan)


def allclose(input: Tensor, other: Tensor, rtol: float, atol: float, equal_nan: bool) -> bool:
    """Whether all elements are close, in the sense of ``isclose``."""
    return bool(isclose(input, other, rtol, atol, equal_nan).array.all())


def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape and the same elements."""
    if input.dtype in dtypes.FLOAT8:
        not_implemented_for("equal_notnan_cpu", input.array)
    return input.array.shape == other.array.shape and bool(np.equal(input.array, other.array).all())


define("isclose", (_CLOSE, isclose), into="torch Tensor")
define("allclose", (_CLOSE, allclose), into="torch Tensor")
define("equal", ("(Tensor input, Tensor other)", equal), into="torch Tensor")


# -- logic and bits --------------------------------------------------------------------------------------

for _name in ("logical_not", "bitwise_not"):  # which functions have no in-place form, methods do
    _changed = in_place_unseen if _name == "logical_not" else in_place
    define(_name, (_UNARY, OPERATIONS[_name].call), into="torch Tensor")
    define(f"{_name}_", ("(Tensor input)", _changed(OPERATIONS[_name].call)), into="Tensor")
for _name in ("logical_and", "logical_or", "logical_xor"):
    define(_name, (_BINARY, OPERATIONS[_name].call), into="torch Tensor")
    define(f"{_name}_", ("(Tensor input, Tensor other)", in_place_unseen(OPERATIONS[_name].call)), into="Tensor")
for _name in ("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift"):
    _operation = OPERATIONS[_name].call
    define(_name, (_BINARY, _operation), (_OF_NUMBER, _operation), (_BY_NUMBER, _operation))
    define_both(_name, (_BINARY, _operation), (_BY_NUMBER, _operation), into="Tensor")
for _name in ("gcd", "lcm"):
    _operation = OPERATIONS[_name].call
    define(_name, (_BINARY, _operation), into="torch Tensor")
    define(f"{_name}_", ("(Tensor input, Tensor other)", in_place(_operation)), into="torch Tensor")
