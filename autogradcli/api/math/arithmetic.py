"""Sums, products, quotients and remainders by name, with ``alpha`` and ``rounding_mode``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.deferred import dtype_of
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...operations.elementwise import arithmetic, arithmetic_variants, powers, rounding
from ...operations.elementwise.arithmetic import BOOL_ONE, BOOL_PAIR
from ...operations.refuse import NO_BOOLS
from ...operations.shape.copies import cast
from ..calls.declare import define_both, in_place
from ..calls.overloads import define

Number = bool | int | float | complex


def as_tensor(value: Tensor | Number, other: Tensor | Number) -> Tensor:
    """A number as a 0-d tensor, for operations whose first operand must be one: weak beside a tensor."""
    if isinstance(value, Tensor):
        return value
    beside = (other.array,) if isinstance(other, Tensor) else ()
    return wrap(np.asarray(value).astype(dtypes.result_type(value, *beside).np))


def _check_alpha(input: Any, other: Any, alpha: Number) -> None:
    dtype = dtypes.result_type(*(x.array if isinstance(x, Tensor) else x for x in (input, other)))
    if isinstance(alpha, bool) and dtype.category != dtypes.BOOL:
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, float) and dtype.category < dtypes.FLOATING:
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    if isinstance(alpha, complex) and dtype.category != dtypes.COMPLEX:
        raise RuntimeError("For non-complex input tensors, argument alpha must not be a complex number.")


def _named(apply: Callable[..., Tensor], operation: Any) -> Callable[..., Tensor]:
    """``apply`` under the name of the operation that it checks the arguments of, for errors and changes in place."""
    apply.__name__ = operation.__name__
    apply.__doc__ = operation.__doc__
    apply.__dict__["op"] = operation.op
    return apply


def _scaled(operation: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """``input (+-) alpha * other``."""

    def apply(input: Tensor | Number, other: Tensor | Number, alpha: Number) -> Tensor:
        if alpha.__class__ is not int:
            _check_alpha(input, other, alpha)
        return operation(as_tensor(input, other), other, alpha)

    return _named(apply, operation)


def check_bool(input: Tensor | Number, other: Tensor | Number) -> None:
    """Raise NotImplementedError for booleans, which PyTorch doesn't subtract; in its release 2.13 RuntimeError."""
    first, second = (dtype_of(x).kind == "b" if isinstance(x, Tensor) else isinstance(x, bool) for x in (input, other))
    if first or second:
        raise NO_BOOLS.value(BOOL_PAIR if first and second else BOOL_ONE)


def sub(input: Tensor | Number, other: Tensor | Number, alpha: Number) -> Tensor:
    """Difference ``input - alpha * other``, broadcast."""
    check_bool(input, other)
    return _sub(input, other, alpha)


sub.__dict__["op"] = arithmetic.sub.__dict__["op"]


def _rsub(input: Tensor, other: Tensor | Number, alpha: Number) -> Tensor:
    """Difference ``other - alpha * input``."""
    check_bool(input, other)
    if type(alpha) is complex:
        _check_alpha(input, other, alpha)
    if isinstance(other, Tensor):
        return arithmetic_variants.rsub_tensor(input, other, alpha)
    return arithmetic.rsub(input, other, alpha)


def _plain(operation: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def apply(input: Tensor | Number, other: Tensor | Number) -> Tensor:
        return operation(as_tensor(input, other), other)

    if (twin := operation.__dict__.get("in_place")) is not None:
        apply.__dict__["in_place"] = twin
    return _named(apply, operation)


add, _sub = _scaled(arithmetic.add), _scaled(arithmetic.sub)
mul, div = _plain(arithmetic.mul), _plain(arithmetic.div)
floor_divide = _plain(rounding.floor_divide)


def div_mode(input: Tensor | Number, other: Tensor | Number, rounding_mode: str | None) -> Tensor:
    """Quotient, rounded towards zero (``"trunc"``), down (``"floor"``) or not at all (None)."""
    if rounding_mode is None:
        return arithmetic_variants.div_unrounded(as_tensor(input, other), other)
    return rounding.div_rounded(as_tensor(input, other), other, rounding_mode)


_ALPHA = "(Tensor input, Tensor other, *, Scalar alpha=1, Tensor out=None)"
_NUMBER_ALPHA = "(Tensor input, Scalar other, Scalar alpha=1)"
_PLAIN = "(Tensor input, Tensor other, *, Tensor out=None)"
_NUMBER = "(Tensor input, Scalar other)"
_MODE = "(Tensor input, Tensor other, *, str? rounding_mode, Tensor out=None)"
_NUMBER_MODE = "(Tensor input, Scalar other, *, str? rounding_mode)"
_DEPRECATED = "(Tensor input, Scalar alpha, Tensor other)|deprecated"


def _alpha_first(operation: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def apply(input: Tensor, alpha: Number, other: Tensor) -> Tensor:
        return operation(input, other, alpha)

    apply.__doc__ = operation.__doc__
    return apply


for _name, _operation in (("add", add), ("sub", sub)):
    _changing = in_place(_operation)
    define(_name, (_ALPHA, _operation), (_DEPRECATED, _alpha_first(_operation)), into="torch Tensor")
    define(
        f"{_name}_",
        (_ALPHA.replace(", Tensor out=None", ""), _changing),
        (_DEPRECATED, in_place(_alpha_first(_operation))),
        into="Tensor",
    )
define_both("subtract", (_ALPHA, sub), (_NUMBER_ALPHA, sub))
define_both("mul", (_PLAIN, mul))
define_both("multiply", (_PLAIN, mul), (_NUMBER, mul))
define_both("div", (_PLAIN, div), (_MODE, div_mode), (_NUMBER_MODE, div_mode))
define_both("divide", (_PLAIN, div), (_MODE, div_mode), (_NUMBER, div), (_NUMBER_MODE, div_mode))
define_both("true_divide", (_PLAIN, div), (_NUMBER, div))
define_both("floor_divide", (_PLAIN, floor_divide), (_NUMBER, floor_divide))

define(
    "rsub",
    ("(Tensor input, Tensor other, *, Scalar alpha=1)", _rsub),
    ("(Tensor input, Scalar other, Scalar alpha=1)", _rsub),
)

# -- remainders ------------------------------------------------------------------------------------------

_BY_NUMBER = "(Tensor input, Scalar other, *, Tensor out=None)"
define(
    "remainder",
    (_PLAIN, rounding.remainder),
    ("(Scalar self, Tensor other)", rounding.remainder_number_tensor),
    (_BY_NUMBER, rounding.remainder_scalar),
)
define_both("remainder", (_PLAIN, rounding.remainder), (_BY_NUMBER, rounding.remainder_scalar), into="Tensor")
define_both("fmod", (_PLAIN, rounding.fmod), (_BY_NUMBER, rounding.fmod_scalar))

# -- powers in double precision --------------------------------------------------------------------------


def _double_dtype(*operands: Any) -> DType:
    kinds = (x.array.dtype.kind if isinstance(x, Tensor) else "c" * isinstance(x, complex) for x in operands)
    return dtypes.complex128 if "c" in kinds else dtypes.float64


def _double(value: Any, wide: DType) -> Any:
    """A tensor, or a number, in double precision."""
    if isinstance(value, Tensor):
        return value if value.array.dtype is wide.np else cast(value, wide)
    return complex(value) if wide is dtypes.complex128 else float(value)


def _float_power(input: Any, exponent: Any) -> Any:
    """Power in double precision, whatever the dtypes are."""
    wide = _double_dtype(input, exponent)
    input, exponent = _double(input, wide), _double(exponent, wide)
    if not isinstance(exponent, Tensor):
        return powers.pow_tensor_scalar(input, exponent)
    if not isinstance(input, Tensor):
        return powers.pow_scalar_tensor(input, exponent)
    return powers.pow_tensor_tensor(input, exponent)


_BY_TENSOR = "(Tensor input, Tensor exponent, *, Tensor out=None)"
_OF_NUMBER = "(Scalar self, Tensor exponent, *, Tensor out=None)"
_TO_NUMBER = "(Tensor input, Scalar exponent, *, Tensor out=None)"
define("float_power", (_BY_TENSOR, _float_power), (_OF_NUMBER, _float_power), (_TO_NUMBER, _float_power))
define("float_power", (_BY_TENSOR, _float_power), (_TO_NUMBER, _float_power), into="Tensor")


def _float_power_in_place(input: Tensor, exponent: Any) -> Tensor:
    """``float_power`` in place. Raises RuntimeError where the tensor isn't in double precision."""
    wanted = _double_dtype(input, exponent)
    if input.array.dtype != wanted.np:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {dtypes.of(input.array).type_name} but the operation's result "
            f"requires dtype {wanted.type_name}"
        )
    return in_place(_float_power)(input, exponent)


define(
    "float_power_",
    ("(Tensor input, Tensor exponent)", _float_power_in_place),
    ("(Tensor input, Scalar exponent)", _float_power_in_place),
    into="Tensor",
)
