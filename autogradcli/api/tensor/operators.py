"""Python's operators on tensors: ``x * 2``, ``x @ y``, ``-x``, ``x < y``, ``x += 1``, ``bool(x)``, ``f"{x:.2f}"``.

The arithmetic ones go straight to their operations, since they are what programs do most; the rest call the method
of the same meaning from the tables.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.deferred import dtype_of
from ...engine.inplace import inplace, plain_inplace
from ...engine.state import state
from ...engine.tensor import MetaTensor, Parameter, Tensor, wrap
from ...numerics.dtypes import plain
from ...operations.elementwise.arithmetic import add, div, mul, neg, rsub, sub
from ...operations.elementwise.arithmetic_variants import add_scalar, div_scalar, mul_scalar, sub_scalar
from ..calls.registry import ATTRIBUTES, NAMESPACES, Method
from .from_data import warn_scalar
from .tensor_repr import tensor_repr

_OPERANDS = (Tensor, float, int, complex)
_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))

#: What an operator is for two ordinary tensors: nothing is to be looked at before.
OF_TWO_TENSORS: dict[str, Callable[[Tensor, Tensor], Any]] = {"add": add, "mul": mul, "truediv": div}


def _direct(operation: Callable[..., Any], by_number: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    """An operator. In a program a number counts as a 0-d tensor with an edge of its own; inside a rule it does not."""

    def apply(self: Tensor, other: Any) -> Any:
        if isinstance(other, _OPERANDS):
            if state.in_rule and not isinstance(other, Tensor):
                return by_number(self, other)
            return operation(self, other)
        return NotImplemented

    return apply


def _subtract(self: Tensor, other: Any) -> Any:
    if other.__class__ is self.__class__ is Tensor and other.array.dtype is self.array.dtype in _FLOATS:
        return sub(self, other)
    if isinstance(other, _OPERANDS):
        if dtype_of(self).kind == "b" or _is_bool(other):
            return method("sub")(self, other)
        if state.in_rule and not isinstance(other, Tensor):
            return sub_scalar(self, other)
        return sub(self, other)
    return NotImplemented


def _subtract_from(self: Tensor, other: Any) -> Any:
    if isinstance(other, _OPERANDS):
        if dtype_of(self).kind == "b" or other.__class__ is bool:
            return _torch("rsub")(self, other)
        return sub(_weak(other, self), self) if state.in_rule else rsub(self, other)
    return NotImplemented


def _is_bool(operand: Any) -> bool:
    return dtype_of(operand).kind == "b" if isinstance(operand, Tensor) else operand.__class__ is bool


def _weak(number: Any, like: Tensor) -> Tensor:
    """A number on the left, as PyTorch's own functions take it: a 0-d tensor."""
    return wrap(np.asarray(number, dtype_of(like)))


def _divide_number(self: Tensor, other: Any) -> Any:
    if isinstance(other, _OPERANDS):
        if state.in_rule:
            return div(_weak(other, self), self)
        return mul(method("reciprocal")(self), other)
    return NotImplemented


def _direct_inplace(operation: Callable[..., Any], ufunc: Any) -> Callable[[Any, Any], Any]:
    def apply(self: Tensor, other: Any) -> Any:
        if plain_inplace(ufunc, self, other):
            return self
        if isinstance(other, _OPERANDS):
            return inplace(operation, self, other)
        return NotImplemented

    return apply


def _subtracted(self: Tensor, other: Any) -> Any:
    """``x -= y``, whose operands may be no truth values."""
    if plain_inplace(np.subtract, self, other):
        return self
    return method("sub_")(self, other) if isinstance(other, _OPERANDS) else NotImplemented


def method(name: str) -> Callable[..., Any]:
    """A method of tensors by name, from the tables."""
    entry = ATTRIBUTES[Tensor][name]
    assert isinstance(entry, Method)
    return entry.call


def _by_method(name: str) -> Callable[[Any, Any], Any]:
    def apply(self: Tensor, other: Any) -> Any:
        if isinstance(other, _OPERANDS):
            return method(name)(self, other)
        return NotImplemented

    return apply


def _swapped(name: str) -> Callable[[Any, Any], Any]:
    """``7 % x``: the number becomes a tensor, weak as numbers are."""

    def apply(self: Tensor, other: Any) -> Any:
        if isinstance(other, _OPERANDS):
            function = _torch(name)
            return function(other, self)
        return NotImplemented

    return apply


def _torch(name: str) -> Callable[..., Any]:
    function: Callable[..., Any] = NAMESPACES["torch"][name]
    return function


def _by_unary(name: str) -> Callable[[Any], Any]:
    def apply(self: Tensor) -> Any:
        return method(name)(self)

    return apply


def _invert(self: Tensor) -> Any:
    if self.array.dtype.kind not in "iub":
        raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return method("bitwise_not")(self)


def _matmul(self: Tensor, other: Any) -> Any:
    if isinstance(other, Tensor):
        return method("matmul")(self, other)
    return NotImplemented


_BINARY = {
    "pow": "pow", "mod": "remainder", "floordiv": "floor_divide", "and": "bitwise_and", "or": "bitwise_or",
    "xor": "bitwise_xor", "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift",
}  # fmt: skip
_COMPARISONS = {"eq": "eq", "ne": "ne", "lt": "lt", "le": "le", "gt": "gt", "ge": "ge"}
_INPLACE = {
    "itruediv": "div_", "ipow": "pow_", "imod": "remainder_", "ifloordiv": "floor_divide_",
    "iand": "bitwise_and_", "ior": "bitwise_or_", "ixor": "bitwise_xor_", "ilshift": "bitwise_left_shift_",
    "irshift": "bitwise_right_shift_",
}  # fmt: skip


def operator_of_tensors(dunder: str) -> Callable[..., Any] | None:
    """What ``Tensor`` itself has under the name of a special method."""
    found: Callable[..., Any] | None = getattr(Tensor, dunder, None)
    return found


# -- conversions -------------------------------------------------------------------------------------------


NO_ITEM = "Tensor.item() cannot be called on meta tensors"


def item(self: Tensor) -> Any:
    """The one element as a Python number. Raises RuntimeError where there are more or none."""
    array = self.array
    if array.size != 1:
        raise RuntimeError(f"a Tensor with {array.size} elements cannot be converted to Scalar")
    if isinstance(self, MetaTensor):
        raise RuntimeError(NO_ITEM)
    if state.tape is not None:
        value = _value(array)
        state.tape.left("item()", self, value)
        return value
    return _value(array)


def _value(array: Any) -> Any:
    return plain(array).item()


def _bool(self: Tensor) -> bool:
    size = self.array.size
    if size != 1:
        raise RuntimeError(
            f"Boolean value of Tensor with {'no values' if size == 0 else 'more than one value'} is ambiguous"
        )
    if isinstance(self, MetaTensor):
        raise RuntimeError(NO_ITEM)
    return bool(self.array.reshape(-1)[0]) if self.array.__class__ is np.ndarray else bool(self.array)


def _number(self: Tensor) -> Any:
    """The one element, for Python's own conversions. Raises ValueError where there are more or none."""
    if self.array.size != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    return item(self)


def _float(self: Tensor) -> float:
    warn_scalar(self)
    value = _number(self)
    if isinstance(value, complex):
        if value.imag:
            raise RuntimeError("value cannot be converted to type double without overflow")
        return value.real
    return float(value)


def _int(self: Tensor) -> int:
    warn_scalar(self)
    value = _number(self)
    if isinstance(value, complex):
        if value.imag:
            raise RuntimeError("value cannot be converted to type int64_t without overflow")
        value = value.real
    return int(value)


def _complex(self: Tensor) -> complex:
    return complex(_number(self))


def _index(self: Tensor) -> int:
    if self.array.dtype.kind not in "iub" or self.array.size != 1:
        raise TypeError("only integer tensors of a single element can be converted to an index")
    if isinstance(self, MetaTensor):
        raise RuntimeError(NO_ITEM)
    return int(self.array.reshape(-1)[0])


def _format(self: Tensor, spec: str) -> str:
    if self.array.ndim == 0 and type(self) is Tensor:  # a parameter and one of meta are no numbers
        return format(item(self), spec)
    if spec:
        raise TypeError(f"unsupported format string passed to {type(self).__name__}.__format__")
    return tensor_repr(self)


def install() -> None:
    """Attach the operators to ``Tensor``."""
    table: dict[str, Any] = {
        "__add__": _direct(add, add_scalar), "__radd__": _direct(add, add_scalar), "__sub__": _subtract,
        "__rsub__": _subtract_from, "__mul__": _direct(mul, mul_scalar), "__rmul__": _direct(mul, mul_scalar),
        "__truediv__": _direct(div, div_scalar),
        "__rtruediv__": _divide_number, "__matmul__": _matmul, "__neg__": neg,
        "__pos__": _by_unary("positive"), "__abs__": _by_unary("abs"), "__invert__": _invert,
        "__iadd__": _direct_inplace(add, np.add), "__isub__": _subtracted,
        "__imul__": _direct_inplace(mul, np.multiply),
        "__bool__": _bool, "__float__": _float, "__int__": _int, "__complex__": _complex, "__index__": _index,
        "__format__": _format, "__repr__": tensor_repr, "__hash__": object.__hash__,
    }  # fmt: skip
    for dunder, name in _BINARY.items():
        table[f"__{dunder}__"] = _by_method(name)
        table[f"__r{dunder}__"] = _swapped(name)
    for dunder, name in _COMPARISONS.items():
        table[f"__{dunder}__"] = _by_method(name)
    for dunder, name in _INPLACE.items():
        table[f"__{dunder}__"] = _by_method(name)
    for name, function in table.items():
        setattr(Tensor, name, function)
    type.__setattr__(Parameter, "__hash__", object.__hash__)


install()
