"""A small table as plain text: for lists of variables, options and the like."""

from __future__ import annotations

from collections.abc import Sequence

from .errors import cells
from .stream import DIM, Stream

GAP = "  "


def columns(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int, out: Stream) -> str:
    """The rows (escaped text) under their heads, without columns that are empty; each row as a list of its own where
    the columns don't fit the width."""
    used, widths = _measured(heads, rows)
    if sum(widths) + len(GAP) * (len(used) - 1) > width:
        return "".join(_as_list(heads, row, used) for row in rows)
    lines = [out.style(GAP.join(_padded(heads[k], w) for k, w in zip(used, widths)).rstrip(), DIM)]
    lines += [GAP.join(_padded(row[k], w) for k, w in zip(used, widths)).rstrip() for row in rows]
    return "\n".join(lines) + "\n"


def columns_width(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """How wide the rows are side by side."""
    used, widths = _measured(heads, rows)
    return sum(widths) + len(GAP) * (len(used) - 1)


def _measured(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[list[int], list[int]]:
    """The columns that are not empty, and the width of each."""
    used = [k for k in range(len(heads)) if k == 0 or any(row[k] for row in rows)]
    return used, [max(cells(text) for text in (heads[k], *[row[k] for row in rows])) for k in used]


def _as_list(heads: Sequence[str], row: Sequence[str], used: Sequence[int]) -> str:
    longest = max(map(len, heads))
    lines = [row[0], *[f"  {heads[k].ljust(longest)}  {row[k]}" for k in used[1:] if row[k]]]
    return "\n".join(lines) + "\n"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))
