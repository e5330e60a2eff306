"""``bisect``: places in sorted lists, with the language's comparison."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...api.calls.registry import namespace
from ..compile.calls import Builtin, callable_of
from ..values.at_length import less
from ..values.budget import MAX_ITEMS, check_items
from ..values.checked_operators import subscript
from .entries import entering


def _itself(value: Any) -> Any:
    return value


def _place(a: Any, x: Any, lo: Any, hi: Any, key: Any, right: bool) -> int:
    if type(lo) is not int or not (hi is None or type(hi) is int):
        raise TypeError("lo and hi must be integers")
    if lo < 0:
        raise ValueError("lo must be non-negative")
    rank: Any = _itself if key is None else callable_of(key)
    hi = len(a) if hi is None else hi
    while lo < hi:
        middle = (lo + hi) // 2
        value = rank(subscript(a, middle))
        if not less(x, value) if right else less(value, x):
            lo = middle + 1
        else:
            hi = middle
    return int(lo)


@entering("bisect")
def bisect_left(a: Any, x: Any, lo: Any = 0, hi: Any = None, *, key: Any = None) -> int:
    """Where an element belongs, before those that are equal."""
    return _place(a, x, lo, hi, key, False)


@entering("bisect")
def bisect_right(a: Any, x: Any, lo: Any = 0, hi: Any = None, *, key: Any = None) -> int:
    """Where an element belongs, behind those that are equal."""
    return _place(a, x, lo, hi, key, True)


def _inserting(right: bool) -> Callable[..., None]:
    def insort(a: Any, x: Any, lo: Any = 0, hi: Any = None, *, key: Any = None) -> None:
        """Insert an element where it belongs."""
        if type(a) is not list:
            raise TypeError(f"insort() takes a list, not {type(a).__name__}")
        if len(a) >= MAX_ITEMS:
            check_items(len(a) + 1)
        a.insert(_place(a, x if key is None else callable_of(key)(x), lo, hi, key, right), x)

    return insort


_table = namespace("bisect")
_table["bisect"] = _table["bisect_right"]
_table["insort_left"] = Builtin("insort_left", _inserting(False))
_table["insort_right"] = _table["insort"] = Builtin("insort_right", _inserting(True))
