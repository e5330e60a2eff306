"""What holds beside a formula: for which variables, and no more of it than a reader needs.

A rule's guard makes a part of a gradient 0 where it has no value. Where that part is a factor of the whole, or of
each of its terms, the gradient is 0 there; else these terms are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .expression import Call, Expr, Guarded, Operator
from .normal.forms import Form, word
from .simplify import uniform


class Condition(NamedTuple):
    """Where the gradients of some variables are 0, whatever their formulas say; or, if not ``whole``, those terms of
    them that have no value there."""

    text: str
    variables: tuple[str, ...]
    whole: bool = True


class Beside(NamedTuple):
    """What holds beside one formula, and what of it makes the whole formula 0."""

    all: Sequence[Form]
    whole: frozenset[Form]


NOTHING = Beside((), frozenset())


def conditions_of(found: Mapping[str, Beside], where: Iterable[tuple[str, Form]] = ()) -> list[Condition]:
    """The conditions of each variable in terms of the names of ``where``, without those that another of the same
    variable implies."""
    of: dict[tuple[Form, bool], list[str]] = {}
    for name, beside in found.items():
        for form in _weakest(beside):
            of.setdefault((form, form in beside.whole), []).append(name)
    made = []
    for (form, whole), names in of.items():
        for name, meaning in where:
            form = form.replaced(meaning, word(name))
        made.append(Condition(str(form), tuple(names), whole))
    return made


def _weakest(beside: Beside) -> list[Form]:
    """Where ``a & b`` holds ``a`` does: it is 0 there already."""
    forms = list(dict.fromkeys(beside.all))
    parts = {form: _joined(form) for form in forms}
    for form in forms:
        if form not in beside.whole and any(parts[form] < parts[other] for other in beside.whole):
            return forms  # the terms that one makes 0 are others than those of the other
    return [form for form in forms if not any(o is not form and parts[o] < parts[form] for o in forms)]


def _joined(form: Form) -> frozenset[Form]:
    """The conditions that all hold where this one does."""
    if form.kind == "operator" and form.value == "&":
        return _joined(form.parts[0]) | _joined(form.parts[1])
    return frozenset({form})


#: Operations that give 0 for 0, with each element of the result from the one in its place.
_IN_PLACE = frozenset({"neg", "conj", "clone", "cast", "to_dtype", "real"})
#: Of two factors: 0 where one of them is.
_PRODUCTS = frozenset({"*", "@"})

_Zeros = frozenset[tuple[Form, bool]]
_NEVER: _Zeros = frozenset()


def zero_where(root: Expr, form: Callable[[Any], Form]) -> frozenset[Form]:
    """The conditions under which the whole of an expression is 0. ``form`` says a condition as text."""
    done: dict[int, _Zeros] = {}
    stack: list[tuple[Expr, bool]] = [(root, False)]
    while stack:
        e, ready = stack.pop()
        if id(e) in done:
            continue
        parts = _looked_into(e)
        if not ready:
            stack.append((e, True))
            stack += [(p, False) for p in parts]
            continue
        done[id(e)] = _zeros(e, [done[id(p)] for p in parts], form)
    return frozenset(condition for condition, _ in done[id(root)])


def _looked_into(e: Expr) -> list[Expr]:
    if isinstance(e, Guarded):
        return [e.value]
    if isinstance(e, Operator):
        operands = e.operands[:1] if e.symbol in ("/", "**") else e.operands
        return [p for p in operands if isinstance(p, Expr)] if e.symbol in ("+", "-", "*", "@", "/") else []
    if isinstance(e, Call):
        if e.op.name in ("where", "masked_fill"):
            return [p for p in (e.args[:1] if e.op.name == "masked_fill" else e.args[1:]) if isinstance(p, Expr)]
        if e.op.name in _IN_PLACE or e.op.indices is not None or e.op.view == "single" or e.op.name == "reshape":
            return [p for p in e.args if isinstance(p, Expr)]
    return []


def _zeros(e: Expr, parts: Sequence[_Zeros], form: Callable[[Any], Form]) -> _Zeros:
    """Pairs of a condition and whether it is of single elements."""
    if isinstance(e, Guarded):
        nothing = uniform(e.instead) == 0 or (not isinstance(e.instead, Expr) and e.instead == 0)
        return parts[0] | _guard(e.condition, form) if nothing else parts[0]
    if isinstance(e, Operator):
        if e.symbol in _PRODUCTS:
            joined = _NEVER.union(*parts)
            return joined if e.symbol == "*" else _whole(joined)
        if e.symbol in ("+", "-") and len(parts) == len(e.operands):
            return parts[0].intersection(*parts[1:])
        return parts[0] if e.symbol == "/" and parts else _NEVER
    if isinstance(e, Call):
        if e.op.name == "masked_fill":
            return parts[0] | _guard(e.args[1], form) if uniform(e.args[2]) == 0 else _NEVER
        if e.op.name == "where":
            chosen, other = e.args[1:]
            if uniform(chosen) == 0:
                return (parts[-1] if isinstance(other, Expr) else _NEVER) | _guard(e.args[0], form)
            return parts[0] if uniform(other) == 0 and parts else _NEVER
        if parts:
            joined = _NEVER.union(*parts)
            return joined if e.op.name in _IN_PLACE else _whole(joined)
    return _NEVER


def _whole(found: _Zeros) -> _Zeros:
    """What is left when elements are moved or added: conditions that hold for all of them together."""
    return frozenset((condition, single) for condition, single in found if not single)


def _guard(condition: Any, form: Callable[[Any], Form]) -> _Zeros:
    return frozenset({(form(condition), condition.tensor.array.size > 1)}) if isinstance(condition, Expr) else _NEVER
