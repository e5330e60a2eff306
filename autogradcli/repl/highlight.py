"""Colours of what is typed: by the kind of each word, and of a name by what it is in this session.

The terminal's own sixteen colours and its default ones only: any other is unreadable somewhere.
"""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.styles import Style

from ..api.calls.registry import ATTRIBUTES
from ..engine.tensor import Tensor
from ..language.read.tokens import CLOSE, COMMENT, KEYWORD, NAME, NUMBER, OPEN, OPERATOR, STRING, tokens
from ..session import Session

STYLE = Style.from_dict(
    {
        "keyword": "ansimagenta",
        "string": "ansigreen",
        "number": "ansicyan",
        "comment": "italic",
        "function": "ansiblue",
        "variable": "bold",
        "command": "ansiyellow",
        "prompt-mode": "ansiyellow",
        "auto-suggestion": "ansibrightblack",
        "matching-bracket.cursor": "noinherit bold underline",
        "matching-bracket.other": "noinherit bold underline",
        "bottom-toolbar": "noreverse",
        "bottom-toolbar.result": "ansigreen",
        "bottom-toolbar.error": "ansired",
        "bottom-toolbar.argument": "bold underline",
        "bottom-toolbar.status": "ansibrightblack",
        "bottom-toolbar.mode": "ansiyellow",
        "completion-menu": "noinherit",
        "completion-menu.completion": "noinherit",
        "completion-menu.completion.current": "noinherit reverse",
        "completion-menu.meta.completion": "noinherit ansibrightblack",
        "completion-menu.meta.completion.current": "noinherit reverse",
        "scrollbar.background": "noinherit",
        "scrollbar.button": "noinherit reverse",
        "scrollbar.arrow": "noinherit",
    }
)

_CLASSES = {KEYWORD: "class:keyword", STRING: "class:string", NUMBER: "class:number", COMMENT: "class:comment"}


class SessionLexer(Lexer):
    """Looks a name up in the session and its tables at the moment of drawing."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines = self.lines(document.text)
        return lambda number: lines[number] if number < len(lines) else []

    def lines(self, text: str) -> list[StyleAndTextTuples]:
        """The text in styled pieces, line by line."""
        if text.startswith(":"):
            name, blank, rest = text.partition(" ")
            first, *more = self.lines(rest) if rest else [[]]
            return [[("class:command", name), ("", blank), *first], *more]
        lines: list[StyleAndTextTuples] = [[]]
        after_dot = False
        for token in tokens(text):
            style = _CLASSES.get(token.kind, "")
            if token.kind == NAME:
                style = self._attribute_style(token.text) if after_dot else self._name_style(token.text)
            for k, piece in enumerate(token.text.split("\n")):
                if k:
                    lines.append([])
                if piece:
                    lines[-1].append((style, piece))
            if token.kind in (NAME, OPERATOR, OPEN, CLOSE, NUMBER, STRING):
                after_dot = token.text == "."
        return lines

    def _name_style(self, name: str) -> str:
        if name in self.session.variables:
            return "class:variable"
        return "class:function" if name in self.session.prelude else ""

    def _attribute_style(self, name: str) -> str:
        """Attributes of a tensor, whatever stands before the dot: most things here are tensors."""
        return "class:function" if name in ATTRIBUTES[Tensor] else ""
