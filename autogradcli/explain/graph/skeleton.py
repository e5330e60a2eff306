"""The bare graph as numbers, and which part of it is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from ...engine.backward import _reachable
from ...engine.limits import run
from ...engine.node import AccumulateGrad, Node, node_of
from ..recording import Call

#: Nodes between two looks at whether to stop.
_PAUSE = 1023

Path = tuple[Call, ...]


class Skeleton:
    """The nodes below a root, the newest first and the leaves last; ``kids`` by their numbers, in the order of the
    edges."""

    def __init__(self, root: Node) -> None:
        order, sinks = _reachable([root])
        leaf = isinstance(root, AccumulateGrad)
        self.nodes: list[Node] = [root] if leaf else [*order, *sinks]
        if not leaf and self.nodes[0] is not root:  # made before what leads to it, as a view's history may be
            self.nodes.remove(root)
            self.nodes.insert(0, root)
        self.number = {node: k for k, node in enumerate(self.nodes)}
        self.kids: list[list[int]] = []
        number = self.number
        for k, node in enumerate(self.nodes):
            if not k & _PAUSE:
                run.spend(0)
            self.kids.append([number[below] for e in node.edges if (below := node_of(e)) is not None])

    def is_leaf(self, k: int) -> bool:
        return isinstance(self.nodes[k], AccumulateGrad)


class Units:
    """A graph with some of its nodes taken together: each node belongs to the unit ``of``, which is called by the
    number of its first node."""

    def __init__(self, skeleton: Skeleton, of: list[int]) -> None:
        self.of = of
        count = len(of)
        self.kids: list[list[int]] = [[] for _ in range(count)]
        self.shared = bytearray(count)
        """Whether more than one unit leads to it."""
        parent = [-1] * count
        for k, below in enumerate(skeleton.kids):
            if not k & _PAUSE:
                run.spend(0)
            u = of[k]
            mine = self.kids[u]
            for b in below:
                v = of[b]
                if v != u:
                    mine.append(v)
                    if parent[v] != u:
                        if parent[v] >= 0:
                            self.shared[v] = 1
                        parent[v] = u


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
