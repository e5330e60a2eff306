"""``string``: the constants, and ``capwords``."""

from __future__ import annotations

import string
from typing import Any

from ...api.calls.registry import namespace
from .entries import entering

_table = namespace("string")
for _name in (
    "ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "hexdigits", "octdigits", "printable",
    "punctuation", "whitespace",
):  # fmt: skip
    _table[_name] = vars(string)[_name]


@entering("string")
def capwords(s: Any, /) -> str:
    """Each word with a capital, one space between two."""
    if type(s) is not str:
        raise TypeError(f"capwords() takes a string, not {type(s).__name__}")
    return " ".join(word.capitalize() for word in s.split())
