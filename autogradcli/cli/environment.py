"""What a command needs of the world: streams, whether they are terminals, whether the process is ours.

Commands get it as click's ``ctx.obj``, so that a test, or a program that calls ``cli`` by itself, gives its own.
"""

from __future__ import annotations

import os
import sys
from io import BytesIO, StringIO
from typing import BinaryIO, TextIO

from ..data.errors import UnreadableError as UnreadableError
from ..show.stream import Held, Output, Stream, StreamClosed, is_terminal
from .exits import DEBUG

#: The largest program that is read, in bytes: the language's own limit, with room for letters of four bytes.
MAX_BYTES = 1 << 26
#: How much of a file is read at a time.
CHUNK = 1 << 16


class Environment:
    """The standard streams, and ``own_process``: whether limits of the whole process are ours to set."""

    __slots__ = ("debug", "err", "out", "own_process", "stdin", "stdin_read")

    def __init__(
        self,
        stdin: TextIO | None = None,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        *,
        own_process: bool = False,
    ) -> None:
        self.own_process = own_process
        #: Whether an internal error is to be shown with its traceback.
        self.debug = bool(os.environ.get(DEBUG))
        #: Whether the standard input was read already, which can be done once.
        self.stdin_read = False
        self.stdin: TextIO = stdin or sys.stdin or StringIO()
        self.out = Stream(_tolerant(stdout or sys.stdout))
        self.err = Stream(_tolerant(stderr or sys.stderr), always_escape=True)

    @property
    def interactive(self) -> bool:
        """Whether a person sits at both ends."""
        return is_terminal(self.stdin) and self.out.terminal

    def read_stdin(self) -> str:
        """All of the standard input. Raises as ``decoded``, and OSError."""
        return decoded(self.stdin_bytes("a program", MAX_BYTES + 1))

    def read_text(self, path: str) -> str:
        """The text of a file, ``-`` for the standard input. Raises OSError, and as ``decoded``."""
        if path == "-":
            return self.read_stdin()
        with open(path, "rb") as file:
            return decoded(file.read(MAX_BYTES + 1))

    def stdin_bytes(self, what: str = "data", most: int = -1) -> bytes:
        """All of the standard input. Raises OSError, also if it was read before."""
        return self.stdin_file(what).read(most)

    def stdin_file(self, what: str) -> BinaryIO:
        """The standard input, for reading it once. Raises OSError if it was read before."""
        if self.stdin_read:
            raise OSError("the standard input can be read only once")
        self.stdin_read = True
        if is_terminal(self.stdin):
            self.err.raw(f"reading {what} from the terminal; Ctrl-D on an empty line ends it\n")
        try:
            return self.stdin.buffer
        except AttributeError:  # a StringIO
            return BytesIO(self.stdin.read().encode())

    def write_bytes(self, data: bytes) -> None:
        """To the standard output as they are. Raises StreamClosed."""
        buffer = getattr(self.out.file, "buffer", None)
        if buffer is None:  # a StringIO
            self.out.raw(data.decode("latin-1"))
            return
        try:
            buffer.write(data)
            buffer.flush()
        except OSError as error:
            self.out.closed = StreamClosed(error)
            raise self.out.closed from None

    def copied(self) -> Environment:
        """Another one with the same streams, to which its own can be given."""
        other = Environment.__new__(Environment)
        for name in Environment.__slots__:
            setattr(other, name, getattr(self, name))
        return other

    def holding(self) -> Environment:
        """The same environment, whose output and errors wait to be released."""
        other = self.copied()
        kept: list[tuple[Stream, str]] = []
        other.out, other.err = Held(self.out, kept), Held(self.err, kept)
        return other

    def writing_to(self, out: Output) -> Environment:
        """The same environment with another standard output."""
        other = self.copied()
        other.out = Stream(out)
        other.out.digits = self.out.digits
        return other


def decoded(data: bytes) -> str:
    """A program's bytes as text. Raises UnreadableError if they are too many or not UTF-8."""
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"more than {MAX_BYTES >> 20} MB are no program")
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise UnreadableError(f"not UTF-8 text: byte 0x{data[error.start]:02x}", line, column) from None


def _tolerant(file: TextIO | None) -> TextIO:
    """The stream, made to write ``\\xe9`` where its encoding has no such letter instead of failing."""
    if file is None:  # closed by whoever started us
        return open(os.devnull, "w")
    reconfigure = getattr(file, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    return file
