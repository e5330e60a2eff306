"""A function at points, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .curves import Scalar, complaint
from .intervals import MOST, ROWS, Interval


class Table(NamedTuple):
    heads: list[str]
    rows: list[list[float]]
    notes: list[str]


def heads_of(names: Sequence[str]) -> list[str]:
    """Of the variables, the value, and the derivatives."""
    return [*names, "f", *(["f'"] if len(names) == 1 else [f"df/d{name}" for name in names])]


def table_of(function: Scalar, intervals: Sequence[Interval]) -> Table:
    """The variables, the value and the derivatives, point by point. Raises ValueError."""
    points: list[tuple[float, ...]] = [(x,) for x in intervals[0].points(ROWS)]
    for each in intervals[1:]:
        more = each.points(ROWS)
        if len(points) * len(more) > MOST:
            raise ValueError(f"these are {len(points) * len(more)} points: at most {MOST} go into a table")
        points = [(*point, y) for point in points for y in more]
    rows = []
    for point in points:
        found = function(point)
        rows.append([*point, found.value, *found.slopes])
    note = complaint(function, len(points))
    return Table(heads_of(function.names), rows, [note] if note else [])
