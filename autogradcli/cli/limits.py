"""Limits and settings of the process that runs programs."""

from __future__ import annotations

import gc

#: How many more objects are made than freed before Python looks for cycles. A recorded graph is a few objects
#: a node and none of them garbage while it lives: with Python's own 700 a long program is searched again
#: and again for nothing, which costs a tenth of the time of recording it.
OBJECTS_BETWEEN_COLLECTIONS = 10_000


def quick_start() -> None:
    """Stop looking for garbage while modules are imported, where there is none: it costs 4 of 65 ms."""
    gc.disable()


def started() -> None:
    """The imports are done: what they made stays, and is not searched again."""
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 10, 10)
    gc.enable()


def quick_end() -> None:
    """Spare the interpreter a last search through all that is about to vanish with the process: 8 ms."""
    gc.freeze()


def limit_memory(gigabytes: float) -> None:
    """Let the address space of this process grow by that much and no further.

    The language counts what it makes before it makes it; this is the wall behind, for what NumPy and the
    libraries below it take for themselves. It bounds the growth, not the total, since their threads reserve
    much that they never use. Nothing happens where the system knows no such limit.
    """
    try:
        import resource

        with open("/proc/self/statm", "rb") as status:
            now = int(status.read().split()[0]) * resource.getpagesize()
        wanted = now + int(gigabytes * (1 << 30))
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard != resource.RLIM_INFINITY:
            wanted = min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    except (ImportError, OSError, ValueError):
        return
