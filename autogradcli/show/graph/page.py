"""A page of HTML that holds all of it: the picture, the formulas, the steps, the values, the program."""

from __future__ import annotations

from html import escape

from ...explain.graph.graph_picture import MORE, Picture
from ..escape import escape as visible
from . import box_text
from .svg import svg

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem;
       color: #1c2430; background: #ffffff; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin: 2rem 0 0.5rem; }
h1 code { font-weight: normal; }
pre, code, td { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 13px; }
pre, .picture { overflow: auto; border: 1px solid #cfd6e0; border-radius: 6px; padding: 0.7rem 0.9rem; }
.picture { padding: 0; text-align: center; max-height: 85vh; }
.picture svg { display: inline-block; vertical-align: top; }
.values { overflow: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.25rem 0.8rem 0.25rem 0; border-bottom: 1px solid #dfe4ec; vertical-align: top;
         white-space: nowrap; }
.number { color: #77828f; user-select: none; }
.mark { color: #a12b22; }
@media (prefers-color-scheme: dark) {
body { color: #e6eaf0; background: #14171c; }
pre, .picture { border-color: #39424f; } th, td { border-color: #2b323c; }
.mark { color: #f09a91; } .number { color: #8b96a5; }
}
"""


def page(picture: Picture, told: str) -> str:
    """The page; ``told`` is what ``formulas`` made."""
    title = f"graph of {box_text.label(picture)}"
    return (
        "\n".join(
            [
                "<!DOCTYPE html>",
                box_text.MARK,
                '<html lang="en"><head><meta charset="utf-8">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                f"<title>{_text(title)}</title>",
                f"<style>{_STYLE}</style></head><body>",
                f"<h1>Graph of <code>{_text(box_text.label(picture))}</code></h1>",
                "<p>From the result down to what it was computed from; gradients flow along the arrows.</p>",
                f'<div class="picture">{svg(picture, alone=False)}</div>',
                told,
                *_values(picture),
                *_program(picture),
                "</body></html>",
            ]
        )
        + "\n"
    )


def formulas(text: str, steps: str) -> str:
    """What the gradients are as formulas, and how one gets there, as parts of a page."""
    made = f"<h2>Gradients</h2>\n<pre>{_text(text.rstrip())}</pre>"
    if steps.startswith("none: "):
        return f"{made}\n<h2>Steps</h2>\n<p>{_text(steps)}</p>"
    shown = steps.removesuffix(text).rstrip()
    return f"{made}\n<h2>Steps</h2>\n<pre>{_text(shown)}</pre>"


def _values(picture: Picture) -> list[str]:
    made = ["<h2>Values</h2>", '<div class="values"><table>']
    heads = ("", "shape", "value", "gradient that arrives", "where", "")
    made.append(f"<tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>")
    for box in picture.boxes:
        if box.kind == MORE:
            continue
        where = box_text.place(picture, box, source=False)
        module = box_text.module(picture, box.module)
        cells = (
            box_text.named(picture, box),
            box_text.shapes(box),
            box_text.value(box),
            box_text.gradient(box),
            ", ".join(part for part in (module, where) if part),
        )
        note = f'<td class="{"mark" if box.marked else ""}">{_text(box_text.notes(box))}</td>'
        made.append(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in cells)}{note}</tr>")
    return [*made, "</table></div>"]


def _program(picture: Picture) -> list[str]:
    if len(picture.lines) < 2:
        return []
    wide = len(str(len(picture.lines)))
    lines = [f'<span class="number">{k:>{wide}}</span>  {_text(line)}' for k, line in enumerate(picture.lines, 1)]
    return ["<h2>Program</h2>", f"<pre>{chr(10).join(lines)}</pre>"]


def _text(text: str) -> str:
    return escape(visible(text), quote=True)
