"""The Mersenne Twister MT19937, one whole block at a time on NumPy.

The stream is that of Matsumoto and Nishimura's reference code ("Mersenne Twister", ACM TOMACS 8(1), 1998)
seeded by its ``init_genrand``. ``numpy.random`` holds the same engine, but importing it costs more than the
first draw may: a block made here takes microseconds, and most programs need one. A process that draws many words
comes to it after all, since it makes a word in a tenth of the time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..worth import Worth

Array = np.ndarray

SIZE = 624  # words of state, and of a block of output
_SHIFT = 397  # word k + 624 depends on the words k, k + 1 and k + 397
_UPPER = np.uint32(0x80000000)
_LOWER = np.uint32(0x7FFFFFFF)
_MATRIX = np.uint32(0x9908B0DF)
_TEMPER_B = np.uint32(0x9D2C5680)
_TEMPER_C = np.uint32(0xEFC60000)
_ONE, _7, _11, _15, _18 = (np.uint32(n) for n in (1, 7, 11, 15, 18))
_CHUNK = 16384  # words tempered at once, so that the passes stay in the cache


STATE_BYTES = 5056

# Only the second half of a pair of normal numbers and its flag are in use of the fields about normals.
STATE = np.dtype({
    "names": ["seed", "left", "seeded", "next", "key", "next_normal", "has_next_normal"],
    "formats": ["<u8", "<i4", "<i4", "<u8", ("<u8", SIZE), "<f8", "<i4"],
    "offsets": [0, 8, 12, 16, 24, 5024, 5040],
    "itemsize": STATE_BYTES,
})  # fmt: skip


def seeded_key(seed: int) -> Array:
    """The 624 words that ``init_genrand`` makes of the low 32 bits of a seed."""
    word = seed & 0xFFFFFFFF
    key = [word]
    for i in range(1, SIZE):
        word = (1812433253 * (word ^ (word >> 30)) + i) & 0xFFFFFFFF
        key.append(word)
    return np.array(key, np.uint32)


def _extend(stream: Array, known: int) -> None:
    """Continue the untempered sequence in place: ``stream[:known]`` is given, ``known`` at least 624."""
    start = known - SIZE
    end = stream.size - SIZE
    while start < end:
        # 623 at once: mixing pairs of the known words needs no new word, and the shifted words that are new
        # were made by the slice before.
        count = min(SIZE - 1, end - start)
        mixed = stream[start : start + count] & _UPPER
        mixed |= stream[start + 1 : start + 1 + count] & _LOWER
        odd = mixed & _ONE
        odd *= _MATRIX
        mixed >>= _ONE
        mixed ^= odd
        step = SIZE - _SHIFT
        for low in range(0, count, step):
            high = min(low + step, count)
            np.bitwise_xor(
                stream[start + low + _SHIFT : start + high + _SHIFT],
                mixed[low:high],
                out=stream[start + low + SIZE : start + high + SIZE],
            )
        start += count


def _temper(words: Array) -> Array:
    result = np.empty_like(words)
    for start in range(0, words.size, _CHUNK):
        y = words[start : start + _CHUNK]
        y = y ^ (y >> _11)
        t = y << _7
        t &= _TEMPER_B
        y ^= t
        np.left_shift(y, _15, out=t)
        t &= _TEMPER_C
        y ^= t
        np.right_shift(y, _18, out=t)
        np.bitwise_xor(y, t, out=result[start : start + _CHUNK])
    return result


def _blocks_after(key: Array, count: int) -> list[tuple[Array, Array]]:
    """The blocks that follow the one of a key: of each its key and its words."""
    stream = np.empty((count + 1) * SIZE, np.uint32)
    stream[:SIZE] = key
    _extend(stream, SIZE)
    words = _temper(stream[SIZE:])
    ends = range(SIZE, stream.size, SIZE)
    return [(stream[end : end + SIZE].copy(), words[end - SIZE : end].copy()) for end in ends]


class _NumPysEngine:
    """``numpy.random.MT19937``, imported once that pays."""

    __slots__ = ("_engine", "worth")

    def __init__(self) -> None:
        self.worth = Worth(least=4096, enough=1 << 17)  # words of a draw
        self._engine: Any = None

    def words(self, key: Array, used: int, count: int) -> tuple[Array, Array, int]:
        """So many words after the ``used`` first of a block, and where the stream is then: its key, and how many words
        of that are used."""
        if self._engine is None:
            from numpy.random import MT19937

            self._engine = MT19937(0)
        engine = self._engine
        engine.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": used}}
        found = np.empty(count, np.uint32)
        for start in range(0, count, _CHUNK):
            part = found[start : start + _CHUNK]
            part[...] = engine.random_raw(part.size)
        after = engine.state["state"]
        return found, after["key"], int(after["pos"])


_numpys = _NumPysEngine()


class MersenneTwister:
    """The engine. ``key`` is the untempered block in use, ``used`` how many of its words were given out.

    A fresh seed has ``used == 624`` with no block made yet (``fresh``), as its first word comes from the
    block after the key.
    """

    __slots__ = ("_block", "_later", "_start", "fresh", "key", "used")

    def __init__(self, key: Array, used: int = SIZE, fresh: bool = True) -> None:
        self.key = key
        self.used = used
        self.fresh = fresh
        self._block = key if fresh else _temper(key)
        #: Blocks that were made before their turn, each with its key.
        self._later: list[tuple[Array, Array]] = []
        self._start = 0

    @property
    def place(self) -> int:
        """How many words were given out, counted from the beginning of the first block."""
        return self._start + self.used

    def words(self, count: int) -> Array:
        """The next ``count`` 32-bit words. The array may share memory with the engine: read only."""
        used = self.used
        if used + count <= SIZE:
            self.used = used + count
            return self._block[used : used + count]
        if self._later:
            return self._from_later(count)
        end = self._start + used + count
        if _numpys.worth.it(count):
            found, self.key, self.used = _numpys.words(self.key, used, count)
            self._block = _temper(self.key)
        else:
            rest = self._block[used:]
            made = _blocks_after(self.key, -((rest.size - count) // SIZE))
            found = np.concatenate([rest, *[block for _, block in made]])[:count]
            self.key, self._block = made[-1]
            self.used = count - rest.size - (len(made) - 1) * SIZE
        self._start = end - self.used
        self.fresh = False
        return found

    def _from_later(self, count: int) -> Array:
        parts = [self._block[self.used :]]
        missing = count - parts[0].size
        self.used = SIZE
        while missing > 0 and self._later:
            self.key, self._block = self._later.pop(0)
            self.fresh = False
            self._start += SIZE
            self.used = min(missing, SIZE)
            parts.append(self._block[: self.used])
            missing -= self.used
        if missing > 0:
            parts.append(self.words(missing))
        return np.concatenate(parts)

    def ahead(self, count: int) -> Array:
        """The next ``count`` words, which are still to be given out."""
        missing = count - (SIZE - self.used) - SIZE * len(self._later)
        if missing > 0:
            last = self._later[-1][0] if self._later else self.key
            self._later += _blocks_after(last, -(-missing // SIZE))
        return np.concatenate([self._block[self.used :], *[block for _, block in self._later]])[:count]

    def long_words(self, count: int) -> Array:
        """The next ``count`` 64-bit words, each made of two: the first is the high half."""
        words = self.words(2 * count)
        result: Array = words[0::2].astype(np.uint64)
        result <<= np.uint64(32)
        result |= words[1::2]
        return result

    def long_list(self, count: int) -> list[int]:
        """``long_words`` as Python integers: the quick way for a few."""
        words = self.words(2 * count).tolist()
        return [(words[i] << 32) | words[i + 1] for i in range(0, 2 * count, 2)]
