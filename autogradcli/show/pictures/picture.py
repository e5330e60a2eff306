"""What a picture shows, whoever draws it: lines, points, contours with arrows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

#: How a line is drawn: joined, as points, or as the steps of a descent.
JOINED, POINTS, PATH = "line", "points", "path"


class Line(NamedTuple):
    """A line is broken where a value is no finite number."""

    label: str
    xs: Sequence[float]
    ys: Sequence[float]
    kind: str = JOINED


class Contours(NamedTuple):
    """``values[j][i]`` is at ``xs[i]`` and ``ys[j]``; each arrow is a point and a direction."""

    xs: Sequence[float]
    ys: Sequence[float]
    values: np.ndarray
    levels: Sequence[float]
    arrows: Sequence[tuple[float, float, float, float]]


class Picture(NamedTuple):
    title: str
    x_label: str
    y_label: str
    lines: Sequence[Line]
    contours: Contours | None = None
    notes: Sequence[str] = ()
    legend: bool = True
    grid: bool = True
    cut: bool = False
    """Whether what shoots off to infinity may leave the picture."""


def unbroken(line: Line) -> Iterator[tuple[list[float], list[float]]]:
    """The parts of a line between its gaps."""
    xs: list[float] = []
    ys: list[float] = []
    for x, y in zip(line.xs, line.ys):
        if math.isfinite(x) and math.isfinite(y):
            xs.append(x)
            ys.append(y)
        elif xs:
            yield xs, ys
            xs, ys = [], []
    if xs:
        yield xs, ys


def bounds(picture: Picture) -> tuple[float, float, float, float]:
    """The least and the largest x and y, a little apart where they are the same.

    With ``cut``, of curves that shoot off to infinity the middle is shown: beyond three times the range of the inner
    nine tenths of the values there is nothing to see but the pole.
    """
    if picture.contours is not None:
        xs, ys = np.asarray(picture.contours.xs), np.asarray(picture.contours.ys)
    else:
        xs = np.concatenate([np.asarray(line.xs, float) for line in picture.lines] or [np.zeros(0)])
        ys = np.concatenate([np.asarray(line.ys, float) for line in picture.lines] or [np.zeros(0)])
        seen = np.isfinite(xs) & np.isfinite(ys)
        xs, ys = xs[seen], ys[seen]
    if not xs.size:
        return 0.0, 1.0, 0.0, 1.0
    low, high = (float(v) for v in np.quantile(ys, [0.05, 0.95]))
    reach = 3 * (high - low)
    inner = ys[(ys >= low - reach) & (ys <= high + reach)] if reach and picture.cut else ys
    return (*_apart(float(xs.min()), float(xs.max())), *_apart(float(inner.min()), float(inner.max())))


def _apart(low: float, high: float) -> tuple[float, float]:
    if high > low:
        return low, high
    gap = abs(low) / 10 or 1.0
    return low - gap, high + gap


def levels_of(values: np.ndarray, count: int) -> list[float]:
    """Round numbers that part the values into about as many parts of the same size."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return []
    found = []
    for value in np.quantile(finite, np.linspace(0, 1, count + 2)[1:-1]):
        rounded = float(f"{value:.2g}")
        if rounded not in found and finite.min() < rounded < finite.max():
            found.append(rounded)
    return sorted(found)


def picture_event(expression: str, picture: Picture) -> dict[str, Any]:
    """The event ``plot`` of JSON Lines."""
    contours = picture.contours
    return {
        "event": "plot",
        "expression": expression,
        "x": picture.x_label,
        "y": picture.y_label,
        "lines": [
            {"label": line.label, "x": list(map(float, line.xs)), "y": list(map(float, line.ys))}
            for line in picture.lines
        ],
        "contours": None
        if contours is None
        else {
            "x": list(map(float, contours.xs)),
            "y": list(map(float, contours.ys)),
            "values": contours.values.tolist(),
            "gradients": [list(map(float, arrow)) for arrow in contours.arrows],
        },
        "notes": list(picture.notes),
    }
