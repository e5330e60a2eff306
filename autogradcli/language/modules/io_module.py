"""``io``: ``StringIO``, a text that ``print`` writes to, and ``BytesIO``, where ``torch.save`` keeps a value."""

from __future__ import annotations

from typing import Any

from ...api.calls.registry import CONSTRUCTORS, Method, attributes_of, namespace
from ...api.nn.kept_files import BUFFERS
from ...numerics.naming import shown_as
from ..compile.calls import Builtin
from ..values.budget import check_text
from ..values.streams import Stream


@shown_as("_io.StringIO", in_c=True)
class Text(Stream):
    """A text in memory."""

    __slots__ = ("at", "text")

    def __init__(self, initial_value: Any = "", newline: Any = "\n") -> None:
        super().__init__("memory")
        self.text = _checked("initial_value", initial_value)
        self.at = 0

    def write(self, text: Any) -> int:
        """Write a text; how many characters it has."""
        text = _checked("string argument", text)
        check_text(len(self.text) + len(text))
        self.text = self.text[: self.at] + text + self.text[self.at + len(text) :]
        self.at += len(text)
        return len(text)

    def __repr__(self) -> str:
        return f"<_io.StringIO object at 0x{id(self):x}>"


def _checked(what: str, value: Any) -> str:
    if type(value) is not str:
        raise TypeError(f"{what} must be str or None, not {type(value).__name__}")
    check_text(len(value))
    return value


def _read(stream: Any, size: Any = -1) -> str:
    """The text from the place where reading is, all of it or so many characters."""
    end = len(stream.text) if type(size) is not int or size < 0 else stream.at + size
    found: str = stream.text[stream.at : end]
    stream.at = min(end, len(stream.text))
    return found


def _readline(stream: Any) -> str:
    """The next line, with its end."""
    found = stream.text.find("\n", stream.at)
    return _read(stream, -1 if found < 0 else found + 1 - stream.at)


def _seek(stream: Any, offset: Any = 0, whence: Any = 0) -> int:
    """Read and write from a place on."""
    if type(offset) is not int or offset < 0:
        raise ValueError(f"Negative seek position {offset}" if type(offset) is int else "seek() needs a whole number")
    stream.at = min(offset, len(stream.text)) if isinstance(stream, Text) else offset
    return offset


@shown_as("_io.BytesIO", in_c=True)
class Bytes:
    """A place in memory where ``torch.save`` keeps a value and ``torch.load`` finds it."""

    __slots__ = ("at", "holds", "value")

    def __init__(self) -> None:
        self.holds = False
        self.value: Any = None
        self.at = 0

    def keep(self, value: Any) -> None:
        self.value, self.holds, self.at = value, True, 1

    def kept(self) -> Any:
        if not self.holds or self.at:
            raise EOFError("Ran out of input" if self.holds else "nothing was saved into this io.BytesIO")
        return self.value

    def __repr__(self) -> str:
        return f"<_io.BytesIO object at 0x{id(self):x}>"


def _no_bytes(*args: Any, **kwargs: Any) -> Any:
    raise NotImplementedError("io.BytesIO here keeps what torch.save saves, and no bytes")


BUFFERS.add(Bytes)
CONSTRUCTORS[Text] = lambda initial_value="", newline="\n": Text(initial_value, newline)
CONSTRUCTORS[Bytes] = lambda: Bytes()
for _kind in (Text, Bytes):
    attributes_of(_kind)["seek"] = Method(_seek, _seek.__doc__ or "")
    attributes_of(_kind)["close"] = Method(lambda stream: None, "Nothing: it is memory.")
attributes_of(Text)["write"] = Method(Text.write, Text.write.__doc__ or "")
attributes_of(Text)["read"] = Method(_read, _read.__doc__ or "")
attributes_of(Text)["readline"] = Method(_readline, _readline.__doc__ or "")
attributes_of(Text)["getvalue"] = Method(lambda stream: stream.text, "The whole text.")
for _name in ("read", "write", "getvalue", "getbuffer"):
    attributes_of(Bytes)[_name] = Method(_no_bytes, "Refused: it keeps what torch.save saves.")


def _open(*args: Any, **kwargs: Any) -> Any:
    raise NotImplementedError(
        "open() isn't here: programs here reach no files; the options --load and --save of the command read and write "
        "tensors"
    )


_table = namespace("io")
_table |= {"StringIO": Text, "BytesIO": Bytes, "open": Builtin("open", _open)}
