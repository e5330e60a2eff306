"""A Jupyter notebook as a program: its cells of code one after another in one session, shown as a notebook does."""

from __future__ import annotations

from time import monotonic

from ...data.notebooks import Cell, cells
from ...events import Event, Value
from ...language.read.syntax import parse
from ...session import Session
from ...show.escape import escape_line
from ...show.plain import Display
from ..environment import Environment

#: Seconds of a session whose time is over: it says so itself.
_NO_TIME = 1e-6


def run_notebook(
    session: Session,
    text: str,
    display: Display,
    *,
    echo: bool,
    environment: Environment,
    title: str,
    going: bool = False,
) -> bool:
    """Run the cells; True if all ended well. Of a cell's bare expressions the last one is shown, unless a semicolon
    follows it. ``going``: as the session's ``run`` has it.

    Raises UnreadableError for what is no notebook, before anything runs, and KeyboardInterrupt.
    """
    seconds, began = session.deadline_seconds, monotonic()
    all_well = True
    try:
        for cell in list(cells(text)):
            for line, magic in cell.passed_over:
                where = f"{escape_line(title)}:cell {cell.number}:{line}"
                environment.err.raw(f"{where}: {escape_line(magic)[:60]} is passed over\n")
            if seconds is not None:
                session.deadline_seconds = max(seconds - (monotonic() - began), _NO_TIME)
            display.at_cell(cell.number)
            ok = _run(session, cell, display, echo, going)
            if display.failure == "KeyboardInterrupt":
                raise KeyboardInterrupt
            all_well = all_well and ok
            if not ok and not session.completed:
                break
        return all_well
    finally:
        session.deadline_seconds = seconds
        display.at_cell(0)


def _run(session: Session, cell: Cell, display: Display, echo: bool, going: bool) -> bool:
    try:
        last = len(parse(cell.source).body) - 1
    except (SyntaxError, RecursionError, MemoryError):
        last = 0  # running it says what is wrong

    def show(event: Event) -> None:
        if not isinstance(event, Value) or session.steps_done == last:
            display.show(event)

    return session.run(cell.source, show, echo=echo and not cell.source.rstrip().endswith(";"), going=going)
