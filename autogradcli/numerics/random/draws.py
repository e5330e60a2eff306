"""The state of PyTorch's CPU generator, and the raw draws that its distributions are made of."""

from __future__ import annotations

from typing import Self

import numpy as np

from ..blocks import blocks
from .mersenne import SIZE, MersenneTwister, seeded_key
from .normal import polar_pairs, waves_float32

Array = np.ndarray

DEFAULT_SEED = 67280421310721  # of a generator that nobody has seeded
STATE_BYTES = 5056

# Only the second half of a pair of normal numbers and its flag are in use of the fields about normals.
_STATE = np.dtype({
    "names": ["seed", "left", "seeded", "next", "key", "next_normal", "has_next_normal"],
    "formats": ["<u8", "<i4", "<i4", "<u8", ("<u8", SIZE), "<f8", "<i4"],
    "offsets": [0, 8, 12, 16, 24, 5024, 5040],
    "itemsize": STATE_BYTES,
})  # fmt: skip

_MASK53 = (1 << 53) - 1
_STEP53 = 2.0**-53
_MASK24 = np.uint32((1 << 24) - 1)
_STEP24 = np.float32(2.0**-24)


def _floats(words: Array) -> Array:
    """Float32 numbers in [0, 1) of the lowest 24 bits."""
    result = np.empty(words.size, np.float32)
    for begin, end in blocks(words.size):
        bits = words[begin:end] & _MASK24
        np.multiply(bits, _STEP24, result[begin:end], dtype=np.float32, casting="unsafe")
    return result


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
            self._kept = waves_float32(_floats(engine.ahead(_DRAWS * count)))
            engine.words(count)
            found = self._kept[:count]
        else:
            found = waves_float32(_floats(engine.words(count)))
        self._engine, self._next = engine, place + count
        return found


#: Draws whose normal numbers are made together, and of how many numbers one may be for that.
_DRAWS, _FEW = 16, 512


class Draws:
    """The state of a generator, and its raw draws.

    Beside the Mersenne Twister the state has one number: normal numbers are made in pairs, and the second
    of a pair drawn alone waits for the next call that draws alone.
    """

    __slots__ = ("_engine", "_seed", "_waves", "next_normal")

    def __init__(self, seed: int = DEFAULT_SEED) -> None:
        self._seed = seed
        self._engine: MersenneTwister | None = None  # made by the first draw
        self.next_normal: float | None = None
        self._waves = Waves()

    # -- seed and state ------------------------------------------------------------------------------------

    def manual_seed(self, seed: int) -> Self:
        """Start the sequence of a seed; a negative one counts from 2**64. Returns the generator.

        ValueError: the seed does not fit 64 bits.
        """
        if not -(1 << 63) <= seed < 1 << 64:
            raise ValueError("Overflow when unpacking long long")
        self._seed = seed % (1 << 64)
        self._engine = None
        self.next_normal = None
        return self

    def initial_seed(self) -> int:
        """The seed that the present sequence started from."""
        return self._seed

    def seed(self) -> int:
        """Start a sequence that nobody can foresee, of 53 bits from the system. Returns the seed."""
        import os

        return self.manual_seed(int.from_bytes(os.urandom(8), "little") & _MASK53).initial_seed()

    def _twister(self) -> MersenneTwister:
        engine = self._engine
        if engine is None:
            engine = self._engine = MersenneTwister(seeded_key(self._seed))
        return engine

    def get_state(self) -> Array:
        """The whole state: 5056 bytes, laid out as PyTorch's."""
        engine = self._twister()
        record = np.zeros((), _STATE)
        record["seed"] = self._seed
        record["seeded"] = 1
        record["left"] = 1 if engine.fresh else SIZE + 1 - engine.used
        record["next"] = 0 if engine.fresh else engine.used
        record["key"] = engine.key
        if self.next_normal is not None:
            record["next_normal"] = self.next_normal
            record["has_next_normal"] = 1
        return np.frombuffer(record.tobytes(), np.uint8).copy()

    def set_state(self, state: Array) -> Self:
        """Go on from a state that ``get_state`` gave, here or in PyTorch.

        TypeError: not a uint8 array. RuntimeError: not of 5056 bytes, or no state of the engine.
        """
        if state.dtype != np.uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        if state.size != STATE_BYTES:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {STATE_BYTES} "
                f"but found the input RNG state size to be {state.size}"
            )
        record = np.frombuffer(state.tobytes(), _STATE)[0]
        left, used = int(record["left"]), int(record["next"])
        fresh = left == 1 and used == 0
        if not record["seeded"] or not (fresh or (1 <= used <= SIZE and left == SIZE + 1 - used)):
            raise RuntimeError("Invalid mt19937 state")
        self._seed = int(record["seed"])
        self._engine = MersenneTwister(record["key"].astype(np.uint32), SIZE if fresh else used, fresh)
        self.next_normal = float(record["next_normal"]) if record["has_next_normal"] else None
        return self

    # -- raw draws -----------------------------------------------------------------------------------------

    def words(self, count: int) -> Array:
        """The next 32-bit words; read only."""
        return self._twister().words(count)

    def long_words(self, count: int) -> Array:
        """The next 64-bit words, two of 32 bits each."""
        return self._twister().long_words(count)

    def doubles(self, count: int) -> Array:
        """Uniform float64 numbers in [0, 1): 53 bits of a 64-bit word."""
        words = self.long_words(count)
        words &= np.uint64(_MASK53)
        result: Array = words * _STEP53
        return result

    def double_list(self, count: int) -> list[float]:
        """``doubles`` as a list: the quick way for a few."""
        return [(word & _MASK53) * _STEP53 for word in self._twister().long_list(count)]

    def mark(self) -> tuple[Array, int, bool]:
        """Where the engine is, for ``go_back``."""
        engine = self._twister()
        return engine.key, engine.used, engine.fresh

    def go_back(self, mark: tuple[Array, int, bool]) -> None:
        """To where the engine was. A number that waits, half of a pair of normal ones, stays."""
        self._engine = MersenneTwister(*mark)

    def floats(self, count: int) -> Array:
        """Uniform float32 numbers in [0, 1): 24 bits of a 32-bit word."""
        return _floats(self.words(count))

    def waves(self, count: int) -> Array:
        """Standard normal float32 numbers of a multiple of sixteen words; read only."""
        return self._waves.draw(self._twister(), count)

    def normals(self, count: int) -> list[float]:
        """Standard normal float64 numbers, drawn alone: the one that waits comes first."""
        result: list[float] = []
        if not count:
            return result
        if self.next_normal is not None:
            result.append(self.next_normal)
            self.next_normal = None
            if count == 1:
                return result
        pairs = (count - len(result) + 1) // 2
        result += polar_pairs(self.double_list(2 * pairs))
        if len(result) > count:
            self.next_normal = result.pop()
        return result
