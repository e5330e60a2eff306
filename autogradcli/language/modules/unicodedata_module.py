"""``unicodedata``: what characters are, and texts in other forms of the same characters."""

from __future__ import annotations

import unicodedata
from typing import Any

from ..values.budget import check_text
from .entries import entering


@entering("unicodedata")
def normalize(form: Any, unistr: Any, /) -> str:
    """A text in one of the forms NFC, NFD, NFKC, NFKD."""
    if type(form) is not str or type(unistr) is not str:
        raise TypeError("normalize() takes two texts")
    check_text(20 * len(unistr))
    return unicodedata.normalize(form, unistr)  # type: ignore[arg-type]


@entering("unicodedata")
def category(chr: Any, /) -> str:
    """The category of a character, such as 'Lu'."""
    if type(chr) is not str or len(chr) != 1:
        raise TypeError("category() argument must be a unicode character")
    return unicodedata.category(chr)


@entering("unicodedata")
def name(chr: Any, default: Any = None, /) -> Any:
    """The name of a character."""
    if type(chr) is not str or len(chr) != 1:
        raise TypeError("name() argument 1 must be a unicode character")
    return unicodedata.name(chr) if default is None else unicodedata.name(chr, default)
