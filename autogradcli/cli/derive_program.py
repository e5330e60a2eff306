"""``derive`` of a program: several statements, a file and a name in it, the standard input."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from ..engine import dtypes
from ..events import Failed
from ..language.errors import failed
from ..language.read.syntax import Source, parse
from ..session import Session
from . import sessions
from .environment import Environment, UnreadableError

if TYPE_CHECKING:
    from ..explain.derived import Shown
    from ..show.plain import Display
    from .gradients import Request

#: What a file of a program ends in.
ENDINGS = (".py", ".ag")
NO_RESULT = "the program must end in a bare expression, or a name after a colon say what is asked: FILE:NAME"


class Asked(NamedTuple):
    """A program and what is asked of it."""

    file: str
    text: str
    name: str
    """"" for the bare expression at the end."""


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
    """Whether an argument of ``derive`` is more than one expression."""
    if asked_of(expression) is not None:
        return True
    try:
        body = parse(expression).body
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        return False  # which is said when it is evaluated
    return len(body) > 1


def formulas(session: Session, request: Request, environment: Environment, display: Display) -> Shown | None:
    """The gradients of a program's result; None if something went wrong, which is shown."""
    wanted = asked_of(request.expression)
    text, name, file = request.expression, "", ""
    if wanted is not None:
        file, name = wanted
        try:
            text = environment.read_text(file)
        except (OSError, UnreadableError) as error:
            asked = sessions.open_display(request.format_, environment, file, batch=False)
            asked.show(sessions.unreadable(error))
            asked.end(False, 0.0)
            return None
    if not sessions.leaves(
        session, request.variables, dtypes.NAMES[request.dtype or "float32"], request.format_, environment
    ):
        return None
    if file:
        display = sessions.open_display(request.format_, environment, "<stdin>" if file == "-" else file, batch=False)
    problem = _Program(session, request, environment, display, text, name).run()
    if isinstance(problem, Failed):
        display.show(problem)
        if file:
            display.end(False, 0.0)
        return None
    return problem


class _Program(NamedTuple):
    session: Session
    request: Request
    environment: Environment
    display: Display
    text: str
    name: str

    def run(self) -> Shown | Failed | None:
        from ..explain.derivation import NoFormula
        from ..recorded import ProgramError, play, split
        from ..recorded import formulas as of_program

        session, request = self.session, self.request
        try:
            parts = None if self.name else split(self.text)
        except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
            return failed(error, Source(self.text), session.variables, session.prelude)
        if parts is None and not self.name:
            return sessions.about(self.text, "ValueError", NO_RESULT)
        before, asked, line = (self.text, self.name, None) if parts is None else parts
        try:
            program = play(session, [before], asked, line=line)
            start = None
            if request.gradient is not None:
                ok, start = sessions.evaluated(
                    session, "gradient", request.gradient, request.format_, self.environment, "--gradient"
                )
                if not ok:
                    return None
            shown = of_program(program, start)
        except ProgramError as error:
            return error.event
        except NoFormula as error:
            return sessions.about(asked, "NoFormula", str(error))
        said = {name for name, _ in shown.gradients} | set(shown.missing)
        given = [(name, "None") for name, _ in request.variables if name not in said]
        return shown._replace(gradients=[*shown.gradients, *given])
