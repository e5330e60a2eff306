"""A worker of a Dask cluster's share of a batch: for each program that it is to run at a time a process of its own.

Such a process is a worker as ``--jobs`` has them, with the same frames, the same limits of time and memory and the same
words for what it can't survive. It is no fork, since a worker of Dask's has threads, and it stays for the next files.
"""

from __future__ import annotations

import os
import pickle
import selectors
import signal
import subprocess
import sys
import threading
from io import StringIO
from time import monotonic
from typing import NamedTuple

from ... import __version__
from ..environment import CHUNK, Environment
from .files import Options
from .workers import DONE, GRACE, LAST, frames_in, how_it_ended, send_task, timed_out, work

#: What a process writes once it can run programs.
BEGUN = b"!"


class Streams(NamedTuple):
    """What the streams are that the batch writes to: whether terminals, and with colours."""

    out_terminal: bool
    out_colour: bool
    err_terminal: bool
    err_colour: bool
    debug: bool


class Share(NamedTuple):
    """What holds for all files of a batch."""

    batch: str
    folder: str
    options: Options
    streams: Streams


class Shown(NamedTuple):
    """What one program showed; why it was ended, type and message, where it could not say so itself."""

    frames: list[tuple[int, bytearray]]
    broken: tuple[str, str] | None
    seconds: float


def ready(version: str, folder: str) -> str:
    """Why this worker can't run programs of that folder as the caller would, or ""."""
    if version != __version__:
        return f"the workers have autogradcli {__version__}, this is {version}"
    if not os.path.isdir(folder):
        return f"the workers have no folder {folder}: they need the same files under the same names"
    return ""


class _Helper:
    """A process that runs one program after another."""

    def __init__(self, share: Share) -> None:
        self.share = share
        tasks, frames, life = os.pipe(), os.pipe(), os.pipe()
        self.tasks, self.frames, self.life = tasks[1], frames[0], life[1]
        theirs = (tasks[0], frames[1], life[0])
        code = f"from {__name__} import main; main(*{theirs})"
        # As this process finds the package, and not from the folder that it happens to be in.
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", code],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                cwd=share.folder,
                env=environ,
                pass_fds=theirs,
            )
        except OSError:
            self._close()
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        assert self.process.stdin is not None
        try:
            with self.process.stdin as given:
                pickle.dump((share.options, share.streams), given)
        except BrokenPipeError:
            pass  # it has ended, which the first file will tell
        self.buffer = bytearray()
        self.alive = True
        #: Whether its modules are loaded, which isn't time of the first program.
        self.begun = False

    def run(self, file: str) -> Shown:
        self.begun = self.begun or os.read(self.frames, 1) == BEGUN
        began = monotonic()
        timeout = self.share.options.timeout
        last = None if timeout is None else began + timeout + GRACE
        frames: list[tuple[int, bytearray]] = []
        try:
            send_task(self.tasks, file)
        except BrokenPipeError:
            return Shown(frames, ("RuntimeError", how_it_ended(self.end())), 0.0)
        with selectors.DefaultSelector() as selector:
            selector.register(self.frames, selectors.EVENT_READ)
            while True:
                if not selector.select(None if last is None else max(last - monotonic(), 0)):
                    assert timeout is not None
                    self.end()
                    return Shown(frames, ("TimeoutError", timed_out(timeout)), monotonic() - began)
                data = os.read(self.frames, CHUNK)
                if not data:
                    code = self.end(kill=False)
                    return Shown(frames, ("RuntimeError", how_it_ended(code)), monotonic() - began)
                self.buffer += data
                for kind, content in frames_in(self.buffer):
                    if frames and frames[-1][0] == kind and kind < DONE:
                        frames[-1][1].extend(content)
                    else:
                        frames.append((kind, bytearray(content)))
                    if kind == LAST:
                        self.end(kill=False)
                if frames and frames[-1][0] >= DONE:
                    return Shown(frames, None, monotonic() - began)

    def end(self, *, kill: bool = True) -> int:
        """The exit code, below 0 for a signal."""
        if kill:
            self.process.kill()
        code = self.process.wait()
        if self.alive:
            self.alive = False
            self._close()
        return code

    def _close(self) -> None:
        for descriptor in (self.tasks, self.frames, self.life):
            os.close(descriptor)


class _Helpers:
    """Those of this worker: who is free, and who runs something."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.free: list[_Helper] = []
        self.busy: list[_Helper] = []
        self.stopped = ""

    def take(self, share: Share) -> _Helper:
        with self.lock:
            others = [helper for helper in self.free if helper.share != share]
            for helper in others:  # of a batch that is over
                self.free.remove(helper)
                helper.end()
            helper = self.free.pop() if self.free else _Helper(share)
            self.busy.append(helper)
            return helper

    def give_back(self, helper: _Helper) -> None:
        with self.lock:
            self.busy.remove(helper)
            if helper.alive:
                self.free.append(helper)

    def stop(self, batch: str) -> None:
        with self.lock:
            self.stopped = batch
            for helper in self.busy:
                if helper.share.batch == batch:
                    os.kill(helper.process.pid, signal.SIGKILL)
            for helper in [helper for helper in self.free if helper.share.batch == batch]:
                self.free.remove(helper)
                helper.end()


_helpers = _Helpers()


def run_files(share: Share, files: list[str]) -> list[Shown]:
    """Run programs, one after another; what they show. Called by Dask, on a worker."""
    shown = []
    for file in files:
        if _helpers.stopped == share.batch:
            break
        helper = _helpers.take(share)
        try:
            shown.append(helper.run(file))
        finally:
            _helpers.give_back(helper)
    return shown


async def stop(batch: str) -> None:
    """Nobody waits for that batch any more: end what runs of it. Called by Dask, on every worker.

    A coroutine, since Dask lets nobody go without waiting for anything else.
    """
    _helpers.stop(batch)


def main(tasks: int, frames: int, life: int) -> None:
    """The process that runs programs."""
    import numpy as np

    from ..limits import started

    options, streams = pickle.load(sys.stdin.buffer)
    environment = Environment(stdin=StringIO())
    environment.out.terminal, environment.out.colour = streams.out_terminal, streams.out_colour
    environment.err.terminal, environment.err.colour = streams.err_terminal, streams.err_colour
    environment.debug = streams.debug
    started()
    os.write(frames, BEGUN)
    with np.errstate(all="ignore"):
        work(tasks, frames, life, options, environment)
    os._exit(0)
