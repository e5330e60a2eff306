"""What the compiling functions share: the program's variables, its scopes, and where they are in it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..read.scopes import Scope
from ..read.syntax import Place, Source
from ..values.kinds import Frame, Run

Show = Callable[[int, str, Any], None]


class Context:
    """The surroundings of a node while it is compiled."""

    __slots__ = ("prelude", "qualname", "scope", "scopes", "show", "source", "variables")

    def __init__(
        self,
        variables: dict[str, Any],
        prelude: Mapping[str, Any],
        source: Source,
        scopes: Mapping[ast.AST, Scope],
        scope: Scope,
        qualname: str = "",
    ) -> None:
        self.variables = variables
        self.prelude = prelude
        self.source = source
        self.scopes = scopes
        self.scope = scope
        #: What goes before the name of a function made here: "outer.<locals>.".
        self.qualname = qualname
        #: What becomes of the values of bare expressions within ``for``, ``if`` and their like: line, text, value. Only
        #: where a prompt is to show them, and never in functions and classes.
        self.show: Show | None = None

    def inner(self, node: ast.AST, qualname: str | None = None) -> Context:
        """The context inside a function, class or comprehension."""
        return Context(
            self.variables,
            self.prelude,
            self.source,
            self.scopes,
            self.scopes[node],
            self.qualname if qualname is None else qualname,
        )

    def line(self, node: ast.expr | ast.stmt) -> int:
        """The program's number of the line on which a node begins."""
        return node.lineno + self.source.before

    def place(self, node: ast.expr | ast.stmt | ast.excepthandler) -> Place:
        return Place(node, self.source)


Compile = Callable[[Any, Context], Run]


class Table(dict[type[ast.AST], Compile]):
    """Kind of node -> what compiles it. What few programs have is entered when ``load`` is told of the first one."""

    load: Callable[[type[ast.AST]], None]

    def __missing__(self, kind: type[ast.AST]) -> Compile:
        self.load(kind)
        return dict.__getitem__(self, kind)


EXPRESSIONS, STATEMENTS = Table(), Table()
#: What makes of a function's body with a ``yield`` in it a function of the frame that gives its generator; entered by
#: ``generators.py``, which needs all other statements, as the kind of node that a ``yield`` is.
GENERATOR_BODY: list[Callable[[Sequence[ast.stmt], str, Context], Run]] = []


def expression(node: ast.expr, c: Context) -> Run:
    """Compile an expression to a function of the frame."""
    return EXPRESSIONS[type(node)](node, c)


def generator_body(body: Sequence[ast.stmt], name: str, c: Context) -> Run:
    """A function of the frame that gives the generator of a function's body."""
    if not GENERATOR_BODY:
        EXPRESSIONS.load(ast.Yield)
    return GENERATOR_BODY[0](body, name, c)


def compiles(*kinds: type[ast.expr]) -> Callable[[Compile], Compile]:
    """Enter a compiling function into the table of expressions."""

    def enter(function: Compile) -> Compile:
        for kind in kinds:
            EXPRESSIONS[kind] = function
        return function

    return enter


def compiles_statement(*kinds: type[ast.stmt]) -> Callable[[Compile], Compile]:
    """Enter a compiling function into the table of statements."""

    def enter(function: Compile) -> Compile:
        for kind in kinds:
            STATEMENTS[kind] = function
        return function

    return enter


def statement(node: ast.stmt, c: Context) -> Run:
    """Compile a statement to a function of the frame: None to go on, else a signal."""
    return STATEMENTS[type(node)](node, c)


def block(body: Sequence[ast.stmt], c: Context) -> Run:
    """Statements one after another; the first signal ends them."""
    steps = [statement(node, c) for node in body]
    if len(steps) == 1:
        return steps[0]
    if len(steps) == 2:
        first, second = steps

        def both(f: Frame) -> Any:
            signal = first(f)
            if signal is not None:
                return signal
            return second(f)

        return both

    def run(f: Frame) -> Any:
        for step in steps:
            signal = step(f)
            if signal is not None:
                return signal
        return None

    return run
