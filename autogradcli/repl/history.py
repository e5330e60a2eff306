"""What was typed before, kept between sessions: in the user's state folder, readable by the user alone.

An entry is written when its line is submitted, in one piece and under a lock: a crash loses nothing, and two sessions
can write into the file at once. Where the system has no such locks, one write of a file opened for appending has to do.
What stands in the file's place and is none (a pipe, a device, a folder) is never read: it might have no end.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from prompt_toolkit.history import History, InMemoryHistory

#: Beyond this size the older half of the file is dropped when a prompt opens, and so much of it is read.
MAX_BYTES = 1 << 20
#: Seconds to wait for another session's lock; one that was stopped while it held it may never give it back.
PATIENCE = 0.5


def history_path(environ: Mapping[str, str] = os.environ) -> str:
    """``$XDG_STATE_HOME/autogradcli/history``, by default under ``~/.local/state``."""
    state = environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(state):  # a relative one is to be ignored, the XDG rules say
        state = os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(state, "autogradcli", "history")


def open_history(path: str, say: Callable[[str], None] = lambda line: None) -> History:
    """The history in that file; one in memory where the file can't be made or written, and ``say`` is told."""
    history = SharedHistory(path, say)
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with Locked(path) as file:
            os.fchmod(file, 0o600)
            if os.fstat(file).st_size > MAX_BYTES:
                _shorten(file)
    except OSError as error:
        history.complain(error)
        return InMemoryHistory()
    return history


class SharedHistory(History):
    """A file that several sessions write to at once, in the form of prompt_toolkit's ``FileHistory``: for each entry a
    line with its time and its lines behind a ``+``. Never raises for what the system refuses, since a disk that fills
    up later is no reason to lose the prompt: ``say`` is told once."""

    def __init__(self, path: str, say: Callable[[str], None] = lambda line: None) -> None:
        super().__init__()
        self.path = path
        self._say = say

    def complain(self, error: OSError) -> None:
        self._say(f"inputs are not kept for later sessions: {self.path}: {error.strerror}")
        self._say = lambda line: None

    def load_history_strings(self) -> Iterable[str]:
        """The entries, the newest one first."""
        try:
            with Locked(self.path) as file:  # so that nobody is about to shorten it
                text = b"".join(_read(file, max(0, os.fstat(file).st_size - 2 * MAX_BYTES)))
        except OSError as error:
            self.complain(error)
            return []
        entries: list[list[str]] = [[]]
        for line in text.decode(errors="replace").split("\n"):
            if line.startswith("+"):
                entries[-1].append(line[1:])
            elif entries[-1]:
                entries.append([])
        return ["\n".join(lines) for lines in reversed(entries) if lines]

    def store_string(self, string: str) -> None:
        lines = "".join(f"+{line}\n" for line in string.split("\n"))
        entry = f"\n# {datetime.now()}\n{lines}".encode(errors="replace")
        try:
            with Locked(self.path) as file:
                before = os.fstat(file).st_size
                if os.write(file, entry) < len(entry):
                    os.ftruncate(file, before)  # no half entry
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self.complain(error)


class Locked:
    """The file, open for reading and appending, while no other session has it so. Raises OSError, for what is no
    ordinary file too."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __enter__(self) -> int:
        # Without O_NONBLOCK, opening some devices waits; on an ordinary file it means nothing.
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
        self.file = os.open(self.path, flags, 0o600)
        try:
            if not stat.S_ISREG(os.fstat(self.file).st_mode):
                raise OSError(errno.EINVAL, "it is no ordinary file")
            _lock(self.file)
        except BaseException:
            os.close(self.file)
            raise
        return self.file

    def __exit__(self, *problem: object) -> None:
        os.close(self.file)


def _lock(file: int) -> None:
    """Wait for the lock, but not for ever."""
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock
    except ImportError:  # no such module
        return
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return flock(file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                return
            time.sleep(0.005)
        except OSError:  # a file system without locks
            return


def _shorten(file: int) -> None:
    """Keep the newer half, from the beginning of an entry (a comment line with its time) on.

    In the file itself: another session that has it open goes on writing into this one.
    """
    size = os.fstat(file).st_size
    kept = b"".join(_read(file, size - MAX_BYTES // 2))
    start = kept.find(b"\n# ")
    os.ftruncate(file, 0)
    os.write(file, kept[start:] if start >= 0 else b"")


def _read(file: int, start: int) -> Iterator[bytes]:
    os.lseek(file, start, os.SEEK_SET)
    while piece := os.read(file, 1 << 16):
        yield piece
