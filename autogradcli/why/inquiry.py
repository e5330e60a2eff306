"""What is known when somebody asks: the program, its recording, its variables, and how it is run again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..engine.node import AccumulateGrad, Node, node_of
from ..engine.tensor import Tensor
from ..events import Failed
from ..explain.entries import Slot
from .flow import Flow
from .lineage import Arrival, Backward, Lineage, Path, path_to
from .lines import Lines, Names


class Mended(NamedTuple):
    """A change of the program that was run."""

    line: int
    source: str
    """The line as it should be, or lines with a newline between."""
    gives: str
    """What the program has then: ``x.grad = tensor([0.0000, 0.2500])``."""


class Why(NamedTuple):
    """An answer."""

    of: str
    """What was asked about: ``x.grad``, or the error."""
    kind: str
    """``none``, ``nan``, ``inf``, ``zero``, ``norms``, ``sum``, ``hook``, ``data``, ``shapes``, ``number``, ``digits``,
    ``fine``, ``error``."""
    line: int
    """The line of the cause; 0 where none has one."""
    text: list[str]
    path: str = ""
    mended: Mended | None = None


def of_error(line: int, *text: str, change: Mended | None = None) -> Why:
    """An answer about the error that ended a program."""
    return Why("", "error", line, list(text), mended=change)


class Ran(NamedTuple):
    """A program that was run again, changed."""

    variables: Mapping[str, Any]
    failure: Failed | None


class Inquiry:
    """``named`` are the tensors that the variables lead to, by what they are called; ``again`` runs another text."""

    def __init__(
        self,
        text: str,
        recording: Lineage,
        named: Mapping[str, Tensor],
        failure: Failed | None,
        again: Callable[[str], Ran],
        numbered: bool = True,
    ) -> None:
        self.recording = recording
        self.lines = Lines(text, numbered)
        self.named = named
        self.failure = failure
        self.again = again
        self.slots: dict[str, Slot] = {name: recording.slot(tensor) for name, tensor in named.items()}
        called: dict[Slot, str] = {}
        for name, slot in self.slots.items():
            called.setdefault(slot, name)
        self.names = Names(recording, self.lines, called)
        self._flows: dict[int, list[Flow]] = {}

    # -- leaves -------------------------------------------------------------------------------------------

    def leaf(self, name: str) -> Node | None:
        tensor = self.named.get(name)
        node = None if tensor is None else node_of(tensor.node)
        return node if isinstance(node, AccumulateGrad) else None

    def leaves(self) -> list[str]:
        """What is called something and requires grad, without having been computed."""
        return [name for name in self.named if self.leaf(name) is not None and not name.endswith(".grad")]

    def former(self, name: str) -> Node | None:
        """The leaf that a name meant before it meant another tensor."""
        node = self.leaf(name)
        found = [n for n, versions in self.recording._leaves.items() if versions[0].called == name and n is not node]
        return found[-1] if found else None

    def arrivals(self, name: str) -> list[tuple[Backward, Arrival]]:
        """What the passes added to a leaf's gradient."""
        leaf = self.leaf(name)
        return [(b, a) for b in self.recording.passes for a in b.arrivals if a.leaf is leaf and leaf is not None]

    # -- passes -------------------------------------------------------------------------------------------

    def flows(self, backward: Backward) -> list[Flow]:
        """The numbers of a pass. Empty where its roots are not known any more."""
        key = id(backward)
        if key not in self._flows:
            found = []
            for node, index, seed in backward.roots:
                root = self.recording.made(node, index)
                if root is not None:
                    found.append(Flow(self.recording, root, seed))
            self._flows[key] = found
        return self._flows[key]

    def results(self) -> list[Slot]:
        """What the passes began with, the last first; without a pass what the variables hold that was computed."""
        found = []
        for backward in reversed(self.recording.passes):
            for node, index, _ in backward.roots:
                slot = self.recording.made(node, index)
                if slot is not None and slot not in found:
                    found.append(slot)
        if not found:
            computed = [s for s in self.slots.values() if s.entry is not None or s.came is not None]
            found = sorted(computed, key=lambda s: -(s.entry.number if s.entry is not None else 0))
        return found

    # -- words --------------------------------------------------------------------------------------------

    def called(self, slot: Slot) -> str:
        """A value's name, or the text that made it."""
        return self.names.of(slot) or (self.lines.piece(slot.entry) if slot.entry is not None else "a number")

    def way(self, path: Path) -> str:
        """``x -> h (line 2) -x- d (line 3) -> loss (line 4)``: the named values, and where it is cut."""
        cut_after = {id(link.source) for link in path.cuts}
        parts: list[str] = []
        cut = False
        last = path.slots[-1]
        for slot in path.slots:
            name = self.names.of(slot)
            if name or slot is last:
                word = (name or self.called(slot)) + self.lines.mark(self.names.line(slot))
                parts.append((" -x- " if cut else " -> ") + word if parts else word)
                cut = False
            cut = cut or id(slot) in cut_after
        return "".join(parts)

    def path(self, end: Slot, leaf: Node) -> Path | None:
        return path_to(self.recording, end, leaf)

    def number(self, value: Any) -> str:
        """A short tensor in full, a long one by its shape and range."""
        array = np.asarray(value)
        if array.size <= 6:
            return _short(array)
        finite = array[np.isfinite(array)]
        spread = f"from {finite.min():.4g} to {finite.max():.4g}" if finite.size else "none of them finite"
        return f"{list(array.shape)} {spread}"


def _short(array: np.ndarray) -> str:
    if not array.ndim:
        value = array.item()
        return f"{value:.4g}" if isinstance(value, float) else str(value)
    return "[" + ", ".join(_short(np.asarray(part)) for part in array) + "]"


def place(at: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, at))}]" if at else ""
