"""Memory that stays with the process while a program runs, where the C library can be told so.

glibc gives every block of 32 MB and more, and what is free at the end of its heap, back to the system at once. The
next array of that size is then made of pages that are touched for the first time: ten thousand page faults for ten
million floats, which take longer than the arithmetic. ``keep`` raises the two thresholds, once in a process, when the
first large array is made; ``give_back`` returns what is free, when a run is over or where memory is scarce.

Other C libraries have no such thresholds, or other ones: there nothing happens.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

#: Bytes of an array from which it is worth asking; importing ctypes takes some milliseconds.
LARGE = 1 << 16

#: What glibc calls them in <malloc.h>, and a size that no block has.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4
_NEVER = (1 << 31) - 1
#: Bytes of addresses below which they are scarce.
_ROOM = 1 << 31


class _Heap:
    """What the C library was told."""

    __slots__ = ("asked", "trim")

    def __init__(self) -> None:
        self.asked = False
        self.trim: Callable[[int], Any] | None = None


_heap = _Heap()


def keep() -> None:
    """Have freed memory stay with the process. The second time nothing happens."""
    if _heap.asked:
        return
    _heap.asked = True
    if sys.platform != "linux" or _is_scarce():
        return
    try:
        import ctypes

        library = ctypes.CDLL(None)
        library.gnu_get_libc_version  # noqa: B018 - only glibc has it
        if not library.mallopt(_MMAP_THRESHOLD, _NEVER):
            library.mallopt(_MMAP_MAX, 0)
        library.mallopt(_TRIM_THRESHOLD, _NEVER)
        _heap.trim = library.malloc_trim
    except (ImportError, OSError, AttributeError):
        return


def _is_scarce() -> bool:
    """Whether the process has a limit on its addresses that a large program comes near: freed memory that stays takes
    addresses from Python's own objects, and what is given back of it is its pages alone."""
    from resource import RLIM_INFINITY, RLIMIT_AS, getrlimit

    soft = getrlimit(RLIMIT_AS)[0]
    return soft != RLIM_INFINITY and soft < _ROOM


def give_back() -> None:
    """Return free memory to the system, if ``keep`` had it stay."""
    if _heap.trim is not None:
        _heap.trim(0)
