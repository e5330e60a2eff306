"""How far a long batch has come: one line at the foot of the terminal that standard error goes to."""

from __future__ import annotations

import os
from time import monotonic

from ...show.stream import Stream
from ..environment import Environment

#: Seconds before a batch counts as long, and between two drawings.
PATIENCE = 1.0
INTERVAL = 0.1
WIDTH = 24


def able(err: Stream) -> bool:
    """Whether standard error goes to a terminal that can take a line away again."""
    return err.terminal and os.environ.get("TERM") not in (None, "", "dumb")


class Progress:
    """A bar that appears when a batch takes long, and makes way for every other output."""

    def __init__(self, environment: Environment, total: int) -> None:
        self.environment = environment
        self.total = total
        self.possible = able(environment.err) and total > 1
        self.started = monotonic()
        self.next = self.started + PATIENCE
        self.drawn = False

    def show(self, passed: int, failed: int) -> None:
        """Draw the bar if it is time to."""
        if not self.possible or (now := monotonic()) < self.next:
            return
        self.erase()
        self.next = now + INTERVAL
        done = passed + failed
        filled = WIDTH * done // self.total
        said = f", {failed} failed" if failed else ""
        bar = "#" * filled + "." * (WIDTH - filled)
        self.environment.err.raw(f"[{bar}] {done}/{self.total}{said}, {now - self.started:.0f} s")
        self.drawn = True
        for stream in self._streams():
            stream.before = self.erase

    def erase(self) -> None:
        """Take the bar away, if there is one."""
        if self.drawn:
            self.drawn = False
            for stream in self._streams():
                stream.before = None
            self.environment.err.raw("\r\x1b[K")

    def _streams(self) -> list[Stream]:
        out, err = self.environment.out, self.environment.err
        return [out, err] if out.terminal else [err]
