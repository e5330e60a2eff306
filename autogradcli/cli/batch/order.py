"""The output of a batch in the order of its files: what runs ahead waits, in memory or on the disk."""

from __future__ import annotations

import os
import signal
from collections import deque
from time import monotonic
from typing import Any

from ...events import Failed
from ..environment import Environment
from .ends import Ended
from .files import UNWRITTEN, Batch, open_display
from .reports import Case
from .results import Result
from .workers import DONE, ERR, OUT, pack_end, unpack_end

#: Files that may be ahead of the one whose output is shown.
AHEAD = 1000
#: Bytes of waiting output in memory; what is more waits on the disk.
IN_MEMORY = 8 << 20


#: Signals that ask a process to end, which this one does when it has tidied up.
ENDINGS = (signal.SIGTERM, signal.SIGHUP)


class _Asked(BaseException):
    """One of ENDINGS has come."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _raise(number: int, frame: object) -> None:
    raise _Asked(number)


class Waiting:
    """Output that waits for its turn, of all files together."""

    def __init__(self) -> None:
        self.size = 0
        self.file: Any = None
        self.end = self.outside = 0

    def keep(self, data: bytes) -> bytes | tuple[int, int]:
        """The data itself, or where on the disk it is."""
        if self.size + len(data) <= IN_MEMORY:
            self.size += len(data)
            return data
        if self.file is None:
            from tempfile import TemporaryFile

            self.file = TemporaryFile()  # noqa: SIM115  it is gone with the process
        place = self.end, len(data)
        self.file.seek(self.end)
        self.file.write(data)
        self.end += len(data)
        self.outside += 1
        return place

    def take(self, kept: bytes | tuple[int, int]) -> bytes:
        if isinstance(kept, bytes):
            self.size -= len(kept)
            return kept
        self.file.seek(kept[0])
        data: bytes = self.file.read(kept[1])
        self.outside -= 1
        if not self.outside:
            self.end = 0
        return data


class Run:
    """One file from when a worker gets it until its output is shown."""

    __slots__ = ("began", "case", "ended", "file", "frames", "index", "lost", "result")

    def __init__(self, index: int, file: str, case: Case | None) -> None:
        self.index = index
        self.case = case
        self.file = file
        self.began = monotonic()
        self.ended: Ended | None = None
        self.frames: deque[tuple[int, bytes | tuple[int, int]]] = deque()
        self.result: Result | None = None
        #: Why there will be no file of results.
        self.lost: OSError | None = None


class Ordered:
    """Gives out the files of a batch, takes the frames of what they show, and shows these in order.

    Those who run them say how in ``_run``.
    """

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.runs: dict[int, Run] = {}
        self.waiting = Waiting()
        #: The files given out so far, and the one whose output is shown as it comes.
        self.given = self.front = 0
        #: Files that were given out and have to be once more.
        self.again: deque[Run] = deque()
        self.seconds = 0.0
        self.stopped = False

    def run(self) -> int:
        """The exit code. Raises KeyboardInterrupt and StreamClosed, no worker left behind.

        Nor is one, or a result half written, when a signal asks this process to end.
        """
        # Under nohup a hang-up is ignored, and stays so.
        heard = [number for number in ENDINGS if signal.getsignal(number) is not signal.SIG_IGN]
        for number in heard:
            signal.signal(number, _raise)
        try:
            return self._run()
        except _Asked as asked:
            signal.signal(asked.number, signal.SIG_DFL)
            os.kill(os.getpid(), asked.number)
            raise
        finally:
            for number in heard:
                signal.signal(number, signal.SIG_DFL)

    def _run(self) -> int:
        raise NotImplementedError

    def _next(self) -> Run | None:
        """What is to run next: what was left behind, or the next file."""
        if self.again:
            return self.again.popleft()
        files = self.batch.files
        while not self.stopped and self.given < len(files) and self.given - self.front < AHEAD:
            run = self.runs[self.given] = Run(
                self.given, files[self.given], None if self.batch.junit is None else Case()
            )
            self.given += 1
            if self.batch.results is None:
                return run
            try:
                run.result = self.batch.results.open(run.file)
                return run
            except OSError as error:
                run.lost = error
                self._frame(run, DONE, pack_end(Ended(False, 0.0)))
        return None

    def _forget(self) -> None:
        """At the end: results that are not complete are not to be there."""
        for run in self.runs.values():
            if run.result is not None:
                run.result.__exit__(KeyboardInterrupt)

    def _frame(self, run: Run, kind: int, data: bytes) -> None:
        if kind >= DONE:
            ended = unpack_end(data)
            self.seconds += ended.seconds
            self._write_result(run, None)
            run.result = None
            if run.lost is not None:
                ended = Ended(False, ended.seconds, "OSError", UNWRITTEN.format(run.lost.strerror))
                self._frame(run, ERR, self.batch.unwritten(run.file, run.lost).encode("utf-8", "surrogatepass"))
            run.ended = ended
            self._advance()
            return
        if run.case is not None:
            kept = run.case.err if kind == ERR else run.case.out
            kept.add(data.decode("utf-8", "surrogatepass"))
        if kind == OUT and self.batch.results is not None:
            self._write_result(run, data.decode("utf-8", "surrogatepass"))
        elif self.stopped:
            pass  # what runs on behind the file that ended the batch isn't shown any more
        elif run.index == self.front:
            self._show(kind, data)
        else:
            run.frames.append((kind, self.waiting.keep(data)))

    def _write_result(self, run: Run, text: str | None) -> None:
        """Write a text to a run's file of results, or for None the file itself; said at its end if that fails."""
        if run.result is None or run.lost is not None:
            return
        try:
            if text is None:
                run.result.__exit__(None)
            else:
                run.result.write(text)
        except OSError as error:
            run.lost = error
            run.result.__exit__(error)

    def _show(self, kind: int, data: bytes) -> None:
        environment = self.batch.environment
        stream = environment.err if kind == ERR else environment.out
        stream.raw(data.decode("utf-8", "surrogatepass"))

    def _advance(self) -> None:
        """Show what waits, as far as the order lets it."""
        while not self.stopped and (run := self.runs.get(self.front)) is not None:
            while run.frames:
                kind, kept = run.frames.popleft()
                self._show(kind, self.waiting.take(kept))
            if run.ended is None:
                break
            del self.runs[self.front]
            self.front += 1
            self.stopped = not self.batch.end(run.file, run.ended, run.case)

    def _failed(self, run: Run, type_: str, message: str, *, seconds: float | None = None) -> None:
        """The end of a program that can't tell of it itself."""
        own = _Sink(self, run)
        environment = Environment(stdout=own.stream(OUT), stderr=own.stream(ERR))
        around = self.batch.environment
        for mine, theirs in ((environment.out, around.out), (environment.err, around.err)):
            mine.terminal, mine.colour, mine.always_escape = theirs.terminal, theirs.colour, theirs.always_escape
        display = open_display(run.file, self.batch.options, environment)
        if seconds is None:
            seconds = monotonic() - run.began
        display.show(Failed(0, 0, 0, type_, message, ""))
        display.end(False, seconds)
        self._frame(run, DONE, pack_end(Ended.of(display, False, seconds)))


class _Sink:
    """Makes frames of what the parent says about a program."""

    def __init__(self, pool: Ordered, run: Run) -> None:
        self.pool = pool
        self.run = run

    def stream(self, kind: int) -> Any:
        return _SinkStream(self, kind)


class _SinkStream:
    def __init__(self, sink: _Sink, kind: int) -> None:
        self.sink = sink
        self.kind = kind

    def write(self, text: str) -> None:
        self.sink.pool._frame(self.sink.run, self.kind, text.encode("utf-8", "surrogatepass"))

    def flush(self) -> None:
        """A frame is shown or kept at once."""

    def isatty(self) -> bool:
        return False
