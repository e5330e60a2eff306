"""Events as PyTorch's own text: a value is its ``repr``, a printed text itself. The rest goes to stderr."""

from __future__ import annotations

from typing import Protocol

from ..events import Event, Failed, Printed, Value, Warned
from ..language.text_format import to_repr
from .errors import error_text, warning_text
from .stream import Stream


class Display(Protocol):
    """What a front end needs of a format: one for each program that runs."""

    def begin(self) -> None:
        """Before the program."""

    def show(self, event: Event) -> None:
        """One event, at once. The session's ``emit``. Raises what making the text of a value raises."""

    def end(self, ok: bool, seconds: float) -> None:
        """After the program."""


class Plain:
    """PyTorch's text to ``out``, warnings and errors to ``err`` under the program's name."""

    __slots__ = ("err", "file", "out")

    def __init__(self, out: Stream, err: Stream, file: str) -> None:
        self.out = out
        self.err = err
        self.file = file

    def begin(self) -> None:
        pass

    def show(self, event: Event) -> None:
        kind = event.__class__
        if kind is Printed:
            self.out.write(event.text)  # type: ignore[union-attr]
        elif kind is Value:
            self.out.write(to_repr(event.value) + "\n")  # type: ignore[union-attr]
        elif kind is Failed:
            self.err.raw(error_text(event, self.file, self.err))  # type: ignore[arg-type]
        elif kind is Warned:
            self.err.raw(warning_text(event, self.file, self.err))  # type: ignore[arg-type]

    def end(self, ok: bool, seconds: float) -> None:
        pass
