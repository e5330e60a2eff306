"""The bare graph as numbers, and which part of it is drawn."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import accumulate

from ...engine.node import AccumulateGrad, Node, Output, reachable
from ...numerics.limits import run
from ..recording import Call

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
        number = self.number
        for k, node in enumerate(self.nodes):
            if not k & _PAUSE:
                run.spend(0)
            for e in node.edges:
                if e is not None:
                    flat.append(number[e.node if isinstance(e, Output) else e])
            start.append(len(flat))
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
        self.shared = bytearray(count)
        """Whether more than one unit leads to it."""
        parent = array("q", [-1]) * count
        start, flat = skeleton.kids.start, skeleton.kids.flat
        widths = array("q", [0]) * (count + 1)
        for k in range(count):
            if not k & _PAUSE:
                run.spend(0)
            u = of[k]
            for b in flat[start[k] : start[k + 1]]:
                v = of[b]
                if v != u:
                    widths[u + 1] += 1
                    if parent[v] != u:
                        if parent[v] >= 0:
                            self.shared[v] = 1
                        parent[v] = u
        self.kids = skeleton.kids
        if of == list(range(count)):
            return
        begin = array("q", accumulate(widths))
        found = array("q", [0]) * begin[-1]
        at = array("q", begin)
        for k in range(count):
            u = of[k]
            for b in flat[start[k] : start[k + 1]]:
                if of[b] != u:
                    found[at[u]] = of[b]
                    at[u] += 1
        self.kids = Kids(begin, found)


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
