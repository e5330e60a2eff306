"""Whether it is time to import a quicker library than the one that is there."""

from __future__ import annotations


class Worth:
    """Counts what the slower way has done, until importing the quicker one would have paid. A process that does little
    never imports it, one that does much does so after about as long as the import takes."""

    __slots__ = ("_done", "_enough", "_least")

    def __init__(self, least: int, enough: int) -> None:
        """``least``: elements of a call that count at all; ``enough``: elements in all."""
        self._least = least
        self._enough = enough
        self._done = 0

    def it(self, count: int) -> bool:
        """Whether a call for so many elements goes the quicker way."""
        if count < self._least:
            return False
        self._done += count
        return self._done > self._enough
