"""The derivation of a gradient as on paper: one named rule after the other, from the result back to the variables.

    y = exp(-u / (2 * s**2)) with u = (x - m)**2     chain rule: u.grad = -exp(-u / (2 * s**2)) / (2 * s**2)
    u = (x - m)**2                                   power rule: x.grad = 2 * (x - m) * u.grad

It is a reading of the pass that ``derive`` shows the result of. Each operation that is worth a name becomes a step;
what only rearranges, scales or shifts goes with the operation around it. A step's rule is the operation's own, run on
symbols: inner parts by short names, and what arrives by ``u.grad``. Every line is evaluated, with the values of the
parts and the gradients that the engine has for them, before it is shown; the last ones are those of ``derive``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import chain, count
from typing import Any, NamedTuple

import numpy as np

from ..engine.backward import Pass
from ..engine.node import Node, Output, index_of
from ..engine.operation import Operation
from ..engine.tensor import Tensor, wrap
from .derivation import Derivation, History, NoFormula, operands
from .derived import Deriving, Evaluate, Shown, Subject, agrees
from .expression import Expr, Name
from .expression_text import text_of
from .formula import apply, total
from .normal.forms import Form, TooLong
from .normal.index_notation import Reader
from .rule_names import WRITTEN_OUT, adds_up, rule_name
from .step_groups import Groups

#: A place where a gradient flows: a node and the number of its result.
Place = tuple[Node, int]


#: Steps that somebody reads.
MOST_STEPS = 40
#: Characters of what a step gives with the names of all that came before put in.
_MOST_WRITTEN_OUT = 60

#: Characters of what a new name stands for, so that it is said at once.
_MOST_TOLD = 30

_LETTERS = ("u", "v", "w", "p", "q", "r", "h", "k", "a", "b", "c", "d")
_RESULTS = ("y", "out", "result", "f")


class Step(NamedTuple):
    """One line of a derivation."""

    rule: str
    """The name of the rule: ``chain rule``."""
    of: str
    """What it is applied to: ``u = (x - m)**2``."""
    gives: list[str]
    """The gradients that follow: ``x.grad = 2 * (x - m) * u.grad``; with ``+=`` where other branches add to it."""


class Steps(NamedTuple):
    """The derivation of a program's gradients, and what ``derive`` shows of them."""

    steps: list[Step]
    shown: Shown


def derived_by_steps(subject: Subject, *, evaluate: Evaluate) -> Steps:
    """As ``derive``, with the steps that lead there.

    Raises NoFormula where the result has no gradient at all, and TooLong for more than MOST_STEPS.
    """
    with np.errstate(all="ignore"):
        deriving = Deriving(subject, evaluate)
        said = deriving.shown(False, (), False)
        shown = subject.finish(said)
        for name in shown.missing.keys() - said.missing.keys():
            raise NoFormula(f"there are no steps to {name}.grad: {shown.missing[name]}")
        taken = {*deriving.taken, *(name for name, _ in shown.where)}
        return Steps(_Paper(deriving, taken).written(), shown)


class _Paper(History):
    """The pass written down. It has the entries of the pass with names for inner parts in place of these."""

    def __init__(self, deriving: Deriving, taken: Collection[str]) -> None:
        super().__init__()
        self.deriving = deriving
        self.found: Derivation = deriving.found
        self.given = deriving.history
        self._names = frozenset(deriving.taken)
        self.leaves = {name_node: name for name, name_node in deriving.found.nodes.items()}
        self.groups = Groups(self.given._entries, self.leaves, [edge for edge, _ in self.found.starts])
        self.order, self.within = self.groups.order, self.groups.within
        self.called = self._call(taken)
        self.numbers = self._engine()
        self.values = dict(deriving.points[0].values) | self._values()
        self.reader = Reader()
        self.told: set[Node] = set()

    def _call(self, taken: Collection[str]) -> dict[Place, str]:
        """A name for each place between steps, those of the variables included."""
        called: dict[Place, str] = {(node, 0): name for node, name in self.leaves.items()}
        free = (f"{letter}{'' if n == 0 else n}" for n in count() for letter in _LETTERS)
        names = (name for name in free if name not in taken)
        roots = {_place(edge) for edge, _ in self.found.starts}
        for place in roots if len(roots) == 1 else ():
            result = next((name for name in _RESULTS if name not in taken), None)
            if result is not None and place[0] in self.within:
                called[place] = result
        for node in self.order:
            if self.within[node] is node:
                for k in range(type(node).outputs):
                    if (node, k) not in called:
                        called[node, k] = next(names)
            for _, edge in self.groups.edges(node):
                place = _place(edge)
                if place[0] in self.within and self.within[place[0]] is place[0] and place not in called:
                    called[place] = next(names)
        return called

    # -- values ---------------------------------------------------------------------------------------------

    def _engine(self) -> dict[Place, np.ndarray]:
        """The gradients of all named places, by the engine."""
        edges = [node if type(node).outputs == 1 else Output(node, k) for node, k in self.called]
        task = Pass(True, False, edges, accumulate=False)
        task.run([(edge, np.array(seed.tensor.array)) for edge, seed in self.found.starts])
        return {place: np.asarray(g) for place, g in task.captured.items() if g is not None}

    def _values(self) -> dict[str, Tensor]:
        """The named parts, each with its gradient: what the lines are evaluated with."""
        values: dict[str, Tensor] = {}
        for (node, k), name in self.called.items():
            known = self.found.values[name] if node in self.leaves else self.given._entries[node][2][k].tensor
            value = Tensor(known.array.copy())
            if (node, k) in self.numbers:
                value.store_grad(wrap(self.numbers[node, k]))
            values[name] = value
        return values

    # -- the steps ------------------------------------------------------------------------------------------

    def written(self) -> list[Step]:
        heads = [node for node in self.order if self.within[node] is node]
        if len(heads) > MOST_STEPS:
            raise TooLong(f"the derivation has {len(heads)} steps; ask for smaller parts of it")
        self.symbols = {place: Name(name, wrap(self.values[name].array)) for place, name in self.called.items()}
        self.members = {head: [node for node in self.order if self.within[node] is head] for head in heads}
        for node in reversed(self.order):
            self._entries[node] = self._symbolic(node, self.within[node])
        self.meaning = {head: self._meaning(head) for head in heads}
        found: list[Step] = []
        arriving: dict[Place, list[tuple[Node, Expr, Expr]]] = {}
        self.running: dict[Place, Expr] = {}
        for edge, seed in self.found.starts:
            arriving.setdefault(_place(edge), []).append((_place(edge)[0], seed, seed))
        branches = self._branches()
        for head in heads:
            places = [(head, k) for k in range(type(head).outputs) if (head, k) in arriving]
            for place in places:
                found += self._meet(place, arriving[place])
            if places:
                found.append(self._explained(head, arriving, branches))
        for node in self.leaves:
            found += self._meet((node, 0), arriving.get((node, 0), []))
        return found

    def _branches(self) -> Counter[Place]:
        """From how many steps gradients come to a place."""
        sources: set[tuple[Node | None, Place]] = {
            (self.within[node], _place(edge))
            for node in self.order
            for _, edge in self.groups.edges(node)
            if self.within.get(_place(edge)[0]) is not self.within[node]
        }
        sources |= {(None, _place(edge)) for edge, _ in self.found.starts}
        return Counter(place for _, place in sources)

    def _meet(self, place: Place, arrived: Sequence[tuple[Node, Expr, Expr]]) -> list[Step]:
        """What has arrived at a place from several branches is added."""
        if not arrived:
            return []
        local, running = arrived[0][1:]
        for _, one, other in arrived[1:]:
            local, running = total(local, one), total(running, other)
        self.running[place] = running
        if len(arrived) == 1:
            return []
        text = self._line(place, local, None if place[0] in self.leaves else running)
        return [] if text is None else [Step("sum over the branches", self.called[place], [text])]

    def _explained(
        self, head: Node, arriving: dict[Place, list[tuple[Node, Expr, Expr]]], branches: Counter[Place]
    ) -> Step:
        members = self.members[head]
        local = self._pulled(head, members, arriving, False)
        running = self._pulled(head, members, arriving, True)
        gives: list[str] = []
        variables = list(self.leaves)
        order = {place: 1 + variables.index(place[0]) if place[0] in self.leaves else 0 for place in local}
        for place, g in sorted(local.items(), key=lambda item: order[item[0]]):
            several = branches[place] > 1
            line = self._line(place, g, None if several else running[place], adds=several)
            if line is not None:
                gives.append(line)
            arriving.setdefault(place, []).append((head, g, running[place]))
        worth = (
            (n for n in members if not self.groups.is_simple(n)),
            (n for n in members if adds_up(self.groups.op(n))),
            members,
        )
        core = next(chain.from_iterable(worth))
        inner = [self.groups.op(node) for node in members if node is not core]
        op, args, _ = self._entries[core]
        edges = self.groups.edges(core)
        tracked = [op.params[operands(op, args)[k][1][0]].name for k, _ in edges]
        same = len({_place(e) for _, e in edges}) < len(edges)
        return Step(rule_name(op, tracked, inner, same), self._definition(head), gives)

    def _symbolic(self, node: Node, head: Node) -> tuple[Operation, tuple[Any, ...], list[Expr]]:
        """An entry with symbols for what has a name."""
        op, given, results = self.given._entries[node]
        args: list[Any] = [
            list(a) if isinstance(a, (list, tuple)) and any(isinstance(p, Expr) for p in a) else a for a in given
        ]
        for k, edge in self.groups.edges(node):
            position, index = operands(op, given)[k][1]
            new = self._inside(_place(edge), head)
            if index is None:
                args[position] = new
            else:
                args[position][index] = new
        made = apply(op, tuple(args), [e.tensor for e in results])
        return op, tuple(args), list(made) if isinstance(made, tuple) else [made]

    def _inside(self, place: Place, head: Node) -> Expr:
        node, k = place
        if node in self.within and self.within[node] is head and node is not head:
            return self._entries[node][2][k]
        return self.symbols[place]

    def _pulled(
        self,
        head: Node,
        members: Sequence[Node],
        arriving: Mapping[Place, Sequence[tuple[Node, Expr, Expr]]],
        written_out: bool,
    ) -> dict[Place, Expr]:
        """The gradients that a step passes on, of the one that arrives: its name, or what it is."""
        pending: dict[Place, Expr] = {}
        for k in range(type(head).outputs):
            arrived = arriving.get((head, k))
            if arrived:
                seed = len(arrived) == 1 and arrived[0][0] is head
                pending[head, k] = self.running[head, k] if written_out or seed else self._incoming((head, k))
        out: dict[Place, Expr] = {}
        for node in members:
            slots = [pending.get((node, k)) for k in range(type(node).outputs)]
            if all(g is None for g in slots):
                continue
            grads = self._rules(node, head, slots)
            for k, edge in self.groups.edges(node):
                g = grads[k]
                if g is None:
                    continue
                place = _place(edge)
                target = pending if self.within.get(place[0]) is head else out
                target[place] = total(target[place], g) if place in target else g
        return out

    def _rules(self, node: Node, head: Node, arrived: list[Expr | None]) -> list[Expr | None]:
        """A node's rules; what they say of its result they say by its name: ``p * (1 - p)``, not of exp(u)."""
        op, args, results = entry = self._entries[node]
        if node is head and op.spelling not in WRITTEN_OUT:
            symbols: list[Expr] = [self.symbols.get((node, k), e) for k, e in enumerate(results)]
            self._entries[node] = op, args, symbols
        try:
            return self._step(node, arrived)
        finally:
            self._entries[node] = entry

    def _incoming(self, place: Place) -> Expr:
        return Name(f"{self.called[place]}.grad", wrap(self.numbers[place]))

    # -- text -----------------------------------------------------------------------------------------------

    def _name(self, head: Node) -> str:
        return ", ".join(self.called[head, k] for k in range(type(head).outputs))

    def _meaning(self, head: Node) -> str | None:
        """What a step's result is of the named parts in it."""
        made = self._entries[head][2]
        whole = made[0] if len(made) == 1 or not made[0].parts else made[0].parts[0]
        true = whole.tensor.array if len(made) == 1 else None
        return self._tried(self.deriving.short(self.reader, None, whole), whole, true)

    def _definition(self, head: Node) -> str:
        """``y = exp(-u) with u = x**2``: the parts that are named here for the first time."""
        text = self.meaning[head]
        if text is None:
            return self._name(head)
        known = []
        for below in self._parts(head):
            meaning = self.meaning[below]
            if meaning is not None and below not in self.told and len(meaning) <= _MOST_TOLD:
                self.told.add(below)
                known.append(f"{self._name(below)} = {meaning}")
        return f"{self._name(head)} = {text}" + (f" with {', '.join(known)}" if known else "")

    def _parts(self, head: Node) -> list[Node]:
        """The steps whose results this one is made of."""
        below = [_place(e)[0] for node in self.members[head] for _, e in self.groups.edges(node)]
        return list(dict.fromkeys(node for node in below if node in self.meaning and node is not head))

    def _line(self, place: Place, g: Expr, running: Expr | None = None, adds: bool = False) -> str | None:
        name = self.called[place]
        true = g.tensor.array if adds else self.numbers[place]
        text = self._tried(self.deriving.short(self.reader, name, g), g, true)
        if text is None:
            return None
        if running is not None:
            whole = self._tried(self.deriving.short(self.reader, name, running), running, true)
            if whole is not None and whole != text and len(whole) <= _MOST_WRITTEN_OUT:
                text = f"{text} = {whole}"
        return f"{name}.grad {'+' if adds else ''}= {text}"

    def _tried(self, form: Form | None, e: Expr, true: np.ndarray | None) -> str | None:
        """The short text or else the plain one, whichever has this value; None where neither has it."""
        plain: Callable[[], str] = partial(text_of, e, self.deriving.taken)
        ways: list[Callable[[], str]] = [plain] if form is None else [partial(str, form), plain]
        for way in ways:
            try:
                text = way()
                if true is None:
                    return text
                made = self.deriving.evaluate([], text, self.values)
            except Exception:  # there is no text, or it does not run: nothing is shown
                continue
            if isinstance(made, (int, float)) and not true.ndim:
                made = wrap(np.asarray(made, true.dtype))
            if isinstance(made, Tensor) and agrees(made.array, true):
                return text
        return None


def _place(edge: Node | Output) -> Place:
    return edge.node if isinstance(edge, Output) else edge, index_of(edge)
