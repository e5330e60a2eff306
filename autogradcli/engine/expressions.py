"""Expressions: values of large tensors that aren't computed yet, and how they are, block by block.

Which tensors have them, and when they are computed, is ``deferred.py``.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from math import prod
from typing import Any

import numpy as np

from ..numerics.blocks import over_blocks
from ..numerics.memory import keep
from .state import state
from .tensor import Tensor

#: How often the value of a tensor is computed and not kept, before it is.
_OFTEN = 2


class Memory:
    """Memory that expressions read, and who waits for it: it may not change before they are computed."""

    __slots__ = ("__weakref__", "waiting")

    def __init__(self) -> None:
        self.waiting: list[weakref.ref[Deferred]] = []

    def asked(self) -> list[Deferred]:
        """What waits for the memory and is some tensor's."""
        return [e for ref in self.waiting if (e := ref()) is not None and e.value is None and e.is_held()]


class Deferred:
    """A value that isn't computed yet: a kernel and its operands, each an array in one line, another expression, or
    what is no array. ``value`` is the array once it is."""

    __slots__ = (
        "__weakref__", "args", "depth", "dtype", "holders", "kernel", "loan", "loans",
        "sample", "shape", "value", "visits",
    )  # fmt: skip

    def __init__(
        self, kernel: Any, args: tuple[Any, ...], shape: tuple[int, ...], sample: np.ndarray, loans: set[Memory]
    ) -> None:
        self.kernel = kernel
        self.args = args
        self.shape = shape
        self.dtype = sample.dtype
        self.sample = sample
        self.value: np.ndarray | None = None
        self.visits = 0
        self.depth: int = 1 + max([a.depth for a in args if a.__class__ is Deferred], default=0)
        self.holders: list[weakref.ref[Tensor]] = []
        self.loan = Memory()  # of the memory that its value will have
        self.loans = loans
        mine = weakref.ref(self)
        for loan in loans:
            loan.waiting.append(mine)
        state.deferred += 1
        if state.deferred == 1:
            state.refresh()

    def __del__(self) -> None:
        if self.value is None:
            _one_less()

    def is_held(self) -> bool:
        """Whether a tensor has this value: the program's, or one that a node saved."""
        return any(holder() is not None for holder in self.holders)

    def settle(self, array: np.ndarray) -> None:
        self.value = array
        self.args = ()
        self.loans = set()
        _one_less()

    def compute(self, to_change: bool = False) -> np.ndarray:
        """The value, and where it may be changed, all that reads it."""
        wanted = self.loan.asked() if to_change else []
        if self.value is None:
            wanted.append(self)
        if wanted:
            compute(wanted)
        assert self.value is not None
        return self.value


class Folded(Deferred):
    """The sum, or the like, of all elements of an expression: ``finish`` makes it of what ``of_block`` gives for each
    block. A backward pass that computes the expression anew computes this, too."""

    __slots__ = ("_of_blocks", "of_block")

    def __init__(self, of: Deferred, of_block: Any, of_blocks: Any) -> None:
        super().__init__(None, (of,), (), of.sample, {*of.loans, of.loan})
        self.of_block = of_block
        self._of_blocks = of_blocks
        _folds.add(self)

    @property
    def of(self) -> Deferred:
        of: Deferred = self.args[0]
        return of

    def finish(self, parts: dict[int, Any]) -> None:
        found = self._of_blocks(np.array([parts[k] for k in sorted(parts)]), prod(self.of.shape))
        self.settle(np.asarray(found))


_folds: weakref.WeakSet[Folded] = weakref.WeakSet()


def _one_less() -> None:
    state.deferred -= 1
    if not state.deferred:
        state.refresh()


class Plan:
    """Expressions in an order in which they can be computed, for one block after the other."""

    __slots__ = ("_cells", "_leaves", "_places", "_steps")

    def __init__(self, wanted: Iterable[Deferred]) -> None:
        self._cells = 0
        self._leaves: list[tuple[int, np.ndarray]] = []
        self._steps: list[tuple[Any, tuple[Any, ...], list[tuple[int, int]], int]] = []
        self._places: dict[Any, int] = {}
        for each in wanted:
            self._add(each)

    def _add(self, wanted: Deferred) -> None:
        stack = [wanted]
        while stack:
            each = stack[-1]
            if each in self._places:
                stack.pop()
                continue
            if each.value is not None:
                self.leaf(each.value.reshape(-1), each)
                stack.pop()
                continue
            missing = [a for a in each.args if a.__class__ is Deferred and a not in self._places]
            if missing:
                stack += missing
                continue
            stack.pop()
            moves = []
            for at, a in enumerate(each.args):
                if a.__class__ is Deferred:
                    moves.append((at, self._places[a]))
                elif a.__class__ is np.ndarray and a.ndim:
                    moves.append((at, self.leaf(a)))
            self._steps.append((each.kernel, each.args, moves, self._place(each)))

    def _place(self, key: Any) -> int:
        place = self._places[key] = self._cells
        self._cells += 1
        return place

    def leaf(self, array: np.ndarray, key: Any = None) -> int:
        """The place of an array's part in a block."""
        key = (array.__array_interface__["data"][0], array.dtype.char) if key is None else key
        if key not in self._places:
            self._leaves.append((self._place(key), array))
        return self._places[key]

    def place(self, expression: Deferred) -> int:
        return self._places[expression]

    def add_folds(self, size: int) -> list[Folded]:
        """Take up what folds of one size need but a step more than is computed anyway."""
        found = []
        for each in [e for e in _folds if e.value is None and e.of.value is None and e.is_held()]:
            near = all(a in self._places for a in each.of.args if a.__class__ is Deferred)
            if near and prod(each.of.shape) == size:
                self._add(each.of)
                found.append(each)
        return found

    @property
    def steps(self) -> int:
        return len(self._steps)

    def expressions(self) -> list[Deferred]:
        return [key for key in self._places if key.__class__ is Deferred and key.value is None]

    def cells(self, begin: int, end: int) -> list[Any]:
        """The values of all places in one block."""
        cells: list[Any] = [None] * self._cells
        for place, array in self._leaves:
            cells[place] = array[begin:end]
        for kernel, args, moves, place in self._steps:
            given = list(args)
            for at, source in moves:
                given[at] = cells[source]
            cells[place] = kernel(*given)
        return cells


def compute(wanted: list[Deferred]) -> None:
    """Compute expressions and keep their values. Raises what ends a run."""
    keep()
    groups: dict[int, tuple[list[Deferred], list[Folded]]] = {}
    for each in wanted:
        if isinstance(each, Folded):
            groups.setdefault(prod(each.of.shape), ([], []))[1].append(each)
        else:
            groups.setdefault(prod(each.shape), ([], []))[0].append(each)
    for size, (stored, folds) in groups.items():
        _compute(size, stored, folds)


def _compute(size: int, stored: list[Deferred], folds: list[Folded]) -> None:
    plan = Plan([*stored, *[each.of for each in folds]])
    for each in plan.expressions():
        if each.visits >= _OFTEN and each not in stored and each.is_held():
            stored.append(each)
        each.visits += 1
    arrays = [(plan.place(each), np.empty(size, each.dtype)) for each in stored]
    parts: list[tuple[int, Folded, dict[int, Any]]] = [(plan.place(each.of), each, {}) for each in folds]

    def work(k: int, begin: int, end: int) -> None:
        cells = plan.cells(begin, end)
        for place, array in arrays:
            array[begin:end] = cells[place]
        for place, each, found in parts:
            found[k] = each.of_block(cells[place])

    over_blocks(size, work, plan.steps)
    for each, (_, array) in zip(stored, arrays, strict=True):
        each.settle(array.reshape(each.shape))
    for _, fold, found in parts:
        fold.finish(found)
