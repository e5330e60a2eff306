"""A picture as SVG: gradients flow down, along the arrows."""

from __future__ import annotations

from html import escape as _escape

from ...explain.graph.graph_picture import CUT, LEAF, MORE, ROLLED, Box, Picture
from ..errors import cells
from . import box_text
from .layout import Drawing, Point, Rect, layout

#: Pixels of a letter (of generic monospace fonts at 12 px), of a line, within a box, around everything.
LETTER, LINE, INNER, MARGIN = 7.35, 16.0, 9.0, 16.0

_STYLE = """
.graph { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; }
.graph .ground { fill: #ffffff; }
.graph .box { fill: #f4f6fa; stroke: #7f8ea3; }
.graph .leaf { fill: #e3f3e1; stroke: #4f8a4a; }
.graph .rolled { fill: #e9ecfb; stroke: #6670b8; }
.graph .cut { fill: #fdecea; stroke: #b3392f; stroke-dasharray: 5 3; }
.graph .more { fill: none; stroke: none; }
.graph .marked { stroke: #b3392f; stroke-width: 2; }
.graph .module { fill: #8090a8; fill-opacity: 0.07; stroke: #8c98aa; stroke-dasharray: 2 3; }
.graph .way { fill: none; stroke: #6b7788; stroke-width: 1.2; }
.graph .parted { stroke-dasharray: 4 3; }
.graph .tip { fill: #6b7788; }
.graph text { fill: #1c2430; white-space: pre; }
.graph .title { font-weight: bold; }
.graph .dim { fill: #55606f; }
.graph .number { fill: #1d4f91; }
.graph .mark { fill: #a12b22; }
@media (prefers-color-scheme: dark) {
.graph .ground { fill: #14171c; }
.graph .box { fill: #222833; stroke: #72819a; }
.graph .leaf { fill: #1d3320; stroke: #6aa866; }
.graph .rolled { fill: #262a47; stroke: #8b94dd; }
.graph .cut { fill: #3a1f1d; stroke: #e0766c; }
.graph .marked { stroke: #e0766c; }
.graph .module { fill: #9fb0c8; fill-opacity: 0.08; stroke: #6b7686; }
.graph .way { stroke: #93a0b3; }
.graph .tip { fill: #93a0b3; }
.graph text { fill: #e6eaf0; }
.graph .dim { fill: #aab4c3; }
.graph .number { fill: #8fbdf5; }
.graph .mark { fill: #f09a91; }
}
"""


def svg(picture: Picture, *, alone: bool = True) -> str:
    """The drawing; ``alone`` as a file of its own, else as a part of a page."""
    texts = [box_text.lines(picture, box) for box in picture.boxes]

    def size(number: int) -> tuple[float, float]:
        lines = texts[number]
        wide = max(cells(text) for _, text in lines) * LETTER
        extra = 4.0 if picture.boxes[number].kind == ROLLED else 0.0
        return max(wide + 2 * INNER, 40.0) + extra, len(lines) * LINE + INNER + extra

    def label(number: int) -> tuple[float, float]:
        return cells(box_text.module(picture, number)) * LETTER, LINE

    drawing = layout(picture, size, label)
    notes = [_text(line) for line in picture.notes]
    width = max(drawing.width, *(cells(note) * LETTER for note in picture.notes), 60.0) + 2 * MARGIN
    height = drawing.height + 2 * MARGIN + LINE * len(notes) + (MARGIN / 2 if notes else 0)
    namespace = ' xmlns="http://www.w3.org/2000/svg"' if alone else ""
    made = [box_text.MARK] if alone else []
    made.append(
        f'<svg{namespace} class="graph" role="img" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}">'
    )
    made.append(f"<title>{_text(f'the graph of {box_text.label(picture)}')}</title>")
    made.append(f"<style>{_STYLE}</style>")
    made.append(
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="tip" d="M0 0.6 L8 4 L0 7.4 Z"/></marker></defs>'
    )
    made.append('<rect class="ground" width="100%" height="100%"/>')
    left = (width - drawing.width) / 2
    made.append(f'<g transform="translate({left:.1f} {MARGIN:.0f})">')
    made += _modules(picture, drawing)
    made += _ways(picture, drawing)
    for number, box in enumerate(picture.boxes):
        made += _box(picture, box, drawing.boxes[number], texts[number])
    made.append("</g>")
    for k, note in enumerate(notes):
        y = drawing.height + 2 * MARGIN + LINE * (k + 0.5)
        made.append(f'<text class="dim" x="{MARGIN:.0f}" y="{y:.0f}">{note}</text>')
    return "\n".join([*made, "</svg>"]) + "\n"


def _modules(picture: Picture, drawing: Drawing) -> list[str]:
    made = []
    for number, rect in sorted(drawing.modules.items()):
        x, y = drawing.labels[number]
        made.append(f'<rect class="module" {_placed(rect)} rx="7"/>')
        made.append(f'<text class="dim" x="{x:.1f}" y="{y + 11:.1f}">{_text(box_text.module(picture, number))}</text>')
    return made


def _ways(picture: Picture, drawing: Drawing) -> list[str]:
    made = []
    ends: dict[int, list[float]] = {}
    every = [way.box for box in picture.boxes for way in box.inputs]
    for number, below in enumerate(every):
        ends.setdefault(below, []).append(drawing.ways[number][-1][0])
    number = 0
    for box in picture.boxes:
        for way in box.inputs:
            end = picture.boxes[way.box].kind
            kind = "way parted" if end in (CUT, MORE) else "way"
            tip = "" if end == CUT else ' marker-end="url(#tip)"'
            points = drawing.ways[number]
            made.append(f'<path class="{kind}" d="{path(points)}"{tip}/>')
            label = box_text.edge(picture, way)
            x, y = points[-1]
            near = [a for a in ends[way.box] if x < a < x + LETTER * len(label) + 4]
            if label and not near:
                made.append(f'<text class="dim" x="{x + 3:.1f}" y="{y - 10:.1f}">{_text(label)}</text>')
            number += 1
    return made


def path(points: list[Point]) -> str:
    """A way that goes straight down through rows, and bends between them."""
    x, y = points[0]
    made = [f"M{x:.1f} {y:.1f}"]
    for a, b in points[1:]:
        if abs(a - x) < 0.05:
            made.append(f"L{a:.1f} {b:.1f}")
        else:
            middle = (y + b) / 2
            made.append(f"C{x:.1f} {middle:.1f} {a:.1f} {middle:.1f} {a:.1f} {b:.1f}")
        x, y = a, b
    return " ".join(made)


def _box(picture: Picture, box: Box, rect: Rect, lines: list[tuple[str, str]]) -> list[str]:
    kind = {LEAF: "leaf", ROLLED: "rolled", CUT: "cut", MORE: "more"}.get(box.kind, "box")
    marked = " marked" if box.marked and box.kind != CUT else ""
    made = [f'<g class="node"><title>{_text(box_text.place(picture, box) or box_text.named(picture, box))}</title>']
    radius = rect.height / 2 if box.kind == LEAF and len(lines) < 3 else 12 if box.kind == LEAF else 4
    if box.kind == ROLLED:
        rect = Rect(rect.x, rect.y, rect.width - 4, rect.height - 4)
        made.append(f'<rect class="{kind}" {_placed(rect.moved(4, 4))} rx="{radius}"/>')
    made.append(f'<rect class="{kind}{marked}" {_placed(rect)} rx="{radius:.0f}"/>')
    for k, (style, text) in enumerate(lines):
        x, y = rect.x + rect.width / 2, rect.y + INNER / 2 + LINE * (k + 0.75)
        made.append(f'<text class="{style}" text-anchor="middle" x="{x:.1f}" y="{y:.1f}">{_text(text)}</text>')
    return [*made, "</g>"]


def _placed(rect: Rect) -> str:
    return f'x="{rect.x:.1f}" y="{rect.y:.1f}" width="{rect.width:.1f}" height="{rect.height:.1f}"'


def _text(text: str) -> str:
    """Text for XML: what it can't hold was escaped when the words were made."""
    return _escape(text, quote=True)
