"""What factors of one term say shorter together, or in one order."""

from __future__ import annotations

from fractions import Fraction

from .forms import Form, number
from .terms import Atom, Index, Key, Layout, Term, merged


def simplified(term: Term) -> Term:
    """``exp(u) / (exp(u) + 1)`` is ``sigmoid(u)``; what a symmetric matrix is transposed to is itself."""
    term = _in_one_order(term)
    for (atom, layout), e in term.factors.items():
        without = _without_mask(term, atom, layout) or _with_one_sign(term, atom, layout, e)
        if without is not None:
            return simplified(without)
        exponential = _one_more_than(atom)
        if exponential is None or e >= 0 or term.factors.get((exponential, layout)) != -e:
            continue
        rest = {k: x for k, x in term.factors.items() if k not in ((atom, layout), (exponential, layout))}
        new = (Atom(Form("call", ("sigmoid", ()), exponential.form.parts)), layout)
        return simplified(Term(term.c, merged([*rest.items(), (new, -e)]), term.out))
    return term


def is_symmetric(form: Form) -> bool:
    """Whether a matrix is its own transpose by the way it is written: ``X.T @ X``, and the inverse of such."""
    if form.kind == "call" and form.value == ("inv", ()):
        return is_symmetric(form.parts[0])
    if form.kind != "operator" or form.value != "@" or len(form.parts) != 2:
        return False
    left, right = form.parts
    return any(a.kind == "attribute" and a.value == "T" and a.parts[0] == b for a, b in ((left, right), (right, left)))


def _in_one_order(term: Term) -> Term:
    """With the indices of symmetric matrices in one order: the term's own first."""
    place = {i: k for k, i in enumerate(term.out) if i is not None}

    def order(i: Index | None) -> tuple[int, int]:
        return (-1, 0) if i is None else (place.get(i, len(place)), i.number)

    changed = False
    factors: list[tuple[Key, Fraction]] = []
    for (atom, layout), e in term.factors.items():
        if len(layout) == 2 and None not in layout and order(layout[0]) > order(layout[1]) and is_symmetric(atom.form):
            layout, changed = layout[::-1], True
        factors.append(((atom, layout), e))
    return Term(term.c, merged(factors), term.out) if changed else term


def _without_mask(term: Term, atom: Atom, layout: Layout) -> Term | None:
    """``relu(u)`` is 0 where ``u > 0`` doesn't hold: it needs no mask that says so."""
    if atom.form.kind != "call" or atom.form.value != ("relu", ()):
        return None
    mask = (Atom(Form("operator", ">", (atom.form.parts[0], number(0)))), layout)
    if mask not in term.factors:
        return None
    return Term(term.c, {k: x for k, x in term.factors.items() if k != mask}, term.out)


def _with_one_sign(term: Term, atom: Atom, layout: Layout, e: Fraction) -> Term | None:
    """``a - b`` and ``b - a`` in one product are powers of one of them."""
    form = atom.form
    if form.kind != "operator" or form.value != "-" or len(form.parts) != 2 or e.denominator != 1:
        return None
    turned = (Atom(Form("operator", "-", form.parts[::-1])), layout)
    if turned not in term.factors:
        return None
    rest = [(k, x) for k, x in term.factors.items() if k != (atom, layout)]
    return Term(term.c if e % 2 == 0 else -term.c, merged([*rest, (turned, e)]), term.out)


def _one_more_than(atom: Atom) -> Atom | None:
    """Of ``exp(u) + 1`` the exponential."""
    if atom.sum is None or len(atom.sum.terms) != 2:
        return None
    one, rest = sorted(atom.sum.terms, key=lambda t: len(t.factors))
    if one.factors or one.c != 1 or rest.c != 1 or len(rest.factors) != 1:
        return None
    ((inner, _), e), *_ = rest.factors.items()
    return inner if e == 1 and inner.form.kind == "call" and inner.form.value == ("exp", ()) else None
