"""Kernels as expressions: an operation that only rules use, said in terms of those that users know.

``tanh_backward(g, y)`` has no name in the language, but its kernel is ``g * (1 - y * y)``. A kernel that runs on
something that looks like an array, and notes what NumPy is asked to do, says so by itself. One that looks at values,
or fills an array in place, can't be expanded so.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from ..engine.operation import OPERATIONS
from ..engine.tensor import Tensor, wrap
from .expression import Call, Constant, Expr
from .formula import FORMULAS

_OPERATORS: dict[Any, Callable[..., Any]] = {
    np.add: operator.add, np.subtract: operator.sub, np.multiply: operator.mul, np.true_divide: operator.truediv,
    np.power: operator.pow, np.matmul: operator.matmul, np.negative: operator.neg, np.less: operator.lt,
    np.less_equal: operator.le, np.greater: operator.gt, np.greater_equal: operator.ge, np.equal: operator.eq,
    np.not_equal: operator.ne, np.logical_not: operator.invert, np.invert: operator.invert,
    np.bitwise_and: operator.and_, np.bitwise_or: operator.or_, np.bitwise_xor: operator.xor,
}  # fmt: skip

#: What a kernel may raise that wants more of an array than there is here.
_REFUSALS = (TypeError, ValueError, AttributeError, IndexError, KeyError, RuntimeError, NotImplementedError)


class Symbol(NDArrayOperatorsMixin):
    """An expression in the clothes of an array."""

    __slots__ = ("expr",)

    def __init__(self, expr: Expr) -> None:
        self.expr = expr

    @property
    def shape(self) -> tuple[int, ...]:
        return self.expr.tensor.array.shape

    @property
    def ndim(self) -> int:
        return self.expr.tensor.array.ndim

    @property
    def size(self) -> int:
        return self.expr.tensor.array.size

    @property
    def dtype(self) -> np.dtype:
        return self.expr.tensor.array.dtype

    def __bool__(self) -> NoReturn:
        raise TypeError("a formula can't depend on a tensor's value")

    def sum(self, axis: Any = None, keepdims: bool = False) -> Symbol:
        return _reduced(self, {"axis": axis, "keepdims": keepdims})

    def astype(self, dtype: Any, copy: bool = True) -> Symbol:
        return self if np.dtype(dtype) == self.dtype else Symbol(FORMULAS.cast(self.expr, np.dtype(dtype)))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if ufunc is np.add and method == "reduce":
            return _reduced(inputs[0], options)
        if method != "__call__" or options:
            return NotImplemented
        operands = [_as_expression(x) for x in inputs]
        if ufunc in _OPERATORS:
            return _as_symbol(_OPERATORS[ufunc](*operands))
        if ufunc is np.square:
            return _as_symbol(operands[0] * operands[0])
        name = _by_kernel().get(ufunc, ufunc.__name__)
        return NotImplemented if name not in OPERATIONS else _as_symbol(FORMULAS.__getattr__(name)(*operands))

    def __array_function__(self, function: Any, types: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
        if function is np.where and len(args) == 3 and not options:
            return _as_symbol(FORMULAS.where(*[_as_expression(x) for x in args]))
        return NotImplemented


def _reduced(operand: Symbol, options: dict[str, Any]) -> Symbol:
    """``np.add.reduce``. Raises TypeError for an option beside axis and keepdims."""
    axis, keepdims = options.pop("axis", 0), options.pop("keepdims", False)
    if options:
        raise TypeError("a reduction with options has no formula")
    dims = tuple(range(operand.ndim)) if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
    return Symbol(FORMULAS.sum_dim(operand.expr, dims, bool(keepdims)))


_names: dict[Any, str] = {}


def _by_kernel() -> dict[Any, str]:
    """The operations whose kernel is a ufunc, or calls itself one to whatever is no array, by it."""
    if not _names:
        for name, op in OPERATIONS.items():
            kernel = getattr(op.kernel, "ufunc", op.kernel)
            if isinstance(kernel, np.ufunc):
                _names[kernel] = name
    return _names


def _as_expression(value: Any) -> Any:
    if isinstance(value, Symbol):
        return value.expr
    if isinstance(value, (np.ndarray, np.generic)):
        return Constant(wrap(value)) if value.ndim else value.item()
    return value


def _as_symbol(value: Any) -> Any:
    return Symbol(value) if isinstance(value, Expr) else value


def expansion(call: Call) -> Expr | None:
    """The kernel of a call's operation as an expression of the same value; None where it doesn't give one."""
    if isinstance(call.op.kernel, np.ufunc) or len(call.results) > 1:
        return None
    filling = _FILLING.get(call.op.name)
    try:
        made = filling(*call.args) if filling else call.op.kernel(*[_symbols(a) for a in call.args])
    except _REFUSALS:
        return None
    found = made.expr if isinstance(made, Symbol) else made if isinstance(made, Expr) else None
    if found is None or found is call or not same_values([found.tensor], call.results):
        return None
    return found


def _zeros(like: Expr, shape: tuple[int, ...]) -> Expr:
    made: Expr = FORMULAS.new_zeros(like, shape)
    return made


#: Kernels that fill a part of an array in place, as the functions that do so out of place.
_FILLING: dict[str, Callable[..., Any]] = {
    "select_backward": lambda g, shape, *at: FORMULAS.select_scatter(_zeros(g, shape), g, *at),
    "slice_backward": lambda g, shape, *at: FORMULAS.slice_scatter(_zeros(g, shape), g, *at),
    "diagonal_backward": lambda g, shape, *at: FORMULAS.diagonal_scatter(_zeros(g, shape), g, *at),
    "index_back": lambda input, indices, values: FORMULAS.index_put(input, indices, values, True),
}


def _symbols(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and any(isinstance(v, Expr) for v in value):
        return [_symbols(v) for v in value]
    return Symbol(value) if isinstance(value, Expr) else value


def same_values(results: Sequence[Any], wanted: Sequence[Tensor]) -> bool:
    """Whether these are tensors of the wanted dtypes, shapes and, but for rounding, values."""
    if len(results) != len(wanted):
        return False
    for result, want in zip(results, wanted, strict=True):
        if not isinstance(result, Tensor):
            return False
        a, b = result.array, want.array
        if a.shape != b.shape or a.dtype != b.dtype:
            return False
        tolerance = 1e-9 if a.dtype.itemsize >= 8 else 1e-4
        if not np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=a.dtype.kind in "fc"):
            return False
    return True
