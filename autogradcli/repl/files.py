"""Files that commands of the prompt write."""

from __future__ import annotations

import os

from ..show.escape import escape_line
from .commands.table import CommandError


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def write_file(path: str, data: bytes, shown: str) -> None:
    """Write the whole file or leave what is there. Raises CommandError."""
    beside = f"{path}.{os.getpid()}.part"
    try:
        with open(beside, "wb") as file:
            file.write(data)
        os.replace(beside, path)
    except OSError as error:
        try:
            os.unlink(beside)
        except FileNotFoundError:
            pass
        raise CommandError(f"{escape_line(shown)}: {error.strerror}") from None
