"""Programs too large for memory, run piece by piece: at any time only one piece is a syntax tree.

A piece is a run of whole statements of the top level. All pieces are read and checked before the first one
runs, so that, as with any program, one that is no program does not begin to run.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import BinaryIO

from ...events import Emit, Event, Failed
from ...language.read.syntax import parse
from ...language.values.budget import MAX_SOURCE
from ...numerics.records import Record
from ...session import Session
from ..environment import CHUNK, UnreadableError

#: Bytes up to which a program is run in one piece, and from which a piece may end. Small ones are quicker: the
#: tree of a hundred lines fits the processor's caches, and is gone before Python searches it for garbage.
WHOLE = 1 << 15
PIECE = 1 << 12
#: Bytes of a program that comes through a pipe and so has to be kept on the disk.
MAX_KEPT = 1 << 31

#: What continues the statement before it, at the beginning of a line.
_CONTINUES = ("else", "elif", "except", "finally", " ", "\t", "\f", "#", ")", "]", "}", "\n", "\r")


class Piece(Record):
    """Where a piece is in the file: its first byte, how many, its first line; whether it is no program."""

    offset: int
    size: int
    first_line: int
    wrong: bool


def large(file: BinaryIO) -> tuple[bytes, BinaryIO | None]:
    """All of a file's bytes, or, if they are more than WHOLE, the file itself, at its beginning and seekable.

    Raises OSError, and UnreadableError if a pipe brings more than MAX_KEPT bytes.
    """
    parts: list[bytes] = []
    size = 0
    while size <= WHOLE and (part := file.read(CHUNK)):
        parts.append(part)
        size += len(part)
    start = b"".join(parts)
    if size <= WHOLE:
        return start, None
    if file.seekable():
        file.seek(0)
        return b"", file
    from tempfile import TemporaryFile

    kept = TemporaryFile()  # noqa: SIM115  it goes to the caller
    kept.write(start)
    while part := file.read(CHUNK):
        size += len(part)
        if size > MAX_KEPT:
            raise UnreadableError(f"more than {MAX_KEPT >> 20} MB are no program")
        kept.write(part)
    kept.seek(0)
    return b"", kept


def run_pieces(session: Session, file: BinaryIO, emit: Emit, *, echo: bool, going: bool = False) -> bool:
    """Run the program in a seekable file; True if it ended well. Raises UnreadableError before it begins.

    ``going``: as the session's ``run`` has it.
    """
    seconds = session.deadline_seconds
    began = monotonic()

    def left() -> bool:
        """Whether there is time left, which then is the session's."""
        if seconds is not None:
            session.deadline_seconds = seconds - (monotonic() - began)
        return session.deadline_seconds is None or session.deadline_seconds > 0

    def show(event: Event) -> None:
        if isinstance(event, Failed):
            message, syntax, _ = event.message.rpartition(" (<program>, line ")
            if event.type == "TimeoutError" and seconds is not None:
                event = event._replace(message=f"stopped after {seconds:g} s")
            elif syntax:  # Python's words, with the line of the piece
                event = event._replace(message=f"{message}{syntax}{event.line})")
        emit(event)

    ok = True
    try:
        pieces = []
        for piece in split(file, session):
            pieces.append(piece)
            if piece.wrong:
                pieces = [piece]  # running it does no more than to say what is wrong
            if not left():
                break
        for piece in pieces:
            if not left():
                show(Failed(piece.first_line, 1, 2, "TimeoutError", "", ""))
                return False
            file.seek(piece.offset)
            text = file.read(piece.size).decode()
            checked = not piece.wrong
            if not session.run(text, show, echo=echo, first_line=piece.first_line, checked=checked, going=going):
                ok = False
                if not session.completed:
                    break
        return ok
    finally:
        session.deadline_seconds = seconds


def split(file: BinaryIO, session: Session) -> Iterator[Piece]:
    """The pieces of a program, checked by the session that will run them; one that is wrong is the last.

    Raises UnreadableError.
    """
    lines: list[str] = []
    offset = size = lines_before = 0
    wanted = PIECE
    while raw := file.readline(MAX_SOURCE + 1):
        try:
            line = raw.decode()
        except UnicodeDecodeError as error:
            at = lines_before + len(lines) + 1
            raise UnreadableError(f"not UTF-8 text: byte 0x{raw[error.start]:02x}", at, error.start + 1) from None
        if size >= wanted and not line.startswith(_CONTINUES):
            text = "".join(lines)
            complete = _check(text, session)
            if complete is not False or size > MAX_SOURCE:
                yield Piece(offset, size, lines_before + 1, complete is not True)
                if complete is not True:
                    return
                offset, size, wanted = offset + size, 0, PIECE
                lines_before += _line_ends(text)
                lines = []
            else:
                # Perhaps the middle of a long string or of brackets; perhaps it never ends.
                wanted = 2 * size
        lines.append(line)
        size += len(raw)
        if size > 2 * MAX_SOURCE:
            yield Piece(offset, size, lines_before + 1, True)
            return
    yield Piece(offset, size, lines_before + 1, _check("".join(lines), session) is not True)


def _check(text: str, session: Session) -> bool | None:
    """True for a program, False for what may become one, None for what is none whatever follows."""
    try:
        session.check(text)
    except SyntaxError:
        return None if _is_grammatical(text) else False
    except (RecursionError, MemoryError):
        return None
    return True


def _is_grammatical(text: str) -> bool:
    try:
        parse(text)
    except (SyntaxError, RecursionError, MemoryError):
        return False
    return True


def _line_ends(text: str) -> int:
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n") if "\r" in text else text.count("\n")
