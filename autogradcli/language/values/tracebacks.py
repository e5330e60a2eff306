"""Where an error was raised, as programs get it: ``error.__traceback__``, the third that ``__exit__`` is told."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from ...api.calls.registry import Property, attributes_of
from ...engine.state import state
from ...numerics.naming import shown_as


@shown_as("traceback")
class Traceback:
    """A value that only says that, and in which line, something was raised."""

    __slots__ = ("found",)

    def __init__(self, found: TracebackType | None) -> None:
        self.found = found

    def __repr__(self) -> str:
        return f"<traceback object at {id(self):#x}>"


def traceback_of(error: BaseException | None) -> Traceback | None:
    """The traceback of an error as a value; None where it was never raised."""
    found = None if error is None else error.__traceback__
    return None if found is None else Traceback(found)


def lines_of(found: TracebackType | None) -> list[tuple[str, int, str, str]]:
    """(file, line, function, the program's line) of each call, the innermost last, as Python's tracebacks have them."""
    from ..errors import calls_of

    return [
        (state.file, place.extent().line, name or "<module>", place.source.line(place.extent().line).strip())
        for place, name in calls_of(found)
    ]


def _line(traceback: Traceback) -> int:
    lines = lines_of(traceback.found)
    return lines[0][1] if lines else 0


attributes_of(Traceback)["tb_lineno"] = Property(_line, doc="The line in which the outermost call was.")
attributes_of(Traceback)["tb_next"] = Property(lambda traceback: None, doc="None: the calls are not taken apart.")


def with_traceback(error: BaseException, traceback: Any) -> BaseException:
    """The error itself: where it was raised stays what it is."""
    return error
