"""``run --dask``: a batch by the workers of a Dask cluster, with output, order and exit codes of ``--jobs``.

Each task of Dask's is some files, so many that it takes longer than Dask needs to hand it out. What a worker had that
is lost goes to another: that is Dask's own doing, and told here.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any
from uuid import uuid4

from ... import __version__
from ...show.escape import escape_line
from . import remote
from .files import Batch
from .order import Ordered, Run

#: What is asked for where no cluster is running: one on this machine, for as long as the batch.
LOCAL = "local"
#: Tasks under way for each program that the cluster can run at a time.
TASKS_AHEAD = 3
#: Seconds that a task of several files should take, and files that it has at most.
TASK_SECONDS = 0.25
MOST_FILES = 32
#: Seconds to wait for the scheduler, for its first worker, between two looks at the cluster, and at the end.
CONNECT = 10.0
FIRST_WORKER = 60.0
LOOK = 2.0
LEAVE = 2.0


class ClusterError(Exception):
    """The cluster can't be used: what is wrong."""


@contextmanager
def cluster(address: str, jobs: int) -> Iterator[Any]:
    """A client of the cluster at that address, or of one made here with so many workers. Raises ClusterError."""
    try:
        import dask
        import distributed
    except ImportError:
        raise ClusterError(
            "--dask needs Dask, which is an extra of the installation: pip install 'autogradcli[dask]'"
        ) from None
    # What concerns a batch is said by the batch.
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)
    dask.config.set({"distributed.logging.distributed": "critical"})
    local = None
    try:
        if address == LOCAL:
            with _deaf():
                local = distributed.LocalCluster(
                    n_workers=jobs, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
                )
        try:
            client = distributed.Client(address if local is None else local, timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ClusterError(f"there is no Dask scheduler at {address}: {said}") from None
        try:
            yield client
        finally:
            client.close(timeout=LEAVE)
    finally:
        if local is not None:
            with _deaf():
                local.close(timeout=LEAVE)


@contextmanager
def _deaf() -> Iterator[None]:
    """Meanwhile Ctrl-C is not heard, nor by processes that are begun meanwhile: it is for this one to end them."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _Task:
    """Some files under way."""

    __slots__ = ("future", "runs")

    def __init__(self, runs: list[Run], future: Any) -> None:
        self.runs = runs
        self.future = future


class ClusterBatch(Ordered):
    """Runs a batch on a cluster. Raises ClusterError where it can't begin."""

    def __init__(self, batch: Batch, client: Any) -> None:
        super().__init__(batch)
        self.client = client
        self.name = f"autogradcli-{uuid4().hex}"
        out, err = batch.environment.out, batch.environment.err
        streams = remote.Streams(out.terminal, out.colour, err.terminal, err.colour, batch.environment.debug)
        self.share = remote.Share(self.name, os.getcwd(), batch.options, streams)
        self.tasks: dict[str, _Task] = {}
        #: Keys of tasks that have ended, and of workers that were lost the names with the keys that they had.
        self.news: queue.SimpleQueue[str | tuple[str, set[str]]] = queue.SimpleQueue()
        #: Runs whose workers were lost: each is a task of its own from now on, so that one can't take others with it.
        self.alone: deque[Run] = deque()
        self.lost: set[str] = set()
        self.count = 0
        self.places = 1
        self.next_look = 0.0
        self._try()
        client.subscribe_topic("all", self._told)

    def _try(self) -> None:
        try:
            self.client.wait_for_workers(1, timeout=FIRST_WORKER)
        except TimeoutError:
            raise ClusterError(f"the cluster has had no worker for {FIRST_WORKER:g} s") from None
        try:
            wrong = self.client.submit(remote.ready, __version__, self.share.folder, pure=False).result()
        except ModuleNotFoundError as error:
            raise ClusterError(f"the workers of the cluster have no autogradcli: {error}") from None
        except Exception as error:  # whatever else happens in other people's processes
            raise ClusterError(f"the cluster runs nothing: {type(error).__name__}: {error}") from None
        if wrong:
            raise ClusterError(wrong)

    def _told(self, event: tuple[float, Any]) -> None:
        """In a thread of Dask's: something has happened in the cluster."""
        message = event[1]
        if isinstance(message, dict) and message.get("action") == "remove-worker":
            keys = {*message.get("processing-tasks", ()), *message.get("lost-computed-tasks", ())}
            if own := {str(key) for key in keys if str(key).startswith(self.name)}:
                self.news.put((str(message.get("worker")), own))

    # -- the loop

    def _run(self) -> int:
        try:
            while not self.stopped and self.front < len(self.batch.files):
                self._look()
                self._give()
                self._take()
        except KeyboardInterrupt:
            run = self.runs.get(self.front)
            if run is not None and run.ended is None and run in [r for task in self.tasks.values() for r in task.runs]:
                self._failed(run, "KeyboardInterrupt", "")
            raise
        finally:
            self.batch.progress.erase()
            self._cancel()
            self._forget()
        return self.batch.finish()

    def _look(self) -> None:
        """How many programs the cluster can run at a time, which may change."""
        if monotonic() > self.next_look:
            self.places = max(sum(self.client.nthreads().values()), 1)
            self.next_look = monotonic() + LOOK

    def _give(self) -> None:
        while len(self.tasks) < TASKS_AHEAD * self.places:
            runs = [self.alone.popleft()] if self.alone else self._some()
            if not runs:
                return
            self.count += 1
            key = f"{self.name}-{self.count}"
            now = monotonic()
            for run in runs:
                run.began = now
            future = self.client.submit(
                remote.run_files, self.share, [run.file for run in runs], key=key, pure=False, priority=-runs[0].index
            )
            self.tasks[key] = _Task(runs, future)
            future.add_done_callback(lambda ended: self.news.put(str(ended.key)))

    def _some(self) -> list[Run]:
        """The files of the next task: one while it isn't known how long they take."""
        wanted = 1
        if self.front > 10:
            left = (len(self.batch.files) - self.given) // (2 * self.places)
            wanted = max(1, min(int(TASK_SECONDS * self.front / max(self.seconds, 1e-9)), MOST_FILES, left))
        runs: list[Run] = []
        while len(runs) < wanted and (run := self._next()) is not None:
            runs.append(run)
        return runs

    def _take(self) -> None:
        """What has come meanwhile: ends of tasks, and of workers."""
        ended: list[_Task] = []
        wait = True
        while True:
            try:
                news = self.news.get(timeout=0.1) if wait else self.news.get_nowait()
            except queue.Empty:
                break
            wait = False
            if isinstance(news, tuple):
                self._say_lost(*news)
            elif (task := self.tasks.pop(news, None)) is not None:
                ended.append(task)
        good = [task for task in ended if task.future.status == "finished"]
        # Those that fail while they are fetched are seen to by themselves.
        answers = dict(zip((id(t) for t in good), self._fetched(good), strict=True))
        for task in ended:
            answer = answers.get(id(task))
            if answer is None:
                self._broken(task)
                continue
            for run, shown in zip(task.runs, answer):
                for kind, content in shown.frames:
                    self._frame(run, kind, bytes(content))
                if shown.broken is not None:
                    self._failed(run, *shown.broken, seconds=shown.seconds)
                if self.stopped:
                    return
        self.batch.progress.show(self.batch.passed, self.batch.failed)

    def _fetched(self, tasks: list[_Task]) -> list[list[remote.Shown] | None]:
        if not tasks:
            return []
        try:
            return list(self.client.gather([task.future for task in tasks]))
        except Exception:  # of one of them: which one is seen when each is asked for
            found: list[list[remote.Shown] | None] = []
            for task in tasks:
                try:
                    found.append(task.future.result())
                except Exception:
                    found.append(None)
            return found

    def _broken(self, task: _Task) -> None:
        """A task that Dask has given up: its workers were lost several times, or it couldn't be run at all."""
        import distributed

        if task.future.status in ("cancelled", "lost"):
            raise ClusterError("the connection to the scheduler was lost")
        error = task.future.exception()
        killed = isinstance(error, distributed.KilledWorker)
        for run in task.runs:
            if killed and len(task.runs) > 1:
                self.alone.append(run)
            elif killed:
                self._failed(run, "RuntimeError", "the workers of the cluster that ran it were lost one after another")
            else:
                said = str(error).splitlines()[0] if str(error) else ""
                self._failed(run, "RuntimeError", f"the cluster couldn't run it: {type(error).__name__}: {said}")

    def _say_lost(self, worker: str, keys: set[str]) -> None:
        """Tell of a worker that is no more, and of the files that others run once more."""
        files = sum(len(task.runs) for key, task in self.tasks.items() if key in keys)
        if files and worker not in self.lost:
            self.lost.add(worker)
            what = "1 file is" if files == 1 else f"{files} files are"
            said = f"autogradcli run: the worker {escape_line(worker)} was lost; {what} run again\n"
            self.batch.environment.err.raw(said)

    def _cancel(self) -> None:
        """Nothing of the batch is to run on, wherever it is."""
        if not self.tasks:
            return
        try:
            self.client.cancel([task.future for task in self.tasks.values()], force=True)
            self.client.run(remote.stop, self.name, on_error="ignore", wait=False)
        except Exception:  # a cluster that is gone runs nothing
            pass
