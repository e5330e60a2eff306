"""What ``plot`` does: makes a picture of what an expression or a program gives, and puts it where it is wanted."""

from __future__ import annotations

from functools import partial
from typing import Any, BinaryIO

from ..data.drafts import write_atomically
from ..session import Session
from ..show.pictures.make import picture_of, picture_of_values
from ..show.pictures.output import MissingError, Wanted, as_file, as_text
from ..show.pictures.picture import Picture, picture_event
from ..show.plain import Display
from ..show.stream import terminal_size
from ..studies.curves import Scalar
from ..studies.intervals import Interval, parts
from . import curves, playing, sessions
from .environment import Environment
from .gradients import FILE
from .request import Request

#: Of a picture in a pipe.
COLUMNS, LINES = 80, 25


def plot(session: Session, request: Request, environment: Environment, asked: Wanted) -> bool:
    """Draw; False if something went wrong, which is shown then."""
    display = sessions.open_display(request.format_, environment, FILE, batch=False)
    found: list[Picture] = []
    meant = playing.asked_of(request.expression)
    name = meant[1] or meant[0] if meant else request.expression
    if any(parts(text) is not None for _, text in request.variables):

        def work(function: Scalar, intervals: list[Interval]) -> None:
            found.append(picture_of(name, function, intervals, asked.descent))

        ok = curves.within(session, request, environment, work, display)
    elif asked.descent.ways:
        display.show(sessions.about(request.expression, "ValueError", f"--path: {curves.NEEDED}"))
        return False
    else:
        ok = _values(session, request, environment, name, found, display)
    for picture in found:
        try:
            _put(picture, request, environment, asked)
        except MissingError as error:
            display.show(sessions.about(request.expression, "ImportError", str(error)))
            ok = False
        except OSError as error:
            said = f"{error.filename or 'the picture'}: {error.strerror or error}"
            display.show(sessions.about(request.expression, type(error).__name__, said))
            ok = False
    display.end(ok, 0.0)
    return ok


def _values(
    session: Session, request: Request, environment: Environment, name: str, found: list[Picture], display: Display
) -> bool:
    """A picture of a value without an interval."""

    def draw(value: Any) -> None:
        found.append(picture_of_values(name, value))

    if playing.is_program(request.expression):
        played = playing.play(session, request, environment)
        return played is not None and playing.within(played, lambda: draw(played.program.value))
    if not sessions.assign_all(session, request.variables, request.format_, environment):
        return False
    ok, value = sessions.value_of(session, request.expression, display)
    return ok and sessions.within(session, lambda: draw(value), name, display)


def _fill(draft: BinaryIO, data: bytes) -> None:
    draft.write(data)


def _put(picture: Picture, request: Request, environment: Environment, asked: Wanted) -> None:
    out = environment.out
    for kind, file in asked.files.items():
        data = as_file(picture, kind)
        if file == "-":
            environment.write_bytes(data)
        else:
            write_atomically(file, partial(_fill, data=data))
    if request.format_ == "json":
        from ..show.json_lines import strict_json

        out.raw(strict_json(picture_event(request.expression, picture)) + "\n")
    elif not asked.files:
        columns, lines = terminal_size(COLUMNS, LINES) if out.terminal else (COLUMNS, LINES)
        out.raw(as_text(picture, columns, lines - 2, out.colour))
