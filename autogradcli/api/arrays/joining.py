"""``np.c_`` and ``np.r_``, which join arrays by subscript, and loops over all indices of an array."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...numerics.limits import run
from ...numerics.naming import shown_as
from .values import NumPyArray


def _range(cut: slice) -> Any:
    """What a slice means there: numbers by a step, or with an imaginary step so many of them."""
    start = 0 if cut.start is None else cut.start
    step = 1 if cut.step is None else cut.step
    if type(step) is complex:
        return NAMES_OF["linspace"](start, cut.stop, int(abs(step)))
    return NAMES_OF["arange"](start, cut.stop, step)


#: Functions of NumPy that these are made of; ``functions`` enters them.
NAMES_OF: dict[str, Callable[..., Any]] = {}


@shown_as("CClass")
class Columns:
    """``np.c_[a, b]``: rows as columns, side by side."""

    __slots__ = ()

    def __getitem__(self, parts: Any) -> Any:
        parts = parts if type(parts) is tuple else (parts,)
        return NAMES_OF["column_stack"]([_range(part) if type(part) is slice else part for part in parts])


@shown_as("RClass")
class Rows:
    """``np.r_[a, b, 0]``: arrays and numbers one after another."""

    __slots__ = ()

    def __getitem__(self, parts: Any) -> Any:
        parts = parts if type(parts) is tuple else (parts,)
        if any(type(part) is str for part in parts):
            raise NotImplementedError("np.r_ takes no text here: np.concatenate joins along an axis")
        made = [_range(part) if type(part) is slice else NAMES_OF["atleast_1d"](part) for part in parts]
        return NAMES_OF["concatenate"](made)


def ndindex(*shape: Any) -> Iterator[tuple[int, ...]]:
    """All indices of an array of a shape, in order."""
    sizes = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    if not all(type(size) is int and size >= 0 for size in sizes):
        raise TypeError("ndindex() takes the sizes of an array's dimensions")
    return _counted(np.ndindex(*sizes))


def ndenumerate(arr: Any) -> Iterator[tuple[tuple[int, ...], Any]]:
    """All indices of an array, each with the number that stands there."""
    array: Any = arr if isinstance(arr, NumPyArray) else NAMES_OF["asarray"](arr)
    return ((index, array[index]) for index in _counted(np.ndindex(array.array.shape)))


def _counted(indices: Any) -> Iterator[tuple[int, ...]]:
    for index in indices:
        run.spend(64)
        yield index
