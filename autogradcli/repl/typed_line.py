"""The line that is typed: what is done meanwhile, how Ctrl-C gives it up, how it is read where it can't be shown."""

from __future__ import annotations

import asyncio
from typing import Any

from prompt_toolkit import PromptSession

from ..numerics.memory import give_back
from ..session import Session
from .guard import Guard
from .name_search import loading

#: Seconds from the prompt to the loading of more modules, and between two of them.
IDLE, PAUSE = 0.3, 0.005
#: Seconds at a prompt after which memory that programs freed goes back to the system.
QUIET = 2.0


class GivenUp(Exception):
    """Ctrl-C while a line was typed."""


class TypedLine:
    """The line of a prompt, whichever is being typed."""

    def __init__(self, reader: PromptSession[str], guard: Guard, session: Session) -> None:
        self._reader = reader
        self._guard = guard
        self._session = session
        self._loading = loading()

    def begin(self) -> None:
        """The prompt is shown: what can be done while nothing else is to be."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._failed)
        load = self._guard.wrap("loading", lambda: next(self._loading, self) is not self, False)

        def go_on() -> None:
            if load():
                loop.call_later(PAUSE, go_on)

        loop.call_later(QUIET, give_back)
        loop.call_later(IDLE, go_on)  # the rest of the functions, bit by bit, while nothing else is to be done

    def _failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._guard.note("the prompt", context.get("exception") or RuntimeError(context["message"]))

    def give_up(self) -> None:
        """Leave the line for a new one."""
        app = self._reader.app
        if app.is_running and app.future is not None and not app.future.done():
            app.exit(exception=GivenUp(), style="class:aborting")

    def interrupted(self) -> bool:
        """A signal came while the line is typed; whether it has been submitted. Within a signal handler: what is to be
        done is left to the event loop."""
        app = self._reader.app
        loop, future = app.loop, app.future
        if loop is None or future is None:  # reading has not begun, or has ended
            return False
        if future.done():
            return not future.cancelled() and future.exception() is None
        try:
            loop.call_soon_threadsafe(self.give_up)
        except RuntimeError:  # the loop was closed meanwhile
            return False
        return False

    def read_plainly(self) -> str:
        """An input by the terminal's own means. Raises EOFError."""
        try:
            text = input(">>> ")
            while text.strip() and not text.startswith(":") and not self._session.is_complete(text):
                text += "\n" + input("... ")
        except OSError:  # the terminal has gone
            raise EOFError from None
        return text
