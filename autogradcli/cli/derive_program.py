"""``derive`` of a program: several statements, a file and a name in it, the standard input."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from ..engine import dtypes
from ..events import Failed
from ..language.errors import failed
from ..language.read.syntax import Source, parse
from ..session import Session
from ..show.formulas import Answer, answer, print_answer
from . import sessions
from .environment import Environment, UnreadableError

if TYPE_CHECKING:
    from ..show.plain import Display
    from ..show.wanted import Wanted
    from .request import Request

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


def derive(session: Session, request: Request, environment: Environment, display: Display, wanted: Wanted) -> bool:
    """Show the gradients of a program's result; False if something went wrong, which is shown then."""
    meant = asked_of(request.expression)
    text, name, file = request.expression, "", ""
    if meant is not None:
        file, name = meant
        try:
            text = environment.read_text(file)
        except (OSError, UnreadableError) as error:
            asked = sessions.open_display(request.format_, environment, file, batch=False)
            asked.show(sessions.unreadable(error))
            asked.end(False, 0.0)
            return False
    dtype = dtypes.NAMES[request.dtype or "float32"]
    if not sessions.leaves(session, request.variables, dtype, request.format_, environment):
        return False
    if file:
        display = sessions.open_display(request.format_, environment, "<stdin>" if file == "-" else file, batch=False)
    made = _Program(session, request, environment, text, name).answer(wanted)
    if isinstance(made, Failed):
        display.show(made)
        if file:
            display.end(False, 0.0)
    elif made is not None:
        print_answer(made, request.format_, display)
    return isinstance(made, Answer)


class _Program(NamedTuple):
    session: Session
    request: Request
    environment: Environment
    text: str
    name: str

    def answer(self, wanted: Wanted) -> Answer | Failed | None:
        """What ``derive`` answers, or what went wrong; None if that was said already."""
        from ..explain.derivation import NoFormula
        from ..language.compile.evaluate import evaluate
        from ..recorded import ProgramError, inside, play, split, subject

        session, request = self.session, self.request
        try:
            parts = None if self.name else split(self.text)
        except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
            return failed(error, Source(self.text), session.variables, session.prelude)
        if parts is None and not self.name:
            return sessions.about(self.text, "ValueError", NO_RESULT)
        before, asked, line = (self.text, self.name, None) if parts is None else parts
        made: list[Answer] = []
        try:
            program = play(session, [before], asked, line=line)
            start = None
            if request.gradient is not None:
                ok, start = sessions.evaluated(
                    session, "gradient", request.gradient, request.format_, self.environment, "--gradient"
                )
                if not ok:
                    return None
            given = [name for name, _ in request.variables]

            def work() -> None:
                found = answer(
                    request.expression,
                    subject(program, start, given),
                    evaluate=lambda lines, text, values: evaluate(lines, text, values, session.prelude),
                    wanted=wanted,
                )
                made.append(found)

            inside(session, work)
        except ProgramError as error:
            return error.event
        except NoFormula as error:
            return sessions.about(asked, "NoFormula", str(error))
        except ValueError as error:
            return sessions.about(asked, "ValueError", str(error))
        return made[0]
