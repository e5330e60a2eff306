"""A line about gradients that are surprising after ``backward()``: for the prompt and ``eval``, which nobody asked.

The engine tells a watch of each backward pass, before it begins. What costs time is done once a run: of the leaves
that the variables lead to, those with a fresh gradient are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from .engine.node import AccumulateGrad
from .engine.state import state
from .engine.tensor import Tensor
from .events import Noted

#: Leaves of which it is remembered what gave them their gradient.
_MOST = 4096
#: Names in a note.
_NAMED = 3
_WORDS = {"nan": "NaN", "inf": "infinite", "zero": "0 everywhere"}


class Watch:
    """What a session's backward passes do to its leaves. ``next_step`` is what to type, given ``x.grad``; ``numbered``:
    whether the user knows lines by their numbers."""

    def __init__(self, next_step: Callable[[str], str], *, numbered: bool) -> None:
        self._next_step = next_step
        self._numbered = numbered
        #: What gave a leaf its gradient: the run, the line, and the gradient's version right after: another one means
        #: that the program changed it. As plain tuples, which the leaves of a pass share, since every pass comes by;
        #: leaves by the numbers of their nodes, so that nothing is kept alive.
        self._given: dict[int, tuple[int, int, int]] = {}
        self._run = 0
        self._lines: dict[int, str] = {}
        self._told: set[int] = set()
        #: Of the run under way: the leaves that had a gradient from before, and where both are from; of the last pass
        #: the line and the newest node.
        self._added: dict[int, tuple[int, int]] = {}
        self._line = 0
        self._newest = -1

    def began(self, sinks: Iterable[Any], newest: int) -> None:
        """A pass that adds to the gradients of these leaves begins; the newest node on its way has that number."""
        line = self._line = state.where()
        self._newest = newest
        given = self._given
        if len(given) > _MOST:  # a loop that makes leaves
            given.clear()
        first = self._run, line, 0
        for sink in sinks:
            grad = sink.grad
            if grad is None:
                given[sink.seq] = first
                continue
            number = sink.seq
            before = given.get(number)
            version = grad.version
            if before is not None and before[2] == version and number not in self._told:
                self._added.setdefault(number, (before[1], line))
            given[number] = self._run, line, version + 1

    def forget(self) -> None:
        """The run failed: nothing is to be said of it."""
        self._run += 1
        self._newest = -1
        self._added.clear()

    def ended(self, variables: Mapping[str, Any], line_of: Callable[[int], str], line: int) -> Noted | None:
        """The run is over: what is to be said of it, if anything is. ``line_of`` gives the text of a line of it."""
        if self._newest < 0:
            return None  # no pass went by
        try:
            return self._note(variables, line_of, line)
        finally:
            lines = {given[1] for given in self._given.values()}
            self._lines = {n: self._lines.get(n) or line_of(n).strip() for n in lines}
            self.forget()

    def _note(self, variables: Mapping[str, Any], line_of: Callable[[int], str], line: int) -> Noted | None:
        found: dict[str, list[str]] = {}
        sinks: dict[str, AccumulateGrad] = {}
        leaves = _leaves(variables)
        for name, sink in leaves:
            kind = self._kind(sink, line_of)
            if kind:
                found.setdefault(kind, []).append(name)
                sinks.setdefault(kind, sink)
        for kind in ("nan", "inf", "none", "zero", "sum"):
            if kind in found:
                names = found[kind]
                if kind in ("none", "sum"):  # told once: who goes on does so on purpose
                    self._told.update(s.seq for n, s in leaves if n in names)
                of = f"{names[0]}.grad"
                text = self._said(kind, names, sinks[kind], line_of)
                return Noted(line, of, kind, f"{text}; {self._next_step(of)}")
        return None

    def _kind(self, sink: AccumulateGrad, line_of: Callable[[int], str]) -> str:
        grad = sink.grad
        given = self._given.get(sink.seq)
        if given is None or given[0] != self._run:
            missed = grad is None and given is None and sink.seq not in self._told and sink.seq < self._newest
            return "none" if missed else ""
        if not isinstance(grad, Tensor):
            return ""  # it was taken away, or is a sparse one
        kind = _strange(grad.array)
        if kind == "zero":
            return kind if given[2] == grad.version else ""  # else the program made it so
        if kind or sink.seq not in self._added:
            return kind
        earlier, later = self._added[sink.seq]
        return "sum" if self._text(earlier, line_of) == self._text(later, line_of) else ""

    def _text(self, line: int, line_of: Callable[[int], str]) -> str:
        return line_of(line).strip() or self._lines.get(line, "")

    def _said(self, kind: str, names: list[str], sink: AccumulateGrad, line_of: Callable[[int], str]) -> str:
        grads = [f"{name}.grad" for name in names[:_NAMED]]
        more = len(names) - _NAMED
        who = ", ".join(grads[:-1]) + " and " + grads[-1] if grads[1:] else grads[0]
        if more > 0:
            who = f"{', '.join(grads)} and {more} more"
        are = "is" if len(names) == 1 else "are"
        if kind == "none":
            return f"{who} {are} None: {self._place(self._line, line_of)} doesn't lead there"
        if kind == "sum":
            earlier, later = self._added[sink.seq]
            was = "were" if len(names) > 1 else "was"
            where = (
                f"the gradient of line {earlier}"
                if self._numbered and earlier != later
                else f"what {self._place(later, line_of)} gave before"
            )
            return f"{who} {was} added to {where}"
        within = ""
        if len(names) == 1 and kind != "zero":
            bad = ~np.isfinite(sink.grad.array)
            if bad.size > 1 and not bad.all():
                within = f" in {int(bad.sum()):,} of {bad.size:,} elements"
        return f"{who} {are} {_WORDS[kind]}{within}"

    def _place(self, line: int, line_of: Callable[[int], str]) -> str:
        text = self._text(line, line_of)
        return f"`{text}`" if text and len(text) <= 60 and not self._numbered else f"the backward() of line {line}"


def _leaves(variables: Mapping[str, Any]) -> list[tuple[str, AccumulateGrad]]:
    """The leaves that variables lead to, each once."""
    from .tensor_names import named_tensors

    found: dict[AccumulateGrad, str] = {}
    for name, tensor in named_tensors(variables):
        if name != "_" and isinstance(tensor.node, AccumulateGrad) and not name.endswith(".grad"):
            found.setdefault(tensor.node, name)
    return [(name, sink) for sink, name in found.items()]


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
