"""Gradients as formulas: the backward pass in the world of expressions.

The program runs once with tracing, which says what every tensor was made of. Then the pass goes from the result to
the leaves as the engine's own does, but each rule gets expressions: inputs by their names, intermediate results as
the expressions that made them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..engine.node import AccumulateGrad, Node, Output, index_of, node_of
from ..engine.operation import Operation
from ..engine.record import WIDE_CONJ
from ..engine.state import Tape, state
from ..engine.tensor import Tensor, wrap
from ..engine.worlds import roles
from ..numerics import dtypes
from .expression import Constant, Expr, Name, value_of
from .formula import FORMULAS, apply, total
from .replay import gradients_at
from .spelling import speakable

Entry = tuple[Operation, tuple[Any, ...], list[Tensor]]


class NoFormula(ValueError):
    """The result has no gradient to derive."""


class Derivation(NamedTuple):
    """The gradients of a traced program as expressions."""

    gradients: list[tuple[str, Expr | None]]
    """For each variable its gradient; None where the result doesn't depend on it."""
    unsaid: dict[str, str]
    """Variables whose gradient has no formula, and why."""
    numbers: dict[str, np.ndarray]
    """What the engine itself gives for them."""
    roots: list[tuple[Expr, np.ndarray]]
    """The results, and the gradients that it starts from."""
    starts: list[tuple[Node | Output, Expr]]
    """The same as places in the graph."""
    nodes: dict[str, Node]
    """Where in the graph the variables are that have a gradient."""
    values: dict[str, Any]
    """The variables as they went into the program."""


def gradients(
    compute: Callable[[Mapping[str, Any]], Any],
    variables: Mapping[str, Any],
    seeds: Sequence[Any] | None = None,
    history: History | None = None,
    seed: str = "g",
    constant: Collection[str] = (),
) -> Derivation:
    """The gradient of what ``compute`` gives, with respect to each variable.

    ``compute`` gets the variables by name, the floating ones as leaves that require grad, and gives a tensor, or a
    tuple of them. ``seeds`` are the gradients to start from, called ``g`` (or ``seed``), or ``g0``, ``g1``, ...; needed
    for results that are no scalars. ``history`` is a new one, of somebody who wants to see the
    pass. Raises NoFormula for a result
    without a gradient.
    """
    values = {name: value if name in constant else _leaf(value) for name, value in variables.items()}
    history = History() if history is None else history
    history.begin(values)
    made = history.trace(compute, values)
    results = made if isinstance(made, (tuple, list)) else (made,)
    roots: list[tuple[Node | Output, Expr]] = []
    tracked: list[Tensor] = []
    for k, result in enumerate(results):
        if not isinstance(result, Tensor):
            raise NoFormula(f"the result is no tensor but {type(result).__name__}")
        if result.node is not None:
            tracked.append(result)
            given = None if seeds is None else seeds[k]
            roots.append((result.node, _seed(result, given, f"{seed}{k}" if len(results) > 1 else seed)))
    if not roots:
        raise NoFormula("the result has no gradient: it depends on no variable that has one")
    leaves = {
        name: v.node for name, v in values.items() if isinstance(v, Tensor) and isinstance(v.node, AccumulateGrad)
    }
    reached, lost = history.pull(roots)
    unsaid = {name: lost[node] for name, node in leaves.items() if node in lost}
    found = [(name, None if name in unsaid else reached.get(node)) for name, node in leaves.items()]
    starts = [(history.expression(result), seed.tensor.array) for result, (_, seed) in zip(tracked, roots, strict=True)]
    numbers = gradients_at([(edge, np.array(seed.tensor.array)) for edge, seed in roots], leaves)
    return Derivation(found, unsaid, numbers, starts, roots, dict(leaves), values)


def _leaf(value: Any) -> Any:
    if isinstance(value, (float, complex)):
        kind = dtypes.default.dtype if isinstance(value, float) else dtypes.complex_of(dtypes.default.dtype)
        return Tensor(np.asarray(value, dtype=kind.np), requires_grad=True)
    if isinstance(value, Tensor):
        return Tensor(value.array, requires_grad=value.dtype.category >= dtypes.FLOATING)
    return value


def _seed(result: Tensor, gradient: Any, name: str) -> Expr:
    if gradient is not None:
        if not isinstance(gradient, Tensor) or gradient.array.shape != result.array.shape:
            raise NoFormula(f"the gradient must be a tensor of the result's shape {list(result.array.shape)}")
        return Name(name, wrap(gradient.array))
    if result.array.size != 1:
        raise NoFormula("grad can be implicitly created only for scalar outputs: give a gradient, or take the sum")
    return Constant(wrap(np.ones(result.array.shape, result.array.dtype)))


class History(Tape):
    """What every tensor of a program was made of, as expressions. It is the engine's tape, and so it sees each
    operation at once: later a tensor may have been changed in place, with other values and another node."""

    __slots__ = ("_by_id", "_by_node", "_entries", "_names", "_said", "_seen", "steps", "through")

    def __init__(self) -> None:
        super().__init__()
        #: All that ran, in order.
        self.steps: list[tuple[Operation, tuple[Any, ...], list[Expr]]] = []
        #: Expressions that have no text, by their ids: through which function of the language they go.
        self.through: dict[int, str] = {}
        self._names: frozenset[str] = frozenset()
        self._said: dict[int, Expr] = {}  # what is known to have a text
        self._seen: list[Tensor] = []  # so that their ids stay their own
        self._by_id: dict[int, tuple[Expr, int]] = {}  # with the version that the tensor had
        self._by_node: dict[tuple[Node, int], Expr] = {}
        self._entries: dict[Node, tuple[Operation, tuple[Any, ...], list[Expr]]] = {}

    def begin(self, values: Mapping[str, Any]) -> None:
        """The variables, by their names."""
        self._names = frozenset(values)
        for name, value in values.items():
            if isinstance(value, Tensor):
                self.note(value, Name(name, wrap(value.array.copy())))

    def trace(self, compute: Callable[..., Any], *args: Any) -> Any:
        """Call a function; what it records is noted here."""
        outer, state.tape = state.tape, self
        state.refresh()
        try:
            return compute(*args)
        finally:
            state.tape = outer
            state.refresh()

    def append(self, entry: Entry) -> None:
        op, args, outputs = entry
        given = tuple(self.expression(a) for a in args)
        made = apply(op, given, [wrap(t.array.copy()) for t in outputs])
        results = list(made) if isinstance(made, tuple) else [made]
        self.steps.append((op, given, results))
        for t, e in zip(outputs, results, strict=True):
            self.note(t, e)
            node = node_of(t.node)
            if node is not None:
                self._entries[node] = (op, given, results)

    def note(self, tensor: Tensor, expression: Expr) -> None:
        self._seen.append(tensor)
        self._by_id[id(tensor)] = (expression, tensor.version)
        node = node_of(tensor.node)
        if node is not None:
            self._by_node[node, index_of(tensor.node)] = expression

    def expression(self, value: Any) -> Any:
        """What a tensor was made of; a constant where it was made of nothing."""
        if isinstance(value, (list, tuple)) and any(isinstance(v, Tensor) for v in value):
            return [self.expression(v) for v in value]
        if not isinstance(value, Tensor):
            return value
        node = node_of(value.node)
        if node is not None and (node, index_of(value.node)) in self._by_node:
            return self._by_node[node, index_of(value.node)]
        found, version = self._by_id.get(id(value), (None, 0))
        if found is None or version != value.version:
            return Constant(wrap(value.array.copy()))
        return found

    # -- the pass -----------------------------------------------------------------------------------------

    def pull(self, roots: Sequence[tuple[Node | Output, Expr]]) -> tuple[dict[Node, Expr], dict[Node, str]]:
        """The gradients of all leaves below, from those of the roots; and of leaves that have none, why."""
        pending: dict[Node, list[Expr | None]] = {}
        for edge, seed in roots:
            self._arrive(pending, edge, seed)
        for node in reversed(self._entries):  # the order of the tape is that of the graph
            if node in pending:
                for k, g in enumerate(self._step(node, pending.pop(node))):
                    below = node.edges[k]
                    if below is not None and g is not None:
                        self._arrive(pending, below, g)
        done: dict[Node, Expr] = {}
        lost: dict[Node, str] = {}
        for node, arrived in pending.items():
            if isinstance(node, AccumulateGrad):
                assert arrived[0] is not None
                done[node] = arrived[0]
            else:
                lost |= dict.fromkeys(leaves_below(node), _why_not(node))
        return done, lost

    def _arrive(self, pending: dict[Node, list[Expr | None]], edge: Node | Output, g: Expr) -> None:
        node = edge.node if isinstance(edge, Output) else edge
        slots = pending.setdefault(node, [None] * type(node).outputs)
        index = index_of(edge)
        sofar = slots[index]
        if sofar is not None:
            self._met(sofar, g, edge)
        slots[index] = g if sofar is None else total(sofar, g)

    def _met(self, sofar: Expr, g: Expr, edge: Node | Output) -> None:
        """Two branches meet: for somebody who wants to see the pass."""

    def _step(self, node: Node, arrived: list[Expr | None]) -> list[Expr | None]:
        """One node's rules, and what the engine does around them."""
        op, args, results = self._entries[node]
        conj = node.fix is not None and node.fix[2] in (True, WIDE_CONJ)
        g: Any = arrived if type(node).outputs > 1 else arrived[0]
        if conj:
            g = [None if x is None else FORMULAS.conj(x) for x in g] if isinstance(g, list) else FORMULAS.conj(g)
        grads = op.pull(FORMULAS, g, [e is not None for e in node.edges], op.saved(args, results))
        out: list[Expr | None] = []
        for k, x in enumerate(grads):
            found = self._fixed(node, k, x, conj)
            if found is not None and not speakable(found, self._said):
                before = (self.through.get(id(a)) for a in arrived)
                self.through.setdefault(id(found), next(filter(None, before), op.spelling.rstrip("_")))
            out.append(found)
        return out

    def _fixed(self, node: Node, k: int, g: Expr | None, conj: bool) -> Expr | None:
        if g is None or node.fix is None:
            return g
        shapes, kinds, _ = node.fix
        if conj:
            g = FORMULAS.conj(g)
        if shapes is not None and shapes[k] is not None and tuple(g.shape) != shapes[k]:
            g = _by_role(roles.sum_to, g, shapes[k])
        if kinds is not None and kinds[k] is not None and g.tensor.array.dtype is not kinds[k]:
            g = _by_role(roles.cast, g, dtypes.from_numpy(kinds[k]))
        return g


def leaves_below(node: Node) -> set[Node]:
    """The leaves that a gradient at a node flows down to."""
    found: set[Node] = set()
    pending: list[Any] = [node]
    seen = {node}
    while pending:
        for edge in pending.pop().edges:
            below = node_of(edge)
            if below is not None and below not in seen:
                seen.add(below)
                pending.append(below)
                if isinstance(below, AccumulateGrad):
                    found.add(below)
    return found


def _why_not(node: Node) -> str:
    """Why a node that no declared operation made has no formula, for a reader."""
    name = type(node).__name__
    if name in ("CopySlices", "CopyBackwards"):
        return "it goes through a change in place of a part of a tensor"
    return f"it goes through {name.removesuffix('Backward')}, a Function with a backward of its own"


def operands(op: Operation, args: Sequence[Any]) -> list[tuple[Any, tuple[int, int | None]]]:
    """The argument of each edge, and where it stands: number of the argument, and in a list."""
    out: list[tuple[Any, tuple[int, int | None]]] = []
    for p in op.edges:
        value = args[p.index]
        out += [(v, (p.index, k)) for k, v in enumerate(value)] if p.kind == "list" else [(value, (p.index, None))]
    return out


def _by_role(role: Any, *args: Any) -> Any:
    """One of the engine's own operations: a declared one, or a function that calls such, traced."""
    op = getattr(role, "op", None)
    if op is not None:
        return apply(op, (*args, *[p.default for p in op.parse().params[len(args) :]]))
    values = [value_of(a) for a in args]
    history = History()
    for a, v in zip(args, values, strict=True):
        if isinstance(a, Expr):
            history.note(v, a)
    return history.expression(history.trace(_ungraphed, role, values))


def _ungraphed(function: Callable[..., Any], values: Sequence[Any]) -> Any:
    grad, state.grad = state.grad, False
    try:
        return function(*values)
    finally:
        state.grad = grad
