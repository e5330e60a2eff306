"""Sums, products, quotients and remainders by name, with ``alpha`` and ``rounding_mode``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..engine import dtypes
from ..engine.tensor import Tensor, wrap
from ..operations import arithmetic, arithmetic_variants, powers, rounding
from ..operations.shape import cast
from .declare import define_both, in_place
from .function import define

Number = bool | int | float | complex


def as_tensor(value: Tensor | Number) -> Tensor:
    """A number as a 0-d tensor, for operations whose first operand must be one."""
    return value if isinstance(value, Tensor) else wrap(np.asarray(value, dtypes.of_scalar(value).np))


def _check_alpha(input: Any, other: Any, alpha: Number) -> None:
    dtype = dtypes.result_type(*(x.array if isinstance(x, Tensor) else x for x in (input, other)))
    if isinstance(alpha, bool) and dtype.category != dtypes.BOOL:
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, float) and dtype.category < dtypes.FLOATING:
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    if isinstance(alpha, complex) and dtype.category != dtypes.COMPLEX:
        raise RuntimeError("For non-complex input tensors, argument alpha must not be a complex number.")


def _scaled(operation: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """``input (+-) alpha * other``."""

    def apply(input: Tensor | Number, other: Tensor | Number, alpha: Number) -> Tensor:
        if alpha.__class__ is not int:
            _check_alpha(input, other, alpha)
        return operation(input if isinstance(input, Tensor) else as_tensor(input), other, alpha)

    apply.__doc__ = operation.__doc__
    return apply


def _plain(operation: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def apply(input: Tensor | Number, other: Tensor | Number) -> Tensor:
        return operation(input if isinstance(input, Tensor) else as_tensor(input), other)

    apply.__doc__ = operation.__doc__
    return apply


add, sub = _scaled(arithmetic.add), _scaled(arithmetic.sub)
mul, div = _plain(arithmetic.mul), _plain(arithmetic.div)
floor_divide = _plain(rounding.floor_divide)


def div_mode(input: Tensor | Number, other: Tensor | Number, rounding_mode: str | None) -> Tensor:
    """Quotient, rounded towards zero (``"trunc"``), down (``"floor"``) or not at all (None)."""
    if rounding_mode is None:
        return arithmetic_variants.div_unrounded(as_tensor(input), other)  # type: ignore[no-any-return]
    return rounding.div_rounded(as_tensor(input), other, rounding_mode)  # type: ignore[no-any-return]


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
    ("(Tensor input, Tensor other, *, Scalar alpha=1)", arithmetic_variants.rsub_tensor),
    ("(Tensor input, Scalar other, Scalar alpha=1)", arithmetic.rsub),
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


def _double(value: Any) -> Any:
    """A tensor in double precision."""
    if not isinstance(value, Tensor):
        return value
    wide = dtypes.complex128 if value.array.dtype.kind == "c" else dtypes.float64
    return cast(value, wide) if value.array.dtype is not wide.np else value


def _float_power(input: Any, exponent: Any) -> Any:
    """Power in double precision, whatever the dtypes are."""
    if not isinstance(exponent, Tensor):
        number = exponent if isinstance(exponent, complex) else float(exponent)
        return powers.pow_tensor_scalar(_double(input), number)
    if not isinstance(input, Tensor):
        number = input if isinstance(input, complex) else float(input)
        return powers.pow_scalar_tensor(number, _double(exponent))
    return powers.pow_tensor_tensor(_double(input), _double(exponent))


_BY_TENSOR = "(Tensor input, Tensor exponent, *, Tensor out=None)"
_OF_NUMBER = "(Scalar self, Tensor exponent, *, Tensor out=None)"
_TO_NUMBER = "(Tensor input, Scalar exponent, *, Tensor out=None)"
define("float_power", (_BY_TENSOR, _float_power), (_OF_NUMBER, _float_power), (_TO_NUMBER, _float_power))
define_both("float_power", (_BY_TENSOR, _float_power), (_TO_NUMBER, _float_power), into="Tensor")
