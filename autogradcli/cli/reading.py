"""Reading large texts with readers written in C, so that Ctrl-C is heard meanwhile.

The interpreter notices an interrupt when it runs a function of Python's. A reader that asks for its text line by line,
or gives each number to a function, does so often enough; it costs a tenth of the time, so small texts are read plainly.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

#: Characters that are read in no time.
LONG = 1 << 22
#: Characters of one line, which are read in one go: some tenths of a second.
MAX_LINE = 1 << 24


class DataError(Exception):
    """A file that does not give the values asked for. The text says what was expected."""


def lines(text: str) -> Iterator[str]:
    """The lines, one by one. Raises DataError for one so long that reading it alone would take seconds."""
    for number, line in enumerate(StringIO(text), 1):
        if len(line) > MAX_LINE:
            raise DataError(
                f"line {number} has {len(line)} characters; a table may have {MAX_LINE} in a line: "
                f"one number in each line can be read, or a .npy file"
            )
        yield line


def load_json(text: str, **options: Any) -> Any:
    """``json.loads``. Raises as it does."""
    from json import loads

    if len(text) > LONG:
        options = {"parse_float": _float, "parse_int": _int, **options}
    return loads(text, **options)


def _float(text: str) -> float:
    return float(text)


def _int(text: str) -> int:
    return int(text)
