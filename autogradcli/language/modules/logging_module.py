"""``logging``: messages with a level, written to stderr."""

from __future__ import annotations

from typing import Any

from ...api.calls.registry import Method, Property, attributes_of, namespace
from ...engine.state import state
from ...numerics.naming import shown_as
from ..compile.calls import Builtin
from ..values.budget import budget, check_items
from ..values.foreign import entering as as_value
from ..values.text_format import percent_format, to_str
from .entries import entering
from .logging_handlers import (
    BASIC,
    LEVELS,
    NAMES,
    FileHandler,
    Formatter,
    Message,
    StreamHandler,
    added,
    level_of,
)
from .sys_module import exception
from .traceback_module import format_exception

_table = namespace("logging")
_table |= LEVELS
_table["WARN"], _table["FATAL"] = 30, 50


class _Setting:
    """The loggers of a session; without handlers messages from WARNING up go to stderr, as texts alone."""

    def __init__(self) -> None:
        self.disabled = 0
        self.loggers: dict[str, Logger] = {}
        self.root = self.loggers["root"] = Logger("root", 30)


def _setting() -> _Setting:
    found = state.flags.get("logging")
    if not isinstance(found, _Setting):
        found = state.flags["logging"] = _Setting()
    return found


@shown_as("logging.Logger")
class Logger:
    """What writes messages under a name. Without a level of its own it has that of the logger above it."""

    __slots__ = ("disabled", "handlers", "level", "name", "propagate")

    def __init__(self, name: str, level: int = 0) -> None:
        self.name, self.level = name, level
        self.handlers: list[Any] = []
        self.propagate: Any = True
        self.disabled: Any = False

    def parent(self) -> Logger | None:
        """The logger above it: the nearest whose name is the beginning of this one's, else the root."""
        setting, name = _setting(), self.name
        if self is setting.root:
            return None
        while "." in name:
            name = name.rpartition(".")[0]
            if name in setting.loggers:
                return setting.loggers[name]
        return setting.root

    def above(self, *, asked: bool = False) -> list[Logger]:
        """The logger and those above it; ``asked``: those that are handed its messages."""
        found: list[Logger] = []
        one: Logger | None = self
        while one is not None:
            found.append(one)
            one = one.parent() if one.propagate or not asked else None
        return found

    def least(self) -> int:
        """The level from which messages are written."""
        return next((one.level for one in self.above() if one.level), 0)

    def takers(self) -> list[Any]:
        """The handlers of its messages."""
        return [handler for one in self.above(asked=True) for handler in one.handlers]

    def write(self, level: Any, msg: Any, *args: Any, exc_info: Any = None, **options: Any) -> None:
        """Write a message of a level, where it is high enough."""
        number = level_of(level)
        if self.disabled or number < self.least() or number <= _setting().disabled:
            return
        text = to_str(msg)
        if args:
            text = percent_format(text, args[0] if len(args) == 1 and type(args[0]) is dict and args[0] else args)
        error = as_value(exc_info) if isinstance(exc_info, BaseException) else exception() if exc_info else None
        message = Message(self.name, number, text, "" if error is None else "".join(format_exception(error)))
        takers = self.takers()
        for handler in takers:
            handler.take(message)
        if not takers and number >= LEVELS["WARNING"]:
            StreamHandler().take(message)

    def set_level(self, level: Any) -> None:
        """Write messages from this level up."""
        self.level = level_of(level)

    def add_handler(self, hdlr: Any) -> None:
        """Hand messages to one more."""
        added(self.handlers, hdlr)

    def remove_handler(self, hdlr: Any) -> None:
        """Hand messages to it no more."""
        self.handlers[:] = [each for each in self.handlers if each is not hdlr]

    def child(self, suffix: Any) -> Logger:
        """The logger of a name below this one's."""
        name = to_str(suffix)
        return getLogger(name if self is _setting().root else f"{self.name}.{name}")

    def __repr__(self) -> str:
        least = self.least()
        return f"<{'Root' * (self.name == 'root')}Logger {self.name} ({NAMES.get(least, f'Level {least}')})>"


def _set(name: str) -> Any:
    def change(logger: Logger, value: Any) -> None:
        if name == "propagate":
            logger.propagate = value
        else:
            logger.disabled = value

    return change


_methods = attributes_of(Logger)
_methods["name"] = Property(lambda logger: logger.name)
_methods["level"] = Property(lambda logger: logger.level, Logger.set_level)
_methods["parent"] = Property(Logger.parent, doc="The logger above it.")
_methods["handlers"] = Property(lambda logger: logger.handlers, doc="What its messages are handed to.")
_methods["propagate"] = Property(
    lambda logger: logger.propagate, _set("propagate"), doc="Whether those above write, too."
)
_methods["disabled"] = Property(lambda logger: logger.disabled, _set("disabled"), doc="Whether it writes nothing.")
_methods["addHandler"] = Method(Logger.add_handler)
_methods["removeHandler"] = Method(Logger.remove_handler)
_methods["getChild"] = Method(Logger.child)
_methods["hasHandlers"] = Method(lambda logger: bool(logger.takers()))
_methods["setLevel"] = Method(Logger.set_level)
_methods["log"] = Method(Logger.write)
_methods["isEnabledFor"] = Method(lambda logger, level: level_of(level) >= logger.least())
_methods["getEffectiveLevel"] = Method(Logger.least)


def _enter(name: str, number: int) -> None:
    traced = {"exc_info": True} if name == "exception" else {}

    def method(logger: Logger, msg: Any, /, *args: Any, **options: Any) -> None:
        logger.write(number, msg, *args, **{**traced, **options})

    def function(msg: Any, /, *args: Any, **options: Any) -> None:
        if not _setting().root.handlers:
            basicConfig()
        _setting().root.write(number, msg, *args, **{**traced, **options})

    _methods[name] = Method(method)
    _table[name] = Builtin(name, function)


for _name, _number in (
    ("debug", 10),
    ("info", 20),
    ("warning", 30),
    ("warn", 30),
    ("error", 40),
    ("exception", 40),
    ("critical", 50),
    ("fatal", 50),
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
    encoding: Any = None,
    force: Any = False,
) -> None:
    """How messages are written, and from which level on: the first call counts. A file is one of the folder of
    ``--files``."""
    if style not in ("%", "{"):
        raise ValueError("Style must be one of: %,{")
    if handlers is not None and (stream is not None or filename is not None):
        raise ValueError("'stream' or 'filename' should not be specified together with 'handlers'")
    if stream is not None and filename is not None:
        raise ValueError("'stream' and 'filename' should not be specified together")
    root = _setting().root
    if force:
        root.handlers.clear()
    if not root.handlers:
        if handlers is not None:
            made = budget.items(handlers)
        else:
            made = [StreamHandler(stream) if filename is None else FileHandler(filename, filemode, encoding)]
        how = Formatter(BASIC[style] if format is None else format, datefmt, style)
        for handler in made:
            added(root.handlers, handler)
            if not handler.formatted:
                handler.set_formatter(how)
        if level is not None:
            root.level = level_of(level)


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
    _setting().disabled = level_of(level)


@entering("logging")
def getLevelName(level: Any) -> Any:
    """The name of a level, or the level of a name."""
    return NAMES.get(level, f"Level {to_str(level)}") if type(level) is int else LEVELS.get(level, f"Level {level}")


_table["Logger"] = Logger
