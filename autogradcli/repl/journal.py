"""What happened at the prompt: the statements that ended well, for ``:save``."""

from __future__ import annotations

import ast

from ..language.read.syntax import parse

#: The statements so far, the last one first: an undone one is dropped by going back to the pair before.
Program = tuple["Program", str] | None

HEADER = "# A session of autogradcli.\n"


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
