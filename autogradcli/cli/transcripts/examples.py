"""Where the examples of a text stand: ``>>> `` prompts, and ``$ `` lines in blocks that are marked console or shell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...show.transcript_text import FENCE, MORE, PROMPT
from .docstrings import Glued, Lines

SHELL = "$ "
#: What a block of Markdown is marked with, where its ``$ `` lines are commands.
_CONSOLE = re.compile(r"[ \t]*```+\s*(?:\{\s*)?\.?(console|shell|shell-session|sh-session)\b")


class Example(NamedTuple):
    """``first`` to ``last``: the lines of what is expected, counted from 0, the last not included."""

    source: str
    line: int
    indent: str
    first: int
    last: int
    console: bool = False
    """Whether the source is a command for a shell."""


def examples(text: Lines) -> Iterator[Example]:
    """The examples of a text."""
    lines, homes = text.lines, text.homes
    k = glued = 0
    in_console = False
    while k < len(lines):
        stripped = lines[k].lstrip(" \t")
        home = homes[k]
        if not home:
            in_console = False
        elif stripped.startswith(FENCE):
            in_console = not in_console and _CONSOLE.match(lines[k]) is not None
        read = None
        if home and begins(stripped, PROMPT):
            read = _prompted(text, k)
        elif home and in_console and stripped.startswith(SHELL):
            read = _command(text, k)
        if read is None:
            glued += type(lines[k]) is Glued
            k += 1
            continue
        yield read._replace(line=k + 1 - glued)
        k = read.last


def _prompted(text: Lines, k: int) -> Example:
    lines, homes = text.lines, text.homes
    stripped, home = lines[k].lstrip(" \t"), homes[k]
    indent = lines[k][: len(lines[k]) - len(stripped)]
    source, start = [stripped[4:]], k
    k += 1
    while k < len(lines) and homes[k] == home and lines[k].startswith(indent) and begins(lines[k][len(indent) :], MORE):
        source.append(lines[k][len(indent) + 4 :])
        k += 1
    first = k
    while k < len(lines) and homes[k] == home and _is_expected(lines[k], indent):
        k += 1
    return Example("\n".join(source) + "\n", start, indent, first, k)


def _command(text: Lines, k: int) -> Example:
    """A command, which a backslash at a line's end continues; what it shows may have empty lines, but for its end."""
    lines, homes = text.lines, text.homes
    home, start = homes[k], k
    indent = lines[k][: len(lines[k]) - len(lines[k].lstrip(" \t"))]
    source = lines[k][len(indent) + len(SHELL) :]
    k += 1
    while source.endswith("\\") and k < len(lines) and homes[k] == home:
        source = source[:-1] + lines[k].strip().removeprefix("> ")
        k += 1
    first = last = k
    while k < len(lines) and homes[k] == home and lines[k].startswith(indent if lines[k].strip() else ""):
        rest = lines[k][len(indent) :]
        if rest.startswith((SHELL, FENCE)) or begins(rest, PROMPT):
            break
        k += 1
        if rest.strip():
            last = k
    return Example(source, start, indent, first, last, console=True)


def begins(text: str, prompt: str) -> bool:
    return text == prompt or text.startswith(prompt + " ")


def _is_expected(line: str, indent: str) -> bool:
    text = line.strip()
    return bool(text) and line.startswith(indent) and not begins(text, PROMPT) and not text.startswith(FENCE)
