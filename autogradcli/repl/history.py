"""What was typed before, kept between sessions: in the user's state folder, readable by the user alone."""

from __future__ import annotations

import os
from collections.abc import Mapping

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
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
            size = os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
        if size > MAX_BYTES:
            _shorten(path)
    except OSError:
        return InMemoryHistory()
    return ForgivingHistory(path)


class ForgivingHistory(FileHistory):
    """A disk that fills up later is no reason to lose the prompt."""

    def store_string(self, string: str) -> None:
        try:
            super().store_string(string)
        except OSError:
            return


def _shorten(path: str) -> None:
    """Keep the newer half, from the beginning of an entry (a comment line with its time) on."""
    with open(path, "r+b") as file:
        file.seek(-MAX_BYTES // 2, os.SEEK_END)
        kept = file.read()
        start = kept.find(b"\n# ")
        file.seek(0)
        file.truncate()
        file.write(kept[start:] if start >= 0 else b"")
