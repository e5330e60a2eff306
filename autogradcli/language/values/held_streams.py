"""Streams whose text or bytes lie in memory: ``io.StringIO``, and the base of files that a program opens.

Python's own streams do the reading, so that ends of lines, places and encodings are what they are there; no program
gets hold of one.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

from ...api.calls.registry import CONSTRUCTORS, Method, Property, attributes_of
from ...engine.modes import ContextMode
from ...numerics.naming import shown_as
from .budget import budget, check_items, check_text
from .bytes_values import Bytes, BytesLike, DecodeError, EncodeError
from .streams import Stream


@shown_as("io.UnsupportedOperation")
class UnsupportedOperation(OSError, ValueError):
    """What a stream can't do: to read what is open for writing, and the like."""


@shown_as("_io._IOBase", in_c=True)
class Held(Stream, ContextMode):
    """A stream over one of Python's own, ``inner``, which is in memory and no larger than a text may be."""

    __slots__ = ("inner", "mode", "size")

    inner: Any
    #: At most so many characters or bytes are in it.
    size: int
    mode: str

    def __call__(self, function: Any) -> Any:
        raise TypeError(f"'{type(self).__name__}' object is not callable")

    def done(self, name: str, *args: Any) -> Any:
        """What a method of Python's stream gives, its errors as a program may have them."""
        method = {
            "read": self.inner.read, "readline": self.inner.readline, "write": self.inner.write,
            "seek": self.inner.seek, "tell": self.inner.tell, "truncate": self.inner.truncate,
        }[name]  # fmt: skip
        try:
            return method(*args)
        except io.UnsupportedOperation as error:
            raise UnsupportedOperation(str(error)) from None
        except UnicodeDecodeError as error:
            raise DecodeError(str(error)) from None
        except UnicodeEncodeError as error:
            raise EncodeError(str(error)) from None

    def check(self, *, to_write: bool = False) -> None:
        """Raises ValueError where it is closed, UnsupportedOperation where its mode doesn't allow it."""
        if self.inner.closed:
            raise ValueError("I/O operation on closed file.")
        allowed = self.writable() if to_write else self.readable()
        if not allowed:
            raise UnsupportedOperation(self.refusal(to_write=to_write))

    def refusal(self, *, to_write: bool) -> str:
        """Python's words for a stream that isn't open for that."""
        return "not writable" if to_write else "not readable"

    def readable(self) -> bool:
        """Whether it is open for reading."""
        return "r" in self.mode or "+" in self.mode

    def writable(self) -> bool:
        """Whether it is open for writing."""
        return "r" not in self.mode or "+" in self.mode

    def read(self, size: Any = -1) -> Any:
        """The rest, or so many characters of it."""
        self.check()
        size = _whole(-1 if size is None else size)
        budget.spend(self.size if size < 0 else min(size, self.size))
        return self.value(self.done("read", size))

    def readline(self, size: Any = -1) -> Any:
        """The next line, with its end."""
        self.check()
        return self.value(self.done("readline", _whole(-1 if size is None else size)))

    def readlines(self, hint: Any = -1) -> list[Any]:
        """The rest, line by line."""
        hint, count, found = _whole(-1 if hint is None else hint), 0, []
        for line in budget.polled(self):
            found.append(line)
            check_items(len(found))
            budget.spend(64 + len(line))
            count += len(line)
            if 0 < hint <= count:
                break
        return found

    def __iter__(self) -> Iterator[Any]:
        self.check()
        return self

    def __next__(self) -> Any:
        self.check()
        line = self.done("readline")
        if not line:
            raise StopIteration
        budget.spend(len(line))
        return self.value(line)

    def value(self, found: Any) -> Any:
        """What a program gets of what Python's stream gave."""
        return found

    def taken(self, text: Any) -> Any:
        """What Python's stream is given of what a program writes. Raises TypeError."""
        if type(text) is not str:
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        return text

    def write(self, text: Any) -> int:
        """Write a text at the place where the stream is; how many characters it has."""
        self.check(to_write=True)
        given = self.taken(text)
        check_text(self.size + len(given))
        budget.spend(len(given))
        count: int = self.done("write", given)
        self.size += len(given)
        return count

    def writelines(self, lines: Any) -> None:
        """Write texts, one after another, with no ends of lines between them."""
        for line in budget.items(lines):
            self.write(line)

    def tell(self) -> int:
        """The place where the stream is."""
        self._open()
        found: int = self.done("tell")
        return found

    def seek(self, offset: Any, whence: Any = 0) -> int:
        """Go to a place: from the beginning, or with 1 or 2 from here or from the end."""
        self._open()
        offset, whence = _whole(offset), _whole(whence)
        if offset > 0:
            check_text(self.size + min(offset, 1 << 62))
        found: int = self.done("seek", offset, whence)
        self.size = max(self.size, found)
        return found

    def truncate(self, size: Any = None) -> int:
        """Cut off what comes after the place, or after so many characters."""
        self.check(to_write=True)
        found: int = self.done("truncate", *(() if size is None else (_whole(size),)))
        return found

    def _open(self) -> None:
        if self.inner.closed:
            raise ValueError("I/O operation on closed file.")

    def flush(self) -> None:
        """What was written is there already."""
        self._open()

    def close(self) -> None:
        """Close it: nothing can be read or written then."""
        self.inner.close()

    def wrote(self) -> None:
        """Told of what was written besides ``write``."""

    def fileno(self) -> None:
        """Refused: it is none of the system's."""
        raise UnsupportedOperation("fileno")

    def __enter__(self) -> Held:
        self._open()
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()


def _whole(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError(f"argument should be integer or None, not '{type(value).__name__}'")
    return int(value)


@shown_as("_io.StringIO", in_c=True)
class Text(Held):
    """A text in memory."""

    __slots__ = ()

    def __init__(self, initial_value: Any = "", newline: Any = "\n") -> None:
        super().__init__("memory")
        if initial_value is not None and type(initial_value) is not str:
            raise TypeError(f"initial_value must be str or None, not {type(initial_value).__name__}")
        if newline not in (None, "", "\n", "\r", "\r\n"):
            raise ValueError(f"illegal newline value: {newline!r}" if type(newline) is str else "newline is a text")
        self.size = len(initial_value or "")
        check_text(self.size)
        self.mode = "r+"
        self.inner = io.StringIO(initial_value, newline)

    def taken(self, text: Any) -> str:
        if type(text) is not str:
            raise TypeError(f"string argument expected, got '{type(text).__name__}'")
        return text

    def getvalue(self) -> str:
        """The whole text."""
        self.check()
        found: str = self.inner.getvalue()
        budget.spend(len(found))
        return found

    def __repr__(self) -> str:
        return f"<_io.StringIO object at 0x{id(self):x}>"


@shown_as("_io.BytesIO", in_c=True)
class HeldBytes(Held):
    """Bytes in memory, or a value that ``torch.save`` or ``pickle.dump`` has put there."""

    __slots__ = ("holds", "kept_value")

    def __init__(self, initial_bytes: Any = None) -> None:
        super().__init__("memory")
        given = b"" if initial_bytes is None else self.taken(initial_bytes)
        self.size, self.mode, self.inner = len(given), "r+", io.BytesIO(given)
        self.holds = False
        self.kept_value: Any = None

    def keep(self, value: Any) -> None:
        """Hold a value, for ``kept``."""
        self.kept_value, self.holds = value, True
        self.inner.seek(0)
        self.inner.write(b"\x80")

    def kept(self) -> Any:
        """The value that it holds. Raises EOFError where there is none, or at another place than the beginning."""
        if not self.holds or self.inner.tell():
            raise EOFError("Ran out of input" if self.holds else "nothing was saved into this io.BytesIO")
        return self.kept_value

    def taken(self, data: Any) -> bytes:
        if not isinstance(data, BytesLike):
            raise TypeError(f"a bytes-like object is required, not '{type(data).__name__}'")
        return data.data

    def value(self, found: Any) -> Bytes:
        self.plain()
        return Bytes(found)

    def plain(self) -> None:
        """Raises NotImplementedError where a value is held: it has no bytes here."""
        if self.holds:
            raise NotImplementedError("io.BytesIO here keeps what torch.save saves as a value, and no bytes of it")

    def getvalue(self) -> Bytes:
        """All bytes."""
        self.check()
        self.plain()
        return Bytes(self.inner.getvalue())

    def __repr__(self) -> str:
        return f"<_io.BytesIO object at 0x{id(self):x}>"


_METHODS: dict[str, Callable[..., Any]] = {
    "read": Held.read, "readline": Held.readline, "readlines": Held.readlines, "writelines": Held.writelines,
    "tell": Held.tell, "seek": Held.seek, "truncate": Held.truncate, "close": Held.close, "readable": Held.readable,
    "writable": Held.writable, "fileno": Held.fileno,
}  # fmt: skip
for _name, _call in _METHODS.items():
    attributes_of(Held)[_name] = Method(_call, _call.__doc__ or "")
attributes_of(Held)["flush"] = Method(lambda stream: stream.flush(), "Write out what was written.")
attributes_of(Held)["close"] = Method(lambda stream: stream.close(), "Close it.")
attributes_of(Held)["seekable"] = Method(lambda stream: True, "Whether it can go to a place: it can.")
attributes_of(Held)["closed"] = Property(lambda stream: stream.inner.closed, doc="Whether it is closed.")
for _kind in (Text, HeldBytes):
    attributes_of(_kind)["getvalue"] = Method(_kind.getvalue, _kind.getvalue.__doc__ or "")
attributes_of(HeldBytes)["getbuffer"] = Method(HeldBytes.getvalue, "All bytes: a copy.")
CONSTRUCTORS[Text] = Text
CONSTRUCTORS[HeldBytes] = HeldBytes
