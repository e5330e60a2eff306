"""A component of a term, factors that summed indices join, contracted pair by pair."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations

from .forms import Form, binary, call, method, number, product, quotient, shape, transposed, word
from .products import elementwise, is_mask, is_matmul, mean_of, raised, split, squeezed, style, unsqueezed
from .terms import Factors, Index, Layout, NotSaid


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
        if form.kind == "method" and form.value == (style.cast, ()):
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
            return unsqueezed(self.form, 1, 1)
        return self.form if self.layout[0] is not None else transposed(self.form)


def component(factors: Factors, out: tuple[Index, ...], averaged: frozenset[Index]) -> tuple[Layout, Form]:
    """A component as text, and the layout that it has."""
    if len(factors) == 1:
        found = _reduced(factors, out, averaged)
        if found is not None:
            return found
    try:
        return _Network(factors, out, averaged).contracted()
    except NotSaid:
        form = _einsum(factors, out)
        return out, form if not averaged else quotient([form], [number(math.prod(i.size for i in averaged))])


def _reduced(factors: Factors, out: tuple[Index, ...], averaged: frozenset[Index]) -> tuple[Layout, Form] | None:
    """One factor of more than two dimensions, summed over some: ``x.sum((0, 2))``."""
    ((atom, layout), e), *_ = factors.items()
    own = [i for i in layout if i is not None]
    summed = [k for k, i in enumerate(layout) if i is not None and i not in out]
    means = {layout[k] in averaged for k in summed}
    if len(own) < 3 or len(set(own)) < len(own) or len(means) > 1:
        return None
    form = elementwise(*split([(atom.form, e)]))
    rest = tuple(i for k, i in enumerate(layout) if k not in summed)
    if not any(i is not None for i in rest):
        return (), mean_of(form) if True in means else method(form, "sum")
    dims = number(summed[0]) if len(summed) == 1 else shape(summed)
    return rest, mean_of(form, dims) if True in means else method(form, "sum", dims)


def scalar(factors: Factors) -> tuple[Form, int]:
    """A component without an index of its own, and how many elements it adds up, where it is a ``.sum()``."""
    if len(factors) == 1:
        found = _reduced(factors, (), frozenset())
        if found is not None:
            return found[1], math.prod(i.size for _, layout in factors for i in layout if i is not None)
    network = _Network(factors, (), frozenset())
    try:
        form = network.contracted()[1]
    except NotSaid:
        return _einsum(factors, ()), 0
    adds = form.kind == "method" and form.value == ("sum", ()) and len(form.parts) == 1
    return form, network.adds if adds else 0


class _Network:
    def __init__(self, factors: Factors, out: tuple[Index, ...], averaged: frozenset[Index]) -> None:
        self.out = out
        self.averaged = averaged
        self.adds = 0  #: how many elements the last ``.sum()`` adds up
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
        if len(out) == 2 and len(nodes) == 2 and not scalars and all(len(n.own) == 1 for n in nodes):
            first, second = sorted(nodes, key=lambda n: out.index(n.own[0]))
            if len(first.layout) == len(second.layout) == 2:
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
            if not a.own or set(a.own) != set(b.own) or (len(a.own) == 1 and uses.get(a.own[0]) == 2):
                continue
            self._replace((a, b), _elementwise_of(a, b))
            return True
        return False

    def _choose_by_mask(self) -> bool:
        """A mask over two indices with a vector over each: it chooses from their outer product."""
        for mask in self.nodes:
            if len(mask.own) != 2 or mask.mask is None:
                continue
            i, j = mask.own
            rows = next((n for n in self.nodes if n.own == (i,)), None)
            columns = next((n for n in self.nodes if n.own == (j,)), None)
            if rows is None or columns is None:
                continue
            if len(rows.layout) == len(columns.layout) == 2:
                outer = binary("@", rows.column(), transposed(columns.column()))
            else:
                outer = call("outer", rows.vector(), columns.vector())
            self._replace((mask, rows, columns), Node(mask.own, elementwise([mask.mask, outer], [])))
            return True
        return False

    def _absorb_vector(self, uses: Counter[Index]) -> bool:
        """An index on three factors: the vector among them scales a matrix."""
        for i in sorted(uses, key=lambda i: i.number):
            if uses[i] < 3:
                continue
            vector = next((n for n in self.nodes if n.own == (i,)), None)
            matrix = next((n for n in self.nodes if len(n.own) == 2 and i in n.own), None)
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
            if len(own) > 2:
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
        if matrices == 4 and set(a.own) == set(b.own):
            return (5, 0, i.number), lambda: self._summed(_elementwise_of(a, b), i, uses, 2)
        if matrices == 4:
            masked = a.mask is not None or b.mask is not None  # it shall rather choose from the product of others
            return (4, int(masked), i.number), lambda: self._matrices(a, b, i)
        if matrices == 2:
            return (3, 0, i.number), lambda: self._dot(a, b)
        matrix, vector = (a, b) if len(a.own) == 2 else (b, a)
        rest = matrix.own[0] if matrix.own[1] is i else matrix.own[1]

        def apply() -> Node:
            if len(vector.layout) == 2 and vector.layout[0] is None:
                return Node((None, rest), _chain_of(vector.form, matrix.over(i)))
            layout = (rest,) if len(vector.layout) == 1 else (rest, None)
            return Node(layout, _chain_of(matrix.over(rest), vector.form))

        return (1, int(matrix.own[1] is not i), i.number), apply

    def _summed(self, n: Node, i: Index, uses: Counter[Index], users: int) -> Node:
        if all(uses.get(k) == users for k in n.own):  # both indices at once
            mean = all(k in self.averaged for k in n.own)
            self.adds = math.prod(k.size for k in n.own)
            return Node((), mean_of(n.form) if mean else method(n.form, "sum"))
        dim = number(n.layout.index(i))
        layout = tuple(k for k in n.layout if k is not i)
        return Node(layout, mean_of(n.form, dim) if i in self.averaged else method(n.form, "sum", dim))

    def _dot(self, a: Node, b: Node) -> Node:
        if len(a.layout) == len(b.layout) == 2:
            self.adds = a.own[0].size
            return Node((), method(_elementwise_of(a, b).form, "sum"))
        first, second = sorted((a.vector(), b.vector()), key=lambda f: (is_matmul(f), len(str(f)), str(f)))
        return Node((), _chain_of(first, second))

    def _matrices(self, a: Node, b: Node, i: Index) -> Node:
        rest_a = next(k for k in a.own if k is not i)
        rest_b = next(k for k in b.own if k is not i)
        ways = []
        for (first, f), (second, s) in (((a, rest_a), (b, rest_b)), ((b, rest_b), (a, rest_a))):
            form = _chain_of(first.over(f), second.over(i))
            backwards = len(self.out) == 2 and (f, s) == (self.out[1], self.out[0])
            against = any(n.own == (s, f) for n in self.nodes)  # it will meet a factor over the same indices
            ways.append((_transposes(form) + 1.5 * backwards + 1.2 * against, Node((f, s), form)))
        return min(ways, key=lambda w: w[0])[1]


def _elementwise_of(a: Node, b: Node) -> Node:
    if a.layout == b.layout:
        return Node(a.layout, elementwise([_chosen(a, a.form), _chosen(b, b.form)], []))
    if len(a.own) == 2:
        return Node(a.layout, elementwise([_chosen(a, a.form), b.over(a.own[0])], []))
    return Node(a.own, elementwise([a.vector(), b.vector()], []))


def _chosen(n: Node, form: Form) -> Form:
    """A mask as the comparison that it is, which chooses from what it is multiplied by."""
    mask = n.mask
    return form if mask is None or not is_mask(mask) else mask


def _nodes(factors: Factors) -> list[Node]:
    """The factors, those on the same indices as one; a vector that meets only itself stays two."""
    groups: dict[frozenset[Index], list[tuple[Layout, Form, Fraction]]] = {}
    for (atom, layout), e in factors.items():
        own = tuple(i for i in layout if i is not None)
        form = atom.form
        if len(own) == 2 and own[0] is own[1]:
            own, layout, form = own[:1], own[:1], call("diagonal", squeezed(form, layout))
        if len(own) > 2:
            raise NotSaid
        if len(own) == 2 or len(layout) > 2:
            layout, form = own, squeezed(form, layout)
        groups.setdefault(frozenset(own), []).append((layout, form, e))
    nodes: list[Node] = []
    for indices, members in groups.items():
        users = sum(any(i in indices for i in layout) for _, layout in factors)
        if len(indices) == 1 and users == len(members):
            if len(members) == 1 and members[0][2] == 2:
                nodes += [Node(*members[0][:2])] * 2
                continue
            if len(members) == 2 and all(e == 1 for _, _, e in members):
                nodes += [Node(own, elementwise([form], [])) for own, form, _ in members]
                continue
        nodes.append(_merged_node(members))
    return nodes


def _merged_node(members: list[tuple[Layout, Form, Fraction]]) -> Node:
    first = members[0][0]
    if len({layout for layout, _, _ in members}) == 1:
        powers = [(form, e) for _, form, e in members]
    elif len([i for i in first if i is not None]) == 2:
        powers = [(form if layout == first else transposed(form), e) for layout, form, e in members]
    else:
        powers = [(squeezed(form, layout), e) for layout, form, e in members]
        first = tuple(i for i in first if i is not None)
    return Node(first, elementwise(*split(powers)))


def _chain_of(left: Form, right: Form) -> Form:
    """``left @ (A @ x)`` without the parentheses."""
    if not is_matmul(right):
        return binary("@", _floating(left), _floating(right))
    first, last = right.parts
    return binary("@", _chain_of(left, first), last)


def _floating(form: Form) -> Form:
    """``one_hot`` gives integers, of which there is no product with others."""
    if form.kind == "call" and form.value == ("one_hot", ()):
        return method(form, style.cast or "float")
    if form.kind == "attribute" and form.value == "T" and form.parts[0].kind == "call":
        return transposed(_floating(form.parts[0]))
    return form


def _transposes(form: Form) -> int:
    return sum(f.kind == "attribute" and f.value == "T" for f in form.walk())


def _einsum(factors: Factors, out: tuple[Index, ...]) -> Form:
    """What no chain of matrices says."""
    letters: dict[Index, str] = {}
    names: list[str] = []
    forms: list[Form] = []
    for (atom, layout), e in factors.items():
        own = [i for i in layout if i is not None]
        form = squeezed(elementwise([atom.form], []) if atom.is_mask else atom.form, layout)
        for _ in range(int(e) if e > 0 and e.denominator == 1 and e <= 2 else 1):
            names.append("".join(letters.setdefault(i, "ijklmnopqrstuvw"[len(letters)]) for i in own))
            forms.append(form if e in (1, 2) else raised(form, e) if e > 0 else quotient([], [raised(form, -e)]))
    result = "".join(letters[i] for i in out)
    return call("einsum", word(repr(f"{','.join(names)}->{result}")), *forms)
