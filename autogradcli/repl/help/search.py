"""Which names have to do with a word: those that hold it, and those whose text does. Reads texts, loads no function."""

from __future__ import annotations

import re
from difflib import get_close_matches

from .texts import entry, parts

#: Names that are found, of either kind.
MOST = 20


def search(word: str) -> list[tuple[str, str]]:
    """Names with the first sentence about each, the nearest first."""
    wanted = word.lower()
    names = sorted(parts(), key=lambda name: (not name.lower().startswith(wanted), len(name), name))
    found = [name for name in names if wanted in name.lower()]
    whole = re.compile(rf"\b{re.escape(wanted)}", re.IGNORECASE)
    told = [name for name in names if name not in found and whole.search(_prose(name))]
    return [(name, summary(name)) for name in (found + told)[:MOST]]


def near(word: str) -> list[str]:
    """Names that a word may have been meant for."""
    return get_close_matches(word, parts(), 3, 0.7)


def summary(name: str) -> str:
    """The first sentence about a name; "" where there is none."""
    return re.split(r"(?<=[.:])\s", _prose(name), maxsplit=1)[0].rstrip(".:")


def _prose(name: str) -> str:
    found = entry(name)
    return "" if found is None else " ".join(found.text.split())
