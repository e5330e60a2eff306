"""``numpy.errstate``: what happens at divisions by zero, overflows and numbers that are none."""

from __future__ import annotations

from typing import Any

from ...engine.modes import ContextMode
from ...numerics.naming import shown_as
from .values import HANDLING, NumPyObject

_WAYS = ("ignore", "warn", "raise")


def seterr(
    all: Any = None, divide: Any = None, over: Any = None, under: Any = None, invalid: Any = None
) -> dict[str, str]:
    """Say what is to happen from now on: ``"ignore"``, ``"warn"`` or ``"raise"``. Gives how it was."""
    before = geterr()
    for name, way in (("divide", divide), ("over", over), ("under", under), ("invalid", invalid)):
        way = all if way is None else way
        if way is None:
            continue
        if type(way) is not str or way not in _WAYS:
            raise ValueError(f"{way if type(way) is str else type(way).__name__} not found; use one of {_WAYS}")
        HANDLING[name] = way
    return before


def geterr() -> dict[str, str]:
    return {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"} | HANDLING


@shown_as("numpy.errstate")
class ErrState(NumPyObject, ContextMode):
    """``with numpy.errstate(divide="ignore"):``."""

    __slots__ = ("before", "named")

    title = "numpy.errstate"

    def __init__(self, **named: Any) -> None:
        before = seterr(**named)  # which complains about what it does not know
        HANDLING.update(before)
        self.named = dict(named)
        self.before: list[dict[str, str]] = []

    def fresh(self) -> ErrState:
        return ErrState(**self.named)

    def __enter__(self) -> None:
        self.before.append(seterr(**self.named))

    def __exit__(self, *problem: object) -> None:
        HANDLING.update(self.before.pop())
