"""Parts that several products or sums have in common, in whatever order they stand: ``c * o * q`` and ``f * o * q``
share ``o * q``; ``b - A @ x`` is what ``A @ x - b`` is, but for its sign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from .forms import Form, binary, negative, quotient
from .products import rank

#: Chains that are compared with one another.
_MOST_CHAINS = 80
#: What a sign goes through: f(-u) is -f(u).
_LINEAR_METHODS = frozenset({"sum", "mean"})
_LINEAR_CALLS = frozenset({"outer", "unsqueeze", "diag", "squeeze", "tril", "triu", "cumsum"})


class Shared(NamedTuple):
    """Members of a chain: of a product (form, 1 or -1 for a denominator), of a sum (form, sign)."""

    kind: str
    members: Counter[tuple[Form, int]]

    @property
    def form(self) -> Form:
        """Written by itself."""
        return _product(self.members) if self.kind == "*" else _sum(list(self.members.elements()))

    @property
    def negated(self) -> Counter[tuple[Form, int]]:
        return Counter({(form, -sign): n for (form, sign), n in self.members.items()})


def _is_chain(form: Form, kind: str) -> bool:
    return (
        form.kind == "operator" and len(form.parts) == 2 and form.value in (("*", "/") if kind == "*" else ("+", "-"))
    )


def members(form: Form, kind: str, sign: int = 1) -> list[tuple[Form, int]]:
    """The factors of a product or the terms of a sum, from left to right."""
    if not _is_chain(form, kind):
        return [(form, sign)]
    left, right = form.parts
    other = -sign if form.value in ("/", "-") else sign
    return [*members(left, kind, sign), *members(right, kind, other)]


def chains(form: Form) -> Iterator[Shared]:
    """All products and sums in a formula, each as a whole."""
    pending: list[tuple[Form, str]] = [(form, "")]
    while pending:
        part, outer = pending.pop()
        kind = next((k for k in "*+" if _is_chain(part, k)), "")
        if kind and kind != outer:
            found = members(part, kind)
            if kind == "*":
                found = [m for m in found if m[0].kind != "number"]
            if len(found) > 1:
                yield Shared(kind, Counter(found))
        pending += [(p, kind) for p in part.parts]


def most_shared(formulas: Sequence[Form]) -> tuple[int, Shared] | None:
    """The common members that save most operations when they have a name, and how many."""
    all_chains = [c for form in formulas for c in chains(form)][:_MOST_CHAINS]
    best: tuple[int, int, str, Shared] | None = None
    seen: set[frozenset[tuple[tuple[Form, int], int]]] = set()
    for a, b in combinations(all_chains, 2):
        if a.kind != b.kind:
            continue
        for other in (b.members, b.negated) if a.kind == "+" else (b.members,):
            common = Shared(a.kind, a.members & other)
            key = frozenset(common.members.items())
            if common.members.total() < 2 or key in seen:
                continue
            seen.add(key)
            if all(sign < 0 for _, sign in common.members):
                continue
            uses = sum(_holds(c, common) != 0 for c in all_chains)
            form = common.form
            found = ((uses - 1) * form.ops, form.ops, str(form), common)
            if best is None or found[:3] > best[:3]:
                best = found
    return None if best is None else (best[0], best[3])


def _holds(chain: Shared, part: Shared) -> int:
    """1 where a chain has the members, -1 where it has them with the other sign, else 0."""
    if chain.kind != part.kind:
        return 0
    if part.members <= chain.members:
        return 1
    return -1 if chain.kind == "+" and part.negated <= chain.members else 0


def with_name(form: Form, part: Shared, new: Form) -> Form:
    """A formula with a name in place of the members, wherever a product or sum has them."""
    for kind in "*+":
        if _is_chain(form, kind):
            given = [(with_name(f, part, new), sign) for f, sign in members(form, kind)]
            whole = Counter(members(form, kind))
            sign = _holds(Shared(kind, whole), part)
            if sign:
                for member, n in (part.members if sign > 0 else part.negated).items():
                    for _ in range(n):
                        given.remove((with_name(member[0], part, new), member[1]))
                given.append((new, sign))
            elif all(a is b for (a, _), (b, _) in zip(given, members(form, kind))):
                return form
            return _product(Counter(given)) if kind == "*" else _sum(given)
    parts = tuple(with_name(p, part, new) for p in form.parts)
    if all(a is b for a, b in zip(parts, form.parts)):
        return form
    return _with_sign_outside(Form(form.kind, form.value, parts))


def _minus(form: Form) -> Form | None:
    """What a minus stands before."""
    if form.kind == "operator" and form.value == "-" and len(form.parts) == 1:
        return form.parts[0]
    return None


def _with_sign_outside(form: Form) -> Form:
    inner = [_minus(p) for p in form.parts]
    first = inner[0] if inner else None
    if form.kind == "operator" and form.value == "**" and first is not None and form.parts[1].kind == "number":
        if form.parts[1].value % 2 == 0:
            return Form(form.kind, form.value, (first, form.parts[1]))
    elif form.kind == "operator" and form.value == "-" and len(form.parts) == 1 and first is not None:
        return first
    elif form.kind == "operator" and form.value == "@":
        signs = sum(p is not None for p in inner)
        if signs:
            parts = tuple(p if m is None else m for p, m in zip(form.parts, inner))
            bare = Form(form.kind, form.value, parts)
            return bare if signs == 2 else negative(bare)
    elif first is not None and (
        (form.kind == "method" and form.value[0] in _LINEAR_METHODS)
        or (form.kind == "call" and form.value[0] in _LINEAR_CALLS)
        or (form.kind == "attribute" and form.value == "T")
        or form.kind == "subscript"
    ):
        return negative(Form(form.kind, form.value, (first, *form.parts[1:])))
    return form


def _product(factors: Counter[tuple[Form, int]]) -> Form:
    top: list[Form] = []
    bottom: list[Form] = []
    minus = False
    for form, sign in factors.elements():
        bare = _minus(form)
        minus ^= bare is not None
        (top if sign > 0 else bottom).append(form if bare is None else bare)

    def order(form: Form) -> tuple[bool, tuple[bool, bool, int, str]]:
        return form.kind != "number", rank(form)

    made = quotient(sorted(top, key=order), sorted(bottom, key=order))
    return negative(made) if minus else made


def _sum(terms: Sequence[tuple[Form, int]]) -> Form:
    signed = [(f, sign) if (bare := _minus(f)) is None else (bare, -sign) for f, sign in terms]
    signed.sort(key=lambda t: t[1] < 0)
    made, sign = signed[0]
    made = made if sign > 0 else negative(made)
    for form, sign in signed[1:]:
        made = binary("+" if sign > 0 else "-", made, form)
    return made
