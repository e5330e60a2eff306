"""``:graph``: the picture of a tensor of the session, with what the session's program, run again, tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine.tensor import Tensor
from ..language.compile.evaluate import evaluate
from ..recorded import Program, inside
from ..show.escape import escape_line
from ..show.graph.answer import MOST_OPERATIONS, picture, picture_of, told, written
from ..show.graph.graph_options import Wanted
from .commands.table import CommandError
from .interruptible import Failure, value_of, within
from .replayed import alike, replay

if TYPE_CHECKING:
    from .commands.prompt import Prompt

#: Why a picture has no shapes and no lines.
_OTHER = "no shapes and no lines: the session's program, run again, gives something else"


def graph(prompt: Prompt, argument: str, wanted: Wanted) -> str:
    """The picture as text, in the form that is wanted. Raises CommandError, Failure."""
    session = prompt.session
    before = prompt.steps.snapshot()
    try:
        value = value_of(prompt.interrupts, argument)
        if not isinstance(value, Tensor):
            raise CommandError(f"{escape_line(argument)} is no tensor but a {type(value).__name__}")
        if not value.requires_grad:
            raise CommandError(f"{escape_line(argument)} has no history: nothing in it requires grad")
        return _replayed(prompt, argument, value, wanted) or _at_hand(prompt, argument, value, wanted)
    finally:
        before.restore(session)


def _replayed(prompt: Prompt, argument: str, value: Tensor, wanted: Wanted) -> str:
    """From the session's program; "" where that gives something else."""
    made: list[str] = []

    def read(program: Program) -> None:
        def say() -> str:
            prelude = program.session.prelude
            return told(program, argument, lambda lines, text, values: evaluate(lines, text, values, prelude))

        def work() -> None:
            made.append(written(picture_of(program, wanted), wanted, prompt.width, say))

        again = program.value
        if alike(again, value) and again.requires_grad and again.is_leaf == value.is_leaf:
            inside(program.session, work)

    try:
        replay(prompt, argument, read, limit=MOST_OPERATIONS)
    except Failure as failure:
        if failure.event.type == "KeyboardInterrupt":
            raise
    except CommandError:
        pass  # then there is nothing to be known but the graph itself
    return made[0] if made else ""


def _at_hand(prompt: Prompt, argument: str, value: Tensor, wanted: Wanted) -> str:
    """From the tensor itself."""
    made: list[Any] = []

    def work() -> None:
        found = picture(value, argument, dict(prompt.session.variables), wanted)
        found.notes.append(_OTHER)
        made.append(written(found, wanted, prompt.width, str))

    try:
        within(prompt.interrupts, work, argument)
    except ValueError as error:
        raise CommandError(escape_line(str(error))) from None
    text: str = made[0]
    return text
