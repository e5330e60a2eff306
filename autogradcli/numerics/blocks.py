"""Large arrays in parts that stay in the cache while they are computed with."""

from __future__ import annotations

import os
from _thread import allocate_lock, start_new_thread
from collections.abc import Callable, Iterator
from time import thread_time_ns
from typing import Any

import numpy as np

from .limits import run

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


#: Elements from which a second thread may take a share of the blocks.
_SHARED = 1 << 19
#: Nanoseconds that a step has to take. Threads hand Python's lock to each other between steps, which takes them as long
#: as a sum of two blocks: with cheap steps two are slower than one.
_WORTH = 15_000
#: Blocks between two questions whether the run is to stop.
_POLL = 32


def _threads() -> int:
    """How many threads compute: as many as the process has processors, at most OMP_NUM_THREADS, as in PyTorch."""
    try:
        free = len(os.sched_getaffinity(0))
    except AttributeError:  # only Linux has it
        free = os.cpu_count() or 1
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return min(free, int(asked)) if asked.isdecimal() and int(asked) else free


def over_blocks(size: int, work: Callable[[int, int, int], None], steps: int) -> None:
    """``work(number, begin, end)`` for each block, which takes so many steps; the first block comes before all others.
    Where the second shows that it is worth it, as many threads as there are share the rest. Raises what ends a run."""
    parts = list(enumerate(blocks(size)))
    helpers = min(_threads(), 4) - 1 if size >= _SHARED else 0
    with np.errstate(all="ignore"):
        if helpers:
            work(0, *parts[0][1])
            began = thread_time_ns()
            work(1, *parts[1][1])
            parts = parts[2:]
            if thread_time_ns() - began >= _WORTH * steps:
                return _share(parts, work, helpers)
        for k, (begin, end) in parts:
            work(k, begin, end)
            if not k % _POLL:
                run.poll()


def _share(parts: list[tuple[int, tuple[int, int]]], work: Callable[[int, int, int], None], helpers: int) -> None:
    """Each thread takes the next block that nobody has."""
    left = iter(parts)
    errors: list[BaseException] = []
    locks = []

    def take() -> None:
        for k, (begin, end) in left:  # a step of a list's iterator is never two threads'
            if errors:
                return
            work(k, begin, end)

    def help_out(done: Any) -> None:
        try:
            with np.errstate(all="ignore"):
                take()
        except BaseException as error:
            errors.append(error)
        done.release()

    for _ in range(helpers):
        lock = allocate_lock()
        lock.acquire()
        locks.append(lock)
        start_new_thread(help_out, (lock,))
    try:
        for k, (begin, end) in left:
            if errors:
                break
            work(k, begin, end)
            if not k % _POLL:
                run.poll()
    except BaseException as error:  # the others end with the block that they have
        errors.append(error)
    for lock in locks:
        lock.acquire()
    if errors:
        raise errors[0]
