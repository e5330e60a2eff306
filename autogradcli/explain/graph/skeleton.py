"""The bare graph as numbers, and which part of it is drawn."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np

from ...engine.node import AccumulateGrad, Node, Output, reachable
from ...numerics.limits import run
from ..entries import Call

#: Nodes between two looks at whether to stop.
_PAUSE = 1023

Path = tuple[Call, ...]


class Kids:
    """What each of many numbers leads to: flat, since millions of small lists cost more than what they hold."""

    __slots__ = ("flat", "start")

    def __init__(self, start: array[int], flat: array[int]) -> None:
        self.start, self.flat = start, flat

    def __getitem__(self, k: int) -> array[int]:
        return self.flat[self.start[k] : self.start[k + 1]]

    def __len__(self) -> int:
        return len(self.start) - 1


class Skeleton:
    """The nodes below a root, the newest first and the leaves last; ``kids`` by their numbers, in the order of the
    edges."""

    def __init__(self, root: Node) -> None:
        order, sinks = reachable([root])
        leaf = isinstance(root, AccumulateGrad)
        self.nodes: list[Node] = [root] if leaf else [*order, *sinks]
        if not leaf and self.nodes[0] is not root:  # made before what leads to it, as a view's history may be
            self.nodes.remove(root)
            self.nodes.insert(0, root)
        self.number = {node: k for k, node in enumerate(self.nodes)}
        start, flat = array("q", [0]), array("q")
        number, add, end = self.number, flat.append, start.append
        count = 0
        for k, node in enumerate(self.nodes):
            if not k & _PAUSE:
                run.spend(0)
            for e in node.edges:
                if e is not None:
                    add(number[e.node if isinstance(e, Output) else e])
                    count += 1
            end(count)
        self.kids = Kids(start, flat)
        #: Where the leaves begin.
        self.first_leaf = 0 if leaf else len(order)

    def is_leaf(self, k: int) -> bool:
        return k >= self.first_leaf


class Units:
    """A graph with some of its nodes taken together: each node belongs to the unit ``of``, which is called by the
    number of its first node."""

    def __init__(self, skeleton: Skeleton, of: list[int]) -> None:
        self.of = of
        count = len(of)
        run.spend(64 * count)
        unit = np.array(of, np.int64)
        start = np.frombuffer(skeleton.kids.start, np.int64)
        below = unit[np.frombuffer(skeleton.kids.flat, np.int64)] if len(skeleton.kids.flat) else np.zeros(0, np.int64)
        above = np.repeat(unit, np.diff(start))
        apart = above != below
        above, below = above[apart], below[apart]
        last = np.full(count, -1, np.int64)
        last[below] = above
        shared = np.zeros(count, np.uint8)
        shared[below[last[below] != above]] = 1
        self.shared = bytearray(shared)
        """Whether more than one unit leads to it."""
        self.kids = skeleton.kids
        if np.array_equal(unit, np.arange(count)):
            return
        begin = np.zeros(count + 1, np.int64)
        np.cumsum(np.bincount(above, minlength=count), out=begin[1:])
        below = below[np.argsort(above, kind="stable")]
        self.kids = Kids(array("q", begin.tobytes()), array("q", below.tobytes()))


def nearest(units: Units, most: int, depth: int | None) -> tuple[list[int], set[int]]:
    """The units to be drawn: at most so many, those that fewest edges lead to first, and no more than ``depth`` below
    the first; and those of them below which something is left out."""
    first = units.of[0]
    level = {first: 0}
    found = [first]
    cut: set[int] = set()
    for u in found:
        for v in units.kids[u]:
            if v in level:
                continue
            if len(found) >= most or (depth is not None and level[u] >= depth):
                cut.add(u)
            else:
                level[v] = level[u] + 1
                found.append(v)
    return found, {u for u in cut if any(v not in level for v in units.kids[u])}


def common(paths: Sequence[Path]) -> Path:
    """What several paths begin with."""
    first = min(paths, key=len)
    for k, call in enumerate(first):
        if any(path[k] is not call for path in paths):
            return first[:k]
    return first
