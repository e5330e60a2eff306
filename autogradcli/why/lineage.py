"""A recording that also knows what is no operation: where values left the history, and the backward passes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..engine.node import AccumulateGrad, Node, index_of, node_of
from ..engine.operation import Operation
from ..engine.state import state
from ..engine.tensor import Tensor
from ..explain.entries import Entry, Slot
from ..explain.recording import MOST_OPERATIONS, Recording

#: Numbers of a list that are looked at.
_FEW = 64


class Exit(NamedTuple):
    """Values that left a tensor's history."""

    way: str
    """How: ``detach()``, ``.data``, ``item()``."""
    source: Slot
    line: int
    made: Any
    """As what: a tensor, a number, a list. Kept, so that nothing else gets its identity."""


class Arrival(NamedTuple):
    """What one backward pass added to a leaf."""

    leaf: Node
    before: np.ndarray | None
    added: np.ndarray


class Backward(NamedTuple):
    """One backward pass."""

    line: int
    roots: list[tuple[Node | None, int, np.ndarray]]
    arrivals: list[Arrival]
    entries: int
    """How many operations had run before it."""


class Lineage(Recording):
    """The tape of a program that somebody asks about."""

    __slots__ = ("cleared", "entered", "exits", "left_by", "passes")

    def __init__(self, variables: Mapping[str, Any], limit: int = MOST_OPERATIONS) -> None:
        super().__init__(variables, limit)
        self.exits: list[Exit] = []
        self.left_by: dict[int, Exit] = {}
        #: Of an operation that took a number which had left a history: where that was.
        self.entered: dict[Entry, list[Exit]] = {}
        self.passes: list[Backward] = []
        #: On which lines a leaf's gradient was forgotten.
        self.cleared: dict[Node, list[int]] = {}

    # -- what the engine calls ----------------------------------------------------------------------------

    def append(self, given: tuple[Operation, tuple[Any, ...], list[Tensor]]) -> None:
        super().append(given)
        if self.full:
            return
        numbers = [self.left_by[id(a)] for a in given[1] if type(a) is float and id(a) in self.left_by]
        if numbers:
            self.entered[self.entries[-1]] = numbers

    def left(self, way: str, source: Any, made: Any) -> None:
        if isinstance(made, (bool, int)):  # there is one of each, whoever made it
            return
        slot = self.slot(source) if isinstance(source, Tensor) else self._seen(source)
        if slot is None:  # numbers that came from somewhere else
            return
        found = Exit(way, slot, state.where(), made)
        self.exits.append(found)
        self.left_by[id(made)] = found
        if isinstance(made, Tensor):
            self.slot(made)

    def _seen(self, source: Any) -> Slot | None:
        """What an array that ``numpy()`` gave, or a list that ``tolist()`` gave, was made of."""
        for part in (source, *source[:_FEW]) if isinstance(source, (list, tuple)) else (source,):
            before = self.left_by.get(id(part))
            if before is not None and before.made is part:
                return before.source
        return self._arrays.get(id(source))

    def began(self, roots: Sequence[tuple[Any, Any]]) -> None:
        found = [(node_of(edge), index_of(edge), np.array(_array(g))) for edge, g in roots if edge is not None]
        self.passes.append(Backward(state.where(), found, [], len(self.entries)))

    def arrived(self, sink: AccumulateGrad, gradient: Any) -> None:
        if self.passes:
            before = None if sink.grad is None else np.array(_array(sink.grad))
            self.passes[-1].arrivals.append(Arrival(sink, before, np.array(_array(gradient))))

    def stored(self, tensor: Tensor, gradient: Tensor | None) -> None:
        node = node_of(tensor.node)
        if gradient is None and isinstance(node, AccumulateGrad):
            self.cleared.setdefault(node, []).append(state.where())

    def _note(self, tensor: Tensor, entry: Entry | None, index: int) -> Slot:
        slot = super()._note(tensor, entry, index)
        found = self.left_by.get(id(tensor))
        if found is not None and found.made is tensor and entry is None:
            slot.came = found
        return slot

    # -- reading it ---------------------------------------------------------------------------------------

    def made(self, node: Node | None, index: int) -> Slot | None:
        """The value that a node of the graph made, or the last one of a leaf."""
        if isinstance(node, AccumulateGrad):
            versions = self._leaves.get(node)
            return versions[-1] if versions else None
        return None if node is None else self._made.get((node, index))


def _array(g: Any) -> Any:
    array = g.array if isinstance(g, Tensor) else g
    return array if isinstance(array, np.ndarray) else np.asarray(getattr(array, "dense", array))


class Link(NamedTuple):
    """One step backward in what a value was made of."""

    source: Slot
    line: int
    """Where it was used."""
    by: str
    """What cut the history there; "" for a step that has a history."""


def links(recording: Lineage, slot: Slot) -> list[Link]:
    """The values that a value was made of directly, and which of these steps cut its history."""
    came = slot.came
    if came is not None:
        return [Link(came.source, came.line, came.way)]
    entry = slot.entry
    if entry is None:
        return []
    found = []
    for source in operands(entry):
        by = ""
        if source.tracked and not slot.tracked:
            by = NO_GRAD if entry.op.has_gradient and slot.array.dtype.kind in "fc" else FLAT
        found.append(Link(source, entry.line, by))
    for exit_ in recording.entered.get(entry, ()):
        found.append(Link(exit_.source, exit_.line, exit_.way))
    return found


NO_GRAD, FLAT = "no_grad", "flat"


def operands(entry: Entry) -> list[Slot]:
    found: list[Slot] = []
    for a in entry.args:
        if isinstance(a, Slot):
            found.append(a)
        elif isinstance(a, list):
            found += [x for x in a if isinstance(x, Slot)]
    return found


class Path(NamedTuple):
    """How a value came from a leaf: the values on the way, the leaf first."""

    slots: list[Slot]
    cuts: list[Link]
    """The steps that cut the history."""


def path_to(recording: Lineage, end: Slot, leaf: Node) -> Path | None:
    """A shortest way from a leaf to a value, through whatever cut the history; with as few cuts as can be."""
    from heapq import heappop, heappush

    queue: list[tuple[int, int, int, Slot, tuple[Any, ...] | None]] = [(0, 0, 0, end, None)]
    seen: set[Slot] = set()
    count = 0
    while queue:
        cuts, steps, _, slot, way = heappop(queue)
        if slot in seen:
            continue
        seen.add(slot)
        if slot.origin is leaf:
            slots, found = [slot], []
            while way is not None:
                after, link, way = way
                slots.append(after)
                if link.by:
                    found.append(link)
            return Path(slots, found)
        for link in links(recording, slot):
            count += 1
            heappush(queue, (cuts + bool(link.by), steps + 1, count, link.source, (slot, link, way)))
    return None
