"""Running something for the prompt: Ctrl-C stops it, and what was interrupted leaves the session as it was."""

from __future__ import annotations

import signal
from collections.abc import Callable
from time import perf_counter
from types import FrameType
from typing import Any

from ..events import Emit, Event, Failed, Value
from ..session import Session
from .undo import Snapshot

#: After so many seconds an interrupt no longer waits for the program to notice it.
PATIENCE = 0.1


class Interruptible:
    """While it is entered, Ctrl-C stops the session's run.

    First the program is asked, which it notices between two statements or calls. What has no such places (a backward
    pass over a million nodes) is stopped by a KeyboardInterrupt wherever it is, a moment later: the caller restores
    the session then, so it doesn't matter where.
    """

    def __init__(self, session: Session) -> None:
        self.session = session

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGINT, self._ask)
        self._alarm = signal.signal(signal.SIGALRM, self._insist) if hasattr(signal, "SIGALRM") else None

    def __exit__(self, *problem: object) -> None:
        if self._alarm is not None:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
            signal.signal(signal.SIGALRM, self._alarm)
        signal.signal(signal.SIGINT, self._before)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.session.interrupt()
        if self._alarm is not None:
            signal.setitimer(signal.ITIMER_REAL, PATIENCE, PATIENCE)

    def _insist(self, number: int, frame: FrameType | None) -> None:
        if self.session.running:
            raise KeyboardInterrupt


class Outcome:
    """How a run ended."""

    __slots__ = ("done", "failure", "ok", "seconds")

    def __init__(self) -> None:
        self.ok = False
        self.failure = ""
        """The type of the error that ended it."""
        self.seconds = 0.0
        self.done = 0
        """How many statements ended well."""

    @property
    def interrupted(self) -> bool:
        return self.failure == "KeyboardInterrupt"


def run(session: Session, source: str, emit: Emit, before: Snapshot, *, first_line: int = 1) -> Outcome:
    """Run a program. An interrupt is one of the outcomes, and the session is what it was ``before`` then."""
    outcome = Outcome()

    def note(event: Event) -> None:
        if isinstance(event, Failed):
            outcome.failure = event.type
        emit(event)

    began = perf_counter()
    with Interruptible(session):
        try:
            outcome.ok = session.run(source, note, first_line=first_line)
        except KeyboardInterrupt:  # while the end of the run was being shown
            outcome.ok, outcome.failure = False, "KeyboardInterrupt"
            emit(Failed(0, 0, 0, "KeyboardInterrupt", "", ""))
        if outcome.interrupted:
            before.restore(session)  # in here, where no further Ctrl-C can stop it half way
    outcome.seconds = perf_counter() - began
    outcome.done = session.steps_done
    return outcome


def quietly(session: Session, source: str) -> list[Any]:
    """The values of a program of our own, which leaves no trace in the variables and takes none for a function."""
    values: list[Any] = []

    def keep(event: Event) -> None:
        if isinstance(event, Value):
            values.append(event.value)

    variables = session.variables
    kept = dict(variables)
    variables.clear()
    try:
        session.run(source, keep)
    finally:
        variables.clear()
        variables.update(kept)
    return values


class Failure(Exception):
    """What went wrong in ``value_of`` and ``within``."""

    def __init__(self, event: Failed) -> None:
        super().__init__(event.message)
        self.event = event


def value_of(session: Session, source: str) -> Any:
    """The value of an expression. ``_`` stays what it was. Raises Failure."""
    values: list[Any] = []

    def keep(event: Event) -> None:
        if isinstance(event, Failed):
            raise Failure(event)
        if isinstance(event, Value):
            values.append(event.value)

    absent = object()
    last = session.variables.get("_", absent)
    try:
        with Interruptible(session):
            session.run(source, keep)
    finally:
        if last is not absent:
            session.variables["_"] = last
        else:
            session.variables.pop("_", None)
    if len(values) != 1:
        raise Failure(Failed(1, 1, len(source) + 1, "ValueError", "an expression with a value is needed here", source))
    return values[0]


#: A program of our own, in the place of which ``within`` does something.
_OURS = "0"


def within(session: Session, work: Callable[[], None], about: str) -> None:
    """Do something under the session's modes, default dtype and print options. Raises Failure, which shows ``about``
    for what is no error of a program."""

    def emit(event: Event) -> None:
        if isinstance(event, Value):
            work()
        elif isinstance(event, Failed):
            ours = event.text == _OURS
            raise Failure(event._replace(text=about, end_column=len(about) + 1) if ours else event)

    with Interruptible(session):
        variables = dict(session.variables)
        try:
            session.run(_OURS, emit)
        finally:
            session.variables.clear()
            session.variables.update(variables)
