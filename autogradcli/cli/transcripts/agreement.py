"""Whether what was expected is what came."""

from __future__ import annotations

import re

from ...show.transcript_text import BLANK, TRACEBACK
from .flags import DEFAULT, Flags

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\binf\b|\bnan\b)")


def agree(wanted: str, got: str, tolerance: float, flags: Flags = DEFAULT) -> bool:
    """Whether what was expected is what came: addresses of objects always agree, and of a traceback only the last
    words count."""
    if flags.dont_accept_blankline:
        got = "\n".join(["" if line == BLANK else line for line in got.split("\n")])
    if wanted == got:
        return True
    wanted, got = (_ADDRESS.sub("0x...", _last_words(text)) for text in (wanted, got))
    if flags.ignore_exception_detail:
        wanted, got = _without_detail(wanted), _without_detail(got)
    if flags.normalize_whitespace:
        wanted, got = " ".join(wanted.split()), " ".join(got.split())
    if _matches(wanted, got, flags.ellipsis):
        return True
    return tolerance > 0 and _close(wanted, got, tolerance, flags.ellipsis)


def _last_words(text: str) -> str:
    """The text with the places of a traceback left out."""
    before, found, rest = text.partition(TRACEBACK + "\n")
    if not found or (before and not before.endswith("\n")):
        return text
    lines = rest.split("\n")
    while len(lines) > 1 and lines[0].startswith(" "):
        del lines[0]
    return before + TRACEBACK + "\n" + "\n".join(lines)


def _without_detail(text: str) -> str:
    """An error by its class alone, without the module in front of its name."""
    before, found, rest = text.partition(TRACEBACK + "\n")
    return before + found + rest.partition(":")[0].partition("\n")[0].rpartition(".")[2] if found else text


def _matches(wanted: str, got: str, ellipsis: bool) -> bool:
    """Equal, once ``...`` may be any text."""
    if "..." not in wanted or not ellipsis:
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


def _close(wanted: str, got: str, tolerance: float, ellipsis: bool) -> bool:
    """Equal but for blanks, once each number may differ by the tolerance, relative where it is more than 1."""
    numbers = [list(map(float, _NUMBER.findall(text))) for text in (wanted, got)]
    texts = ["".join(_NUMBER.sub("#", text).split()) for text in (wanted, got)]
    if not _matches(texts[0], texts[1], ellipsis) or len(numbers[0]) != len(numbers[1]):
        return False
    return all(a == b or (a != a and b != b) or abs(a - b) <= tolerance * max(1.0, abs(b)) for a, b in zip(*numbers))
