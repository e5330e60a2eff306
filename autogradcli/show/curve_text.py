"""A function at points as a table, as CSV and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .columns import columns
from .matrix import csv_text
from .stream import Stream

if TYPE_CHECKING:
    from ..studies.tables import Table


def table_text(table: Table, width: int, out: Stream) -> str:
    rows = [[f"{value:.6g}" for value in row] for row in table.rows]
    return columns(table.heads, rows, width, out) + "".join(f"note: {note}\n" for note in table.notes)


def table_csv(table: Table) -> str:
    return csv_text(table.heads, table.rows)


def table_event(expression: str, table: Table) -> dict[str, Any]:
    return {
        "event": "table",
        "expression": expression,
        "columns": table.heads,
        "rows": table.rows,
        "notes": table.notes,
    }
