"""What is asked of ``grad`` and ``derive``."""

from __future__ import annotations

from typing import NamedTuple

Variables = tuple[tuple[str, str], ...]


class Request(NamedTuple):
    """What was asked for: an expression, its variables, the gradient to start from, and how to show it."""

    expression: str
    variables: Variables
    gradient: str | None
    format_: str
    dtype: str | None
    steps: bool = False
