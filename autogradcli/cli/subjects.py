"""An expression or statements that end in one, as a value and as a function of its variables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..events import Event, Failed, Gradients, Value
from ..language.compile.evaluate import evaluate_after
from ..language.errors import failed
from ..language.read.syntax import Source
from ..recorded import split
from ..session import Session
from ..show.plain import Display
from . import playing, sessions
from .environment import Environment, UnreadableError
from .named_values import Named, mended
from .request import Request


class Text(NamedTuple):
    """Statements, and the expression at their end."""

    before: str
    asked: str
    line: int = 1


def read(request: Request, session: Session, display: Display, environment: Environment) -> Text | None:
    """What a request's expression says: it may be several statements, ``FILE:NAME`` or ``-``. None if that can't be
    read, which is shown then."""
    meant = playing.asked_of(request.expression)
    text = request.expression
    if meant is None and not playing.is_program(text):
        return Text("", text)
    try:
        if meant is not None:
            text = environment.read_text(meant[0])
            if meant[1]:
                return Text(text, meant[1], text.count("\n") + 1)
        parts = split(text)
    except (OSError, UnreadableError) as error:
        display.show(sessions.unreadable(error))
        return None
    except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
        display.show(failed(error, Source(text), session.variables, session.prelude))
        return None
    if parts is None:
        display.show(sessions.about(text, "ValueError", playing.NO_RESULT))
        return None
    return Text(*parts)


def value_of(session: Session, text: Text, request: Request, named: Named, display: Display) -> tuple[bool, Any]:
    """The value, and whether there is one: what goes wrong is shown."""

    def show(event: Event) -> None:
        if isinstance(event, Failed):
            sessions.refused(display, mended(event, request, named))
        elif not isinstance(event, Value | Gradients):
            display.show(event)

    if text.before and not session.run(text.before, show):
        if display.failure == "KeyboardInterrupt":
            raise KeyboardInterrupt
        return False, None
    return sessions.value_of(
        session, text.asked, display, line=text.line, mend=lambda error: mended(error, request, named)
    )


def function_of(session: Session, text: Text, names: Sequence[str]) -> Callable[..., Any]:
    """The value as a function of the variables of these names, within a run of the session."""

    def call(*values: Any) -> Any:
        given = {**session.variables, **dict(zip(names, values, strict=True))}
        return evaluate_after(text.before, text.asked, given, session.prelude)

    return call
