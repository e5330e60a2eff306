"""A whole program: text to its top-level statements, ready to run one by one."""

from __future__ import annotations

import ast
import gc
import sys
from collections.abc import Iterator

from ...numerics.records import Record
from ..lines.line_shapes import Shape, Shapes
from ..read import statement_rules  # noqa: F401  each enters what it checks, compiles or offers into a table
from ..read.analysis import analyse
from ..read.scopes import Scope
from ..read.syntax import Source, grammar, parse, tree_of
from ..values import math_functions, python_types  # noqa: F401  each enters what it checks, compiles or offers into a table
from ..values.budget import MAX_SOURCE, PYTHON_FRAMES
from ..values.kinds import Frame, Run
from . import assignment, call_expressions, call_stack, expressions, statements, user_functions  # noqa: F401  each enters what it checks, compiles or offers into a table
from .context import EXPRESSIONS, STATEMENTS, Context, Show, expression, statement


def _load(kind: type[ast.AST]) -> None:
    """Import what compiles a kind of node that few programs have."""
    if kind in (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp):
        from . import comprehensions  # noqa: F401
    elif kind in (ast.Try, ast.With, ast.Raise, ast.Assert):
        from . import control  # noqa: F401
    elif kind in (ast.Import, ast.ImportFrom):
        from . import imports  # noqa: F401
    elif kind is ast.Match:
        from . import matching  # noqa: F401
    elif kind is ast.Yield:
        from . import generators  # noqa: F401


EXPRESSIONS.load = STATEMENTS.load = _load


class Step(Record):
    """A top-level statement: what runs it, on which frame. ``bare`` is the expression where it is only that."""

    line: int
    run: Run
    frame: Frame
    bare: ast.expr | None
    source: Source


class Block(Record):
    """Statements that were read as one text, with the scopes in them; ``source`` counts their lines."""

    tree: ast.Module
    scopes: dict[ast.AST, Scope]
    source: Source


#: Lines past which a program's trees are kept from the search for garbage.
_MANY = 1_000

#: A program in parts: the index of the line where each begins, and what stands there.
Parts = list[tuple[int, "Shape | Block"]]


def check(text: str, shapes: Shapes) -> None:
    """Read and check a text that will be run later, in pieces perhaps. Raises SyntaxError."""
    source = Source(text)
    _read(source, text, shapes, learn=True)


def compile_program(
    source: Source, text: str, shapes: Shapes, *, learn: bool = True, show: Show | None = None
) -> Iterator[Step]:
    """Read and check the whole text; its statements to be run. Raises SyntaxError; nothing has run then.

    ``learn`` is off for a text that ``check`` has seen: its lines are no news. ``show`` takes the values of bare
    expressions within compound statements (``Context.show``).
    """
    # A tree is many small objects that all live on: looking for garbage among them doubles the time of making
    # them, and one more look at those of a long program costs as much again, so they are kept from it.
    collecting = gc.isenabled()
    gc.disable()
    try:
        parts = _read(source, text, shapes, learn)
        if len(source.lines) > _MANY:
            gc.freeze()
    finally:
        if collecting:
            gc.enable()
    if "__doc__" in text:
        _, first = parts[0]
        shapes.variables["__doc__"] = ast.get_docstring(first.tree, clean=False) if isinstance(first, Block) else None
    return _steps(parts, source, shapes, show)


def _read(source: Source, text: str, shapes: Shapes, learn: bool) -> Parts:
    if len(text) > MAX_SOURCE:
        raise MemoryError(f"a program of more than {MAX_SOURCE} characters")
    if len(source.lines) > 1:
        try:
            return _read_by_lines(source, shapes, learn)
        except (SyntaxError, RecursionError, MemoryError):
            pass  # What is wrong is said of the whole text. Or nothing is, and a string runs over such lines.
    tree = parse(text)
    return [(0, Block(tree, analyse(tree), source))]


def _read_by_lines(source: Source, shapes: Shapes, learn: bool) -> Parts:
    """The parts of a text in which lines of known shape stand by themselves.

    Where one of these begins, at the left margin, a statement begins, provided that what stands before it is
    whole; so the text between them is read block by block, and means what it means within the whole text.
    """
    lines, of = source.lines, shapes.of
    parts: Parts = []
    start: int | None = None
    with grammar():
        for index, line in enumerate(lines):
            if start is None and (not line or line[0] == "#"):
                continue
            shape = of(line, learn)
            if shape is None:
                if start is None:
                    start = index
                continue
            if start is not None:
                parts.append((start, _block(source, start, index)))
                start = None
            parts.append((index, shape))
        if start is not None:
            parts.append((start, _block(source, start, len(lines))))
    return parts


def _block(source: Source, start: int, stop: int) -> Block:
    tree = tree_of("\n".join(source.lines[start:stop]))
    return Block(tree, analyse(tree), source.part(start))


def _steps(parts: Parts, source: Source, shapes: Shapes, show: Show | None) -> Iterator[Step]:
    """Each statement compiled when its turn comes, and forgotten after it: a program of a million lines is never a
    million closures at once. All that can be wrong with a text was found before."""
    lines, first_line = source.lines, source.first_line
    parts.reverse()
    try:
        while parts:
            index, part = parts.pop()
            if type(part) is Shape:
                its = part.source
                its.lines, its.first_line, its.before = lines, first_line, first_line - 1 + index
                yield Step(first_line + index, part.run, part.frame(lines[index]), part.bare, its)
            else:
                assert isinstance(part, Block)
                yield from _block_steps(part, shapes, show)
    finally:
        if len(lines) > _MANY:
            gc.unfreeze()


def _block_steps(block: Block, shapes: Shapes, show: Show | None) -> Iterator[Step]:
    tree, scopes, source = block
    module = scopes[tree]
    c = Context(shapes.variables, shapes.prelude, source, scopes, module)
    c.show = show
    frame: Frame = [None] * module.size
    body = tree.body
    body.reverse()
    while body:
        node = body.pop()
        if type(node) is ast.Expr:
            yield Step(c.line(node), expression(node.value, c), frame, node.value, source)
        else:
            yield Step(c.line(node), statement(node, c), frame, None, source)


class deep_stack:
    """While it is entered, Python allows the frames that evaluating nested calls takes."""

    def __enter__(self) -> None:
        self.limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(self.limit, PYTHON_FRAMES))

    def __exit__(self, *problem: object) -> None:
        sys.setrecursionlimit(self.limit)
