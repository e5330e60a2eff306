"""``open``: files of text and of bytes, in the folder of ``--files`` (``data/kept_folder.py``) and nowhere else.

A file is read whole when it is opened, and written whole when it is closed or flushed; what is never closed is written
before somebody reads it, and when the program ends.
"""

from __future__ import annotations

import io
from typing import Any

from ...api.calls.program_classes import Kind
from ...api.calls.registry import Property, attributes_of
from ...api.nn.kept_files import BUFFERS, files, name_of_file
from ...numerics.naming import shown_as
from .budget import MAX_TEXT, check_text
from .bytes_values import Bytes, BytesLike
from .held_streams import Held, UnsupportedOperation

#: Encodings by the names that programs write, in small letters and with hyphens.
_ENCODINGS = {
    **dict.fromkeys(("utf-8", "utf8", "u8", "cp65001"), "utf-8"), "utf-8-sig": "utf-8-sig",
    **dict.fromkeys(("ascii", "us-ascii", "646"), "ascii"), "utf-16": "utf-16",
    **dict.fromkeys(("latin-1", "latin1", "iso-8859-1", "iso8859-1", "l1"), "latin-1"), "cp1252": "cp1252",
}  # fmt: skip
_ERRORS = frozenset({"strict", "ignore", "replace", "backslashreplace", "surrogateescape"})


@shown_as("_io._RawIOBase", in_c=True)
class _File(Held):
    """An open file: what it holds is in ``data``, and is written under its name."""

    __slots__ = ("changed", "data")

    def __init__(self, name: str, mode: str, data: io.BytesIO) -> None:
        super().__init__(name)
        self.mode, self.data = mode, data
        self.size = len(data.getvalue())
        self.changed = False
        if "a" in mode:
            data.seek(0, io.SEEK_END)

    def write(self, text: Any) -> int:
        count = super().write(text)
        self.changed = True
        return count

    def wrote(self) -> None:
        self.changed = True

    def truncate(self, size: Any = None) -> int:
        self.changed = True
        return super().truncate(size)

    def flush(self) -> None:
        """Write the file."""
        self._open()
        if self.changed:
            self.inner.flush()
            self.changed = False
            files().write(self.name, self.data.getvalue())

    def close(self) -> None:
        """Write the file and close it."""
        if self.inner.closed:
            return
        held = files()
        held.streams[:] = [each for each in held.streams if each is not self]
        try:
            self.flush()
        finally:
            self.inner.close()


@shown_as("_io.TextIOWrapper", in_c=True)
class TextFile(_File):
    """A file of text."""

    __slots__ = ("encoding",)

    def __init__(
        self, name: str, mode: str, data: io.BytesIO, encoding: str, errors: str | None, newline: str | None
    ) -> None:
        super().__init__(name, mode, data)
        self.encoding = encoding
        self.inner = io.TextIOWrapper(data, _ENCODINGS[_key(encoding)], errors, newline, write_through=True)
        if "a" in mode:
            self.inner.seek(0, io.SEEK_END)

    def write(self, text: Any) -> int:
        if "a" in self.mode and not self.inner.closed:
            self.inner.seek(0, io.SEEK_END)
        return super().write(text)

    def __repr__(self) -> str:
        return f"<_io.TextIOWrapper name={self.name!r} mode={self.mode!r} encoding={self.encoding!r}>"


@shown_as("_io.BufferedRandom", in_c=True)
class BinaryFile(_File):
    """A file of bytes, or of a value for ``torch.save``, ``torch.load`` and ``pickle``."""

    __slots__ = ()

    def __init__(self, name: str, mode: str, data: io.BytesIO) -> None:
        super().__init__(name, mode, data)
        self.inner = data

    def taken(self, text: Any) -> bytes:
        if not isinstance(text, BytesLike):
            raise TypeError(f"a bytes-like object is required, not '{type(text).__name__}'")
        return text.data

    def value(self, found: Any) -> Bytes:
        return Bytes(found)

    def refusal(self, *, to_write: bool) -> str:
        return "write" if to_write else "read"

    def keep(self, value: Any) -> None:
        """Write a value as ``torch.save`` does."""
        self.check(to_write=True)
        files().put(self.name, value)

    def kept(self) -> Any:
        """The value that ``torch.save`` or ``pickle.dump`` wrote. Raises EOFError for an empty file."""
        self.check()
        if not self.size:
            raise EOFError("Ran out of input")
        return files().get(self.name)

    def __repr__(self) -> str:
        kind = "Random" if "+" in self.mode else "Reader" if "r" in self.mode else "Writer"
        return f"<_io.Buffered{kind} name={self.name!r}>"


def _key(encoding: str) -> str:
    return encoding.lower().replace("_", "-")


def name_of(file: Any) -> str:
    """The name of a file. Raises TypeError in Python's words."""
    if type(file) is not str and type(type(file)) is not Kind:
        raise TypeError(f"expected str, bytes or os.PathLike object, not {type(file).__name__}")
    return name_of_file("open", file)


def _mode(mode: Any) -> str:
    """The letters of a mode in one order: what is done, then ``b`` and ``+``. Raises ValueError in Python's words."""
    if type(mode) is not str:
        raise TypeError(f"open() argument 'mode' must be str, not {type(mode).__name__}")
    if not set(mode) <= set("rwaxbt+") or len(set(mode)) != len(mode):
        raise ValueError(f"invalid mode: {mode[:40]!r}")
    if "b" in mode and "t" in mode:
        raise ValueError("can't have text and binary mode at once")
    what = [letter for letter in mode if letter in "rwax"]
    if len(what) != 1:
        raise ValueError(
            "Must have exactly one of create/read/write/append mode and at most one plus"
            if not what
            else "must have exactly one of create/read/write/append mode"
        )
    return mode


def open_(
    file: Any, mode: Any = "r", buffering: Any = -1, encoding: Any = None, errors: Any = None, newline: Any = None,
    closefd: Any = True, opener: Any = None,
) -> TextFile | BinaryFile:  # fmt: skip
    """A file of the folder. Raises OSError, ValueError and TypeError in Python's words, NotImplementedError where no
    folder was named, PermissionError for a name that leads out of it, MemoryError for a file that is too large."""
    mode = _mode(mode)
    name = name_of(file)
    if opener is not None or closefd not in (True, 1):
        raise NotImplementedError("open() here takes the name of a file, and no opener")
    binary = "b" in mode
    for option, value in (("encoding", encoding), ("errors", errors), ("newline", newline)):
        if value is not None and type(value) is not str:
            raise TypeError(f"open() argument '{option}' must be str or None, not {type(value).__name__}")
        if value is not None and binary:
            raise ValueError(f"binary mode doesn't take {'an' if option[0] == 'e' else 'a'} {option} argument")
    if newline not in (None, "", "\n", "\r", "\r\n"):
        raise ValueError(f"illegal newline value: {newline[:40]!r}")
    if encoding is not None and _key(encoding) not in _ENCODINGS:
        raise LookupError(f"unknown encoding: {encoding[:40]}")
    if errors is not None and errors not in _ERRORS:
        raise LookupError(f"unknown error handler name '{errors[:40]}'")
    data = io.BytesIO(_begun(name, mode))
    made: TextFile | BinaryFile
    if binary:
        made = BinaryFile(name, mode, data)
    else:
        made = TextFile(name, mode, data, encoding or "UTF-8", errors, newline)
    if made.writable():
        files().opened(made)
    return made


def _begun(name: str, mode: str) -> bytes:
    """What is in a file when it is opened; what is opened for writing is there then, and may be written."""
    held = files()
    if "x" in mode and (held.is_file(name) or held.is_folder(name)):
        raise FileExistsError(17, "File exists", name)
    if "w" in mode or "x" in mode or ("a" in mode and not held.is_file(name)):
        held.settle(name)
        held.write(name, b"")
        return b""
    found = held.contents(name, MAX_TEXT)
    if mode not in ("r", "rb", "rt"):
        held.write(name, found)  # which refuses what may not be written
    check_text(len(found))
    return found


BUFFERS.add(BinaryFile)
attributes_of(_File)["name"] = Property(lambda file: file.name, doc="Its name.")
attributes_of(_File)["mode"] = Property(lambda file: file.mode, doc="What it is open for.")
attributes_of(TextFile)["encoding"] = Property(lambda file: file.encoding, doc="How text becomes bytes.")
attributes_of(TextFile)["newlines"] = Property(lambda file: file.inner.newlines, doc="The ends of lines met so far.")

__all__ = ["BinaryFile", "TextFile", "UnsupportedOperation", "name_of", "open_"]
