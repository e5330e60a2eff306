"""Files that commands write: whole or not at all, and never in place of what is somebody else's."""

from __future__ import annotations

import os

from ...show.escape import escape_line
from .table import CommandError


def write(path: str, text: str, shown: str) -> None:
    """Write the whole file or leave what is there. Raises CommandError."""
    beside = f"{path}.{os.getpid()}.part"
    try:
        with open(beside, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        os.replace(beside, path)
    except OSError as error:
        try:
            os.unlink(beside)
        except FileNotFoundError:
            pass
        raise CommandError(f"{escape_line(shown)}: {error.strerror}") from None


def write_picture(path: str, text: str) -> None:
    """Write a picture; it replaces no file but one. Raises CommandError."""
    from ...show.graph.box_text import MARK

    shown, path = path, os.path.expanduser(path)
    if os.path.exists(path):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                ours = MARK in file.read(len(MARK) + 40)
        except OSError as error:
            raise CommandError(f"{escape_line(shown)}: {error.strerror}") from None
        if not ours:
            raise CommandError(f"{escape_line(shown)} exists and is not a picture of a graph")
    write(path, text, shown)
