"""Where ``logging`` writes messages, and how: formatters, and handlers for streams and files."""

from __future__ import annotations

import time
from typing import Any

from ...api.calls.program_classes import Kind
from ...api.calls.registry import CONSTRUCTORS, Method, Property, attributes_of, namespace
from ...numerics.naming import shown_as
from ..compile.calls import callable_of
from ..values.attribute_lookup import get_attribute
from ..values.budget import check_items
from ..values.open_files import open_
from ..values.streams import current, writer_of
from ..values.text_format import percent_format, str_format, to_repr, to_str

LEVELS = {"NOTSET": 0, "DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}
NAMES = {number: name for name, number in LEVELS.items()}
BASIC = {"%": "%(levelname)s:%(name)s:%(message)s", "{": "{levelname}:{name}:{message}"}
_PLAIN = {"%": "%(message)s", "{": "{message}"}


def level_of(level: Any) -> int:
    """A level as a number. Raises ValueError and TypeError in Python's words."""
    if type(level) is str:
        if level not in LEVELS and level not in ("WARN", "FATAL"):
            raise ValueError(f"Unknown level: {level!r}")
        return LEVELS[{"WARN": "WARNING", "FATAL": "CRITICAL"}.get(level, level)]
    if type(level) is not int:
        raise TypeError(f"Level not an integer or a valid string: {to_repr(level)}")
    return level


@shown_as("logging.LogRecord")
class Message:
    """A message: its text, of which level and of which logger it is, and when it came."""

    __slots__ = ("created", "name", "number", "text", "trace")

    def __init__(self, name: str, number: int, text: str, trace: str) -> None:
        self.name, self.number, self.text, self.trace = name, number, text, trace
        self.created = time.time()

    def fields(self, dates: str) -> dict[str, Any]:
        """What a format may name."""
        stamp = time.strftime(dates or "%Y-%m-%d %H:%M:%S", time.localtime(self.created))
        now = self.created
        return {
            "message": self.text, "name": self.name, "levelname": NAMES.get(self.number, f"Level {self.number}"),
            "levelno": self.number, "asctime": stamp if dates else f"{stamp},{int(now % 1 * 1000):03d}",
            "created": now, "filename": "program", "module": "program", "funcName": "<module>", "lineno": 0,
            "process": 0, "thread": 0, "threadName": "MainThread", "processName": "MainProcess",
            "msecs": now % 1 * 1000, "pathname": "program", "relativeCreated": 0.0,
        }  # fmt: skip


@shown_as("logging.Formatter")
class Formatter:
    """How a message is written."""

    __slots__ = ("dates", "format", "style")

    def __init__(self, fmt: Any = None, datefmt: Any = None, style: Any = "%", validate: Any = True) -> None:
        if style not in ("%", "{"):
            raise ValueError("Style must be one of: %,{")
        self.style, self.dates = style, "" if datefmt is None else to_str(datefmt)
        self.format = _PLAIN[style] if fmt is None else to_str(fmt)

    def written(self, message: Message) -> str:
        """A message as a text."""
        fields = message.fields(self.dates)
        if self.style == "{":
            made = str_format(self.format, **fields)
        else:
            made = percent_format(self.format, fields)
        return made + ("\n" + message.trace.rstrip("\n") if message.trace else "")


@shown_as("logging.StreamHandler")
class StreamHandler:
    """Writes messages into a stream: ``sys.stderr`` unless said."""

    __slots__ = ("formatted", "formatter", "level", "stream")

    def __init__(self, stream: Any = None) -> None:
        self.stream = current("stderr") if stream is None else stream
        self.level, self.formatter = 0, Formatter()
        self.formatted = False  # until somebody says how
        if self.stream is not None:
            writer_of(self.stream)

    def take(self, message: Message) -> None:
        """Write a message, where its level is high enough."""
        if message.number >= self.level and self.stream is not None:
            writer_of(self.stream)(self.formatter.written(message) + "\n")

    def set_level(self, level: Any) -> None:
        """Write messages from this level up."""
        self.level = level_of(level)

    def set_formatter(self, fmt: Any) -> None:
        """Write messages in this way."""
        if not isinstance(fmt, Formatter):
            raise TypeError("setFormatter() takes a logging.Formatter")
        self.formatter, self.formatted = fmt, True

    def flush(self) -> None:
        """Write out what was written."""
        if self.stream is not None:
            callable_of(get_attribute(self.stream, "flush"))()

    def close(self) -> None:
        """Nothing: the stream stays open."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} ({NAMES.get(self.level, f'Level {self.level}')})>"


@shown_as("logging.FileHandler")
class FileHandler(StreamHandler):
    """Writes messages into a file of the folder of ``--files``."""

    __slots__ = ()

    def __init__(self, filename: Any, mode: Any = "a", encoding: Any = None, delay: Any = False) -> None:
        super().__init__(open_(filename, mode, -1, encoding))

    def close(self) -> None:
        """Close the file."""
        self.stream.close()
        self.stream = None


@shown_as("logging.NullHandler")
class NullHandler(StreamHandler):
    """Writes nothing."""

    __slots__ = ()

    def __init__(self, level: Any = 0) -> None:
        super().__init__()
        self.stream = None


def added(handlers: list[Any], handler: Any) -> None:
    """One more handler, where it isn't among them. Raises TypeError for what is none."""
    if not isinstance(handler, StreamHandler):
        derived = " (of a class of your own: print in place of it)" if type(type(handler)) is Kind else ""
        raise TypeError(f"a StreamHandler, FileHandler or NullHandler is needed{derived}")
    if handler not in handlers:
        check_items(len(handlers) + 1)
        handlers.append(handler)


_table = namespace("logging")
for _kind in (StreamHandler, FileHandler, NullHandler, Formatter):
    CONSTRUCTORS[_kind] = _kind
    _table[_kind.__name__] = _kind
_of = attributes_of(StreamHandler)
_of["level"] = Property(lambda handler: handler.level, doc="From which level up it writes.")
_of["stream"] = Property(lambda handler: handler.stream, doc="Where it writes.")
_of["formatter"] = Property(lambda handler: handler.formatter, doc="How it writes.")
_of["setLevel"] = Method(StreamHandler.set_level, "Write messages from this level up.")
_of["setFormatter"] = Method(StreamHandler.set_formatter, "Write messages in this way.")
_of["flush"] = Method(lambda handler: handler.flush(), "Write out what was written.")
_of["close"] = Method(lambda handler: handler.close(), "Close what it opened.")
