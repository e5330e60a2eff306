"""Pictures of functions and of lists of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ...engine.tensor import Tensor
from ...studies.curves import At, Scalar, complaint
from ...studies.intervals import GRID, SMOOTH, Interval
from .picture import PATH, POINTS, Contours, Line, Picture, levels_of

#: Numbers of a list that are drawn, points of a function, and points of a grid.
MOST_NUMBERS, MOST_POINTS, MOST_GRID = 100_000, 2_000, 40_000
#: Arrows and contours, across and up.
_ARROWS, _LEVELS = 12, 8
_LONGEST = 60


class Descent(NamedTuple):
    """What is to go down on a function: optimizers, from a point or from near the first corner."""

    ways: Sequence[str]
    start: Sequence[float] | None
    rate: float
    steps: int


def picture_of(expression: str, function: Scalar, intervals: Sequence[Interval], descent: Descent) -> Picture:
    """A function of one variable with its derivative, or of two as contours. Raises ValueError."""
    if descent.start is not None and len(descent.start) != len(intervals):
        raise ValueError(f"--start needs a number for each of {', '.join(function.names)}")
    if len(intervals) == 1:
        return _curve(expression, function, intervals[0], descent)
    return _map(expression, function, intervals, descent)


def _curve(expression: str, function: Scalar, over: Interval, descent: Descent) -> Picture:
    xs = over.points(SMOOTH)
    if len(xs) > MOST_POINTS:
        raise ValueError(f"these are {len(xs)} points: at most {MOST_POINTS} go into a picture")
    found = [function((x,)) for x in xs]
    notes = _notes(function, len(xs), [each.value for each in found])
    lines = [
        _with_jumps(_short(expression), xs, found),
        Line("derivative", xs, [each.slopes[0] for each in found]),
    ]
    for way in descent.ways:
        points = [x for (x,) in _descend(function, [over], way, descent)]
        lines.append(Line(f"{way}, {_steps(points)}", points, [function((x,)).value for x in points], PATH))
    return Picture("", over.name, _short(expression), lines, notes=notes, cut=True)


def _with_jumps(label: str, xs: Sequence[float], found: Sequence[At]) -> Line:
    """A function as a line with a gap where it goes another way than its derivatives on both sides: there it jumps."""
    finite = [each.value for each in found if math.isfinite(each.value)]
    little = (max(finite) - min(finite)) / 1000 if finite else 0.0
    at, values = list(xs[:1]), [each.value for each in found[:1]]
    for x0, x1, a, b in zip(xs, xs[1:], found, found[1:]):
        change = (b.value - a.value) * (1 if x1 > x0 else -1)
        if abs(change) > little and change * a.slopes[0] <= 0 and change * b.slopes[0] <= 0:
            at.append((x0 + x1) / 2)
            values.append(math.nan)
        at.append(x1)
        values.append(b.value)
    return Line(label, at, values)


def _map(expression: str, function: Scalar, over: Sequence[Interval], descent: Descent) -> Picture:
    xs, ys = (each.points(GRID) for each in over)
    if len(xs) * len(ys) > MOST_GRID or min(len(xs), len(ys)) < 2:
        raise ValueError(f"these are {len(xs)} times {len(ys)} points: from 2 times 2 to {MOST_GRID} make contours")
    xs, ys = sorted(xs), sorted(ys)
    found = [[function((x, y)) for x in xs] for y in ys]
    values = np.array([[each.value for each in row] for row in found])
    notes = _notes(function, values.size, values.reshape(-1).tolist())
    arrows = []
    for j in _spread(len(ys)):
        for i in _spread(len(xs)):
            across, up = found[j][i].slopes
            if math.isfinite(across) and math.isfinite(up):
                arrows.append((xs[i], ys[j], across, up))
    lines = []
    for way in descent.ways:
        points = _descend(function, over, way, descent)
        lines.append(Line(f"{way}, {_steps(points)}", [x for x, _ in points], [y for _, y in points], PATH))
    title = f"{_short(expression)}: contours, and arrows along the gradient"
    levels = levels_of(values, _LEVELS)
    return Picture(title, over[0].name, over[1].name, lines, Contours(xs, ys, values, levels, arrows), notes)


def _notes(function: Scalar, count: int, values: Sequence[float]) -> list[str]:
    note = complaint(function, count)
    if not note and not any(map(math.isfinite, values)):
        raise ValueError("it has no value anywhere in the interval")
    return [note] if note else []


def _descend(function: Scalar, over: Sequence[Interval], way: str, descent: Descent) -> list[tuple[float, ...]]:
    start = descent.start or [each.start + (each.stop - each.start) / 10 for each in over]
    return function.descent(start, way, descent.rate, descent.steps)


def _steps(points: Sequence[Any]) -> str:
    count = len(points) - 1
    return f"{count} step{'' if count == 1 else 's'}"


def _spread(count: int) -> list[int]:
    """Indices apart from one another and from the edges."""
    wanted = min(_ARROWS, count)
    return sorted({round((k + 0.5) * (count - 1) / wanted) for k in range(wanted)})


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


# -- lists -------------------------------------------------------------------------------------------------------


def picture_of_values(expression: str, value: Any) -> Picture:
    """A list of numbers over their places; a tuple or a dict of such lists, a column of a matrix each. Raises
    ValueError for anything else."""
    name = _short(expression)
    if isinstance(value, dict):
        lines = [_line(_short(str(key)), each) for key, each in value.items()]
    elif isinstance(value, tuple) and value and not all(_is_number(each) for each in value):
        texts = name.strip("()").split(",")
        labels = texts if len(texts) == len(value) else [f"[{k}]" for k in range(len(value))]
        lines = [_line(label.strip(), each) for label, each in zip(labels, value)]
    else:
        array = _array(value)
        if array.ndim == 2:
            lines = [Line(f"{name}[:, {k}]", range(len(array)), array[:, k].tolist()) for k in range(array.shape[1])]
        else:
            lines = [_line(name, value)]
    if not lines or sum(len(line.xs) for line in lines) > MOST_NUMBERS:
        raise ValueError(f"{name} has {'no' if not lines else f'more than {MOST_NUMBERS}'} numbers to draw")
    if not any(math.isfinite(y) for line in lines for y in line.ys):
        raise ValueError(f"{name} has no finite number")
    return Picture("", "place", name if len(lines) == 1 else "value", lines)


def _line(label: str, value: Any) -> Line:
    array = _array(value)
    if array.ndim != 1 or not array.size:
        said = f"{label} has the shape {list(array.shape)}: a list of numbers is needed, or an interval, such as x=-3:3"
        raise ValueError(said)
    return Line(label, range(len(array)), array.tolist(), POINTS if len(array) == 1 else "line")


def _is_number(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.array.ndim == 0
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _array(value: Any) -> np.ndarray:
    if isinstance(value, Tensor):
        array = value.array
    elif isinstance(value, (list, tuple, range)):
        parts = [_array(each) if not isinstance(each, (int, float)) else each for each in value]
        shapes = {np.shape(part) for part in parts}
        if len(shapes) > 1:
            raise ValueError("the lists in it differ in length")
        array = np.array(parts)
    else:
        kind = type(value).__name__
        raise ValueError(f"a list of numbers or a tensor is needed, not {kind}; or an interval, such as x=-3:3")
    if array.dtype.kind == "c" or array.dtype.kind not in "fiubV":
        raise ValueError("real numbers are needed, and some of these are none")
    return array.astype(float)
