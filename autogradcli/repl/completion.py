"""Completion from tables: names, keywords of the open call, and attributes by the type of the value before the dot.

Nothing is evaluated, not even an attribute. Beside each name stands a line about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from keyword import kwlist
from typing import Any

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from ..api.calls.registry import NAMESPACES, Property
from ..engine.tensor import Tensor
from ..language.compile.calls import Builtin
from ..language.read.tokens import call_at_end, ends_in_string_or_comment
from ..language.values.attribute_lookup import entry_of, names_of
from ..language.values.kinds import UNBOUND, Namespace, UserFunction
from ..session import Session
from ..show.escape import escape_line
from .commands.table import COMMANDS, complete_command, takes_expression
from .help.names import in_one_line
from .name_search import bare_names, dotted
from .preview import description
from .signatures import overloads, signatures, summary

#: Characters of the line about a name.
MAX_META = 60

Offers = Iterable[tuple[str, str]]


class SessionCompleter(Completer):
    """Offers what the session knows at the moment of asking."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        before = document.text_before_cursor
        if before.startswith(":"):
            name, blank, rest = before.partition(" ")
            if not blank:
                yield from _matching(name, [(command.name, command.summary) for command in COMMANDS.values()])
                return
            if not takes_expression(name):
                words = complete_command(name, self.session)
                yield from _matching(rest.rpartition(" ")[2], [(word, self._about(word)) for word in words])
                return
            before = rest
        if ends_in_string_or_comment(before):
            return
        *chain, word = dotted(before)
        if chain:
            yield from _matching(word, attributes(self.session, chain, word))
        else:
            yield from _matching(word, [*keywords(self.session, before[: -len(word) or None]), *self._names(word)])

    def _names(self, word: str) -> Offers:
        session = self.session
        for name in {*session.variables, *bare_names(session, word)}:
            if name.startswith(word):
                yield name, self._about(name)
        for name in kwlist:
            if name not in session.prelude:
                yield name, "keyword"

    def _about(self, name: str) -> str:
        session = self.session
        if name in session.variables:
            return about(session.variables[name], name)
        if name in COMMANDS:
            return COMMANDS[name].summary
        if name not in session.prelude:
            return ""
        value = session.prelude[name]
        return in_one_line(session, name, None, value) or about(value, name)


def about(value: Any, name: str = "") -> str:
    """A line about a value: of a tensor its shape, dtype and grad_fn, of a function the first line of its help."""
    if isinstance(value, Tensor):
        try:
            return description(value)
        except RuntimeError:  # a view whose history became ambiguous says so whenever it is asked
            return "a view that must not be used any more"
    if isinstance(value, UserFunction):
        return f"({', '.join(parameter.text for parameter in signatures(value)[0])})"
    if isinstance(value, Namespace):
        return "namespace"
    if type(value) is Builtin and name in NAMESPACES.get("torch", {}):
        value = NAMESPACES["torch"][name]
    return summary(value) or (type(value).__name__ if not isinstance(value, type) else "type")


def keywords(session: Session, before: str) -> Offers:
    """``dim=``, where a call is open that takes it and has it not yet."""
    call = call_at_end(before)
    if call is None or call.keyword:
        return
    seen = set(call.given)
    for signature in overloads(session, call.chain):
        for k, parameter in enumerate(signature):
            taken = parameter.positional and k < call.position
            if parameter.keyword and not taken and parameter.name not in seen:
                seen.add(parameter.name)
                yield f"{parameter.name}=", parameter.text if "=" in parameter.text else "required"


def _matching(word: str, offered: Offers) -> Iterator[Completion]:
    # Keywords of the call come first. Names with underscores in front are not offered before one is typed.
    for name, meta in sorted(offered, key=lambda offer: (not offer[0].endswith("="), offer)):
        if name.startswith(word) and (word or not name.startswith("_")):
            meta = escape_line(" ".join(meta.replace("``", "").split()))
            cut = meta if len(meta) <= MAX_META else meta[: MAX_META - 3] + "..."
            yield Completion(name, -len(word), display=escape_line(name), display_meta=cut)


def attributes(session: Session, chain: list[str], word: str) -> Offers:
    """The names after the dot of ``chain`` that begin with a word; none where that would ask for an attribute."""
    value: Any = session.variables.get(chain[0], session.prelude.get(chain[0], UNBOUND))
    for name in chain[1:]:
        if type(value) is not Namespace:
            return []
        value = value.get(name)
    if value is UNBOUND:
        return []
    dotted = ".".join(chain)
    return [(name, _about_attribute(session, value, dotted, name)) for name in names_of(value) if name.startswith(word)]


def _about_attribute(session: Session, value: Any, dotted: str, name: str) -> str:
    if type(value) is Namespace:
        found = value.get(name)
        return in_one_line(session, f"{dotted}.{name}", None, found) or about(found)
    entry = entry_of(value, name)
    told = in_one_line(session, f"{dotted}.{name}", value, entry)
    if told:
        return told
    if isinstance(entry, Property):
        return entry.doc.strip().partition("\n")[0].rstrip(".") or "attribute"
    return summary(entry) or "method"
