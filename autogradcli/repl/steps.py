"""The steps of a session that ``:undo`` takes back and ``:redo`` does again."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..language.values.budget import MAX_MEMORY, resident_bytes
from ..session import Session
from .changes import changed
from .journal import Program
from .undo import MAX_BYTES, Snapshot


class Step(NamedTuple):
    what: str
    snapshot: Snapshot
    program: Program


class Steps:
    """The snapshots to go back and forth to."""

    #: How many statements ``:undo`` can take back.
    MOST = 50
    #: What they keep alive is the program's own memory too: when the process grew by so much, the older half goes.
    ROOM = 1 << 30

    def __init__(self, session: Session, say: Callable[[str], None] = lambda line: None) -> None:
        """``say`` is told in a line what can't be kept."""
        self.session = session
        self._say = say
        memory = session.memory_bytes or MAX_MEMORY
        #: Never more than a part of what programs may take.
        self._room, self._bytes = min(self.ROOM, memory // 4), min(MAX_BYTES, memory // 8)
        self._back: list[Step] = []
        self._forth: list[Step] = []
        self._last: Snapshot | None = None
        #: The last input, until the next snapshot shows whether it changed anything.
        self._open: Step | None = None
        self._began_with = resident_bytes()

    def snapshot(self) -> Snapshot:
        """The session as it is now. Where there is no memory for it, what was kept so far goes; where that does not
        help, the names and modes alone are kept: no input waits for a snapshot that can't be made."""
        for again in (False, True):
            try:
                self._last = Snapshot(self.session, self._last, room=self._bytes)
                self._settle(self._last)
                return self._last
            except MemoryError:
                self._last = None
                if not again and self.forget():
                    self._say("out of memory: what :undo kept of the inputs so far is given up")
        self._say("out of memory: :undo can't take back this input")
        self._settle(None)
        return Snapshot(self.session, kept=False)

    def _settle(self, now: Snapshot | None) -> None:
        """Count the last input as a step, if it changed anything: what only looked can't be taken back, nor is there
        less to do again after it."""
        step, self._open = self._open, None
        if step is None or (now is not None and not changed(step.snapshot, now)):
            return
        self._back.append(step)
        del self._back[: -max(1, len(self._back) // 2) if self._crowded() else -self.MOST]
        self._forth.clear()

    def make_room(self) -> None:
        """A program ran out of memory: what is kept may have been in its way."""
        if self._crowded() and self.forget():
            self._say("what :undo kept of the inputs so far is given up for its memory: you may try again")

    def _crowded(self) -> bool:
        return resident_bytes() - self._began_with > self._room

    def forget(self) -> bool:
        """Give up all that is kept, for its memory. False if there was nothing."""
        had = bool(self._back or self._forth or self._open)
        self._open = None
        self._back.clear()
        self._forth.clear()
        self._last = None
        return had

    def done(self, what: str, before: Snapshot, program: Program) -> None:
        """Something was done; ``before`` and ``program`` are how things were before."""
        self._open = None
        if before.kept:
            self._open = Step(what, before, program)
        else:
            self._forth.clear()

    def undo(self, program: Program) -> Step | None:
        """Take back the last thing that changed anything. What it was, with the program to go on from; None where there
        is nothing."""
        return self._move(self._back, self._forth, program)

    def redo(self, program: Program) -> Step | None:
        """Do again what was taken back last."""
        return self._move(self._forth, self._back, program)

    def _move(self, source: list[Step], target: list[Step], program: Program) -> Step | None:
        if not source and (source is self._forth or self._open is None):
            return None
        now = self.snapshot()  # which settles whether the last input is one of them
        if not source:
            return None
        step = source.pop()
        if now.kept:
            target.append(Step(step.what, now, program))
        step.snapshot.restore(self.session)
        return step
