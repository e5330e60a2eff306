"""What ``backward()`` itself gives for a recorded program, and what stands between it and a formula.

The operations of a program say its gradient; but a hook may put another in its place, and ``.data`` may change what a
rule reads. So the pass is made once more over the graph that the program left, and where it gives something else than
the operations say, there is no formula.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from ..engine.node import AccumulateGrad, Node, node_of
from ..engine.tensor import Tensor, wrap
from .derived import agrees
from .entries import Slot
from .recording import Recording
from .replay import gradients_at

_DATA = "its numbers, or those of what it meets, were changed where autograd can't see it, as through .data"


class Read(Protocol):
    """What can be computed again."""

    @property
    def leaves(self) -> Mapping[str, Slot]: ...
    @property
    def variables(self) -> dict[str, Tensor]: ...

    def compute(self, values: Mapping[str, Any]) -> Tensor: ...


class Truth:
    """The engine's own pass from a result to some leaves."""

    def __init__(
        self, recording: Recording, result: Tensor, leaves: Mapping[str, Node | None], seed: Tensor | None
    ) -> None:
        self._recording = recording
        self._seed = np.ones(result.array.shape, result.array.dtype) if seed is None else np.array(seed.array)
        self._result = result
        self._leaves = leaves
        self._acted: dict[int, int] = {}
        self._hooks = self._hooked()
        self.refusal = ""
        """Why ``backward()`` can't go through the graph any more, once that was tried."""

    def refused(self, reading: Read) -> dict[str, str]:
        """The leaves whose gradient isn't what the operations say, and why."""
        found = {
            name: self._why_hooks(hooks)
            for name, node in self._leaves.items()
            if (hooks := self._after(node)) and node is not None
        }
        real = self._numbers()
        said = self._said(reading)
        for name in self._leaves:
            above = self._above(name)
            mine, true = said.get(name), None if real is None else real.get(name)
            if real is None:
                acting = above  # whether they change anything can't be asked any more
            else:
                acting = [key for key in above if key in self._acted]
            if acting:
                found.setdefault(name, self._why_hooks(acting))
            elif real is not None and not _alike(mine, true):
                found.setdefault(name, _DATA)
        return found

    # -- hooks --------------------------------------------------------------------------------------------

    def _hooked(self) -> dict[Node, list[dict[int, Any]]]:
        """The tables of hooks in the graph."""
        found: dict[Node, list[dict[int, Any]]] = {}
        root = node_of(self._result.node)
        pending = [] if root is None else [root]
        seen = set(pending)
        while pending:
            node = pending.pop()
            extra = node.extra
            if extra is not None:
                tables: list[dict[int, Any]] = [*extra.tensor_hooks.values(), extra.prehooks, extra.posthooks]
                tables = [table for table in tables if table]
                if tables:
                    found[node] = tables
            for edge in node.edges:
                below = node_of(edge)
                if below is not None and below not in seen:
                    seen.add(below)
                    pending.append(below)
        return found

    def _above(self, name: str) -> list[int]:
        """The hooks by which a leaf's gradient comes."""
        leaf = self._leaves[name]
        return [
            key
            for node, tables in self._hooks.items()
            if node is leaf or _leads(node, leaf)
            for table in tables
            for key in table
        ]

    def _after(self, node: Node | None) -> list[int]:
        return [] if node is None or node.extra is None else list(node.extra.post_accumulate)

    def _why_hooks(self, keys: list[int]) -> str:
        lines = sorted({self._recording.hook_lines[k] for k in keys if self._recording.hook_lines.get(k)})
        if not lines:
            return "a hook of the program changes it on its way"
        plural = "" if len(lines) == 1 else "s"
        verb = "changes" if len(lines) == 1 else "change"
        hook = "the hook" if len(lines) == 1 else "the hooks"
        return f"{hook} of line{plural} {', '.join(map(str, lines))} {verb} it on its way"

    # -- numbers ------------------------------------------------------------------------------------------

    def _numbers(self) -> dict[str, np.ndarray] | None:
        """What the graph gives; None where it can't be asked any more, since something was changed in place."""
        self._recording.restore_graph()
        for tables in self._hooks.values():
            for table in tables:
                for key, hook in table.items():
                    table[key] = self._watched(key, hook)
        root = self._result.node
        assert root is not None
        try:
            return gradients_at([(root, self._seed)], self._leaves)
        except (RuntimeError, NotImplementedError) as error:
            changed = "inplace" in str(error)
            self.refusal = "a value that it needs was changed in place since" if changed else str(error)
            return None

    def _watched(self, key: int, hook: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*given: Any) -> Any:
            made = hook(*given)
            if made is not None:
                self._acted[key] = 1
            return made

        return watched

    def _said(self, reading: Read) -> dict[str, np.ndarray]:
        """What the operations give."""
        values = reading.variables
        for name in reading.leaves:
            values[name] = Tensor(values[name].array, requires_grad=True)
        result = reading.compute(values)
        if result.node is None:
            return {}
        seed = wrap(self._seed).array
        return gradients_at([(result.node, seed)], {name: node_of(values[name].node) for name in reading.leaves})


def _alike(mine: np.ndarray | None, true: np.ndarray | None) -> bool:
    if mine is None or true is None:
        other = mine if true is None else true
        return other is None or not other.any()
    return agrees(mine, true)


def _leads(node: Node, leaf: Node | None) -> bool:
    pending: list[Any] = [node]
    seen = {node}
    while pending:
        for edge in pending.pop().edges:
            below = node_of(edge)
            if below is leaf and leaf is not None:
                return True
            if below is not None and below not in seen and not isinstance(below, AccumulateGrad):
                seen.add(below)
                pending.append(below)
    return False
