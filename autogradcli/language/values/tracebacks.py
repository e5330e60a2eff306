"""Where an error was raised, as programs get it: ``error.__traceback__``, the third that ``__exit__`` is told."""

from __future__ import annotations

from types import TracebackType

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


attributes_of(Traceback)["tb_lineno"] = Property(
    lambda traceback: state.line_of(traceback.found), doc="The line in which the outermost call was."
)
attributes_of(Traceback)["tb_next"] = Property(lambda traceback: None, doc="None: the calls are not taken apart.")
