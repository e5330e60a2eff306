"""Where the program is: the lines of the calls that are under way, as Python's tracebacks have them."""

from __future__ import annotations

import sys
from types import CodeType, FrameType, TracebackType

from ...engine.state import state
from ..read.syntax import Place, Source
from ..values.budget import budget
from ..values.kinds import UserFunction
from .user_functions import execute

_EXECUTE: CodeType = execute.__code__
#: Calls that are told, the innermost: a recursion has hundreds.
_MOST = 20


def running_lines() -> str:
    """Two lines for each call, the innermost last: ``  File "a.py", line 6, in <module>`` and the program's line."""
    found: list[tuple[int, str, str]] = []
    line, text = 0, ""
    source: Source | None = None
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and len(found) < _MOST:
        code = frame.f_code
        if source is None and "place" in code.co_varnames:
            place = frame.f_locals.get("place")
            if type(place) is Place:
                source = place.source
                line = place.extent().line
                text = source.line(line).strip()
        elif code is _EXECUTE:
            function = frame.f_locals["function"]
            name = function.name if type(function) is UserFunction else "<lambda>"
            found.append((line, text, name))
            source, line, text = None, frame.f_locals["line"], ""
        frame = frame.f_back
    if len(found) < _MOST:
        found.append((line or budget.line, text, "<module>"))
    return "\n".join(
        f'  File "{state.file}", line {line}, in {name}' + (f"\n    {text}" if text else "")
        for line, text, name in reversed(found)
    )


#: Calls whose places are worked out: of a recursion only its beginning and its end are shown.
MOST_CALLS = 40


def calls_of(traceback: TracebackType | None) -> list[tuple[Place, str]]:
    """Of each function of the program that was running, the innermost piece, with the function's name: the outermost
    first. What runs outside of functions has the name "".
    """
    found: list[tuple[Place, str]] = []
    function, place = "", None
    while traceback is not None:
        frame = traceback.tb_frame
        code = frame.f_code
        if code is _EXECUTE:
            if place is not None:
                found.append((place, function))
            place = None
            function = frame.f_locals["function"].qualname
        elif "place" in code.co_varnames:
            at = frame.f_locals.get("place")
            if type(at) is Place:
                place = at
        traceback = traceback.tb_next
    if place is not None:
        found.append((place, function))
    half = MOST_CALLS // 2
    return found if len(found) <= MOST_CALLS else [*found[:half], *found[-half:]]


def place_of(traceback: TracebackType | None) -> Place | None:
    """The innermost piece of the program that was running.

    A compiled node is a Python function with its place as a default argument, so the traceback tells and a
    run without errors pays nothing.
    """
    found = None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if "place" in code.co_varnames:
            place = traceback.tb_frame.f_locals.get("place")
            if type(place) is Place:
                found = place
        traceback = traceback.tb_next
    return found


def lines_of(found: TracebackType | None) -> list[tuple[str, int, str, str]]:
    """(file, line, function, the program's line) of each call, the innermost last, as Python's tracebacks have them."""
    return [
        (state.file, place.extent().line, name or "<module>", place.source.line(place.extent().line).strip())
        for place, name in calls_of(found)
    ]


def _line(found: TracebackType | None) -> int:
    """The line in which the outermost call was."""
    lines = lines_of(found)
    return lines[0][1] if lines else 0


state.line_of = _line
state.lines = running_lines
