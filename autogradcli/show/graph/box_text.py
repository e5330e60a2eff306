"""A box of a picture in words, the same ones in every form."""

from __future__ import annotations

from ...explain.graph.graph_picture import LEAF, MORE, ROLLED, Box, Edge, Picture
from ..escape import escape_line

#: What drawings and pages begin with, so that they are known again.
MARK = "<!-- a graph drawn by autogradcli -->"

#: Characters of a name, of a result's text and of a line of the program.
_NAME, LABEL, SOURCE = 40, 60, 70
#: Leaves of a chain that are named, shapes of results.
_LEAVES, _SHAPES = 3, 4


def cut(text: str, most: int) -> str:
    """The text, shortened in the middle of nowhere."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 3] + "..."


def title(box: Box) -> str:
    """What a box is: ``h = ExpBackward0``, ``x``."""
    name = escape_line(cut(box.name, _NAME))
    what = escape_line(box.title)
    return f"{name} = {what}" if name and what else name or what


def shapes(box: Box) -> str:
    """``[2, 3]``; several for several results."""
    found = [str(list(shape)) for shape in box.shapes[:_SHAPES]]
    return ", ".join([*found, "..."] if len(box.shapes) > _SHAPES else found)


def notes(box: Box) -> str:
    """What has to be known of a box beside it."""
    return ", ".join(escape_line(note) for note in box.notes)


def inside(box: Box) -> str:
    """The leaves of a chain."""
    names = [escape_line(cut(name, _NAME)) for name in box.inside]
    if len(names) > _LEAVES:
        return f"{names[0]} ... {names[-1]}"
    return ", ".join(names)


def gradient(box: Box) -> str:
    """The gradient that arrives, as a sum where several parts of it are short."""
    if box.gradient is None:
        return ""
    if box.arrived:
        total = " + ".join(box.arrived).replace("+ -", "- ")
        return f"{total} = {box.gradient.text}"
    return box.gradient.text


def value(box: Box) -> str:
    return "" if box.value is None else box.value.text


def module(picture: Picture, number: int | None) -> str:
    """``net[0]: Linear``."""
    if number is None:
        return ""
    found = picture.modules[number]
    name, kind = escape_line(cut(found.name, _NAME)), escape_line(found.kind)
    return f"{name}: {kind}" if name else kind


def place(picture: Picture, box: Box, *, source: bool = True) -> str:
    """``line 4: y = x * 2``; "" in a program of one line."""
    if not box.line or len(picture.lines) < 2:
        return ""
    text = escape_line(cut(picture.source(box.line), SOURCE)) if source else ""
    return f"line {box.line}: {text}" if text else f"line {box.line}"


def label(picture: Picture) -> str:
    """What the result is called."""
    return escape_line(cut(picture.label, LABEL))


def named(picture: Picture, box: Box) -> str:
    """As ``title``; the first box has the name of the result."""
    text = title(box)
    if box is not picture.boxes[0] or picture.label == box.name:
        return text
    if box.kind == LEAF or (box.kind == ROLLED and box.name):
        return f"{label(picture)} = {text}"
    return f"{label(picture)} = {text if not box.title else escape_line(box.title)}"


def edge(picture: Picture, way: Edge) -> str:
    """What stands at an edge: which of several results it leads to."""
    return str(way.output) if len(picture.boxes[way.box].shapes) > 1 else ""


def lines(picture: Picture, box: Box) -> list[tuple[str, str]]:
    """What stands in a box of a drawing: lines, each with what it is: title, dim, number or mark."""
    if box.kind == MORE:
        return [("dim", "...")]
    found = [("title", named(picture, box))]
    about = [shapes(box), place(picture, box, source=False)]
    found.append(("dim", "  ".join(part for part in about if part)))
    if box.inside:
        found.append(("dim", f"with {inside(box)}"))
    if picture.valued:
        found.append(("number", f"value {value(box)}" if box.value else ""))
        found.append(("number", f"gradient {gradient(box)}" if box.gradient else ""))
    found += [("mark" if box.marked else "dim", escape_line(note)) for note in box.notes]
    return [(kind, text) for kind, text in found if text]
