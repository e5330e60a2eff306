"""Pictures in a terminal: dots of Braille on the canvas of plotille, in the terminal's own colours.

The colours are put in here: plotille's own depend on the process's standard output, which may not be where this goes.

Lines are told apart by their dots as well, for where there are no colours: the first is closed, others are dotted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

from ..escape import escape_line
from .picture import JOINED, PATH, POINTS, Contours, Line, Picture, bounds, unbroken

#: Those of the sixteen that can be read on light and on dark ground: blue, red, green, magenta, cyan, yellow.
_COLOURS = ("34", "31", "32", "35", "36", "33")
#: Of the lines on contours.
_ON_CONTOURS = ("31", "35", "32")
_MARKS = ("o", "x", "+", "*", "#", "@")
_ARROWS = "→↗↑↖←↙↓↘"
#: Characters that the canvas has at least, and at most, and those of a number beside it.
_LEAST, _MOST, _NUMBER = (20, 6), (160, 50), 9
#: Contours beyond which every other one is drawn.
_LEVELS = 5
#: Dots of a character.
_ACROSS, _DOWN = 2, 4
#: A character without a dot, which is no blank to everybody.
_BLANK = "\u2800"
#: Characters between two numbers of an axis.
_EVERY = 12, 4


def draw(picture: Picture, columns: int, lines: int, colour: bool) -> str:
    """The picture as lines of text that fit so many columns; so many lines are aimed at.

    Raises ImportError where plotille is missing.
    """
    return _Drawing(picture, columns, lines, colour).text()


class _Drawing:
    def __init__(self, picture: Picture, columns: int, lines: int, colour: bool) -> None:
        from plotille import Canvas

        self.picture = picture
        self.colour = colour
        self.named = [k for k, line in enumerate(picture.lines) if line.label]
        self.legend = picture.legend and len(self.named) > (0 if picture.contours is not None else 1)
        around = 3 + bool(picture.title) + len(picture.notes) + self.legend * len(self.named)
        self.width = min(max(columns - _NUMBER - 3, _LEAST[0]), _MOST[0])
        self.height = min(max(lines - around, _LEAST[1]), _MOST[1])
        self.low, self.high, self.bottom, self.top = bounds(picture)
        self.dots = _ACROSS * self.width, _DOWN * self.height
        self.canvas: Any = Canvas(self.width, self.height, 0, 0, *self.dots)
        #: By line from above and character.
        self.tones: dict[tuple[int, int], str | None] = {}

    def text(self) -> str:
        picture = self.picture
        if picture.contours is not None:
            self._contours(picture.contours)
        for k, line in enumerate(picture.lines):
            self._line(k, line)
        for line in picture.lines:
            if line.kind == PATH:
                self._ends(line)
        lines = [*([escape_line(picture.title)] if picture.title else []), *self._framed()]
        if self.legend:
            lines += [f"{'':{_NUMBER + 2}}{self._sample(k)} {escape_line(picture.lines[k].label)}" for k in self.named]
        lines += [f"note: {escape_line(note)}" for note in picture.notes]
        return "".join(f"{line.rstrip()}\n" for line in lines)

    # -- where things are ---------------------------------------------------------------------------------

    def _x(self, x: float) -> float:
        return (x - self.low) / (self.high - self.low) * (self.dots[0] - 1)

    def _y(self, y: float) -> float:
        return (y - self.bottom) / (self.top - self.bottom) * (self.dots[1] - 1)

    def _dot(self, x: float, y: float, tone: str | None, mark: str | None = None) -> None:
        if 0 <= round(x) < self.dots[0] and 0 <= round(y) < self.dots[1]:
            self.canvas.point(round(x), round(y), marker=mark)
            self.tones[self.height - 1 - round(y) // _DOWN, round(x) // _ACROSS] = tone

    def _write(self, x: float, y: float, text: str, tone: str | None) -> None:
        """A text from the character on that a point is in, or as far left as it has to begin."""
        if 0 <= round(x) < self.dots[0] and 0 <= round(y) < self.dots[1]:
            left = min(round(x), _ACROSS * max(self.width - len(text), 0))
            self.canvas.text(left, round(y), text)
            for k in range(len(text)):
                self.tones[self.height - 1 - round(y) // _DOWN, left // _ACROSS + k] = tone

    # -- what is drawn ------------------------------------------------------------------------------------

    def _tone(self, k: int) -> str | None:
        if not self.colour:
            return None
        return _COLOURS[k % len(_COLOURS)] if self.picture.contours is None else _ON_CONTOURS[k % len(_ON_CONTOURS)]

    def _line(self, k: int, line: Line) -> None:
        tone, mark = self._tone(k), _MARKS[k % len(_MARKS)]
        for xs, ys in unbroken(line):
            points = [(self._x(x), self._y(y)) for x, y in zip(xs, ys)]
            if line.kind == POINTS or len(points) == 1:
                for x, y in points:
                    self._dot(x, y, tone, mark if line.kind != JOINED else None)
                continue
            self._joined(points, tone, 1 if line.kind == PATH else self._gap(k))
            if line.kind == PATH:
                for x, y in points:
                    self._dot(x, y, tone, mark)

    def _gap(self, k: int) -> int:
        before = sum(line.kind == JOINED for line in self.picture.lines[:k])
        return 1 if before == 0 else 2 + before

    def _joined(self, points: Sequence[tuple[float, float]], tone: str | None, gap: int) -> None:
        """A way of dots, of which each ``gap``-th is set."""
        count = 0
        for (x0, y0), (x1, y1) in pairwise(points):
            part = _inside(x0, y0, x1, y1, self.dots[0] - 1, self.dots[1] - 1)
            if part is None:
                continue
            x0, y0, x1, y1 = part
            steps = max(math.ceil(max(abs(x1 - x0), abs(y1 - y0))), 1)
            for step in range(steps):
                if count % gap == 0:
                    self._dot(x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps, tone)
                count += 1
        if gap == 1 and points:
            self._dot(*points[-1], tone)

    def _ends(self, line: Line) -> None:
        parts = list(unbroken(line))
        if parts:
            (xs, ys), (last_xs, last_ys) = parts[0], parts[-1]
            self._write(self._x(xs[0]), self._y(ys[0]), "S", None)
            self._write(self._x(last_xs[-1]), self._y(last_ys[-1]), "E", None)

    def _contours(self, contours: Contours) -> None:
        from contourpy import contour_generator

        # Of the kinds of answers that it may give, lists of points.
        made: Any = contour_generator(contours.xs, contours.ys, contours.values)
        labels: list[tuple[float, float, str, str | None]] = []
        levels = contours.levels[:: 2 if len(contours.levels) > _LEVELS else 1]
        for k, level in enumerate(levels):
            tone = _COLOURS[k % len(_COLOURS)] if self.colour else None
            longest: list[tuple[float, float]] = []
            for found in made.lines(level):
                points = [(self._x(x), self._y(y)) for x, y in found]
                self._joined(points, tone, 1)
                longest = max(longest, points, key=len)
            if longest:
                x, y = longest[(2 * k + 1) * len(longest) // (2 * len(levels) + 1)]
                labels.append((x, y, f"{level:g}", tone))
        taken = {
            (round(y) // _DOWN, round(x) // _ACROSS + k)
            for x, y, text, _ in labels
            for k in range(-len(text), len(text) + 2)
        }
        columns, rows = (sorted({arrow[k] for arrow in contours.arrows})[::2] for k in (0, 1))
        for x, y, dx, dy in contours.arrows:
            place = round(self._y(y)) // _DOWN, round(self._x(x)) // _ACROSS
            if x not in columns or y not in rows or place in taken:
                continue
            across, up = dx / (self.high - self.low) * self.dots[0], dy / (self.top - self.bottom) * self.dots[1]
            if math.isfinite(across) and math.isfinite(up) and (across or up):
                way = round(math.atan2(up, across) / (math.pi / 4)) % 8
                self._write(self._x(x), self._y(y), _ARROWS[way], None)
        for x, y, text, tone in labels:
            self._write(x, y, text, tone)

    # -- around it ----------------------------------------------------------------------------------------

    def _framed(self) -> list[str]:
        across, up = ticks(self.low, self.high, self.width // _EVERY[0]), ticks(self.bottom, self.top, self.height // 4)
        beside = {self.height - 1 - round(self._y(value)) // _DOWN: value for value in up}
        rows = self.canvas.plot().replace(_BLANK, " ").split("\n")
        lines = [f"{'':{_NUMBER}}  {escape_line(self.picture.y_label)}"]
        for k, row in enumerate(rows):
            number = f"{beside[k]:.5g}" if k in beside else ""
            lines.append(f"{number:>{_NUMBER}} {'┤' if k in beside else '│'}{self._coloured(k, row)}")
        places = {round(self._x(value)) // _ACROSS: value for value in across}
        lines.append(" " * _NUMBER + " └" + "".join("┬" if k in places else "─" for k in range(self.width)))
        below = [" "] * (self.width + _NUMBER + 4)
        end = 0
        for place, value in places.items():
            text = f"{value:.5g}"
            start = max(place + _NUMBER + 2 - len(text) // 2, end)
            if start + len(text) <= len(below):
                below[start : start + len(text)] = text
                end = start + len(text) + 1
        label = escape_line(self.picture.x_label)
        middle = _NUMBER + 2 + max(self.width - len(label), 0) // 2
        return [*lines, "".join(below), " " * middle + label]

    def _coloured(self, line: int, row: str) -> str:
        found = ""
        for tone, group in groupby(enumerate(row), key=lambda each: self.tones.get((line, each[0]))):
            text = "".join(character for _, character in group)
            found += f"\x1b[{tone}m{text}\x1b[0m" if tone else text
        return found

    def _sample(self, k: int) -> str:
        line = self.picture.lines[k]
        if line.kind == PATH:
            text = f"S{_MARKS[k % len(_MARKS)]}E"
        elif line.kind == POINTS:
            text = f" {_MARKS[k % len(_MARKS)]} "
        else:
            text = "⠤⠤⠤" if self._gap(k) == 1 else "⠄⠄⠄" if self._gap(k) == 3 else "⠄ ⠄"
        tone = self._tone(k)
        return f"\x1b[{tone}m{text}\x1b[0m" if tone else text


def ticks(low: float, high: float, count: int) -> list[float]:
    """Round numbers between two, about so many: steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / max(count, 2)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [float(f"{k * step:.10g}") for k in range(first, last + 1)]


def _inside(
    x0: float, y0: float, x1: float, y1: float, width: float, height: float
) -> tuple[float, float, float, float] | None:
    """The part of a segment within a rectangle from 0: Liang and Barsky's way to cut it."""
    enter, leave = 0.0, 1.0
    dx, dy = x1 - x0, y1 - y0
    for change, room in ((-dx, x0), (dx, width - x0), (-dy, y0), (dy, height - y0)):
        if change == 0:
            if room < 0:
                return None
            continue
        at = room / change
        if change < 0:
            enter = max(enter, at)
        else:
            leave = min(leave, at)
    if enter > leave:
        return None
    return x0 + enter * dx, y0 + enter * dy, x0 + leave * dx, y0 + leave * dy
