"""A line while something takes long: how long it has taken so far, and that Ctrl-C stops it.

It stands where the next output would, and is gone before any. Where a line is begun already there is none.
"""

from __future__ import annotations

import threading
from copy import copy
from time import monotonic
from typing import Any

from ..show.stream import Output, Stream

#: Seconds until the first, and between two.
AFTER, EVERY = 1.0, 1.0
_ERASE = "\r\x1b[K"


class SignOfLife:
    """Entered while something runs. ``watch`` gives the streams that the running program writes to."""

    def __init__(self, out: Stream) -> None:
        self._file = out.file
        self._possible = out.terminal
        self._dim = ("\x1b[2m", "\x1b[0m") if out.colour else ("", "")
        self._lock = threading.RLock()
        self._shown = False
        self._line_begun = False
        self._over = threading.Event()
        self._depth = 0

    def watch(self, stream: Stream) -> Stream:
        """The same stream, before whose output the line goes away."""
        if not (self._possible and stream.terminal):
            return stream
        watched = copy(stream)
        watched.file = _Watched(stream.file, self)
        return watched

    def __enter__(self) -> None:
        self._depth += 1
        if self._depth > 1 or not self._possible:
            return
        self._over = threading.Event()
        try:
            threading.Thread(target=self._show, args=(self._over, monotonic()), daemon=True).start()
        except RuntimeError:  # no memory for a thread, or no more of them
            return

    def __exit__(self, *problem: object) -> None:
        self._depth -= 1
        if not self._depth:
            with self._lock:
                self._over.set()
                self._erase()

    def _show(self, over: threading.Event, began: float) -> None:
        wait = AFTER
        while not over.wait(wait):
            wait = EVERY
            with self._lock:
                if over.is_set() or self._line_begun:
                    continue
                before, after = self._dim
                text = f"{monotonic() - began:.0f} s; Ctrl-C stops it"
                try:
                    self._file.write(f"{_ERASE}{before}{text}{after}")
                    self._file.flush()
                except (OSError, ValueError):  # the terminal has gone, which the program will find out
                    return
                self._shown = True

    def _erase(self) -> None:
        if self._shown:
            self._shown = False
            self._file.write(_ERASE)
            self._file.flush()

    def writing(self, file: Output, text: str) -> Any:
        with self._lock:
            self._erase()
            if text:
                self._line_begun = not text.endswith("\n")
            return file.write(text)


class _Watched:
    """A file that tells the line to go away before it is written to."""

    def __init__(self, file: Output, sign: SignOfLife) -> None:
        self._file = file
        self._sign = sign

    def write(self, text: str) -> Any:
        return self._sign.writing(self._file, text)

    def flush(self) -> None:
        self._file.flush()

    def isatty(self) -> bool:
        return self._file.isatty()
