"""Tables of numbers from text: CSV and TSV, with or without a line of heads."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .reading import DataError as DataError
from .reading import lines

#: The largest integers that a float64 keeps exactly.
EXACT = 1 << 53
#: Rows that become lists in no time.
_BLOCK = 1 << 12


def listed(keys: list[str]) -> str:
    shown = ", ".join(f"`{key}`" for key in keys[:8])
    return (shown + (f" and {len(keys) - 8} more" if len(keys) > 8 else "")) or "nothing"


class _Table(NamedTuple):
    text: str
    delimiter: str
    #: The names of the columns; none where the first line is one of numbers.
    heads: list[str]
    skipped: int


def _table(text: str, delimiter: str) -> _Table:
    import csv

    # A quote that is never closed would make one cell of all that follows it.
    reader = csv.reader(lines(text), delimiter=delimiter, strict=True)
    _allow(len(text))
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                heads = [] if any(map(_is_number, cells)) else [cell.strip() for cell in cells]
                return _Table(text, delimiter, heads, reader.line_num if heads else reader.line_num - 1)
    except csv.Error as error:
        raise DataError(f"line {reader.line_num}: {error}") from None
    raise DataError("it is empty; a table of numbers is expected")


def _allow(characters: int) -> None:
    """A cell may be as long as that. The limit is the whole process's, so it is only ever raised."""
    import csv

    csv.field_size_limit(max(characters + 1, csv.field_size_limit()))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell  # which is Python's own


def _columns(table: _Table, column: int | None = None) -> Any:
    """The numbers as nested lists: one row or one column is a list, several of both a list of rows."""
    from warnings import catch_warnings, simplefilter

    array = None
    with catch_warnings():
        simplefilter("error")  # "integer via a float", "no data"
        for kind in (np.int64, np.float64):
            try:
                array = np.loadtxt(
                    lines(table.text),
                    dtype=kind,
                    delimiter=table.delimiter,
                    comments=None,
                    quotechar='"',
                    skiprows=table.skipped,
                    usecols=column,
                    ndmin=2,
                )
                break
            except (ValueError, Warning):
                continue
    if array is None:
        raise DataError(_what_is_wrong(table, column) or "it is no table of numbers")
    if array.dtype.kind == "f" and (abs(array) >= EXACT).any():
        _check_integers(table, column)
    if 1 in array.shape:
        array = array.reshape(-1)
    rows: list[Any] = []
    for start in range(0, len(array), _BLOCK):  # all at once would be one long call in C, which hears no interrupt
        rows += array[start : start + _BLOCK].tolist()
    return rows


def _check_integers(table: _Table, column: int | None) -> None:
    """Raises DataError for an integer that changes where all cells become floating."""
    import csv

    reader = csv.reader(lines(table.text), delimiter=table.delimiter)
    for cells in reader:
        if reader.line_num <= table.skipped:
            continue
        for k, cell in enumerate(map(str.strip, cells)):
            if (column is not None and k != column) or not cell.lstrip("+-").isdecimal():
                continue
            where = f"line {reader.line_num}, column {k + 1}: the integer {cell[:40]}"
            advice = "if it may be rounded, write it with a point"
            if len(cell) > 40 or not -(1 << 63) <= int(cell) < 1 << 63:
                raise DataError(f"{where} is no int64; {advice}")
            if int(cell) != float(cell):
                raise DataError(f"{where} changes beside numbers with a point; {advice}")


def _what_is_wrong(table: _Table, column: int | None) -> str:
    import csv

    reader = csv.reader(lines(table.text), delimiter=table.delimiter)
    _allow(len(table.text))
    width = 0
    for cells in reader:
        if reader.line_num <= table.skipped or not cells:
            continue
        width = width or len(cells)
        if len(cells) != width and column is None:
            return f"line {reader.line_num} has {len(cells)} cells where {width} are expected"
        for k, cell in enumerate(cells):
            if (column is None or k == column) and not _is_number(cell):
                what = f"{cell[:40]!r} is no number" if cell.strip() else "the cell is empty; a number is expected"
                return f"line {reader.line_num}, column {k + 1}: {what}"
        if column is not None and column >= len(cells):
            return f"line {reader.line_num} has only {len(cells)} cells"
    return "" if width else "it has no row of numbers"


def read_table(text: str, key: str, delimiter: str) -> Any:
    table = _table(text, delimiter)
    if not key:
        return _columns(table)
    if not table.heads:
        raise DataError(f"its first line has no names of columns, so there is no column `{key}`")
    if key not in table.heads:
        raise DataError(f"there is no column `{key}`; it has {listed(table.heads)}")
    _check_heads([head for head in table.heads if head == key])
    return {key: _columns(table, table.heads.index(key))}


def _check_heads(heads: list[str]) -> None:
    """Raises DataError if two columns have one name."""
    if len(set(heads)) < len(heads):
        twice = repeated(heads)
        raise DataError(f"{heads.count(twice)} of its columns are called `{twice}`; give each a name of its own")


def repeated(names: list[str]) -> str:
    """The first name that has stood in a list before. Raises ValueError where none has."""
    before: set[str] = set()
    for name in names:
        if name in before:
            return name
        before.add(name)
    raise ValueError("no name stands twice")


def named_columns(text: str, delimiter: str) -> Any:
    table = _table(text, delimiter)
    _check_heads(table.heads)
    return {head: _columns(table, k) for k, head in enumerate(table.heads)} if table.heads else _columns(table)
