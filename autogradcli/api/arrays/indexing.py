"""``a[...]`` and ``a[...] = value``: an index of a program's as one that NumPy may see."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.tensor import Tensor
from ...numerics.limits import elements
from .calls import charge, perform_named
from .costs import broadcast
from .gate import integer, number_of, taken
from .kinds import give
from .values import NumPyArray, NumPyScalar

_WORDS = (
    "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are valid "
    "indices"
)


def _bound(value: Any) -> int | None:
    if value is None or type(value) is int:
        return value if value is None else max(-(1 << 63), min(value, (1 << 63) - 1))
    if type(value) is bool or (isinstance(value, NumPyScalar) and value.array.dtype.kind in "iub"):
        return int(value.array) if isinstance(value, NumPyScalar) else int(value)
    if isinstance(value, Tensor) or type(value) is NumPyArray:
        array = taken(value)
        if array.size == 1 and array.dtype.kind in "iu":
            return int(array.reshape(()))
    raise TypeError("slice indices must be integers or None or have an __index__ method")


def _part(part: Any) -> Any:
    kind = type(part)
    if part is None or part is ... or kind is bool:
        return part
    if kind is int:
        return integer(part)
    if kind is slice:
        return slice(_bound(part.start), _bound(part.stop), _bound(part.step))
    if kind in (list, tuple, range):
        array = np.asarray(taken(part, "an index"))
        if not array.size:
            array = array.astype(np.intp)
    elif kind is NumPyArray or isinstance(part, (NumPyScalar, Tensor)):
        array = taken(part)
        if isinstance(part, Tensor) and not array.ndim and array.dtype.kind in "iu":
            return int(array)
    else:
        raise IndexError(_WORDS)
    if array.dtype.kind not in "iub":
        if not array.ndim:
            raise IndexError(_WORDS)
        raise IndexError("arrays used as indices must be of integer (or boolean) type")
    return array


def index_of(index: Any) -> Any:
    """What NumPy gets for an index. Raises IndexError and TypeError in its words."""
    return tuple(map(_part, index)) if type(index) is tuple else _part(index)


def _selected(array: np.ndarray, index: Any) -> int:
    """About how many elements an index with arrays in it selects, from above."""
    parts = index if type(index) is tuple else (index,)
    found = [part for part in parts if isinstance(part, np.ndarray)]
    if not found:
        return 0
    used = sum(part.ndim if part.dtype.kind == "b" else 1 for part in found)
    used += sum(1 for part in parts if isinstance(part, (int, np.integer)) and type(part) is not bool)
    rest = sorted(array.shape)[min(used, array.ndim) :]  # the largest may be what is left
    shape = [(int(np.count_nonzero(p)),) if p.dtype.kind == "b" else p.shape for p in found]
    return broadcast(*shape) * max(elements(rest), 1)


def getitem(self: NumPyArray, index: Any) -> Any:
    kind = type(index)
    if kind is int or (kind is tuple and all(type(part) is int for part in index)):
        return give(self.array[index])
    found = index_of(index)
    charge(_selected(self.array, found))
    return give(self.array[found])


def setitem(self: NumPyArray, index: Any, value: Any) -> None:
    array = self.array
    kind = type(index)
    if kind is not int and not (kind is tuple and all(type(part) is int for part in index)):
        index = index_of(index)
        charge(_selected(array, index))
    if isinstance(value, Tensor) and value.array.ndim == 0:  # its number: PyTorch warns of a gradient that is lost
        new: Any = number_of(value)
    else:
        new = taken(value, "an assignment")
    if type(new) is float or type(new) is int:
        array[index] = new
    else:
        perform_named("cast", array.__setitem__, index, new)
