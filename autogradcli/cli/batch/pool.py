"""A batch by workers, its output in the order of the files: what runs ahead waits, in memory or on the disk."""

from __future__ import annotations

import os
import selectors
import signal
from collections import deque
from time import monotonic
from typing import Any

from ...events import Failed
from ..environment import Environment
from .files import Batch, Ended, open_display
from .results import Result
from .workers import DONE, END, ERR, HEAD, LAST, OUT, timed_out, work
from .workers import send_task as send

#: Files that workers may be ahead of the one whose output is shown.
AHEAD = 1000
#: Bytes of waiting output in memory; what is more waits on the disk.
IN_MEMORY = 8 << 20
#: Seconds beyond its time after which a worker is killed, and that an interrupted one has for its last words.
GRACE = 1.0
#: Files that a worker is given in advance, once files have turned out to take less than so many seconds each.
IN_ADVANCE = 4
SHORT = 0.01
CHUNK = 1 << 16

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

    __slots__ = ("began", "ended", "file", "frames", "index", "lost", "result")

    def __init__(self, index: int, file: str) -> None:
        self.index = index
        self.file = file
        self.began = monotonic()
        self.ended: Ended | None = None
        self.frames: deque[tuple[int, bytes | tuple[int, int]]] = deque()
        self.result: Result | None = None
        #: Why there will be no file of results.
        self.lost: OSError | None = None


class Worker:
    """The parent's view of a worker."""

    __slots__ = ("buffer", "frames", "pid", "runs", "tasks")

    def __init__(self, pid: int, tasks: int, frames: int) -> None:
        self.pid = pid
        self.tasks = tasks
        self.frames = frames
        self.buffer = bytearray()
        #: What it was given and has not ended; the first is under way.
        self.runs: deque[Run] = deque()


class Pool:
    """Runs a batch by that many workers."""

    def __init__(self, batch: Batch, jobs: int) -> None:
        self.batch = batch
        self.jobs = min(jobs, len(batch.files))
        self.selector = selectors.DefaultSelector()
        self.workers: list[Worker] = []
        self.runs: dict[int, Run] = {}
        self.waiting = Waiting()
        #: The files given to workers so far, and the one whose output is shown as it comes.
        self.given = self.front = 0
        #: Files that were given to a worker which has ended before it came to them.
        self.again: deque[Run] = deque()
        self.seconds = 0.0
        self.stopped = False
        self.life = os.pipe()

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
        try:
            while not self.stopped and self.front < len(self.batch.files):
                self._give()
                self._read(0.1)
                self._kill_late()
        except KeyboardInterrupt:
            self._last_words()
            raise
        finally:
            self.batch.progress.erase()
            self._stop_workers()
            for run in self.runs.values():
                if run.result is not None:
                    run.result.__exit__(KeyboardInterrupt)
            os.close(self.life[0])
            os.close(self.life[1])
            self.selector.close()
        return self.batch.finish()

    # -- workers

    def _give(self) -> None:
        short = self.front > 10 and self.seconds < SHORT * self.front
        while (run := self._next()) is not None:
            worker = min(self.workers, key=lambda worker: len(worker.runs), default=None)
            if worker is None or (worker.runs and len(self.workers) < self.jobs):
                try:
                    worker = self._start_worker()
                except OSError as error:  # no more processes, or no more files open
                    if worker is None:
                        self._failed(run, "OSError", f"no process can be started for it: {error.strerror}")
                        return
                    self.jobs = len(self.workers)
                    self.again.appendleft(run)
                    return
            elif len(worker.runs) >= (IN_ADVANCE if short else 1):
                self.again.appendleft(run)
                return
            run.began = monotonic()
            worker.runs.append(run)
            try:
                send(worker.tasks, run.file)
            except BrokenPipeError:
                continue  # it has ended; what it said about that is still to be read, then its files go to others

    def _next(self) -> Run | None:
        """What a worker is to run next: what another left behind, or the next file."""
        if self.again:
            return self.again.popleft()
        files = self.batch.files
        while not self.stopped and self.given < len(files) and self.given - self.front < AHEAD:
            run = self.runs[self.given] = Run(self.given, files[self.given])
            self.given += 1
            if self.batch.results is None:
                return run
            try:
                run.result = self.batch.results.open(run.file)
                return run
            except OSError as error:
                run.lost = error
                self._frame(run, DONE, END.pack(False, 0.0))
        return None

    def _start_worker(self) -> Worker:
        """Start a worker. Raises OSError."""
        tasks = os.pipe()
        try:
            frames = os.pipe()
        except OSError:
            _close(*tasks)
            raise
        try:
            pid = os.fork()
        except OSError:
            _close(*tasks, *frames)
            raise
        if not pid:
            code = 1
            try:
                for other in self.workers:
                    os.close(other.tasks)
                    os.close(other.frames)
                for descriptor in (tasks[1], frames[0], self.life[1]):
                    os.close(descriptor)
                work(tasks[0], frames[1], self.life[0], self.batch.options, self.batch.environment)
                code = 0
            finally:
                os._exit(code)  # nothing of the parent's is to be unwound here
        os.close(tasks[0])
        os.close(frames[1])
        worker = Worker(pid, tasks[1], frames[0])
        self.workers.append(worker)
        self.selector.register(worker.frames, selectors.EVENT_READ, worker)
        return worker

    def _reap(self, worker: Worker) -> int:
        """Take leave of a worker that has ended; how it ended, as ``os.waitstatus_to_exitcode`` says.

        What it was given and has not ended is given to others.
        """
        self.again.extend(worker.runs)
        self.workers.remove(worker)
        self.selector.unregister(worker.frames)
        os.close(worker.tasks)
        os.close(worker.frames)
        return os.waitstatus_to_exitcode(os.waitpid(worker.pid, 0)[1])

    def _kill_late(self) -> None:
        timeout = self.batch.options.timeout
        if timeout is None:
            return
        now = monotonic()
        for worker in list(self.workers):
            run = worker.runs[0] if worker.runs else None
            if run is not None and now - run.began > timeout + GRACE and not self._readable(worker):
                os.kill(worker.pid, signal.SIGKILL)
                worker.runs.popleft()
                self._reap(worker)
                self._failed(run, "TimeoutError", timed_out(timeout))

    def _readable(self, worker: Worker) -> bool:
        """Whether something has come from a worker meanwhile, such as its end."""
        return any(key.data is worker for key, _ in self.selector.select(0))

    # -- what they send

    def _read(self, wait: float) -> None:
        for key, _ in self.selector.select(wait):
            worker: Worker = key.data
            data = os.read(worker.frames, CHUNK)
            if data:
                self._frames(worker, data)
                continue
            run = worker.runs.popleft() if worker.runs else None
            code = self._reap(worker)
            if run is not None:
                self._failed(run, "RuntimeError", _how_it_ended(code))
        self.batch.progress.show(self.batch.passed, self.batch.failed)

    def _frames(self, worker: Worker, data: bytes) -> None:
        buffer = worker.buffer
        buffer += data
        start = 0
        while len(buffer) - start >= HEAD.size:
            kind, length = HEAD.unpack_from(buffer, start)
            end = start + HEAD.size + length
            if len(buffer) < end:
                break
            run = worker.runs[0]
            content = bytes(buffer[start + HEAD.size : end])
            if kind >= DONE:
                worker.runs.popleft()
                if worker.runs:
                    worker.runs[0].began = monotonic()
            if kind == LAST:
                self._reap(worker)
            self._frame(run, kind, content)
            start = end
        del buffer[:start]

    def _frame(self, run: Run, kind: int, data: bytes) -> None:
        if kind >= DONE:
            ended = Ended(*END.unpack(data))
            self.seconds += ended.seconds
            self._write_result(run, None)
            run.result = None
            if run.lost is not None:
                ended = ended._replace(ok=False)
                self._frame(run, ERR, self.batch.unwritten(run.file, run.lost).encode("utf-8", "surrogatepass"))
            run.ended = ended
            self._advance()
        elif kind == OUT and self.batch.results is not None:
            self._write_result(run, data.decode("utf-8", "surrogatepass"))
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
            self.stopped = not self.batch.end(run.file, run.ended)

    # -- ends that a worker can't tell of itself

    def _failed(self, run: Run, type_: str, message: str) -> None:
        own = _Sink(self, run)
        environment = Environment(stdout=own.stream(OUT), stderr=own.stream(ERR))
        around = self.batch.environment
        for mine, theirs in ((environment.out, around.out), (environment.err, around.err)):
            mine.terminal, mine.colour, mine.always_escape = theirs.terminal, theirs.colour, theirs.always_escape
        display = open_display(run.file, self.batch.options, environment)
        seconds = monotonic() - run.began
        display.show(Failed(0, 0, 0, type_, message, ""))
        display.end(False, seconds)
        self._frame(run, DONE, END.pack(False, seconds))

    def _last_words(self) -> None:
        """After Ctrl-C: what the program in front has to say about it, which a second Ctrl-C cuts short."""
        front = next((w for w in self.workers if w.runs and w.runs[0].index == self.front), None)
        if front is None:
            return
        self._stop_workers(keep=front)
        run, until = front.runs[0], monotonic() + GRACE
        try:
            os.kill(front.pid, signal.SIGTERM)
            while run.ended is None and self.selector.select(max(until - monotonic(), 0)):
                self._read(0)
        except KeyboardInterrupt:
            return

    def _stop_workers(self, keep: Worker | None = None) -> None:
        """End all workers but one, at once."""
        for worker in [worker for worker in self.workers if worker is not keep]:
            os.kill(worker.pid, signal.SIGKILL)
            self._reap(worker)


class _Sink:
    """Makes frames of what the parent says about a program."""

    def __init__(self, pool: Pool, run: Run) -> None:
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


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"the process that ran it was ended by {signal.Signals(-code).name}"
    return f"the process that ran it ended with the exit code {code}"
