"""Where a gradient that is not a number began: the operation, the element, and what met there.

Going back from the result, the first operation that is given numbers and gives NaN is the one to look at; all below it
only pass the NaN on. The usual story is a branch that was not taken:

    where(x > 0, sqrt(x), 0.)  at x = 0       ``where`` sends 0 to the branch, the derivative of sqrt there is
                                              infinite, and 0 * inf is NaN
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from ..engine.node import Node, Output, index_of, node_of
from .derivation import History, NoFormula, gradients, operands
from .expression import Expr
from .expression_text import text_of
from .formula import total
from .normal.forms import TooLong
from .spelling import Unspeakable

#: A text longer than this says less than the operation's name.
_LONGEST = 60


def origin_of_nan(
    compute: Callable[[Mapping[str, Any]], Any],
    variables: Mapping[str, Any],
    gradient: Any = None,
    constant: Collection[str] = (),
    spoken: Callable[[str], str] = str,
) -> str | None:
    """A sentence about where the first NaN comes from; None where no gradient is NaN, or nobody can tell.

    ``compute``, ``variables``, ``gradient`` and ``constant`` are as for ``derive``; ``spoken`` gives texts the names
    that things really have.
    """
    search = _Search(variables, spoken)
    with np.errstate(all="ignore"):
        try:
            gradients(compute, variables, None if gradient is None else (gradient,), search, constant=constant)
        except NoFormula:
            pass  # what was seen before that still counts
    return search.found


class _Search(History):
    __slots__ = ("found", "spoken", "taken")

    def __init__(self, variables: Mapping[str, Any], spoken: Callable[[str], str]) -> None:
        super().__init__()
        self.spoken = spoken
        self.found: str | None = None
        self.taken = frozenset(variables)

    def _step(self, node: Node, arrived: list[Expr | None]) -> list[Expr | None]:
        given = super()._step(node, arrived)
        if self.found is None and not any(map(_has_nan, arrived)) and any(map(_has_nan, given)):
            self.found = self._sentence(node, arrived, given)
        return given

    def _met(self, sofar: Expr, g: Expr, edge: Node | Output) -> None:
        made = total(sofar, g)
        if self.found is not None or _has_nan(sofar) or _has_nan(g) or not _has_nan(made):
            return
        array = made.tensor.array
        at = np.unravel_index(int(np.argmax(np.isnan(array))), array.shape)
        value = self._by_node.get((node, index_of(edge))) if (node := node_of(edge)) is not None else None
        name = self._text(value)
        text = f"NaN begins where branches meet{f' in the gradient of {name}' if name else ''}"
        if array.ndim:
            text += f" at element {[int(n) for n in at]}"
        self.found = f"{text}: {_number(sofar, at)} + {_number(g, at)}"

    def _sentence(self, node: Node, arrived: Sequence[Expr | None], given: Sequence[Expr | None]) -> str:
        op, args, results = self._entries[node]
        k, bad = next((k, g.tensor.array) for k, g in enumerate(given) if g is not None and _has_nan(g))
        operand = operands(op, args)[k][0]
        name = self._text(results[0]) or f"{op.spelling or op.name}(...)"
        text = f"NaN begins in the derivative of {name}"
        at = np.unravel_index(int(np.argmax(np.isnan(bad))), bad.shape)
        if bad.ndim:
            text += f" at element {[int(n) for n in at]}"
        facts = []
        if operand.shape == bad.shape and (inside := self._text(operand)) and inside != name:
            facts.append(f"{inside} is {_number(operand, at)}")
        alike = len(results) == 1 and results[0].shape == bad.shape
        if alike:
            facts.append(f"the value is {_number(results[0], at)}")
        g = arrived[0]
        zero = False
        if alike and g is not None and g.shape == bad.shape:
            facts.append(f"the gradient that arrives is {_number(g, at)}")
            zero = not g.tensor.array[at]
        if facts:
            text += ", where " + (", ".join(facts[:-1]) + " and " if facts[1:] else "") + facts[-1]
        if zero:
            text += "; 0 * inf and 0 * NaN are NaN: where the result isn't used, give the function a harmless input"
        return text

    def _text(self, expression: Any) -> str:
        """An expression as text, "" for one that is too long or can't be said."""
        if not isinstance(expression, Expr):
            return ""
        try:
            text = text_of(expression, self.taken)
        except (TooLong, Unspeakable):
            return ""
        text = self.spoken(text)
        return text if len(text) <= _LONGEST else ""


def _has_nan(expression: Expr | None) -> bool:
    if expression is None:
        return False
    array = expression.tensor.array
    return array.dtype.kind in "fc" and bool(np.isnan(array).any())


def _number(expression: Expr, at: tuple[Any, ...]) -> str:
    value = expression.tensor.array[at].item()
    return f"{value:.6g}" if isinstance(value, float) else str(value)
