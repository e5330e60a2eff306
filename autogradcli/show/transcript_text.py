"""Events as they stand in a transcript, below the ``>>> `` line: one convention for who writes one and who checks it.

An empty line is ``<BLANKLINE>``, an error the first and last words of Python's traceback. What would be read as no part
of what is expected, such as a printed ``>>>``, begins with ``...`` in its place, which stands for any text.
"""

from __future__ import annotations

from ..events import Event, Failed, Gradients, Printed, Value
from ..language.values.text_format import to_repr
from .echo import echoed
from .escape import escape
from .plain import named

PROMPT, MORE = ">>>", "..."
TRACEBACK = "Traceback (most recent call last):"
BLANK = "<BLANKLINE>"
#: What begins a line that says with which options the session began, itself an example that does nothing.
BEGAN = "# autogradcli "
FENCE = "```"
QUOTES = ('"""', "'''")


class Shown:
    """What a run shows, collected. ``interrupted``: it was stopped by Ctrl-C."""

    __slots__ = ("_failed", "_gradients", "_text")

    def __init__(self) -> None:
        self._text: list[tuple[str, bool]] = []
        self._failed: list[Failed] = []

    def show(self, event: Event) -> None:
        """Take note of an event, at once: a later statement may change its value."""
        if isinstance(event, Printed):
            self._text.append((event.text, False))
        elif isinstance(event, Value):
            self._text.append((echoed(event.value) + "\n", False))
        elif isinstance(event, Gradients):
            self._text += [(named(f"{name}.grad", to_repr(leaf.grad)), True) for name, leaf in event.leaves]
        elif isinstance(event, Failed):
            self._failed.append(event)

    @property
    def interrupted(self) -> bool:
        return any(event.type == "KeyboardInterrupt" for event in self._failed)

    def text(self, *, gradients: bool = True) -> str:
        """As it stands in a transcript, without a line end at its end. ``gradients``: with the lines ``x.grad = ...``
        that a prompt shows after a ``backward()``."""
        shown = "".join([text for text, is_gradient in self._text if gradients or not is_gradient])
        for event in self._failed:
            message = event.message.partition(" (<program>, line ")[0]
            shown += "" if not shown or shown.endswith("\n") else "\n"
            shown += f"{TRACEBACK}\n    ...\n" + f"{event.type}: {message}".rstrip(": ") + "\n"
        return expected(shown)


def expected(shown: str) -> str:
    """A text as what is expected: every line of it read as part of that."""
    text = escape(shown).removesuffix("\n")
    return "\n".join([_expected(line.rstrip()) for line in text.split("\n")]) if text or shown else ""


def _expected(line: str) -> str:
    if not line:
        return BLANK
    bare = line.lstrip()
    before = line[: len(line) - len(bare)]
    for sign in (PROMPT, MORE):
        if (bare == sign or bare.startswith(sign + " ")) and (sign == PROMPT or not before):
            return before + MORE * 2 + bare[len(sign) :]
    for sign in (FENCE, *QUOTES):
        if bare.startswith(sign):
            return before + MORE * 2 + bare[len(sign) :]
    return line


def typed(source: str) -> str:
    """A program behind prompts, a line each."""
    first, *more = source.split("\n")
    return "\n".join([f"{PROMPT} {first}", *[f"{MORE} {line}" if line else MORE for line in more]])
