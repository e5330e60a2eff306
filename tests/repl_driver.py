"""Drives the prompt: keys go in through a pipe, what comes out is seen on a screen."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from threading import Thread
from unittest.mock import patch

import pyte
from prompt_toolkit.data_structures import Size
from prompt_toolkit.history import History, InMemoryHistory
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from autogradcli.repl.app import Prompt
from autogradcli.session import Session
from autogradcli.show.stream import Stream

ENTER, ALT_ENTER, CTRL_C, CTRL_D, UP, TAB, RIGHT = "\r", "\x1b\r", "\x03", "\x04", "\x1b[A", "\t", "\x1b[C"
BACKSPACE = "\x7f"
#: As a key: wait until the prompt has done what it has to do.
PAUSE = "pause"
#: As a key: keep what the screen shows now, once it shows no more changes.
LOOK = "look"

Type = Callable[..., list[str]]


def paste(text: str) -> str:
    """A paste as terminals send it."""
    return f"\x1b[200~{text}\x1b[201~"


class Screen(io.StringIO):
    """A terminal's end of a stream: line feeds return the carriage, as the terminal's driver makes them, and who asks
    where the cursor is gets an answer."""

    def __init__(self, columns: int = 80, rows: int = 60) -> None:
        super().__init__()
        self.size = Size(rows, columns)
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.Stream(self.screen)
        self.pipe: PipeInput | None = None
        self.prompt: Prompt | None = None
        self.changed = time.monotonic()
        self.looks: list[list[str]] = []

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.stream.feed(text.replace("\r\n", "\n").replace("\n", "\r\n").replace("\x1b[6n", ""))
        if "\x1b[6n" in text and self.pipe is not None:
            self.pipe.send_text(f"\x1b[{self.screen.cursor.y + 1};{self.screen.cursor.x + 1}R")
        self.changed = time.monotonic()
        return super().write(text)

    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display if line.strip()]

    def settle(self, quiet: float = 0.15) -> None:
        """Wait until the prompt has nothing more to do: it waits for keys, and nothing was written for so long."""
        began = time.monotonic()
        while self.changed < began and time.monotonic() - began < 0.5:
            time.sleep(0.01)
        while time.monotonic() - self.changed < quiet or not self.waiting():
            time.sleep(0.01)
            assert time.monotonic() - began < 60

    def waiting(self) -> bool:
        assert self.prompt is not None
        drawn = self.tell() > 0  # a busy machine takes its time for the first line
        return drawn and self.prompt.reader.app.is_running and not self.prompt.preview.busy

    def resize(self, columns: int, rows: int) -> None:
        self.size = Size(rows, columns)
        self.screen.resize(rows, columns)


def slowly(pipe: PipeInput, screen: Screen, keys: tuple[str | Callable[[], None], ...]) -> None:
    """As a person types."""
    for key in (*keys, CTRL_D):
        if callable(key):
            key()
        elif key == PAUSE:
            screen.settle()
        elif key == LOOK:
            screen.settle()
            screen.looks.append(screen.lines())
        else:
            pipe.send_text(key)


def drive(
    session: Session,
    *keys: str | Callable[[], None],
    screen: Screen | None = None,
    history: History | None = None,
    colour: bool = False,
    cpr: bool = False,
) -> Screen:
    """Type keys at a prompt, leave it by Ctrl-D, and return its screen. With ``cpr`` the terminal tells where the
    cursor is, and only then has the prompt a toolbar."""
    screen = screen or Screen()
    with create_pipe_input() as pipe, patch.dict(os.environ, {"NO_COLOR": "" if colour else "1"}):
        screen.pipe = pipe if cpr else None
        output = Vt100_Output(screen, lambda: screen.size, term="xterm", enable_cpr=cpr)
        stream = Stream(screen, environ={} if colour else {"NO_COLOR": "1"})
        screen.prompt = Prompt(session, stream, stream, history=history or InMemoryHistory(), input=pipe, output=output)
        if PAUSE in keys or LOOK in keys or any(callable(key) for key in keys):
            typist = Thread(target=slowly, args=(pipe, screen, keys))
            typist.start()
        else:
            typist = None
            pipe.send_text("".join(key for key in keys if isinstance(key, str)) + CTRL_D)
        screen.prompt.run()
        if typist is not None:
            typist.join()
    return screen


def entered(*lines: str) -> list[str]:
    """Each line with Enter after it."""
    return [key for line in lines for key in (line, ENTER)]


def results(lines: list[str]) -> list[str]:
    """The lines that are no prompt."""
    return [line for line in lines if not line.startswith((">>>", "...", "no_grad >>>"))]
