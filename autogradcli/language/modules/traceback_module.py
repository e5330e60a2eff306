"""``traceback``: an error and where it came from, as text."""

from __future__ import annotations

from typing import Any

from ...api.calls.registry import namespace
from ...numerics.naming import short_name
from ..compile.call_stack import lines_of, running_lines
from ..compile.calls import Builtin
from ..values.foreign import entering as as_value
from ..values.streams import Stream
from ..values.text_format import to_str
from ..values.tracebacks import Traceback
from .entries import entering
from .sys_module import exception

_HEADER = "Traceback (most recent call last):\n"
_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"
#: Errors behind an error that are told.
_MOST = 10


def _last(error: BaseException) -> str:
    kind = type(error)
    home = kind.__module__
    name = short_name(kind) if home in ("builtins", "__main__") else f"{home}.{short_name(kind)}"
    text = to_str(error)
    return f"{name}: {text}\n" if text else f"{name}\n"


def _calls(found: Any) -> list[str]:
    return [
        f'  File "{file}", line {line}, in {name}\n' + (f"    {text}\n" if text else "")
        for file, line, name, text in lines_of(found)
    ]


def _lines(error: BaseException, chain: bool, room: int = _MOST) -> list[str]:
    found: list[str] = []
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if chain and before is not None and room:
        found = [*_lines(as_value(before), chain, room - 1), _CAUSE if error.__cause__ is not None else _CONTEXT]
    if error.__traceback__ is not None:
        found += [_HEADER, *_calls(error.__traceback__)]
    return [*found, _last(error)]


def _given(exc: Any, value: Any) -> BaseException | None:
    """The error among the arguments: ``(error)`` or ``(class, error, traceback)``."""
    error = exc if value is None else value
    if error is not None and not isinstance(error, BaseException):
        raise TypeError(f"Exception expected for value, {type(error).__name__} found")
    return error


@entering("traceback")
def format_exc(limit: Any = None, chain: Any = True) -> str:
    """The error that is being dealt with, as Python writes one that ends a program."""
    error = exception()
    return "NoneType: None\n" if error is None else "".join(_lines(error, bool(chain)))


@entering("traceback")
def print_exc(limit: Any = None, file: Any = None, chain: Any = True) -> None:
    """Write ``format_exc()`` to a stream, by itself to stderr."""
    write_to(file, format_exc(limit, chain))


@entering("traceback")
def format_exception(exc: Any, /, value: Any = None, tb: Any = None, limit: Any = None, chain: Any = True) -> list[str]:
    """An error as Python writes one that ends a program, in pieces."""
    error = _given(exc, value)
    return ["NoneType: None\n"] if error is None else _lines(error, bool(chain))


@entering("traceback")
def print_exception(
    exc: Any, /, value: Any = None, tb: Any = None, limit: Any = None, file: Any = None, chain: Any = True
) -> None:
    """Write ``format_exception(error)`` to a stream, by itself to stderr."""
    write_to(file, "".join(format_exception(exc, value, tb, limit, chain)))


@entering("traceback")
def format_exception_only(exc: Any, /, value: Any = None) -> list[str]:
    """The last line alone: the class of an error and what it says."""
    error = _given(exc, value)
    return ["NoneType: None\n"] if error is None else [_last(error)]


@entering("traceback")
def format_tb(tb: Any, limit: Any = None) -> list[str]:
    """The calls of a traceback, in pieces."""
    return _calls(tb.found) if type(tb) is Traceback else []


@entering("traceback")
def print_tb(tb: Any, limit: Any = None, file: Any = None) -> None:
    """Write ``format_tb(tb)`` to a stream, by itself to stderr."""
    write_to(file, "".join(format_tb(tb)))


@entering("traceback")
def format_stack(f: Any = None, limit: Any = None) -> list[str]:
    """The calls that are under way, in pieces."""
    lines = running_lines().split("\n")
    return [f"{first}\n{second}\n" for first, second in zip(lines[::2], lines[1::2])]


@entering("traceback")
def print_stack(f: Any = None, limit: Any = None, file: Any = None) -> None:
    """Write the calls that are under way to a stream, by itself to stderr."""
    write_to(file, "".join(format_stack()))


def write_to(file: Any, text: str) -> None:
    """Write a text to a stream, with None to stderr."""
    from ..values.builtins import BUILTINS

    if file is None:
        Stream("stderr").write(text)
    else:
        print_: Builtin = BUILTINS["print"]
        print_(text, end="", file=file)


namespace("traceback")
