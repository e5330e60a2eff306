"""Trying something in a copy of the process, so that whatever it does happens to the copy alone.

Numbers changed in place, random numbers drawn, texts printed, a function of the user's called: none of it is seen here.
The copy is ended by the system's own timer, be it in the middle of a matrix product. Making it takes a millisecond: its
memory is shared until one side writes. Where the system has no ``fork`` there are no copies.
"""

from __future__ import annotations

import gc
import os
import signal
import warnings
from collections.abc import Callable
from select import select
from time import monotonic

from ..language.values.budget import resident_bytes
from ..numerics.away import threads

AVAILABLE = hasattr(os, "fork")
#: Where the process is larger, copying its page tables alone would be felt.
MAX_RESIDENT = 4 << 30
_PIECE = 1 << 16


def possible() -> bool:
    """Whether a copy can be made now. Not while what was interrupted still computes: a linear algebra library asked to
    copy the process waits for the end of its own threads, and so would the prompt."""
    return AVAILABLE and not threads.alive and resident_bytes() <= MAX_RESIDENT


def begin(work: Callable[[], str], seconds: float) -> tuple[int, int]:
    """A copy that does ``work`` for so many seconds at most, and the pipe that its text comes from. Raises OSError
    where there are no more processes, or no memory for one."""
    read, write = os.pipe()
    try:
        child = _fork()
        if not child:
            _answer(work, write, seconds)
    except OSError:
        os.close(read)
        raise
    finally:
        os.close(write)
    return child, read


def answer_of(work: Callable[[], str], seconds: float) -> str:
    """What ``work`` gives in a copy; empty where that takes longer, fails or can't be tried."""
    if not possible():
        return ""
    try:
        child, pipe = begin(work, seconds)
    except OSError:
        return ""
    pieces: list[bytes] = []
    end = monotonic() + seconds
    whole = False
    try:
        while not whole and (left := end - monotonic()) > 0 and select([pipe], [], [], left)[0]:
            piece = os.read(pipe, _PIECE)
            pieces.append(piece)
            whole = not piece
    finally:
        os.close(pipe)
        os.kill(child, signal.SIGKILL)
        try:
            os.waitpid(child, 0)
        except ChildProcessError:  # whoever started us has told the system to forget them at once
            pass
    return b"".join(pieces).decode(errors="replace") if whole else ""


def _fork() -> int:
    """A copy of the process, in which Ctrl-C is nobody's concern from its first moment on. Raises OSError."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        with warnings.catch_warnings():
            # About locks that other threads may hold. Whatever the copy waits for, its timer ends it.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
    except BaseException:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))
        raise
    if child:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))
    return child


def _answer(work: Callable[[], str], pipe: int, seconds: float) -> None:
    """In the copy: do it, write what it gave into the pipe, and end."""
    try:
        gc.disable()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):  # what a library has to say is not for the screen
            os.dup2(nowhere, stream)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # which ends the process
        signal.setitimer(signal.ITIMER_REAL, seconds)
        data = work().encode(errors="replace")
        while data:
            data = data[os.write(pipe, data) :]
    finally:
        os._exit(0)
