"""What is wrong with a file that is read."""

from __future__ import annotations


class DataError(Exception):
    """A file that does not give the values asked for. The text says what was expected."""


class UnreadableError(Exception):
    """Bytes that are no program, and where they stop being one."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
