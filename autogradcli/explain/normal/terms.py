"""Sums of terms over indices: the algebra of the normal form.

    x_i + 3 A_ij y_j      Sum(shape=(n,), terms=[1 * x[i] -> i,  3 * A[i, j] y[j] -> i])

An *atom* is what is not looked into: a variable, a call, a sum under a power. A *term* is a coefficient times atoms to
rational powers, each on indices; an index that is not among the term's own (``out``) is summed over. A dimension of
size 1 has no index (None), so squeezing and broadcasting are renamings. Products of terms, contractions, transposes and
reductions are all the same: the factors together, indices made equal, ``out`` as it shall be.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import chain, count, permutations
from typing import Any

from .forms import Form

Coefficient = Fraction | float
COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
Layout = tuple["Index | None", ...]
Key = tuple["Atom", Layout]
Factors = dict[Key, Fraction]
ONE = Fraction(1)

#: Summed indices of a term up to which all their orders are compared; beyond, equal terms may stay apart.
_MOST_COMPARED = 4

_numbers = count()


def begin() -> None:
    """Count indices anew: the same expression gets the same formula each time."""
    global _numbers
    _numbers = count()


class Index:
    """A dimension of size ``size``, by identity. It hashes by its number, so that sets of them have an order."""

    __slots__ = ("number", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self.number = next(_numbers)

    def __hash__(self) -> int:
        return self.number

    def __repr__(self) -> str:
        return f"i{self.number}:{self.size}"


class Atom:
    """What is not looked into, by its text. ``sum`` is what the text says, where it is a sum that can be; ``size`` the
    number of elements that a text ``....sum()`` adds up."""

    __slots__ = ("form", "size", "sum")

    def __init__(self, form: Form, sum: Sum | None = None, size: int = 0) -> None:
        self.form = form
        self.sum = sum
        self.size = size

    def __hash__(self) -> int:
        return hash(self.form)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atom) and self.form == other.form

    @property
    def is_mask(self) -> bool:
        """Whether it is a comparison: zeros and ones, of which every power is itself."""
        return self.form.kind == "operator" and self.form.value in COMPARISONS

    def __repr__(self) -> str:
        return str(self.form)


class Term:
    """``coefficient * product of atom[layout] ** exponent``, summed over the indices that are not in ``out``."""

    __slots__ = ("c", "factors", "out")

    def __init__(self, c: Coefficient, factors: Factors, out: Layout) -> None:
        self.c = c
        self.factors = factors
        self.out = out

    @property
    def indices(self) -> set[Index]:
        return {i for _, layout in self.factors for i in layout if i is not None}

    @property
    def summed(self) -> set[Index]:
        """The indices that are summed over."""
        return self.indices - {i for i in self.out if i is not None}

    @property
    def degree(self) -> Fraction:
        return sum(self.factors.values(), Fraction(0))

    def scaled(self, c: Coefficient) -> Term:
        return Term(self.c * c, self.factors, self.out)

    def __repr__(self) -> str:
        return f"{self.c}*{self.factors} -> {self.out}"


class Sum:
    __slots__ = ("shape", "terms")

    def __init__(self, shape: Iterable[int], terms: Sequence[Term] = ()) -> None:
        self.shape = tuple(shape)
        self.terms = list(terms)

    def __repr__(self) -> str:
        return f"Sum{self.shape}{self.terms}"


class NotSaid(Exception):
    """Something that this form doesn't hold: whoever asked takes it as an atom."""


# -- numbers ------------------------------------------------------------------------------------------------


def exact(value: Any, single: bool = True) -> Coefficient:
    """The fraction that a number stands for; a float where it stands for none. ``single``: it was computed in float32.

    0.33333334 is 1/3: of the fractions with a denominator up to 1000 at most one rounds to a given float32.
    """
    if isinstance(value, (bool, int)):
        return Fraction(int(value))
    if isinstance(value, complex):
        raise NotSaid
    number: float = float(value)
    if not math.isfinite(number):
        return number
    near = Fraction(number).limit_denominator(1000)
    if float(near) == number or (single and near and abs(float(near) - number) <= 6e-8 * abs(number)):
        return near
    return number


def magnitude(c: Coefficient) -> Coefficient:
    return -c if c < 0 else c


# -- indices ------------------------------------------------------------------------------------------------


def fresh(shape: Sequence[int]) -> Layout:
    """New indices for a shape. Raises NotSaid where there are no elements: of nothing all formulas are true."""
    if 0 in shape:
        raise NotSaid
    return tuple(None if n == 1 else Index(n) for n in shape)


def renamed(term: Term, names: dict[Index, Index | None]) -> Term:
    def new(i: Index | None) -> Index | None:
        return names.get(i, i) if i is not None else None

    return Term(
        term.c,
        merged(((atom, tuple(map(new, layout))), e) for (atom, layout), e in term.factors.items()),
        tuple(map(new, term.out)),
    )


def merged(factors: Iterable[tuple[Key, Fraction]]) -> Factors:
    """Powers of equal factors added."""
    found: Factors = {}
    for key, e in factors:
        other = found.get(key)
        total = e if other is None else other + e
        if total:
            found[key] = ONE if key[0].is_mask and total > 1 else total
        else:
            found.pop(key, None)
    return found


def refreshed(term: Term) -> Term:
    """With new summed indices, so that it can stand beside another use of itself."""
    summed = term.summed
    return renamed(term, {i: Index(i.size) for i in summed}) if summed else term


def onto(term: Term, out: Layout) -> Term:
    """The term over other indices of its own; of a smaller shape broadcast to them."""
    own = out[len(out) - len(term.out) :]
    result = renamed(refreshed(term), {a: b for a, b in zip(term.out, own) if a is not None and a is not b})
    return Term(result.c, result.factors, out)


def times(a: Term, b: Term) -> Term:
    """The elementwise product of two terms of one shape."""
    a, b = refreshed(a), onto(b, a.out)
    return Term(a.c * b.c, merged(chain(a.factors.items(), b.factors.items())), a.out)


def signature(term: Term) -> tuple[Any, ...]:
    """What two terms of one shape have in common if and only if they are alike but for their coefficients."""
    base = {i: f"o{k}" for k, i in enumerate(term.out) if i is not None}
    summed = sorted(term.summed, key=lambda i: i.number)
    orders: Iterable[Sequence[int]] = [range(len(summed))]
    if 1 < len(summed) <= _MOST_COMPARED:
        orders = permutations(range(len(summed)))
    best: tuple[Any, ...] | None = None
    for order in orders:
        names = base | {i: f"s{k}" for i, k in zip(summed, order)}
        found = tuple(
            sorted(
                (str(atom.form), tuple("1" if i is None else names[i] for i in layout), e)
                for (atom, layout), e in term.factors.items()
            )
        )
        if best is None or found < best:
            best = found
    assert best is not None
    return best


def components(term: Term) -> list[tuple[list[Key], set[Index]]]:
    """The factors in groups that summed indices join, with these indices."""
    summed = term.summed
    groups: list[tuple[list[Key], set[Index]]] = []
    for key in term.factors:
        mine = {i for i in key[1] if i in summed}
        joined = [g for g in groups if g[1] & mine]
        keys, of = [key], set(mine)
        for g in joined:
            keys = g[0] + keys
            of |= g[1]
            groups.remove(g)
        groups.append((keys, of))
    return groups
