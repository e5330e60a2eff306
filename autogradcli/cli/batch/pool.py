"""A batch by workers, its output in the order of the files."""

from __future__ import annotations

import os
import selectors
import signal
from collections import deque
from time import monotonic

from .files import Batch
from .order import Ordered, Run
from .workers import DONE, GRACE, LAST, frames_in, how_it_ended, timed_out, work
from .workers import send_task as send

#: Files that a worker is given in advance, once files have turned out to take less than so many seconds each.
IN_ADVANCE = 4
SHORT = 0.01
CHUNK = 1 << 16


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


class Pool(Ordered):
    """Runs a batch by that many workers."""

    def __init__(self, batch: Batch, jobs: int) -> None:
        super().__init__(batch)
        self.jobs = min(jobs, len(batch.files))
        self.selector = selectors.DefaultSelector()
        self.workers: list[Worker] = []
        self.life = os.pipe()

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
            self._forget()
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
                self._failed(run, "RuntimeError", how_it_ended(code))
        self.batch.progress.show(self.batch.passed, self.batch.failed)

    def _frames(self, worker: Worker, data: bytes) -> None:
        worker.buffer += data
        for kind, content in frames_in(worker.buffer):
            run = worker.runs[0]
            if kind >= DONE:
                worker.runs.popleft()
                if worker.runs:
                    worker.runs[0].began = monotonic()
            if kind == LAST:
                self._reap(worker)
            self._frame(run, kind, content)

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


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
