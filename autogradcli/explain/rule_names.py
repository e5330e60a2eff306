"""What the rules of derivatives are called on paper, told from the declarations of operations."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine.operation import Operation

#: Operations that no step is made for: signs, sums, casts, copies. Views are told by their declarations.
_SIMPLE = frozenset({"neg", "add", "sub", "rsub", "clone", "contiguous", "alias", "positive", "to", "cast", "reshape"})
#: What only scales where one of its operands is a constant.
_SCALING = frozenset({"mul", "div"})
_PRODUCTS = frozenset({"mm", "mv", "bmm", "matmul", "addmm", "linear", "einsum", "addmv", "baddbmm"})
_CHOICES = frozenset({"where", "maximum", "minimum", "max", "min", "amax", "amin", "relu", "clamp", "masked_fill"})


#: Functions that are their own derivatives, or that it reads better to say the derivative of by the argument.
WRITTEN_OUT = frozenset({"relu", "exp", "exp2", "sqrt", "rsqrt", "reciprocal", "pow"})


def rearranges(op: Operation) -> bool:
    """Whether the result has the same elements in another shape or order."""
    return op.view is not None or op.spelling == "reshape"


def adds_up(op: Operation) -> bool:
    return op.spelling in ("add", "sub", "rsub")


def is_simple(op: Operation, tracked: int) -> bool:
    """Whether an operation is part of the step around it. ``tracked``: operands that a gradient goes on to."""
    return (
        op.spelling in _SIMPLE
        or (op.view is not None and op.spelling not in ("select", "slice", "diagonal"))
        or (op.spelling in _SCALING and tracked < 2 and op.name != "reciprocal")
    )


def takes_in(outer: Operation, inner: Operation) -> bool:
    """Whether two operations have a rule together: the trace of a product."""
    return outer.spelling == "trace" and inner.spelling in _PRODUCTS


def rule_name(op: Operation, tracked: Sequence[str], inner: Sequence[Operation], same: bool) -> str:
    """The name of an operation's rule.

    ``tracked`` are the parameters that a gradient goes on to, ``inner`` the operations that are in its step, ``same``
    whether two of the operands are one and the same.
    """
    name = op.spelling
    if name in ("add", "sub", "rsub"):
        return "sum rule"
    if name == "mul":
        return "product rule" if len(tracked) > 1 else "constant factor"
    if name == "div":
        return "quotient rule" if op.params[1].name in tracked else "constant factor"
    if name == "neg":
        return "constant factor"
    if op.power is not None or (name == "pow" and op.params[1].name not in tracked):
        return "power rule"
    if name == "pow":
        return "exponential rule" if op.params[0].name not in tracked else "power and exponential rule"
    if name == "trace":
        return "trace of a product" if any(i.spelling in _PRODUCTS for i in inner) else "trace"
    if name == "dot":
        return "inner product"
    if name in _PRODUCTS:
        return "matrix product"
    if name in ("sum", "mean"):
        return name
    if name in _CHOICES:
        return f"derivative of {name}, piece by piece"
    if op.view is not None or name in _SIMPLE:
        return "rearrangement"
    if op.kind == "elementwise":
        return "chain rule"
    return f"derivative of {name}"
