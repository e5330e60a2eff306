"""A prompt without a terminal: for a text in which the prompt's commands stand among programs."""

from __future__ import annotations

from collections.abc import Collection
from io import StringIO

from prompt_toolkit.history import DummyHistory
from prompt_toolkit.input import DummyInput
from prompt_toolkit.output import DummyOutput

from ..events import Emit, Event
from ..session import Session
from ..show.errors import plain_error_text
from ..show.plain import Display
from ..show.stream import Stream
from .app import Prompt
from .commands.table import CommandError, dispatch, find
from .interruptible import Failure


class Headless:
    """Programs and commands one after another, as if they were typed; what commands show goes to ``out``."""

    def __init__(self, session: Session, out: Stream | None = None, err: Stream | None = None) -> None:
        nowhere = Stream(StringIO())
        self._prompt = Prompt(
            session, out or nowhere, err or nowhere, history=DummyHistory(), input=DummyInput(), output=DummyOutput()
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

    def told(self, line: str) -> bool:
        """Run a command; whether it did what was asked."""
        try:
            dispatch(self._prompt, line)
        except CommandError as error:
            self._prompt.err.raw(plain_error_text(line.partition(" ")[2], str(error), self._prompt.err))
            return False
        except Failure as failure:
            self._prompt.show_failure(failure.event)
            return False
        return True


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
