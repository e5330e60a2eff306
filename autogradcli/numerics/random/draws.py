"""The state of PyTorch's CPU generator, and the raw draws that its distributions are made of."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from .fill import floats_of

Array = np.ndarray

DEFAULT_SEED = 67280421310721  # of a generator that nobody has seeded
_MASK53 = (1 << 53) - 1
_STEP53 = 2.0**-53


class Draws:
    """The state of a generator, and its raw draws.

    Beside the Mersenne Twister the state has one number: normal numbers are made in pairs, and the second
    of a pair drawn alone waits for the next call that draws alone.
    """

    __slots__ = ("_engine", "_seed", "_waves", "next_normal")

    def __init__(self, seed: int = DEFAULT_SEED) -> None:
        self._seed = seed
        self._engine: Any = None  # a MersenneTwister, made by the first draw
        self.next_normal: float | None = None
        self._waves: Any = None

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

    def _twister(self) -> Any:
        engine = self._engine
        if engine is None:
            from .mersenne import MersenneTwister, seeded_key

            engine = self._engine = MersenneTwister(seeded_key(self._seed))
        return engine

    def get_state(self) -> Array:
        """The whole state: 5056 bytes, laid out as PyTorch's."""
        from .mersenne import SIZE, STATE

        engine = self._twister()
        record = np.zeros((), STATE)
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
        from .mersenne import SIZE, STATE, STATE_BYTES, MersenneTwister

        if state.dtype != np.uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        if state.size != STATE_BYTES:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {STATE_BYTES} "
                f"but found the input RNG state size to be {state.size}"
            )
        record = np.frombuffer(state.tobytes(), STATE)[0]
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
        found: Array = self._twister().words(count)
        return found

    def long_words(self, count: int) -> Array:
        """The next 64-bit words, two of 32 bits each."""
        found: Array = self._twister().long_words(count)
        return found

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
        from .mersenne import MersenneTwister

        self._engine = MersenneTwister(*mark)

    def floats(self, count: int) -> Array:
        """Uniform float32 numbers in [0, 1): 24 bits of a 32-bit word."""
        return floats_of(self.words(count))

    def waves(self, count: int) -> Array:
        """Standard normal float32 numbers of a multiple of sixteen words; read only."""
        if self._waves is None:
            from .waves import Waves

            self._waves = Waves()
        found: Array = self._waves.draw(self._twister(), count)
        return found

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
        from .normal import polar_pairs

        pairs = (count - len(result) + 1) // 2
        result += polar_pairs(self.double_list(2 * pairs))
        if len(result) > count:
            self.next_normal = result.pop()
        return result
