"""A whole program: text to its top-level statements, ready to run one by one."""

from __future__ import annotations

import ast
import gc
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from . import (  # noqa: F401  each enters what it checks, compiles or offers into a table
    call_expressions,
    comprehensions,
    control,
    expressions,
    functions,
    imports,
    math_functions,
    python_types,
    statement_rules,
)
from .analysis import analyse
from .budget import PYTHON_FRAMES
from .context import Context, expression
from .statements import statement
from .syntax import Source, parse
from .values import Frame, Run


class Step(NamedTuple):
    """A top-level statement. ``value`` is set for a bare expression, ``run`` for any other."""

    node: ast.stmt
    value: Run | None
    run: Run | None


class Program(NamedTuple):
    steps: Iterator[Step]
    frame: Frame


def compile_program(source: Source, text: str, variables: dict[str, Any], prelude: Mapping[str, Any]) -> Program:
    """Read and check the whole text. Raises SyntaxError; nothing has run then."""
    # A tree is many small objects that all live on: looking for garbage among them doubles the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        tree = parse(text)
        scopes = analyse(tree)
        if source.first_line > 1:
            ast.increment_lineno(tree, source.first_line - 1)
    finally:
        if collecting:
            gc.enable()
    module = scopes[tree]
    return Program(_steps(tree.body, Context(variables, prelude, source, scopes, module)), [None] * module.size)


def _steps(body: list[ast.stmt], c: Context) -> Iterator[Step]:
    """Each statement compiled when its turn comes, and forgotten after it: a program of a million lines is never a
    million closures at once. All that can be wrong with a text was found before."""
    body.reverse()
    while body:
        node = body.pop()
        if type(node) is ast.Expr:
            yield Step(node, expression(node.value, c), None)
        else:
            yield Step(node, None, statement(node, c))


class deep_stack:
    """While it is entered, Python allows the frames that evaluating nested calls takes."""

    def __enter__(self) -> None:
        self.limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(self.limit, PYTHON_FRAMES))

    def __exit__(self, *problem: object) -> None:
        sys.setrecursionlimit(self.limit)
