"""A picture as a tree of text: what made the result, from what, down to the variables.

loss = MeanBackward0 []            line 3: loss = ((W @ x - t) ** 2).mean()
└─ PowBackward0 [3]                line 3
   └─ SubBackward0 [3]             line 3
      └─ MvBackward0 [3]           line 3
         └─ W [3, 2]

What several lead to stands there once. A branch that grows too wide for the screen goes on below.
"""

from __future__ import annotations

from collections import Counter
from textwrap import fill
from typing import NamedTuple

from ...explain.graph.graph_picture import LEAF, MORE, ROLLED, Picture
from ..errors import cells
from ..escape import escape_line
from . import box_text

#: Columns that a line should have beside what stands left of it, and lines in all.
_ROOM, MOST_LINES = 44, 400
#: Columns in which it can be said where something is.
_LEAST_ROOM = 6


class Line(NamedTuple):
    left: str
    number: int
    again: bool = False
    """Whether it stands above already; with a box of its own line: it goes on below."""
    below: bool = False


def tree(picture: Picture, width: int) -> str:
    """The lines of the tree, escaped."""
    return _Tree(picture, max(width, 40)).text()


class _Tree:
    def __init__(self, picture: Picture, width: int) -> None:
        self.picture, self.width = picture, width
        self.widest = max(12, width - _ROOM)
        ways = Counter(edge.box for box in picture.boxes for edge in box.inputs)
        self.marks: dict[int, str] = {}
        for k, box in enumerate(picture.boxes):
            if ways[k] > 1 and (not box.name or box.name.startswith("a leaf without")):
                self.marks[k] = f"#{len(self.marks) + 1}"
        self.short = False

    def text(self) -> str:
        lines = self._lines()
        rows: list[tuple[str, ...]] = [(line.left + self._head(line), *self._columns(line)) for line in lines]
        made = self._side_by_side(rows, ("", "value", "gradient", "") if self.picture.valued else None)
        made += [fill(escape_line(note), self.width) for note in self.picture.notes]
        if self.short:
            made.append("... the rest of the lines is left out; --depth N draws what is within N levels of the result")
        return "".join(f"{line}\n" for line in made)

    def _lines(self) -> list[Line]:
        """The lines in their order."""
        boxes = self.picture.boxes
        lines: list[Line] = []
        seen: set[int] = set()
        later: list[int] = []
        #: what to draw: a box, what stands left of it and of what is below it
        pending = [(0, "", "")]
        while pending or later:
            if not pending:
                pending.append((later.pop(0), "", ""))
                seen.discard(pending[0][0])
            number, left, below = pending.pop()
            box = boxes[number]
            if len(lines) >= MOST_LINES:
                self.short = True
                break
            if number in seen:
                lines.append(Line(left, number, again=True))
                continue
            seen.add(number)
            if len(below) > self.widest and box.inputs:
                self.marks.setdefault(number, f"#{len(self.marks) + 1}")
                later.append(number)
                lines.append(Line(left, number, below=True))
                continue
            lines.append(Line(left, number))
            last = len(box.inputs) - 1
            for k, edge in reversed(list(enumerate(box.inputs))):
                branch, rest = ("└─ ", "   ") if k == last else ("├─ ", "│  ")
                pending.append((edge.box, below + branch, below + rest))
        return lines

    def _head(self, line: Line) -> str:
        box = self.picture.boxes[line.number]
        mark = self.marks.get(line.number, "")
        if box.kind == MORE:
            return "..."
        if line.again or line.below:
            where = "(below)" if line.below else "" if box.kind == LEAF else "(above)"
            return f"{mark or box_text.cut(escape_line(box.name), 40)} {where}".rstrip()
        text = box_text.named(self.picture, box)
        shapes = box_text.shapes(box)
        notes = box_text.notes(box)
        parts = [mark, text, shapes, notes]
        if box.kind == ROLLED and box.inside:
            parts.append(f"with {box_text.inside(box)}")
        return " ".join(part for part in parts if part)

    def _columns(self, line: Line) -> tuple[str, str, str]:
        box = self.picture.boxes[line.number]
        if line.again or line.below or box.kind == MORE:
            return "", "", ""
        value, gradient = (box_text.value(box), box_text.gradient(box)) if self.picture.valued else ("", "")
        where = box_text.place(self.picture, box)
        within = box_text.module(self.picture, box.module)
        if within and box.kind != LEAF:
            where = f"{within}{', ' if where else ''}{box_text.place(self.picture, box, source=False)}"
        return value, gradient, where

    def _side_by_side(self, rows: list[tuple[str, ...]], heads: tuple[str, ...] | None) -> list[str]:
        """Columns, each as wide as it needs and there is room for; the last one says where."""
        rows = self._said_once(rows)
        if heads is not None:
            rows = [heads, *rows]
        valued = heads is not None
        wide = [max(cells(row[k]) for row in rows) for k in range(3)]
        wide[0] = min(wide[0], max(self.width // 2, 30) if valued else self.width - 1)
        for k in (1, 2):
            wide[k] = min(wide[k], max((self.width - wide[0]) // 2 - 2, 12))
        made = []
        for row in rows:
            line, at = _fitted(row[0], self.width - 1 if not valued else self.width), wide[0]
            for text, most in zip(row[1:3], wide[1:], strict=True):
                if text:
                    line += " " * max(at - cells(line) + 2, 2) + _fitted(text, most)
                at += (most + 2) if most else 0
            room = self.width - max(at, cells(line)) - 2
            if row[3] and room >= _LEAST_ROOM:
                line += " " * max(at - cells(line) + 2, 2) + _fitted(row[3], room)
            made.append(line)
        return made

    def _said_once(self, rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """A line of the program in full where it comes first, by its number from then on."""
        seen: set[str] = set()
        made = []
        for *others, where in rows:
            made.append((*others, where.partition(":")[0] if where in seen and where.startswith("line ") else where))
            seen.add(where)
        return made


def _fitted(text: str, room: int) -> str:
    """The text, shortened to so many columns."""
    if cells(text) <= room:
        return text
    while text and cells(text) > room - 3:
        text = text[:-1]
    return text.rstrip() + "..."
