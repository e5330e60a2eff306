"""Comprehensions, by a loop of the evaluator's own in the frame of the function around.

A generator expression runs in that frame too, an element at a time; between two of them it takes its variables away.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from collections.abc import Generator as PythonGenerator
from typing import Any

from ..read.syntax import Place
from ..values.budget import MAX_ITEMS, budget, check_items, hashable
from ..values.generators import Generator
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


def _list_of(node: ast.ListComp, c: Context) -> Callable[[Frame], list[Any]]:
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
    inner, element = _of_elements(node, c)
    first = expression(node.generators[0].iter, c)
    steps = _element_steps(element)
    for number in range(len(node.generators) - 1, 0, -1):
        steps = _loop_steps(node.generators[number], expression(node.generators[number].iter, inner), steps, inner)
    steps = _loop_steps(node.generators[0], None, steps, inner)
    own = [inner.scope.slots[name] for name in inner.scope.bound if name in inner.scope.slots]
    cells = {inner.scope.slots[name] for name in inner.scope.cells}
    at = c.place(node.generators[0].iter)

    def make(f: Frame, place: Place = at) -> Generator:
        variables = [[UNBOUND] if slot in cells else UNBOUND for slot in own]
        return Generator(_in_turns(f, own, variables, steps(f, iter(first(f)))), "<genexpr>")

    return make


def _in_turns(f: Frame, own: list[int], variables: list[Any], steps: Iterator[Any]) -> PythonGenerator[Any, Any, Any]:
    """The elements that ``steps`` gives, its variables in the frame only while it runs: the same expression may be
    under way more than once."""
    while True:
        before = [f[slot] for slot in own]
        for slot, value in zip(own, variables):
            f[slot] = value
        try:
            item = next(steps)
        except StopIteration:
            return
        finally:
            variables = [f[slot] for slot in own]
            for slot, value in zip(own, before):
                f[slot] = value
        yield item


#: A part of a generator expression: of the frame, and for its first part of what it loops over, an iterator.
Steps = Callable[[Frame, Any], Iterator[Any]]


def _element_steps(element: Run) -> Steps:
    def steps(f: Frame, given: Any) -> Iterator[Any]:
        yield element(f)

    return steps


def _loop_steps(generator: ast.comprehension, iterable: Run | None, step: Steps, c: Context) -> Steps:
    assign = target(generator.target, c)
    tests = [expression(test, c) for test in generator.ifs]
    at = c.place(generator.iter)

    def steps(f: Frame, given: Any, place: Place = at) -> Iterator[Any]:
        for item in given if iterable is None else iterable(f):
            assign(f, item)
            budget.fuel -= 1
            if budget.fuel < 0:
                budget.poll()
            for test in tests:
                if not test(f):
                    break
            else:
                yield from step(f, None)

    return steps


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
