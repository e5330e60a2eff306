"""``textwrap``: paragraphs of text."""

from __future__ import annotations

import textwrap
from typing import Any

from ..values.budget import budget, check_text
from .entries import entering


def _text(name: str, *texts: Any) -> None:
    for text in texts:
        if type(text) is not str:
            raise TypeError(f"{name}() takes a str, not {type(text).__name__}")
        budget.spend(len(text))


@entering("textwrap")
def dedent(text: Any, /) -> str:
    """The text without what all its lines begin with."""
    _text("dedent", text)
    return textwrap.dedent(text)


@entering("textwrap")
def indent(text: Any, prefix: Any) -> str:
    """The text with something before each of its lines that isn't blank."""
    _text("indent", text, prefix)
    check_text(len(text) + text.count("\n") * len(prefix) + len(prefix))
    return textwrap.indent(text, prefix)


@entering("textwrap")
def wrap(text: Any, width: Any = 70) -> list[str]:
    """The lines of a paragraph, none longer than ``width``."""
    _text("wrap", text)
    if type(width) is not int:
        raise TypeError(f"width is an int, not {type(width).__name__}")
    return textwrap.wrap(text, width)


@entering("textwrap")
def fill(text: Any, width: Any = 70) -> str:
    """The lines of a paragraph as one text."""
    return "\n".join(wrap(text, width))


@entering("textwrap")
def shorten(text: Any, width: Any, placeholder: Any = " [...]") -> str:
    """The beginning of a text, up to ``width`` letters."""
    _text("shorten", text, placeholder)
    return textwrap.shorten(text, width, placeholder=placeholder)
