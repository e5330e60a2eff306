"""The third world of derivative rules: ``F`` builds expressions.

``FORMULAS.exp(x)`` is the expression ``exp(x)`` for every declared operation; an operation that Python has an operator
for becomes that operator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..api.calls.registry import NAMESPACES, home_among
from ..engine.operation import OPERATIONS, Operation
from ..engine.parameters import Param
from ..engine.tensor import Tensor, wrap
from ..numerics import dtypes
from .expression import (
    Call,
    Constant,
    Expr,
    Guarded,
    Item,
    Operator,
    Subscript,
    Written,
    value_of,
    without_history,
)
from .simplify import operate, tidy_call, tidy_item, tidy_operator, uniform

#: The names, in the language, of what an operator says. They tell two operands; what else an operation takes must
#: be at its default.
INFIX = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "matmul": "@", "mm": "@", "mv": "@", "bmm": "@",
    "dot": "@", "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
}  # fmt: skip
SWAPPED = {"rsub": "-"}
#: Where a bare name is looked for, in the language's order.
HOMES = ("torch", "torch.nn.functional", "torch.linalg", "torch.special", "torch.fft")
SUBSCRIPTS = frozenset({"slice", "select", "index"})


class Formulas:
    """``F`` on expressions."""

    def says(self, name: str, *args: Any, **options: Any) -> Any:
        """A call of a user's function, ``F.says("one_hot", target, 3)``: for declarations of formulas. A tuple where
        the function gives several tensors."""
        home = home_among(HOMES, name)
        assert home is not None, name
        function = NAMESPACES[home][name]
        values = {key: value_of(value) for key, value in options.items()}
        made = without_history(lambda: function(*map(value_of, args), **values))
        name = f"{home}.{name}" if home == "torch.fft" else name  # which has no bare names
        arguments = [*(("", a) for a in args), *options.items()]
        if isinstance(made, Tensor):
            return Written(name, arguments, made)
        return tuple(Written(name, arguments, tensor, k) for k, tensor in enumerate(made))

    def constant(self, array: np.ndarray) -> Expr:
        """Numbers that no variable is in: for declarations of formulas."""
        return Constant(wrap(array))

    def uniform(self, value: Any) -> Any:
        """The number that a constant has in all its elements; None for all else."""
        return uniform(value)

    def identity(self, n: int, like: Any) -> Any:
        """``eye(n)`` of the dtype of another expression: for declarations of formulas."""
        return self.says("eye", n) if like.dtype is dtypes.default.dtype else self.says("eye", n, dtype=like.dtype)

    def rows(self, index: Any, n: int, like: Any) -> Any:
        """``one_hot(index, n)``, of the dtype of another expression where that isn't the usual one."""
        found = self.says("one_hot", index, n)
        return found if like.dtype is dtypes.default.dtype else self.cast(found, like.dtype)

    def readable(self, short: Callable[[], Any], full: Callable[[], Any], *normal: Any) -> Any:
        """The short form of a gradient where it has the value of the full one."""
        whole, brief = full(), short()
        a, b = value_of(whole).array, value_of(brief).array
        same = a.shape == b.shape and a.dtype == b.dtype and np.allclose(a, b, rtol=1e-4, atol=1e-30, equal_nan=True)
        return brief if same else whole

    def guard_where(self, condition: Any, instead: Any, value: Any) -> Any:
        return _guarded(value, condition, instead, self.where(condition, instead, value))

    def guard_fill(self, value: Any, condition: Any, instead: Any) -> Any:
        return _guarded(value, condition, instead, self.masked_fill(value, condition, instead))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        op = OPERATIONS.get(name)
        if op is None:
            raise AttributeError(f"no operation is declared as {name!r}")

        def build(*args: Any, **options: Any) -> Any:
            return apply(op, complete(op, args, options))

        setattr(self, name, build)
        return build


FORMULAS = Formulas()


def _guarded(value: Any, condition: Any, instead: Any, call: Any) -> Any:
    if not isinstance(value, Expr) or not isinstance(condition, Expr) or isinstance(call, Constant):
        return call
    return Guarded(value, condition, instead, call)


def complete(op: Operation, args: Sequence[Any], options: dict[str, Any]) -> tuple[Any, ...]:
    """A value for every parameter. Raises TypeError where one is missing."""
    op.parse()
    values = list(args)
    for p in op.params[len(args) :]:
        if p.name not in options and not p.has_default:
            raise TypeError(f"{op.name}() is missing {p.name!r}")
        values.append(options.get(p.name, p.default))
    return tuple(values)


def apply(op: Operation, args: tuple[Any, ...], results: Sequence[Tensor] | None = None) -> Any:
    """An operation on expressions: an expression, or a tuple of them where there are several results.

    ``results`` are its values where they are known already.
    """
    if results is None:
        made = without_history(op.call, *[value_of(a) for a in args])
        several = isinstance(made, tuple)
        results = list(made) if several else [made]
    else:
        several = bool(op.outputs) or len(results) > 1
    if not several:
        return _single(op, args, results[0])
    call = Call(op, args, list(results))
    return tuple(tidy_item(Item(call, k)) for k in range(len(results)))


def _single(op: Operation, args: tuple[Any, ...], result: Tensor) -> Expr:
    plain = all(is_default(a, p) for a, p in zip(args[2:], op.params[2:], strict=True))
    if op.spelling == "neg" and len(args) == 1:
        return tidy_operator(Operator("-", args, result))
    if len(args) >= 2:
        left, right = args[:2]
        if plain and op.spelling in INFIX:
            return tidy_operator(Operator(INFIX[op.spelling], (left, right), result))
        if plain and op.spelling in SWAPPED:
            return tidy_operator(Operator(SWAPPED[op.spelling], (right, left), result))
        if op.spelling in SUBSCRIPTS and isinstance(left, Expr):
            found = _subscript(left, dict(zip((p.name for p in op.params), args, strict=True)), result)
            if found is not None:
                return found
    return tidy_call(Call(op, args, [result]))


def _subscript(operand: Expr, args: dict[str, Any], result: Tensor) -> Expr | None:
    """``x[:, 1:3]`` for a range or an index of one dimension, ``x[i, j]`` for indices that are tensors."""
    index: tuple[Any, ...]
    if "indices" in args:
        index = tuple(slice(None) if i is None else i for i in args["indices"])
    else:
        at = args["index"] if "index" in args else slice(args["start"], args["end"], _no_one(args["step"]))
        index = (*(slice(None),) * (args["dim"] % operand.ndim), at)
    found = operand.tensor.array[tuple(i.tensor.array if isinstance(i, Expr) else i for i in index)]
    if found.shape != result.array.shape or not np.array_equal(found, result.array, equal_nan=found.dtype.kind in "fc"):
        return None
    if isinstance(operand, Constant):
        return Constant(result)
    return Subscript(operand, index, result)


def _no_one(step: int) -> int | None:
    return None if step == 1 else step


def is_default(value: Any, p: Param) -> bool:
    if isinstance(value, Expr) or not p.has_default:
        return False
    return value is p.default or (type(value) is type(p.default) and bool(value == p.default))


def total(left: Expr, right: Expr) -> Expr:
    """Accumulation: a sum whose negative terms are differences."""
    if isinstance(right, Operator) and right.symbol == "-" and len(right.operands) == 1:
        return operate("-", left, right.operands[0])
    return operate("+", left, right)
