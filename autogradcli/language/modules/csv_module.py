"""``csv``: rows as lines of text, and lines of text as rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from ...api.calls.program_classes import Plain
from ...api.calls.registry import namespace
from ...numerics.naming import shown_as
from ..compile.calls import Builtin, callable_of
from ..values.attribute_lookup import get_attribute
from ..values.budget import budget, check_text
from ..values.held_streams import Held
from ..values.text_format import to_str
from .entries import entering

_OPTIONS = frozenset(
    [
        "delimiter",
        "quotechar",
        "escapechar",
        "doublequote",
        "skipinitialspace",
        "lineterminator",
        "quoting",
        "strict",
        "dialect",
    ]
)
_DIALECTS = ("excel", "excel-tab", "unix")
_QUOTING = ("QUOTE_MINIMAL", "QUOTE_ALL", "QUOTE_NONNUMERIC", "QUOTE_NONE")


@shown_as("csv.Error")
class Error(Exception):
    """A row, or a line, that is none."""


def _options(dialect: Any, given: dict[str, Any]) -> dict[str, Any]:
    for name, value in given.items():
        if name not in _OPTIONS:
            raise TypeError(f"this function got an unexpected keyword argument '{name}'")
        if not (value is None or type(value) in (str, bool, int)) or (type(value) is str and len(value) > 10):
            raise TypeError(f'"{name}" must be a short text or a number')
    if dialect not in _DIALECTS:
        raise Error("unknown dialect")
    return {"dialect": dialect, **given}


class _Kept:
    """Where Python's writer writes a line."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text = text


@shown_as("_csv.writer", in_c=True)
class Writer(Plain):
    """Writes rows to what has a ``write``."""

    def __init__(self, csvfile: Any, dialect: Any = "excel", **options: Any) -> None:
        self._write = callable_of(get_attribute(csvfile, "write"))
        self._options = _options(dialect, options)

    def writerow(self, row: Any) -> Any:
        """Write a row as a line; what ``write`` gives."""
        if isinstance(row, (int, float)) or row is None:
            raise Error(f"iterable expected, not {type(row).__name__}")
        cells = [_cell(each) for each in budget.items(row)]
        check_text(sum(2 * len(each) + 3 for each in cells if type(each) is str))
        kept = _Kept()
        try:
            csv.writer(kept, **self._options).writerow(cells)
        except csv.Error as error:
            raise Error(str(error)) from None
        return self._write(kept.text)

    def writerows(self, rows: Any) -> None:
        """Write rows as lines."""
        for row in budget.items(rows):
            self.writerow(row)


def _cell(value: Any) -> Any:
    return value if type(value) in (str, int, float, type(None)) else to_str(value)


def _lines(source: Any) -> Iterator[str]:
    """The lines of a stream or a list, each looked at."""
    held = isinstance(source, Held)
    for line in source if held else budget.items(source):
        if type(line) is not str:
            raise Error(f"iterator should return strings, not {kind_of(line)} (the file should be opened in text mode)")
        check_text(len(line))
        yield line


def kind_of(line: Any) -> str:
    """The name of a value's class."""
    return type(line).__name__


@shown_as("_csv.reader", in_c=True)
class Reader(Plain):
    """The rows of lines, one after another."""

    def __init__(self, csvfile: Any, dialect: Any = "excel", **options: Any) -> None:
        self._rows = csv.reader(_lines(csvfile), **_options(dialect, options))

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> list[Any]:
        try:
            row = next(self._rows)
        except csv.Error as error:
            raise Error(str(error)) from None
        budget.spend(64 * len(row))
        return row

    @property
    def line_num(self) -> int:
        """How many lines were read."""
        return self._rows.line_num


@shown_as("csv.DictReader")
class DictReader(Plain):
    """The rows of lines as dictionaries, by the names in the first line or ``fieldnames``."""

    def __init__(
        self, f: Any, fieldnames: Any = None, restkey: Any = None, restval: Any = None, dialect: Any = "excel",
        **options: Any,
    ) -> None:  # fmt: skip
        self._reader = Reader(f, dialect, **options)
        self._names = None if fieldnames is None else budget.items(fieldnames)
        self._rest = restkey, restval

    @property
    def fieldnames(self) -> Any:
        """The names of the columns."""
        if self._names is None:
            self._names = next(self._reader, None)
        return self._names

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> dict[Any, Any]:
        names = self.fieldnames or []
        row = next(self._reader)
        while not row:
            row = next(self._reader)
        found = dict(zip(names, row))
        if len(row) > len(names):
            found[self._rest[0]] = row[len(names) :]
        for name in names[len(row) :]:
            found[name] = self._rest[1]
        return found


@shown_as("csv.DictWriter")
class DictWriter(Plain):
    """Writes dictionaries as rows, by the names of the columns."""

    def __init__(
        self, f: Any, fieldnames: Any, restval: Any = "", extrasaction: Any = "raise", dialect: Any = "excel",
        **options: Any,
    ) -> None:  # fmt: skip
        self.fieldnames = budget.items(fieldnames)
        self.restval, self.extrasaction = restval, extrasaction
        self.writer = Writer(f, dialect, **options)

    def writeheader(self) -> Any:
        """Write the names of the columns."""
        return self.writer.writerow(self.fieldnames)

    def writerow(self, rowdict: Any) -> Any:
        """Write a dictionary as a row. Raises ValueError for a name that is no column's."""
        more = [name for name in rowdict if name not in self.fieldnames]
        if more and self.extrasaction == "raise":
            raise ValueError("dict contains fields not in fieldnames: " + ", ".join(map(repr, more)))
        return self.writer.writerow([rowdict.get(name, self.restval) for name in self.fieldnames])

    def writerows(self, rowdicts: Any) -> None:
        """Write dictionaries as rows."""
        for each in budget.items(rowdicts):
            self.writerow(each)


@entering("csv")
def list_dialects() -> list[str]:
    """The names of the ways to write."""
    return [*_DIALECTS]


_table = namespace("csv")
_table |= {name: vars(csv)[name] for name in _QUOTING}
_table |= {
    "writer": Builtin("writer", lambda csvfile, dialect="excel", **fmtparams: Writer(csvfile, dialect, **fmtparams)),
    "reader": Builtin("reader", lambda csvfile, dialect="excel", **fmtparams: Reader(csvfile, dialect, **fmtparams)),
    "DictReader": DictReader,
    "DictWriter": DictWriter,
    "Error": Error,
}
