"""Python's operators, comparisons, conversions and iteration of arrays and scalars."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...engine.tensor import Tensor
from ...numerics.limits import counted
from .calls import charge, perform, perform_named, tensors_of
from .costs import broadcast
from .gate import array_of, integer, taken
from .indexing import getitem, setitem
from .kinds import give
from .printing import representation, text
from .values import NumPyArray, NumPyScalar

#: Elements of two operands, each with each, that are not worth counting.
_SMALL = 1 << 12
_NUMBERS = frozenset({float, bool, complex})


class _NoOperand(Exception):
    """The other operand is none of ours: Python asks it, and says so in its own words."""


def _operand(value: Any) -> Any:
    if isinstance(value, (NumPyArray, NumPyScalar)):
        return value.array
    kind = type(value)
    if kind in _NUMBERS:
        return value
    if kind is int:
        return integer(value)
    if kind is list or kind is tuple:
        return np.asarray(taken(value, "an operator"))
    raise _NoOperand


def _check(symbol: str, a: Any, b: Any) -> bool:
    """Charge for the result; whether it takes long."""
    if np.size(a) * np.size(b) <= _SMALL:
        return False
    first, second = np.shape(a), np.shape(b)
    if symbol == "@":
        count = (a.size // max(first[-1], 1) if first else 1) * (b.size // max(second[0], 1) if second else 1)
        if len(first) > 2 or len(second) > 2:
            rows, columns = (first[-2] if len(first) > 1 else 1), (second[-1] if len(second) > 1 else 1)
            count = broadcast(first[:-2], second[:-2]) * rows * columns
        steps = count * (first[-1] if first else 1)
    else:
        count = steps = broadcast(first, second)
    charge(count)
    return steps > 1 << 26


#: What NumPy calls the operators in its warnings.
_UFUNCS = {
    "+": "add", "-": "subtract", "*": "multiply", "/": "divide", "//": "floor_divide", "%": "remainder", "**": "power",
    "@": "matmul", "&": "bitwise_and", "|": "bitwise_or", "^": "bitwise_xor", "<<": "left_shift", ">>": "right_shift",
}  # fmt: skip


def _named(symbol: str, a: Any, b: Any) -> str:
    name = _UFUNCS[symbol]
    return name if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else f"scalar {name}"


def _binary(symbol: str, operate: Callable[[Any, Any], Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def apply(self: Any, other: Any) -> Any:
        if isinstance(other, Tensor):
            return _before_tensor(symbol, operate, self, other)
        try:
            right = _operand(other)
        except _NoOperand:
            return NotImplemented
        heavy = _check(symbol, self.array, right)
        return give(perform_named(_named(symbol, self.array, right), operate, self.array, right, heavy=heavy))

    def reflected(self: Any, other: Any) -> Any:
        if isinstance(other, Tensor):
            return _after_tensor(symbol, operate, other, self)
        try:
            left = _operand(other)
        except _NoOperand:
            return NotImplemented
        heavy = _check(symbol, left, self.array)
        return give(perform_named(_named(symbol, left, self.array), operate, left, self.array, heavy=heavy))

    return apply, reflected


def _after_tensor(symbol: str, operate: Callable[[Any, Any], Any], tensor: Tensor, self: Any) -> Any:
    """``tensor + array``: NumPy computes it, and PyTorch has it as a tensor. A scalar is a number to PyTorch."""
    if isinstance(self, NumPyScalar):
        return operate(tensor, self.array.item())
    left = array_of(tensor)
    return tensors_of(perform(operate, left, self.array, heavy=_check(symbol, left, self.array)))


def _before_tensor(symbol: str, operate: Callable[[Any, Any], Any], self: Any, tensor: Tensor) -> Any:
    """``array + tensor``, which PyTorch refuses but for ``/`` and ``==``; a scalar is a number."""
    if isinstance(self, NumPyScalar):
        return operate(self.array.item(), tensor)
    if symbol == "/":
        inverse = operate(1.0, tensor)
        return _after_tensor("*", operator.mul, inverse, self)
    if symbol == "+":
        raise TypeError(
            "Concatenation operation is not implemented for NumPy arrays, use np.concatenate() instead. Please do not "
            "rely on this error; it may not be given on all Python implementations."
        )
    return NotImplemented


def _in_place(symbol: str, operate: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def apply(self: NumPyArray, other: Any) -> Any:
        if isinstance(other, Tensor):
            return NotImplemented
        try:
            right = _operand(other)
        except _NoOperand:
            return NotImplemented
        _check(symbol, self.array, right)
        perform_named(_UFUNCS[symbol], operate, self.array, right)
        return self

    return apply


def _comparison(symbol: str, operate: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def apply(self: Any, other: Any) -> Any:
        if isinstance(other, Tensor):
            if isinstance(self, NumPyScalar):
                return operate(self.array.item(), other)
            if symbol not in ("==", "!="):
                return NotImplemented
            from_tensor = array_of(other)
            _check(symbol, self.array, from_tensor)
            return _truth_tensor(perform(operate, self.array, from_tensor))
        if other is None and symbol in ("==", "!=") and isinstance(self, NumPyArray):
            charge(self.array.size)
            return give(np.full(self.array.shape, symbol == "!="))
        try:
            right = _operand(other)
        except _NoOperand:
            return NotImplemented
        heavy = _check(symbol, self.array, right)
        return give(perform_named("a comparison", operate, self.array, right, heavy=heavy))

    return apply


def _truth_tensor(found: Any) -> Any:
    made = tensors_of(np.asarray(found).astype(np.uint8))
    made.array = made.array.astype(bool)
    return made


def _unary(operate: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def apply(self: Any) -> Any:
        charge(self.array.size)
        return give(perform(operate, self.array))

    return apply


def _converting(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda self: perform(convert, self.array) if self.array.dtype.kind == "c" else convert(self.array)


def _length(self: NumPyArray) -> int:
    return len(self.array)


def iterate(self: NumPyArray) -> Iterator[Any]:
    """Along the first dimension."""
    if not self.array.ndim:
        raise TypeError("iteration over a 0-d array")
    return _rows(self.array)


def _rows(array: np.ndarray) -> Iterator[Any]:
    for at in counted(range(len(array))):
        yield give(array[at])


def _contains(self: NumPyArray, item: Any) -> bool:
    found = taken(item, "in")
    _check("==", self.array, found)
    return bool(np.any(self.array == found))


def _format(self: Any, spec: str) -> str:
    if not spec:
        return str(self)
    return format(self.array, spec)


def _round(self: NumPyScalar, ndigits: Any = None) -> Any:
    if ndigits is None:
        return round(self.array.item())
    return give(perform(round, self.array, taken(ndigits, "round")))


def _divmod(self: Any, other: Any) -> Any:
    return self // other, self % other


def _hash(self: NumPyScalar) -> int:
    return hash(self.array)


BINARY: tuple[tuple[str, str, Callable[[Any, Any], Any]], ...] = (
    ("add", "+", operator.add), ("sub", "-", operator.sub), ("mul", "*", operator.mul),
    ("truediv", "/", operator.truediv), ("floordiv", "//", operator.floordiv), ("mod", "%", operator.mod),
    ("pow", "**", operator.pow), ("matmul", "@", operator.matmul), ("and", "&", operator.and_),
    ("or", "|", operator.or_), ("xor", "^", operator.xor), ("lshift", "<<", operator.lshift),
    ("rshift", ">>", operator.rshift),
)  # fmt: skip
IN_PLACE: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.iadd, "sub": operator.isub, "mul": operator.imul, "truediv": operator.itruediv,
    "floordiv": operator.ifloordiv, "mod": operator.imod, "pow": operator.ipow, "matmul": operator.imatmul,
    "and": operator.iand, "or": operator.ior, "xor": operator.ixor, "lshift": operator.ilshift,
    "rshift": operator.irshift,
}  # fmt: skip
COMPARISONS: tuple[tuple[str, str, Callable[[Any, Any], Any]], ...] = (
    ("eq", "==", operator.eq), ("ne", "!=", operator.ne), ("lt", "<", operator.lt), ("le", "<=", operator.le),
    ("gt", ">", operator.gt), ("ge", ">=", operator.ge),
)  # fmt: skip


def install() -> None:
    """Attach them to the classes."""
    both: dict[str, Any] = {"__divmod__": _divmod, "__format__": _format}
    for name, symbol, operate in BINARY:
        both[f"__{name}__"], both[f"__r{name}__"] = _binary(symbol, operate)
    for name, symbol, operate in COMPARISONS:
        both[f"__{name}__"] = _comparison(symbol, operate)
    for name, unary in (("neg", operator.neg), ("pos", operator.pos), ("abs", operator.abs), ("inv", operator.invert)):
        both[f"__{'invert' if name == 'inv' else name}__"] = _unary(unary)
    for name, convert in (("bool", bool), ("float", float), ("int", int), ("complex", complex)):
        both[f"__{name}__"] = _converting(convert)
    both["__index__"] = _converting(operator.index)
    of_arrays: dict[str, Any] = both | {
        "__len__": _length, "__iter__": iterate, "__contains__": _contains, "__getitem__": getitem,
        "__setitem__": setitem, "__repr__": lambda self: representation(self.array),
        "__str__": lambda self: text(self.array),
    }  # fmt: skip
    for name, symbol, _ in BINARY:
        of_arrays[f"__i{name}__"] = _in_place(symbol, IN_PLACE[name])
    of_scalars = both | {
        "__repr__": lambda self: representation(self.array), "__str__": lambda self: str(self.array),
        "__hash__": _hash, "__round__": _round,
    }  # fmt: skip
    for kind, table in ((NumPyArray, of_arrays), (NumPyScalar, of_scalars)):
        for name, function in table.items():
            setattr(kind, name, function)


install()
