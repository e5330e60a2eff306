"""Normal numbers made ahead of the draws that want them."""

from __future__ import annotations

import numpy as np

from .fill import floats_of
from .mersenne import MersenneTwister
from .normal import waves_float32

Array = np.ndarray


class Waves:
    """Normal numbers made ahead, once one draw follows right on another: those of sixty-four numbers take half as long
    as those of a thousand."""

    __slots__ = ("_at", "_engine", "_kept", "_next")

    def __init__(self) -> None:
        self._engine: MersenneTwister | None = None
        #: The words that numbers were made of begin there, and so would those of the next draw.
        self._at = self._next = 0
        self._kept = np.empty(0, np.float32)

    def draw(self, engine: MersenneTwister, count: int) -> Array:
        """Those of the next ``count`` words of the engine."""
        place = engine.place
        known = self._engine is engine
        at = place - self._at
        if known and 0 <= at <= self._kept.size - count and not at & 15:
            engine.words(count)
            found = self._kept[at : at + count]
        elif known and self._next == place and count <= _FEW:
            self._at = place
            self._kept = waves_float32(floats_of(engine.ahead(_DRAWS * count)))
            engine.words(count)
            found = self._kept[:count]
        else:
            found = waves_float32(floats_of(engine.words(count)))
        self._engine, self._next = engine, place + count
        return found


#: Draws whose normal numbers are made together, and of how many numbers one may be for that.
_DRAWS, _FEW = 16, 512
