"""``textwrap``: paragraphs of text."""

from __future__ import annotations

import textwrap
from typing import Any

from ...api.calls.registry import CONSTRUCTORS, Method, attributes_of, namespace
from ...numerics.naming import shown_as
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


#: What says how a paragraph becomes lines, and of which kind its value is.
_OPTIONS: dict[str, type] = {
    "initial_indent": str, "subsequent_indent": str, "placeholder": str, "max_lines": int, "tabsize": int,
    "expand_tabs": bool, "replace_whitespace": bool, "fix_sentence_endings": bool, "drop_whitespace": bool,
    "break_long_words": bool, "break_on_hyphens": bool,
}  # fmt: skip


def _wrapper(width: Any, given: dict[str, Any]) -> textwrap.TextWrapper:
    """Python's own, with these options. Raises TypeError for others."""
    if type(width) is not int:
        raise TypeError(f"width is an int, not {type(width).__name__}")
    for name, value in given.items():
        if name not in _OPTIONS:
            raise TypeError(f"TextWrapper.__init__() got an unexpected keyword argument '{name}'")
        if not isinstance(value, _OPTIONS[name]) and not (name == "max_lines" and value is None):
            raise TypeError(f"{name} is of type {_OPTIONS[name].__name__}, not {type(value).__name__}")
        if (isinstance(value, str) and len(value) > _LONGEST) or (type(value) is int and not 0 <= value <= _LONGEST):
            raise ValueError(f"{name} is at most {_LONGEST} here")
    return textwrap.TextWrapper(width, **given)


#: Letters of an indent.
_LONGEST = 1000


@shown_as("textwrap.TextWrapper")
class TextWrapper:
    """A way to make lines of paragraphs."""

    __slots__ = ("held",)

    def __init__(self, width: Any = 70, **options: Any) -> None:
        self.held = _wrapper(width, options)

    def wrap(self, text: Any) -> list[str]:
        """The lines of a paragraph."""
        _text("wrap", text)
        first, rest = self.held.initial_indent, self.held.subsequent_indent
        check_text(len(text) * (1 + len(rest)) + len(first))
        return self.held.wrap(text)

    def fill(self, text: Any) -> str:
        """The lines of a paragraph as one text."""
        return "\n".join(self.wrap(text))


@entering("textwrap")
def wrap(text: Any, width: Any = 70, **kwargs: Any) -> list[str]:
    """The lines of a paragraph, none longer than ``width``."""
    return TextWrapper(width, **kwargs).wrap(text)


@entering("textwrap")
def fill(text: Any, width: Any = 70, **kwargs: Any) -> str:
    """The lines of a paragraph as one text."""
    return TextWrapper(width, **kwargs).fill(text)


@entering("textwrap")
def shorten(text: Any, width: Any, **kwargs: Any) -> str:
    """The beginning of a text, up to ``width`` letters."""
    _text("shorten", text)
    return TextWrapper(width, **{"max_lines": 1, **kwargs}).fill(" ".join(text.strip().split()))


CONSTRUCTORS[TextWrapper] = TextWrapper
namespace("textwrap")["TextWrapper"] = TextWrapper
for _call in (TextWrapper.wrap, TextWrapper.fill):
    attributes_of(TextWrapper)[_call.__name__] = Method(_call, _call.__doc__ or "")
