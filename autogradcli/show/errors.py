"""Errors and warnings for people: the place, the message, the line with a caret, what to try.

poly.txt:3:9: NameError: name 'expp' is not defined
    y = x * expp(x)
            ^^^^
hint: did you mean `exp`?
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .escape import escape, escape_line
from .stream import BOLD, CYAN, DIM, RED, YELLOW, Stream

if TYPE_CHECKING:  # these bring NumPy, and a wrong option is an error too
    from ..events import Failed, Noted, Warned

#: Characters of a program's line that are shown, and how many of them before the caret.
WINDOW = 100
BEFORE = 60
INDENT = "    "
#: Calls that are shown of those that led to an error, at their beginning and at their end.
SOME_CALLS = 4
_PLACE = r" \(<program>, line \d+\)$"


def error_text(event: Failed, file: str, stream: Stream) -> str:
    """The finished text of an error, line ends included, in the stream's colours.

    ``file`` names the program; empty where there is none to name (a prompt). An error of line 0 is one of the
    whole file, which could not be read.
    """
    place = f"{escape_line(file)}: "
    if event.line:
        place = f"{escape_line(file)}:{event.line}:{event.column}: "
    if not file:
        place = ""
    # Python's words for a syntax error end with the place, which stands in front here.
    message = escape(re.sub(_PLACE, "", event.message) if event.type.endswith("Error") else event.message)
    head = stream.style(escape_line(event.type), RED) + (f": {message}" if message else "")
    lines = _calls(event, file, stream)
    lines.append(stream.style(place, BOLD) + head)
    if event.text.strip():
        lines += caret_lines(event.text, event.column, event.end_column, stream)
    if event.hint:
        lines.append(stream.style("hint:", CYAN) + f" {escape(event.hint)}")
    return "\n".join(lines) + "\n"


def _calls(event: Failed, file: str, stream: Stream) -> list[str]:
    """The calls that led to an error, the first one first, as a traceback of Python's has them."""
    lines: list[str] = []
    skipped = len(event.calls) - 2 * SOME_CALLS
    for k, call in enumerate(event.calls):
        if skipped > 0 and SOME_CALLS <= k < SOME_CALLS + skipped:
            if k == SOME_CALLS:
                lines.append(stream.style("    ... and more calls ...", DIM))
            continue
        place = f"{escape_line(file)}:{call.line}:{call.column}: " if file else f"line {call.line}: "
        lines.append(stream.style(place, BOLD) + f"in {escape_line(call.function or '<module>')}")
        lines += caret_lines(call.text, call.column, call.end_column, stream)
    return lines


def plain_error_text(file: str, message: str, stream: Stream, hint: str = "") -> str:
    """An error that has no place in a program: a file that can't be read, an option that makes no sense."""
    lines = [stream.style(f"{escape_line(file)}: ", BOLD) + stream.style("error", RED) + f": {escape(message)}"]
    if hint:
        lines.append(stream.style("hint:", CYAN) + f" {escape(hint)}")
    return "\n".join(lines) + "\n"


def warning_text(event: Warned, file: str, stream: Stream) -> str:
    place = f"{escape_line(file)}:{event.line}: " if file else ""
    category = stream.style(escape_line(event.category), YELLOW)
    return f"{stream.style(place, BOLD)}{category}: {escape(event.message)}\n"


def note_text(event: Noted, stream: Stream) -> str:
    return stream.style("note:", CYAN) + f" {escape_line(event.text)}\n"


def caret_lines(text: str, column: int, end_column: int, stream: Stream) -> list[str]:
    """The line of the program and the carets under it, columns from 1, indented and cut to a window."""
    text = text.rstrip()
    start = min(max(column - 1, 0), len(text))
    end = max(end_column - 1, start + 1)
    left = len(text) - len(text.lstrip())
    cut_left = cut_right = ""
    if len(text) - left > WINDOW:
        first = max(left, start - BEFORE)
        cut_left = "..." if first > left else ""
        cut_right = "..." if first + WINDOW < len(text) else ""
        left = first
        text = text[: first + WINDOW]
        end = max(min(end, len(text)), start + 1)
    start = max(start, left)
    end = max(end, start + 1)
    before = cut_left + escape_line(text[left:start])
    under = escape_line(text[start:end])
    line = before + under + escape_line(text[end:]) + cut_right
    carets = "^" * max(cells(under), 1)
    return [INDENT + line, INDENT + " " * cells(before) + stream.style(carets, RED)]


def cells(text: str) -> int:
    """How many cells of a terminal the text takes: wide letters take two, combining marks none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
