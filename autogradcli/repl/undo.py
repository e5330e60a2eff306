"""What ``:undo`` and Ctrl-C go back to: everything that a program can change through its variables, as it was.

A program changes more than names: numbers in place, version counters, gradients, histories (``backward()`` frees what
nodes saved, ``x += 1`` gives ``x`` another node), lists, dicts, modes, the random numbers. A snapshot walks from the
variables through all that and keeps each object's state: of an array a copy of its memory, of anything else what its
fields refer to. Memory that did not change since the snapshot before is not copied again.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection
from types import BuiltinFunctionType, FunctionType
from typing import Any, NamedTuple

import numpy as np

from ..api.autograd.function_class import FunctionClass
from ..api.calls.overloads import CalculatorFunction, Function
from ..api.calls.program_classes import Kind, put_in_class, unbind
from ..api.calls.python_function import CalculatorPythonFunction, PythonFunction
from ..engine.deferred import settle_all
from ..engine.mirrors import unwatched
from ..engine.node import AccumulateGrad, Node, Output
from ..language.compile.calls import Builtin
from ..language.values.budget import MAX_MEMORY, resident_bytes
from ..language.values.kinds import Namespace, UserFunction
from ..numerics.dtypes import DType
from ..session import Session
from .journal import Program

#: Bytes of arrays that a snapshot copies. What is beyond is not kept, and the snapshot says so.
MAX_BYTES = 1 << 28
#: Nodes of graphs that a snapshot walks through: about a tenth of a second.
MAX_NODES = 200_000

#: Values that never change, or that no program changes.
_CONSTANT: set[type] = {
    int, float, complex, bool, str, bytes, type(None), range, slice, type(Ellipsis), type(NotImplemented), type, DType,
    FunctionType, BuiltinFunctionType, Function, CalculatorFunction, PythonFunction, CalculatorPythonFunction, Builtin,
    Namespace, FunctionClass,
}  # fmt: skip
_HEAP_TYPE = 1 << 9
#: Bytes of a copied list, dict or set, and for each element, about. The first counts the time of a walk through many.
_BYTES_PER_CONTAINER, _BYTES_PER_ITEM, _BYTES_PER_KEY = 512, 8, 64
_ABSENT = object()

#: The fields of a type's instances, by its ``__slots__`` and those of its bases.
_FIELDS: dict[type, tuple[str, ...]] = {}
_PLAIN_NODE = ("edges", "extra", "fix", "saved", "seq")
#: Kinds of node without further fields: nearly all.
_PLAIN_NODES: set[type] = set()


def _fields(kind: type) -> tuple[str, ...]:
    found = _FIELDS.get(kind)
    if found is None:
        names: set[str] = set()
        for base in kind.__mro__:
            slots = base.__dict__.get("__slots__", ())
            names.update((slots,) if isinstance(slots, str) else slots)
        found = _FIELDS[kind] = tuple(sorted(names - {"__weakref__", "__dict__"}))
    return found


class Snapshot:
    """The session as it is now. ``complete`` is False where it has more than a snapshot may cost: ``room`` bytes
    (MAX_BYTES by default), MAX_NODES nodes. ``kept`` is False for one of the names and modes alone. Raises
    MemoryError."""

    __slots__ = (
        "_buffers",
        "_classes",
        "_containers",
        "_instances",
        "_nodes",
        "_seen",
        "_state",
        "complete",
        "kept",
        "variables",
    )

    def __init__(
        self, session: Session, before: Snapshot | None = None, *, room: int | None = None, kept: bool = True
    ) -> None:
        self.variables = dict(session.variables)
        self._state = session.state.kept()
        self._containers: list[tuple[Any, Any]] = []  # a list, dict or set and its copy
        self._instances: list[tuple[Any, list[Any], dict[str, Any] | None]] = []
        self._classes: list[tuple[Kind, dict[str, Any]]] = []
        self._nodes: list[tuple[Node, Any, Any, Any]] = []
        #: id -> (the array that owns the memory, a copy of its contents)
        self._buffers: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._seen: set[int] = set()
        self.complete = self.kept = kept
        if not kept:
            return
        known = {} if before is None else before._buffers
        collecting = gc.isenabled()
        gc.disable()  # nothing of what is made here is garbage
        try:
            self._walk([*self.variables.values(), *self._state], known, MAX_BYTES if room is None else room)
        finally:
            if collecting:
                gc.enable()
        self._seen.clear()

    def restore(self, session: Session) -> None:
        """Make the session what it was. Between two runs only."""
        session.variables.clear()  # names first: whatever fails below, they are there
        session.variables.update(self.variables)
        session.state.put_back(self._state)
        for node, edges, extra, saved in self._nodes:
            node.edges, node.extra, node.saved = edges, extra, saved
        for instance, values, attributes in self._instances:
            for name, value in zip(_fields(type(instance)), values):
                if value is not _ABSENT:
                    object.__setattr__(instance, name, value)
            if attributes is not None:
                instance.__dict__.clear()
                instance.__dict__.update(attributes)
        for kind, members in self._classes:
            for name in [name for name in kind.__dict__["__members__"] if name not in members]:
                unbind(kind, name)
            for name, value in members.items():
                if kind.__dict__["__members__"].get(name, _ABSENT) is not value:
                    put_in_class(kind, name, value)
        for container, copy in self._containers:
            if isinstance(container, list):
                container[:] = copy
            else:
                container.clear()
                container.update(copy)
        unwatched()
        settle_all()
        for owner, contents in self._buffers.values():
            np.copyto(owner, contents)

    # -- taking it ------------------------------------------------------------------------------------------

    def _walk(self, pending: list[Any], known: dict[int, tuple[np.ndarray, np.ndarray]], room: int) -> None:
        seen = self._seen
        while pending:
            value = pending.pop()
            kind = type(value)
            if kind in _CONSTANT or id(value) in seen:
                continue
            if kind in _PLAIN_NODES:
                pending += self._keep_nodes(value)
                continue
            seen.add(id(value))
            if kind is np.ndarray:
                room -= self._keep_array(value, known, room)
            elif isinstance(value, (list, dict, set)):  # an OrderedDict or a defaultdict among them
                room -= self._keep_container(value, room)
                pending += _to_walk(value)
                if isinstance(value, dict):
                    pending += _to_walk(value.values())
            elif isinstance(value, (tuple, frozenset)):
                pending += _to_walk(value)
            elif kind is AccumulateGrad:
                self._keep_instance(value, [value.grad, value.array, value.extra], pending)
            elif kind is Output:
                pending.append(value.node)
            elif kind is UserFunction:
                # Not its code, which nothing changes and which leads to all that was ever compiled.
                inner = [value.attributes, value.cells, value.defaults, value.keyword_defaults]
                self._keep_instance(value, inner, pending)
            elif isinstance(value, Node) and _fields(kind) == _PLAIN_NODE:
                _PLAIN_NODES.add(kind)
                seen.discard(id(value))
                pending.append(value)
            elif kind is Kind:
                if value.__module__ == "__main__":  # a class of the program's, whose attributes it can change
                    members = value.__dict__["__members__"]
                    self._classes.append((value, members.copy()))
                    pending += members.values()
                pending += value.__bases__
            elif kind.__flags__ & _HEAP_TYPE and not isinstance(value, (type, BaseException)):
                self._keep_instance(value, None, pending)

    def _keep_nodes(self, node: Node) -> list[Any]:
        """Keep a node and those below it, in a loop of their own since they are many; what else there is to walk.

        The values that nodes saved are not walked: no program can change what only a graph holds.
        """
        seen, kept, plain = self._seen, self._nodes, _PLAIN_NODES
        nodes: list[Any] = [node]
        below: Any
        rest: list[Any] = []
        while nodes:
            below = nodes.pop()
            if below is None or id(below) in seen:
                continue
            if type(below) not in plain:
                rest.append(below)
                continue
            if len(kept) >= MAX_NODES:
                self.complete = False
                break
            seen.add(id(below))
            edges, extra = below.edges, below.extra
            kept.append((below, edges, extra, below.saved))
            nodes += edges
            if extra is not None:
                rest.append(extra)
        return rest

    def _keep_instance(self, value: Any, inner: list[Any] | None, pending: list[Any]) -> None:
        """``inner`` is what to walk on to; None: all that it refers to."""
        values = [_own(value, name) for name in _fields(type(value))]
        attributes = None if (found := _own(value, "__dict__")) is _ABSENT else found
        self._instances.append((value, values, None if attributes is None else attributes.copy()))
        pending.append(type(value))
        if inner is not None:
            pending += inner
            return
        pending += [inside for inside in values if inside is not _ABSENT]
        if attributes is not None:
            pending += attributes.values()

    def _keep_container(self, value: Any, room: int) -> int:
        """Keep what a list, dict or set holds; the bytes that this costs, about."""
        each = _BYTES_PER_ITEM if isinstance(value, list) else _BYTES_PER_KEY
        size = _BYTES_PER_CONTAINER + each * len(value)
        if size > room:
            self.complete = False
            return 0
        self._containers.append((value, next(kind for kind in (list, dict, set) if isinstance(value, kind))(value)))
        return size

    def _keep_array(self, array: np.ndarray, known: dict[int, tuple[np.ndarray, np.ndarray]], room: int) -> int:
        """Keep the memory that an array is in; the bytes that this costs."""
        owner = array
        while type(owner.base) is np.ndarray:
            owner = owner.base
        if id(owner) in self._buffers or not owner.flags.writeable or not owner.size:
            return 0
        if owner.nbytes > room:
            self.complete = False
            return 0
        before = known.get(id(owner))
        if before is not None and before[0] is owner and _same(owner, before[1]):
            self._buffers[id(owner)] = before
        else:
            self._buffers[id(owner)] = owner, owner.copy(order="K")
        return owner.nbytes


def _own(value: Any, name: str) -> Any:
    """A field of a value, past the ``__getattr__`` that its class may have from a program."""
    try:
        return object.__getattribute__(value, name)
    except AttributeError:
        return _ABSENT


def _to_walk(values: Collection[Any]) -> Collection[Any]:
    """The elements to look at: none where all are constants, which is found at the speed of C."""
    return () if _CONSTANT.issuperset(map(type, values)) else values


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays hold the same bytes: a NaN is itself here, and -0. is not 0."""
    if a.flags.f_contiguous:
        a, b = a.T, b.T
    if a.shape != b.shape or a.dtype != b.dtype or not (a.flags.c_contiguous and b.flags.c_contiguous):
        return False
    word = np.uint64 if a.nbytes % 8 == 0 else np.uint8
    return bool((a.reshape(-1).view(word) == b.reshape(-1).view(word)).all())


class Step(NamedTuple):
    what: str
    snapshot: Snapshot
    program: Program


class Steps:
    """The snapshots to go back and forth to."""

    #: How many statements ``:undo`` can take back.
    MOST = 50
    #: What they keep alive is the program's own memory too: when the process grew by so much, the older half goes.
    ROOM = 1 << 30

    def __init__(self, session: Session, say: Callable[[str], None] = lambda line: None) -> None:
        """``say`` is told in a line what can't be kept."""
        self.session = session
        self._say = say
        memory = session.memory_bytes or MAX_MEMORY
        #: Never more than a part of what programs may take.
        self._room, self._bytes = min(self.ROOM, memory // 4), min(MAX_BYTES, memory // 8)
        self._back: list[Step] = []
        self._forth: list[Step] = []
        self._last: Snapshot | None = None
        self._began_with = resident_bytes()

    def snapshot(self) -> Snapshot:
        """The session as it is now. Where there is no memory for it, what was kept so far goes; where that does not
        help, the names and modes alone are kept: no input waits for a snapshot that can't be made."""
        for again in (False, True):
            try:
                self._last = Snapshot(self.session, self._last, room=self._bytes)
                return self._last
            except MemoryError:
                self._last = None
                if not again and self.forget():
                    self._say("out of memory: what :undo kept of the inputs so far is given up")
        self._say("out of memory: :undo can't take back this input")
        return Snapshot(self.session, kept=False)

    def make_room(self) -> None:
        """A program ran out of memory: what is kept may have been in its way."""
        if self._crowded() and self.forget():
            self._say("what :undo kept of the inputs so far is given up for its memory: you may try again")

    def _crowded(self) -> bool:
        return resident_bytes() - self._began_with > self._room

    def forget(self) -> bool:
        """Give up all that is kept, for its memory. False if there was nothing."""
        had = bool(self._back or self._forth)
        self._back.clear()
        self._forth.clear()
        self._last = None
        return had

    def done(self, what: str, before: Snapshot, program: Program) -> None:
        """Something was done; ``before`` and ``program`` are how things were before."""
        if before.kept:
            self._back.append(Step(what, before, program))
        del self._back[: -max(1, len(self._back) // 2) if self._crowded() else -self.MOST]
        self._forth.clear()

    def undo(self, program: Program) -> Step | None:
        """Take the last thing back. What it was, with the program to go on from; None where there is nothing."""
        return self._move(self._back, self._forth, program)

    def redo(self, program: Program) -> Step | None:
        """Do again what was taken back last."""
        return self._move(self._forth, self._back, program)

    def _move(self, source: list[Step], target: list[Step], program: Program) -> Step | None:
        if not source:
            return None
        step = source.pop()
        now = self.snapshot()
        if now.kept:
            target.append(Step(step.what, now, program))
        step.snapshot.restore(self.session)
        return step
