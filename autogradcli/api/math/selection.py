"""``where``, the clamps, maxima and minima of two tensors, interpolation, fused products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.levels.base import levels_of
from ...engine.levels.vmap import NO_SHAPE
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.numbers import scalar_in
from ...operations.elementwise import bounds, selection
from ...operations.refuse import check_usual
from ..calls.declare import define_both, in_place
from ..calls.overloads import define

_BINARY = "(Tensor input, Tensor other, *, Tensor out=None)"

# -- where -----------------------------------------------------------------------------------------------


def _places(condition: Tensor) -> tuple[Tensor, ...]:
    """The indices of the nonzero elements, one tensor a dimension."""
    if any(level.rows for level in levels_of((condition,))):
        raise RuntimeError(NO_SHAPE.format(name="where"))
    check_usual("nonzero_count_cpu", condition.array)
    return tuple(wrap(index) for index in np.nonzero(np.atleast_1d(condition.array)))


def _chosen(condition: Tensor, input: Any, other: Any) -> Tensor:
    """The elements of ``input`` where the condition holds, else those of ``other``; numbers must fit the result."""
    dtype = dtypes.result_type(*(x.array if isinstance(x, Tensor) else x for x in (input, other)))
    for value in (input, other):
        if not isinstance(value, Tensor):
            scalar_in(dtype.np, value)
    return selection.where(condition, input, other)


_CHOICES = (
    ("(Tensor condition, Tensor input, Tensor other, *, Tensor out=None)", selection.where),
    ("(Tensor condition, Tensor input, Scalar other)", _chosen),
)
define(
    "where",
    ("(Tensor condition)", _places),
    _CHOICES[0],
    ("(Tensor condition, Scalar self, Tensor other)", _chosen),
    _CHOICES[1],
    ("(Tensor condition, Scalar self, Scalar other)", _chosen),
)
define("where", *_CHOICES, into="Tensor")

# -- clamps ----------------------------------------------------------------------------------------------

_CLAMPS = (
    ("(Tensor input, Tensor? min=None, Tensor? max=None, *, Tensor out=None)", bounds.clamp),
    ("(Tensor input, Double? min=None, Double? max=None, *, Tensor out=None)", bounds.clamp_scalar),
)


def _by_numbers_in_place(operation: Any) -> Callable[..., Tensor]:
    """The in-place form of a clamp with numbers, whose dtype the tensor must hold."""
    change = in_place(operation)

    def apply(input: Tensor, *numbers: Any) -> Tensor:
        dtype = dtypes.result_type(input.array, *[n for n in numbers if n is not None])
        if dtype.category < dtypes.COMPLEX and not dtypes.can_cast(dtype, input.dtype):
            name = input.dtype.cpp_name
            raise RuntimeError(f"result type {dtype.type_name} can't be cast to the desired output type {name}")
        return change(input, *numbers)

    apply.__doc__ = operation.__doc__
    return apply


def _two_forms(name: str, bound: str, by_tensor: Any, by_number: Any) -> None:
    define(
        name,
        (f"(Tensor input, Tensor {bound}, *, Tensor out=None)", by_tensor),
        (f"(Tensor input, Scalar {bound}, *, Tensor out=None)", by_number),
        into="torch Tensor",
    )
    define(
        f"{name}_",
        (f"(Tensor input, Tensor {bound})", in_place(by_tensor)),
        (f"(Tensor input, Scalar {bound})", _by_numbers_in_place(by_number)),
        into="torch Tensor",
    )


define("clamp", *_CLAMPS, into="torch Tensor", aliases=("clip",))
define(
    "clamp_",
    ("(Tensor input, Tensor? min=None, Tensor? max=None)", in_place(bounds.clamp)),
    ("(Tensor input, Double? min=None, Double? max=None)", _by_numbers_in_place(bounds.clamp_scalar)),
    into="torch Tensor",
    aliases=("clip_",),
)
_two_forms("clamp_min", "min", bounds.clamp_min, bounds.clamp_min_scalar)
_two_forms("clamp_max", "max", bounds.clamp_max, bounds.clamp_max_scalar)

# -- the larger and the smaller --------------------------------------------------------------------------

for _name, _operation in {
    "maximum": bounds.maximum, "minimum": bounds.minimum, "fmax": bounds.fmax, "fmin": bounds.fmin,
}.items():  # fmt: skip
    define(_name, (_BINARY, _operation), into="torch Tensor")

# -- interpolation and fused products --------------------------------------------------------------------

define_both(
    "lerp",
    ("(Tensor input, Tensor end, Tensor weight, *, Tensor out=None)", selection.lerp),
    ("(Tensor input, Tensor end, Real weight, *, Tensor out=None)", selection.lerp_scalar),
)


def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, value: Any) -> Tensor:
    """``input + value * tensor1 / tensor2``, broadcast. Raises RuntimeError where both are integers."""
    if tensor1.array.dtype.kind in "biu" and tensor2.array.dtype.kind in "biu":
        raise RuntimeError(selection.INTEGER_ADDCDIV)
    return selection.addcdiv(input, tensor1, tensor2, value)


def _value_first(operation: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def apply(input: Tensor, value: Any, tensor1: Tensor, tensor2: Tensor) -> Tensor:
        return operation(input, tensor1, tensor2, value)

    apply.__doc__ = operation.__doc__
    return apply


_FUSED: dict[str, Callable[..., Tensor]] = {"addcmul": selection.addcmul, "addcdiv": addcdiv}
for _name, _fused in _FUSED.items():
    _first = _value_first(_fused)
    _schema = "(Tensor input, Tensor tensor1, Tensor tensor2, *, Real value=1"
    _old = "(Tensor input, Real value, Tensor tensor1, Tensor tensor2)|deprecated"
    define(_name, (f"{_schema}, Tensor out=None)", _fused), (_old, _first), into="torch Tensor")
    define(f"{_name}_", (f"{_schema})", in_place(_fused)), (_old, in_place(_first)), into="Tensor")
