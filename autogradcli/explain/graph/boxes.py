"""The graph of a tensor as a picture, with what a recording of its program knows of each node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ...engine.node import AccumulateGrad, Node, Output, index_of, node_of
from ...engine.tensor import MetaTensor, Tensor
from ...engine.views import CopySlices
from ...numerics.dtypes import INEXACT
from ..entries import Call, Entry, Slot, slots_in
from ..recording import Recording
from .graph_picture import CUT, LEAF, MORE, OPERATION, ROLLED, Box, Edge, ModuleBox, Picture
from .rolling import Group, Traits, roll
from .skeleton import Path, Skeleton, Units, common, nearest
from .summaries import Gradients, facts, gradients

#: Operations that are looked at for a cut, and leaves that are listed.
_FAR, _LISTED = 1000, 100


class Known(NamedTuple):
    """What there is to know of a graph beside its nodes."""

    recording: Recording | None
    """None where the program was not written down."""
    names: Mapping[tuple[Node, int], str]
    """What variables call results, and leaves."""
    modules: Mapping[Any, str]
    """What modules are called."""
    lines: tuple[str, ...] = ()


class Limits(NamedTuple):
    """What is to be drawn."""

    most: int
    """Boxes."""
    depth: int | None = None
    full: bool = False
    """Whether no chain is rolled up."""
    values: bool = False
    gradient: np.ndarray | None = None
    """The gradient to start from; None for ones."""


class Cut(NamedTuple):
    """Where the history of an operand was cut off."""

    operand: Slot
    line: int
    beyond: Slot
    """What would have gone on."""


def read(value: Tensor, label: str, known: Known, limits: Limits) -> Picture:
    """The picture. Raises RuntimeError for a view whose history became ambiguous, ValueError for no history."""
    edge: Node | Output | None = value.grad_fn if value.grad_fn is not None else value.node
    root = node_of(edge)
    if root is None:
        raise ValueError(f"{label} has no history: nothing in it requires grad")
    return _Reading(value, root, label, known, limits).picture()


class _Reading:
    def __init__(self, value: Tensor, root: Node, label: str, known: Known, limits: Limits) -> None:
        self.value, self.label, self.known, self.limits = value, label, known, limits
        self.recording = known.recording
        if self.recording is not None:
            self.recording.slot(value)
        self.skeleton = Skeleton(root)
        nodes = self.skeleton.nodes
        self.by_node: dict[Node, str] = {}
        for (node, _), name in sorted(known.names.items(), key=lambda item: item[0][1]):
            before = self.by_node.get(node)
            self.by_node[node] = name if before is None else f"{before}, {name}"
        self.entries = [self._entry(node) for node in nodes] if self.recording is not None else []
        self.cuts: dict[int, list[Cut]] = {}
        self._seen: dict[Slot, Cut | None] = {}
        for k, entry in enumerate(self.entries):
            if entry is not None and (found := self._cuts(entry)):
                self.cuts[k] = found
        self.paths = self._paths()
        self.units, self.groups = self._rolled()
        self.notes: list[str] = []
        self.boxes: list[Box] = []
        self.modules: list[ModuleBox] = []
        self._calls: dict[Call, int] = {}

    # -- what is known ------------------------------------------------------------------------------------

    def _entry(self, node: Node) -> Entry | None:
        assert self.recording is not None
        if isinstance(node, AccumulateGrad):
            return None
        for made in (node.function, node) if isinstance(node, CopySlices) else (node,):
            for slot in self.recording.made_by(made).values():
                if slot.entry is not None:
                    return slot.entry
        return None

    def _cuts(self, entry: Entry) -> list[Cut]:
        found: dict[Slot, Cut] = {}
        for slot in slots_in(entry.args):
            if not slot.tracked and (cut := self._cut(slot)) is not None:
                found.setdefault(slot, cut)
        return list(found.values())

    def _cut(self, operand: Slot) -> Cut | None:
        """Where the history of a value without one was cut off, if it was."""
        if operand in self._seen:
            return self._seen[operand]
        found: Cut | None = None
        pending, seen = [operand], {operand}
        while pending and found is None and len(seen) < _FAR:
            slot = pending.pop()
            entry = slot.entry
            if slot.parted is not None:
                found = Cut(operand, 0, slot.parted)
            elif entry is not None:
                beyond = next((s for s in slots_in(entry.args) if s.tracked), None)
                if entry.cut or (beyond is not None and operand.array.dtype.kind in INEXACT):
                    # recording was off, or it has no derivative, as a comparison that was made a number
                    assert beyond is not None
                    found = Cut(operand, entry.line, beyond)
                    break
                for inner in slots_in(entry.args):
                    if not inner.tracked and inner not in seen:
                        seen.add(inner)
                        pending.append(inner)
        self._seen[operand] = found
        return found

    def _paths(self) -> list[Path]:
        """The calls of modules that each node was made in. One that no operation is known of belongs where those made
        before and after it both do, a leaf that is no variable where all do that use it."""
        skeleton = self.skeleton
        count = len(skeleton.nodes)
        paths: list[Path] = [()] * count
        if not any(entry is not None and entry.call is not None for entry in self.entries):
            return paths
        known: dict[Call, Path] = {}
        after: Path = ()
        unknown: list[int] = []
        for k, entry in enumerate(self.entries):
            if skeleton.is_leaf(k):
                continue
            if entry is None:
                unknown.append(k)
                continue
            paths[k] = _path(entry.call, known)
            for u in unknown:
                paths[u] = common([after, paths[k]])
            unknown, after = [], paths[k]
        users: dict[int, list[Path]] = {}
        for k in range(len(skeleton.kids)):
            for b in skeleton.kids[k]:
                if skeleton.is_leaf(b):
                    users.setdefault(b, []).append(paths[k])
        for b, found in users.items():
            if not self.by_node.get(skeleton.nodes[b], "").isidentifier():
                paths[b] = common(found)
        return paths

    def _rolled(self) -> tuple[Units, dict[int, Group]]:
        skeleton = self.skeleton
        nodes = skeleton.nodes
        if self.limits.full:
            return Units(skeleton, list(range(len(nodes)))), {}
        named = [name.isidentifier() if (name := self.by_node.get(node)) else False for node in nodes]
        alone = [k in self.cuts or bool(_hooks(node)) for k, node in enumerate(nodes)]
        return roll(skeleton, Traits([type(node).__name__ for node in nodes], alone, named, self.paths))

    # -- the picture --------------------------------------------------------------------------------------

    def picture(self) -> Picture:
        units = self.units
        drawn, ends = nearest(units, self.limits.most, self.limits.depth)
        place = {u: k for k, u in enumerate(drawn)}
        self.boxes = [self._box(u) for u in drawn]
        hidden = len(units.of) - sum(box.count for box in self.boxes)
        for u in drawn:
            box = self.boxes[place[u]]
            for v, output in self._below(u):
                if v in place:
                    box.inputs.append(Edge(place[v], output))
            if u in ends:
                self._add(box, Box(MORE, "..."))
            for cut in self.cuts.get(u, ()):
                self._add(box, self._cut_box(cut))
        if self.limits.values:
            self._numbers(place)
        if hidden:
            if self.limits.depth is not None and len(drawn) < self.limits.most:
                self.notes.append(f"{_nodes(hidden)}: deeper than --depth {self.limits.depth}")
            else:
                nearest_ = f"the {len(drawn):,} nearest to the result are drawn"
                self.notes.append(f"{_nodes(hidden)}; {nearest_}, --depth N draws those within N levels of it")
        lines = self.known.lines
        return Picture(self.label, self.boxes, self.modules, self.notes, lines, hidden, valued=self.limits.values)

    def _below(self, u: int) -> list[tuple[int, int]]:
        """The units that edges of a unit lead to, with the number of the result there."""
        of, skeleton = self.units.of, self.skeleton
        if u not in self.groups:
            edges = skeleton.nodes[u].edges
            return [(of[skeleton.number[node]], index_of(e)) for e in edges if (node := node_of(e)) is not None]
        return [(v, 0) for v in dict.fromkeys(self.units.kids[u])]

    def _add(self, above: Box, box: Box) -> None:
        above.inputs.append(Edge(len(self.boxes)))
        box.module = above.module
        self.boxes.append(box)

    def _box(self, u: int) -> Box:
        node = self.skeleton.nodes[u]
        group = self.groups.get(u)
        entry = self.entries[u] if self.entries else None
        box = Box(
            ROLLED if group else LEAF if isinstance(node, AccumulateGrad) else OPERATION,
            type(node).__name__,
            self.by_node.get(node, ""),
            line=entry.line if entry is not None else 0,
        )
        made = self.recording.made_by(node) if self.recording is not None else {}
        if isinstance(node, AccumulateGrad):
            self._leaf(box, node, made)
        else:
            box.shapes = [slot.array.shape for slot in made.values()]
            box.dtype = next((slot.tensor.dtype.name for slot in made.values()), "")
        path = self.paths[u]
        if group is not None:
            box.title, box.count = group.title, len(group.members)
            path = common([self.paths[k] for k in group.members])
            leaves = [k for k in group.members if self.skeleton.is_leaf(k)]
            names = [self.by_node.get(self.skeleton.nodes[k], "a leaf without a name") for k in leaves[::-1][:_LISTED]]
            box.inside = sorted(names, key=_by_numbers)
        box.module = self._module(path)
        for text, keys in _hooks(node):
            box.notes.append(text + self._lines_of(keys))
            box.marked = True
        if node.extra is not None and node.extra.retains:
            box.notes.append("keeps its gradient")
        if isinstance(node, AccumulateGrad) and node.grad is not None:
            box.notes.append("has a gradient")
        return box

    def _leaf(self, box: Box, node: AccumulateGrad, made: Mapping[int, Slot]) -> None:
        box.title = ""
        box.shapes = [node.array.shape]
        leaf = node.variable_ref()
        box.dtype = leaf.dtype.name if leaf is not None else node.array.dtype.name
        if not box.name:
            called = made[0].called if made else ""
            box.name = f"an earlier {called}" if called else "a leaf without a name"

    def _lines_of(self, hooks: list[int]) -> str:
        """Where hooks were registered."""
        known = {} if self.recording is None else self.recording.hook_lines
        lines = sorted({known.get(key, 0) for key in hooks} - {0})
        return f" (line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))})" if lines else ""

    def _cut_box(self, cut: Cut) -> Box:
        name = next((n for n, t in self._tensors() if t.array is cut.operand.tensor.array), "")
        name = name or "a value"
        beyond = self._said(cut.beyond)
        line = f" in line {cut.line}" if cut.line and len(self.known.lines) > 1 else ""
        goes = f"no gradient goes on to {beyond}" if beyond else "no gradient goes on"
        operand = cut.operand
        made = operand.entry.line if operand.entry is not None else 0
        dtype = operand.tensor.dtype.name
        box = Box(CUT, "", name, [operand.array.shape], dtype, made, [f"cut off{line}: {goes}"], marked=True)
        if self.limits.values:
            box.value = facts(operand.array)
        return box

    def _tensors(self) -> list[tuple[str, Tensor]]:
        assert self.recording is not None
        variables = self.recording.variables
        return [(n, v) for n, v in variables.items() if isinstance(v, Tensor) and n != "_" and v.node is None]

    def _said(self, slot: Slot) -> str:
        """What a value is called, or the leaves that it came from."""
        node = slot.origin if slot.entry is None else node_of(slot.tensor.node)
        if node is None:
            return ""
        if node in self.by_node:
            return self.by_node[node]
        if isinstance(node, AccumulateGrad):
            return slot.called
        below = Skeleton(node)
        names = [self.by_node.get(n, "") for k, n in enumerate(below.nodes[:_FAR]) if below.is_leaf(k)]
        return ", ".join(sorted(name for name in names if name)[:5])

    def _module(self, path: Path) -> int | None:
        """The number of the innermost module of a path."""
        outer: int | None = None
        for call in path:
            if call not in self._calls:
                self._calls[call] = len(self.modules)
                kind = type(call.module).__name__
                self.modules.append(ModuleBox(kind, self.known.modules.get(call.module, ""), outer, call.line))
            outer = self._calls[call]
        return outer

    # -- numbers ------------------------------------------------------------------------------------------

    def _numbers(self, place: Mapping[int, int]) -> None:
        """Put values and gradients to the boxes."""
        if isinstance(self.value, MetaTensor):
            self.notes.append("no values: tensors of the meta device have no numbers")
            return
        found = self._gradients(place)
        for u, at in place.items():
            box, node = self.boxes[at], self.skeleton.nodes[u]
            made = self.recording.made_by(node) if self.recording is not None else {}
            if made:
                box.value = facts(next(iter(made.values())).array)
            elif isinstance(node, AccumulateGrad):
                box.value = facts(node.array)
            elif not u:
                box.value = facts(self.value.array)
            if found is not None:
                k = min((k for n, k in found.arrived if n is node), default=0) if type(node).outputs > 1 else 0
                box.gradient = found.arrived.get((node, k))
                parts = found.parts.get((node, k), [])
                if len(parts) > 1 and all(parts) and len(parts) <= 6:
                    box.arrived = parts

    def _gradients(self, place: Mapping[int, int]) -> Gradients | None:
        nodes = self.skeleton.nodes
        wanted = {nodes[u] for u in place}
        leaves = [node for k, node in enumerate(nodes) if self.skeleton.is_leaf(k)]
        seed = self.limits.gradient
        if seed is None:
            seed = np.ones(self.value.array.shape, self.value.array.dtype)
            if seed.size != 1:
                self.notes.append(f"the gradients start from ones({tuple(seed.shape)}): {self.label} is no scalar")
        if self.recording is not None:
            self.recording.restore_graph()
        edge = self.value.node
        assert edge is not None
        try:
            return gradients(edge, seed, leaves, wanted.__contains__)
        except (RuntimeError, NotImplementedError) as error:
            why = "a value that it needs was changed in place" if "inplace" in str(error) else str(error).split("\n")[0]
            self.notes.append(f"no gradients: backward() fails by now, {why}")
            return None


def _path(call: Call | None, known: dict[Call, Path]) -> Path:
    if call is None:
        return ()
    if call not in known:
        known[call] = (*_path(call.outer, known), call)
    return known[call]


def _hooks(node: Node) -> list[tuple[str, list[int]]]:
    """What hooks of a program a node has, in words, and their keys."""
    extra = node.extra
    if extra is None:
        return []
    found = [
        ("hook", [key for table in extra.tensor_hooks.values() for key in table]),
        ("hook before the node", list(extra.prehooks)),
        ("hook after the node", list(extra.posthooks)),
        ("hook after accumulation", list(extra.post_accumulate)),
    ]
    return [(text, keys) for text, keys in found if keys]


def _nodes(count: int) -> str:
    return f"... {count:,} more node{'' if count == 1 else 's'}"


def _by_numbers(name: str) -> list[tuple[int, int | str]]:
    """An order in which [2] stands before [10]."""
    import re

    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.split(r"(\d+)", name) if part]
