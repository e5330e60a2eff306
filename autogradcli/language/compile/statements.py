"""Statements to closures: blocks, conditions, loops, ``return``, ``def``, ``class``.

A compiled statement returns None to go on, BREAK or CONTINUE, or a one-element tuple: the function's result.
"""

from __future__ import annotations

import ast
from types import CodeType
from typing import Any

from ..read.scopes import CLASS_CELL
from ..read.syntax import Place
from ..values.budget import budget
from ..values.kinds import UNBOUND, Frame, Run
from . import variables
from .assignment import target
from .calls import callable_of
from .context import Context, block, compiles_statement, expression
from .user_functions import maker


class _Signal:
    __slots__ = ()


BREAK, CONTINUE = _Signal(), _Signal()


@compiles_statement(ast.Expr)
def _expression(node: ast.Expr, c: Context) -> Run:
    value, line = expression(node.value, c), c.line(node)

    def evaluate(f: Frame) -> None:
        budget.line = line
        value(f)

    show = c.show
    if show is None:
        return evaluate
    text = c.source.segment(node.value)

    def shown(f: Frame) -> None:
        budget.line = line
        made = value(f)
        if made is not None:
            show(line, text, made)

    return shown


@compiles_statement(ast.Pass, ast.Global, ast.Nonlocal)
def _pass(node: ast.stmt, c: Context) -> Run:
    return lambda f: None


@compiles_statement(ast.Break)
def _break(node: ast.Break, c: Context) -> Run:
    return lambda f: BREAK


@compiles_statement(ast.Continue)
def _continue(node: ast.Continue, c: Context) -> Run:
    return lambda f: CONTINUE


@compiles_statement(ast.Return)
def _return(node: ast.Return, c: Context) -> Run:
    if node.value is None:
        nothing = (None,)
        return lambda f: nothing
    value, line = expression(node.value, c), c.line(node)

    def give(f: Frame) -> tuple[Any]:
        budget.line = line
        return (value(f),)

    return give


@compiles_statement(ast.If)
def _if(node: ast.If, c: Context) -> Run:
    test, body, line = expression(node.test, c), block(node.body, c), c.line(node)
    at = c.place(node.test)
    if not node.orelse:

        def branch(f: Frame, place: Place = at) -> Any:
            budget.line = line
            if test(f):
                return body(f)
            return None

        return branch
    orelse = block(node.orelse, c)

    def branches(f: Frame, place: Place = at) -> Any:
        budget.line = line
        if test(f):
            return body(f)
        return orelse(f)

    return branches


@compiles_statement(ast.While)
def _while(node: ast.While, c: Context) -> Run:
    test, body, line = expression(node.test, c), block(node.body, c), c.line(node)
    orelse = block(node.orelse, c) if node.orelse else None

    at = c.place(node.test)

    def loop(f: Frame, place: Place = at) -> Any:
        budget.line = line
        while test(f):
            budget.fuel -= 1
            if budget.fuel < 0:
                budget.poll()
            signal = body(f)
            if signal is not None:
                if signal is BREAK:
                    return None
                if signal is not CONTINUE:
                    return signal
            budget.line = line
        return orelse(f) if orelse is not None else None

    return loop


#: The code that runs a ``for`` loop.
LOOPS: set[CodeType] = set()


@compiles_statement(ast.For)
def _for(node: ast.For, c: Context) -> Run:
    iterable, assign, body = expression(node.iter, c), target(node.target, c), block(node.body, c)
    orelse = block(node.orelse, c) if node.orelse else None
    line = c.line(node)
    # What can't be iterated over is blamed on the line of the ``for``.
    at = c.place(node.iter if c.line(node.iter) == line else node)

    def loop(f: Frame, place: Place = at) -> Any:
        budget.line = line
        # By these names whoever watches the loop, from another thread, finds how far it is.
        items = iterable(f)
        iterator = iter(items)
        for item in iterator:
            assign(f, item)
            budget.fuel -= 1
            if budget.fuel < 0:
                budget.poll()
            signal = body(f)
            if signal is not None:
                if signal is BREAK:
                    return None
                if signal is not CONTINUE:
                    return signal
            budget.line = line
        return orelse(f) if orelse is not None else None

    LOOPS.add(loop.__code__)
    return loop


# Definitions


def _decorated(node: ast.FunctionDef | ast.ClassDef, make: Run, c: Context) -> Run:
    decorators = [(expression(each, c), c.place(each)) for each in node.decorator_list]
    if not decorators:
        return make
    for decorator, at in reversed(decorators):
        make = _apply(decorator, make, at)
    return make


def _apply(decorator: Run, make: Run, at: Place) -> Run:
    def apply(f: Frame, place: Place = at) -> Any:
        # Python evaluates the outermost decorator first and applies it last.
        decorate = callable_of(decorator(f))
        return decorate(make(f))

    return apply


@compiles_statement(ast.FunctionDef)
def _def(node: ast.FunctionDef, c: Context) -> Run:
    make, store, line = _decorated(node, maker(node, node.name, c), c), variables.store(node.name, c), c.line(node)

    def define(f: Frame) -> None:
        budget.line = line
        store(f, make(f))

    return define


@compiles_statement(ast.ClassDef)
def _class(node: ast.ClassDef, c: Context) -> Run:
    from ..values.deriving import begun, subclass_of

    name, line = node.name, c.line(node)
    bases = [expression(base, c) for base in node.bases]
    keywords = [(keyword.arg or "", expression(keyword.value, c)) for keyword in node.keywords]
    document = ast.get_docstring(node, clean=False)
    annotations = _annotations(node, c)
    qualname = c.qualname + name
    inner = c.inner(node, f"{qualname}.")
    body = block(node.body, inner)
    sources = [c.scope.where(shared)[1] for shared in inner.scope.free]
    extra = inner.scope.size - 1 - len(sources)
    itself = inner.scope.slots.get(CLASS_CELL)

    at = c.place(node.bases[0] if node.bases else node)

    def make(f: Frame, place: Place = at) -> Any:
        subclass = subclass_of([base(f) for base in bases], {name: value(f) for name, value in keywords})
        members = begun(subclass, name)
        members["__doc__"] = document
        if annotations:
            members["__annotations__"] = annotations
        frame = [members, *[None] * extra, *[f[slot] for slot in sources]]
        if itself is None:
            body(frame)
            return subclass(name, members)
        cell = frame[itself] = [UNBOUND]
        body(frame)
        cell[0] = subclass(name, members)
        return cell[0]

    made, store = _decorated(node, make, c), variables.store(name, c)

    def define(f: Frame) -> None:
        budget.line = line
        store(f, made(f))

    return define


def _annotations(node: ast.ClassDef, c: Context) -> dict[str, str]:
    """The annotated names of a class body in order, with the text of the annotation."""
    if not any(isinstance(each, ast.AnnAssign) for each in node.body):
        return {}
    from .annotations import Written

    return Written(node, c)
