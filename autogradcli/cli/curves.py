"""What ``table`` and ``plot`` do with an expression or a program."""

from __future__ import annotations

from collections.abc import Callable

from ..numerics import dtypes
from ..session import Session
from ..show.curve_text import table_csv, table_event, table_markdown, table_text
from ..show.plain import Display
from ..show.stream import terminal_size
from ..studies.curves import Scalar, of_program
from ..studies.intervals import Interval, interval, number_of, parts
from ..studies.tables import Table, table_of
from . import playing, sessions
from .environment import Environment
from .gradients import FILE
from .named_values import bind
from .request import Request

Work = Callable[[Scalar, list[Interval]], None]
NEEDED = "an interval is needed, such as x=-3:3 or x=0:6:0.5"


def table(session: Session, request: Request, environment: Environment) -> bool:
    """Show a function at points; False if something went wrong, which is shown then."""
    found: list[Table] = []

    def work(function: Scalar, intervals: list[Interval]) -> None:
        found.append(table_of(function, intervals))

    display = sessions.open_display(request.format_, environment, FILE, batch=False)
    ok = within(session, request, environment, work, display)
    for made in found:
        if request.format_ == "json":
            from ..show.json_lines import strict_json

            display.out.raw(strict_json(table_event(request.expression, made)) + "\n")
        elif request.format_ == "csv":
            display.out.write(table_csv(made, display.out.digits))
        elif request.format_ == "markdown":
            display.out.write(table_markdown(made, display.out.digits))
        else:
            width = terminal_size()[0] if display.out.terminal else 1 << 16
            display.out.write(table_text(made, width, display.out))
    return ok


def within(session: Session, request: Request, environment: Environment, work: Work, display: Display) -> bool:
    """Do something with a function of the intervals' variables, under the session's modes and bounds. What goes wrong
    is shown."""
    intervals = _intervals(session, request, environment)
    if intervals is None:
        return False
    if not 1 <= len(intervals) <= 2:
        said = NEEDED if not intervals else "at most two intervals: give the other variables a value"
        display.show(sessions.about(request.expression, "ValueError", said))
        return False
    starts = {each.name: f"{each.start!r}" for each in intervals}
    given = tuple((name, starts.get(name, text)) for name, text in request.variables)
    started = request._replace(variables=given)
    names = [each.name for each in intervals]
    if playing.is_program(request.expression):
        played = playing.play(session, started, environment)
        if played is None:
            return False
        return playing.within(played, lambda: work(of_program(played.program, names), intervals))
    dtype = dtypes.NAMES[request.dtype or "float32"]
    if bind(session, started, environment) is None:
        return False
    source = f"lambda {', '.join(names)}: (\n{request.expression}\n)"
    ok, function = sessions.value_of(session, source, display, shown_as=request.expression)
    if not ok:
        return False
    scalar = Scalar(names, lambda leaves: function(*leaves.values()), dtype)
    return sessions.within(session, lambda: work(scalar, intervals), request.expression, display)


def _intervals(session: Session, request: Request, environment: Environment) -> list[Interval] | None:
    found = []
    for name, text in request.variables:
        texts = parts(text)
        if texts is None:
            continue
        numbers: list[float] = []
        for one in texts[:3]:
            if not one:
                _refused("an interval is of numbers, not nothing", name, text, request, environment)
                return None
            ok, value = sessions.evaluated(session, name, one, request.format_, environment, f"{name}={text}")
            if not ok:
                return None
            number = number_of(value)
            if number is None:
                _refused(f"an interval is of numbers, not {one}", name, text, request, environment)
                return None
            numbers.append(number)
        try:
            found.append(interval(name, numbers, texts))
        except ValueError as error:
            _refused(str(error), name, text, request, environment)
            return None
    return found


def _refused(said: str, name: str, text: str, request: Request, environment: Environment) -> None:
    display = sessions.open_display(request.format_, environment, name, batch=False)
    display.show(sessions.about(text, "ValueError", said))
    display.end(False, 0.0)
