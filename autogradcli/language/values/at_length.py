"""What Python does in one call in C, and what could take longer there than anyone waits: the same, step by step.

An interrupt and the time limit are noticed between two steps of the evaluator, never within a call in C. So every
loop in C whose steps can be dear is declared here, with the size from which it is done in Python instead:

- comparing, searching and sorting elements, each of which may be a text of millions of letters;
- filling and comparing sets and dicts, whose keys may all have one hash, so that each is compared with all;
- searching in a text where Python's own way takes the product of both lengths: from the right, and ``strip``.

One step is then at most a comparison of two texts, or one look-up in a set of MAX_ITEMS keys: some milliseconds.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from functools import cmp_to_key
from itertools import islice
from typing import Any

from .budget import CONTAINERS, budget, check_items, measure

#: So many elements, each with its dearest comparison, take a fraction of a second.
FEW = 128
#: So many keys of one hash do too, each compared with all.
MANY = 1 << 13
#: Steps that C makes in some tens of milliseconds.
STEPS = 1 << 25
#: Elements that are sorted in one call.
BLOCK = 1 << 17

#: What compares in no time, whatever it is compared with.
_QUICK = frozenset({float, bool, complex, type(None)})
_SMALL = 1 << 62

Binary = Callable[[Any, Any], Any]


def _quick(value: Any) -> bool:
    return type(value) in _QUICK or (type(value) is int and -_SMALL < value < _SMALL)


# Comparison

_HASHED = frozenset({set, frozenset, dict, type({}.keys()), type({}.items())})
_EQUALITY: frozenset[Binary] = frozenset({operator.eq, operator.ne})


def compare(operate: Binary, a: Any, b: Any) -> Any:
    """``a < b`` and its like for two containers. Raises RecursionError and MemoryError as ``measure``."""
    visits = measure(a, " in comparison") + len(a)
    if measure(b, " in comparison") + len(b) <= FEW or visits <= FEW:
        return operate(a, b)
    return _compare(operate, a, b)


def _compare(operate: Binary, a: Any, b: Any) -> Any:
    kind = type(a)
    if type(b) not in CONTAINERS or len(a) == 0 or len(b) == 0:
        return operate(a, b)
    if kind is list or kind is tuple:
        return _compare_sequences(operate, a, b) if type(b) is kind else operate(a, b)
    if kind is dict:
        if type(b) is not dict or operate not in _EQUALITY:
            return operate(a, b)
        return _same_items(a, b) is (operate is operator.eq)
    if kind in _HASHED and type(b) in _HASHED and type(b) is not dict:
        return _compare_sets(operate, a, b)
    return operate(a, b)


def _same(a: Any, b: Any) -> bool:
    return a is b or bool(_compare(operator.eq, a, b) if type(a) in CONTAINERS else a == b)


def _compare_sequences(operate: Binary, a: Any, b: Any) -> Any:
    if operate in _EQUALITY and len(a) != len(b):
        return operate is operator.ne
    for x, y in zip(budget.polled(a), b):
        if not _same(x, y):
            if operate in _EQUALITY:
                return operate is operator.ne
            return _compare(operate, x, y) if type(x) in CONTAINERS else operate(x, y)
    return operate(len(a), len(b))


def _same_items(a: dict[Any, Any], b: dict[Any, Any]) -> bool:
    if len(a) != len(b):
        return False
    missing = object()
    return all(_same(value, b.get(key, missing)) for key, value in budget.polled(a.items()))


def _within(a: Iterable[Any], b: Any) -> bool:
    return all(element in b for element in budget.polled(a))


def _compare_sets(operate: Binary, a: Any, b: Any) -> bool:
    sizes = operator.eq if operate in _EQUALITY else operate
    if operate is operator.ne:
        return len(a) != len(b) or not _within(a, b)
    if not sizes(len(a), len(b)):
        return False
    return _within(b, a) if operate in (operator.gt, operator.ge) else _within(a, b)


def equal(a: Any, b: Any) -> Any:
    both = type(a) in CONTAINERS and type(b) in CONTAINERS
    return compare(operator.eq, a, b) if both else a == b


def less(a: Any, b: Any) -> Any:
    both = type(a) in CONTAINERS and type(b) in CONTAINERS
    return compare(operator.lt, a, b) if both else a < b


# Lists and tuples


def places(values: Any, value: Any, start: int = 0, stop: int | None = None) -> Iterator[int]:
    """Where in a list or tuple a value stands. It may change meanwhile, as in Python."""
    for number, each in enumerate(budget.polled(islice(values, start, stop)), start):
        if each is value or equal(each, value):
            yield number


def takes_long(values: Any, value: Any) -> bool:
    """Whether a search for this value is to go through ``places``."""
    return type(value) in CONTAINERS or (len(values) > FEW and not _quick(value))


def sort(values: list[Any], rank: Callable[[Any], Any] | None, reverse: Any) -> None:
    """``values.sort()``."""
    if rank is None:
        kinds = {*map(type, values)}
        dear = not CONTAINERS.isdisjoint(kinds)
        if not dear and str in kinds and len(values) > 1:
            dear = len(values) * max([len(value) for value in values if type(value) is str]) > STEPS
        if not dear and int in kinds and len(values) > FEW:
            dear = not all(map(_quick, values)) if kinds <= {int} else False
        if not dear:
            _sort_blocks(values, reverse)
            return
    guarded = cmp_to_key(lambda a, b: -1 if less(a, b) else (1 if less(b, a) else 0))
    values.sort(key=guarded if rank is None else lambda value: guarded(rank(value)), reverse=reverse)


def _sort_blocks(values: list[Any], reverse: Any) -> None:
    """Many in blocks first: what is left then for the last call is to merge them, in a few passes."""
    if len(values) > BLOCK:
        parts: list[Any] = []
        for start in range(0, len(values), BLOCK):
            budget.spend(BLOCK << 9)
            part = values[start : start + BLOCK]
            part.sort(reverse=reverse)
            parts += part
        values[:] = parts
        budget.poll()
    values.sort(reverse=reverse)


# Sets and dicts

SETS = (set, frozenset)


def set_of(items: Iterable[Any]) -> set[Any]:
    if type(items) is set or type(items) is frozenset:
        return set(items)
    result: set[Any] = set()
    add_all(result, items)
    return result


def add_all(target: set[Any], items: Iterable[Any]) -> None:
    """``target.update(items)``."""
    if len(target) + len(items) <= MANY:  # type: ignore[arg-type]
        target.update(items)
        return
    add = target.add
    for item in budget.polled(items):
        add(item)


def put_all(target: dict[Any, Any], items: dict[Any, Any] | list[Any]) -> None:
    """``target.update(items)`` of a dict, or a list of pairs."""
    if len(target) + len(items) <= MANY:
        target.update(items)
        return
    for key, value in budget.polled(items.items() if type(items) is dict else items):
        target[key] = value


def _union(a: set[Any], b: Any) -> set[Any]:
    result = set(a)
    add_all(result, b)
    return result


def _intersection(a: set[Any], b: Any) -> set[Any]:
    if type(b) in SETS and len(b) > len(a):
        a, b = b, a
    result: set[Any] = set()
    for element in budget.polled(b):
        if element in a:
            result.add(element)
    return result


def _difference(a: set[Any], b: Any) -> set[Any]:
    b = b if type(b) in SETS else set_of(b)
    return {element for element in budget.polled(a) if element not in b}


def _symmetric_difference(a: set[Any], b: Any) -> set[Any]:
    result = set_of(b)
    for element in budget.polled(a):
        if element in result:
            result.discard(element)
        else:
            result.add(element)
    return result


def _disjoint(a: set[Any], b: Any) -> bool:
    return not any(element in a for element in budget.polled(b))


def _subset(a: set[Any], b: Any) -> bool:
    return _within(a, b if type(b) in SETS else set_of(b))


def _superset(a: set[Any], b: Any) -> bool:
    return _within(b, a)


def _method(
    method: Callable[..., Any], step: Callable[[set[Any], Any], Any], in_place: bool = False
) -> Callable[..., Any]:
    def call(values: set[Any], *others: Any) -> Any:
        if len(values) + sum(map(len, others)) <= MANY or not others:
            return method(values, *others)
        result: Any = values
        for other in others:
            result = step(result, other)
        if not in_place:
            return result
        values.clear()
        values.update(result)  # a set into an empty one: no key is compared
        return None

    return call


#: Methods of ``set`` by their names, on a set and sets or lists.
SET_METHODS: dict[str, Callable[..., Any]] = {
    "union": _method(set.union, _union),
    "intersection": _method(set.intersection, _intersection),
    "difference": _method(set.difference, _difference),
    "symmetric_difference": _method(set.symmetric_difference, _symmetric_difference),
    "isdisjoint": _method(set.isdisjoint, _disjoint),
    "issubset": _method(set.issubset, _subset),
    "issuperset": _method(set.issuperset, _superset),
    "update": _method(set.update, _union, in_place=True),
    "intersection_update": _method(set.intersection_update, _intersection, in_place=True),
    "difference_update": _method(set.difference_update, _difference, in_place=True),
    "symmetric_difference_update": _method(set.symmetric_difference_update, _symmetric_difference, in_place=True),
}


#: Those that may make a larger set.
GROWING = frozenset({"union", "update", "symmetric_difference", "symmetric_difference_update"})


def set_operator(operate: Binary, name: str) -> Binary:
    """``a & b`` and its like, for a set and a set; anything else is ``operate``'s."""
    method = SET_METHODS[name]
    in_place = name.endswith("update")
    growing = name in GROWING

    def call(a: Any, b: Any) -> Any:
        if type(a) not in SETS or type(b) not in SETS or (in_place and type(a) is frozenset):
            return operate(a, b)
        if type(a) is frozenset:
            if len(a) + len(b) <= MANY:
                return operate(a, b)
            if growing and a is not b:
                check_items(len(a) + len(b))
            return frozenset(method(set(a), b))
        if growing and a is not b:
            check_items(len(a) + len(b))
        result = method(a, b)
        return a if in_place else result

    return call


def merge(operate: Binary, in_place: bool) -> Binary:
    """``a | b`` of dicts; anything else is ``operate``'s."""

    def call(a: Any, b: Any) -> Any:
        if type(a) is not dict or type(b) is not dict or len(a) + len(b) <= MANY:
            return operate(a, b)
        check_items(len(a) if a is b else len(a) + len(b))
        result = a if in_place else {}
        if not in_place:
            put_all(result, a)
        put_all(result, b)
        return result

    return call


# Texts


def _long(text: str, args: tuple[Any, ...]) -> bool:
    """Whether a search for the first argument from the right may take the product of both lengths."""
    return bool(args) and type(args[0]) is str and len(text) * len(args[0]) > STEPS


def _find_last(text: str, part: str, start: Any = None, stop: Any = None) -> int:
    first, last, _ = slice(start, stop).indices(len(text))
    # Python's search from the left takes time in proportion to the sum of the lengths.
    at = text[first:last][::-1].find(part[::-1]) if last - first >= len(part) else -1
    return -1 if at < 0 else last - len(part) - at


def _rfind(text: str, *args: Any) -> int:
    return _find_last(text, *args) if _long(text, args) and len(args) <= 3 else text.rfind(*args)


def _rindex(text: str, *args: Any) -> int:
    if not _long(text, args) or len(args) > 3:
        return text.rindex(*args)
    at = _find_last(text, *args)
    if at < 0:
        raise ValueError("substring not found")
    return at


def _rpartition(text: str, *args: Any) -> tuple[str, str, str]:
    if not _long(text, args) or len(args) > 1:
        return text.rpartition(*args)
    at = _find_last(text, args[0])
    return ("", "", text) if at < 0 else (text[:at], args[0], text[at + len(args[0]) :])


def rsplit(text: str, *args: Any, **kwargs: Any) -> list[str]:
    separator = args[0] if args else kwargs.get("sep")
    if type(separator) is not str or not _long(text, (separator,)):
        return text.rsplit(*args, **kwargs)
    most = args[1] if len(args) > 1 else kwargs.get("maxsplit", -1)
    parts = text[::-1].split(separator[::-1], most)
    return [part[::-1] for part in reversed(parts)]


def _stripping(method: Callable[..., str], left: bool, right: bool) -> Callable[..., str]:
    def strip(text: str, *args: Any) -> str:
        if not _long(text, args) or len(args) > 1:
            return method(text, *args)
        letters = frozenset(args[0])
        start, stop = 0, len(text)
        if left:
            start = next((k for k, letter in enumerate(budget.polled(text)) if letter not in letters), stop)
        if right and start < stop:
            backwards = budget.polled(range(stop, start, -1))
            stop = next((k for k in backwards if text[k - 1] not in letters), start)
        return text[start:stop]

    return strip


#: Methods of ``str`` by their names.
TEXT_METHODS: dict[str, Callable[..., Any]] = {
    "rfind": _rfind, "rindex": _rindex, "rpartition": _rpartition,
    "strip": _stripping(str.strip, True, True), "lstrip": _stripping(str.lstrip, True, False),
    "rstrip": _stripping(str.rstrip, False, True),
}  # fmt: skip
