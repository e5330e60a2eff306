"""Whether a whole number on the command line is one: tried out, where taking it for a floating one is an error."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import combinations

from ..show.stream import Held
from .environment import Environment
from .request import Request

#: Errors by which a program refuses a number for its kind.
_OF_KIND = frozenset({"TypeError", "IndexError", "RuntimeError", "ValueError", "NotImplementedError"})
#: Variables of which all combinations are tried; of more only each alone, and all.
_FEW = 4


def attempts(request: Request, environment: Environment, once: Callable[[Request, Environment], bool]) -> bool:
    """Whether the work was done, with as few whole numbers as it needs. What is shown is that of the attempt that
    succeeds, else of the first."""
    given = (*request.variables, *request.constants)
    candidates = [name for name, text in given if name not in request.wrt and _is_whole(text)]
    if not candidates:
        return once(request, environment)
    first = environment.holding()
    try:
        ok = once(request, first)
    except BaseException:
        _release(first)
        raise
    if ok or _failure(first) not in _OF_KIND:
        _release(first)
        return ok
    for whole in _choices(candidates):
        other = environment.holding()
        if once(request._replace(whole=frozenset(whole)), other):
            _release(other)
            return True
    _release(first)
    return False


def _choices(names: list[str]) -> Iterator[tuple[str, ...]]:
    for count in range(1, len(names) + 1):
        if len(names) <= _FEW or count in (1, len(names)):
            yield from combinations(names, count)


def _is_whole(text: str) -> bool:
    """Whether a text is a whole number, or lists of such."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, list):
            pending += one
        elif type(one) is not int:
            return False
    return True


def _failure(environment: Environment) -> str:
    return environment.out.failure


def _release(environment: Environment) -> None:
    assert isinstance(environment.out, Held)
    environment.out.release()
