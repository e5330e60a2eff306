"""Worker processes for a batch: each runs one program at a time and sends what it writes in frames.

A worker is a fork of this process, so it begins with everything loaded. Its frames are

    kind (1 byte)  OUT, ERR, DONE, or LAST: done, and the worker is too
    length (4 bytes)
    that many bytes: text in UTF-8; for DONE and LAST how it ended, as ``pack_end`` has it

A program that is over its time is stopped by the language itself; one in a long call of NumPy by a thread of
the worker, which says where and ends the process; and one that lets no other thread run by its parent.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
import threading
from collections.abc import Iterator
from time import monotonic
from types import FrameType
from typing import Any

from ...events import Failed
from ...language.read.syntax import Place
from ...language.values.budget import budget
from ..environment import Environment
from ..limits import limit_memory
from .ends import Ended
from .files import Options, open_display, run_file

OUT, ERR, DONE, LAST = range(4)
HEAD = struct.Struct("<BI")
_END = struct.Struct("<?dqB")
_LENGTH = struct.Struct("<I")

#: Seconds that the language is given to notice by itself that the time is over, and then the thread.
PATIENCE = 0.1
#: Seconds beyond its time after which a worker is killed, and that an interrupted one has for its last words.
GRACE = 1.0
#: Characters of a frame; longer texts are cut in several, none in the middle of a letter.
MAX_FRAME = 1 << 18
#: Bytes of frames that are sent together, and seconds that they may wait for each other.
TOGETHER = 1 << 14
INTERVAL = 0.05


def pack_end(ended: Ended) -> bytes:
    """Whether it went well (1 byte), the seconds (8), the line (8), the exit code (1); the error's type and message,
    between them a 0."""
    said = f"{ended.type}\0{ended.message}".encode("utf-8", "surrogatepass") if ended.type else b""
    return _END.pack(ended.ok, ended.seconds, ended.line, ended.code) + said


def unpack_end(data: bytes) -> Ended:
    ok, seconds, line, code = _END.unpack_from(data)
    kind, _, message = data[_END.size :].decode("utf-8", "surrogatepass").partition("\0")
    return Ended(ok, seconds, kind, message, line, code)


def frames_in(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """The frames that have come completely: kind and content. They are taken off the buffer."""
    start = 0
    while len(buffer) - start >= HEAD.size:
        kind, length = HEAD.unpack_from(buffer, start)
        end = start + HEAD.size + length
        if len(buffer) < end:
            break
        content = bytes(buffer[start + HEAD.size : end])
        start = end
        yield kind, content
    del buffer[:start]


def timed_out(seconds: float) -> str:
    """The message of the error, as the language has it."""
    return f"stopped after {seconds:g} s"


class FrameWriter:
    """A standard stream of a worker: every text is a frame to the parent."""

    def __init__(self, worker: _Worker, kind: int, terminal: bool) -> None:
        self.worker = worker
        self.kind = kind
        self.terminal = terminal

    def write(self, text: str) -> None:
        for start in range(0, len(text), MAX_FRAME):
            self.worker.send(self.kind, text[start : start + MAX_FRAME].encode("utf-8", "surrogatepass"))

    def flush(self) -> None:
        """A frame is under way soon enough."""

    def isatty(self) -> bool:
        return self.terminal


def work(tasks: int, frames: int, life: int, options: Options, environment: Environment) -> None:
    """The life of a worker: read names of files from ``tasks`` and run them, until there are no more.

    ``life`` is a pipe that only the parent can write to, and never does: its end is the parent's.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all; the parent says who is to stop
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    # Without its thread a worker would outlive its parent: then it ends, and its parent says how.
    threading.excepthook = lambda problem: os._exit(1)
    worker = _Worker(tasks, frames, life, options, environment)
    limit_memory(options.settings.memory)  # now that the thread has begun, which takes some
    worker.run()


def _interrupt(number: int, frame: FrameType | None) -> None:
    # Not raised here, where it might be in the middle of a frame: the language asks.
    budget.interrupted = True
    budget.fuel = 0


class _Worker:
    def __init__(self, tasks: int, frames: int, life: int, options: Options, environment: Environment) -> None:
        self.tasks = tasks
        self.frames = frames
        self.options = options
        #: Held while frames are made and sent.
        self.lock = threading.Lock()
        self.buffer = bytearray()
        self.environment = environment.writing_to(FrameWriter(self, OUT, environment.out.terminal))
        self.environment.out.colour = environment.out.colour
        self.environment.err = _framed_err(self, environment)
        self.file = ""
        self.began = 0.0
        #: When the thread has to step in; None while nothing runs.
        self.deadline: float | None = None
        self.main = threading.get_ident()
        threading.Thread(target=self._watch, args=(life,), daemon=True).start()

    def run(self) -> None:
        while (file := self._next()) is not None:
            self.file = file
            self.began = monotonic()
            timeout = self.options.timeout
            self.deadline = None if timeout is None else self.began + timeout + PATIENCE
            try:
                ended = run_file(file, self.options, self.environment)
            except KeyboardInterrupt:
                self.send(LAST, pack_end(Ended(False, monotonic() - self.began, "KeyboardInterrupt")))
                return
            self.deadline = None
            self.send(DONE, pack_end(ended))

    def _next(self) -> str | None:
        head = _read_exactly(self.tasks, _LENGTH.size)
        return None if head is None else os.fsdecode(_read_exactly(self.tasks, _LENGTH.unpack(head)[0]) or b"")

    def send(self, kind: int, data: bytes) -> None:
        with self.lock:
            self.add(kind, data)
            if kind >= DONE or len(self.buffer) > TOGETHER:
                self._flush()

    def add(self, kind: int, data: bytes) -> None:
        self.buffer += HEAD.pack(kind, len(data))
        self.buffer += data

    def _flush(self) -> None:
        rest = memoryview(bytes(self.buffer))
        self.buffer.clear()
        try:
            while rest:
                rest = rest[os.write(self.frames, rest) :]
        except BrokenPipeError:
            os._exit(1)  # the parent has gone

    def _watch(self, life: int) -> None:
        """The thread: send what waits, end the process when its parent has gone or a program is over its time."""
        from select import select

        while True:
            ready, _, _ = select([life], [], [], INTERVAL)
            if ready:
                os._exit(1)
            if self.buffer and self.lock.acquire(blocking=False):
                try:
                    self._flush()
                finally:
                    self.lock.release()
            deadline = self.deadline
            if deadline is not None and monotonic() > deadline:
                self._give_up()

    def _give_up(self) -> None:
        """Say for the main thread, which is in a long call, that its time is over, and end."""
        self.lock.acquire()  # for ever: nothing else is to be sent
        if self.deadline is None or self.options.timeout is None:
            self.lock.release()
            return  # it has ended meanwhile
        failed = _where(sys._current_frames().get(self.main), timed_out(self.options.timeout))
        environment = self.environment.writing_to(_Unlocked(self, OUT, self.environment.out.terminal))
        environment.out.colour = self.environment.out.colour
        environment.err = _framed_err(self, self.environment, _Unlocked)
        display = open_display(self.file, self.options, environment)
        seconds = monotonic() - self.began
        display.show(failed)
        display.end(False, seconds)
        self.add(LAST, pack_end(Ended.of(display, False, seconds)))
        self._flush()
        os._exit(0)


class _Unlocked(FrameWriter):
    """For the thread, which has the lock already."""

    def write(self, text: str) -> None:
        self.worker.add(self.kind, text.encode("utf-8", "surrogatepass"))


def _framed_err(worker: _Worker, environment: Environment, kind: type[FrameWriter] = FrameWriter) -> Any:
    from ...show.stream import Stream

    stream = Stream(kind(worker, ERR, environment.err.terminal), always_escape=True)
    stream.colour = environment.err.colour
    return stream


def _where(frame: FrameType | None, message: str) -> Failed:
    """The error at the innermost piece of the program that is running: compiled nodes keep their place."""
    while frame is not None:
        place = frame.f_locals.get("place") if "place" in frame.f_code.co_varnames else None
        if type(place) is Place:
            source = place.source
            line, offset, end_line, end_offset = place.extent()
            column = source.column(line, offset)
            end = max(source.column(line, end_offset), column + 1) if end_line == line else column + 1
            return Failed(line, column, end, "TimeoutError", message, source.line(line))
        frame = frame.f_back
    line = max(budget.line, 1)
    return Failed(line, 1, 2, "TimeoutError", message, "")


def _read_exactly(descriptor: int, count: int) -> bytes | None:
    data = b""
    while len(data) < count:
        part = os.read(descriptor, count - len(data))
        if not part:
            return None
        data += part
    return data


def send_task(descriptor: int, file: str) -> None:
    """Give a worker its next file. Raises OSError if it has gone."""
    name = os.fsencode(file)
    os.write(descriptor, _LENGTH.pack(len(name)) + name)


def how_it_ended(code: int) -> str:
    """Of a worker that could say no more; the code is as ``os.waitstatus_to_exitcode`` has it."""
    if code < 0:
        return f"the process that ran it was ended by {signal.Signals(-code).name}"
    return f"the process that ran it ended with the exit code {code}"
