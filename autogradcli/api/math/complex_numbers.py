"""Complex numbers by name: their parts, conjugates and angles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.mirrors import flipped
from ...engine.tensor import Tensor, wrap
from ...engine.worlds import roles
from ...numerics.numbers import number_in
from ...operations.elementwise import complex as complex_operations
from ...operations.shape.slicing import select
from ...operations.shape.view import view_as_real
from ..calls.argument_types import is_number, type_name
from ..calls.declare import in_place
from ..calls.overloads import define
from ..calls.registry import Property, attributes_of

_UNARY = "(Tensor input, *, Tensor out=None)"


def real(input: Tensor) -> Tensor:
    """The real parts, as a view; a real tensor itself."""
    if input.array.dtype.kind != "c":
        return input
    if flipped(input, np.conjugate):
        input = complex_operations.conj_view(input)
    return select(view_as_real(input), input.array.ndim, 0)


def imag(input: Tensor) -> Tensor:
    """The imaginary parts, as a view. Raises RuntimeError for a real tensor."""
    if input.array.dtype.kind != "c":
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    if flipped(input, np.conjugate):
        pairs = complex_operations.neg_view(view_as_real(complex_operations.conj_view(input)))
        return select(pairs, input.array.ndim, 1)
    return select(view_as_real(input), input.array.ndim, 1)


def conj(input: Tensor) -> Tensor:
    """The complex conjugate, as a view; a real tensor itself."""
    return complex_operations.conj_view(input) if input.array.dtype.kind == "c" else input


def _conj_physical(input: Tensor) -> Tensor:
    """The complex conjugate, computed at once; a real tensor itself."""
    return complex_operations.conj_physical(input) if input.array.dtype.kind == "c" else input


def _is_conj(input: Tensor) -> bool:
    """Whether it is a conjugate view."""
    return flipped(input, np.conjugate)


def _is_neg(input: Tensor) -> bool:
    """Whether it is a negative view."""
    return flipped(input, np.negative)


def _resolve_conj(input: Tensor) -> Tensor:
    """The tensor itself, or a copy where it is a conjugate view."""
    return roles.clone(input) if _is_conj(input) else input


def _resolve_neg(input: Tensor) -> Tensor:
    """The tensor itself, or a copy where it is a negative view."""
    return roles.clone(input) if _is_neg(input) else input


def _setter(part: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Any], None]:
    """Assigning a part writes into the tensor: ``z.real = x`` is ``z.real.copy_(x)``."""

    def set_part(self: Tensor, new: Any) -> None:
        if not isinstance(new, Tensor):
            if not is_number(new):
                raise TypeError(f"can't assign a {type_name(new)} to a torch.{self.dtype.type_name}Tensor")
            new = wrap(number_in(self.array.real.dtype, new))
        roles.copy_into(part(self), new)

    return set_part


define("real", ("(Tensor input)", real))
define("imag", ("(Tensor input)", imag))
define("conj", ("(Tensor input)", conj), into="torch Tensor")
define("conj_physical", (_UNARY, _conj_physical), into="torch Tensor")
define("conj_physical_", ("(Tensor input)", in_place(complex_operations.conj_physical)), into="torch Tensor")
define("resolve_conj", ("(Tensor input)", _resolve_conj), into="torch Tensor")
define("resolve_neg", ("(Tensor input)", _resolve_neg), into="torch Tensor")
define("is_conj", ("(Tensor input)", _is_conj), into="torch Tensor")
define("is_neg", ("(Tensor input)", _is_neg), into="torch Tensor")
define("angle", (_UNARY, complex_operations.angle), into="torch Tensor")
define("complex", ("(Tensor real, Tensor imag, *, Tensor out=None)", complex_operations.complex))
define("polar", ("(Tensor abs, Tensor angle, *, Tensor out=None)", complex_operations.polar))
attributes_of(Tensor)["real"] = Property(real, _setter(real), doc="The real parts, as a view; a real tensor itself.")
attributes_of(Tensor)["imag"] = Property(imag, _setter(imag), doc="The imaginary parts, as a view.")
