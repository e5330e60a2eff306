"""The words of a text that may be unfinished: for colours, for completion, for what the cursor stands in.

``ast.parse`` has no answer for ``sum(x, di``; this has. It never fails: what Python could not read is a word of the
kind OTHER. An f-string is one word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from keyword import iskeyword
from typing import NamedTuple

NAME, KEYWORD, NUMBER, STRING, COMMENT, OPERATOR, OPEN, CLOSE, LINE_END, BLANK, OTHER = range(11)


class Token(NamedTuple):
    kind: int
    text: str
    start: int
    closed: bool = True
    """False for a string whose end is missing."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


_WORDS = re.compile(
    r"""(?P<string>[fFrRbBuU]{0,2}(?:'{3}(?:\\.|[^\\])*?(?:'{3}|\Z) | "{3}(?:\\.|[^\\])*?(?:"{3}|\Z)
            | '(?:\\.|[^\\'\n])*'? | "(?:\\.|[^\\"\n])*"?))
      | (?P<comment>\#[^\n]*)
      | (?P<number>(?:0[xXbBoO][0-9a-fA-F_]+ | (?:\d[\d_]*\.?(?:\d[\d_]*)? | \.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)[jJ]?)
      | (?P<name>[^\W\d]\w*)
      | (?P<open>[(\[{]) | (?P<close>[)\]}])
      | (?P<line>\n)
      | (?P<blank>[^\S\n]+ | \\\n)
      | (?P<operator>\*\*=?|//=?|>>=?|<<=?|!=|->|:=|[-+*/%@&|^=<>]=?|[~.,:;])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_KINDS = {
    "string": STRING, "comment": COMMENT, "number": NUMBER, "name": NAME, "open": OPEN, "close": CLOSE,
    "line": LINE_END, "blank": BLANK, "operator": OPERATOR, "other": OTHER,
}  # fmt: skip

CLOSING = {"(": ")", "[": "]", "{": "}"}


def tokens(text: str) -> Iterator[Token]:
    """Every word of the text in order, blanks and line ends too: their texts joined are the text."""
    for found in _WORDS.finditer(text):
        kind, word = _KINDS[found.lastgroup or "other"], found.group()
        if kind == NAME and iskeyword(word):
            kind = KEYWORD
        yield Token(kind, word, found.start(), kind != STRING or _is_closed(word))


def _is_closed(word: str) -> bool:
    body = word.lstrip("fFrRbBuU")
    quote = body[:3] if body[:3] in ("'''", '"""') else body[:1]
    end = body[len(quote) :]
    if not end.endswith(quote):
        return False
    escapes = len(end) - len(quote) - len(end[: -len(quote)].rstrip("\\"))
    return escapes % 2 == 0


def ends_in_string_or_comment(text: str) -> bool:
    """Whether what is typed at the end of the text goes into a string or a comment."""
    return _ends_in(text, STRING) or _ends_in(text, COMMENT)


def _ends_in(text: str, kind: int) -> bool:
    last: Token | None = None
    for token in tokens(text):
        last = token
    return last is not None and last.kind == kind and (kind != STRING or not last.closed)


class Call(NamedTuple):
    """The innermost call that is open at the end of a text: ``torch.sum(x, dim=`` is ``["torch", "sum"]``, 1, "dim"."""

    chain: list[str]
    position: int
    """How many arguments are complete."""
    keyword: str
    """The keyword whose value is being written; empty for a positional one."""
    given: frozenset[str]
    """The keywords that were given before."""


class _Bracket:
    __slots__ = ("chain", "given", "keyword", "position", "text")

    def __init__(self, text: str, chain: list[str]) -> None:
        self.text, self.chain = text, chain
        self.position = 0
        self.keyword = ""
        self.given: set[str] = set()


def call_at_end(text: str) -> Call | None:
    """The call whose arguments are being written at the end of the text; None where there is none."""
    open_: list[_Bracket] = []
    before: list[Token] = []
    for token in tokens(text):
        if token.kind == OPEN:
            open_.append(_Bracket(token.text, _chain(before) if token.text == "(" else []))
        elif token.kind == CLOSE:
            if open_:
                open_.pop()
        elif open_ and token.text == ",":
            inner = open_[-1]
            inner.position += 1
            inner.keyword = ""
        elif open_ and token.text == "=" and before and before[-1].kind == NAME:
            inner = open_[-1]
            inner.keyword = before[-1].text
            inner.given.add(inner.keyword)
        if token.kind not in (BLANK, LINE_END):
            before.append(token)
    for inner in reversed(open_):
        if inner.chain:
            return Call(inner.chain, inner.position, inner.keyword, frozenset(inner.given - {inner.keyword}))
    return None


def _chain(before: list[Token]) -> list[str]:
    """The dotted name that ends a list of words: empty where the end is none, or part of something longer."""
    names: list[str] = []
    at = len(before) - 1
    while at >= 0 and before[at].kind == NAME:
        names.insert(0, before[at].text)
        at -= 1
        if at < 0 or before[at].text != ".":
            apart = at < 0 or (before[at].kind != NUMBER and before[at].text not in ("def", "class"))
            return names if apart else []
        at -= 1
    return []


def primary_start(text: str) -> int | None:
    """Where the expression begins that ends the text and that a dot or a bracket may follow: names, calls, subscripts,
    brackets, strings. None where the text ends with none."""
    words = [token for token in tokens(text) if token.kind not in (BLANK, LINE_END)]
    opening: dict[int, int] = {}
    open_: list[int] = []
    for k, token in enumerate(words):
        if token.kind == OPEN:
            open_.append(k)
        elif token.kind == CLOSE and open_:
            opening[k] = open_.pop()
    at = len(words) - 1
    while at >= 0:
        token = words[at]
        if token.kind == CLOSE:
            if at not in opening:
                return None
            at = opening[at]
            before = words[at - 1] if at else None
            if before is not None and before.kind in (NAME, CLOSE, STRING) and words[at].text != "{":
                at -= 1  # it is called, or an element of it is taken
                continue
        elif token.kind != NAME and not (token.kind == STRING and token.closed):
            return None
        if not at or words[at - 1].text != ".":
            return None if at and words[at - 1].text in ("def", "class") else words[at].start
        at -= 2
    return None


def open_brackets(text: str) -> list[Token]:
    """The brackets that are still open at the end of the text."""
    found: list[Token] = []
    for token in tokens(text):
        if token.kind == OPEN:
            found.append(token)
        elif token.kind == CLOSE and found:
            found.pop()
    return found


#: What ends a block, so that the line after it stands further left.
_ENDS = ("return", "pass", "break", "continue", "raise")
INDENT = "    "


def next_indentation(text: str) -> str:
    """What the line after this text begins with."""
    if _ends_in(text, STRING):
        return ""  # blanks would be part of the string
    brackets = open_brackets(text)
    line = text.rsplit("\n", 1)[-1]
    if brackets:
        bracket = brackets[-1]
        start = text.rfind("\n", 0, bracket.start) + 1
        rest = text[bracket.end :].partition("\n")[0].partition("#")[0]
        if rest.strip():
            return " " * (bracket.end - start)  # under what follows the bracket
        begun = text[start : bracket.start]
        return begun[: len(begun) - len(begun.lstrip())] + INDENT
    indentation = line[: len(line) - len(line.lstrip())]
    words = [t for t in tokens(line) if t.kind not in (BLANK, COMMENT)]
    if words and words[-1].text == ":":
        return indentation + INDENT
    if words and words[0].text in _ENDS:
        return indentation.removesuffix(INDENT)
    if not words:
        return indentation
    return _statement_indentation(text)


def _statement_indentation(text: str) -> str:
    """The indentation of the statement that the last line ends: where its brackets began."""
    depth, start = 0, 0
    for token in tokens(text):
        if token.kind == OPEN:
            depth += 1
        elif token.kind == CLOSE:
            depth = max(depth - 1, 0)
        elif token.kind == LINE_END and not depth:
            start = token.end
    line = text[start:].partition("\n")[0]
    return line[: len(line) - len(line.lstrip())]
