"""Draws one at a time, made many at a time: what rejection wants, which can't know how many it will need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from .draws import Draws
from .normal import polar_pairs

#: Doubles that are made first, and at most.
_FIRST, _MOST = 8, 4096
#: Numbers that are drawn between two questions whether to go on.
TOGETHER = 64


class Ahead:
    """A context in which nobody else draws from a generator. At its end the generator is where the draws that were
    taken lead, as if no others had been made."""

    __slots__ = ("_chunk", "_draws", "_left", "_mark", "double")

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        self._chunk: list[float] = []
        self._left: Any = iter(())
        self._mark = draws.mark()
        #: The next uniform float64 number in [0, 1).
        self.double = self._doubles().__next__

    def _doubles(self) -> Iterator[float]:
        size = _FIRST
        while True:
            self._mark = self._draws.mark()
            self._chunk = self._draws.double_list(size)
            self._left = iter(self._chunk)
            yield from self._left
            size = min(2 * size, _MOST)

    def normal(self) -> float:
        """The next standard normal float64 number: the one that waits, where one does."""
        draws = self._draws
        waiting = draws.next_normal
        if waiting is not None:
            draws.next_normal = None
            return waiting
        first, draws.next_normal = polar_pairs([self.double(), self.double()])
        return first

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        taken = len(self._chunk) - self._left.__length_hint__()
        self._draws.go_back(self._mark)
        self._draws.long_words(taken)
