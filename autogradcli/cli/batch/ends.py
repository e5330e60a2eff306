"""How a program of a batch ended."""

from __future__ import annotations

from ...numerics.records import Record
from ...show.plain import Display

#: Characters of an error's message that a report has.
SAID = 1000


class Ended(Record):
    """How a program ended; where it failed, its first error: the beginning of what it says, and its line, or 0."""

    ok: bool
    seconds: float
    type: str = ""
    message: str = ""
    line: int = 0
    code: int = 0
    """What ``sys.exit`` was given; 0 where the program did not call it."""

    @classmethod
    def of(cls, display: Display, ok: bool, seconds: float) -> Ended:
        first = None if ok else display.first
        return cls(ok, seconds) if first is None else cls(ok, seconds, first.type, first.message[:SAID], first.line)
