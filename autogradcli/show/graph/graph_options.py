"""What may be asked of ``graph``: one table for the command's options and for those at the prompt."""

from __future__ import annotations

from typing import NamedTuple

from ..arguments import Option, read

OPTIONS = (
    Option("values", "Also the values, and the gradients that arrive; large tensors by norm and range."),
    Option("depth", "Only what is at most N levels below the result.", "N"),
    Option("full", "Every node by itself: roll no chain up."),
    Option("dot", "As DOT, for Graphviz."),
    Option("mermaid", "As Mermaid, for Markdown."),
    Option("svg", "Draw it into FILE, as SVG.", "FILE"),
    Option("html", "Write a page into FILE: picture, formulas, steps, values; it needs no network.", "FILE"),
)


class Wanted(NamedTuple):
    values: bool = False
    depth: int | None = None
    full: bool = False
    dot: bool = False
    mermaid: bool = False
    svg: str = ""
    html: str = ""
    json: bool = False
    """By ``--format json`` of the command."""

    def problem(self) -> str:
        """What is wrong with these wishes together; "" if nothing is."""
        if sum(map(bool, (self.dot, self.mermaid, self.svg, self.html))) > 1:
            return "--dot, --mermaid, --svg and --html are different forms of one picture: ask for one of them"
        if self.json and (self.dot or self.mermaid or self.svg or self.html):
            return "--format json is a form of its own: leave out --dot, --mermaid, --svg and --html"
        return ""


def depth_of(text: str) -> int:
    """The number of ``--depth``. Raises ValueError, with what to do."""
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError(f"--depth is a number of levels, 0 or more, not {text}")
    return int(text)


def split(argument: str) -> tuple[str, Wanted]:
    """The expression and what is asked of its graph, of a line like ``loss --values --depth 3``.

    Raises ValueError, with what to do, for what makes no sense.
    """
    text, given = read(argument, OPTIONS)
    depth = given.get("depth")
    wanted = Wanted(
        "values" in given,
        None if depth is None else depth_of(depth[-1]),
        "full" in given,
        "dot" in given,
        "mermaid" in given,
        given.get("svg", [""])[-1],
        given.get("html", [""])[-1],
    )
    if wanted.problem():
        raise ValueError(wanted.problem())
    return text, wanted
