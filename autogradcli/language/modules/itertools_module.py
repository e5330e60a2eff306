"""``itertools``: iterators of iterators. Each counts as a generator of the program's does, so none nests too deep."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

from ...api.calls.registry import Method, attributes_of, namespace
from ...numerics.naming import shown_as
from ..compile.calls import DIRECT, Builtin, callable_of
from ..values import generators
from ..values.budget import budget, check_items
from ..values.checked_operators import add

_table = namespace("itertools")

Steps = Generator[Any, Any, Any]


def _lazy(function: Callable[..., Steps]) -> Callable[..., Steps]:
    """Enter a function whose generator is what programs get."""
    name = function.__name__.rstrip("_")

    def call(*args: Any, **kwargs: Any) -> generators.Generator:
        return generators.Generator(function(*args, **kwargs), name)

    _table[name] = Builtin(name, call)
    return function


def _number(value: Any, name: str) -> Any:
    if type(value) not in (int, float, bool, complex):
        raise TypeError("a number is required")
    return value


@_lazy
def count(start: Any = 0, step: Any = 1) -> Steps:
    number = _number(start, "start")
    while True:
        yield number
        number = add(number, _number(step, "step"))


@_lazy
def cycle(iterable: Iterable[Any], /) -> Steps:
    kept: list[Any] = []
    for item in iterable:
        check_items(len(kept) + 1)
        kept.append(item)
        yield item
    while kept:
        yield from kept


@_lazy
def repeat(object: Any, times: Any = None) -> Steps:
    if times is None:
        while True:
            yield object
    for _ in range(times):
        yield object


def _chained(iterables: Iterable[Iterable[Any]]) -> Steps:
    for iterable in iterables:
        for item in iterable:  # noqa: UP028 - Python would look for methods of a generator in an object of the program's
            yield item


@shown_as("itertools.chain")
class Chain:
    """``chain(a, b)`` and ``chain.from_iterable(pairs)``."""

    __slots__ = ()

    def __call__(self, *iterables: Iterable[Any]) -> generators.Generator:
        return generators.Generator(_chained(iterables), "chain")

    def from_iterable(self, iterables: Iterable[Any], /) -> generators.Generator:
        return generators.Generator(_chained(iterables), "chain")

    def __repr__(self) -> str:
        return "<class 'itertools.chain'>"


DIRECT.add(Chain)
attributes_of(Chain)["from_iterable"] = Method(Chain.from_iterable)
_table["chain"] = Chain()


@_lazy
def islice(iterable: Iterable[Any], /, *bounds: Any) -> Steps:
    if not 1 <= len(bounds) <= 3:
        raise TypeError(f"islice expected at least 2 arguments, got {1 + len(bounds)}")
    if any(bound is not None and type(bound) is not int for bound in bounds):
        raise ValueError("Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.")
    for item in itertools.islice(budget.polled(iterable), *bounds):  # noqa: UP028
        yield item


@_lazy
def takewhile(predicate: Any, iterable: Iterable[Any], /) -> Steps:
    test = callable_of(predicate)
    for item in iterable:
        if not test(item):
            return
        yield item


@_lazy
def dropwhile(predicate: Any, iterable: Iterable[Any], /) -> Steps:
    test, dropping = callable_of(predicate), True
    for item in budget.polled(iterable):
        if dropping and test(item):
            continue
        dropping = False
        yield item


@_lazy
def filterfalse(predicate: Any, iterable: Iterable[Any], /) -> Steps:
    test = bool if predicate is None else callable_of(predicate)
    for item in budget.polled(iterable):
        if not test(item):
            yield item


@_lazy
def starmap(function: Any, iterable: Iterable[Any], /) -> Steps:
    call = callable_of(function)
    for arguments in iterable:
        yield call(*budget.items(arguments))


@_lazy
def compress(data: Iterable[Any], selectors: Iterable[Any]) -> Steps:
    for item, wanted in zip(budget.polled(data), selectors):
        if wanted:
            yield item


@_lazy
def pairwise(iterable: Iterable[Any], /) -> Steps:
    before: list[Any] = []
    for item in iterable:
        if before:
            yield before[0], item
        before = [item]


@_lazy
def accumulate(iterable: Iterable[Any], func: Any = None, *, initial: Any = None) -> Steps:
    combine = add if func is None else callable_of(func)
    iterator = iter(iterable)
    if initial is None:
        try:
            total = next(iterator)
        except StopIteration:
            return
    else:
        total = initial
    yield total
    for item in iterator:
        total = combine(total, item)
        yield total


@_lazy
def zip_longest(*iterables: Iterable[Any], fillvalue: Any = None) -> Steps:
    check_items(len(iterables))
    for items in itertools.zip_longest(*iterables, fillvalue=fillvalue):  # noqa: UP028
        yield items


@_lazy
def groupby(iterable: Iterable[Any], key: Any = None) -> Steps:
    """Groups as lists' iterators: each is whole before it is given."""
    rank = None if key is None else callable_of(key)
    group: list[Any] = []
    current: Any = None
    for item in budget.polled(iterable):
        its = item if rank is None else rank(item)
        if group and its != current:
            yield current, iter(group)
            group = []
        current = its
        check_items(len(group) + 1)
        group.append(item)
    if group:
        yield current, iter(group)


def _combining(name: str) -> None:
    make: Any = vars(itertools)[name]

    def combined(iterable: Iterable[Any], r: Any = None) -> Steps:
        if r is None and name != "permutations":
            raise TypeError(f"{name}() missing required argument 'r' (pos 2)")
        if r is not None and type(r) is not int:
            raise TypeError("Expected int as r")
        items = budget.items(iterable)
        if r is not None:
            check_items(r)
        for chosen in make(items, r):
            budget.spend(8 * len(chosen))
            yield chosen

    combined.__name__ = combined.__qualname__ = name
    _lazy(combined)


for _name in ("combinations", "combinations_with_replacement", "permutations"):
    _combining(_name)


@_lazy
def product(*iterables: Iterable[Any], repeat: Any = 1) -> Steps:
    if type(repeat) is not int:
        raise TypeError(f"'{type(repeat).__name__}' object cannot be interpreted as an integer")
    check_items(len(iterables) * max(repeat, 0))
    for chosen in itertools.product(*map(budget.items, iterables), repeat=repeat):
        budget.spend(8 * len(chosen))
        yield chosen


def tee(iterable: Iterable[Any], n: Any = 2, /) -> tuple[generators.Generator, ...]:
    """So many iterators over the same elements."""
    if type(n) is not int or n < 0:
        raise ValueError("n must be >= 0")
    check_items(n)
    source: Iterator[Any] = iter(iterable)
    queues: list[deque[Any]] = [deque() for _ in range(n)]

    def steps(own: deque[Any]) -> Steps:
        while True:
            if not own:
                try:
                    item = next(source)
                except StopIteration:
                    return
                for queue in queues:
                    check_items(len(queue) + 1)
                    queue.append(item)
            yield own.popleft()

    return tuple(generators.Generator(steps(queue), "tee") for queue in queues)


_table["tee"] = Builtin("tee", tee)
