"""A picture as DOT, the language of Graphviz."""

from __future__ import annotations

from ...explain.graph.graph_picture import CUT, LEAF, MORE, ROLLED, Picture
from . import box_text
from .nested import Nest, nested

_SHAPES = {
    LEAF: 'shape=box, style="rounded,filled", fillcolor="#dff0d8"',
    ROLLED: 'shape=box, style="filled", peripheries=2, fillcolor="#e8eef7"',
    CUT: 'shape=box, style="rounded,dashed", color="#b03030"',
    MORE: "shape=plaintext",
}


def dot(picture: Picture) -> str:
    """The text of a directed graph; modules are clusters."""
    made = [
        "digraph autograd {",
        '  graph [fontname="monospace", labeljust="l"];',
        '  node [shape=box, fontname="monospace", fontsize=10];',
        '  edge [fontname="monospace", fontsize=9];',
    ]

    def write(nest: Nest, indent: str) -> None:
        for number in nest.boxes:
            box = picture.boxes[number]
            text = "\n".join(text for _, text in box_text.lines(picture, box))
            style = _SHAPES.get(box.kind, "")
            if box.marked and box.kind != CUT:
                style = f'{style}{", " if style else ""}color="#b03030", penwidth=2'
            made.append(f"{indent}n{number} [label={_quoted(text)}{', ' if style else ''}{style}];")
        for module, inner in nest.modules:
            made.append(f"{indent}subgraph cluster_{module} {{")
            made.append(
                f'{indent}  label={_quoted(box_text.module(picture, module))}; style="rounded"; color="#808080";'
            )
            write(inner, indent + "  ")
            made.append(f"{indent}}}")

    write(nested(picture), "  ")
    for number, box in enumerate(picture.boxes):
        for way in box.inputs:
            label = box_text.edge(picture, way)
            style = [f"label={_quoted(label)}"] if label else []
            if picture.boxes[way.box].kind in (CUT, MORE):
                style.append("style=dashed")
            made.append(f"  n{number} -> n{way.box}{_in_brackets(style)};")
    if picture.notes:
        made.append(f"  label={_quoted(chr(10).join(picture.notes))};")
    return "\n".join([*made, "}"]) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _in_brackets(parts: list[str]) -> str:
    return f" [{', '.join(parts)}]" if parts else ""
