"""What the prompt reads from the session while a line is typed, each behind the guard: no more than a colour or a list
of names is lost where one fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prompt_toolkit.auto_suggest import AutoSuggestFromHistory, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer, SimpleLexer

from .guard import Guard

Lines = Callable[[int], StyleAndTextTuples]


class GuardedCompleter(Completer):
    """Offers nothing where ``completer`` fails."""

    def __init__(self, guard: Guard, completer: Completer) -> None:
        def offers(document: Document, event: CompleteEvent) -> list[Completion]:
            return list(completer.get_completions(document, event))

        self._offers = guard.wrap("completion", offers, [])

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        return self._offers(document, complete_event)


class GuardedLexer(Lexer):
    """Has no colours where ``lexer`` fails."""

    def __init__(self, guard: Guard, lexer: Lexer) -> None:
        def lines(document: Document) -> Lines | None:
            return lexer.lex_document(document)

        self._lines = guard.wrap("colouring", lines, None)
        self._plain = SimpleLexer()

    def lex_document(self, document: Document) -> Lines:
        return self._lines(document) or self._plain.lex_document(document)


class GuardedSuggestions(AutoSuggestFromHistory):
    """The rest of the line from the history, where ``wanted`` says so."""

    def __init__(self, guard: Guard, wanted: Callable[[], bool]) -> None:
        self._wanted = wanted
        self._found = guard.wrap("a suggestion", super().get_suggestion, None)

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        return self._found(buffer, document) if self._wanted() else None
