"""A picture as Mermaid, which many viewers of Markdown draw."""

from __future__ import annotations

from ...explain.graph.graph_picture import CUT, LEAF, MORE, ROLLED, Picture
from . import box_text
from .nested import Nest, nested

_AROUND = {LEAF: ("([", "])"), ROLLED: ("[[", "]]"), CUT: ("{{", "}}")}
#: Characters that mean something within a quoted text.
_ENTITIES = {c: f"#{ord(c)};" for c in '#&"<>`\\'}


def mermaid(picture: Picture) -> str:
    """The text of a flowchart; modules are subgraphs."""
    made = ["flowchart TD"]

    def write(nest: Nest, indent: str) -> None:
        for number in nest.boxes:
            box = picture.boxes[number]
            before, after = _AROUND.get(box.kind, ("[", "]"))
            text = "<br/>".join(_escaped(text) for _, text in box_text.lines(picture, box))
            made.append(f'{indent}n{number}{before}"{text}"{after}')
        for module, inner in nest.modules:
            made.append(f'{indent}subgraph m{module}["{_escaped(box_text.module(picture, module)) or " "}"]')
            write(inner, indent + "  ")
            made.append(f"{indent}end")

    write(nested(picture), "  ")
    for number, box in enumerate(picture.boxes):
        for way in box.inputs:
            arrow = "-.->" if picture.boxes[way.box].kind in (CUT, MORE) else "-->"
            label = box_text.edge(picture, way)
            made.append(f"  n{number} {arrow}{f'|{label}|' if label else ''} n{way.box}")
    marked = [f"n{k}" for k, box in enumerate(picture.boxes) if box.marked]
    if marked:
        made += ["  classDef marked stroke:#b03030,stroke-width:2px", f"  class {','.join(marked)} marked"]
    made += [f"  %% {note.replace('%', ' per cent')}" for note in picture.notes]
    return "\n".join(made) + "\n"


def _escaped(text: str) -> str:
    return "".join(_ENTITIES.get(c, c) for c in text)
