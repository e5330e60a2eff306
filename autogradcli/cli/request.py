"""What is asked of a command that differentiates, and what holds for its session: as the command line says it."""

from __future__ import annotations

from ..numerics.records import Record

Variables = tuple[tuple[str, str], ...]


class Settings(Record):
    """The options that every command with a session has. ``digits``: behind the point, None for what is usual."""

    dtype: str | None
    seed: int | None
    memory: float
    digits: int | None


class Request(Record):
    """What was asked for: an expression, its variables, the gradient to start from, and how to show it.

    ``wrt``: the variables that get a gradient, none for all that can. ``constants``: further variables, which get none.
    ``whole``: variables whose whole numbers stay whole, so that they can be an index.
    """

    expression: str
    variables: Variables
    gradient: str | None
    format_: str
    dtype: str | None
    wrt: tuple[str, ...] = ()
    constants: Variables = ()
    whole: frozenset[str] = frozenset()
