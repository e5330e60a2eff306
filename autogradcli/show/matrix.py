"""Derivatives as one matrix: rows for the elements of the results, columns for those of the variables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..engine.tensor import Tensor
from ..explain.digits import number_text
from ..tensor_names import element
from .errors import cells
from .stream import DIM, Stream

#: Blanks between two columns.
GAP = 2


def heads(name: str, value: Tensor) -> list[str]:
    """The names of a variable's elements: ``x`` for a number, else ``x[0]``, ``x[0,1]``."""
    return [element(name, value.array.shape, k) for k in range(value.array.size)]


def matrix(blocks: Iterable[Iterable[Tensor]], rows: Sequence[Tensor], columns: Sequence[Tensor]) -> np.ndarray:
    """Blocks of derivatives as one array of two dimensions.

    ``blocks[i][j]`` has the shape of ``rows[i]`` followed by that of ``columns[j]``, as jacobian and hessian
    return them.
    """
    return np.block(
        [
            [block.array.reshape(row.array.size, column.array.size) for block, column in zip(line, columns)]
            for line, row in zip(blocks, rows)
        ]
    )


def csv_text(heads: Sequence[str], rows: Iterable[Iterable[Any]], digits: int | None = None) -> str:
    """A table with a line of heads; numbers in the fewest digits that give their value back, or in ``digits``."""
    lines = [",".join(map(_quoted, heads))]
    lines += [",".join([_number(value, digits) for value in row]) for row in rows]
    return "\n".join(lines) + "\n"


def markdown_text(heads: Sequence[str], rows: Iterable[Iterable[Any]], digits: int | None = None) -> str:
    """The same as a table of Markdown, what is no text to the right."""
    table = [list(row) for row in rows]
    written = [[value if isinstance(value, str) else _number(value, digits) for value in row] for row in table]
    right = [all(not isinstance(row[k], str) for row in table) for k in range(len(heads))]
    widths = [max(3, *[len(_bar(row[k])) for row in (heads, *written)]) for k in range(len(heads))]
    rule = [("-" * (n - 1) + ":") if ends else "-" * n for n, ends in zip(widths, right)]
    lines = [heads, rule, *written]
    padded = [
        [_bar(cell).rjust(n) if ends else _bar(cell).ljust(n) for cell, n, ends in zip(line, widths, right)]
        for line in lines
    ]
    return "".join(["| " + " | ".join(line) + " |\n" for line in padded])


def matrix_text(
    heads: Sequence[str], labels: Sequence[str], numbers: np.ndarray, width: int, out: Stream, digits: int | None = None
) -> str:
    """A matrix with what its rows and columns are; in several parts, one below another, where it is wider than that."""
    texts = [[number_text(value, digits) for value in row] for row in numbers.tolist()]
    left = max(map(cells, ("", *labels)))
    widths = [max(cells(head), *[len(row[k]) for row in texts], 1) for k, head in enumerate(heads)]
    text = ""
    first = 0
    while first < len(heads):
        last, used = first + 1, left + GAP + widths[first]
        while last < len(heads) and used + GAP + widths[last] <= width:
            used += GAP + widths[last]
            last += 1
        part = range(first, last)
        line = " " * left + "".join([GAP * " " + heads[k].rjust(widths[k]) for k in part])
        text += ("\n" if first else "") + out.style(line, DIM) + "\n"
        for label, row in zip(labels, texts):
            text += out.style(label.ljust(left), DIM)
            text += "".join([GAP * " " + row[k].rjust(widths[k]) for k in part]) + "\n"
        first = last
    return text


def _bar(cell: str) -> str:
    return cell.replace("|", "\\|")


def _number(value: Any, digits: int | None) -> str:
    if digits is not None and not isinstance(value, str):
        return number_text(value.item() if isinstance(value, np.generic) else value, digits)
    if isinstance(value, str):
        return _quoted(value)
    # NumPy's str of a scalar: the shortest text of its own precision.
    return str(value).strip("()")


def _quoted(head: str) -> str:
    return '"' + head.replace('"', '""') + '"' if any(c in head for c in ',"\n') else head
