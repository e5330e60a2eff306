"""Examples in Python files: only strings hold any, and where a string ends, so does what is expected."""

from __future__ import annotations

import ast
from typing import NamedTuple

from ...language.read.syntax import parse
from ...show.transcript_text import QUOTES


class Glued(str):
    """The end of a line from a string's closing quotes on, as a line of its own."""

    __slots__ = ()


class Lines(NamedTuple):
    """The lines of a text, and for each the number of the string that it is of: 0 for what can be no example."""

    lines: list[str]
    homes: list[int]
    tree: ast.Module | None


def read(text: str) -> Lines:
    """The lines of a text. In one that is no Python all are of one string, but for those that begin with quotes."""
    lines = text.split("\n")
    tree = _tree(text)
    if tree is None:
        return Lines(lines, [int(not line.lstrip().startswith(QUOTES)) for line in lines], None)
    ends: dict[int, int] = {}
    homes = [0] * len(lines)
    for number, node in enumerate(_strings(tree), 1):
        first, last = node.lineno, (node.end_lineno or node.lineno) - 1  # counted from 0: the line after its first
        if last >= first:
            homes[first : last + 1] = [number] * (last + 1 - first)
            line = lines[last]
            end = len(line.encode()[: node.end_col_offset].decode())
            ends[last] = end - (3 if line[:end].endswith(QUOTES) else 1)
    split: list[str] = []
    of: list[int] = []
    for index, line in enumerate(lines):
        end = ends.get(index, len(line))
        split.append(line[:end])
        of.append(homes[index])
        if index in ends:
            split.append(Glued(line[end:]))
            of.append(0)
    return Lines(split, of, tree)


def joined(lines: list[str]) -> str:
    """The text again."""
    return "".join([line if type(line) is Glued or not k else "\n" + line for k, line in enumerate(lines)])


def same_program(tree: ast.Module, text: str) -> bool:
    """Whether a text differs from a program in the contents of strings alone."""
    other = _tree(text)
    return other is not None and _without_strings(tree) == _without_strings(other)


def _tree(text: str) -> ast.Module | None:
    if not any(quotes in text for quotes in QUOTES) or "\r" in text:
        return None
    try:
        return parse(text)
    except (SyntaxError, RecursionError, MemoryError):
        return None


def _strings(tree: ast.Module) -> list[ast.Constant]:
    """The strings of a program, in their order; those within f-strings have no places of their own."""
    within = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) is str]
    return sorted((node for node in found if id(node) not in within), key=lambda node: (node.lineno, node.col_offset))


def _without_strings(tree: ast.Module) -> list[object]:
    return [
        (type(node), _words(node)) if not (isinstance(node, ast.Constant) and type(node.value) is str) else str
        for node in ast.walk(tree)
    ]


def _words(node: ast.AST) -> list[object]:
    """What a node holds beside other nodes."""
    return [value for _, value in ast.iter_fields(node) if not isinstance(value, ast.AST | list)]
