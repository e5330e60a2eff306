"""Options behind an expression at the prompt, declared as those of a command are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

#: A word; what stands in quotes is one with what it touches.
_WORD = re.compile(r"""(?:[^\s'"]|'[^']*'|"[^"]*"|['"])+""")
_QUOTED = re.compile(r"""'([^']*)'|"([^"]*)\"""")


class Option(NamedTuple):
    """``value`` is what its value is called; "" for an option that has none. ``choices`` are all that it may be."""

    name: str
    help: str
    value: str = ""
    choices: tuple[str, ...] = ()
    many: bool = False
    """Whether it may be given several times."""


def read(argument: str, options: Sequence[Option]) -> tuple[str, dict[str, list[str]]]:
    """The expression, and the values of each option that is given, of a line like ``x * y --wrt x --latex``.

    Options stand before or after the expression. Raises ValueError, with what to do, for one that doesn't exist.
    """
    named = {f"--{option.name}": option for option in options}
    tokens = list(_WORD.finditer(argument))
    first, last = 0, len(tokens)
    given: dict[str, list[str]] = {}

    def take(words: list[str]) -> None:
        name, _, value = words[0].partition("=")
        option = named[name]
        value = _bare(words[1] if len(words) > 1 else value)
        if bool(option.value) != bool(value):
            raise ValueError(f"{name} takes no value" if value else f"{name} needs a value: {option.value}")
        if option.choices and value not in option.choices:
            raise ValueError(f"{name} is one of {', '.join(option.choices)}, not {value}")
        given.setdefault(option.name, []).append(value)

    def is_option(at: int) -> bool:
        word = tokens[at].group()
        if word.partition("=")[0] in named:
            return True
        if re.fullmatch(r"--[a-z]{3,}(=\S*)?", word) and at > 0:
            raise ValueError(f"there is no option {word.partition('=')[0]}; they are {', '.join(named)}")
        return False

    def length(at: int) -> int:
        """Of the option there: itself, and its value."""
        word = tokens[at].group()
        return 2 if "=" not in word and named[word].value else 1

    while first < last and tokens[first].group().partition("=")[0] in named:
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
    return text, given


def _bare(value: str) -> str:
    """A value without the quotes around it or around what follows its ``=``."""
    name, equals, text = value.partition("=")
    if equals and name.replace(".", "").isidentifier() and (found := _QUOTED.fullmatch(text)):
        return f"{name}={found[1] or found[2] or ''}"
    found = _QUOTED.fullmatch(value)
    return value if found is None else found[1] or found[2] or ""
