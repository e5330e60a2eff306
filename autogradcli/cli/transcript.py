"""Transcripts: texts with ``>>> `` prompts and what was shown, as in docstrings and papers.

    >>> x = torch.tensor([1., 2.])
    >>> x * 2
    tensor([2., 4.])

What is expected ends at an empty line, at the next prompt, at the end of a code block (```) and, in a Python file, at
the end of the string that it stands in. As in Python's doctest, ``...`` stands for any text, ``<BLANKLINE>`` for an
empty line, and of a ``Traceback`` only the last words count. Addresses of objects always agree. All examples of a file
share one session.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..events import Event, Failed, Printed, Value
from ..language.values.text_format import to_repr
from ..session import Session
from ..show.escape import escape
from . import docstrings
from .docstrings import Glued, Lines

PROMPT, MORE = ">>>", "..."
TRACEBACK = "Traceback (most recent call last):"
BLANK = "<BLANKLINE>"

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\binf\b|\bnan\b)")


class Example(NamedTuple):
    """``first`` to ``last``: the lines of what is expected, counted from 0, the last not included."""

    source: str
    line: int
    indent: str
    first: int
    last: int


class Checked(NamedTuple):
    """A transcript after its examples ran: the text as it should be, how many examples, and which differ.

    ``broken``: as it should be, a Python file would be another program, since something that was shown ends the string
    that it would stand in.
    """

    text: str
    broken: bool
    examples: int
    differing: list[int]


def examples(text: Lines) -> Iterator[Example]:
    """The examples of a text."""
    lines, homes = text.lines, text.homes
    k = glued = 0
    while k < len(lines):
        stripped = lines[k].lstrip(" \t")
        home = homes[k]
        if not home or not _begins(stripped, PROMPT):
            glued += type(lines[k]) is Glued
            k += 1
            continue
        indent = lines[k][: len(lines[k]) - len(stripped)]
        line, source = k + 1 - glued, [stripped[4:]]
        k += 1
        while (
            k < len(lines)
            and homes[k] == home
            and lines[k].startswith(indent)
            and _begins(lines[k][len(indent) :], MORE)
        ):
            source.append(lines[k][len(indent) + 4 :])
            k += 1
        first = k
        while k < len(lines) and homes[k] == home and _is_expected(lines[k], indent):
            k += 1
        yield Example("\n".join(source) + "\n", line, indent, first, k)


def _begins(text: str, prompt: str) -> bool:
    return text == prompt or text.startswith(prompt + " ")


def _is_expected(line: str, indent: str) -> bool:
    text = line.strip()
    return bool(text) and line.startswith(indent) and not _begins(text, PROMPT) and not text.startswith("```")


def check(text: str, session: Session, tolerance: float) -> Checked:
    """Run the examples of a text. Raises KeyboardInterrupt."""
    read = docstrings.read(text)
    lines = read.lines
    made: list[str] = []
    differing: list[int] = []
    at = count = 0
    for example in examples(read):
        count += 1
        wanted = "\n".join([line[len(example.indent) :].rstrip() for line in lines[example.first : example.last]])
        got = run(example, session)
        made += lines[at : example.first]
        if agree(wanted, got, tolerance):
            made += lines[example.first : example.last]
        else:
            differing.append(example.line)
            made += [(example.indent + line).rstrip() for line in got.split("\n")] if got else []
        at = example.last
    new = docstrings.joined([*made, *lines[at:]])
    broken = read.tree is not None and not docstrings.same_program(read.tree, new)
    return Checked(new, broken, count, differing)


def run(example: Example, session: Session) -> str:
    """What an example shows, as it would stand in a transcript."""
    shown: list[str] = []
    failed: list[Failed] = []

    def emit(event: Event) -> None:
        if isinstance(event, Printed):
            shown.append(event.text)
        elif isinstance(event, Value):
            shown.append(to_repr(event.value) + "\n")
        elif isinstance(event, Failed):
            failed.append(event)

    session.run(example.source, emit, first_line=example.line)
    text = escape("".join(shown))
    lines = [line.rstrip() or BLANK for line in text.removesuffix("\n").split("\n")] if text else []
    for event in failed:
        if event.type == "KeyboardInterrupt":
            raise KeyboardInterrupt
        message = escape(event.message.partition(" (<program>, line ")[0])
        lines += [TRACEBACK, "    ...", *(f"{event.type}: {message}".rstrip(": ").split("\n"))]
    return "\n".join(lines)


def agree(wanted: str, got: str, tolerance: float) -> bool:
    """Whether what was expected is what came."""
    if wanted == got:
        return True
    wanted, got = (_ADDRESS.sub("0x...", _last_words(text)) for text in (wanted, got))
    if _matches(wanted, got):
        return True
    return tolerance > 0 and _close(wanted, got, tolerance)


def _last_words(text: str) -> str:
    """The text with the places of a traceback left out."""
    before, found, rest = text.partition(TRACEBACK + "\n")
    if not found or (before and not before.endswith("\n")):
        return text
    lines = rest.split("\n")
    while len(lines) > 1 and lines[0].startswith(" "):
        del lines[0]
    return before + TRACEBACK + "\n" + "\n".join(lines)


def _matches(wanted: str, got: str) -> bool:
    """Equal, once ``...`` may be any text."""
    if "..." not in wanted:
        return wanted == got
    first, *middle, last = wanted.split("...")
    if not got.startswith(first) or not got.endswith(last) or len(got) < len(first) + len(last):
        return False
    at, end = len(first), len(got) - len(last)
    for part in middle:
        at = got.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def _close(wanted: str, got: str, tolerance: float) -> bool:
    """Equal but for blanks, once each number may differ by the tolerance, relative where it is more than 1."""
    numbers = [list(map(float, _NUMBER.findall(text))) for text in (wanted, got)]
    texts = ["".join(_NUMBER.sub("#", text).split()) for text in (wanted, got)]
    if not _matches(*texts) or len(numbers[0]) != len(numbers[1]):
        return False
    return all(a == b or (a != a and b != b) or abs(a - b) <= tolerance * max(1.0, abs(b)) for a, b in zip(*numbers))
