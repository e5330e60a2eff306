"""What ``:undo`` and Ctrl-C go back to: everything that a program can change through its variables, as it was.

A program changes more than names: numbers in place, version counters, gradients, histories (``backward()`` frees what
nodes saved, ``x += 1`` gives ``x`` another node), lists, dicts, modes, the random numbers. A snapshot walks from the
variables through all that and keeps each object's state: of an array a copy of its memory, of anything else what its
fields refer to. Memory that did not change since the snapshot before is not copied again.
"""

from __future__ import annotations

import gc
from collections.abc import Collection
from types import BuiltinFunctionType, FunctionType
from typing import Any

import numpy as np

from ..api.arrays.values import NumPySource
from ..api.calls.class_lookup import put_in_class
from ..api.calls.overloads import CalculatorFunction, Function
from ..api.calls.program_classes import Kind, unbind
from ..api.calls.python_function import CalculatorPythonFunction, PythonFunction
from ..engine.deferred import settle_all
from ..engine.mirrors import unwatched
from ..engine.node import AccumulateGrad, Node, Output
from ..language.compile.calls import Builtin
from ..language.values.kinds import Namespace, UserFunction
from ..numerics.dtypes import DType
from ..session import Session

#: Bytes of arrays that a snapshot copies. What is beyond is not kept, and the snapshot says so.
MAX_BYTES = 1 << 28
#: Nodes of graphs that a snapshot walks through: about a tenth of a second.
MAX_NODES = 200_000

#: Values that never change, or that no program changes.
_CONSTANT: set[type] = {
    int, float, complex, bool, str, bytes, type(None), range, slice, type(Ellipsis), type(NotImplemented), type, DType,
    FunctionType, BuiltinFunctionType, Function, CalculatorFunction, PythonFunction, CalculatorPythonFunction, Builtin,
    Namespace,
}  # fmt: skip
_HEAP_TYPE = 1 << 9
#: Bytes of a copied list, dict or set, and for each element, about. The first counts the time of a walk through many.
_BYTES_PER_CONTAINER, _BYTES_PER_ITEM, _BYTES_PER_KEY = 512, 8, 64
ABSENT = object()

#: The fields of a type's instances, by its ``__slots__`` and those of its bases.
_FIELDS: dict[type, tuple[str, ...]] = {}
_PLAIN_NODE = ("edges", "extra", "fix", "saved", "seq")
#: Kinds of node without further fields: nearly all.
_PLAIN_NODES: set[type] = set()


def fields_of(kind: type) -> tuple[str, ...]:
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
        "_seen",
        "buffers",
        "classes",
        "complete",
        "containers",
        "files",
        "generators",
        "instances",
        "kept",
        "nodes",
        "state",
        "variables",
    )

    def __init__(
        self, session: Session, before: Snapshot | None = None, *, room: int | None = None, kept: bool = True
    ) -> None:
        self.variables = dict(session.variables)
        self.state = session.state.kept()
        self.files = session.files
        self.containers: list[tuple[Any, Any]] = []  # a list, dict or set and its copy
        self.instances: list[tuple[Any, list[Any], dict[str, Any] | None]] = []
        self.classes: list[tuple[Kind, dict[str, Any]]] = []
        self.nodes: list[tuple[Node, Any, Any, Any]] = []
        self.generators: list[tuple[NumPySource, Any]] = []  # of NumPy's random numbers, and where they stand
        #: id -> (the array that owns the memory, a copy of its contents)
        self.buffers: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._seen: set[int] = set()
        self.complete = self.kept = kept
        if not kept:
            return
        known = {} if before is None else before.buffers
        collecting = gc.isenabled()
        gc.disable()  # nothing of what is made here is garbage
        try:
            files = [] if self.files is None else self.files.in_memory()
            self._walk([*self.variables.values(), *self.state, *files], known, MAX_BYTES if room is None else room)
        finally:
            if collecting:
                gc.enable()
        self._seen.clear()

    def restore(self, session: Session) -> None:
        """Make the session what it was. Between two runs only."""
        session.variables.clear()  # names first: whatever fails below, they are there
        session.variables.update(self.variables)
        session.state.put_back(self.state)
        session.files = self.files
        for node, edges, extra, saved in self.nodes:
            node.edges, node.extra, node.saved = edges, extra, saved
        for instance, values, attributes in self.instances:
            for name, value in zip(fields_of(type(instance)), values):
                if value is not ABSENT:
                    object.__setattr__(instance, name, value)
            if attributes is not None:
                instance.__dict__.clear()
                instance.__dict__.update(attributes)
        for kind, members in self.classes:
            for name in [name for name in kind.__dict__["__members__"] if name not in members]:
                unbind(kind, name)
            for name, value in members.items():
                if kind.__dict__["__members__"].get(name, ABSENT) is not value:
                    put_in_class(kind, name, value)
        for container, copy in self.containers:
            if isinstance(container, list):
                container[:] = copy
            else:
                container.clear()
                container.update(copy)
        for generator, stand in self.generators:
            generator.put_back(stand)
        unwatched()
        settle_all()
        for owner, contents in self.buffers.values():
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
            elif isinstance(value, NumPySource):
                self.generators.append((value, value.kept()))
            elif kind is AccumulateGrad:
                self._keep_instance(value, [value.grad, value.array, value.extra], pending)
            elif kind is Output:
                pending.append(value.node)
            elif kind is UserFunction:
                # Not its code, which nothing changes and which leads to all that was ever compiled.
                inner = [value.attributes, value.cells, value.defaults, value.keyword_defaults]
                self._keep_instance(value, inner, pending)
            elif isinstance(value, Node) and fields_of(kind) == _PLAIN_NODE:
                _PLAIN_NODES.add(kind)
                seen.discard(id(value))
                pending.append(value)
            elif kind is Kind:
                if value.__module__ == "__main__":  # a class of the program's, whose attributes it can change
                    members = value.__dict__["__members__"]
                    self.classes.append((value, members.copy()))
                    pending += members.values()
                pending += value.__bases__
            elif kind.__flags__ & _HEAP_TYPE and not isinstance(value, (type, BaseException)):
                self._keep_instance(value, None, pending)

    def _keep_nodes(self, node: Node) -> list[Any]:
        """Keep a node and those below it, in a loop of their own since they are many; what else there is to walk.

        The values that nodes saved are not walked: no program can change what only a graph holds.
        """
        seen, kept, plain = self._seen, self.nodes, _PLAIN_NODES
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
        values = [_own(value, name) for name in fields_of(type(value))]
        attributes = None if (found := _own(value, "__dict__")) is ABSENT else found
        self.instances.append((value, values, None if attributes is None else attributes.copy()))
        pending.append(type(value))
        if inner is not None:
            pending += inner
            return
        pending += [inside for inside in values if inside is not ABSENT]
        if attributes is not None:
            pending += attributes.values()

    def _keep_container(self, value: Any, room: int) -> int:
        """Keep what a list, dict or set holds; the bytes that this costs, about."""
        each = _BYTES_PER_ITEM if isinstance(value, list) else _BYTES_PER_KEY
        size = _BYTES_PER_CONTAINER + each * len(value)
        if size > room:
            self.complete = False
            return 0
        self.containers.append((value, next(kind for kind in (list, dict, set) if isinstance(value, kind))(value)))
        return size

    def _keep_array(self, array: np.ndarray, known: dict[int, tuple[np.ndarray, np.ndarray]], room: int) -> int:
        """Keep the memory that an array is in; the bytes that this costs."""
        owner = array
        while type(owner.base) is np.ndarray:
            owner = owner.base
        if id(owner) in self.buffers or not owner.flags.writeable or not owner.size:
            return 0
        if owner.nbytes > room:
            self.complete = False
            return 0
        before = known.get(id(owner))
        if before is not None and before[0] is owner and same_bytes(owner, before[1]):
            self.buffers[id(owner)] = before
        else:
            self.buffers[id(owner)] = owner, owner.copy(order="K")
        return owner.nbytes


def _own(value: Any, name: str) -> Any:
    """A field of a value, past the ``__getattr__`` that its class may have from a program."""
    try:
        return object.__getattribute__(value, name)
    except AttributeError:
        return ABSENT


def _to_walk(values: Collection[Any]) -> Collection[Any]:
    """The elements to look at: none where all are constants, which is found at the speed of C."""
    return () if _CONSTANT.issuperset(map(type, values)) else values


def same_bytes(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays hold the same bytes: a NaN is itself here, and -0. is not 0."""
    if a.flags.f_contiguous:
        a, b = a.T, b.T
    if a.shape != b.shape or a.dtype != b.dtype or not (a.flags.c_contiguous and b.flags.c_contiguous):
        return False
    word = np.uint64 if a.nbytes % 8 == 0 else np.uint8
    return bool((a.reshape(-1).view(word) == b.reshape(-1).view(word)).all())
