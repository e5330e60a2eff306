"""Tensors in a few words: short ones in full, large ones by norm and range."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...engine.backward import Pass
from ...engine.node import AccumulateGrad, Node, Output
from ...engine.tensor import Tensor
from ...numerics import dtypes
from ..digits import asked, number_text

#: Elements and characters of a tensor that is written in full.
_SHORT, _LONGEST = 8, 44
#: Elements that JSON has.
_MOST_DATA = 64


class Facts(NamedTuple):
    """What is to be said of a tensor."""

    text: str
    shape: tuple[int, ...]
    data: Any
    """Its numbers as nested lists, if they are few."""
    norm: float
    low: float | None
    high: float | None
    """The range of what is finite."""
    strange: int
    """How many are NaN or infinite."""


def facts(array: np.ndarray) -> Facts:
    """Say a tensor."""
    array = np.asarray(array)
    plain = dtypes.plain(array)
    data = _listed(plain) if plain.size <= _MOST_DATA else None
    wide = np.abs(plain).astype("float64")
    with np.errstate(all="ignore"):
        norm = math.sqrt(float((wide * wide).sum()))
    finite = np.isfinite(wide)
    strange = int(wide.size - finite.sum())
    low = high = None
    if plain.dtype.kind != "c" and finite.any():
        kept = plain[finite]
        low, high = float(kept.min()), float(kept.max())
    short = _short(plain) if plain.size <= _SHORT else ""
    return Facts(short or _long(norm, low, high, strange, plain.size), array.shape, data, norm, low, high, strange)


def _listed(array: np.ndarray) -> Any:
    if array.dtype.kind == "c":
        return np.stack([array.real, array.imag], axis=-1).tolist()
    return array.tolist()


def _short(array: np.ndarray) -> str:
    text = _nested(array.tolist())
    return text if len(text) <= _LONGEST else ""


def _nested(value: Any) -> str:
    return f"[{', '.join(map(_nested, value))}]" if isinstance(value, list) else number(value)


def number(value: complex) -> str:
    """A number in four digits, or in those that were asked for."""
    return number_text(value, asked(), 4)


def _long(norm: float, low: float | None, high: float | None, strange: int, size: int) -> str:
    if not size:
        return "empty"
    parts = []
    if low is not None and low == high and not strange:
        return f"all {number(low)}"
    if low is not None and high is not None:
        parts.append(f"{number(low)} to {number(high)}")
    if not strange:
        parts.append(f"norm {number(norm)}")
    else:
        parts.append(f"{strange} of {size} NaN or infinite")
    return ", ".join(parts)


class Gradients(Pass):
    """A pass that looks at what arrives at nodes, and changes nothing: ``arrived`` by node and result, ``parts`` what
    each of several edges brought."""

    __slots__ = ("arrived", "parts", "wanted")

    def __init__(self, leaves: Sequence[Node], wanted: Callable[[Node], bool]) -> None:
        super().__init__(True, False, leaves, accumulate=False)
        self.wanted = wanted
        self.arrived: dict[tuple[Node, int], Facts] = {}
        self.parts: dict[tuple[Node, int], list[str]] = {}

    def step(self, node: Node, g: Any) -> tuple[Any, ...]:
        if node in self.needed and self.wanted(node):
            for k, one in enumerate(g if isinstance(g, list) else [g]):
                self._see(node, k, one)
        return super().step(node, g)

    def arrive(self, edge: Node | Output, g: Any) -> None:
        node, k = (edge.node, edge.index) if isinstance(edge, Output) else (edge, 0)
        if self.wanted(node):
            array = g.array if isinstance(g, Tensor) else g
            self.parts.setdefault((node, k), []).append(number(array.item()) if array.size == 1 else "")
        super().arrive(edge, g)

    def leaf(self, sink: AccumulateGrad) -> None:
        if self.wanted(sink):
            self._see(sink, 0, self.pending.get(sink))
        super().leaf(sink)

    def _see(self, node: Node, k: int, g: Any) -> None:
        if g is not None:
            self.arrived[node, k] = facts(g.array if isinstance(g, Tensor) else g)


def gradients(
    root: Node | Output, seed: np.ndarray, leaves: Sequence[Node], wanted: Callable[[Node], bool]
) -> Gradients:
    """What arrives at nodes when the pass starts at ``root`` with ``seed``; no ``.grad`` changes.

    Raises RuntimeError where the engine can't go through the graph any more.
    """
    task = Gradients(leaves, wanted)
    task.run([(root, seed)])
    return task
