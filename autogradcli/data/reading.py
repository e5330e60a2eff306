"""Reading large texts with readers written in C, so that Ctrl-C is heard meanwhile.

The interpreter notices an interrupt when it runs a function of Python's. A reader that asks for its text line by line,
or gives each number to a function, does so often enough; it costs a tenth of the time, so small texts are read plainly.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from math import isfinite
from typing import Any

from .errors import DataError as DataError
from .errors import UnreadableError as UnreadableError

#: Characters that are read in no time.
LONG = 1 << 22
#: Characters of one line, which are read in one go: some tenths of a second.
MAX_LINE = 1 << 24


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


def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Raises DataError if a key stands in it twice: which one is meant can't be known."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = repeated(keys)
        raise DataError(f"{keys.count(twice)} values in it are called `{twice}`; give each a name of its own")
    return found


def repeated(names: list[str]) -> str:
    """The first name that has stood in a list before. Raises ValueError where none has."""
    before: set[str] = set()
    for name in names:
        if name in before:
            return name
        before.add(name)
    raise ValueError("no name stands twice")


#: How JSON writes numbers that it has none for.
SPECIAL = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def strict(value: Any) -> Any:
    """Numbers and lists of them as strict JSON has them."""
    if isinstance(value, list):
        return [strict(each) for each in value]
    if isinstance(value, float) and not isfinite(value):
        return next(text for text, number in SPECIAL.items() if number == value or (value != value and text == "NaN"))
    return value
