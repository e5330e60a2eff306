"""Arguments that may be an expression, several statements, a file and a name in it, or the standard input."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ..events import Failed
from ..language.errors import failed
from ..language.read.syntax import Source, parse
from ..session import Session
from . import sessions
from .environment import Environment, UnreadableError
from .named_values import bind, mended

if TYPE_CHECKING:
    from ..recorded import Program
    from ..show.plain import Display
    from .request import Request

#: What stands for the file in front of an error in an expression, and in ``--gradient``.
EXPRESSION = "<expression>"
GRADIENT = "--gradient"
#: What a file of a program ends in.
ENDINGS = (".py", ".ag")
NO_RESULT = "the program must end in a bare expression, or a name after a colon say what is asked: FILE:NAME"


class Played(NamedTuple):
    """A program that ran, written down, with the value that was asked of it."""

    program: Program
    start: Any
    """The gradient to start from; None for 1."""
    display: Display


def asked_of(expression: str) -> tuple[str, str] | None:
    """The file and the name where an argument means a file: ``net.py``, ``net.py:loss``, ``-``, ``-:loss``."""
    file, colon, name = expression.rpartition(":")
    if not colon:
        file, name = expression, ""
    if colon and not name.isidentifier():
        return None
    if file == "-" or (file.endswith(ENDINGS) and (os.path.exists(file) or ("\n" not in file and " " not in file))):
        return file, name
    return None


def is_program(expression: str) -> bool:
    """Whether an argument is more than one expression."""
    if asked_of(expression) is not None:
        return True
    try:
        body = parse(expression).body
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        return False  # which is said when it is evaluated
    return len(body) > 1


def play(session: Session, request: Request, environment: Environment, limit: int | None = None) -> Played | None:
    """Run what a request asks of, be it an expression, statements that end in one, or a name in a file, under a
    recording; the request's variables are leaves. ``limit``: how many operations are written down. None if something
    went wrong, which is shown then."""
    meant = asked_of(request.expression)
    file, name = meant or ("", "")
    title = "<stdin>" if file == "-" else file or EXPRESSION
    display = sessions.open_display(request.format_, environment, title, batch=False)

    def problem(event: Failed) -> None:
        display.show(event)
        display.end(False, 0.0)

    try:
        text = environment.read_text(file) if file else request.expression
    except (OSError, UnreadableError) as error:
        problem(sessions.unreadable(error))
        return None
    named = bind(session, request, environment)
    if named is None:
        return None
    program = _run(session, text, name, limit)
    if isinstance(program, Failed):
        sessions.refused(display, mended(program, request, named))
        display.end(False, 0.0)
        return None
    start = None
    if request.gradient is not None:
        ok, start = sessions.evaluated(session, "gradient", request.gradient, request.format_, environment, GRADIENT)
        if not ok:
            return None
    return Played(program, start, display)


def _run(session: Session, text: str, name: str, limit: int | None) -> Program | Failed:
    from .. import recorded

    try:
        parts = None if name else recorded.split(text)
    except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
        return failed(error, Source(text), session.variables, session.prelude)
    if parts is None and not name:
        return sessions.about(text, "ValueError", NO_RESULT)
    before, asked, line = (text, name, None) if parts is None else parts
    try:
        return recorded.play(session, [before], asked, line=line, limit=limit or recorded.MOST_OPERATIONS)
    except recorded.ProgramError as error:
        return error.event


def within(played: Played, work: Callable[[], None]) -> bool:
    """Do something under the modes and bounds of the program's session; False if it failed, which is shown then."""
    from .. import recorded

    asked, display = played.program.asked, played.display
    try:
        recorded.inside(played.program.session, work)
    except recorded.ProgramError as error:
        display.show(error.event)
    except recorded.NoFormula as error:
        display.show(sessions.about(asked, "NoFormula", str(error)))
    except ValueError as error:
        display.show(sessions.about(asked, "ValueError", str(error)))
    else:
        return True
    return False
