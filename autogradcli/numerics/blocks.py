"""Large arrays in parts that stay in the cache while they are computed with."""

from __future__ import annotations

from collections.abc import Iterator

#: Elements of an array from which it pays to compute with its parts, one after the other.
LARGE = 1 << 17
#: Elements of a part: some of them at once fill half of a processor's own cache.
BLOCK = 1 << 15


def row_blocks(rows: int, width: int) -> Iterator[slice]:
    """Rows of so many elements, as many at a time as make a part."""
    step = max(BLOCK // max(width, 1), 1)
    for begin in range(0, rows, step):
        yield slice(begin, begin + step)


def blocks(size: int) -> Iterator[tuple[int, int]]:
    """Begins and ends of the parts; the last is larger than the others by what is left over."""
    count = max(size // BLOCK, 1)
    for k in range(count - 1):
        yield k * BLOCK, (k + 1) * BLOCK
    yield (count - 1) * BLOCK, size
