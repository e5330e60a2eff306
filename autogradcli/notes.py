"""A line about gradients that are surprising after ``backward()``: for the prompt and ``eval``, which nobody asked.

The engine tells a watch of each backward pass, before it begins. What costs time is done once a run: of the leaves
that the variables lead to, those with a fresh gradient are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .engine.node import AccumulateGrad, Node
from .engine.state import state
from .engine.tensor import Tensor
from .events import Noted
from .tensor_names import named_tensors

#: Leaves of a pass for which it is remembered what gave them their gradient, and leaves in all.
_LEAVES, _MOST = 64, 4096
#: Names in a note.
_NAMED = 3
_WORDS = {"nan": "NaN", "inf": "infinite", "zero": "0 everywhere"}


class _Given(NamedTuple):
    """What gave a leaf the gradient that it has."""

    line: int
    version: int
    """Of the gradient right after: another one means that the program changed it."""


class Watch:
    """What a session's backward passes do to its leaves. ``next_step`` is what to type, given ``x.grad``; ``numbered``:
    whether the user knows lines by their numbers."""

    def __init__(self, next_step: Callable[[str], str], *, numbered: bool) -> None:
        self._next_step = next_step
        self._numbered = numbered
        self._given: dict[Node, _Given] = {}
        self._lines: dict[int, str] = {}
        self._told: set[Node] = set()
        #: Of the run under way: the leaves that passes came by, which of them had a gradient from the same place, and
        #: of the last pass the line and the newest node.
        self._reached: dict[Node, None] = {}
        self._added: dict[Node, tuple[int, int]] = {}
        self._line = 0
        self._newest = -1

    def began(self, sinks: Sequence[Node], newest: int) -> None:
        """A pass that adds to the gradients of these leaves begins; the newest node on its way has that number."""
        line = self._line = state.where()
        self._newest = newest
        if len(self._given) > _MOST or len(self._reached) > _MOST:  # a loop that makes leaves
            self._given.clear()
            self._reached.clear()
        self._reached.update(dict.fromkeys(sinks))
        for sink in sinks[:_LEAVES]:
            if not isinstance(sink, AccumulateGrad):
                continue
            grad = sink.grad
            version = -1 if grad is None else grad.version
            before = self._given.get(sink)
            if grad is not None and before is not None and before.version == version and sink not in self._told:
                self._added.setdefault(sink, (before.line, line))
            self._given[sink] = _Given(line, version + 1)

    def forget(self) -> None:
        """The run failed: nothing is to be said of it."""
        self._reached.clear()
        self._added.clear()

    def ended(self, variables: Mapping[str, Any], line_of: Callable[[int], str], line: int) -> Noted | None:
        """The run is over: what is to be said of it, if anything is. ``line_of`` gives the text of a line of it."""
        if not self._reached:
            return None
        try:
            return self._note(variables, line_of, line)
        finally:
            self._lines = {
                given.line: self._lines.get(given.line) or line_of(given.line).strip() for given in self._given.values()
            }
            self.forget()

    def _note(self, variables: Mapping[str, Any], line_of: Callable[[int], str], line: int) -> Noted | None:
        found: dict[str, list[str]] = {}
        sinks: dict[str, Node] = {}
        for name, sink in _leaves(variables):
            kind = self._kind(sink, line_of)
            if kind:
                found.setdefault(kind, []).append(name)
                sinks.setdefault(kind, sink)
        for kind in ("nan", "inf", "none", "zero", "sum"):
            if kind in found:
                names = found[kind]
                if kind in ("none", "sum"):  # told once: who goes on does so on purpose
                    self._told.update(s for n, s in _leaves(variables) if n in names)
                of = f"{names[0]}.grad"
                text = self._said(kind, names, sinks[kind], line_of)
                return Noted(line, of, kind, f"{text}; {self._next_step(of)}")
        return None

    def _kind(self, sink: AccumulateGrad, line_of: Callable[[int], str]) -> str:
        grad = sink.grad
        if sink not in self._reached:
            missed = grad is None and sink not in self._given and sink not in self._told and sink.seq < self._newest
            return "none" if missed else ""
        if not isinstance(grad, Tensor):
            return ""  # it was taken away, or is a sparse one
        kind = _strange(grad.array)
        if kind == "zero":
            given = self._given.get(sink)
            return kind if given is not None and given.version == grad.version else ""
        if kind or sink not in self._added:
            return kind
        earlier, later = self._added[sink]
        return "sum" if self._text(earlier, line_of) == self._text(later, line_of) else ""

    def _text(self, line: int, line_of: Callable[[int], str]) -> str:
        return line_of(line).strip() or self._lines.get(line, "")

    def _said(self, kind: str, names: list[str], sink: Node, line_of: Callable[[int], str]) -> str:
        grads = [f"{name}.grad" for name in names[:_NAMED]]
        more = len(names) - _NAMED
        who = ", ".join(grads[:-1]) + " and " + grads[-1] if grads[1:] else grads[0]
        if more > 0:
            who = f"{', '.join(grads)} and {more} more"
        are = "is" if len(names) == 1 else "are"
        if kind == "none":
            return f"{who} {are} None: {self._place(self._line, line_of)} doesn't lead there"
        if kind == "sum":
            earlier, later = self._added[sink]
            was = "were" if len(names) > 1 else "was"
            where = (
                f"the gradient of line {earlier}"
                if self._numbered and earlier != later
                else f"what {self._place(later, line_of)} gave before"
            )
            return f"{who} {was} added to {where}"
        within = ""
        if isinstance(sink, AccumulateGrad) and len(names) == 1 and kind != "zero":
            bad = ~np.isfinite(sink.grad.array)
            if bad.size > 1 and not bad.all():
                within = f" in {int(bad.sum()):,} of {bad.size:,} elements"
        return f"{who} {are} {_WORDS[kind]}{within}"

    def _place(self, line: int, line_of: Callable[[int], str]) -> str:
        text = self._text(line, line_of)
        return f"`{text}`" if text and len(text) <= 60 and not self._numbered else f"the backward() of line {line}"


def _leaves(variables: Mapping[str, Any]) -> Iterator[tuple[str, AccumulateGrad]]:
    """The leaves that variables lead to, each once."""
    seen: set[Node] = set()
    for name, tensor in named_tensors(variables):
        sink = tensor.node
        if name != "_" and isinstance(sink, AccumulateGrad) and sink not in seen and not name.endswith(".grad"):
            seen.add(sink)
            yield name, sink


def _strange(array: np.ndarray) -> str:
    if array.dtype.kind not in "fc" or not array.size:
        return ""
    # One number tells of nearly all gradients that nothing is wrong with them; it overflows for very large ones.
    if 0.0 < abs(np.vdot(array, array)) < np.inf:
        return ""
    if np.isnan(array).any():
        return "nan"
    if np.isinf(array).any():
        return "inf"
    return "" if array.any() else "zero"
