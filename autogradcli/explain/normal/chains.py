"""One term as matrix text: which factors are multiplied elementwise, which by ``@``, what is summed, what transposed.

The factors that summed indices join form a small network. It is contracted pair by pair, the cheapest and most usual
first: a matrix by a vector, a dot product, two matrices, the sum of an elementwise product. What no such chain says is
written as ``einsum``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from .forms import Form, binary, call, method, negative, number, product, shape, transposed
from .network import component, scalar
from .products import Powers, elementwise, is_mask, is_matmul, joined, mean_of, rank, split, squeezed, unsqueezed
from .terms import ONE, Coefficient, Factors, Index, Key, Layout, NotSaid, Term, components, magnitude


class Piece:
    """A form with the index of each of its dimensions, as numerators and denominators of an elementwise product."""

    __slots__ = ("bottom", "layout", "top")

    def __init__(self, layout: Layout, top: Sequence[Form], bottom: Sequence[Form] = ()) -> None:
        self.layout = layout
        self.top = list(top)
        self.bottom = list(bottom)

    @property
    def own(self) -> tuple[Index, ...]:
        return tuple(i for i in self.layout if i is not None)

    @property
    def form(self) -> Form:
        return elementwise(self.top, self.bottom)


def term_form(term: Term, like: Form | None = None, whole: bool = False) -> Form:
    """A term as text.

    ``whole``: the text has the term's shape, not only one that broadcasts to it; ``like`` is a variable of that shape.
    """
    c, top, bottom, covered = _parts(term)
    form = _with_coefficient(c, top, bottom)
    if whole and term.out != covered:
        return _grown(form, term, like)
    return form


def dimensions(term: Term) -> int:
    """How many dimensions a term's text has; what it lacks in front of them is of size 1."""
    return len(_parts(term)[3])


def _grown(form: Form, term: Term, like: Form | None) -> Form:
    """A form that broadcasts to the term's shape as one that has it."""
    sizes = [1 if i is None else i.size for i in term.out]
    if not sizes:
        return form
    if not term.factors:  # a number in all places
        if like is not None:
            return call("ones_like", like) if term.c == 1 else call("full_like", like, number(term.c))
        return call("ones", shape(sizes)) if term.c == 1 else call("full", shape(sizes), number(term.c))
    if like is not None:
        return method(form, "expand_as", like)
    return method(form, "expand", *(number(n) for n in sizes))


def _with_coefficient(c: Coefficient, top: list[Form], bottom: list[Form]) -> Form:
    minus = c < 0
    c = magnitude(c)
    if not isinstance(c, Fraction):
        root = Fraction(c * c).limit_denominator(100)
        if root and abs(math.sqrt(root) - c) < 1e-7 * c and root != 1:
            c = ONE
            if root.numerator != 1:
                top = [call("sqrt", number(root.numerator)), *top]
            if root.denominator != 1:
                bottom = [call("sqrt", number(root.denominator)), *bottom]
    if isinstance(c, Fraction):
        if c.denominator == 1:
            if c != 1 or not top:
                top = [number(c), *top]
        elif c.numerator != 1 and _is_decimal(c):  # 0.75 * x, but x / 2
            top = [number(float(c)), *top]
        else:
            if c.numerator != 1 or not top:
                top = [number(c.numerator), *top]
            bottom = [number(c.denominator), *bottom]
    elif c != 1 or not top:
        top = [number(c), *top]
    masks = [f for f in top if is_mask(f)]
    if masks:
        numbers = [f for f in top if f.kind == "number"]
        fixed = [f for f in bottom if f.kind == "number"]
        inner = elementwise([f for f in top if f not in numbers], [f for f in bottom if f not in fixed])
        form = joined([*numbers, inner], fixed)
    else:
        form = joined(top, bottom)
    return negative(form) if minus else form


def _is_decimal(c: Fraction) -> bool:
    """Whether a fraction is a short decimal number."""
    rest = c.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1 and c.denominator <= 1_000_000


# -- the parts of a term ------------------------------------------------------------------------------------


def _parts(term: Term) -> tuple[Coefficient, list[Form], list[Form], Layout]:
    """The coefficient, numerators and denominators over the term's own indices, and the layout of their product."""
    out, c = term.out, term.c
    numbers: Powers = []
    pieces: list[Piece] = []
    for keys, summed in _with_masks(components(term)):
        part = {key: term.factors[key] for key in keys}
        own = {i for _, layout in keys for i in layout if i is not None and i not in summed}
        (atom, layout), e = next(iter(part.items()))
        if not own and summed:
            numbers.append((scalar(part)[0], ONE))
        elif not own:
            form = atom.form
            if e == 1 and atom.size > 1 and isinstance(c, Fraction) and c.denominator % atom.size == 0:
                form, c = mean_of(form.parts[0]), c * atom.size
            numbers.append((form if len(layout) <= len(out) else method(form, "squeeze"), e))
        elif summed:
            averaged = set()
            for i in _averageable(part, summed):
                if isinstance(c, Fraction) and c.denominator % i.size == 0:
                    averaged.add(i)
                    c = c * i.size
            layout, form = component(part, tuple(i for i in out if i in own), frozenset(averaged))
            pieces.append(Piece(layout, [form]))
        elif len(layout) == 2 and layout[0] is layout[1]:
            pieces.append(Piece(layout[:1], *split([(call("diagonal", atom.form), e)])))
        else:
            pieces.append(Piece(layout, *split([(atom.form, e)])))
    top, bottom = split(numbers)
    pieces = _merged_pieces(pieces)
    if len(out) == 2 and None not in out and pieces:
        found = _diagonal(pieces, out) or _outer(pieces, out)
        if found is not None:
            return c, [*top, found], bottom, out
    covered: list[Index | None] = [None] * len(out)
    depth = 0
    tops: list[Form] = []
    bottoms: list[Form] = []
    for piece in pieces:
        for forms, into in ((piece.top, tops), (piece.bottom, bottoms)):
            if not forms:
                continue
            chosen = len(forms) > 1 and any(map(is_mask, forms))
            inner = elementwise(forms, []) if chosen else product(sorted(forms, key=rank))
            form, placed = fitted(inner, piece.layout, out)
            into.append(form)
            depth = max(depth, len(placed))
            for k, at in enumerate(placed, len(out) - len(placed)):
                covered[k] = covered[k] or at
    return c, [*top, *_flat(tops)], [*bottom, *bottoms], tuple(covered[len(out) - depth :]) if depth else ()


def _with_masks(groups: list[tuple[list[Key], set[Index]]]) -> list[tuple[list[Key], set[Index]]]:
    """A mask over i and j, of which one is summed over, takes the vectors over the other into its component."""
    for keys, summed in groups:
        if not summed:
            continue
        for masked in [layout for atom, layout in keys if atom.is_mask]:
            for group in [g for g in groups if not g[1]]:
                own = {i for i in group[0][0][1] if i is not None}
                if len(own) == 1 and own < set(masked) and not group[0][0][0].is_mask:
                    keys += group[0]
                    groups = [g for g in groups if g is not group]
    return groups


def _averageable(part: Factors, summed: set[Index]) -> list[Index]:
    """The indices that are summed by ``.sum(dim)``, not by a product of matrices."""
    found = []
    for i in sorted(summed, key=lambda i: i.number):
        sets = {frozenset(la) - {None} for _, la in part if i in la}
        if len(sets) == 1 and len(next(iter(sets))) > 1:
            found.append(i)
    return found


def _flat(forms: list[Form]) -> list[Form]:
    """Products among factors opened, so that all can be put in order."""
    flat: list[Form] = []
    for form in forms:
        while form.kind == "operator" and form.value == "*" and len(form.parts) == 2:
            flat.append(form.parts[1])
            form = form.parts[0]
        flat.append(form)
    matrices = [f for f in flat if is_matmul(f)]
    return [*sorted((f for f in flat if not is_matmul(f)), key=rank), *matrices]


def _merged_pieces(pieces: list[Piece]) -> list[Piece]:
    found: dict[Layout, Piece] = {}
    for piece in pieces:
        if piece.layout in found:
            found[piece.layout].top += piece.top
            found[piece.layout].bottom += piece.bottom
        else:
            found[piece.layout] = piece
    return list(found.values())


def _diagonal(pieces: list[Piece], out: Layout) -> Form | None:
    """``diag(u)`` for a vector times the identity matrix."""
    identity = next((p for p in pieces if len(p.own) == 2 and p.top and not p.bottom and _is_eye(p.top[0])), None)
    if identity is None or len(identity.top) != 1:
        return None
    others = [p for p in pieces if p is not identity]
    if not others or any(len(p.own) != 1 for p in others):
        return None
    top = [squeezed(f, p.layout) for p in others for f in p.top]
    return call("diag", elementwise(top, [squeezed(f, p.layout) for p in others for f in p.bottom]))


def _is_eye(form: Form) -> bool:
    return form.kind == "call" and form.value == ("eye", ())


def _outer(pieces: list[Piece], out: Layout) -> Form | None:
    """``outer(u, v)`` where each piece is on one of two indices, and both have one; of columns ``u @ v.T``."""
    sides: list[list[Piece]] = [[], []]
    for piece in pieces:
        if len(piece.own) != 1:
            return None
        sides[0 if piece.own[0] is out[0] else 1].append(piece)
    if not all(any(p.top for p in side) for side in sides):
        return None
    if all(len(side) == 1 and side[0].layout == (side[0].own[0], None) for side in sides):
        return binary("@", sides[0][0].form, transposed(sides[1][0].form))
    forms = []
    for side in sides:
        top = [squeezed(f, p.layout) for p in side for f in p.top]
        forms.append(elementwise(top, [squeezed(f, p.layout) for p in side for f in p.bottom]))
    return call("outer", *forms)


def fitted(form: Form, layout: Layout, out: Layout) -> tuple[Form, Layout]:
    """A form that broadcasts to ``out``, and its layout."""

    def aligned() -> bool:
        skip = len(out) - len(layout)
        return skip >= 0 and all(i is None or out[skip + k] is i for k, i in enumerate(layout))

    if aligned():
        return form, layout
    if is_mask(form):  # what is made of a comparison of booleans would no longer be known for one
        form = elementwise([form], [])
    form, layout = squeezed(form, layout), tuple(i for i in layout if i is not None)
    if aligned():
        return form, layout
    place: dict[Index | None, int] = {i: k for k, i in enumerate(out) if i is not None}
    if any(i not in place for i in layout):
        raise NotSaid
    order = sorted(range(len(layout)), key=lambda k: place[layout[k]])
    if order != list(range(len(layout))):
        form = transposed(form) if len(layout) == 2 else method(form, "permute", *(number(k) for k in order))
        layout = tuple(layout[k] for k in order)
        if aligned():
            return form, layout
    first = place[layout[0]]
    for k in range(first + 1, len(out)):
        if out[k] is None or out[k] not in layout:
            form = unsqueezed(form, k - first, len(layout))
            layout = (*layout[: k - first], None, *layout[k - first :])
    return form, layout
