"""Source text to a checked syntax tree: Python's grammar, a closed list of its nodes.

``ast.parse`` finds the errors of the grammar. Those that Python's compiler would find (``return`` outside a
function, a name both parameter and global) are found here, in Python's words; a construct that is not part
of the language is a SyntaxError too.
"""

from __future__ import annotations

import ast
import sys
import warnings
from typing import NoReturn

from ...numerics.records import Record
from ..values.budget import MAX_BITS, MAX_SOURCE

FILENAME = "<program>"

#: How deep ``ast.parse`` may recurse in C. Python itself allows a little less.
_PARSE_LIMIT = 1000


class Source:
    """A program's text by lines, for places and for the text of a statement.

    Numbers count from ``first_line``, the number of the first line: a prompt numbers its inputs on, so that a
    function still knows its lines when a later input calls it. A syntax tree counts from 1 at the line where
    its text began; ``before`` is how many lines come before that one.
    """

    __slots__ = ("before", "first_line", "lines")

    def __init__(self, text: str, first_line: int = 1) -> None:
        if "\r" in text:
            # Not splitlines: Python's line ends are these, and a form feed or U+2028 in a string is none.
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        self.lines = text.split("\n")
        self.first_line = first_line
        self.before = first_line - 1

    def part(self, index: int) -> Source:
        """The same text, for a tree that was made of it from the line of this index on."""
        part: Source = object.__new__(Source)
        part.lines, part.first_line, part.before = self.lines, self.first_line, self.first_line - 1 + index
        return part

    def line(self, number: int) -> str:
        index = number - self.first_line
        return self.lines[index] if 0 <= index < len(self.lines) else ""

    def column(self, number: int, offset: int) -> int:
        """The column of a byte offset of a line, as the parser counts."""
        line = self.line(number)
        return offset + 1 if line.isascii() else len(line.encode()[:offset].decode(errors="replace")) + 1

    def settle(self) -> None:
        """Bring the positions of the tree in order, where one tree stands for many lines; see ``shapes.py``."""

    def segment(self, node: ast.expr) -> str:
        """The text of an expression."""
        first, last = node.lineno + self.before, (node.end_lineno or node.lineno) + self.before
        start = self.column(first, node.col_offset) - 1
        end = self.column(last, node.end_col_offset or 0) - 1
        if first == last:
            return self.line(first)[start:end]
        between = self.lines[first - self.first_line + 1 : last - self.first_line]
        return "\n".join([self.line(first)[start:], *between, self.line(last)[:end]])


class Extent(Record):
    """Where something stands in a program: lines count as the program's do, offsets are bytes of their lines."""

    line: int
    offset: int
    end_line: int
    end_offset: int


class Place:
    """Where a compiled node stands. Closures keep it as their default argument ``place``; see ``errors.py``."""

    __slots__ = ("node", "source")

    def __init__(self, node: ast.expr | ast.stmt | ast.excepthandler, source: Source) -> None:
        self.node = node
        self.source = source

    def extent(self) -> Extent:
        """What Python blames for an error here.

        A method call over several lines is where its method's name stands, as in ``(x\\n.sum()\\n.foo())``.
        """
        self.source.settle()
        node, before = self.node, self.source.before
        end_line, end_offset = (node.end_lineno or node.lineno) + before, node.end_col_offset or 0
        attribute: ast.AST = node
        if isinstance(node, ast.Call) and not _has_stars(node):
            attribute = node.func
        if isinstance(attribute, ast.Attribute) and attribute.end_lineno not in (None, attribute.lineno):
            name_ends = attribute.end_col_offset or 0
            line = (attribute.end_lineno or 0) + before
            return Extent(line, max(name_ends - len(attribute.attr), 0), end_line, end_offset)
        return Extent(node.lineno + before, node.col_offset, end_line, end_offset)


def _has_stars(node: ast.Call) -> bool:
    return any(isinstance(argument, ast.Starred) for argument in node.args) or any(
        keyword.arg is None for keyword in node.keywords
    )


def parse(text: str) -> ast.Module:
    """The syntax tree. Raises SyntaxError, or RecursionError/MemoryError for absurd nesting."""
    if len(text) > MAX_SOURCE:
        raise MemoryError(f"a program of more than {MAX_SOURCE} characters")
    with grammar():
        return tree_of(text)


class grammar:
    """While it is entered, ``tree_of`` may read: quietly, and no deeper than the C stack bears."""

    __slots__ = ("_limit", "_warnings")

    def __enter__(self) -> None:
        self._warnings = warnings.catch_warnings()
        self._warnings.__enter__()
        # "invalid escape sequence" and its like go to stderr in Python; they are no events of the run.
        warnings.simplefilter("ignore")
        self._limit = sys.getrecursionlimit()
        # The parser's own depth in C is a multiple of this limit.
        sys.setrecursionlimit(max(_PARSE_LIMIT, _frames() + 200))

    def __exit__(self, *problem: object) -> None:
        sys.setrecursionlimit(self._limit)
        self._warnings.__exit__(None, None, None)


def tree_of(text: str) -> ast.Module:
    """The syntax tree of a text within ``grammar()``. Raises as ``parse`` does."""
    try:
        return ast.parse(text, FILENAME)
    except ValueError as error:
        raise _bare_syntax_error(str(error)) from None
    except MemoryError:
        # What the parser calls the end of its own stack.
        raise MemoryError("the program nests too deeply") from None


def _frames() -> int:
    frame, count = sys._getframe(), 0
    while frame.f_back is not None:
        frame, count = frame.f_back, count + 1
    return count


def _bare_syntax_error(message: str) -> SyntaxError:
    return SyntaxError(message, (FILENAME, 1, 1, ""))


def fail(message: str, node: ast.AST) -> NoReturn:
    """Raises SyntaxError at a node."""
    line = getattr_int(node, "lineno", 1)
    column = getattr_int(node, "col_offset", 0) + 1
    end_line = getattr_int(node, "end_lineno", line)
    end_column = getattr_int(node, "end_col_offset", column) + 1
    raise SyntaxError(message, (FILENAME, line, column, None, end_line, end_column))


def getattr_int(node: ast.AST, name: str, default: int) -> int:
    value = vars(node).get(name)
    return value if isinstance(value, int) else default


def is_complete(text: str) -> bool:
    """Whether a prompt should run this text instead of asking for another line.

    A wrong program is complete: running it shows its error. A compound statement is complete once a blank
    line follows it.
    """
    try:
        tree = parse(text)
    except SyntaxError as error:
        return not _may_continue(text, error)
    except (RecursionError, MemoryError):
        return True
    if not tree.body:
        # A decorator or a comment alone; nothing at all is complete.
        return True
    last = tree.body[-1]
    compound = isinstance(
        last, (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.With, ast.Try, ast.TryStar, ast.Match)
    )
    if compound and not text.endswith("\n"):
        ended = (last.end_lineno or 0) < text.count("\n") + 1 and not text.rsplit("\n", 1)[-1].strip()
        return ended
    return not text.endswith("\\")


def assigned_last(text: str) -> str:
    """The name that a program's last statement assigns to; "" where it does something else."""
    try:
        body = parse(text).body
    except (SyntaxError, RecursionError, MemoryError):
        return ""
    last = body[-1] if body else None
    target = last.targets[-1] if isinstance(last, ast.Assign) else None
    return target.id if isinstance(target, ast.Name) else ""


def _may_continue(text: str, error: SyntaxError) -> bool:
    message = error.msg or ""
    if "was never closed" in message or "unterminated triple-quoted" in message:
        return True
    if "unexpected EOF" in message:
        return True
    at_end = (error.lineno or 0) >= text.rstrip("\n").count("\n") + 1
    last = text.rstrip().rsplit("\n", 1)[-1].strip()
    if isinstance(error, IndentationError) and message.startswith("expected an indented block"):
        return at_end and last.partition("#")[0].rstrip().endswith(":")
    if message.startswith("expected 'except' or 'finally'"):
        return at_end
    return text.rstrip(" \t").endswith("\\") or (at_end and last.startswith("@"))


def check_constant(node: ast.Constant) -> None:
    value = node.value
    if type(value) is int and value.bit_length() > MAX_BITS:
        fail(f"an integer of more than {MAX_BITS} bits", node)
    if type(value) is bytes:
        from ..values.bytes_methods import bytes_of

        node.value = bytes_of(value)  # type: ignore[assignment]
