"""A prompt without a terminal: for a text in which the prompt's commands stand among programs."""

from __future__ import annotations

from collections.abc import Collection
from io import StringIO

from prompt_toolkit.history import DummyHistory
from prompt_toolkit.input import DummyInput
from prompt_toolkit.output import DummyOutput

from ..events import Emit, Event
from ..session import Session
from ..show.plain import Display
from ..show.stream import Stream
from .app import Prompt
from .commands.table import CommandError, find


class Headless:
    """Programs and commands one after another, as if they were typed; what commands show goes nowhere."""

    def __init__(self, session: Session) -> None:
        nowhere = Stream(StringIO())
        self._prompt = Prompt(
            session, nowhere, nowhere, history=DummyHistory(), input=DummyInput(), output=DummyOutput()
        )

    def program(self, source: str, emit: Emit, first_line: int) -> None:
        """Run a program; its events go to ``emit``. It can be undone by a command."""
        heard = _Emitting(self._prompt.out, emit)
        self._prompt.evaluate(source, heard, first_line=first_line, blocks=True)

    def command(self, line: str, allowed: Collection[str]) -> None:
        """Run a command if it is one of those."""
        try:
            name = find(line.split()[0]).name
        except CommandError:
            return
        if name in allowed:
            self._prompt.handle(line)


class _Emitting(Display):
    __slots__ = ("emit",)

    def __init__(self, out: Stream, emit: Emit) -> None:
        super().__init__(out)
        self.emit = emit

    def show(self, event: Event) -> None:
        self.emit(event)


def headless(session: Session) -> Headless:
    """A prompt of that session, which begins as the session is."""
    return Headless(session)
