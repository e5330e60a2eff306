"""Grids of places for axes, whose cells may span rows and columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ...numerics.naming import shown_as
from .figures import Figure, whole_index
from .plain_data import numbers

#: What says where a grid stands in the figure, and how far its cells are from each other.
SPACES = {"left": 0.125, "right": 0.9, "bottom": 0.11, "top": 0.88, "wspace": 0.2, "hspace": 0.2}


class Rectangle(NamedTuple):
    """Rows and columns from the first to the last, both included."""

    top: int
    bottom: int
    left: int
    right: int


@shown_as("matplotlib.gridspec.GridSpec")
class Grid:
    """Rows and columns, and how high and wide they are."""

    __slots__ = ("columns", "figure", "heights", "rows", "spaces", "widths")

    def __init__(self, rows: int, columns: int, widths: Any, heights: Any, figure: Figure | None) -> None:
        self.rows, self.columns = rows, columns
        self.widths = _ratios("width_ratios", widths, columns)
        self.heights = _ratios("height_ratios", heights, rows)
        self.figure = figure
        self.spaces = dict(SPACES)

    def __getitem__(self, index: Any) -> Cell:
        return Cell(self, self._found(index))

    def __iter__(self) -> Iterator[Cell]:
        return (self[k] for k in range(self.rows * self.columns))

    def _found(self, index: Any) -> Rectangle:
        if type(index) is tuple:
            if len(index) != 2:
                raise ValueError("Unrecognized subplot spec")
            top, bottom = _span(index[0], self.rows, "axis 0")
            return Rectangle(top, bottom, *_span(index[1], self.columns, "axis 1"))
        first, last = _span(index, self.rows * self.columns, "GridSpec")
        return Rectangle(first // self.columns, last // self.columns, first % self.columns, last % self.columns)

    def place(self, at: Rectangle) -> tuple[Any, ...]:
        """What axes take as their place: rows, columns and which; or parts of the figure, where cells differ."""
        if self.widths is None and self.heights is None and self.spaces == SPACES:
            first, last = at.top * self.columns + at.left + 1, at.bottom * self.columns + at.right + 1
            return (self.rows, self.columns, first if first == last else (first, last))
        space = self.spaces
        x = _edges(self.widths, self.columns, space["right"] - space["left"], space["wspace"])
        y = _edges(self.heights, self.rows, space["top"] - space["bottom"], space["hspace"])
        low, high = space["top"] - y[at.bottom][1], space["top"] - y[at.top][0]
        left, right = space["left"] + x[at.left][0], space["left"] + x[at.right][1]
        return (left, low, right - left, high - low)

    def __repr__(self) -> str:
        return f"GridSpec({self.rows}, {self.columns})"


@shown_as("matplotlib.gridspec.SubplotSpec")
class Cell:
    """A part of a grid, for ``subplot`` and ``add_subplot``."""

    __slots__ = ("at", "grid")

    def __init__(self, grid: Grid, at: Rectangle) -> None:
        self.grid, self.at = grid, at

    def __repr__(self) -> str:
        at = self.at
        return f"{self.grid!r}[{at.top}:{at.bottom + 1}, {at.left}:{at.right + 1}]"


def _ratios(name: str, given: Any, count: int) -> np.ndarray | None:
    if given is None:
        return None
    found = numbers(name, given)
    if found.shape != (count,):
        what, of = ("width", "columns") if name == "width_ratios" else ("height", "rows")
        raise ValueError(f"Expected the given number of {what} ratios to match the number of {of} of the grid")
    if not ((found > 0) & (found < 1e6)).all():
        raise ValueError(f"{name} needs positive numbers")
    return found


def _span(index: Any, count: int, what: str) -> tuple[int, int]:
    index = whole_index(index)
    if type(index) is slice:
        start, stop, _ = index.indices(count)
        if stop <= start:
            raise IndexError("GridSpec slice would result in no space allocated for subplot")
        return start, stop - 1
    if type(index) is not int:
        raise IndexError("only whole numbers and slices are valid indices of a grid")
    if not -count <= index < count:
        raise IndexError(f"index {index} is out of bounds for {what} with size {count}")
    return index % count, index % count


def _edges(ratios: np.ndarray | None, count: int, whole_: float, gap: float) -> list[tuple[float, float]]:
    """Where each of the cells begins and ends, ``gap`` being a part of their mean size."""
    shares = np.ones(count) if ratios is None else ratios
    mean = whole_ / (count + gap * (count - 1))
    sizes = shares * (mean * count / shares.sum())
    starts = np.concatenate([[0.0], np.cumsum(sizes[:-1] + gap * mean)])
    return [(float(a), float(a + b)) for a, b in zip(starts, sizes, strict=True)]
