"""Completion from tables: names, and attributes by the type of the value before the dot. Nothing is evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from keyword import kwlist
from typing import Any

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from ..language.attributes import names_of
from ..language.values import UNBOUND, Namespace
from ..session import Session
from ..show.escape import escape_line
from .commands import COMMANDS, complete_command


class SessionCompleter(Completer):
    """Offers what the session knows at the moment of asking."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        before = document.text_before_cursor
        if before.startswith(":"):
            yield from self._commands(before)
            return
        if in_string_or_comment(document.current_line_before_cursor):
            return
        *chain, word = dotted(before)
        offered = self._names() if not chain else attributes(self.session, chain)
        yield from _matching(word, offered)

    def _commands(self, before: str) -> Iterator[Completion]:
        name, blank, rest = before.partition(" ")
        if not blank:
            for command in COMMANDS.values():
                if command.name.startswith(name):
                    yield Completion(command.name, -len(name), display_meta=command.summary)
            return
        words = complete_command(name, self.session)
        yield from _matching(rest.rpartition(" ")[2], words)

    def _names(self) -> Iterable[str]:
        return {*self.session.variables, *self.session.prelude, *kwlist}


def _matching(word: str, offered: Iterable[str]) -> Iterator[Completion]:
    for name in sorted(offered):
        # Names with underscores in front are not offered before one is typed.
        if name.startswith(word) and (word or not name.startswith("_")):
            yield Completion(name, -len(word), display=escape_line(name))


def dotted(text: str) -> list[str]:
    """The dotted name that ends the text: ``sin(torch.nn.fu`` gives ``["torch", "nn", "fu"]``.

    What stands before a dot and is no name gives "" in its place: ``f(x).gr`` is ``["", "gr"]``.
    """
    start = len(text)
    while start and (text[start - 1] == "." or text[start - 1] == "_" or text[start - 1].isalnum()):
        start -= 1
    names = text[start:].split(".")
    if len(names) > 1 and not names[0].isidentifier():
        names[0] = ""
    return names


def attributes(session: Session, chain: list[str]) -> list[str]:
    """The names after the dot of ``chain``; none where that would need the value of an attribute."""
    value: Any = session.variables.get(chain[0], session.prelude.get(chain[0], UNBOUND))
    for name in chain[1:]:
        if type(value) is not Namespace:
            return []
        value = value.get(name)
    return [] if value is UNBOUND else names_of(value)


def in_string_or_comment(line: str) -> bool:
    """Whether the end of the line is inside quotes or behind a ``#``."""
    quote = ""
    escaped = False
    for character in line:
        if escaped:
            escaped = False
        elif quote:
            if character == "\\":
                escaped = True
            elif character == quote:
                quote = ""
        elif character in "'\"":
            quote = character
        elif character == "#":
            return True
    return bool(quote)
