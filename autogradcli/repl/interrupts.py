"""Ctrl-C, for the whole life of a prompt: one handler that raises nothing, and one place where it may stop a run.

An exception that a signal raises can come up between any two lines: in an event loop, in a library's ``finally``,
half way through putting things back. So SIGINT raises nothing here. It is noted, and what is under way says what it
means: while a line is typed, the line is given up; while a program runs, the session is asked to stop, which it notices
between two statements or calls. What has no such places (a backward pass over a million nodes) is stopped by a
KeyboardInterrupt a moment later, from an alarm: only between the two ends of ``running``, only while the session's run
is under way, and never within what must not be left half done.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType
from typing import Any

from ..session import Session

#: After so many seconds an interrupt no longer waits for the program to notice it.
PATIENCE = 0.1

#: What an alarm never ends: entering and leaving a context, and an import, after which half a module would stay.
_WHOLE = frozenset({"__enter__", "__exit__"})
_IMPORT = "<frozen importlib"

_ALARM = getattr(signal, "SIGALRM", None)


class Interrupts:
    """Hears Ctrl-C between ``listening`` and its end. ``give_up`` is called when it comes while nothing is worked on:
    it runs within a signal handler, so it must not raise. True says that it was about what is to be worked on next."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.give_up: Callable[[], bool] = bool
        #: Whether Ctrl-C came since the input that is worked on was submitted.
        self.heard = False
        #: What is entered while something runs, to say so where it takes long.
        self.sign: AbstractContextManager[None] = nullcontext()
        self._working = False
        self._running = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """From here on Ctrl-C is heard; in the main thread only, since signals are handled nowhere else."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before: dict[int, Any] = {signal.SIGINT: signal.signal(signal.SIGINT, self._on_interrupt)}
        if _ALARM is not None:
            before[_ALARM] = signal.signal(_ALARM, self._on_alarm)
        try:
            yield
        finally:
            self._quiet()
            for number, handler in before.items():
                signal.signal(number, signal.SIG_DFL if handler is None else handler)

    @contextmanager
    def working(self) -> Iterator[None]:
        """One input: Ctrl-C is about what it does, not about a line that is typed."""
        self._working = True
        try:
            yield
        finally:
            self._working = self.heard = False
            self._quiet()

    @contextmanager
    def running(self) -> Iterator[None]:
        """A run of the session that Ctrl-C may stop, by a KeyboardInterrupt in the end. Raises KeyboardInterrupt if it
        came before."""
        if self.heard:
            self.heard = False
            raise KeyboardInterrupt
        self._running = True
        try:
            with self.sign:
                yield
        finally:
            self._running = False
            self._quiet()

    # -- the handlers ---------------------------------------------------------------------------------------

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        if not self._working:
            self.heard = self.give_up() or self.heard
            return
        self.heard = True
        if self._running:
            self.session.interrupt()
        if _ALARM is not None:  # before a run too, which may begin at this moment
            signal.setitimer(signal.ITIMER_REAL, PATIENCE, PATIENCE)

    def _on_alarm(self, number: int, frame: FrameType | None) -> None:
        if self._running and self.session.running and not _must_be_whole(frame):
            raise KeyboardInterrupt

    def _quiet(self) -> None:
        if _ALARM is not None and threading.current_thread() is threading.main_thread():
            signal.setitimer(signal.ITIMER_REAL, 0.0)


def _must_be_whole(frame: FrameType | None) -> bool:
    if frame is not None and frame.f_code.co_name in _WHOLE:
        return True
    while frame is not None:
        if frame.f_code.co_filename.startswith(_IMPORT):
            return True
        frame = frame.f_back
    return False
