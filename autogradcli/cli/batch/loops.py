"""``run --progress``: where a long program is, in which of its loops, how far these are and how long they may take.

A thread looks now and then at what the program's thread is doing, so that a loop pays nothing for being watched.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sized
from operator import length_hint
from time import monotonic
from types import FrameType
from typing import NamedTuple, cast

from ...language.compile.statements import LOOPS
from ...language.read.syntax import Place
from ...language.values.budget import budget
from ..environment import Environment
from .progress import INTERVAL, PATIENCE, WIDTH, able

#: Only of these the rest is known without a program's own code being run for it.
_COUNTED = {range, list, tuple}
_ITERATORS = {type(iter(range(0))), type(iter([])), type(iter(()))}
#: Loops inside one another that the line names.
MOST = 3


class Loop(NamedTuple):
    """A loop that is running: its line, the items done and all of them."""

    line: int
    done: int
    total: int
    frame: int


def loops_of(frame: FrameType | None) -> list[Loop]:
    """The ``for`` loops of known length that a thread is in, the outermost first."""
    found: list[Loop] = []
    while frame is not None:
        if frame.f_code in LOOPS:
            values = frame.f_locals
            place, items, iterator = values.get("place"), values.get("items"), values.get("iterator")
            if type(place) is Place and type(items) in _COUNTED and type(iterator) in _ITERATORS:
                # The item that is being worked on isn't done.
                total = len(cast("Sized", items))
                done = total - length_hint(iterator) - 1
                if 0 <= done < total:
                    found.append(Loop(place.extent()[0], done, total, id(frame)))
        frame = frame.f_back
    return found[::-1]


class LoopProgress:
    """A line at the foot of the terminal while a program runs; other output takes its place until it is drawn anew."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.possible = able(environment.err)
        self.lock = threading.Lock()
        self.drawn = False
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch, args=(threading.get_ident(),), daemon=True)
        #: The outermost loop when it was first seen: what it had done then, and when.
        self.first: tuple[int, float, float] | None = None

    def __enter__(self) -> None:
        self.began = monotonic()
        if self.possible:
            self.thread.start()

    def __exit__(self, *problem: object) -> None:
        self.over.set()
        if self.possible:
            self.thread.join()
            self.erase()

    def _watch(self, main: int) -> None:
        self.over.wait(PATIENCE)
        while not self.over.is_set():
            text = self.line(loops_of(sys._current_frames().get(main)), monotonic())
            with self.lock:
                if not self.over.is_set():
                    self._draw(text)
            self.over.wait(2 * INTERVAL)

    def line(self, loops: list[Loop], now: float) -> str:
        """What is said of them."""
        said = f"{now - self.began:.0f} s"
        if not loops:
            self.first = None
            return f"line {budget.line}, {said}" if budget.line else said
        part = 0.0
        for loop in reversed(loops):
            part = (loop.done + part) / loop.total
        if self.first is None or self.first[0] != loops[0].frame or part < self.first[1]:
            self.first = loops[0].frame, part, now
        _, before, since = self.first
        if part > before and now - since > PATIENCE:
            said += f", about {(1 - part) * (now - since) / (part - before):.0f} s left"
        filled = int(WIDTH * part)
        where = ", ".join(f"line {loop.line}: {loop.done}/{loop.total}" for loop in loops[:MOST])
        return f"[{'#' * filled}{'.' * (WIDTH - filled)}] {where}, {said}"

    def _draw(self, text: str) -> None:
        out, err = self.environment.out, self.environment.err
        streams = [out, err] if out.terminal else [err]
        for stream in streams:
            stream.before = None
        err.raw(f"\r\x1b[K{text}")
        self.drawn = True
        for stream in streams:
            stream.before = self.erase

    def erase(self) -> None:
        """Take the line away, if there is one."""
        with self.lock:
            if self.drawn:
                self.drawn = False
                self.environment.out.before = self.environment.err.before = None
                self.environment.err.raw("\r\x1b[K")
