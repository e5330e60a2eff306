"""Expressions: what a formula is made of, each with the value that it has at the point where it was derived.

    Name        a variable: ``x``
    Constant    a tensor that depends on no variable
    Operator    Python's operators by their symbols: ``+ - * / ** @ < ...``, and ``neg``
    Subscript   ``x[0, 1:3]``
    Call        a declared operation applied to expressions, numbers, shapes, lists
    Item        one result of a call that has several
    Written     a call of a function of the language by its name
    Guarded     an expression that another stands for under a condition, which a formula doesn't show

They stand for tensors in derivative rules, so they have ``.shape``, ``.ndim``, ``.dtype`` and Python's operators. Trees
share subtrees; nothing changes an expression once it is made.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from ..engine.operation import Operation
from ..engine.state import state
from ..engine.tensor import Size, Tensor
from ..numerics.dtypes import DType
from ..operations.dims import contiguous_strides

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow,
    "@": operator.matmul, "//": operator.floordiv, "%": operator.mod, "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip


class Expr:
    """An expression for a tensor. ``tensor`` is its value: no history, never changed. ``simplify.py`` gives it Python's
    operators."""

    __slots__ = ("tensor",)

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor

    @property
    def parts(self) -> tuple[Any, ...]:
        """The operands: expressions, numbers and whatever else operations take."""
        return ()

    # -- what rules ask of a tensor ---------------------------------------------------------------------

    @property
    def shape(self) -> Size:
        return self.tensor.shape

    @property
    def ndim(self) -> int:
        return self.tensor.ndim

    @property
    def strides(self) -> tuple[int, ...]:
        """A formula doesn't tell how its values lie in memory: without gaps."""
        return contiguous_strides(self.shape)

    @property
    def dtype(self) -> DType:
        return self.tensor.dtype

    def __bool__(self) -> NoReturn:
        raise TypeError("a formula can't depend on a tensor's value")


class Name(Expr):
    __slots__ = ("name",)

    def __init__(self, name: str, tensor: Tensor) -> None:
        self.name = name
        self.tensor = tensor


class Constant(Expr):
    __slots__ = ()


class Operator(Expr):
    """``symbol`` is a key of OPERATORS; with one operand it is ``-`` or ``~``."""

    __slots__ = ("operands", "symbol")

    def __init__(self, symbol: str, operands: tuple[Any, ...], tensor: Tensor) -> None:
        self.symbol = symbol
        self.operands = operands
        self.tensor = tensor

    @property
    def parts(self) -> tuple[Any, ...]:
        return self.operands


class Subscript(Expr):
    __slots__ = ("index", "operand")

    def __init__(self, operand: Expr, index: tuple[int | slice | Expr, ...], tensor: Tensor) -> None:
        self.operand = operand
        self.index = index
        self.tensor = tensor

    @property
    def parts(self) -> tuple[Any, ...]:
        return (self.operand, *self.index)


class Call(Expr):
    """``args`` has a value for every parameter of the operation. Of several results ``tensor`` is the first.

    ``spoken`` is how the language says it, once that was asked for (``spelling.py``).
    """

    __slots__ = ("args", "op", "results", "spoken")

    def __init__(self, op: Operation, args: tuple[Any, ...], results: list[Tensor]) -> None:
        self.op = op
        self.args = args
        self.results = results
        self.spoken: Any = None
        self.tensor = results[0]

    @property
    def parts(self) -> tuple[Any, ...]:
        return self.args


class Item(Expr):
    __slots__ = ("call", "index")

    def __init__(self, call: Call, index: int) -> None:
        self.call = call
        self.index = index
        self.tensor = call.results[index]

    @property
    def parts(self) -> tuple[Any, ...]:
        return (self.call,)


class Written(Expr):
    """A user's function, ``name(arguments)``, with a keyword or "" for each argument; of a function that gives
    several tensors, the one at ``index``."""

    __slots__ = ("arguments", "index", "name")

    def __init__(
        self, name: str, arguments: Sequence[tuple[str, Any]], tensor: Tensor, index: int | None = None
    ) -> None:
        self.name = name
        self.arguments = tuple(arguments)
        self.tensor = tensor
        self.index = index

    @property
    def parts(self) -> tuple[Any, ...]:
        return tuple(value for _, value in self.arguments)


class Guarded(Expr):
    """``value``, but ``instead`` where ``condition`` holds. ``call`` is the operation that says so."""

    __slots__ = ("call", "condition", "instead", "value")

    def __init__(self, value: Expr, condition: Expr, instead: Any, call: Expr) -> None:
        self.value = value
        self.condition = condition
        self.instead = instead
        self.call = call
        self.tensor = call.tensor

    @property
    def parts(self) -> tuple[Any, ...]:
        return (self.call,)


def value_of(part: Any) -> Any:
    """The value of an operand: of an expression its tensor, of a list the values in it."""
    if isinstance(part, Expr):
        return part.tensor
    if isinstance(part, (list, tuple)) and any(isinstance(p, Expr) for p in part):
        return [value_of(p) for p in part]
    return part


def without_history(function: Callable[..., Any], *args: Any) -> Any:
    """Call a function of tensors on values, unrecorded and untraced."""
    grad, tape = state.grad, state.tape
    state.grad, state.tape = False, None
    state.refresh()
    try:
        return function(*args)
    finally:
        state.grad, state.tape = grad, tape
        state.refresh()


def expressions_in(parts: Sequence[Any]) -> list[Expr]:
    """The expressions among operands, and in lists of them."""
    found: list[Expr] = []
    for part in parts:
        if isinstance(part, Expr):
            found.append(part)
        elif isinstance(part, (list, tuple)):
            found += expressions_in(part)
    return found
