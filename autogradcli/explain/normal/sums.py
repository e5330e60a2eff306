"""The algebra of sums: adding and collecting, products, powers, contractions, and taking out what is common."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import chain
from typing import Any

from .forms import Form, TooLong, number
from .identities import simplified
from .terms import (
    ONE,
    Atom,
    Coefficient,
    Factors,
    Index,
    Key,
    Layout,
    NotSaid,
    Sum,
    Term,
    components,
    exact,
    fresh,
    magnitude,
    merged,
    onto,
    renamed,
    signature,
    times,
)

#: Terms that a sum may grow to while it is multiplied out.
MOST_TERMS = 24
#: Terms of a sum that anybody would read.
_MOST_ADDED = 120
#: The largest common denominator that is put outside of a sum: ``(3 * x + 4) / 12``, but ``1.702 * x + 1``.
_LARGEST_DIVISOR = 12


class Writers:
    """What the algebra needs of the floor above it: the text of a closed component and that of a sum."""

    __slots__ = ("open", "scalar", "sum")

    open: Form | None
    """A name that stays visible: what it is in is not made a number of."""

    scalar: Callable[[Factors], tuple[Form, int]]
    sum: Callable[[Sum], Form]


writers = Writers()
writers.open = None


def constant(value: Coefficient, shape: Sequence[int] = ()) -> Sum:
    return Sum(shape, [Term(value, {}, fresh(shape))] if value != 0 else [])


def of_atom(form: Form, shape: Sequence[int], sum: Sum | None = None) -> Sum:
    out = fresh(shape)
    return Sum(shape, [Term(ONE, {(Atom(form, sum), out): ONE}, out)])


def scaled(s: Sum, c: Coefficient) -> Sum:
    return Sum(s.shape, [t.scaled(c) for t in s.terms])


def collected(shape: Sequence[int], terms: Iterable[Term]) -> Sum:
    """Terms of this shape or smaller ones as a sum, like terms together."""
    out = fresh(shape)
    found: dict[tuple[Any, ...], Term] = {}
    for term in terms:
        if term.c == 0:
            continue
        term = simplified(closed(onto(term, out)))
        key = signature(term)
        found[key] = Term(found[key].c + term.c, found[key].factors, out) if key in found else term
    return Sum(shape, [t for t in found.values() if t.c != 0])


def closed(term: Term) -> Term:
    """What is summed over and has no index left is a number: an atom without indices."""
    own = {i for i in term.out if i is not None}
    factors = dict(term.factors)
    for keys, summed in components(term):
        if not summed or any(i in own for _, layout in keys for i in layout):
            continue
        if writers.open is not None and any(writers.open in atom.form.walk() for atom, _ in keys):
            continue
        part = {key: factors.pop(key) for key in keys}
        if len(part) == 1 and len(summed) == 1:
            ((atom, _), e), *_ = part.items()
            if e == 2 and is_centred(atom.form):
                total = Form("method", ("sum", ()), (Form("operator", "**", (atom.form, number(2))),))
                key = (Atom(total, size=math.prod(i.size for i in summed)), ())
                factors = merged(chain(factors.items(), [(key, ONE)]))
                continue
        form, size = writers.scalar(part)
        key = (Atom(form, size=size), ())
        factors = merged(chain(factors.items(), [(key, ONE)]))
    return Term(term.c, factors, term.out)


def is_centred(form: Form) -> bool:
    """``x - x.mean()``"""
    if form.kind != "operator" or form.value != "-" or len(form.parts) != 2:
        return False
    x, m = form.parts
    return m.kind == "method" and m.value[0] == "mean" and m.parts[0] == x


def added(shape: Sequence[int], *sums: Sum) -> Sum:
    if sum(len(s.terms) for s in sums) > _MOST_ADDED:
        raise TooLong(f"the formula has more than {_MOST_ADDED} terms")
    return collected(shape, [t for s in sums for t in s.terms])


def broadcast(s: Sum, shape: Sequence[int]) -> Sum:
    return s if s.shape == tuple(shape) else collected(shape, s.terms)


def content(s: Sum) -> tuple[Coefficient, Sum]:
    """The coefficient that all terms share, positive in what is left where it can be, and what is left."""
    cs = [natural(t) for t in s.terms]
    shared: Coefficient = ONE
    if all(isinstance(c, Fraction) for c in cs):
        fractions = [c for c in cs if isinstance(c, Fraction)]
        divisor = math.lcm(*(c.denominator for c in fractions))
        if divisor <= _LARGEST_DIVISOR or len(fractions) == 1:
            shared = Fraction(math.gcd(*(abs(c.numerator) for c in fractions)), divisor)
        for n in {n for t in s.terms for n in averaged_sizes(t)}:
            if all(c % n == 0 for t, c in zip(s.terms, fractions) if n not in averaged_sizes(t)) and any(
                n not in averaged_sizes(t) for t in s.terms
            ):
                shared = Fraction(n)
    elif len({abs(c) for c in cs}) == 1:
        shared = magnitude(cs[0])
    if all(c < 0 for c in cs):
        shared = -shared
    return shared, s if shared == 1 else Sum(s.shape, [Term(t.c / shared, t.factors, t.out) for t in s.terms])


def natural(term: Term) -> Coefficient:
    """The coefficient beside means: 1/3 of a sum over three elements is one of their mean."""
    c = term.c
    if not isinstance(c, Fraction) or c.denominator == 1:
        return c
    for n in averaged_sizes(term):
        if c.denominator % n == 0:
            c = c * n
    return c


def averaged_sizes(term: Term) -> list[int]:
    """Of what is summed otherwise than by a matrix product, over how many elements."""
    sizes = [atom.size for (atom, layout), e in term.factors.items() if e == 1 and not layout and atom.size > 1]
    own = {i for i in term.out if i is not None}
    for i in term.summed:
        sets = {frozenset(la) - {None} for _, la in term.factors if i in la}
        if len(sets) == 1 and next(iter(sets)) & own:
            sizes.append(i.size)
    return sizes


def common(s: Sum, denominators: bool) -> tuple[Term, Sum] | None:
    """The elementwise factors that all terms share, and the rest; with ``denominators`` all that any term has."""
    out = fresh(s.shape)
    terms = [onto(t, out) for t in s.terms]
    own = {i for i in out if i is not None}
    shared: Factors = {}
    for key in {key: None for t in terms for key in t.factors if all(i is None or i in own for i in key[1])}:
        es = [t.factors.get(key, Fraction(0)) for t in terms]
        if all(e > 0 for e in es) or (denominators and min(es) < 0):
            e = min(es)
        elif all(e < 0 for e in es):
            e = max(es)
        else:
            continue
        shared[key] = e
    if not shared:
        return None
    inverse = [(key, -e) for key, e in shared.items()]
    rest = [Term(t.c, merged(chain(t.factors.items(), inverse)), out) for t in terms]
    return Term(ONE, shared, out), collected(s.shape, rest)


def used_dims(s: Sum) -> list[int]:
    """The dimensions in which the sum varies, and those of size 1 behind them: a column stays a column."""
    dims = [k for k in range(len(s.shape)) if any(t.out[k] in t.indices for t in s.terms if t.out[k] is not None)]
    if dims and any(_is_column(layout) for t in s.terms for _, layout in t.factors):
        dims += (k for k in range(dims[-1] + 1, len(s.shape)) if s.shape[k] == 1)
    return dims


def _is_column(layout: Layout) -> bool:
    return len(layout) > 1 and layout[-1] is None and layout[-2] is not None


def narrowed(s: Sum, dims: Sequence[int]) -> Sum:
    return Sum([s.shape[k] for k in dims], [Term(t.c, t.factors, tuple(t.out[k] for k in dims)) for t in s.terms])


def as_term(s: Sum) -> Term:
    """A sum as one term: itself, or what its terms share times an atom that stands for the rest."""
    out = fresh(s.shape)
    if not s.terms:
        return Term(Fraction(0), {}, out)
    if len(s.terms) == 1:
        return onto(s.terms[0], out)
    outer: Term | None = None
    rest = s
    for denominators in (True, False):
        found = common(s, denominators)
        if found is not None:
            outer, rest = found
            if len(rest.terms) == 1:
                return onto(times(outer, rest.terms[0]), out)
            break
    c, rest = content(rest)
    dims = used_dims(rest)
    rest = narrowed(rest, dims)
    atom = Atom(writers.sum(rest), rest)
    result = Term(c, {(atom, tuple(out[k] for k in dims)): ONE}, out)
    return result if outer is None else times(result, outer)


def multiplied(shape: Sequence[int], a: Sum, b: Sum) -> Sum:
    """The elementwise product, broadcast."""
    if not a.terms or not b.terms:
        return Sum(shape)
    if len(a.terms) > 1 and len(b.terms) == 1 and not b.terms[0].factors:
        return broadcast(scaled(a, b.terms[0].c), shape)
    if len(b.terms) > 1 and len(a.terms) == 1 and not a.terms[0].factors:
        return broadcast(scaled(b, a.terms[0].c), shape)
    out = fresh(shape)
    return collected(shape, [times(onto(as_term(a), out), onto(as_term(b), out))])


def power(s: Sum, exponent: Coefficient) -> Sum:
    """Each element to a power that is a number."""
    if exponent == 1 or not s.terms:
        return s
    if exponent == 0:
        return constant(ONE, s.shape)
    if not isinstance(exponent, Fraction):
        raise NotSaid
    term = as_term(s)
    whole = exponent.denominator == 1
    if exponent < 0 and any(atom.is_mask for atom, _ in term.factors):
        raise NotSaid
    if term.summed or not (whole or _splits(term, exponent)):
        one = Sum(s.shape, [Term(ONE if whole else term.c, term.factors, term.out)])
        dims = used_dims(one)
        one = narrowed(one, dims)
        layout = tuple(term.out[k] for k in dims)
        term = Term(term.c if whole else ONE, {(Atom(writers.sum(one), one), layout): ONE}, term.out)
    c: Coefficient = term.c**exponent if term.c != 1 else ONE
    if isinstance(c, complex):
        raise NotSaid
    if not isinstance(c, Fraction):
        c = exact(c)
    return Sum(s.shape, [Term(c, {key: e * exponent for key, e in term.factors.items()}, term.out)])


def _splits(term: Term, exponent: Fraction) -> bool:
    """Whether a root of the product reads well as a product of roots: one factor, a coefficient that has a root."""
    if len(term.factors) != 1 or any(e != 1 for e in term.factors.values()) or not term.c > 0:
        return False
    return term.c == 1 or isinstance(exact(float(term.c) ** float(exponent), single=False), Fraction)


def contracted(shape: Sequence[int], operands: Sequence[Sum], layouts: Sequence[str], result: str) -> Sum:
    """The product of operands whose dimensions are named by letters, summed over those that ``result`` lacks: einsum.

    A letter of an operand that has size 1 there stands for no index; ``1`` in ``result`` is a dimension of size 1.
    """
    if any(not s.terms for s in operands):
        return Sum(shape)
    sizes: dict[str, int] = {}
    for s, letters in zip(operands, layouts, strict=True):
        for letter, n in zip(letters, s.shape, strict=True):
            sizes[letter] = max(n, sizes.get(letter, 1))
    for letter, n in zip(result, shape, strict=True):
        if letter != "1":
            sizes.setdefault(letter, n)
    names: dict[str, Index | None] = {letter: None if n == 1 else Index(n) for letter, n in sizes.items()}
    c: Coefficient = ONE
    factors: list[tuple[Key, Fraction]] = []
    for s, letters in zip(operands, layouts, strict=True):
        term = as_term(s) if len(operands) > 1 else None
        if term is None:
            return _rearranged(shape, s, letters, result, names)
        term = onto(term, tuple(names[x] if n != 1 else None for x, n in zip(letters, s.shape)))
        c = c * term.c
        factors += term.factors.items()
    out = tuple(None if x == "1" else names[x] for x in result)
    return collected(shape, [_counted(Term(c, merged(factors), out), names.values())])


def _rearranged(shape: Sequence[int], s: Sum, letters: str, result: str, names: dict[str, Index | None]) -> Sum:
    """The same for one operand, term by term."""
    out = tuple(None if x == "1" else names[x] for x in result)
    terms = []
    for t in s.terms:
        term = onto(t, tuple(names[x] if n != 1 else None for x, n in zip(letters, s.shape)))
        terms.append(_counted(Term(term.c, term.factors, out), (names[x] for x in letters)))
    return collected(shape, terms)


def _counted(term: Term, all_indices: Iterable[Index | None]) -> Term:
    """A sum over an index that nothing depends on is a multiplication by its size; identities join their indices."""
    present = term.indices | {i for i in term.out if i is not None}
    c = term.c
    for i in dict.fromkeys(all_indices):
        if i is not None and i not in present:
            c = c * i.size
    return _joined(Term(c, term.factors, term.out))


def is_identity(atom: Atom) -> bool:
    return atom.form.kind == "call" and atom.form.value == ("eye", ())


#: Elements of a vector that formulas are given for one by one.
MOST_STACKED = 8


def unit(k: int, size: int) -> Sum:
    """The vector that is 1 at one place and 0 elsewhere: a row of the identity matrix."""
    return of_atom(Form("subscript", (str(k),), (Form("call", ("eye", ()), (number(size),)),)), (size,))


def is_unit(atom: Atom) -> bool:
    form = atom.form
    return form.kind == "subscript" and len(form.value) == 1 and form.parts[0].value == ("eye", ())


def is_one_hot(atom: Atom) -> bool:
    return atom.form.kind == "call" and atom.form.value == ("one_hot", ())


def _joined(term: Term) -> Term:
    """With the two indices of an identity matrix made one, where one of them is summed over."""
    for (atom, layout), e in term.factors.items():
        alone = is_one_hot(atom) and e == 1 and sum(layout[-1] in other for _, other in term.factors) == 1
        if alone and layout[-1] in term.summed:  # each row of one_hot has a single 1
            return _joined(Term(term.c, {k: x for k, x in term.factors.items() if k != (atom, layout)}, term.out))
        if not is_identity(atom) or e != 1:
            continue
        i, j = layout
        rest = {k: x for k, x in term.factors.items() if k != (atom, layout)}
        summed = term.summed
        if i is j or i is None or j is None:
            continue
        if i in summed or j in summed:
            old, new = (i, j) if i in summed else (j, i)
            found = renamed(Term(term.c, rest, term.out), {old: new})
            if new in summed and new not in found.indices:
                found = found.scaled(new.size)  # the trace of the identity
            return _joined(found)
    return term


def expanded(s: Sum) -> Sum | None:
    """Products of sums multiplied out; None where there are none, or too many."""
    if len(s.terms) > MOST_TERMS // 2:
        return None
    out = fresh(s.shape)
    terms: list[Term] = []
    changed = False
    for t in s.terms:
        term = onto(t, out)
        parts = [Term(term.c, {}, out)]
        for (atom, layout), e in term.factors.items():
            inner = atom.sum
            if (
                inner is not None
                and len(inner.terms) > 1
                and e in (1, 2)
                and len(parts) * len(inner.terms) ** int(e) <= MOST_TERMS
            ):
                changed = True
                for _ in range(int(e)):
                    parts = [
                        Term(p.c * q.c, merged(chain(p.factors.items(), onto(q, layout).factors.items())), out)
                        for p in parts
                        for q in inner.terms
                    ]
            else:
                parts = [Term(p.c, merged([*p.factors.items(), ((atom, layout), e)]), out) for p in parts]
        terms += [_counted(p, term.summed) for p in parts]
    return collected(s.shape, terms) if changed and len(terms) <= MOST_TERMS else None
