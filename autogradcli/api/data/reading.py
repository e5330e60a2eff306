"""How data sets of a program's are read: whatever has elements by index, lists and objects of its classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...engine.callbacks import callee
from ...numerics.limits import check_items, run
from ...numerics.random.generator import Generator, default_generator
from ..calls.argument_types import type_name
from ..calls.program_classes import NOTHING, Kind, get, has


def element(source: Any, index: Any) -> Any:
    """``source[index]``. Raises TypeError for a class, whose subscripts are words of annotations, and for a key of a
    dict that is made of tuples of tuples, which Python would hash by recursion in C."""
    run.spend(0)
    if isinstance(source, type):
        raise TypeError(f"type '{source.__name__}' is not subscriptable")
    if isinstance(source, dict) and isinstance(index, tuple) and any(isinstance(each, tuple) for each in index):
        raise TypeError("a key made of tuples of tuples can't be looked up in a data set")
    return source[index]


def elements(source: Any, indices: list[Any]) -> list[Any]:
    """The elements at these places, by ``__getitems__`` of an object that has it."""
    several = getitems_of(source)
    if several is not NOTHING:
        found: list[Any] = several(indices)
        return found
    return [element(source, index) for index in indices]


def getitems_of(source: Any) -> Any:
    """The bound ``__getitems__`` of an object that has one; NOTHING of all others."""
    if type(type(source)) is not Kind or not has(source, "__getitems__"):
        return NOTHING
    return callee(get(source, "__getitems__"))


def random_integer(generator: Generator | None) -> int:
    """An integer of 63 bits, as a new iterator of samples draws it: one step of the generator's sequence."""
    source = default_generator if generator is None else generator
    if not isinstance(source, Generator):
        raise TypeError(f"a generator must be a torch.Generator, not {type_name(source)}")
    return int(source.random_(np.empty((), np.int64)))


def taken(iterator: Iterator[Any], count: int, spend: Callable[[int], Any]) -> list[Any]:
    """The next elements of an iterator, at most so many; each is a turn that can be stopped."""
    found = []
    for _ in range(count):
        try:
            found.append(next(iterator))
        except StopIteration:
            break
        if not len(found) % 1024:
            check_items(len(found))
        spend(64)
    return found
