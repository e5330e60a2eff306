"""What ``graph`` does with a program."""

from __future__ import annotations

from ..data.drafts import write_atomically
from ..session import Session
from ..show.graph.answer import MOST_OPERATIONS, picture_of, told, written
from ..show.graph.graph_options import Wanted
from ..show.stream import terminal_size
from . import playing, sessions
from .environment import Environment
from .gradients import not_differentiable
from .request import Request

#: Columns where nobody says how many there are.
WIDTH = 120


def show(session: Session, request: Request, environment: Environment, wanted: Wanted) -> bool:
    """Show or write the picture; False if something went wrong, which is shown then."""
    played = playing.play(session, request, environment, MOST_OPERATIONS)
    if played is None:
        return False
    program, display = played.program, played.display
    problem = not_differentiable(program.asked, program.value, "")
    if problem is not None:
        display.show(problem)
        display.end(False, 0.0)
        return False
    out = environment.out
    width = terminal_size(WIDTH)[0] if out.terminal else WIDTH
    made: list[str] = []

    def work() -> None:
        from ..language.compile.evaluate import evaluate

        made.append(
            written(
                picture_of(program, wanted, played.start),
                wanted,
                width,
                lambda: told(
                    program,
                    program.asked,
                    lambda lines, text, values: evaluate(lines, text, values, session.prelude),
                    played.start,
                ),
            )
        )

    ok = playing.within(played, work)
    if ok:
        path = wanted.svg or wanted.html
        if path:
            try:
                write_atomically(path, lambda file: file.write(made[0].encode("utf-8", "backslashreplace")))
            except OSError as error:
                display.show(sessions.unreadable(error)._replace(message=f"{path}: {error.strerror}"))
                ok = False
        elif wanted.json or wanted.dot or wanted.mermaid:
            out.write(made[0])
        else:
            out.raw(made[0])
    display.end(ok, 0.0)
    return ok
