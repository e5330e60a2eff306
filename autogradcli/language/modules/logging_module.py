"""``logging``: messages with a level, written to stderr."""

from __future__ import annotations

import time
from typing import Any

from ...api.calls.registry import Method, Property, attributes_of, namespace
from ...engine.state import state
from ...numerics.naming import shown_as
from ..compile.calls import Builtin
from ..values.budget import check_items
from ..values.streams import Stream, written_to
from ..values.text_format import percent_format, str_format, to_repr, to_str
from .entries import entering

_LEVELS = {"NOTSET": 0, "DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}
_NAMES = {number: name for name, number in _LEVELS.items()}
_BASIC = "%(levelname)s:%(name)s:%(message)s"
_table = namespace("logging")
_table |= _LEVELS
_table["WARN"], _table["FATAL"] = 30, 50


class _Setting:
    """How a session writes messages: nothing but the text, from WARNING up, until ``basicConfig``."""

    def __init__(self) -> None:
        self.format, self.style, self.dates = "%(message)s", "%", ""
        self.stream = Stream("stderr")
        self.configured = False
        self.disabled = 0
        self.loggers: dict[str, Logger] = {}
        self.root = self.loggers["root"] = Logger("root", 30)


def _setting() -> _Setting:
    found = state.flags.get("logging")
    if not isinstance(found, _Setting):
        found = state.flags["logging"] = _Setting()
    return found


def _level(level: Any) -> int:
    if type(level) is str:
        if level not in _LEVELS:
            raise ValueError(f"Unknown level: {level!r}")
        return _LEVELS[level]
    if type(level) is not int:
        raise TypeError(f"Level not an integer or a valid string: {to_repr(level)}")
    return level


@shown_as("logging.Logger")
class Logger:
    """What writes messages under a name. Without a level of its own it has that of the logger above it."""

    __slots__ = ("level", "name")

    def __init__(self, name: str, level: int = 0) -> None:
        self.name, self.level = name, level

    def least(self) -> int:
        """The level from which messages are written."""
        loggers, name = _setting().loggers, self.name
        while name and name != "root":
            if name in loggers and loggers[name].level:
                return loggers[name].level
            name = name.rpartition(".")[0]
        return loggers["root"].level

    def write(self, level: Any, msg: Any, *args: Any, exc_info: Any = None, **options: Any) -> None:
        """Write a message of a level, where it is high enough."""
        number, setting = _level(level), _setting()
        if number < self.least() or number <= setting.disabled:
            return
        text = to_str(msg)
        if args:
            text = percent_format(text, args[0] if len(args) == 1 and type(args[0]) is dict else args)
        now = time.time()
        stamp = time.strftime(setting.dates or "%Y-%m-%d %H:%M:%S", time.localtime(now))
        fields = {
            "message": text, "name": self.name, "levelname": _NAMES.get(number, f"Level {number}"), "levelno": number,
            "asctime": stamp if setting.dates else f"{stamp},{int(now % 1 * 1000):03d}", "created": now,
            "filename": "program", "module": "program", "funcName": "<module>", "lineno": 0, "process": 0, "thread": 0,
            "threadName": "MainThread", "processName": "MainProcess", "msecs": now % 1 * 1000, "pathname": "program",
        }  # fmt: skip
        if setting.style == "{":
            setting.stream.write(str_format(setting.format, **fields) + "\n")
        else:
            setting.stream.write(percent_format(setting.format, fields) + "\n")

    def set_level(self, level: Any) -> None:
        """Write messages from this level up."""
        self.level = _level(level)

    def __repr__(self) -> str:
        least = self.least()
        return f"<{'Root' * (self.name == 'root')}Logger {self.name} ({_NAMES.get(least, f'Level {least}')})>"


_methods = attributes_of(Logger)
_methods["name"] = Property(lambda logger: logger.name)
_methods["level"] = Property(lambda logger: logger.level)
_methods["setLevel"] = Method(Logger.set_level)
_methods["log"] = Method(Logger.write)
_methods["isEnabledFor"] = Method(lambda logger, level: _level(level) >= logger.least())
_methods["getEffectiveLevel"] = Method(Logger.least)


def _enter(name: str, number: int) -> None:
    def method(logger: Logger, msg: Any, /, *args: Any, **options: Any) -> None:
        logger.write(number, msg, *args, **options)

    def function(msg: Any, /, *args: Any, **options: Any) -> None:
        if not _setting().configured:
            basicConfig()
        _setting().root.write(number, msg, *args, **options)

    _methods[name] = Method(method)
    _table[name] = Builtin(name, function)


for _name, _number in (
    ("debug", 10),
    ("info", 20),
    ("warning", 30),
    ("error", 40),
    ("exception", 40),
    ("critical", 50),
):
    _enter(_name, _number)


@entering("logging")
def basicConfig(
    *,
    filename: Any = None,
    filemode: Any = "a",
    format: Any = None,
    datefmt: Any = None,
    style: Any = "%",
    level: Any = None,
    stream: Any = None,
    handlers: Any = None,
    force: Any = False,
) -> None:
    """How messages are written, and from which level on: the first call counts. Raises NotImplementedError for a
    file: programs here write none."""
    if filename is not None or handlers is not None:
        raise NotImplementedError("basicConfig() writes to stderr here, or to the stream that it is given")
    if style not in ("%", "{"):
        raise ValueError("Style must be one of: %,{")
    where = None if stream is None else written_to(stream)
    setting = _setting()
    if setting.configured and not force:
        return
    setting.configured, setting.style, setting.dates = True, style, to_str(datefmt or "")
    setting.format = (
        to_str(format) if format is not None else (_BASIC if style == "%" else "{levelname}:{name}:{message}")
    )
    if where is not None:
        setting.stream = where
    if level is not None:
        setting.root.level = _level(level)


@entering("logging")
def getLogger(name: Any = None) -> Logger:
    """The logger of a name, always the same; without one the root."""
    loggers = _setting().loggers
    if name is None or name == "root":
        return loggers["root"]
    if type(name) is not str:
        raise TypeError("A logger name must be a string")
    if name not in loggers:
        check_items(len(loggers) + 1)
        loggers[name] = Logger(name)
    return loggers[name]


@entering("logging")
def disable(level: Any = 50) -> None:
    """Write no messages up to this level."""
    _setting().disabled = _level(level)


@entering("logging")
def getLevelName(level: Any) -> Any:
    """The name of a level, or the level of a name."""
    return _NAMES.get(level, f"Level {to_str(level)}") if type(level) is int else _LEVELS.get(level, f"Level {level}")


_table["Logger"] = Logger
