"""What may be asked of ``derive``: one table for the command's options and for those at the prompt."""

from __future__ import annotations

import re
from typing import NamedTuple

LANGUAGES = ("python", "numpy", "jax", "torch")


class Option(NamedTuple):
    """``value`` is what its value is called; "" for an option that has none. ``choices`` are all that it may be."""

    name: str
    help: str
    value: str = ""
    choices: tuple[str, ...] = ()


OPTIONS = (
    Option("wrt", "Only the gradient with respect to NAME; may be given several times.", "NAME"),
    Option("order", "2 for the second derivatives: the Hessian.", "ORDER", ("1", "2")),
    Option("plain", "As the rules say it, not simplified."),
    Option("latex", "As LaTeX."),
    Option("markdown", "As Markdown, with LaTeX in it."),
    Option("steps", "The derivation, one named rule after the other."),
    Option("code", "As a function that gives the value and the gradients, in a library.", "LIBRARY", LANGUAGES),
)
_NAMED = {f"--{option.name}": option for option in OPTIONS}


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
    """The expression and what is asked of it, of a line like ``x * y --wrt x --latex``.

    Options stand before or after the expression. Raises ValueError, with what to do, for one that doesn't exist.
    """
    tokens = list(re.finditer(r"\S+", argument))
    first, last = 0, len(tokens)
    given: dict[str, list[str]] = {}

    def take(words: list[str]) -> None:
        name, _, value = words[0].partition("=")
        option = _NAMED[name]
        value = words[1] if len(words) > 1 else value
        if bool(option.value) != bool(value):
            raise ValueError(f"{name} takes no value" if value else f"{name} needs a value: {option.value}")
        if option.choices and value not in option.choices:
            raise ValueError(f"{name} is one of {', '.join(option.choices)}, not {value}")
        given.setdefault(option.name, []).append(value)

    def is_option(at: int) -> bool:
        word = tokens[at].group()
        if word.partition("=")[0] in _NAMED:
            return True
        if re.fullmatch(r"--[a-z]{3,}(=\S*)?", word) and at > 0:
            raise ValueError(f"there is no option {word.partition('=')[0]}; they are {', '.join(_NAMED)}")
        return False

    def length(at: int) -> int:
        """Of the option there: itself, and its value."""
        word = tokens[at].group()
        return 2 if "=" not in word and _NAMED[word].value else 1

    while first < last and tokens[first].group().partition("=")[0] in _NAMED:
        n = length(first)
        take([t.group() for t in tokens[first : first + n]])
        first += n
    start = next((k for k in range(first, last) if is_option(k)), last)
    k = start
    while k < last:
        if not is_option(k):
            raise ValueError(f"{tokens[k].group()} stands after the options: give them after the expression")
        n = length(k)
        take([t.group() for t in tokens[k : k + n]])
        k += n
    text = argument[tokens[first].start() : tokens[start - 1].end()] if first < start else ""
    return text, Wanted(
        tuple(given.get("wrt", ())),
        int(given.get("order", ["1"])[-1]),
        "plain" in given,
        "latex" in given,
        "markdown" in given,
        given.get("code", [""])[-1],
        "steps" in given,
    )
