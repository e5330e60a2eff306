"""One term as matrix text: which factors are multiplied elementwise, which by ``@``, what is summed, what transposed.

The factors that summed indices join form a small network. It is contracted pair by pair, the cheapest and most usual
first: a matrix by a vector, a dot product, two matrices, the sum of an elementwise product. What no such chain says is
written as ``einsum``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations

from .forms import Form, attribute, binary, call, method, negative, number, product, quotient, shape, transposed, word
from . import terms
from .terms import ONE, Coefficient, Factors, Index, Key, Layout, NotSaid, Term, components

#: (a form, the power to which it is raised)
Powers = list[tuple[Form, Fraction]]


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
    return method(chosen, terms.writers.cast) if terms.writers.cast else chosen


def is_mask(form: Form) -> bool:
    return form.kind == "operator" and form.value in terms.COMPARISONS


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


def scalar(factors: Factors) -> Form:
    """The number that a component without an index of its own is."""
    return _component(factors, (), frozenset())[1]


def term_form(term: Term, like: Form | None = None, whole: bool = False) -> Form:
    """A term as text.

    ``whole``: the text has the term's shape, not only one that broadcasts to it; ``like`` is a variable of that shape.
    """
    c, top, bottom, covered = _parts(term)
    form = _with_coefficient(c, top, bottom)
    if whole and term.out != covered:
        return _grown(form, term, like)
    return form


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
    c = abs(c)
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
            numbers.append((scalar(part), ONE))
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
            layout, form = _component(part, tuple(i for i in out if i in own), frozenset(averaged))
            pieces.append(Piece(layout, [form]))
        elif len(layout) == 2 and layout[0] is layout[1]:  # noqa: PLR2004
            pieces.append(Piece(layout[:1], *split([(call("diagonal", atom.form), e)])))
        else:
            pieces.append(Piece(layout, *split([(atom.form, e)])))
    top, bottom = split(numbers)
    pieces = _merged_pieces(pieces)
    if len(out) == 2 and None not in out and pieces:  # noqa: PLR2004
        found = _outer(pieces, out)
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
            form, layout = fitted(product(sorted(forms, key=rank)), piece.layout, out) if not any(
                map(is_mask, forms)
            ) or len(forms) == 1 else fitted(elementwise(forms, []), piece.layout, out)
            into.append(form)
            depth = max(depth, len(layout))
            for k, i in enumerate(layout, len(out) - len(layout)):
                covered[k] = covered[k] or i
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


def mean_of(form: Form, *dims: Form) -> Form:
    """``form.mean(dims)``; the mean of the squares of what is centred is the variance."""
    if form.kind == "operator" and form.value == "**" and form.parts[1] == number(2):
        base = form.parts[0]
        if base.kind == "operator" and base.value == "-" and len(base.parts) == 2:  # noqa: PLR2004
            x, m = base.parts
            if m.kind == "method" and m.value[0] == "mean" and m.parts[0] == x and m.parts[1 : 1 + len(dims)] == dims:
                return method(x, "var", *dims, correction=number(0))
    return method(form, "mean", *dims)


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


def fitted(form: Form, layout: Layout, out: Layout) -> tuple[Form, Layout]:
    """A form that broadcasts to ``out``, and its layout."""

    def aligned() -> bool:
        skip = len(out) - len(layout)
        return skip >= 0 and all(i is None or out[skip + k] is i for k, i in enumerate(layout))

    if aligned():
        return form, layout
    form, layout = squeezed(form, layout), tuple(i for i in layout if i is not None)
    if aligned():
        return form, layout
    place = {i: k for k, i in enumerate(out) if i is not None}
    if any(i not in place for i in layout):
        raise NotSaid
    order = sorted(range(len(layout)), key=lambda k: place[layout[k]])  # type: ignore[index]
    if order != list(range(len(layout))):
        form = transposed(form) if len(layout) == 2 else method(form, "permute", *(number(k) for k in order))
        layout = tuple(layout[k] for k in order)
        if aligned():
            return form, layout
    first = place[layout[0]]  # type: ignore[index]
    for k in range(first + 1, len(out)):
        if out[k] is None or out[k] not in layout:
            form = _unsqueezed(form, k - first, len(layout))
            layout = (*layout[: k - first], None, *layout[k - first :])
    return form, layout


def _unsqueezed(form: Form, dim: int, rank_of: int) -> Form:
    last = form.parts[1:] if form.kind == "method" else ()
    if form.kind == "method" and form.value in (("sum", ()), ("mean", ())) and len(last) == 1 and rank_of == 1 == dim:
        if last[0] == number(1):
            return Form("method", (form.value[0], ("keepdim",)), (*form.parts, word("True")))
    return call("unsqueeze", form, number(dim))


# -- a component: factors joined by summed indices ----------------------------------------------------------


class Node:
    """A factor of the network: a form over at most two indices. A dimension of size 1 has none: ``(i, None)`` is a
    column, ``(None, i)`` a row, ``(i,)`` a vector."""

    __slots__ = ("form", "layout", "own")

    def __init__(self, layout: Layout, form: Form) -> None:
        self.layout = layout
        self.own = tuple(i for i in layout if i is not None)
        self.form = form

    @property
    def mask(self) -> Form | None:
        """What chooses between ones and zeros, if that is all that the factor does."""
        form = self.form
        if form.kind == "method" and form.value == (terms.writers.cast, ()):
            form = form.parts[0]
        if form.kind == "call" and form.value == ("where", ()) and form.parts[1:] == (word("1."), word("0.")):
            return form.parts[0]
        return None

    def over(self, first: Index) -> Form:
        """A matrix with this index first."""
        return self.form if self.own[0] is first else transposed(self.form)

    def vector(self) -> Form:
        return squeezed(self.form, self.layout)

    def column(self) -> Form:
        if len(self.layout) == 1:
            return _unsqueezed(self.form, 1, 1)
        return self.form if self.layout[0] is not None else transposed(self.form)


def _component(factors: Factors, out: tuple[Index, ...], averaged: frozenset[Index]) -> tuple[Layout, Form]:
    """A component as text, and the layout that it has."""
    try:
        return _Network(factors, out, averaged).contracted()
    except NotSaid:
        form = _einsum(factors, out)
        return out, form if not averaged else quotient([form], [number(math.prod(i.size for i in averaged))])


class _Network:
    def __init__(self, factors: Factors, out: tuple[Index, ...], averaged: frozenset[Index]) -> None:
        self.out = out
        self.averaged = averaged
        self.nodes = _nodes(factors)

    def contracted(self) -> tuple[Layout, Form]:
        while True:
            uses = Counter(i for n in self.nodes for i in n.own if i not in self.out)
            if self._merge_alike(uses) or self._choose_by_mask() or self._absorb_vector(uses):
                continue
            if not uses:
                break
            self._contract_one(uses)
        nodes, out = self.nodes, self.out
        scalars = [n.form for n in nodes if not n.own]
        nodes = [n for n in nodes if n.own]
        if len(nodes) == 1 and not scalars:
            return nodes[0].layout, nodes[0].form
        if not nodes and scalars:
            return (), product(scalars)
        if len(out) == 2 and len(nodes) == 2 and not scalars and all(len(n.own) == 1 for n in nodes):  # noqa: PLR2004
            first, second = sorted(nodes, key=lambda n: out.index(n.own[0]))
            if len(first.layout) == len(second.layout) == 2:  # noqa: PLR2004
                return out, binary("@", first.column(), transposed(second.column()))
            return out, call("outer", first.vector(), second.vector())
        raise NotSaid

    def _replace(self, old: Sequence[Node], new: Node) -> None:
        for n in old:
            self.nodes.remove(n)
        self.nodes.append(new)

    def _merge_alike(self, uses: Counter[Index]) -> bool:
        """Two factors on the same indices become one; two vectors that only meet each other are a dot product."""
        for a, b in combinations(self.nodes, 2):
            if not a.own or set(a.own) != set(b.own) or (len(a.own) == 1 and uses.get(a.own[0]) == 2):  # noqa: PLR2004
                continue
            self._replace((a, b), _elementwise_of(a, b))
            return True
        return False

    def _choose_by_mask(self) -> bool:
        """A mask over two indices with a vector over each: it chooses from their outer product."""
        for mask in self.nodes:
            if len(mask.own) != 2 or mask.mask is None:  # noqa: PLR2004
                continue
            i, j = mask.own
            rows = next((n for n in self.nodes if n.own == (i,)), None)
            columns = next((n for n in self.nodes if n.own == (j,)), None)
            if rows is None or columns is None:
                continue
            if len(rows.layout) == len(columns.layout) == 2:  # noqa: PLR2004
                outer = binary("@", rows.column(), transposed(columns.column()))
            else:
                outer = call("outer", rows.vector(), columns.vector())
            self._replace((mask, rows, columns), Node(mask.own, elementwise([mask.mask, outer], [])))
            return True
        return False

    def _absorb_vector(self, uses: Counter[Index]) -> bool:
        """An index on three factors: the vector among them scales a matrix."""
        for i in sorted(uses, key=lambda i: i.number):
            if uses[i] < 3:  # noqa: PLR2004
                continue
            vector = next((n for n in self.nodes if n.own == (i,)), None)
            matrix = next((n for n in self.nodes if len(n.own) == 2 and i in n.own), None)  # noqa: PLR2004
            if vector is None or matrix is None:
                continue
            if matrix.own[1] is i:
                form = elementwise([matrix.form, vector.vector()], [])
            else:
                form = product([vector.column(), matrix.form])
            self._replace((vector, matrix), Node(matrix.layout, form))
            return True
        return False

    def _contract_one(self, uses: Counter[Index]) -> None:
        """Take away one summed index, the most usual product first."""
        best: tuple[tuple[int, int, int], Callable[[], Node], list[Node]] | None = None
        for i in sorted(uses, key=lambda i: i.number):
            own = [n for n in self.nodes if i in n.own]
            if len(own) > 2:  # noqa: PLR2004
                continue
            cost, build = self._way(own, i, uses)
            if best is None or cost < best[0]:
                best = cost, build, own
        if best is None:
            raise NotSaid
        self._replace(best[2], best[1]())

    def _way(self, own: list[Node], i: Index, uses: Counter[Index]) -> tuple[tuple[int, int, int], Callable[[], Node]]:
        """How one index is summed over: (cost, what makes the result)."""
        if len(own) == 1:
            return (6, 0, i.number), lambda: self._summed(own[0], i, uses, 1)
        a, b = own
        matrices = len(a.own) + len(b.own)
        if matrices == 4 and set(a.own) == set(b.own):  # noqa: PLR2004
            return (5, 0, i.number), lambda: self._summed(_elementwise_of(a, b), i, uses, 2)
        if matrices == 4:  # noqa: PLR2004
            return (4, 0, i.number), lambda: self._matrices(a, b, i)
        if matrices == 2:  # noqa: PLR2004
            return (3, 0, i.number), lambda: _dot(a, b)
        matrix, vector = (a, b) if len(a.own) == 2 else (b, a)  # noqa: PLR2004
        rest = matrix.own[0] if matrix.own[1] is i else matrix.own[1]

        def apply() -> Node:
            if len(vector.layout) == 2 and vector.layout[0] is None:  # noqa: PLR2004
                return Node((None, rest), _chain_of(vector.form, matrix.over(i)))
            layout = (rest,) if len(vector.layout) == 1 else (rest, None)
            return Node(layout, _chain_of(matrix.over(rest), vector.form))

        return (1, int(matrix.own[1] is not i), i.number), apply

    def _summed(self, n: Node, i: Index, uses: Counter[Index], users: int) -> Node:
        if all(uses.get(k) == users for k in n.own):  # both indices at once
            mean = all(k in self.averaged for k in n.own)
            return Node((), mean_of(n.form) if mean else method(n.form, "sum"))
        dim = number(n.layout.index(i))
        layout = tuple(k for k in n.layout if k is not i)
        return Node(layout, mean_of(n.form, dim) if i in self.averaged else method(n.form, "sum", dim))

    def _matrices(self, a: Node, b: Node, i: Index) -> Node:
        rest_a = next(k for k in a.own if k is not i)
        rest_b = next(k for k in b.own if k is not i)
        ways = []
        for (first, f), (second, s) in (((a, rest_a), (b, rest_b)), ((b, rest_b), (a, rest_a))):
            form = _chain_of(first.over(f), second.over(i))
            backwards = len(self.out) == 2 and (f, s) == (self.out[1], self.out[0])  # noqa: PLR2004
            ways.append((_transposes(form) + 1.5 * backwards, Node((f, s), form)))
        return min(ways, key=lambda w: w[0])[1]


def _elementwise_of(a: Node, b: Node) -> Node:
    if a.layout == b.layout:
        return Node(a.layout, elementwise([a.form, b.form], []))
    if len(a.own) == 2:  # noqa: PLR2004
        return Node(a.layout, elementwise([a.form, b.over(a.own[0])], []))
    return Node(a.own, elementwise([a.vector(), b.vector()], []))


def _nodes(factors: Factors) -> list[Node]:
    """The factors, those on the same indices as one; a vector that meets only itself stays two."""
    groups: dict[frozenset[Index], list[tuple[Layout, Form, Fraction]]] = {}
    for (atom, layout), e in factors.items():
        own = tuple(i for i in layout if i is not None)
        form = atom.form
        if len(own) == 2 and own[0] is own[1]:  # noqa: PLR2004
            own, layout, form = own[:1], own[:1], call("diagonal", squeezed(form, layout))
        if len(own) > 2:  # noqa: PLR2004
            raise NotSaid
        if len(own) == 2 or len(layout) > 2:  # noqa: PLR2004
            layout, form = own, squeezed(form, layout)
        groups.setdefault(frozenset(own), []).append((layout, form, e))
    nodes: list[Node] = []
    for indices, members in groups.items():
        users = sum(any(i in indices for i in layout) for _, layout in factors)
        if len(indices) == 1 and users == len(members):
            if len(members) == 1 and members[0][2] == 2:  # noqa: PLR2004
                nodes += [Node(*members[0][:2])] * 2
                continue
            if len(members) == 2 and all(e == 1 for _, _, e in members):  # noqa: PLR2004
                nodes += [Node(own, elementwise([form], [])) for own, form, _ in members]
                continue
        nodes.append(_merged_node(members))
    return nodes


def _merged_node(members: list[tuple[Layout, Form, Fraction]]) -> Node:
    first = members[0][0]
    if len({layout for layout, _, _ in members}) == 1:
        powers = [(form, e) for _, form, e in members]
    elif len([i for i in first if i is not None]) == 2:  # noqa: PLR2004
        powers = [(form if layout == first else transposed(form), e) for layout, form, e in members]
    else:
        powers = [(squeezed(form, layout), e) for layout, form, e in members]
        first = tuple(i for i in first if i is not None)
    return Node(first, elementwise(*split(powers)))


def _dot(a: Node, b: Node) -> Node:
    if len(a.layout) == len(b.layout) == 2:  # noqa: PLR2004
        return Node((), method(_elementwise_of(a, b).form, "sum"))
    first, second = sorted((a.vector(), b.vector()), key=lambda f: (is_matmul(f), len(str(f)), str(f)))
    return Node((), _chain_of(first, second))


def _chain_of(left: Form, right: Form) -> Form:
    """``left @ (A @ x)`` without the parentheses."""
    if not is_matmul(right):
        return binary("@", left, right)
    first, last = right.parts
    return binary("@", _chain_of(left, first), last)


def _transposes(form: Form) -> int:
    return sum(f.kind == "attribute" and f.value == "T" for f in form.walk())


def _einsum(factors: Factors, out: tuple[Index, ...]) -> Form:
    """What no chain of matrices says."""
    letters: dict[Index, str] = {}
    names: list[str] = []
    forms: list[Form] = []
    for (atom, layout), e in factors.items():
        own = [i for i in layout if i is not None]
        form = squeezed(atom.form, layout)
        for _ in range(int(e) if e > 0 and e.denominator == 1 and e <= 2 else 1):
            names.append("".join(letters.setdefault(i, "ijklmnopqrstuvw"[len(letters)]) for i in own))
            forms.append(form if e in (1, 2) else raised(form, e) if e > 0 else quotient([], [raised(form, -e)]))
    result = "".join(letters[i] for i in out)
    return call("einsum", word(repr(f"{','.join(names)}->{result}")), *forms)
