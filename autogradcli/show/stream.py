"""Where text goes out: a stream that escapes for a terminal, flushes as things happen and knows its colours."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Protocol, TextIO

from ..engine.stops import Stop
from .escape import escape

#: Styles, as the terminal's own sixteen colours: others are unreadable somewhere.
BOLD, DIM, RED, YELLOW, CYAN = "1", "2", "1;31", "33", "36"


class StreamClosed(Stop):
    """The reader has gone, or the disk is full: ``reason`` is the system's error.

    A ``Stop``, because it rises through a session whose programs may catch everything else.
    """

    def __init__(self, reason: OSError) -> None:
        super().__init__(reason)
        self.reason = reason


class Output(Protocol):
    """What a stream writes to: a text file, or what stands for one."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> None: ...

    def isatty(self) -> bool: ...


class Stream:
    """An output stream as ``show/`` uses it. Raises StreamClosed where the system refuses the text."""

    __slots__ = (
        "_flush",
        "_write",
        "always_escape",
        "before",
        "closed",
        "colour",
        "digits",
        "failure",
        "file",
        "terminal",
    )

    def __init__(self, file: Output, *, always_escape: bool = False, environ: Mapping[str, str] = os.environ) -> None:
        self.file = file
        self._write = file.write
        self._flush = file.flush
        #: What to do before the next text, such as to take a progress bar away.
        self.before: Callable[[], None] | None = None
        #: Set once the system has refused a text.
        self.closed: StreamClosed | None = None
        #: The type of the error that ended the program whose results are written here, where a command took note of it.
        self.failure = ""
        #: Behind the point of numbers that are shown; None for what is usual.
        self.digits: int | None = None
        self.terminal = is_terminal(file)
        self.always_escape = always_escape or self.terminal
        self.colour = self.terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"

    def write(self, text: str) -> None:
        """Other people's text: as it is into a pipe or a file, escaped on a terminal."""
        self.raw(escape(text) if self.always_escape else text)

    def raw(self, text: str) -> None:
        """Text that is already escaped, and may hold our own colours."""
        if self.before is not None:
            self.before()
        try:
            self._write(text)
            self._flush()
        except OSError as error:
            self.closed = StreamClosed(error)
            raise self.closed from None

    def style(self, text: str, style: str) -> str:
        """The text (escaped by the caller) in a style, where this stream has any."""
        return f"\x1b[{style}m{text}\x1b[0m" if self.colour and text else text


class Held(Stream):
    """A stream that keeps what is written until it is released, in one order with those that share ``kept``."""

    __slots__ = ("kept", "stream")

    def __init__(self, stream: Stream, kept: list[tuple[Stream, str]]) -> None:
        super().__init__(stream.file)
        self.always_escape, self.colour, self.terminal = stream.always_escape, stream.colour, stream.terminal
        self.digits = stream.digits
        self.stream = stream
        self.kept = kept

    def raw(self, text: str) -> None:
        self.kept.append((self.stream, text))

    def release(self) -> None:
        """Write it all, that of the others too. Raises StreamClosed."""
        kept, self.kept[:] = list(self.kept), []
        for stream, text in kept:
            stream.raw(text)


def is_terminal(file: Output | TextIO | None) -> bool:
    """Whether a person reads or writes at the other end."""
    try:
        return file is not None and file.isatty()
    except (OSError, ValueError):  # ValueError: it is closed
        return False


def terminal_size(columns: int = 80, lines: int = 24) -> tuple[int, int]:
    """Columns and lines of the terminal, as ``shutil.get_terminal_size`` finds them; that module brings all that
    archives need. The two numbers are for where nothing is known."""
    found = [int(word) if word.isdecimal() else 0 for word in map(os.environ.get, ("COLUMNS", "LINES"), ("", ""))]
    if 0 in found and sys.__stdout__ is not None:
        try:
            asked = os.get_terminal_size(sys.__stdout__.fileno())
        except (ValueError, OSError):  # closed, or no terminal
            asked = os.terminal_size((0, 0))
        found = [number or other for number, other in zip(found, asked)]
    return found[0] or columns, found[1] or lines
