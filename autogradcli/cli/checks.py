"""What ``check`` does with an expression or a program."""

from __future__ import annotations

from ..session import Session
from ..show.check_text import check_event, check_table, check_text
from ..show.matrix import csv_text, markdown_text
from ..show.stream import terminal_size
from ..studies.check import Asked, Checked, check
from ..studies.claims import reader
from . import playing
from .environment import Environment
from .request import Request


def show(session: Session, request: Request, environment: Environment, asked: Asked) -> bool:
    """Show how the gradients compare; False where they disagree or something went wrong, which is shown then."""
    played = playing.play(session, request, environment)
    if played is None:
        return False
    given = [name for name, _ in request.variables]
    found: list[Checked] = []

    def work() -> None:
        found.append(check(played.program, asked, reader(played.program.session), played.start, given))

    ok = playing.within(played, work)
    out = played.display.out
    for made in found:
        if request.format_ == "json":
            from ..show.json_lines import strict_json

            out.raw(strict_json(check_event(request.expression, asked, made)) + "\n")
        elif request.format_ in ("csv", "markdown"):
            write = csv_text if request.format_ == "csv" else markdown_text
            out.write(check_table(made, write, out.digits))
        else:
            width = terminal_size()[0] if out.terminal else 1 << 16
            out.raw(check_text(made, width, out))
    played.display.end(ok, 0.0)
    return ok and all(made.ok for made in found)
