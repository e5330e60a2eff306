"""Comprehensions, by a loop of the evaluator's own in the frame of the function around.

A generator expression is computed at once and gives an iterator over the results: a lazy one would be a
generator of Python with a frame of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from ..read.syntax import Place
from ..values.budget import MAX_ITEMS, budget, check_items, hashable
from ..values.kinds import UNBOUND, Frame, Run
from .assignment import target
from .context import Context, compiles, expression

#: Adds one element to what is being made.
Add = Callable[[Frame, Any], None]


def _loops(generators: list[ast.comprehension], add: Add, outer: Context, c: Context) -> Add:
    """A function (frame, result) that runs the ``for`` and ``if`` parts, the first iterable seen from outside."""
    step = add
    for number in range(len(generators) - 1, -1, -1):
        step = _loop(generators[number], step, outer if number == 0 else c, c)
    cells = [c.scope.slots[name] for name in c.scope.cells]
    own = [c.scope.slots[name] for name in c.scope.bound if name in c.scope.slots]

    def run(f: Frame, result: Any) -> None:
        for slot in own:
            f[slot] = UNBOUND
        for slot in cells:
            f[slot] = [UNBOUND]
        step(f, result)

    return run


def _loop(generator: ast.comprehension, step: Add, outer: Context, c: Context) -> Add:
    iterable = expression(generator.iter, outer)
    assign = target(generator.target, c)
    tests = [expression(test, c) for test in generator.ifs]

    at = c.place(generator.iter)

    def loop(f: Frame, result: Any, place: Place = at) -> None:
        for item in iterable(f):
            assign(f, item)
            budget.fuel -= 1
            if budget.fuel < 0:
                budget.poll()
            for test in tests:
                if not test(f):
                    break
            else:
                step(f, result)

    return loop


def _of_elements(node: Any, c: Context) -> tuple[Context, Run]:
    inner = c.inner(node)
    return inner, expression(node.elt, inner)


def _list_of(node: ast.ListComp | ast.GeneratorExp, c: Context) -> Callable[[Frame], list[Any]]:
    inner, element = _of_elements(node, c)

    def add(f: Frame, result: list[Any]) -> None:
        result.append(element(f))
        if len(result) > MAX_ITEMS:
            check_items(len(result))

    fill = _loops(node.generators, add, c, inner)

    at = c.place(node)

    def comprehension(f: Frame, place: Place = at) -> list[Any]:
        result: list[Any] = []
        fill(f, result)
        return result

    return comprehension


@compiles(ast.ListComp)
def _list(node: ast.ListComp, c: Context) -> Run:
    return _list_of(node, c)


@compiles(ast.GeneratorExp)
def _generator(node: ast.GeneratorExp, c: Context) -> Run:
    make = _list_of(node, c)
    return lambda f: iter(make(f))


@compiles(ast.SetComp)
def _set(node: ast.SetComp, c: Context) -> Run:
    inner, element = _of_elements(node, c)

    def add(f: Frame, result: set[Any]) -> None:
        result.add(hashable(element(f)))
        if len(result) > MAX_ITEMS:
            check_items(len(result))

    fill = _loops(node.generators, add, c, inner)

    at = c.place(node)

    def comprehension(f: Frame, place: Place = at) -> set[Any]:
        result: set[Any] = set()
        fill(f, result)
        return result

    return comprehension


@compiles(ast.DictComp)
def _dict(node: ast.DictComp, c: Context) -> Run:
    inner = c.inner(node)
    key, value = expression(node.key, inner), expression(node.value, inner)

    def add(f: Frame, result: dict[Any, Any]) -> None:
        name = hashable(key(f))
        result[name] = value(f)
        if len(result) > MAX_ITEMS:
            check_items(len(result))

    fill = _loops(node.generators, add, c, inner)

    at = c.place(node)

    def comprehension(f: Frame, place: Place = at) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        fill(f, result)
        return result

    return comprehension
