"""Tables of numbers from text, with or without a line of heads; cells apart by commas, semicolons, tabs or blanks.

Lines that begin with ``#`` are comments, as ``numpy.savetxt`` writes them; the last one before the numbers has the
heads if it has as many words as there are columns. With semicolons a comma may stand for the point in numbers. An empty
cell is NaN. How a table was taken, where that isn't plain, is noted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .reading import DataError, lines, repeated

#: The largest integers that a float64 keeps exactly.
EXACT = 1 << 53
#: Rows that become lists in no time.
_BLOCK = 1 << 12
#: As a delimiter: blanks, however many.
BLANKS = " "
_QUOTED = re.compile(r'"[^"\n]*"')
_WITH_COMMA = re.compile(r"\s*[-+]?\d*,\d+(?:[eE][-+]?\d+)?\s*")

Note = Callable[[str], None]


def listed(keys: list[str]) -> str:
    shown = ", ".join(f"`{key}`" for key in keys[:8])
    return (shown + (f" and {len(keys) - 8} more" if len(keys) > 8 else "")) or "nothing"


class _Table(NamedTuple):
    text: str
    delimiter: str
    #: The names of the columns; none where the first line is one of numbers.
    heads: list[str]
    skipped: int
    #: Whether a comma stands in numbers for the point.
    commas: bool = False

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows of numbers, each with the number of its line."""
        for number, cells in _cells(self.text, self.delimiter):
            if number > self.skipped:
                yield number, [cell.replace(",", ".") for cell in cells] if self.commas else cells


def read_table(text: str, key: str, delimiter: str = "", note: Note = lambda line: None) -> Any:
    """The numbers as nested lists, or those of one column. Raises DataError."""
    table = _table(text, delimiter, note)
    if not key:
        return _columns(table, None, note)
    if not table.heads:
        raise DataError(f"its first line has no names of columns, so there is no column `{key}`")
    if key not in table.heads:
        raise DataError(f"there is no column `{key}`; it has {listed(table.heads)}")
    _check_heads([head for head in table.heads if head == key])
    return {key: _columns(table, table.heads.index(key), note)}


def read_columns(text: str, delimiter: str = "", note: Note = lambda line: None) -> Any:
    """The columns by their names; without names the numbers as nested lists. Raises DataError."""
    table = _table(text, delimiter, note)
    _check_heads(table.heads)
    if not table.heads:
        return _columns(table, None, note)
    return {head: _columns(table, k, note) for k, head in enumerate(table.heads)}


def heads_of(text: str, delimiter: str = "") -> list[str]:
    """The names of the columns. Raises DataError."""
    return _table(text, delimiter, lambda line: None).heads


# -- how it is written ---------------------------------------------------------------------------------------


def _table(text: str, delimiter: str, note: Note) -> _Table:
    delimiter = delimiter or _delimiter(text)
    rows = (row for row in _cells(text, delimiter) if any(cell.strip() for cell in row[1]))
    at, first = next(rows, (0, []))
    if not first:
        raise DataError("it is empty; a table of numbers is expected")
    commas = False
    if delimiter == ";" and any(map(_WITH_COMMA.fullmatch, _first_numbers(text, delimiter))):
        commas = True
        note("commas in its numbers are read as points")
    numbers = any(_is_number(cell.replace(",", ".") if commas else cell) for cell in first)
    if not numbers:
        return _Table(text, delimiter, [cell.strip() for cell in first], at, commas)
    said = _last_comment(text)
    words = said.split() if delimiter == BLANKS else [word.strip() for word in said.split(delimiter)]
    heads = words if len(words) == len(first) and all(words) and not any(map(_is_number, words)) else []
    return _Table(text, delimiter, heads, 0, commas)


def _last_comment(text: str) -> str:
    """The last line of those with which a table begins that are comments, without its mark."""
    said = ""
    for line in lines(text):
        if line.lstrip().startswith("#"):
            said = line.lstrip().lstrip("#").strip()
        elif line.strip():
            break
    return said


def _delimiter(text: str) -> str:
    """What stands between cells: as the first lines that are no comments have it."""
    found: list[str] = []
    for line in lines(text):
        if line.strip() and not line.lstrip().startswith("#"):
            found.append(_QUOTED.sub("", line))
        if len(found) == 3:
            break
    for delimiter in (";", "\t", ","):
        if found and delimiter in found[0]:
            return delimiter
    rows = [line.split() for line in found]
    return BLANKS if any(len(row) > 1 and all(map(_is_number, row)) for row in rows) else ","


def _first_numbers(text: str, delimiter: str) -> list[str]:
    """The cells of the first row that has one with a digit."""
    for _, cells in _cells(text, delimiter):
        if any(_is_number(cell) or _WITH_COMMA.fullmatch(cell) for cell in cells):
            return cells
    return []


def _cells(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line that has any and is no comment, with the number of its last line. Raises DataError."""
    if delimiter == BLANKS:
        for number, line in enumerate(lines(text), 1):
            if line.strip() and not line.lstrip().startswith("#"):
                yield number, line.split()
        return
    import csv

    # A quote that is never closed would make one cell of all that follows it.
    reader = csv.reader(_without_comments(text), delimiter=delimiter, strict=True)
    _allow(len(text))
    try:
        for cells in reader:
            if len(cells) > 1 or any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise DataError(f"line {reader.line_num}: {error}") from None


def _without_comments(text: str) -> Iterator[str]:
    for line in lines(text):
        yield "\n" if line.lstrip().startswith("#") else line


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


# -- its numbers ---------------------------------------------------------------------------------------------


def _columns(table: _Table, column: int | None, note: Note) -> Any:
    """The numbers as nested lists: one row or one column is a list, several of both a list of rows."""
    from warnings import catch_warnings, simplefilter

    array = None
    with catch_warnings():
        simplefilter("error")  # "integer via a float", "no data"
        for kind in () if table.commas else (np.int64, np.float64):
            try:
                array = np.loadtxt(
                    _without_comments(table.text),
                    dtype=kind,
                    delimiter=None if table.delimiter == BLANKS else table.delimiter,
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
        array = _with_holes(table, column, note)
    if array.dtype.kind == "f" and (abs(array) >= EXACT).any():
        _check_integers(table, column)
    if 1 in array.shape:
        array = array.reshape(-1)
    rows: list[Any] = []
    for start in range(0, len(array), _BLOCK):  # all at once would be one long call in C, which hears no interrupt
        rows += array[start : start + _BLOCK].tolist()
    return rows


def _with_holes(table: _Table, column: int | None, note: Note) -> np.ndarray:
    """The numbers of a table with empty cells, which are NaN. Raises DataError, with what is wrong."""
    rows: list[list[float]] = []
    holes, where = 0, ""
    width = 0
    for number, cells in table.rows():
        width = width or len(cells)
        if len(cells) != width and column is None:
            raise DataError(f"line {number} has {len(cells)} cells where {width} are expected")
        if column is not None and column >= len(cells):
            raise DataError(f"line {number} has only {len(cells)} cells")
        row = []
        for k, cell in enumerate(cells):
            if column is not None and k != column:
                continue
            if not cell.strip():
                where = where or f"line {number}, column {k + 1}"
                holes += 1
            elif not _is_number(cell):
                raise DataError(f"line {number}, column {k + 1}: {cell[:40]!r} is no number")
            row.append(float(cell) if cell.strip() else float("nan"))
        rows.append(row)
    if not rows:
        raise DataError("it has no row of numbers")
    array = np.array(rows, dtype=np.float64)
    if column is None and not table.heads and array.shape[1] > 1 and np.isnan(array[:, -1]).sum() == holes == len(rows):
        return array[:, :-1]  # each line ends with what stands between cells
    if holes:
        note(f"{holes} empty {'cell is' if holes == 1 else 'cells are'} read as nan, the first in {where}")
    return array


def _check_integers(table: _Table, column: int | None) -> None:
    """Raises DataError for an integer that changes where all cells become floating."""
    for number, cells in table.rows():
        for k, cell in enumerate(map(str.strip, cells)):
            if (column is not None and k != column) or not cell.lstrip("+-").isdecimal():
                continue
            where = f"line {number}, column {k + 1}: the integer {cell[:40]}"
            advice = "if it may be rounded, write it with a point"
            if len(cell) > 40 or not -(1 << 63) <= int(cell) < 1 << 63:
                raise DataError(f"{where} is no int64; {advice}")
            if int(cell) != float(cell):
                raise DataError(f"{where} changes beside numbers with a point; {advice}")


def _check_heads(heads: list[str]) -> None:
    """Raises DataError if two columns have one name."""
    if len(set(heads)) < len(heads):
        twice = repeated(heads)
        raise DataError(f"{heads.count(twice)} of its columns are called `{twice}`; give each a name of its own")
