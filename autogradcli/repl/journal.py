"""What happened at the prompt: the statements that ended well for ``:save``, what was seen for ``:transcript``."""

from __future__ import annotations

import ast

from ..language.read.syntax import parse
from ..show.stream import Stream

#: The statements so far, the last one first: an undone one is dropped by going back to the pair before.
Program = tuple["Program", str] | None

HEADER = "# A session of autogradcli.\n"
#: Characters of a transcript that are kept, the oldest ones going first.
MAX_TRANSCRIPT = 1 << 23


def added(program: Program, text: str, statements: int | None = None) -> Program:
    """The program with a text at its end; of the text only the first ``statements`` where not all ended well."""
    text = text if statements is None else beginning(text, statements)
    return (program, text) if text.strip() else program


def quiet(expression: str) -> str:
    """A statement that evaluates an expression and does not show its value, nor take it for ``_``."""
    return f"if True: {expression}"


def beginning(text: str, statements: int) -> str:
    """The first statements of a program, comments and all."""
    body = parse(text).body
    if statements >= len(body):
        return text
    after = body[statements]
    decorators = after.decorator_list if isinstance(after, (ast.FunctionDef, ast.ClassDef)) else []
    line = min([after.lineno, *[each.lineno for each in decorators]])
    kept = text.split("\n")[: line - 1]
    rest = text.split("\n")[line - 1].encode()[: after.col_offset].decode()
    if not decorators and rest.strip():  # a statement before it on its own line
        kept.append(rest.rstrip().rstrip(";"))
    return "\n".join(kept)


def listing(program: Program) -> list[str]:
    """The texts, the first one first."""
    texts = []
    while program is not None:
        program, text = program
        texts.append(text)
    return texts[::-1]


class Recorded(Stream):
    """A stream that keeps what was written to it, without its colours, in a list that several may share."""

    __slots__ = ("_kept",)

    def __init__(self, stream: Stream, kept: Transcript) -> None:
        super().__init__(stream.file)
        self.always_escape, self.colour = stream.always_escape, stream.colour
        self._kept = kept

    def raw(self, text: str) -> None:
        super().raw(text)
        self._kept.add(text)


class Transcript:
    """What was typed and what was shown, as it stood on the screen."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = 0

    def add(self, text: str) -> None:
        self._pieces.append(text)
        self._size += len(text)
        if self._size > 2 * MAX_TRANSCRIPT:
            self._pieces = [self.text()[-MAX_TRANSCRIPT:]]
            self._size = len(self._pieces[0])

    def typed(self, text: str, prompt: str) -> None:
        self.add(prompt + text.replace("\n", "\n" + "... ".rjust(len(prompt))) + "\n")

    def text(self) -> str:
        from re import sub

        return sub("\x1b\\[[0-9;]*m", "", "".join(self._pieces))
