"""One layered drawing: vertices in rows, edges from each row to the next.

The order within rows is found by medians (Sugiyama, Tagawa, Toda 1981), the places by least squares: row by row
each vertex is drawn to where its neighbours are, as near as the widths beside it allow (isotonic regression, by
pooling adjacent violators).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from itertools import pairwise
from math import inf

_ROUNDS, _SWEEPS = 12, 40


class Vertex:
    """Something in a row. Edges meet it at offsets from its middle."""

    __slots__ = ("down", "first", "height", "thin", "up", "width", "x")

    def __init__(self, width: float, height: float, *, thin: bool = False, first: bool = False) -> None:
        self.width, self.height = width, height
        self.thin = thin
        """Whether it is only a place that an edge goes through."""
        self.first = first
        """Whether it stands at the beginning of its row."""
        self.x = 0.0
        self.up: list[tuple[Vertex, float, float]] = []
        """Its neighbours in the row above, with the offset there and the offset here."""
        self.down: list[tuple[Vertex, float, float]] = []


def join(above: Vertex, below: Vertex) -> None:
    above.down.append((below, 0.0, 0.0))
    below.up.append((above, 0.0, 0.0))


def ordered(rows: list[list[Vertex]]) -> list[list[Vertex]]:
    """The same rows with few crossings."""
    rows = [sorted(row, key=lambda v: not v.first) for row in rows]
    best, least = [list(row) for row in rows], _crossings(rows)
    for turn in range(_ROUNDS):
        if not least:
            break
        down = turn % 2 == 0
        for k in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
            places = {v: float(p) for p, v in enumerate(rows[k - 1 if down else k + 1])}
            own = {v: p for p, v in enumerate(rows[k])}
            keys = {v: _median([places[n] for n, _, _ in (v.up if down else v.down)], own[v]) for v in rows[k]}
            rows[k].sort(key=lambda v, keys=keys: (not v.first, keys[v]))  # type: ignore[misc]
        count = _crossings(rows)
        if count < least:
            best, least = [list(row) for row in rows], count
    return best


def _median(places: list[float], own: int) -> float:
    if not places:
        return float(own)
    places.sort()
    middle = len(places) // 2
    if len(places) % 2:
        return places[middle]
    return (places[middle - 1] + places[middle]) / 2


def _crossings(rows: list[list[Vertex]]) -> int:
    total = 0
    for upper, lower in pairwise(rows):
        places = {v: p for p, v in enumerate(lower)}
        seen: list[int] = []
        for v in upper:
            ends = sorted(places[n] for n, _, _ in v.down)
            total += sum(len(seen) - bisect_left(seen, end + 1) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def place(rows: list[list[Vertex]], gap: float, chains: Sequence[Sequence[Vertex]]) -> None:
    """Give each vertex its ``x``, the middle, from 0 on. ``chains`` are what edges go through, in one row each."""
    for row in rows:
        at = 0.0
        for v in row:
            v.x = at + v.width / 2
            at += v.width + gap
    for turn in range(_SWEEPS):
        ways = "up" if turn % 2 == 0 else "down"
        if turn >= _SWEEPS - 4:
            ways = "both"
        for row in rows if turn % 2 == 0 else rows[::-1]:
            _draw(row, ways, gap)
    _straighten(rows, gap, chains)
    left = min(v.x - v.width / 2 for row in rows for v in row)
    for row in rows:
        for v in row:
            v.x -= left


def _apart(a: Vertex, b: Vertex, gap: float) -> float:
    """How far apart the middles of two neighbours are at least; ways of edges may be nearer to each other."""
    return (a.width + b.width) / 2 + (gap / 2 if a.thin and b.thin else gap)


def _straighten(rows: list[list[Vertex]], gap: float, chains: Sequence[Sequence[Vertex]]) -> None:
    """Let edges go straight down where there is room for it in all of their rows."""
    beside: dict[Vertex, tuple[Vertex | None, Vertex | None]] = {}
    for row in rows:
        for k, v in enumerate(row):
            beside[v] = row[k - 1] if k else None, row[k + 1] if k + 1 < len(row) else None
    for chain in [*chains, *chains[::-1], *chains]:
        if len(chain) < 2:
            continue
        least, most = -inf, inf
        for v in chain:
            before, after = beside[v]
            if before is not None:
                least = max(least, before.x + _apart(before, v, gap))
            if after is not None:
                most = min(most, after.x - _apart(v, after, gap))
        if least <= most:
            x = min(max(sum(v.x for v in chain) / len(chain), least), most)
            for v in chain:
                v.x = x


def _draw(row: list[Vertex], ways: str, gap: float) -> None:
    """Move a row to where its neighbours want it."""
    wanted: list[tuple[float, float]] = []
    for v in row:
        weight = total = 0.0
        for n, there, here in (*(v.up if ways != "down" else ()), *(v.down if ways != "up" else ())):
            w = 8.0 if v.thin and n.thin else 2.0 if v.thin or n.thin else 1.0
            weight += w
            total += w * (n.x + there - here)
        wanted.append((total / weight, weight) if weight else (v.x, 0.01))
    # blocks: the place of the first one, its weight, and how many vertices stand in it
    blocks: list[list[float]] = []
    offset = 0.0
    offsets = []
    for k, (v, (x, weight)) in enumerate(zip(row, wanted, strict=True)):
        if k:
            offset += _apart(row[k - 1], v, gap)
        offsets.append(offset)
        blocks.append([x - offset, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            at, w, n = blocks.pop()
            before = blocks[-1]
            before[0] = (before[0] * before[1] + at * w) / (before[1] + w)
            before[1] += w
            before[2] += n
    k = 0
    for at, _, n in blocks:
        for _ in range(int(n)):
            row[k].x = at + offsets[k]
            k += 1
