"""Where the program is: the lines of the calls that are under way, as Python's tracebacks have them."""

from __future__ import annotations

import sys
from types import CodeType, FrameType

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


state.lines = running_lines
