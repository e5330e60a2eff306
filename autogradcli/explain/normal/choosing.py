"""A sum as text: of several ways to write it the one with the fewest operations.

The ways: as it stands; with a common factor or denominator outside; with the number outside; multiplied out; with a
shared matrix or vector outside (``A @ x + A.T @ x`` is ``(A + A.T) @ x``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import Any

from . import chains, terms
from .forms import MOST_OPERATIONS, Form, TooLong, binary, call, negative, number, shape, word
from .network import scalar
from .sums import broadcast, collected, common, content, expanded, is_unit, narrowed, used_dims, writers
from .terms import ONE, Atom, Index, Key, Layout, NotSaid, Sum, Term, fresh, merged, onto, renamed, signature, times

#: How deep the search for shorter forms goes.
_DEEPEST = 4
#: Pairs of terms that are looked at for one gradient before the plain way has to do.
_MOST_TRIED = 3_000


class Search:
    """What was found for the sums of one derivation, and how much looking is left."""

    __slots__ = ("found", "left")

    def __init__(self) -> None:
        self.found: dict[Any, tuple[int, Form]] = {}
        self.left = _MOST_TRIED


search = Search()


def begin() -> None:
    """Forget what was found for other derivations."""
    terms.begin()
    search.found = {}
    search.left = _MOST_TRIED


def sum_form(s: Sum, like: Form | None = None, whole: bool = False, depth: int = 0) -> Form:
    """The shortest text of a sum. ``whole`` and ``like`` as in ``chains.term_form``."""
    if len(s.terms) < 2:
        return _sum_form(s, like, whole, depth)
    key = (frozenset((signature(t), t.c) for t in s.terms), s.shape, like, whole)
    found = search.found.get(key)
    if found is not None and found[0] <= depth:
        return found[1]
    search.left -= len(s.terms) ** 2
    form = _sum_form(s, like, whole, depth if search.left > 0 else _DEEPEST)
    search.found[key] = depth, form
    return form


def _sum_form(s: Sum, like: Form | None, whole: bool, depth: int) -> Form:
    if len(s.shape) == 1 and s.terms and all(any(is_unit(atom) for atom, _ in t.factors) for t in s.terms):
        stacked = _stacked(s, depth)
        if stacked is not None:
            return stacked
    if not s.terms:
        if not whole or not s.shape:
            return number(0)
        return call("zeros_like", like) if like is not None else call("zeros", shape(s.shape))
    if len(s.terms) == 1:
        form = chains.term_form(s.terms[0], like, whole)
        opened = expanded(s) if depth < _DEEPEST else None
        return form if opened is None else min(form, sum_form(opened, like, whole, depth + 1), key=lambda f: f.order)
    if len(s.terms) == 2:
        odds = _log_odds(s)
        if odds is not None:
            return sum_form(odds, like, whole, depth)
    tries: list[Callable[[], Form]] = [lambda: _plain(s, like, whole)]
    if depth < _DEEPEST:
        tries += _other_ways(s, like, whole, depth)
    ways: list[Form] = []
    for attempt in tries:
        try:
            ways.append(attempt())
        except TooLong:  # another may be shorter
            continue
    if not ways:
        raise TooLong(f"the formula has more than {MOST_OPERATIONS} operations")
    return min(ways, key=lambda f: f.order)


def _other_ways(s: Sum, like: Form | None, whole: bool, depth: int) -> Iterator[Callable[[], Form]]:
    """What may be shorter than term by term."""
    for denominators in (False, True):
        found = common(s, denominators)
        if found is None:
            continue
        outer, rest = found
        for inner in (rest, expanded(rest)):
            if inner is not None and inner.terms:
                yield partial(_factored, outer, inner, like, whole, depth)
    c, rest = content(s)
    if abs(c) != 1:
        yield partial(_factored, Term(c, {}, fresh(s.shape)), rest, like, whole, depth)
    multiplied_out = expanded(s)
    if multiplied_out is not None:
        yield partial(sum_form, multiplied_out, like, whole, depth + 1)
    for form in _shared(s, like, whole, depth):
        yield partial(_same, form)


def _same(form: Form) -> Form:
    return form


def _stacked(s: Sum, depth: int) -> Form | None:
    """Elements of a vector, each with a formula of its own."""
    (size,) = s.shape
    at: dict[int, list[Term]] = {}
    for t in s.terms:
        units = [key for key in t.factors if is_unit(key[0])]
        if len(units) != 1 or t.factors[units[0]] != 1:
            return None
        rest = {key: e for key, e in t.factors.items() if key != units[0]}
        if any(i is not None for _, layout in rest for i in layout):
            return None
        at.setdefault(int(units[0][0].form.value[0]), []).append(Term(t.c, rest, ()))
    elements = []
    for k in range(size):
        form = sum_form(collected((), at.get(k, [])), depth=depth + 1)
        elements.append(call("tensor", word(f"{float(form.value)!r}")) if form.kind == "number" else form)
    return call("stack", Form("list", None, tuple(elements)))


def _log_odds(s: Sum) -> Sum | None:
    """``log(1 - sigmoid(u)) - log(sigmoid(u))`` is ``-u``."""
    out = fresh(s.shape)
    for a, b in ((s.terms[0], s.terms[1]), (s.terms[1], s.terms[0])):
        a, b = onto(a, out), onto(b, out)
        if a.c != -b.c:
            continue
        own = {key: e for key, e in a.factors.items() if b.factors.get(key) != e}
        other = {key: e for key, e in b.factors.items() if a.factors.get(key) != e}
        if len(own) != 1 or len(other) != 1:
            continue
        (first, layout), (second, at) = *own, *other
        if layout != at or own[first, layout] != 1 or other[second, at] != 1:
            continue
        p = second.form.parts[0] if second.form.kind == "call" and second.form.value == ("log", ()) else None
        if p is None or p.kind != "call" or p.value != ("sigmoid", ()):
            continue
        if first.form == call("log", binary("-", number(1), p)):
            shared = [item for item in a.factors.items() if item[0] != (first, layout)]
            inner = p.parts[0]
            return Sum(s.shape, [Term(-a.c, merged([*shared, ((Atom(inner), layout), ONE)]), out)])
    return None


def _ordered(s: Sum) -> list[Term]:
    """Higher degrees first; a positive term before all."""
    found = sorted(s.terms, key=lambda t: (-t.degree, signature(t)))
    if found[0].c < 0:
        positive = next((t for t in found if t.c > 0), None)
        if positive is not None:
            found.remove(positive)
            found.insert(0, positive)
    return found


def _plain(s: Sum, like: Form | None, whole: bool) -> Form:
    """Term by term. One of them has the whole shape, if it must be there and none has it by itself."""
    out = fresh(s.shape)
    given = [onto(t, out) for t in _ordered(s)]
    needs = whole and not any(
        all(i is None or i in t.indices for i in out) and chains.dimensions(t) == len(out) for t in given
    )
    form: Form | None = None
    for k, t in enumerate(given):
        mine = chains.term_form(t.scaled(-1) if t.c < 0 else t, like, needs and k == 0)
        if form is None:
            form = negative(mine) if t.c < 0 else mine
        else:
            form = binary("-" if t.c < 0 else "+", form, mine)
    assert form is not None
    return form


def _factored(outer: Term, rest: Sum, like: Form | None, whole: bool, depth: int) -> Form:
    if len(rest.terms) == 1:
        return chains.term_form(times(outer, rest.terms[0]), like, whole)
    c, rest = content(rest)
    dims = used_dims(rest)
    if len(dims) < len(rest.shape):
        rest = narrowed(rest, dims)
    inner = sum_form(rest, depth=depth + 1)
    factors = merged(chain(outer.factors.items(), [((Atom(inner, rest), tuple(outer.out[k] for k in dims)), ONE)]))
    return chains.term_form(Term(outer.c * c, factors, outer.out), like, whole)


def _shared(s: Sum, like: Form | None, whole: bool, depth: int) -> list[Form]:
    """With a factor outside that several terms contract: A_ij x_j + A_ji x_j, X_ki u_k + X_ki v_k."""
    ways: list[Form] = []
    tried: set[tuple[Atom, int]] = set()
    for first, (atom, layout), e in ((t, *item) for t in s.terms[:-1] for item in t.factors.items()):
        mine = [i for i in layout if i in first.summed]
        if e != 1 or len(mine) != 1 or len(layout) > 2 or None in layout:
            continue
        if any(i not in first.out for i in layout if i is not mine[0]):
            continue
        role = (atom, layout.index(mine[0]))
        if role in tried:
            continue
        tried.add(role)
        try:
            found = _with_shared(s, *role, first, depth)
            if found is not None:
                ways.append(
                    sum_form(found, like, whole, depth + 1)
                    if len(found.terms) > 1
                    else chains.term_form(found.terms[0], like, whole)
                )
        except NotSaid:
            continue
    return ways


def _with_shared(s: Sum, atom: Atom, at: int, first: Term, depth: int) -> Sum | None:
    layout = next(
        la
        for (a, la), e in first.factors.items()
        if a == atom and e == 1 and la[at] in first.summed and all(k == at or i in first.out for k, i in enumerate(la))
    )
    role = tuple(None if k == at else first.out.index(i) for k, i in enumerate(layout))
    out = fresh(s.shape)
    own = layout[at]
    assert own is not None  # it is summed over
    shared = Index(own.size)
    inside: list[Term] = []
    left: list[Term] = []
    for t in (onto(t, out) for t in s.terms):
        hit = _use_of(t, atom, role, at, out)
        if hit is None:
            left.append(t)
            continue
        factors = {key: e for key, e in t.factors.items() if key != hit}
        theirs = hit[1][at]
        assert theirs is not None  # it is summed over there too
        inside.append(renamed(Term(t.c, factors, out), {theirs: shared}))
    if len(inside) < 2:
        return None
    keep = (*(i for i in out if i is not None and any(i in t.indices for t in inside)), shared)
    if len(keep) > 2:
        return None
    rest = collected([i.size for i in keep], [Term(t.c, t.factors, keep) for t in inside])
    outer = common(rest, False)
    if outer is not None:
        rest = outer[1]
    c, rest = content(rest)
    dims = used_dims(rest)
    rest = narrowed(rest, dims)
    multiplied_out = expanded(rest)
    forms = [sum_form(x, depth=depth + 1) for x in (rest, multiplied_out) if x is not None and x.terms]
    form = min(forms, key=lambda f: f.order)
    factors = {
        (Atom(form, rest), tuple(keep[k] for k in dims)): ONE,
        (atom, tuple(shared if r is None else out[r] for r in role)): ONE,
    }
    term = Term(c, factors, out)
    if outer is not None:
        over = onto(outer[0], keep)
        term = Term(term.c * over.c, merged(chain(term.factors.items(), over.factors.items())), out)
    return collected(s.shape, [term, *left])


def _use_of(t: Term, atom: Atom, role: tuple[int | None, ...], at: int, out: Layout) -> Key | None:
    """Where a term has this atom in this role: its summed index at one place, the same of its own at the other."""
    summed = t.summed
    for key, e in t.factors.items():
        if key[0] != atom or e != 1 or len(key[1]) != len(role) or key[1][at] not in summed:
            continue
        if all(r is None or key[1][k] is out[r] for k, r in enumerate(role)):
            return key
    return None


def formula(s: Sum, like: Form | None = None) -> Form:
    """The text of a gradient that has the shape of ``like``."""
    return sum_form(broadcast(s, s.shape), like, whole=True)


writers.scalar = scalar
writers.sum = sum_form
