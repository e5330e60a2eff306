"""Chains of one kind as one: ``SinBackward0 x 40``, ``12 x Linear, ReLU``.

A chain is what follows one after the other with nothing else leading there. Beside its way down, a link may have only
*sides*: leaves, and a few nodes on the way to them (a weight that is transposed). In a chain a pattern of up to
LONGEST_PATTERN links that repeats is rolled up, if all its repetitions have the same sides. First whole modules are
the links, from the outermost calls inwards, then single nodes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from ...numerics.limits import run
from .skeleton import Path, Skeleton, Units

#: Links of a pattern, repetitions of one link and of several, nodes on the way to a leaf, modules in one another.
LONGEST_PATTERN, LEAST_OF_ONE, LEAST_OF_SEVERAL, _SIDE, _DEEPEST = 12, 5, 3, 3, 8
#: A height that no side has; units between two looks at whether to stop.
_FAR, _PAUSE = 99, 1023


class Group(NamedTuple):
    """Nodes that are drawn as one."""

    title: str
    members: list[int]
    links: int
    """Nodes of the chain itself, without the sides."""


class Traits(NamedTuple):
    """What is known of each node."""

    titles: Sequence[str]
    alone: Sequence[bool]
    """Nodes that have to be seen: hooks, cuts."""
    named: Sequence[bool]
    """Nodes that may only be the end of a chain."""
    paths: Sequence[Path]
    """The calls of modules that a node was made in, the outermost first."""


def roll(skeleton: Skeleton, traits: Traits) -> tuple[Units, dict[int, Group]]:
    """The graph with its chains rolled up, and these by the unit that stands for them."""
    of = list(range(len(skeleton.nodes)))
    groups: dict[int, Group] = {}
    for level in range(min(max(map(len, traits.paths), default=0), _DEEPEST)):
        _Level(skeleton, traits, of, groups, level).roll()
    _Level(skeleton, traits, of, groups, None).roll()
    return Units(skeleton, of), groups


class _Level:
    """One way of taking nodes together: by the calls of modules at one level, or none at all."""

    def __init__(
        self, skeleton: Skeleton, traits: Traits, of: list[int], groups: dict[int, Group], level: int | None
    ) -> None:
        self.skeleton, self.traits, self.groups, self.level = skeleton, traits, groups, level
        self.result = of
        of = list(of)
        self.called: dict[int, list[int]] = {}
        if level is not None:
            first: dict[object, int] = {}
            for k, path in enumerate(traits.paths):
                if len(path) > level and of[k] not in groups:
                    of[k] = first.setdefault(path[level], k)
                    self.called.setdefault(of[k], []).append(k)
        self.units = Units(skeleton, of)
        self.modules = any(traits.paths)
        self.alone, self.named = list(traits.alone), list(traits.named)
        for u, members in self.called.items():
            self.alone[u] = any(traits.alone[k] for k in members)
            self.named[u] = any(traits.named[k] for k in members)
        for u in groups:
            self.alone[u] = True
        self._labels: dict[Hashable, int] = {}
        self._kinds: list[int] = [-1] * len(of)
        #: The label of a link without sides, by its kind.
        self._plain: dict[int, int] = {}
        #: And of one with a leaf as its other side.
        self._beside_leaf: dict[int, int] = {}
        #: Where the chain goes on, by link.
        self._next: dict[int, int] = {}
        self._heights = self._height()

    def roll(self) -> None:
        seen = bytearray(len(self.units.of))
        for k, u in enumerate(self.units.of):
            if not k & 255:
                run.spend(0)
            if seen[u] or self.skeleton.is_leaf(u):
                continue
            chain, labels = self._chain(u, seen)
            if len(chain) >= LEAST_OF_ONE:
                self._repeats(chain[::-1], labels[::-1])

    # -- chains -------------------------------------------------------------------------------------------

    def _chain(self, u: int, seen: bytearray) -> tuple[list[int], list[int]]:
        """The links from a unit down, and what each is like."""
        units, shared, kinds = self.units, self.units.shared, self._kinds
        start, flat = units.kids.start, units.kids.flat
        chain: list[int] = []
        labels: list[int] = []
        ways: dict[int, tuple[int, int]] = {}
        home = self._home(u)
        first_leaf, modules, alone, named, heights = (
            self.skeleton.first_leaf, self.modules, self.alone, self.named, self._heights,
        )  # fmt: skip
        plain, beside_leaf = self._plain, self._beside_leaf
        found: int | None
        while True:
            if not len(chain) & _PAUSE:
                run.spend(0)
            seen[u] = 1
            kind = kinds[u]
            if kind < 0:
                kind = self._kind(u)
            first = start[u]
            width = start[u + 1] - first
            label = None
            # Nearly all links of long chains: a function of one value, or of one and a leaf.
            if width == 1 and kind in plain and kind not in ways:
                found, label = 0, plain[kind]
            elif width == 2:
                a, b = flat[first], flat[first + 1]
                if a < first_leaf <= b and heights[a] > _SIDE:
                    found, label = 0, beside_leaf.get(kind)
                elif b < first_leaf <= a and heights[b] > _SIDE:
                    found, label = 1, beside_leaf.get(kind)
            if label is None:
                kids = units.kids[u]
                found = self._main(kids, ways.get(kind))
                label = self._label(u, kind, kids, found)
                if width == 2 and found is not None and kids[1 - found] >= first_leaf > kids[found]:
                    beside_leaf[kind] = label
            chain.append(u)
            labels.append(-1 - u if alone[u] else label)
            if found is None:
                break
            if width > 1:
                ways[kind] = found, width
            self._next[u] = u = flat[first + found]
            if u >= first_leaf or seen[u] or shared[u] or named[u] or (modules and self._home(u) is not home):
                break
        return chain, labels

    def _height(self) -> bytearray:
        """For each unit how far down the farthest leaf is; _FAR for what is no side: it has to be seen, others lead to
        it, or it is more than _SIDE away."""
        start, flat = self.units.kids.start, self.units.kids.flat
        heights = bytearray([_FAR]) * len(self.units.of)
        first_leaf, shared, alone, named = self.skeleton.first_leaf, self.units.shared, self.alone, self.named
        heights[first_leaf:] = bytes(len(heights) - first_leaf)
        for u in range(first_leaf - 1, -1, -1):
            if not u & _PAUSE:
                run.spend(0)
            if shared[u] or alone[u] or named[u]:
                continue
            far = 0
            for v in flat[start[u] : start[u + 1]]:
                height = heights[v] if v > u else (0 if self._is_side_below(v, _SIDE - 1) else _FAR)
                if height >= _SIDE:
                    break
                if height > far:
                    far = height
            else:
                heights[u] = far + 1
        return heights

    def _home(self, u: int) -> object:
        """The call of a module within which a unit lies."""
        path = self.traits.paths[u]
        if self.level is not None:
            path = path[: self.level]
        return path[-1] if path else None

    def _main(self, kids: Sequence[int], before: tuple[int, int] | None) -> int | None:
        """Which edge the chain follows; None where it ends or branches. ``before``: by which one it left the last link
        of this kind, and how many edges that had."""
        if len(kids) < 2 and (before is None or before[1] < 2):
            return 0 if kids else None
        ways = [k for k, v in enumerate(kids) if not self._is_side(v)]
        if not ways:
            return before[0] if before is not None and before[1] == len(kids) else None
        return ways[0] if all(kids[k] == kids[ways[0]] for k in ways) else None

    def _is_side(self, u: int) -> bool:
        return self._heights[u] <= _SIDE

    def _is_side_below(self, u: int, depth: int) -> bool:
        """The same of a unit that comes before what leads to it, and of at most ``depth``."""
        if self.skeleton.is_leaf(u):
            return True
        if not depth or self.alone[u] or self.named[u] or self.units.shared[u]:
            return False
        return all(self._is_side_below(v, depth - 1) for v in self.units.kids[u])

    def _label(self, u: int, kind: int, kids: Sequence[int], main: int | None) -> int:
        """A number for what a link is like: itself, how often it takes the next one in, and its sides."""
        way = None if main is None else kids[main]
        if len(kids) < 2 and way is not None:
            alone = self._plain.get(kind)
            if alone is None:
                alone = self._plain[kind] = self._named((kind, 1, ()))
            return alone
        if way is None and not all(self._is_side(v) for v in kids):
            return -1 - u  # it branches
        sides = tuple([self._side(v) for v in kids if v != way])
        return self._named((kind, max(len(kids) - len(sides), 1), sides))

    def _side(self, u: int) -> int:
        if self.skeleton.is_leaf(u):
            return self._named("leaf")
        return self._named((self._kind(u), tuple(self._side(v) for v in self.units.kids[u])))

    def _kind(self, u: int) -> int:
        kind = self._kinds[u]
        if kind < 0:
            what: Hashable = self.traits.titles[u]
            members = self.called.get(u)
            if members is not None:
                counted = Counter(self.traits.titles[k] for k in members)
                what = self._module(u), tuple(sorted(counted.items()))
            kind = self._kinds[u] = self._named(what)
        return kind

    def _module(self, u: int) -> str:
        assert self.level is not None
        return type(self.traits.paths[u][self.level].module).__name__

    def _named(self, what: Hashable) -> int:
        return self._labels.setdefault(what, len(self._labels) + 1)

    # -- what repeats -------------------------------------------------------------------------------------

    def _repeats(self, chain: list[int], labels: list[int]) -> None:
        """Roll up what repeats in a chain, from the inputs on."""
        at, count = 0, len(labels)
        while at < count:
            best = times = 0
            for length in range(1, min(LONGEST_PATTERN, (count - at) // 2) + 1):
                if labels[at] != labels[at + length]:
                    continue
                found = _times(labels, at, length)
                least = LEAST_OF_ONE if length == 1 else LEAST_OF_SEVERAL
                if found >= least and found * length > best * times:
                    best, times = length, found
                    if best * times > 5 * LONGEST_PATTERN:
                        break
            if times:
                self._group(chain[at : at + best * times], best, times)
            at += best * times or 1

    def _group(self, links: list[int], length: int, times: int) -> None:
        of, members = self.result, list(links)
        start, flat, shared, after = self.units.kids.start, self.units.kids.flat, self.units.shared, self._next
        for u in links:
            for v in flat[start[u] : start[u + 1]]:
                if not shared[v] and v != after.get(u):
                    self._take_side(v, members)
        called = self.called
        found = [k for u in members for k in called.get(u, (u,))] if called else members
        parts = [self._module(u) if u in self.called else self.traits.titles[u] for u in links[:length]]
        one = length == 1 and links[0] not in self.called
        title = f"{parts[0]} x {times:,}" if one else f"{times:,} x {', '.join(parts)}"
        stand = links[-1]
        for k in found:
            of[k] = stand
        self.groups[stand] = Group(title, found, len(links))

    def _take_side(self, u: int, members: list[int]) -> None:
        """A side goes with its link, but for what others use too and what has a name of its own."""
        if self.units.shared[u] or self.alone[u] or self.named[u] or not self._is_side(u):
            return
        members.append(u)
        for v in self.units.kids[u]:
            self._take_side(v, members)


def _times(labels: list[int], at: int, length: int) -> int:
    """How often the pattern there stands in a row."""
    pattern = labels[at : at + length]
    end = at + length
    while labels[end : end + length] == pattern:
        end += length
    return (end - at) // length
