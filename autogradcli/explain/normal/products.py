"""How forms are multiplied, divided, chosen and averaged: the words of which terms are made."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from .forms import Form, binary, call, method, number, product, quotient, word
from .terms import COMPARISONS, Layout

#: (a form, the power to which it is raised)
Powers = list[tuple[Form, Fraction]]


class Style:
    """``cast`` is the method that gives a number the dtype of what is derived, where that isn't the default."""

    __slots__ = ("cast",)

    cast: str

    def __init__(self) -> None:
        self.cast = ""


style = Style()


def elementwise(top: Sequence[Form], bottom: Sequence[Form]) -> Form:
    """A product of forms. A comparison among them chooses: ``where(x > 0, y, 0.)``."""
    masks = [f for f in top if is_mask(f)]
    top = sorted((f for f in top if not is_mask(f)), key=rank)
    if not masks:
        return joined(top, sorted(bottom, key=rank))
    condition = masks[0]
    for mask in masks[1:]:
        condition = binary("&", condition, mask)
    if top or bottom:
        return call("where", condition, joined(top, sorted(bottom, key=rank)), word("0."))
    chosen = call("where", condition, word("1."), word("0."))
    return method(chosen, style.cast) if style.cast else chosen


def is_mask(form: Form) -> bool:
    return form.kind == "operator" and form.value in COMPARISONS


def rank(form: Form) -> tuple[bool, bool, int, str]:
    """The order of factors: names, functions, sums; the short ones first."""
    words = str(form)
    is_sum = form.kind == "operator" and form.value in ("+", "-")
    return (is_sum or len(words) > 8, form.ops > 0, len(words), words)


def raised(form: Form, e: Fraction) -> Form:
    if e == 1:
        return form
    if e == Fraction(1, 2):
        return call("sqrt", form)
    exponent = number(e) if e.denominator == 1 else number(float(e))
    return binary("**", form, exponent)


def split(powers: Powers) -> tuple[list[Form], list[Form]]:
    """Numerators and denominators, each in the order of reading."""
    top = sorted((raised(f, e) for f, e in powers if e > 0), key=rank)
    bottom = sorted((raised(f, -e) for f, e in powers if e < 0), key=rank)
    return top, bottom


def joined(top: list[Form], bottom: list[Form]) -> Form:
    """``2 * A @ x / 3``: a matrix product after the numbers, which needs no parentheses then."""
    products = [f for f in top if is_matmul(f)]
    rest = [f for f in top if not is_matmul(f)]
    if len(products) == 1 and all(f.kind == "number" for f in rest):
        form = products[0]
        for f in reversed(rest):
            form = _scaled_matmul(f, form)
        return binary("/", form, product(bottom)) if bottom else form
    return quotient(top, bottom)


def _scaled_matmul(factor: Form, form: Form) -> Form:
    """``2 * A @ B``: the number goes to the first factor."""
    left, right = form.parts
    inner = _scaled_matmul(factor, left) if is_matmul(left) else binary("*", factor, left)
    return binary("@", inner, right)


def is_matmul(form: Form) -> bool:
    return form.kind == "operator" and form.value == "@"


def mean_of(form: Form, *dims: Form) -> Form:
    """``form.mean(dims)``; the mean of the squares of what is centred is the variance."""
    if form.kind == "operator" and form.value == "**" and form.parts[1] == number(2):
        base = form.parts[0]
        if base.kind == "operator" and base.value == "-" and len(base.parts) == 2:
            x, m = base.parts
            if m.kind == "method" and m.value[0] == "mean" and m.parts[0] == x and m.parts[1 : 1 + len(dims)] == dims:
                return method(x, "var", *dims, correction=number(0))
    return method(form, "mean", *dims)


def squeezed(form: Form, layout: Layout) -> Form:
    """A form without its dimensions of size 1."""
    if None not in layout:
        return form
    if form.kind == "method" and form.value[1][-1:] == ("keepdim",) and form.value[0] in ("sum", "mean", "var", "std"):
        return Form("method", (form.value[0], form.value[1][:-1]), form.parts[:-1])
    if form.kind == "call" and form.value[0] == "unsqueeze":
        return form.parts[0]
    if len(layout) == 2 and layout[0] is not None:
        return Form("subscript", (":", "0"), (form,))
    if len(layout) == 2 and layout[1] is not None:
        return Form("subscript", ("0",), (form,))
    return method(form, "squeeze")


def unsqueezed(form: Form, dim: int, rank_of: int) -> Form:
    """A vector as a column, and the like; what was summed over the last dimension keeps it."""
    reduced = form.kind == "method" and form.value in (("sum", ()), ("mean", ())) and form.parts[1:] == (number(1),)
    if reduced and rank_of == 1 == dim:
        return Form("method", (form.value[0], ("keepdim",)), (*form.parts, word("True")))
    return call("unsqueeze", form, number(dim))
