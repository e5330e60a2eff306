"""Doctest's options, as an example has them in a comment: ``# doctest: +SKIP``."""

from __future__ import annotations

import re
from typing import NamedTuple

_COMMENT = re.compile(r"#\s*doctest:\s*([^\n'\"]*)$", re.MULTILINE)


class Flags(NamedTuple):
    """What holds for one example. ``...`` stands for any text unless an example says ``-ELLIPSIS``."""

    skip: bool = False
    ellipsis: bool = True
    normalize_whitespace: bool = False
    ignore_exception_detail: bool = False
    dont_accept_blankline: bool = False
    fail_fast: bool = False


DEFAULT = Flags()

#: Options of doctest that mean nothing here: differences are always a patch, and True is not 1.
_WITHOUT_EFFECT = frozenset(
    {"DONT_ACCEPT_TRUE_FOR_1", "REPORT_UDIFF", "REPORT_CDIFF", "REPORT_NDIFF", "REPORT_ONLY_FIRST_FAILURE"}
)


def flags_of(source: str) -> Flags:
    """The options of an example. Raises ValueError for one that doctest doesn't have."""
    found: dict[str, bool] = {}
    for comment in _COMMENT.findall(source):
        for word in comment.replace(",", " ").split():
            name = word[1:]
            if word[0] not in "+-" or not (name.lower() in Flags._fields or name in _WITHOUT_EFFECT):
                from difflib import get_close_matches

                names = [f"+{field.upper()}" for field in Flags._fields]
                near = get_close_matches(word.upper(), names, 1, 0.5)
                raise ValueError(f"doctest has no option {word}; " + (f"did you mean {near[0]}?" if near else _all()))
            if name.lower() in Flags._fields:
                found[name.lower()] = word[0] == "+"
    return Flags(**found)


def _all() -> str:
    return f"an option is + or - and one of {', '.join(field.upper() for field in Flags._fields)}"
