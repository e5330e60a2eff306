"""The cells of a Jupyter notebook that are programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..language.read.syntax import parse
from ..numerics.records import Record
from .reading import UnreadableError, load_json

SUFFIX = ".ipynb"
#: Magics of a whole cell that only say how the rest of it is run.
_HOW = ("%%time", "%%timeit", "%%capture")
_MARKS = ("%", "!", "?")


class Cell(Record):
    number: int
    """Among the cells of code, as a fresh run counts them."""
    source: str
    passed_over: list[tuple[int, str]]
    """Lines that are no program but for the notebook, with their numbers: their places in the source are empty."""


def cells(text: str) -> Iterator[Cell]:
    """The cells of code in their order. Raises UnreadableError for what is no notebook."""
    for number, source in enumerate(_sources(text), 1):
        yield _without_magics(number, source)


def _sources(text: str) -> list[str]:
    try:
        notebook = load_json(text)
    except (ValueError, RecursionError):
        raise UnreadableError("no notebook: it is no JSON") from None
    found = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(found, list):
        raise UnreadableError("no notebook of format 4: it has no list of cells")
    return [_source(cell) for cell in found if isinstance(cell, dict) and cell.get("cell_type") == "code"]


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise UnreadableError("no notebook of format 4: a cell's source is no text")
    return "".join(lines)


def _without_magics(number: int, source: str) -> Cell:
    if _is_program(source):
        return Cell(number, source, [])
    lines = source.split("\n")
    passed_over: list[tuple[int, str]] = []
    first = next((k for k, line in enumerate(lines) if line.strip()), 0)
    whole = lines[first].startswith("%%") and not lines[first].startswith(_HOW)
    for k, line in enumerate(lines):
        magic = line.lstrip().startswith(_MARKS) or (line.rstrip().endswith("?") and not line.lstrip().startswith("#"))
        if (magic and not whole) or (whole and k == first):
            passed_over.append((k + 1, line.strip()))
        if magic or whole:
            lines[k] = ""
    return Cell(number, "\n".join(lines), passed_over)


def _is_program(source: str) -> bool:
    try:
        parse(source)
    except (SyntaxError, RecursionError, MemoryError):
        return False
    return True
