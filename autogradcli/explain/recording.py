"""A program as it ran, written down as a chain of operations on values: no names, no branches, no changes in place.

While a program runs the recording is the engine's tape. It keeps of each operation what went in and what came out, as
values (``Slot``) that never change: a tensor that was changed in place is another value afterwards. A part of a tensor
that was changed in place becomes a ``select_scatter`` of the new part, a leaf that an optimizer moved a new leaf, what
a mode or ``detach`` cut off stays cut off. What a program's own Function made is a value of its own, and the leaves
below it have a reason not to be said; it can be run again, though, where no formula is wanted (``through``).

``chain`` gives what leads to one result, as a function that can be run again: at other values, in other dtypes, and
under the tape of ``derivation.py``, which so needs to know nothing of all this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..engine.custom import CustomNode, Definition
from ..engine.node import AccumulateGrad, Node, Output, index_of, node_of
from ..engine.operation import OPERATIONS, Operation
from ..engine.state import Tape, state
from ..engine.tensor import Tensor, wrap
from ..engine.views import AsStridedBackward0, CopySlices
from ..numerics.dtypes import FLOATING, INEXACT, NAMES, DType
from ..operations.dims import contiguous_strides
from .entries import Call, Entry, OwnFunction, Slot, slots_in
from .windows import cut, put, sayable, why_not

EDITED = "a value on its way was changed where autograd can't see it, through .data"
#: What a recording may keep: a thousand bytes an operation, and the numbers that it copies.
MOST_OPERATIONS, MOST_BYTES = 500_000, 1 << 30


class Recording(Tape):
    """The tape of a whole program: of no more than ``limit`` operations and MOST_BYTES. After these it stops, and
    has nothing any more: ``full``."""

    __slots__ = ("_arrays", "_bytes", "_graph", "_leaves", "_left", "_made", "_tensors", "call", "entries",
                 "full", "hook_lines", "limit", "variables")  # fmt: skip

    def __init__(self, variables: Mapping[str, Any], limit: int = MOST_OPERATIONS) -> None:
        super().__init__()
        self.variables = variables
        self.limit = limit
        self.full = False
        #: The call of a module that is under way.
        self.call: Call | None = None
        self._bytes = 0
        self.entries: list[Entry] = []
        #: On which line of the program a hook was registered, by its key.
        self.hook_lines: dict[int, int] = {}
        self._made: dict[tuple[Node, int], Slot] = {}
        self._leaves: dict[Node, list[Slot]] = {}
        self._arrays: dict[int, Slot] = {}
        self._tensors: dict[int, Tensor] = {}
        #: Tensors without a history that were made of ones with one: by ``detach()``, ``.data``, ``torch.tensor(t)``.
        self._left: dict[int, tuple[Tensor, Slot]] = {}
        #: What nodes saved, which a pass of the program's own frees.
        self._graph: list[tuple[Node, Any]] = []

    # -- what the engine calls ----------------------------------------------------------------------------

    def append(self, given: tuple[Operation, tuple[Any, ...], list[Tensor]]) -> None:
        op, args, outputs = given
        if len(self.entries) >= self.limit or self._bytes > MOST_BYTES:
            self._stop()
            return
        entry = Entry(len(self.entries), op, tuple(self._operand(a) for a in args), state.where(), self.call)
        recorded = [self._note(t, entry, k) for k, t in enumerate(outputs)]
        entry.outputs = recorded
        entry.number = len(self.entries)
        self.entries.append(entry)
        if op.has_gradient and not state.levels and not any(slot.tracked for slot in recorded):
            entry.cut = any(slot.tracked for slot in slots_in(entry.args))
        node = node_of(outputs[0].node) if outputs else None
        if node is not None and not isinstance(node, AccumulateGrad):
            self._graph.append((node, node.saved))

    def _stop(self) -> None:
        """Forget everything, and let the program go on as if nobody listened."""
        self.full = True
        for table in (self._made, self._leaves, self._arrays, self._tensors, self._left, self._graph, self.entries):
            table.clear()
        state.tape = None
        state.refresh()

    def left(self, way: str, source: Any, made: Any) -> None:
        """Values left a tensor's history."""
        if isinstance(made, Tensor) and isinstance(source, Tensor) and source.node is not None:
            self._left[id(made)] = made, self.slot(source)

    def hooked(self, key: int) -> None:
        """A hook was registered."""
        self.hook_lines[key] = state.where()

    def module_began(self, module: Any) -> None:
        """A module is being called."""
        self.call = Call(module, self.call, state.where())

    def module_ended(self) -> None:
        """The call of a module that began last is over."""
        if self.call is not None:
            self.call = self.call.outer

    def applying(self, args: tuple[Any, ...]) -> Any:
        """The values on which a program's own Function runs, which it may change."""
        return tuple(self._operand(a) for a in args)

    def applied(self, definition: Definition, given: Any, outputs: tuple[Any, ...]) -> None:
        """What a program's own Function made, with the call: after all that its ``forward`` did."""
        entry = Entry(len(self.entries) - 0.5, OwnFunction(definition), given, state.where())
        entry.outputs = [self.slot(t) for t in outputs if isinstance(t, Tensor)]
        for slot in entry.outputs:
            if isinstance(slot.origin, CustomNode) and slot.applied is None:
                slot.applied = entry

    def restore_graph(self) -> None:
        """Give all nodes back what they saved."""
        for node, saved in self._graph:
            node.saved = saved
            if isinstance(node, CustomNode):
                node.kept, node.freed = saved, False

    # -- values -------------------------------------------------------------------------------------------

    def _operand(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return self.slot(value)
        if isinstance(value, (list, tuple)) and any(isinstance(v, Tensor) for v in value):
            return [self._operand(v) for v in value]
        return value

    def _note(self, tensor: Tensor, entry: Entry | None, index: int) -> Slot:
        slot = Slot(tensor, tensor.array.copy(), entry, index, tensor.node is not None)
        self._bytes += slot.array.nbytes
        left = self._left.get(id(tensor))
        if left is not None and left[0] is tensor and entry is None:
            slot.parted = left[1]
        node = node_of(tensor.node)
        if node is not None and not isinstance(node, AccumulateGrad):
            self._made[node, index_of(tensor.node)] = slot
        self._arrays[id(tensor.array)] = slot
        self._tensors[id(tensor.array)] = tensor
        return slot

    def slot(self, tensor: Tensor) -> Slot:
        """The value that a tensor holds now."""
        node = node_of(tensor.node)
        if isinstance(node, AccumulateGrad):
            return self._leaf(tensor, node)
        if node is not None:
            key = node, index_of(tensor.node)
            found = self._made.get(key) or self._window(tensor, node)
            if found is None:
                found = self._note(tensor, None, 0)
                found.origin = node
                found.opaque = why_not(node)
                self._graph.append((node, node.kept if isinstance(node, CustomNode) else node.saved))
            self._made[key] = found
            return found if same(found.array, tensor.array) else self._shifted(found, tensor)
        found = self._arrays.get(id(tensor.array))
        if found is None or not same(found.array, tensor.array):
            return self._note(tensor, None, 0)
        if found.tracked and not state.levels and (tensor.meta is None or tensor.meta.layer is None):
            apart = self._note(tensor, None, 0)  # detached: a value like any other
            apart.parted = found
            return apart
        return found

    def _leaf(self, tensor: Tensor, node: AccumulateGrad) -> Slot:
        versions = self._leaves.setdefault(node, [])
        if not versions or not same(versions[-1].array, tensor.array):
            leaf = node.variable_ref()
            slot = Slot(tensor if leaf is None else leaf, tensor.array.copy(), None, 0, True)
            slot.origin = node
            slot.called = versions[0].called if versions else self._called(node)
            versions.append(slot)
            self._tensors[id(tensor.array)] = tensor
        return versions[-1]

    def _called(self, node: Node) -> str:
        for name, value in self.variables.items():
            if isinstance(value, Tensor) and value.node is node and name != "_":
                return name
        return ""

    def _shifted(self, before: Slot, tensor: Tensor) -> Slot:
        """A value that was changed where no history could see it: the gradient goes on as if it had not been."""
        moved = before.array.dtype is not tensor.array.dtype or before.array.shape != tensor.array.shape
        if moved or tensor.version == before.version:
            slot = self._note(tensor, None, 0)
            slot.origin, slot.opaque = node_of(tensor.node), EDITED
            return slot
        offset = self._note(wrap(np.asarray(tensor.array - before.array)), None, 0)
        made = self._do("add", [before, offset], wrap(tensor.array.copy()), tracked=True)
        made.array = tensor.array.copy()
        return made

    def _window(self, tensor: Tensor, node: Node) -> Slot | None:
        """A tensor after a part of its memory was changed in place: the whole, or a view of it."""
        if not isinstance(node, (CopySlices, AsStridedBackward0)):
            return None
        seen = self._tensors.get(id(tensor.array), tensor)
        if not _fits(node):
            return None
        base = next((b for b in (tensor.base, seen.base) if b is not None), tensor)
        if isinstance(node, CopySlices):
            return self._patched(base, node)
        edge = node.edges[0]
        whole = self._whole(base, edge)
        return None if whole is None else cut(self._do, whole, node.window)

    def _whole(self, base: Tensor, edge: Node | Output | None) -> Slot | None:
        """The value of a base that an edge leads to."""
        below = node_of(edge)
        if below is None:
            found = self._arrays.get(id(base.array))
            if found is not None and found.array.shape == base.array.shape:
                return found
            return self._note(wrap(base.array.copy()), None, 0)
        if isinstance(below, AccumulateGrad):
            versions = self._leaves.get(below)
            return versions[-1] if versions else None
        found = self._made.get((below, index_of(edge)))
        if found is None and isinstance(below, CopySlices):
            found = self._patched(base, below)
            if found is not None:
                self._made[below, 0] = found
        return found

    def _patched(self, base: Tensor, node: CopySlices) -> Slot | None:
        new = self._made.get((node.function, 0))
        whole = self._whole(base, node.edges[0])
        if new is None or whole is None or not _fits(node) or whole.array.dtype is not new.array.dtype:
            return None
        made: Slot | None = put(self._do, whole, new, node.window)
        return made

    def _do(self, name: str, args: list[Any], value: Tensor | None = None, tracked: bool = True) -> Slot:
        """An operation that the program didn't write, as one that it did."""
        op = OPERATIONS[name]
        op.parse()
        args = [*args, *[p.default for p in op.params[len(args) :]]]
        tape, state.tape, grad, state.grad = state.tape, None, state.grad, False
        state.refresh()
        try:
            if value is None:
                value = op.call(*[wrap(a.array) if isinstance(a, Slot) else a for a in args])
        finally:
            state.tape, state.grad = tape, grad
            state.refresh()
        entry = Entry(len(self.entries), op, tuple(args), state.where(), self.call)
        slot = Slot(value, np.array(value.array), entry, 0, tracked)
        entry.outputs = [slot]
        self.entries.append(entry)
        return slot

    def made_by(self, node: Node) -> dict[int, Slot]:
        """The values that a node of the graph made, as far as they were seen, by the numbers of its results."""
        found = {k: slot for k in range(type(node).outputs) if (slot := self._made.get((node, k))) is not None}
        if not found and isinstance(node, AccumulateGrad) and (versions := self._leaves.get(node)):
            return {0: versions[-1]}
        return found

    def number(self, tensor: Tensor) -> int:
        """The place of what made a tensor among all that ran; -1 where nothing did."""
        entry = self.slot(tensor).entry
        return -1 if entry is None else int(entry.number)

    # -- reading it ---------------------------------------------------------------------------------------

    def chain(self, result: Slot, through: bool = False) -> Chain:
        """What leads to a result; ``through`` a program's own Functions too, which have no formula."""
        wanted: set[Entry] = set()
        sources: dict[Slot, None] = {}
        pending = [result]
        while pending:
            slot = pending.pop()
            entry = slot.applied if through and slot.applied is not None else slot.entry
            if entry is None:
                sources[slot] = None
            elif entry not in wanted:
                wanted.add(entry)
                pending += slots_in(entry.args)
        return Chain(sorted(wanted, key=lambda e: e.number), list(sources)[::-1], result)


class Chain:
    """The operations that lead from some values, its sources, to a result."""

    def __init__(self, entries: list[Entry], sources: list[Slot], result: Slot) -> None:
        self.entries = entries
        self.sources = sources
        self.result = result

    def run(self, given: Mapping[Slot, Tensor], double: bool = False) -> Tensor:
        """The result, with other tensors for some of the sources; ``double``: all the rest in float64."""
        return self.all_values(given, double)[self.result]

    def all_values(self, given: Mapping[Slot, Tensor], double: bool = False) -> dict[Slot, Tensor]:
        """The result and everything on the way to it."""
        made: dict[Slot, Tensor] = dict(given)
        for slot in self.sources:
            if slot not in made:
                made[slot] = wrap(widened(slot.array) if double else slot.array.copy())
        for entry in self.entries:
            args = [_filled(a, made) for a in entry.args]
            found = entry.op.call(*map(_wide, args) if double else args)
            for slot, tensor in zip(entry.outputs, found if isinstance(found, tuple) else (found,), strict=True):
                made[slot] = wrap(tensor.array) if entry.cut else tensor
        return made


def _wide(part: Any) -> Any:
    """An argument for a run in float64: what was to become a narrower dtype is to stay wide."""
    if isinstance(part, DType) and part.category >= FLOATING:
        return NAMES["complex128" if part.category > FLOATING else "float64"]
    if isinstance(part, np.dtype) and part.kind in INEXACT:
        return np.dtype("c16" if part.kind == "c" else "f8")
    return part


def widened(array: np.ndarray) -> np.ndarray:
    """A copy of an array, floating numbers in double precision."""
    kind = array.dtype.kind
    return array.astype("c16" if kind == "c" else "f8") if kind in INEXACT else array.copy()


def _fits(node: CopySlices | AsStridedBackward0) -> bool:
    """Whether the window can be said: of the base's own dtype, and the base's elements in their usual order."""
    usual = contiguous_strides(node.base_shape)
    odd = any(n > 1 and a != b for n, a, b in zip(node.base_shape, node.base_strides, usual, strict=True))
    return node.window.dtype is None and not odd and sayable(tuple(node.base_shape), node.window)


def _filled(part: Any, made: Mapping[Slot, Tensor]) -> Any:
    if isinstance(part, Slot):
        return made[part]
    if isinstance(part, list):
        return [_filled(p, made) for p in part]
    return part


def same(a: np.ndarray, b: np.ndarray) -> bool:
    if a.dtype is not b.dtype or a.shape != b.shape:
        return False
    return bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"))
