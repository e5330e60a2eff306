"""What a recording is made of: the values that a program had (``Slot``), the operations that made them (``Entry``), and
the calls of modules and of a program's own Functions among these."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..engine.custom import Definition
from ..engine.custom_forward import apply
from ..engine.node import Node
from ..engine.operation import OPERATIONS, Operation
from ..engine.tensor import Tensor


class Slot:
    """One value: what a tensor held when it was used."""

    __slots__ = (
        "applied", "array", "called", "came", "entry", "index", "opaque", "origin", "parted", "tensor", "tracked",
        "version",
    )  # fmt: skip

    def __init__(self, tensor: Tensor, array: np.ndarray, entry: Entry | None, index: int, tracked: bool) -> None:
        self.tensor = tensor
        self.array = array
        self.entry = entry
        """What made it; None for what came from outside."""
        self.index = index
        self.tracked = tracked
        self.version = tensor.version
        self.called = ""
        """The variable that a leaf was when it was first used."""
        self.opaque = ""
        """Why the gradient that arrives here has no formula further down."""
        self.origin: Node | None = None
        """The leaf's node, or the one that has no formula."""
        self.parted: Slot | None = None
        """What this was before ``detach`` or ``.data`` cut it off."""
        self.came: Any = None
        """How it left the history of another value, where that is asked for."""
        self.applied: Entry | None = None
        """The call of a program's own Function that made it."""


class Call:
    """One call of a module."""

    __slots__ = ("line", "module", "outer")

    def __init__(self, module: Any, outer: Call | None, line: int) -> None:
        self.module = module
        self.outer = outer
        """The call within which it came."""
        self.line = line


class Entry:
    """One operation that ran."""

    __slots__ = ("args", "call", "cut", "line", "number", "op", "outputs")

    def __init__(
        self, number: float, op: Operation | OwnFunction, args: tuple[Any, ...], line: int, call: Call | None = None
    ) -> None:
        self.number = number
        self.op = op
        self.args = args
        self.outputs: list[Slot] = []
        self.cut = False
        """Whether its results have no history, though an operand had one."""
        self.line = line
        self.call = call
        """The innermost call of a module that it was part of."""


class OwnFunction:
    """A program's own Function in the place of an operation: ``forward`` runs again, and ``backward`` is its rule."""

    __slots__ = ("definition",)

    has_gradient = True

    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    @property
    def spelling(self) -> str:
        return self.definition.name

    @property
    def name(self) -> str:
        return self.definition.name

    def call(self, *args: Any) -> Any:
        # What it changes in place is its own copy, since others read the same value.
        given = [OPERATIONS["clone"].call(a) if isinstance(a, Tensor) else a for a in args]
        found = apply(self.definition, tuple(given))
        several = found if isinstance(found, tuple) else (found,)
        return tuple(t for t in several if isinstance(t, Tensor))


def slots_in(args: Any) -> Iterator[Slot]:
    for a in args:
        if isinstance(a, Slot):
            yield a
        elif isinstance(a, list):
            yield from slots_in(a)
