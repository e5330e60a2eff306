"""The text of a value that nobody printed: its ``repr``, without what differs from run to run."""

from __future__ import annotations

import re
from typing import Any

from ..explain.digits import number_text
from ..language.values.text_format import to_repr

#: A string, which is passed over, or an object with its address.
_ADDRESS = r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|(<[^<>'"]* at )0x[0-9a-f]+>"""
#: How deep containers are looked into for numbers.
_DEEP = 20


class _Number:
    """A number within a container, as it is to be shown."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def echoed(value: Any, digits: int | None = None) -> str:
    """The text of a value, with ``0x...`` for the address of an object and floating numbers in so many digits, where
    that is asked. Raises as ``to_repr``."""
    text = to_repr(value)
    if digits is not None:
        text = to_repr(_rounded(value, digits, 0))
    if " at 0x" in text and type(value) is not str:
        text = re.sub(_ADDRESS, lambda found: f"{found[1]}0x...>" if found[1] else found[0], text)
    return text


def _rounded(value: Any, digits: int, depth: int) -> Any:
    kind = type(value)
    if kind is float:
        text = number_text(value, digits)
        return _Number(text if "." in text or "e" in text or not text.lstrip("-").isdigit() else f"{text}.0")
    if kind is complex:
        return _Number(f"({number_text(value, digits)})")
    if depth < _DEEP and (kind is list or kind is tuple):
        return kind([_rounded(part, digits, depth + 1) for part in value])
    if depth < _DEEP and kind is dict:
        return {key: _rounded(part, digits, depth + 1) for key, part in value.items()}
    return value
