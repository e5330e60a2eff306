"""What was typed before, kept between sessions: in the user's state folder, readable by the user alone.

An entry is written when its line is submitted, in one piece and under a lock: a crash loses nothing, and two sessions
can write into the file at once. Where the system has no such locks, one write of a file opened for appending has to do.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from prompt_toolkit.history import FileHistory, History, InMemoryHistory

#: Beyond this size the older half of the file is dropped when a prompt opens.
MAX_BYTES = 1 << 20


def history_path(environ: Mapping[str, str] = os.environ) -> str:
    """``$XDG_STATE_HOME/autogradcli/history``, by default under ``~/.local/state``."""
    state = environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(state):  # a relative one is to be ignored, the XDG rules say
        state = os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(state, "autogradcli", "history")


def open_history(path: str) -> History:
    """The history in that file; one in memory where the file can't be made or written."""
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with Locked(path) as file:
            os.fchmod(file, 0o600)
            if os.fstat(file).st_size > MAX_BYTES:
                _shorten(file)
    except OSError:
        return InMemoryHistory()
    return SharedHistory(path)


class SharedHistory(FileHistory):
    """The file of ``FileHistory``, written to by several sessions at once. Never raises: a disk that fills up later
    is no reason to lose the prompt."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path

    def load_history_strings(self) -> Iterable[str]:
        try:
            with Locked(self.path):  # so that nobody is about to shorten it
                return super().load_history_strings()
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        lines = "".join(f"+{line}\n" for line in string.split("\n"))
        entry = f"\n# {datetime.now()}\n{lines}".encode(errors="replace")
        try:
            with Locked(self.path) as file:
                os.write(file, entry)
        except OSError:
            return


class Locked:
    """The file, open for reading and appending, while no other session has it so."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __enter__(self) -> int:
        self.file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            from fcntl import LOCK_EX, flock

            flock(self.file, LOCK_EX)
        except (ImportError, OSError):  # no such module, or a file system without locks
            return self.file
        return self.file

    def __exit__(self, *problem: object) -> None:
        os.close(self.file)


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
