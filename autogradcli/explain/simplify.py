"""Removing noise from expressions while they are built: what is constant is computed, factors of one go.

Each rule keeps value, shape and dtype of the expression as they are; it looks at one level only, since the operands
were tidied when they were made.
"""

from __future__ import annotations

import operator
from typing import Any, TypeGuard

import numpy as np

from ..engine.tensor import Tensor
from .expression import OPERATORS, Call, Constant, Expr, Item, Operator, value_of, without_history


def is_constant(part: Any) -> bool:
    """Whether an operand depends on no variable."""
    if isinstance(part, Expr):
        return isinstance(part, Constant)
    if isinstance(part, (list, tuple)):
        return all(is_constant(p) for p in part)
    return True


def uniform(part: Any) -> Any:
    """The number that a constant has in all its elements; None where there is none."""
    if isinstance(part, (bool, int, float, complex)):
        return part
    if not isinstance(part, Constant):
        return None
    array = part.tensor.array
    if not array.size or array.dtype.kind == "b":
        return None
    first = array.reshape(-1)[0]
    return shortest(first) if (array == first).all() else None


def shortest(value: np.generic) -> Any:
    """A Python number with the fewest digits that give this value again in its dtype."""
    return float(str(value)) if value.dtype.kind == "f" else value.item()


_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_ELEMENTWISE = frozenset({"+", "-", "*", "/", "**"})


def tidy_operator(made: Operator) -> Expr:
    """The expression, or a simpler one of the same value, shape and dtype."""
    if all(is_constant(p) for p in made.operands):
        return Constant(made.tensor)
    if len(made.operands) == 1:
        return _tidy_unary(made)
    left, right = made.operands
    if made.symbol in _COMPARISONS:
        return Operator(made.symbol, (_compared(left, right), _compared(right, left)), made.tensor)
    if made.symbol not in _ELEMENTWISE:
        return made
    weak_left, weak_right = _weak(left, right, made.tensor), _weak(right, left, made.tensor)
    a, b = uniform(weak_left), uniform(weak_right)
    if made.symbol == "*":
        if a is not None and a == 1 and _alike(right, made.tensor):
            return right
        if b is not None and b == 1 and _alike(left, made.tensor):
            return left
    elif made.symbol == "+":
        if a is not None and a == 0 and _alike(right, made.tensor):
            return right
        if b is not None and b == 0 and _alike(left, made.tensor):
            return left
    elif made.symbol in ("/", "**") and b is not None and b == 1 and _alike(left, made.tensor):
        return left
    if weak_left is left and weak_right is right:
        return made
    return Operator(made.symbol, (weak_left, weak_right), made.tensor)


def _tidy_unary(made: Operator) -> Expr:
    operand = made.operands[0]
    if made.symbol == "-" and isinstance(operand, Operator) and operand.symbol == "-" and len(operand.operands) == 1:
        inner: Expr = operand.operands[0]
        return inner
    return made


#: Operations whose result says nothing of their operand's values.
_VALUELESS = frozenset({"zeros_like", "ones_like", "full_like", "new_zeros", "new_ones", "new_full"})


def tidy_call(made: Call) -> Expr:
    """The same for the call of an operation."""
    if len(made.results) == 1 and (made.op.name in _VALUELESS or all(is_constant(a) for a in made.args)):
        return Constant(made.tensor)
    if made.op.name == "squeeze_dim":  # what was put in goes out again
        inner, dim = made.args
        if isinstance(inner, Call) and inner.op.name == "unsqueeze" and _same_dim(inner.args[1], dim, inner.ndim):
            before: Expr = inner.args[0]
            return before
    if made.op.name == "constant_pad_nd":  # what was put around is cut off again
        inner, amounts = made.args[:2]
        around = inner.args[1] if isinstance(inner, Call) and inner.op.name == "constant_pad_nd" else ()
        if around and min(around) >= 0 and tuple(amounts) == tuple(-p for p in around):
            whole: Expr = inner.args[0]
            return whole
    if made.op.kind == "linear" and made.op.formula is not None and len(made.results) == 1:
        taken_out = _number_taken_out(made)
        if taken_out is not None:
            return taken_out
    if made.op.name == "where":  # a scalar that is chosen is only a number beside the other choice
        condition, left, right = made.args
        chosen = (condition, _weak(left, right, made.tensor), right)
        if chosen[1] is left:
            chosen = (condition, left, _weak(right, left, made.tensor))
        return Call(made.op, chosen, made.results)
    return made


def _number_taken_out(made: Call) -> Expr | None:
    """``2 * f(x)`` for ``f(2 * x)`` of a linear function."""
    inner = made.args[0]
    if not isinstance(inner, Operator) or inner.symbol not in "*/" or len(inner.operands) != 2:
        return None
    first, second = inner.operands
    x, number = (first, second) if not isinstance(second, Expr) else (second, first)
    if isinstance(number, Expr) or not isinstance(x, Expr) or not _alike(x, inner.tensor):
        return None
    if inner.symbol == "/" and x is second:
        return None
    args = (x, *made.args[1:])
    result = without_history(made.op.call, *[value_of(a) for a in args])
    whole = tidy_call(Call(made.op, args, [result]))
    return operate(inner.symbol, whole, number)


def _same_dim(first: int, second: int, ndim: int) -> bool:
    return first % ndim == second % ndim


def tidy_item(made: Item) -> Expr:
    return Constant(made.tensor) if all(is_constant(a) for a in made.call.args) else made


def _weak(part: Any, other: Any, result: Tensor) -> Any:
    """A uniform constant beside an expression that alone has the result's shape and dtype is only a number there."""
    if isinstance(part, Constant) and _alike(other, result):
        number = uniform(part)
        if number is not None and result.array.dtype.kind in "fc":
            return number
    return part


def _compared(part: Any, other: Any) -> Any:
    """The same in a comparison, where it is the other operand's shape and dtype that count."""
    if isinstance(part, Constant) and isinstance(other, Expr) and part.tensor.array.dtype == other.tensor.array.dtype:
        number = uniform(part)
        if number is not None and np.broadcast_shapes(part.shape, other.shape) == tuple(other.shape):
            return number
    return part


def _alike(part: Any, result: Tensor) -> TypeGuard[Expr]:
    return (
        isinstance(part, Expr)
        and part.tensor.array.shape == result.array.shape
        and part.tensor.array.dtype == result.array.dtype
    )


# -- Python's operators on expressions ---------------------------------------------------------------------


def operate(symbol: str, left: Any, right: Any) -> Expr:
    """``left symbol right``, tidied."""
    tensor = without_history(OPERATORS[symbol], value_of(left), value_of(right))
    return tidy_operator(Operator(symbol, (left, right), tensor))


def negate(operand: Expr) -> Expr:
    return tidy_operator(Operator("-", (operand,), without_history(operator.neg, operand.tensor)))


def invert(operand: Expr) -> Expr:
    return tidy_operator(Operator("~", (operand,), without_history(operator.invert, operand.tensor)))


def _attach(symbol: str, name: str) -> None:
    """Give expressions an operator, and its mirror where Python has one."""
    setattr(Expr, f"__{name}__", lambda self, other: operate(symbol, self, other))
    if symbol not in _COMPARISONS:
        setattr(Expr, f"__r{name}__", lambda self, other: operate(symbol, other, self))


for _symbol, _function in OPERATORS.items():
    _attach(_symbol, _function.__name__.strip("_"))
setattr(Expr, "__neg__", negate)  # noqa: B010 - expressions know no operators, as tensors don't
setattr(Expr, "__invert__", invert)  # noqa: B010
