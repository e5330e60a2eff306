"""Bodies of functions with ``yield``: each block around one becomes a generator of Python's, the rest stays as it is.

A block's generator returns what a compiled statement returns: None to go on, or a signal.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from ...engine.modes import ContextMode
from ..read.analysis import yields
from ..read.syntax import Place
from ..values.budget import UNCATCHABLE, budget
from ..values.generators import Closed, Generator
from ..values.kinds import Frame, Run
from .assignment import target
from .context import GENERATOR_BODY, Context, block, expression, statement
from .control import entered, handlers_of, left
from .matching import fits
from .statements import BREAK, CONTINUE

#: A compiled block with a ``yield``: a function of the frame that gives a generator.
Steps = Callable[[Frame], Any]


def generator_body(body: Sequence[ast.stmt], name: str, c: Context) -> Run:
    """A function of the frame that gives the generator of a function's body."""
    steps = _steps(body, c)

    def whole(f: Frame) -> Any:
        signal = yield from steps(f)
        return None if signal is None else signal[0]

    return lambda f: Generator(whole(f), name)


GENERATOR_BODY.append(generator_body)


def _steps(body: Sequence[ast.stmt], c: Context) -> Steps:
    parts = [(True, _KINDS[type(node)](node, c)) if yields(node) else (False, statement(node, c)) for node in body]

    def run(f: Frame) -> Any:
        for is_generator, part in parts:
            signal = (yield from part(f)) if is_generator else part(f)
            if signal is not None:
                return signal
        return None

    return run


def _value(node: ast.expr, c: Context) -> Steps:
    """``yield`` or ``yield from``, as a generator whose result is what the expression gives."""
    at = c.place(node)
    if isinstance(node, ast.Yield):
        if node.value is None:

            def nothing(f: Frame) -> Any:
                return (yield None)

            return nothing
        value = expression(node.value, c)

        def one(f: Frame) -> Any:
            return (yield value(f))

        return one
    assert isinstance(node, ast.YieldFrom)
    source = expression(node.value, c)

    def many(f: Frame, place: Place = at) -> Any:
        inner = source(f)
        if type(inner) is Generator:
            return (yield from inner)
        for item in inner:  # noqa: UP028 - Python would look for methods of a generator in an object of the program's
            yield item
        return None

    return many


def _expression(node: ast.Expr, c: Context) -> Steps:
    value, line = _value(node.value, c), c.line(node)

    def run(f: Frame) -> Any:
        budget.line = line
        yield from value(f)

    return run


def _assign(node: ast.Assign | ast.AnnAssign, c: Context) -> Steps:
    assert node.value is not None
    value, line = _value(node.value, c), c.line(node)
    stores = [target(each, c) for each in (node.targets if isinstance(node, ast.Assign) else [node.target])]

    def run(f: Frame) -> Any:
        budget.line = line
        result = yield from value(f)
        for store in stores:
            store(f, result)

    return run


def _return(node: ast.Return, c: Context) -> Steps:
    assert node.value is not None
    value, line = _value(node.value, c), c.line(node)

    def run(f: Frame) -> Any:
        budget.line = line
        result = yield from value(f)
        return (result,)

    return run


def _if(node: ast.If, c: Context) -> Steps:
    test, body, orelse, line = expression(node.test, c), _steps(node.body, c), _steps(node.orelse, c), c.line(node)
    at = c.place(node.test)

    def run(f: Frame, place: Place = at) -> Any:
        budget.line = line
        return (yield from (body if test(f) else orelse)(f))

    return run


def _while(node: ast.While, c: Context) -> Steps:
    test, body, orelse, line = expression(node.test, c), _steps(node.body, c), _steps(node.orelse, c), c.line(node)
    at = c.place(node.test)

    def run(f: Frame, place: Place = at) -> Any:
        budget.line = line
        while test(f):
            budget.fuel -= 1
            if budget.fuel < 0:
                budget.poll()
            signal = yield from body(f)
            if signal is not None:
                if signal is BREAK:
                    return None
                if signal is not CONTINUE:
                    return signal
            budget.line = line
        return (yield from orelse(f))

    return run


def _for(node: ast.For, c: Context) -> Steps:
    iterable, assign, line = expression(node.iter, c), target(node.target, c), c.line(node)
    body, orelse = _steps(node.body, c), _steps(node.orelse, c)
    at = c.place(node.iter if c.line(node.iter) == line else node)

    def run(f: Frame, place: Place = at) -> Any:
        budget.line = line
        for item in iterable(f):
            assign(f, item)
            budget.fuel -= 1
            if budget.fuel < 0:
                budget.poll()
            signal = yield from body(f)
            if signal is not None:
                if signal is BREAK:
                    return None
                if signal is not CONTINUE:
                    return signal
            budget.line = line
        return (yield from orelse(f))

    return run


def _try(node: ast.Try, c: Context) -> Steps:
    run = _steps(node.body, c)
    if node.handlers:
        run = _handled(run, node, c)
    elif node.orelse:
        run = _steps([*node.body, *node.orelse], c)
    return _finally(run, block(node.finalbody, c)) if node.finalbody else run


def _handled(body: Steps, node: ast.Try, c: Context) -> Steps:
    handlers = handlers_of(node, c, _steps_of_handler)
    orelse = _steps(node.orelse, c)

    def attempt(f: Frame) -> Any:
        depth = budget.depth
        try:
            signal = yield from body(f)
        except (*UNCATCHABLE, Closed):
            raise
        except BaseException as error:
            budget.depth = depth
            for matches, handle in handlers:
                if matches(f, error):
                    return (yield from handle(f, error))
            raise
        return (yield from orelse(f)) if signal is None else signal

    return attempt


def _steps_of_handler(body: Sequence[ast.stmt], c: Context, store: Any, forget: Any) -> Any:
    steps = _steps(body, c)

    def handle(f: Frame, error: BaseException) -> Any:
        store(f, error)
        try:
            return (yield from steps(f))
        finally:
            forget(f)

    return handle


def _finally(body: Steps, final: Run) -> Steps:
    def run(f: Frame) -> Any:
        try:
            signal = yield from body(f)
        except UNCATCHABLE:
            raise  # a generator that nobody has any more: no code of a program runs then
        except BaseException:
            override = final(f)
            if override is None:
                raise
            return override
        override = final(f)
        return signal if override is None else override

    return run


def _with(node: ast.With, c: Context) -> Steps:
    run = _steps(node.body, c)
    for item in reversed(node.items):
        run = _under(item, run, c.line(node), c)
    return run


def _under(item: ast.withitem, body: Steps, line: int, c: Context) -> Steps:
    context = expression(item.context_expr, c)
    store = None if item.optional_vars is None else target(item.optional_vars, c)
    at = c.place(item.context_expr)

    def run(f: Frame, place: Place = at) -> Any:
        budget.line = line
        mode = context(f)
        if isinstance(mode, ContextMode):
            with mode as value:
                if store is not None:
                    store(f, value)
                return (yield from body(f))
            return None  # the context has dealt with an error
        leave, value = entered(mode)
        depth = budget.depth
        try:
            if store is not None:
                store(f, value)
            signal = yield from body(f)
        except UNCATCHABLE:
            raise
        except BaseException as error:
            budget.depth = depth
            if left(leave, error):
                return None
            raise
        leave(None, None, None)
        return signal

    return run


def _match(node: ast.Match, c: Context) -> Steps:
    subject, line = expression(node.subject, c), c.line(node)
    cases = [
        (fits(case.pattern, c), None if case.guard is None else expression(case.guard, c), _steps(case.body, c))
        for case in node.cases
    ]
    at = c.place(node.subject)

    def run(f: Frame, place: Place = at) -> Any:
        budget.line = line
        value = subject(f)
        for fitting, guard, body in cases:
            if fitting(f, value) and (guard is None or guard(f)):
                return (yield from body(f))
        return None

    return run


_KINDS: dict[type[ast.stmt], Callable[[Any, Context], Steps]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _assign,
    ast.Return: _return,
    ast.If: _if,
    ast.While: _while,
    ast.For: _for,
    ast.Try: _try,
    ast.With: _with,
    ast.Match: _match,
}
