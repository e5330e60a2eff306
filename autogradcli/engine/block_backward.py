"""The backward pass through deferred operations: the rules of consecutive nodes, block by block.

The pass walks nodes from the newest to the oldest. Where some that follow each other in this order were deferred and
have one shape, all that flows into them comes from before or from among them. So their rules can run for one block of
numbers after the other, on parts of the gradients that arrived and of the values that were saved; saved values that
were never computed are computed anew, in the same block. What leaves for other nodes is put together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..numerics.blocks import over_blocks
from .deferred import held_by, peek
from .expressions import Deferred, Plan
from .in_blocks import InBlocks
from .node import AccumulateGrad, Node, Output
from .saved import Packed
from .tensor import Tensor
from .worlds import ARRAYS


def first_of_region(order: list[Node], at: int) -> int:
    """The next node from here on whose rule can run in blocks; the number of nodes where there is none."""
    for k in range(at, len(order)):
        if order[k].fix.__class__ is InBlocks:
            return k
    return len(order)


class _Step:
    """A node's rules in a block: where its gradient is, what its rules name, and where their results go."""

    __slots__ = ("arrived", "place", "rules")

    def __init__(self) -> None:
        self.arrived: Any = None  # what came from outside, in one line
        self.place = 0
        self.rules: list[tuple[Any, list[Any], list[tuple[int, int]], int]] = []


class Region:
    """Nodes whose rules run together. ``nodes`` are those of the order that it takes; there may be none."""

    def __init__(
        self, order: list[Node], at: int, pending: dict[Any, Any], barred: Callable[[Node], bool] | None = None
    ) -> None:
        self.nodes: list[Node] = []
        shape = order[at].fix.shape
        self.size = 1
        for n in shape:
            self.size *= n
        self.shape = shape
        saved: list[list[Any]] = []
        for node in order[at:]:
            values = _usable(node, shape, pending.get(node))
            if values is None or (barred is not None and barred(node)):
                break
            self.nodes.append(node)
            saved.append(values)
            if any(e.__class__ is AccumulateGrad and e.extra is not None for e in node.edges):
                break  # a hook of this leaf runs before the rules of the nodes behind
        self._plan = Plan([v for values in saved for v in values if v.__class__ is Deferred])
        #: Places of the nodes that a gradient reached.
        self.reached: set[int] = set()
        #: Edges that lead out, in the order in which they are first reached, and where their gradients gather.
        self.outside: dict[Any, int] = {}
        self._steps: list[_Step] = []
        self._places = {node: k for k, node in enumerate(self.nodes)}
        self._prepare(saved, pending)
        self._folds = [(self._plan.place(fold.of), fold) for fold in self._plan.add_folds(self.size)]

    def _prepare(self, saved: list[list[Any]], pending: dict[Any, Any]) -> None:
        places: dict[Any, int] = {**self._places}
        for node, values in zip(self.nodes, saved, strict=True):
            step = _Step()
            step.place = self._places[node]
            given = pending.get(node)
            step.arrived = None if given is None else _line(given, self.size)
            op = type(node).op
            cells: dict[str, tuple[Any, int]] = {}
            for save, value in zip(op.saves, values, strict=True):
                if value.__class__ is Deferred:
                    cells[save.name] = (None, self._plan.place(value))
                elif value.__class__ is np.ndarray and value.ndim:
                    cells[save.name] = (None, self._plan.leaf(value))
                else:
                    cells[save.name] = (value, -1)
            for p, edge in zip(op.edges, node.edges, strict=True):
                if edge is None:
                    continue
                if edge not in places:
                    places[edge] = len(self.nodes) + len(self.outside)
                    self.outside[edge] = places[edge]
                names = op.given[p.name]
                moves = [(k, cells[name][1]) for k, name in enumerate(names) if cells[name][1] >= 0]
                step.rules.append((op.rules[p.name], [cells[name][0] for name in names], moves, places[edge]))
            self._steps.append(step)

    def run(self, pending: dict[Any, Any]) -> dict[Any, np.ndarray]:
        """The gradients that leave, by edge; what had arrived there before is in them."""
        count = len(self.nodes) + len(self.outside)
        before = {at: _line(g, self.size) for e, at in self.outside.items() if (g := pending.get(e)) is not None}
        found: dict[int, np.ndarray] = {}
        parts: list[dict[int, Any]] = [{} for _ in self._folds]

        def work(k: int, begin: int, end: int) -> None:
            cells = self._plan.cells(begin, end)
            for (place, fold), sums in zip(self._folds, parts, strict=True):
                sums[k] = fold.of_block(cells[place])
            grads: list[Any] = [None] * count
            owned = [False] * count
            for at, g in before.items():
                grads[at] = g[begin:end]
            for step in self._steps:
                g = grads[step.place]
                if g is None:
                    continue
                if not k:
                    self.reached.add(step.place)
                grads[step.place] = None
                for rule, values, moves, to in step.rules:
                    given = list(values)
                    for at, source in moves:
                        given[at] = cells[source]
                    made = rule(ARRAYS, g, *given)
                    if made is None:
                        continue
                    sofar = grads[to]
                    if sofar is None:
                        grads[to] = made
                    elif owned[to] and made.dtype is sofar.dtype:
                        sofar += made
                    else:
                        grads[to] = sofar + made
                        owned[to] = True
            for at in self.outside.values():
                g = grads[at]
                if g is not None:
                    if at not in found:
                        found[at] = np.empty(self.size, g.dtype)
                    found[at][begin:end] = g

        before.update((step.place, step.arrived) for step in self._steps if step.arrived is not None)
        # a rule is two steps or three
        over_blocks(self.size, work, self._plan.steps + 2 * sum(len(step.rules) for step in self._steps))
        for (_, fold), sums in zip(self._folds, parts, strict=True):
            fold.finish(sums)
        return {e: found[at].reshape(self.shape) for e, at in self.outside.items() if at in found}


def _usable(node: Node, shape: tuple[int, ...], given: Any) -> list[Any] | None:
    """What a node saved, for blocks: expressions, arrays in one line, and what is no array. None where its rules must
    run by themselves."""
    fix = node.fix
    if fix.__class__ is not InBlocks or fix.shape != shape or node.extra is not None or node.saved is None:
        return None
    if given is not None and (given.__class__ is not np.ndarray or given.shape != shape):
        return None
    if any(e.__class__ is Output for e in node.edges):
        return None
    values: list[Any] = []
    saved = node.saved
    for k in range(0, len(saved), 2):
        value, mark = saved[k], saved[k + 1]
        if value.__class__ is Packed:
            return None
        if isinstance(value, Tensor):
            if value.version != mark:
                return None
            held = held_by(value)
            if held is None:
                array = peek(value)
                if array.ndim and (array.shape != shape or not array.flags.c_contiguous):
                    return None
                values.append(array.reshape(-1) if array.ndim else array)
            else:
                values.append(held)
        elif value.__class__ is np.ndarray:
            return None
        else:
            values.append(value)
    return values


def _line(g: np.ndarray, size: int) -> np.ndarray:
    """A gradient in one line; one that is the same everywhere takes no memory."""
    if not any(g.strides):
        return np.broadcast_to(g.reshape(-1)[:1] if g.size == 1 else g[(slice(0, 1),) * g.ndim].reshape(-1), (size,))
    return g.reshape(-1)
