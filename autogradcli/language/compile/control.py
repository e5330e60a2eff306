"""``try``, ``raise``, ``assert`` and ``with``.

What a program must not catch (the interrupt, the deadline) passes through every ``except`` and ``finally``
without running it: stop means stop. Modes are left in any case.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from ...api.calls.program_classes import Kind, defines, special
from ...engine.modes import ContextMode
from ..read.syntax import Place
from ..values.budget import UNCATCHABLE, budget
from ..values.kinds import UNBOUND, Frame, Run
from ..values.tracebacks import traceback_of
from . import variables
from .assignment import target
from .calls import CONSTRUCTORS
from .context import Context, block, compiles_statement, expression


@compiles_statement(ast.Assert)
def _assert(node: ast.Assert, c: Context) -> Run:
    test, line = expression(node.test, c), c.line(node)
    message = None if node.msg is None else expression(node.msg, c)

    at = c.place(node.test)

    def check(f: Frame, place: Place = at) -> None:
        budget.line = line
        if not test(f):
            if message is None:
                raise AssertionError
            raise AssertionError(message(f))

    return check


@compiles_statement(ast.Raise)
def _raise(node: ast.Raise, c: Context) -> Run:
    line = c.line(node)
    if node.exc is None:
        at = c.place(node)

        def again(f: Frame, place: Place = at) -> None:
            budget.line = line
            raise

        return again
    value = expression(node.exc, c)
    cause = None if node.cause is None else expression(node.cause, c)

    at = c.place(node)

    def throw(f: Frame, place: Place = at) -> None:
        budget.line = line
        error = _as_exception(value(f), "exceptions must derive from BaseException")
        if cause is None:
            raise error
        reason = cause(f)
        if reason is not None:
            reason = _as_exception(reason, "exception causes must derive from BaseException")
        raise error from reason

    return throw


def _as_exception(value: Any, otherwise: str) -> BaseException:
    if isinstance(value, type) and issubclass(value, BaseException):
        value = CONSTRUCTORS.get(value, value)()
    if not isinstance(value, BaseException):
        raise TypeError(otherwise)
    return value


@compiles_statement(ast.Try)
def _try(node: ast.Try, c: Context) -> Run:
    run = block(node.body, c)
    if node.handlers:
        run = _handled(run, node, c)
    elif node.orelse:
        run = block([*node.body, *node.orelse], c)
    return _finally(run, block(node.finalbody, c)) if node.finalbody else run


def _handled(body: Run, node: ast.Try, c: Context) -> Run:
    handlers = handlers_of(node, c, _body_of_handler)
    orelse = block(node.orelse, c) if node.orelse else None

    def attempt(f: Frame) -> Any:
        depth = budget.depth
        try:
            signal = body(f)
        except UNCATCHABLE:
            raise
        except BaseException as error:
            budget.depth = depth
            for matches, handle in handlers:
                if matches(f, error):
                    return handle(f, error)
            raise
        if signal is None and orelse is not None:
            return orelse(f)
        return signal

    return attempt


#: Makes of a handler's body, and of what binds its error and forgets it, a function (frame, error).
OfHandler = Callable[[Sequence[ast.stmt], Context, Any, Any], Any]


def handlers_of(node: ast.Try, c: Context, of_body: OfHandler) -> list[tuple[Any, Any]]:
    """Each handler as what says whether it takes an error, and what runs it: both functions (frame, error)."""
    return [_handler(handler, c, of_body) for handler in node.handlers]


def _body_of_handler(body: Sequence[ast.stmt], c: Context, store: Any, forget: Any) -> Any:
    run = block(body, c)

    def handle(f: Frame, error: BaseException) -> Any:
        store(f, error)
        try:
            return run(f)
        finally:
            forget(f)

    return handle


def _drop(f: Frame, error: Any = None) -> None:
    """What binds and forgets an error that has no name."""


def _handler(node: ast.ExceptHandler, c: Context, of_body: OfHandler) -> tuple[Any, Any]:
    if node.type is None:
        matches: Any = _any
    else:
        kinds = expression(node.type, c)

        at = c.place(node.type)

        def matches(f: Frame, error: BaseException, place: Place = at) -> bool:
            wanted = kinds(f)
            wanted = wanted if type(wanted) is tuple else (wanted,)
            for kind in wanted:
                if not (isinstance(kind, type) and issubclass(kind, BaseException)):
                    message = "catching classes that do not inherit from BaseException is not allowed"
                    raise TypeError(message)
            return isinstance(error, wanted)

    if node.name is None:
        return matches, of_body(node.body, c, _drop, _drop)
    name = node.name
    store = variables.store(name, c)

    def bind(f: Frame, error: BaseException) -> None:
        if not _PLAIN_ERRORS.issuperset((type(error), *map(type, error.args))):
            from ..values.foreign import entering

            error = entering(error)
        store(f, error)

    def forget(f: Frame) -> None:
        store(f, UNBOUND)
        try:
            remove(f)
        except NameError:
            return

    remove = variables.delete(name, c, c.place(node))
    return matches, of_body(node.body, c, bind, forget)


#: Errors of these with arguments of these hold nothing that a program must not get.
_PLAIN_ERRORS = frozenset(
    {
        ValueError, TypeError, RuntimeError, IndexError, KeyError, AttributeError, AssertionError, ZeroDivisionError,
        NotImplementedError, Exception, NameError, str, int, float, bool,
    }
)  # fmt: skip


def _any(f: Frame, error: BaseException) -> bool:
    return True


def _finally(body: Run, final: Run) -> Run:
    def run(f: Frame) -> Any:
        try:
            signal = body(f)
        except UNCATCHABLE:
            raise
        except BaseException:
            override = final(f)
            if override is None:
                raise
            return override
        override = final(f)
        return signal if override is None else override

    return run


@compiles_statement(ast.With)
def _with(node: ast.With, c: Context) -> Run:
    run = block(node.body, c)
    for item in reversed(node.items):
        run = _under(item, run, c.line(node), c)
    return run


def entered(mode: Any) -> tuple[Any, Any]:
    """What leaves an object of a program's class, and what entering it gave. Raises TypeError without ``__enter__`` and
    ``__exit__``."""
    kind = type(mode)
    if type(kind) is not Kind or not (defines(kind, "__enter__") and defines(kind, "__exit__")):
        missed = type(kind) is Kind and defines(kind, "__enter__")
        raise TypeError(
            f"'{kind.__name__}' object does not support the context manager protocol"
            + " (missed __exit__ method)" * missed
        )
    leave = special(mode, "__exit__")
    return leave, special(mode, "__enter__")()


def left(leave: Any, error: BaseException) -> bool:
    """Leave with an error; whether it is dealt with then."""
    from ..values.foreign import entering

    known = entering(error)
    return bool(leave(type(known), known, traceback_of(error)))


def _own_mode(mode: Any, f: Frame, store: Any, body: Run) -> Any:
    """``with`` over an object of a program's class."""
    leave, value = entered(mode)
    depth = budget.depth
    try:
        if store is not None:
            store(f, value)
        signal = body(f)
    except UNCATCHABLE:
        raise
    except BaseException as error:
        budget.depth = depth
        if left(leave, error):
            return None
        raise
    leave(None, None, None)
    return signal


def _under(item: ast.withitem, body: Run, line: int, c: Context) -> Run:
    context = expression(item.context_expr, c)
    store = None if item.optional_vars is None else target(item.optional_vars, c)

    at = c.place(item.context_expr)

    def run(f: Frame, place: Place = at) -> Any:
        budget.line = line
        mode = context(f)
        if not isinstance(mode, ContextMode):
            return _own_mode(mode, f, store, body)
        with mode as value:
            if store is not None:
                store(f, value)
            return body(f)

    return run
