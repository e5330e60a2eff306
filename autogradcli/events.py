"""What happens while a program runs. A session emits these; ``show/`` turns them into text.

``line`` and ``column`` count from 1 and are the program's own. Nothing here prints. They are named tuples
because ``dataclasses`` would add milliseconds to every start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .engine.tensor import Tensor
from .numerics.records import Record


class Printed(Record):
    """Text that the program wrote with ``print``, line ends included."""

    line: int
    text: str


class Value(Record):
    """The value of a bare expression. ``source`` is its own text in the program."""

    line: int
    source: str
    value: object


class Gradients(Record):
    """After a ``backward()``: the named leaves whose ``.grad`` it changed, in order of their names' making."""

    line: int
    leaves: Sequence[tuple[str, Tensor]]


class Warned(Record):
    line: int
    category: str
    message: str


class Call(Record):
    """A call that led to an error: its place, its line, and the function that it stands in ("" for none)."""

    line: int
    column: int
    end_column: int
    text: str
    function: str


class Failed(Record):
    """The error that ended the program (or the statement, in a REPL).

    ``message`` is what Python and PyTorch say, to the character; ``hint`` is ours ("did you mean ...?").
    ``text`` is the program's line, for the caret under ``column`` to ``end_column``.
    """

    line: int
    column: int
    end_column: int
    type: str
    message: str
    text: str
    hint: str = ""
    calls: tuple[Call, ...] = ()
    """The calls that led there, the first one first; none where no function of the program was running."""
    function: str = ""
    """The function of the program that the error is in."""


class Noted(Record):
    """What is surprising about gradients after a ``backward()``, and what to do next; at most one of a run.

    ``of`` is the gradient (``x.grad``), ``kind`` is ``nan``, ``inf``, ``none``, ``zero`` or ``sum``.
    """

    line: int
    of: str
    kind: str
    text: str


class Drawn(Record):
    """Figures of the program's are to be shown, or one to be written to a file of that name; "" to show them."""

    line: int
    figures: Sequence[Any]
    file: str


Event = Printed | Value | Gradients | Warned | Failed | Noted | Drawn
Emit = Callable[[Event], None]
