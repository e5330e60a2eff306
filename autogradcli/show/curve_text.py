"""A function at points as a table, as CSV, as Markdown and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..explain.digits import number_text
from .columns import columns
from .matrix import csv_text, markdown_text
from .stream import Stream

if TYPE_CHECKING:
    from ..studies.tables import Table


def table_text(table: Table, width: int, out: Stream) -> str:
    rows = [[number_text(value, out.digits) for value in row] for row in table.rows]
    return columns(table.heads, rows, width, out) + "".join(f"note: {note}\n" for note in table.notes)


def table_csv(table: Table, digits: int | None = None) -> str:
    return csv_text(table.heads, table.rows, digits)


def table_markdown(table: Table, digits: int | None = None) -> str:
    return markdown_text(table.heads, table.rows, digits)


def table_event(expression: str, table: Table) -> dict[str, Any]:
    return {
        "event": "table",
        "expression": expression,
        "columns": table.heads,
        "rows": table.rows,
        "notes": table.notes,
    }
