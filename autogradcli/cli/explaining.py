"""What ``explain`` does with an expression, statements, or a name in a file."""

from __future__ import annotations

from json import dumps

from ..session import Session
from ..show.explanations import explanation_event, explanation_text
from ..why.explaining import explanation
from . import playing
from .environment import Environment
from .request import Request


def explain(session: Session, request: Request, environment: Environment) -> bool:
    """Show it; False if something went wrong, which is shown then."""
    played = playing.play(session, request, environment)
    if played is None:
        return False

    def work() -> None:
        found = explanation(played.program, played.start)
        if request.format_ == "json":
            played.display.out.raw(dumps(explanation_event(found)) + "\n")
        else:
            played.display.out.write(explanation_text(found))

    ok = playing.within(played, work)
    played.display.end(ok, 0.0)
    return ok
