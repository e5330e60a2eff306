"""``match``: patterns to functions (frame, subject) that say whether it fits, and bind names on the way."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from ..read.syntax import Place
from ..values import at_length
from ..values.attribute_lookup import get_attribute
from ..values.budget import CONTAINERS, budget
from ..values.builtins import isinstance_
from ..values.checked_operators import contains
from ..values.kinds import Frame, Run
from . import variables
from .context import Context, block, compiles_statement, expression

Fits = Callable[[Frame, Any], bool]

PATTERNS: dict[type[ast.pattern], Callable[[Any, Context], Fits]] = {}

#: Classes whose one positional pattern is about the value itself.
_THEMSELVES = (bool, dict, float, int, list, set, str, tuple)


def _pattern(kind: type[ast.pattern]) -> Callable[[Callable[[Any, Context], Fits]], Callable[[Any, Context], Fits]]:
    def enter(function: Callable[[Any, Context], Fits]) -> Callable[[Any, Context], Fits]:
        PATTERNS[kind] = function
        return function

    return enter


def fits(node: ast.pattern, c: Context) -> Fits:
    return PATTERNS[type(node)](node, c)


@compiles_statement(ast.Match)
def _match(node: ast.Match, c: Context) -> Run:
    subject, line = expression(node.subject, c), c.line(node)
    cases = [
        (
            fits(case.pattern, c),
            None if case.guard is None else expression(case.guard, c),
            block(case.body, c),
            case.pattern.lineno + c.source.before,
        )
        for case in node.cases
    ]
    at = c.place(node.subject)

    def match(f: Frame, place: Place = at) -> Any:
        budget.line = line
        value = subject(f)
        for fitting, guard, body, its_line in cases:
            budget.line = its_line
            if fitting(f, value) and (guard is None or guard(f)):
                return body(f)
        return None

    return match


@_pattern(ast.MatchValue)
def _value(node: ast.MatchValue, c: Context) -> Fits:
    wanted = expression(node.value, c)
    at = c.place(node.value)

    def fit(f: Frame, value: Any, place: Place = at) -> bool:
        expected = wanted(f)
        if type(value) in CONTAINERS and type(expected) in CONTAINERS:
            return bool(at_length.compare(_equal, value, expected))
        return bool(value == expected)

    return fit


def _equal(a: Any, b: Any) -> Any:
    return a == b


@_pattern(ast.MatchSingleton)
def _singleton(node: ast.MatchSingleton, c: Context) -> Fits:
    wanted = node.value
    return lambda f, value: value is wanted


@_pattern(ast.MatchAs)
def _as(node: ast.MatchAs, c: Context) -> Fits:
    inner = None if node.pattern is None else fits(node.pattern, c)
    if node.name is None:
        return lambda f, value: True
    store = variables.store(node.name, c)

    def fit(f: Frame, value: Any) -> bool:
        if inner is not None and not inner(f, value):
            return False
        store(f, value)
        return True

    return fit


@_pattern(ast.MatchOr)
def _or(node: ast.MatchOr, c: Context) -> Fits:
    alternatives = [fits(each, c) for each in node.patterns]
    return lambda f, value: any(each(f, value) for each in alternatives)


@_pattern(ast.MatchSequence)
def _sequence(node: ast.MatchSequence, c: Context) -> Fits:
    star = next((i for i, each in enumerate(node.patterns) if isinstance(each, ast.MatchStar)), None)
    before = [fits(each, c) for each in node.patterns[:star]]
    after = [] if star is None else [fits(each, c) for each in node.patterns[star + 1 :]]
    rest = None
    if star is not None:
        starred = node.patterns[star]
        assert isinstance(starred, ast.MatchStar)
        rest = None if starred.name is None else variables.store(starred.name, c)
    count = len(before) + len(after)

    def fit(f: Frame, value: Any) -> bool:
        if not isinstance(value, (list, tuple, range)):
            return False
        length = len(value)
        if length < count or (star is None and length != count):
            return False
        end = length - len(after)
        if not all(each(f, value[i]) for i, each in enumerate(before)):
            return False
        if rest is not None:
            rest(f, budget.items(value[len(before) : end]))
        return all(each(f, value[end + i]) for i, each in enumerate(after))

    return fit


@_pattern(ast.MatchMapping)
def _mapping(node: ast.MatchMapping, c: Context) -> Fits:
    pairs = [(expression(key, c), fits(pattern, c)) for key, pattern in zip(node.keys, node.patterns)]
    rest = None if node.rest is None else variables.store(node.rest, c)

    def fit(f: Frame, value: Any) -> bool:
        if not isinstance(value, dict):
            return False
        seen = []
        for key_of, each in pairs:
            key = key_of(f)
            if not contains(value, key) or not each(f, value[key]):
                return False
            seen.append(key)
        if rest is not None:
            rest(f, {key: value[key] for key in budget.items(value) if key not in seen})
        return True

    return fit


@_pattern(ast.MatchClass)
def _class(node: ast.MatchClass, c: Context) -> Fits:
    kind_of = expression(node.cls, c)
    positional = [fits(each, c) for each in node.patterns]
    named = [(name, fits(each, c)) for name, each in zip(node.kwd_attrs, node.kwd_patterns)]
    at = c.place(node.cls)

    def fit(f: Frame, value: Any, place: Place = at) -> bool:
        kind = kind_of(f)
        if not isinstance(kind, type):
            raise TypeError("called match pattern must be a class")
        if not isinstance_(value, kind):
            return False
        if kind in _THEMSELVES and len(positional) == 1:
            return positional[0](f, value) and all(_has(f, value, name, each) for name, each in named)
        names = _positional_names(kind) if positional else ()
        if len(positional) > len(names):
            raise TypeError(
                f"{kind.__name__}() accepts {len(names)} positional sub-pattern{'' if len(names) == 1 else 's'} "
                f"({len(positional)} given)"
            )
        return all(_has(f, value, name, each) for name, each in [*zip(names, positional), *named])

    return fit


def _has(f: Frame, value: Any, name: str, fitting: Fits) -> bool:
    try:
        found = get_attribute(value, name)
    except AttributeError:
        return False
    return fitting(f, found)


def _positional_names(kind: type) -> tuple[str, ...]:
    try:
        names = get_attribute(kind, "__match_args__")
    except AttributeError:
        return ()
    if type(names) is not tuple or not all(type(name) is str for name in names):
        raise TypeError(f"{kind.__name__}.__match_args__ must be a tuple of strings (got {type(names).__name__})")
    return names
