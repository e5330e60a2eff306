"""What a picture of a graph consists of."""

from __future__ import annotations

from dataclasses import dataclass, field

from .summaries import Facts

#: Kinds of boxes: an operation, a leaf, a place where history was cut off, a chain rolled up, what is not drawn.
OPERATION, LEAF, CUT, ROLLED, MORE = "operation", "leaf", "cut", "rolled", "more"


@dataclass(slots=True)
class Edge:
    """The way of a gradient from a box to one below it."""

    box: int
    """The number of the box below."""
    output: int = 0
    """Which result of it this is."""


@dataclass(slots=True)
class Box:
    """One node, or what stands for several."""

    kind: str
    title: str = ""
    """The node's name, as PyTorch has it; of a chain its parts and their number."""
    name: str = ""
    """What a variable calls the result."""
    shapes: list[tuple[int, ...]] = field(default_factory=list)
    """Of the results, as far as they are known."""
    dtype: str = ""
    line: int = 0
    """Of the program; 0 where it isn't known."""
    notes: list[str] = field(default_factory=list)
    """Hooks, a gradient that stands there, where history was cut off."""
    marked: bool = False
    """Whether a note is something that changes or stops a gradient."""
    inputs: list[Edge] = field(default_factory=list)
    module: int | None = None
    """The innermost module that it belongs to."""
    count: int = 1
    """How many nodes it stands for."""
    inside: list[str] = field(default_factory=list)
    """Of a chain: the leaves in it."""
    value: Facts | None = None
    gradient: Facts | None = None
    arrived: list[str] = field(default_factory=list)
    """The parts of the gradient, where several short ones arrived."""


@dataclass(slots=True)
class ModuleBox:
    """One call of a module."""

    kind: str
    name: str
    outer: int | None
    line: int = 0


@dataclass(slots=True)
class Picture:
    """The first box is the result; edges go down to what it was computed from."""

    label: str
    boxes: list[Box]
    modules: list[ModuleBox]
    notes: list[str]
    lines: tuple[str, ...]
    """The text of the program."""
    more: int
    """Nodes that are not drawn, neither by themselves nor in a chain."""
    valued: bool = False

    def source(self, line: int) -> str:
        """The text of a line; "" where there is none."""
        return self.lines[line - 1].strip() if 0 < line <= len(self.lines) else ""
