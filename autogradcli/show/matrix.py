"""Derivatives as one matrix: rows for the elements of the results, columns for those of the variables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..engine.tensor import Tensor
from ..tensor_names import element


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


def csv_text(heads: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    """A table with a line of heads; numbers in the fewest digits that give their value back."""
    lines = [",".join(map(_quoted, heads))]
    lines += [",".join([_number(value) for value in row]) for row in rows]
    return "\n".join(lines) + "\n"


def _number(value: Any) -> str:
    # NumPy's str of a scalar: the shortest text of its own precision.
    return str(value).strip("()")


def _quoted(head: str) -> str:
    return '"' + head.replace('"', '""') + '"' if any(c in head for c in ',"\n') else head
