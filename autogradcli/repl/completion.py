"""Completion: keywords of the open call, variables, other names, attributes by the type of the value before the dot.

Everything comes from tables, and nothing is evaluated here: what is known only then, as after ``f(x).``, is asked of a
copy of the process. Beside each name stands a line about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from keyword import kwlist
from typing import Any

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from ..api.calls.registry import NAMESPACES, Property
from ..engine.lazy import loader
from ..engine.tensor import Tensor
from ..language.compile.calls import Builtin
from ..language.read.tokens import call_at_end, ends_in_string_or_comment, open_brackets, primary_start
from ..language.values.attribute_lookup import entry_of, names_of
from ..language.values.kinds import UNBOUND, Namespace, UserFunction
from ..session import Session
from ..show.escape import escape_line
from .commands.table import COMMANDS, complete_command, takes_expression, takes_paths
from .copies import answer_of
from .data_files import paths
from .help.names import in_one_line
from .help.texts import parts
from .name_search import bare_names, dotted
from .preview import description
from .signatures import overloads, signatures, summary

#: Characters of the line about a name.
MAX_META = 60

#: Seconds that a copy of the process may take to say what a value has.
BUDGET = 0.5

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
                yield from _matching(name, sorted((command.name, command.summary) for command in COMMANDS.values()))
                return
            if takes_paths(name):
                yield from _matching(rest, [(path, "") for path in paths(rest)])
                return
            if not takes_expression(name):
                words = complete_command(name, self.session)
                yield from _matching(rest.rpartition(" ")[2], [(word, self._about(word)) for word in sorted(words)])
                return
            before = rest
        if ends_in_string_or_comment(before):
            return
        yield from _matching(*self._offers(before))

    def _offers(self, before: str) -> tuple[str, Offers]:
        """What is being typed at the end of a program, and what it may become."""
        *chain, word = dotted(before)
        if not chain:
            return word, [*sorted(self._keywords(before[: -len(word) or None])), *self._names(word)]
        found = attributes(self.session, chain, word)
        if found is None:
            owner = before[: len(before) - len(word)].rstrip().removesuffix(".")
            found = self._tried(owner, lambda: attributes(self.session, ["_"], word) or ())
        return word, found

    def _keywords(self, before: str) -> Offers:
        call = call_at_end(before)
        if call is not None and call.chain:
            return keywords(self.session, before)
        bracket = next(iter(reversed(open_brackets(before))), None)
        if bracket is None or bracket.text != "(":
            return ()
        rest = before[bracket.start :]
        return self._tried(before[: bracket.start], lambda: keywords(self.session, f"_{rest}"))

    def _tried(self, text: str, offers: Callable[[], Offers]) -> list[tuple[str, str]]:
        """What ``offers`` gives where ``_`` is the value of the expression that ends a text: that is evaluated in a
        copy of the process."""
        start = primary_start(text)
        if start is None:
            return []
        session = self.session

        def work() -> str:
            session.variables.pop("_", None)
            session.run(text[start:], lambda event: None)
            if "_" not in session.variables:
                return ""
            return "\n".join(f"{name}\t{' '.join(meta.split())}" for name, meta in offers())

        loader.load_all()  # here and once, rather than in every copy
        parts()
        answer = answer_of(work, BUDGET)
        return [(name, meta) for name, _, meta in (line.partition("\t") for line in answer.split("\n") if line)]

    def _names(self, word: str) -> Offers:
        session = self.session
        for name in sorted(session.variables):
            if name.startswith(word):
                yield name, self._about(name)
        words = [name for name in kwlist if name.startswith(word) and name not in session.prelude]
        for name in sorted({*words, *bare_names(session, word)} - {*session.variables}):
            yield name, "keyword" if name in words else self._about(name)

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
    # Names with underscores in front are not offered before one is typed.
    for name, meta in offered:
        if name.startswith(word) and (word or not name.startswith("_")):
            meta = escape_line(" ".join(meta.replace("``", "").split()))
            cut = meta if len(meta) <= MAX_META else meta[: MAX_META - 3] + "..."
            yield Completion(name, -len(word), display=escape_line(name), display_meta=cut)


def attributes(session: Session, chain: list[str], word: str) -> list[tuple[str, str]] | None:
    """The names after the dot of ``chain`` that begin with a word; None where that would ask for an attribute, or for
    more than names."""
    if not chain[0]:
        return None
    value: Any = session.variables.get(chain[0], session.prelude.get(chain[0], UNBOUND))
    for name in chain[1:]:
        if type(value) is not Namespace:
            return None if value is not UNBOUND else []
        value = value.get(name)
    if value is UNBOUND:
        return []
    dotted = ".".join(chain)
    return [
        (name, _about_attribute(session, value, dotted, name))
        for name in sorted(names_of(value))
        if name.startswith(word)
    ]


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
