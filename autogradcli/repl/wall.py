"""Memory that the prompt has for itself: programs may fill what there is, and a line can still be typed after it.

Where the process has a limit on its address space, programs run below it as it was set. The prompt raises it for its
own work, so that it can draw a line, take back an input or forget a variable when a program has used up all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

#: Bytes that the prompt has beyond what programs have.
OWN = 1 << 27


class Wall:
    """The limit of the process. Does nothing where the system knows none, or where none is set."""

    def __init__(self) -> None:
        self._near: int | None = None
        self._far = 0

    @contextmanager
    def far(self) -> Iterator[None]:
        """The life of a prompt: the limit is farther than it was, by OWN bytes."""
        try:
            from resource import RLIM_INFINITY, RLIMIT_AS, getrlimit
        except ImportError:  # Windows has no such module
            yield
            return
        soft, hard = getrlimit(RLIMIT_AS)
        if soft == RLIM_INFINITY:
            yield
            return
        self._near, self._far = soft, soft + OWN if hard == RLIM_INFINITY else min(soft + OWN, hard)
        _set(self._far)
        try:
            yield
        finally:
            self._near = None
            _set(soft)

    @contextmanager
    def near(self) -> Iterator[None]:
        """A run of a program: the limit is where it was."""
        if self._near is None:
            yield
            return
        _set(self._near)
        try:
            yield
        finally:
            _set(self._far)


def _set(limit: int) -> None:
    from resource import RLIMIT_AS, getrlimit, setrlimit

    try:
        setrlimit(RLIMIT_AS, (limit, getrlimit(RLIMIT_AS)[1]))
    except (OSError, ValueError):  # not to be had: programs and prompt share what there is
        return


wall = Wall()
