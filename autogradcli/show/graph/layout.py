"""Where the boxes, modules and edges of a drawing lie: layers from the result down, each module a drawing of its own.

A module is laid out first, with a row of ports at its upper edge, where gradients come in, and one at its lower edge,
where they go out; then it is a box like any other in what is around it. So a module's frame holds what is in it and
nothing else, and an edge goes through no box.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from ...explain.graph.graph_picture import Picture
from ...numerics.limits import run
from .layers import Vertex, join, ordered, place
from .nested import Nest, nested

#: Between boxes of a row, between rows, within the frame of a module, between the ends of two edges at a box.
GAP, ROW_GAP, PADDING, _PORTS = 22.0, 34.0, 12.0, 16.0
#: Between the ports of a module and what is next to them.
_PORT_GAP = 16.0

Point = tuple[float, float]
Size = tuple[float, float]


class Rect(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    def moved(self, x: float, y: float) -> Rect:
        return Rect(self.x + x, self.y + y, self.width, self.height)


class Drawing:
    """What lies where: boxes and modules by their numbers, the ways of edges by theirs (in the order of the boxes)."""

    def __init__(self) -> None:
        self.width = self.height = 0.0
        self.boxes: dict[int, Rect] = {}
        self.modules: dict[int, Rect] = {}
        self.labels: dict[int, Point] = {}
        self.ways: dict[int, list[Point]] = {}
        #: Where edges come in at the upper edge and go out at the lower one.
        self.enter: dict[int, float] = {}
        self.leave: dict[int, float] = {}

    def untangle(self, ports: dict[int, float], edges: list[int], boxes: list[int], places: list[Point]) -> None:
        """Let edges that lead to the same of the ``boxes`` change places, so that they come in the order of
        ``places``, in which they go on outside."""
        by_box: dict[int, list[tuple[Point, int]]] = {}
        for e, box, at in zip(edges, boxes, places, strict=True):
            by_box.setdefault(box, []).append((at, e))
        for found in by_box.values():
            before = sorted((ports[e], self.ways[e]) for _, e in found)
            for (_, e), (x, way) in zip(sorted(found), before, strict=True):
                ports[e], self.ways[e] = x, way

    def take(self, inner: Drawing, x: float, y: float) -> None:
        """Put another drawing into this one."""
        self.boxes |= {k: rect.moved(x, y) for k, rect in inner.boxes.items()}
        self.modules |= {k: rect.moved(x, y) for k, rect in inner.modules.items()}
        self.labels |= {k: (a + x, b + y) for k, (a, b) in inner.labels.items()}
        self.ways |= {k: [(a + x, b + y) for a, b in way] for k, way in inner.ways.items()}


def layout(picture: Picture, size: Callable[[int], Size], label: Callable[[int], Size]) -> Drawing:
    """The drawing; ``size`` of each box and of the ``label`` of each module, by their numbers."""
    edges = [(k, way.box) for k, box in enumerate(picture.boxes) for way in box.inputs]
    return _Nest(nested(picture), None, edges, size, label).drawing


class _Item(NamedTuple):
    """A box or a module within a nest."""

    width: float
    height: float
    inner: Drawing | None
    box: int


class _Nest:
    """The drawing of what lies in one module, or in none."""

    def __init__(
        self,
        nest: Nest,
        module: int | None,
        edges: list[tuple[int, int]],
        size: Callable[[int], Size],
        label: Callable[[int], Size],
    ) -> None:
        self.edges, self.module = edges, module
        self.drawing = Drawing()
        self.items: list[_Item] = []
        self.of: dict[int, int] = {}
        for box in nest.boxes:
            run.spend(0)
            self.of[box] = len(self.items)
            self.items.append(_Item(*size(box), None, box))
        for number, inner in nest.modules:
            made = _Nest(inner, number, edges, size, label)
            if not made.items:
                continue
            for box in made.of:
                self.of[box] = len(self.items)
            self.items.append(_Item(made.drawing.width, made.drawing.height, made.drawing, -1))
        if not self.items:
            return
        self.vertices = [Vertex(item.width, item.height) for item in self.items]
        # edge -> the items at its ends, None for an end outside
        self.mine: dict[int, tuple[int | None, int | None]] = {}
        for e, (above, below) in enumerate(edges):
            ends = self.of.get(above), self.of.get(below)
            if ends[0] != ends[1]:
                self.mine[e] = ends
        self.level = self._levels()
        rows: list[list[Vertex]] = [[] for _ in range(max(self.level) + 1 + (module is not None))]
        if module is not None:
            self.label = Vertex(*label(module), first=True)
            rows[0].append(self.label)
        for k in self._in_order():
            rows[self.level[k]].append(self.vertices[k])
        self.chains = {e: self._chain(ends, rows) for e, ends in self.mine.items()}
        #: Whether edges go out of the module, which then has ports at its lower edge.
        self.leaves = module is not None and bool(rows[-1])
        if not rows[-1]:
            rows.pop()
        rows = ordered(rows)
        self._ports(rows)
        place(rows, GAP, [[v for v in chain if v.thin] for chain in self.chains.values()])
        if module is not None:
            self.label.x = self.label.width / 2  # nothing stands left of it
        self._draw(rows)

    def _levels(self) -> list[int]:
        """The row of each item: one below the lowest of those that lead to it. Row 0 of a module has its ports."""
        below: list[list[int]] = [[] for _ in self.items]
        waiting = [0] * len(self.items)
        for a, b in self.mine.values():
            if a is not None and b is not None:
                below[a].append(b)
                waiting[b] += 1
        level = [int(self.module is not None)] * len(self.items)
        ready = [k for k, count in enumerate(waiting) if not count]
        done = 0
        while done < len(self.items):
            if done == len(ready):  # a ring of modules, which lead to one another: begin with any
                ready.append(next(k for k in range(len(self.items)) if k not in ready))
            k = ready[done]
            done += 1
            for b in below[k]:
                if b in ready:
                    continue
                level[b] = max(level[b], level[k] + 1)
                waiting[b] -= 1
                if not waiting[b]:
                    ready.append(b)
        return level

    def _in_order(self) -> list[int]:
        """The items as a walk from the first one down meets them: a first order that crosses little."""
        below: dict[int, list[int]] = {}
        for a, b in self.mine.values():
            if a is not None and b is not None:
                below.setdefault(a, []).append(b)
        seen: dict[int, None] = {}
        for start in sorted(range(len(self.items)), key=lambda k: self.level[k]):
            pending = [start]
            while pending:
                k = pending.pop()
                if k not in seen:
                    seen[k] = None
                    pending += below.get(k, [])[::-1]
        return list(seen)

    def _chain(self, ends: tuple[int | None, int | None], rows: list[list[Vertex]]) -> list[Vertex]:
        """The vertices that an edge goes by, one in each row; new ones where it meets no item."""
        above, below = ends
        first = 0 if above is None else self.level[above]
        last = len(rows) - 1 if below is None else self.level[below]
        if first > last:  # upwards, in a ring
            first, last, above, below = last, first, below, above
        chain = []
        for row in range(first, last + 1):
            item = above if row == first else below if row == last else None
            if item is None:
                chain.append(Vertex(1.0, 0.0, thin=True))
                rows[row].append(chain[-1])
            else:
                chain.append(self.vertices[item])
        for a, b in pairwise(chain):
            join(a, b)
        return chain

    def _ports(self, rows: list[list[Vertex]]) -> None:
        """Where on its boxes each edge ends, and with that the offsets of all neighbours."""
        at = {v: k for row in rows for k, v in enumerate(row)}
        self.out: dict[int, float] = {}
        self.into: dict[int, float] = {}
        for k in sorted(range(len(self.items)), key=self.level.__getitem__):
            item = self.items[k]
            leaving = [e for e, ends in self.mine.items() if ends[0] == k]
            entering = [e for e, ends in self.mine.items() if ends[1] == k]
            if item.inner is not None:
                inner = item.inner
                ends = [self.edges[e][1] for e in entering]
                inner.untangle(inner.enter, entering, ends, [self._from(e, at) for e in entering])
                ends = [self.edges[e][0] for e in leaving]
                inner.untangle(inner.leave, leaving, ends, [(at[self.chains[e][1]], 0.0) for e in leaving])
                self.out |= {e: item.inner.leave[e] - item.width / 2 for e in leaving}
                self.into |= {e: item.inner.enter[e] - item.width / 2 for e in entering}
                continue
            leaving.sort(key=lambda e: at[self.chains[e][1]])
            entering.sort(key=lambda e: at[self.chains[e][-2]])
            for found, table in ((leaving, self.out), (entering, self.into)):
                step = min(_PORTS, (item.width - 16) / max(len(found) - 1, 1))
                table |= {e: (i - (len(found) - 1) / 2) * step for i, e in enumerate(found)}
        for v in at:
            v.up, v.down = [], []
        for e, chain in self.chains.items():
            for i, (a, b) in enumerate(pairwise(chain)):
                start = self.out.get(e, 0.0) if not i else 0.0
                end = self.into.get(e, 0.0) if i == len(chain) - 2 else 0.0
                a.down.append((b, end, start))
                b.up.append((a, start, end))

    def _from(self, e: int, at: dict[Vertex, int]) -> Point:
        """Where an edge that leads to a module comes from: a place in the row above, and one within a module there."""
        above = self.mine[e][0]
        inner = None if above is None else self.items[above].inner
        near = len(self.chains[e]) == 2 and inner is not None
        return at[self.chains[e][-2]], inner.leave[e] if near and inner is not None else 0.0

    def _draw(self, rows: list[list[Vertex]]) -> None:
        drawing = self.drawing
        framed = self.module is not None
        side = PADDING if framed else 0.0
        tops, y = [], 6.0 if framed else 0.0
        heights = [max(v.height for v in row) for row in rows]
        gap = ROW_GAP
        for k, height in enumerate(heights):
            tops.append(y)
            ports = framed and (not k or (k == len(rows) - 2 and self.leaves))
            gap = _PORT_GAP if ports else ROW_GAP
            y += height + gap
        drawing.height = y - gap + (4.0 if self.leaves else side)
        drawing.width = max(v.x + v.width / 2 for row in rows for v in row) + 2 * side
        row_of = {v: k for k, row in enumerate(rows) for v in row}
        self.tops = {v: tops[k] for v, k in row_of.items()}
        for item, v in zip(self.items, self.vertices, strict=True):
            left, top = v.x - v.width / 2 + side, tops[row_of[v]]
            if item.inner is not None:
                drawing.take(item.inner, left, top)
            else:
                drawing.boxes[item.box] = Rect(left, top, item.width, item.height)
        if self.module is not None:
            drawing.modules[self.module] = Rect(0.0, 0.0, drawing.width, drawing.height)
            drawing.labels[self.module] = self.label.x - self.label.width / 2 + side, tops[0]
        for e, chain in self.chains.items():
            way: list[Point] = []
            above, below = self.mine[e]
            for i, v in enumerate(chain):
                top, bottom = tops[row_of[v]], tops[row_of[v]] + heights[row_of[v]]
                x = v.x + side
                if not i:
                    x += self.out.get(e, 0.0)
                    way += [(x, 0.0 if above is None else top + v.height), (x, bottom)]
                elif i == len(chain) - 1:
                    x += self.into.get(e, 0.0)
                    way += [(x, top)] if below is not None else [(x, top), (x, drawing.height)]
                else:
                    way += [(x, top), (x, bottom)]
            if above is None:
                drawing.enter[e] = way[0][0]
            if below is None:
                drawing.leave[e] = way[-1][0]
            inside = [self.items[end].inner for end in (above, below) if end is not None]
            drawing.ways[e] = self._joined(e, way, above, below) if any(inside) else way

    def _joined(self, e: int, way: list[Point], above: int | None, below: int | None) -> list[Point]:
        """The way with its parts inside the modules at its ends."""
        for end, before in ((above, True), (below, False)):
            inner = None if end is None else self.items[end].inner
            if end is None or inner is None:
                continue
            v = self.vertices[end]
            x = v.x - v.width / 2 + (PADDING if self.module is not None else 0.0)
            part = [(a + x, b + self.tops[v]) for a, b in inner.ways[e]]
            way = [*part, *way] if before else [*way, *part]
        return way
