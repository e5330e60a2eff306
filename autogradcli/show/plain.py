"""Events as PyTorch's own text: a value is its ``repr``, a printed text itself. The rest goes to stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..events import Drawn, Event, Failed, Gradients, Noted, Printed, Value, Warned
from ..language.values.text_format import to_repr
from .echo import echoed
from .errors import error_text, note_text, warning_text
from .stream import Stream
from .whys import why_text

if TYPE_CHECKING:
    from ..why.inquiry import Why
    from .plots import Plots


class Display:
    """How the events of one program are shown. A session's ``emit`` is ``show``.

    ``failure`` is the type of the error that ended the program, "" while there is none; ``first`` the first error.
    """

    __slots__ = ("failure", "first", "out", "plots")

    def __init__(self, out: Stream) -> None:
        self.out = out
        self.failure = ""
        self.first: Failed | None = None
        #: Who shows figures of programs; None where nobody does.
        self.plots: Plots | None = None

    def begin(self) -> None:
        """Before the program."""

    def at_cell(self, number: int) -> None:
        """What comes now is of that cell of a notebook; 0: of none."""

    def show(self, event: Event) -> None:
        """Show an event, at once. Raises what making the text of a value raises, and StreamClosed."""
        raise NotImplementedError

    def answer(self, found: Why) -> None:
        """Show why a gradient is what it is, or where the error comes from: beside what the program shows."""
        raise NotImplementedError

    def end(self, ok: bool, seconds: float) -> None:
        """After the program."""

    def note_failure(self, event: Failed) -> None:
        """Every ``show`` begins so with an error.

        A session makes an event of whatever ends its run, our own closed stream included. That one is no
        error of the program: raised again here, it leaves the session.
        """
        if self.out.closed is not None:
            raise self.out.closed
        self.failure = event.type
        if self.first is None:
            self.first = event


class Plain(Display):
    """PyTorch's text to ``out``, warnings and errors to ``err`` under the program's name."""

    __slots__ = ("err", "file", "program")

    def __init__(self, out: Stream, err: Stream, file: str) -> None:
        super().__init__(out)
        self.err = err
        self.file = self.program = file

    def at_cell(self, number: int) -> None:
        self.file = f"{self.program}:cell {number}" if number else self.program

    def show(self, event: Event) -> None:
        if type(event) is Printed:
            self.out.write(event.text)
        elif type(event) is Value:
            self.out.write(echoed(event.value, self.out.digits) + "\n")
        elif isinstance(event, Failed):
            self.note_failure(event)
            self.err.raw(error_text(event, self.file, self.err))
        elif isinstance(event, Warned):
            self.err.raw(warning_text(event, self.file, self.err))
        elif isinstance(event, Noted):
            self.err.raw(note_text(event, self.err))
        elif isinstance(event, Drawn) and self.plots is not None:
            self.plots.show(event)

    def answer(self, found: Why) -> None:
        self.err.write(why_text(found))


class PlainGradients(Plain):
    """PyTorch's text, and ``x.grad = tensor(6.)`` for each gradient after a ``backward()``."""

    __slots__ = ()

    def show(self, event: Event) -> None:
        if isinstance(event, Gradients):
            for name, tensor in event.leaves:
                self.out.write(named(f"{name}.grad", to_repr(tensor.grad)))
        else:
            super().show(event)


def named(name: str, text: str) -> str:
    """``name = text`` as lines of their own, further ones indented by as much as the first."""
    head = f"{name} = "
    return head + text.replace("\n", "\n" + " " * len(head)) + "\n"
