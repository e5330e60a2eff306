"""Second derivatives as formulas: the gradient of a gradient, and the matrix in it.

The derivative of ``<g, x.grad>`` is a formula that is linear in ``g``: ``sum_j H_ij g_j``. In index notation the matrix
is what is left when ``g`` is taken away and its index becomes one of the result's.
"""

from __future__ import annotations

from fractions import Fraction

from .normal.forms import Form, call, number, word
from .normal.sums import collected, expanded, writers
from .normal.terms import ONE, Atom, Index, Sum, Term, fresh, merged, onto

#: How often products are multiplied out to find the seed in them.
_DEEPEST = 6


def matrix_of(s: Sum, seed: str, seed_shape: tuple[int, ...]) -> Sum | None:
    """The Jacobian of ``s`` with respect to a seed that it is linear in: of the shape of ``s``, then the seed's.

    ``s`` was read while the seed was open (``opened``). None where it can't be told apart.
    """
    form = word(seed)
    for _ in range(_DEEPEST):
        if all(_uses(t, form) == 1 for t in s.terms):
            break
        more = expanded(s)
        if more is None:
            return None
        s = more
    else:
        return None
    shape = (*s.shape, *seed_shape)
    out = fresh(s.shape)
    terms = []
    for t in (onto(t, out) for t in s.terms):
        ((atom, layout),) = [key for key in t.factors if key[0].form == form]
        factors = {key: e for key, e in t.factors.items() if key != (atom, layout)}
        own: list[Index | None] = []
        for i in layout:
            if i is None or i in t.summed:
                own.append(i)
                continue
            other = Index(i.size)  # the seed's index is the result's own: a diagonal
            identity = (Atom(call("eye", number(i.size))), (i, other))
            factors = merged([*factors.items(), (identity, ONE)])
            own.append(other)
        terms.append(_counted(t, Term(t.c, factors, (*out, *own))))
    return collected(shape, terms)


def _counted(before: Term, after: Term) -> Term:
    """What nothing depends on any more was summed over: so many times."""
    c: Fraction | float = after.c
    for i in before.summed - after.indices - {j for j in after.out if j is not None}:
        c = c * i.size
    return Term(c, after.factors, after.out)


def _uses(term: Term, seed: Form) -> int:
    """How often a seed stands in a term by itself; -1 where it is hidden in something else."""
    found = 0
    for (atom, _), e in term.factors.items():
        if atom.form == seed:
            found += int(e) if e == 1 else 2
        elif any(part == seed for part in atom.form.walk()):
            return -1
    return found


class opened:
    """While it is entered, sums with this seed in them are not closed to numbers."""

    def __init__(self, seed: str) -> None:
        self.seed = seed

    def __enter__(self) -> None:
        writers.open = word(self.seed)

    def __exit__(self, *problem: object) -> None:
        writers.open = None
