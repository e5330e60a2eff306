"""Running something for the prompt: Ctrl-C stops it, and what was interrupted leaves the session as it was."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from ..events import Emit, Event, Failed, Value
from ..session import Session
from .interrupts import Interrupts
from .undo import Snapshot
from .wall import wall


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


def run(interrupts: Interrupts, source: str, emit: Emit, before: Snapshot, *, first_line: int = 1) -> Outcome:
    """Run a program. An interrupt is one of the outcomes, and the session is what it was ``before`` then."""
    session = interrupts.session
    outcome = Outcome()

    def note(event: Event) -> None:
        if isinstance(event, Failed):
            outcome.failure = event.type
        emit(event)

    session.steps_done = 0
    interrupted = False
    began = perf_counter()
    try:
        with interrupts.running(), wall.near():
            outcome.ok = session.run(source, note, first_line=first_line)
    except KeyboardInterrupt:  # before its beginning, or while its end was being shown
        outcome.ok, outcome.failure = False, "KeyboardInterrupt"
        interrupted = True
    if outcome.interrupted:
        before.restore(session)
    if interrupted:
        emit(Failed(0, 0, 0, "KeyboardInterrupt", "", ""))
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


def value_of(interrupts: Interrupts, source: str, *, or_none: bool = False) -> Any:
    """The value of an expression; without ``or_none``, which must not be None. ``_`` stays what it was. Raises
    Failure."""
    session = interrupts.session
    values: list[Any] = []

    def keep(event: Event) -> None:
        if isinstance(event, Failed):
            raise Failure(event)
        if isinstance(event, Value):
            values.append(event.value)

    absent = object()
    last = session.variables.get("_", absent)
    try:
        with interrupts.running(), wall.near():
            session.run(source, keep)
    finally:
        if last is not absent:
            session.variables["_"] = last
        else:
            session.variables.pop("_", None)
    if not values and or_none:
        return None
    if len(values) != 1:
        raise Failure(Failed(1, 1, len(source) + 1, "ValueError", "an expression with a value is needed here", source))
    return values[0]


#: A program of our own, in the place of which ``within`` does something.
_OURS = "0"


def within(interrupts: Interrupts, work: Callable[[], None], about: str) -> None:
    """Do something under the session's modes, default dtype, print options and bounds, where Ctrl-C stops it: all that
    may run a program's own functions, such as the ``__repr__`` of its classes. Raises Failure, which shows ``about``
    for what is no error of a program."""
    session = interrupts.session

    def emit(event: Event) -> None:
        if isinstance(event, Value):
            work()
        elif isinstance(event, Failed):
            ours = event.text == _OURS
            raise Failure(event._replace(text=about, end_column=len(about) + 1) if ours else event)

    with interrupts.running(), wall.near():
        variables = dict(session.variables)
        try:
            session.run(_OURS, emit)
        finally:
            session.variables.clear()
            session.variables.update(variables)
