"""What may be asked of ``derive``: one table for the command's options and for those at the prompt."""

from __future__ import annotations

from typing import NamedTuple

from .arguments import Option, read

LANGUAGES = ("python", "numpy", "jax", "torch")


OPTIONS = (
    Option("wrt", "Only the gradient with respect to NAME; may be given several times.", "NAME", many=True),
    Option("order", "2 for the second derivatives: the Hessian.", "ORDER", ("1", "2")),
    Option("plain", "As the rules say it, not simplified."),
    Option("latex", "As LaTeX."),
    Option("markdown", "As Markdown, with LaTeX in it."),
    Option("steps", "The derivation, one named rule after the other."),
    Option("code", "As a function that gives the value and the gradients, in a library.", "LIBRARY", LANGUAGES),
)


class Wanted(NamedTuple):
    wrt: tuple[str, ...] = ()
    order: int = 1
    plain: bool = False
    latex: bool = False
    markdown: bool = False
    code: str = ""
    steps: bool = False

    def problem(self, variables: tuple[str, ...] | None) -> str:
        """What is wrong with these wishes together, for these variables if they are known; "" if nothing is."""
        if sum((self.latex, self.markdown, bool(self.code))) > 1:
            return "--latex, --markdown and --code are different forms of one answer: ask for one of them"
        if self.order == 2 and self.code:
            return "--code writes first derivatives: leave out --order 2"
        if self.steps and self != Wanted(steps=True):
            return "--steps shows the whole derivation as text: leave out the other options"
        for name in self.wrt:
            if variables is not None and name not in variables:
                return f"--wrt {name}: there is no such variable; they are {', '.join(variables)}"
        return ""


def split(argument: str) -> tuple[str, Wanted]:
    """The expression and what is asked of it, of a line like ``x * y --wrt x --latex``. Raises ValueError."""
    text, given = read(argument, OPTIONS)
    return text, Wanted(
        tuple(given.get("wrt", ())),
        int(given.get("order", ["1"])[-1]),
        "plain" in given,
        "latex" in given,
        "markdown" in given,
        given.get("code", [""])[-1],
        "steps" in given,
    )
