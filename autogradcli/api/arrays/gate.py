"""The one gate to NumPy: what of a program's values it sees.

Numbers, texts where they are meant, lists and tuples of numbers, our arrays and scalars, tensors that require no grad,
and what says a dtype. Everything else is refused here, so NumPy never asks a program's object for anything, and no
array of objects arises: an integer that fits no dtype would make one, and is refused, too.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from ...engine.tensor import Tensor
from ...numerics.limits import MAX_ITEMS, check_window, run
from ..calls.argument_types import type_name
from ..calls.registry import ATTRIBUTES, Method
from .kinds import dtype_of
from .values import NumPyArray, NumPyScalar

#: What NumPy may see as it is.
_AS_IT_IS = frozenset({bool, float, complex, type(None)})
#: Elements in nested lists that become an array, and levels of them.
_MOST, _DEEPEST = 1 << 24, 64
#: Characters of a text that says something to a function of NumPy's.
_LONGEST = 1000


def array_of(tensor: Tensor) -> np.ndarray:
    """The array of a tensor, on its memory. Raises RuntimeError for one that requires grad, TypeError for meta ones."""
    entry = ATTRIBUTES[Tensor]["numpy"]
    assert isinstance(entry, Method)
    found: NumPyArray = entry.call(tensor)
    return found.array


def number_of(tensor: Any) -> complex:
    """The one number of a tensor, by Python's conversion, which warns of a gradient that is lost."""
    return complex(tensor) if tensor.array.dtype.kind == "c" else float(tensor)


def integer(value: int) -> int:
    if not -(1 << 63) <= value < 1 << 64:
        raise OverflowError("Python int too large to convert to C long")
    return value


def taken(value: Any, name: str = "numpy", *, text: bool = False) -> Any:
    """What NumPy gets for an argument of a function of this name. Raises TypeError for what it may not see."""
    kind = type(value)
    if kind is NumPyArray or isinstance(value, NumPyScalar):
        array = value.array
        if array.size > 1 << 16:
            check_window(array.shape)
        return array
    if kind in _AS_IT_IS:
        return value
    if kind is int:
        return integer(value)
    if isinstance(value, Tensor):
        array = array_of(value)
        check_window(array.shape)
        return array
    if kind in _SEQUENCES or (isinstance(value, tuple) and type_name(value) in _TUPLES):
        return _nested(value, name, 1, [_MOST], text)
    if kind is str and text and len(value) <= _LONGEST:
        return value
    dtype = dtype_of(value)
    if dtype is not None:
        return dtype
    raise TypeError(refused(value, name))


#: What NumPy walks through to make an array.
_SEQUENCES = frozenset({list, tuple, range, deque})
#: Subclasses of tuple that are tuples to NumPy.
_TUPLES = frozenset({"torch.Size", "Size"})


def refused(value: Any, name: str) -> str:
    what = f"'{value[:40]}'" if type(value) is str else type_name(value)
    return f"{name}() takes numbers, arrays and lists of them, not {what}"


def _nested(value: Any, name: str, depth: int, room: list[int], text: bool) -> Any:
    if depth > _DEEPEST:
        raise ValueError(
            "setting an array element with a sequence. The requested array would exceed the maximum number of "
            f"dimension of {_DEEPEST}."
        )
    room[0] -= len(value)
    if room[0] < 0:
        raise MemoryError(f"more than {_MOST} elements are too many for a list that becomes an array")
    run.spend(64 * len(value))
    if type(value) is range:
        return [*map(integer, value)]
    if _QUICK.issuperset(map(type, value)):
        return tuple(value) if isinstance(value, tuple) else list(value)
    made = [_element(each, name, depth, room, text) for each in value]
    return tuple(made) if isinstance(value, tuple) else made


_QUICK = frozenset({float, bool, complex})


def _element(value: Any, name: str, depth: int, room: list[int], text: bool) -> Any:
    kind = type(value)
    if kind is int:
        return integer(value)
    if kind in _QUICK:
        return value
    if kind in _SEQUENCES or (isinstance(value, tuple) and type_name(value) in _TUPLES):
        return _nested(value, name, depth + 1, room, text)
    if kind is NumPyArray or isinstance(value, (NumPyScalar, Tensor)):
        array = taken(value, name)
        room[0] -= array.size
        if room[0] < 0:
            raise MemoryError(f"more than {_MOST} elements are too many for a list that becomes an array")
        run.spend(8 * array.size)
        return array
    if kind is str and text and len(value) <= _LONGEST:
        return value
    raise TypeError(refused(value, name))


def listed(array: Any) -> Any:
    """``array.tolist()``. Raises MemoryError for more than a list may have."""
    count, lists = 1, 1
    for size in array.shape[:-1]:
        count *= size
        lists += count
    if max(array.size, lists) > MAX_ITEMS:
        raise MemoryError(f"{max(array.size, lists)} elements are more than the {MAX_ITEMS} that one value may have")
    run.spend(64 * (array.size + lists))
    return array.tolist()
