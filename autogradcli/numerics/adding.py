"""Adding at places: what ``np.add.at`` does, with the same additions in the same order, in a fraction of the time.

``np.add.at`` is quick for a vector of places in a vector and slow for all else. So places are counted flat; and
rows that are added to rows are a product with a sparse matrix of ones, whose columns say where each row goes, once
there is so much of them that SciPy's import (a tenth of a second) pays.
"""

from __future__ import annotations

import sys
from math import prod
from typing import Any

import numpy as np

from .repeated import copied, is_zero
from .worth import Worth

#: Fewer elements than this take np.add.at no time.
_FEW = 512
#: Elements added flat, in all, after which SciPy is imported.
_IMPORT_PAYS = 1 << 22
#: Elements whose flat places are made at a time, so that they stay in the cache.
_BLOCK = 1 << 16

#: Dtypes that NumPy adds with a loop of their own.
_QUICK = "fdFDl"


_scipys = Worth(least=0, enough=_IMPORT_PAYS)


def add_at(out: np.ndarray, key: Any, values: Any) -> None:
    """``np.add.at(out, key, values)``. Raises what that raises."""
    found = _by_places(out, key, values)
    if found is None:
        np.add.at(out, key, values)
        return
    places, width, values = found
    if width == 1:
        np.add.at(out.reshape(-1), places, values.reshape(-1))
    elif places.size:
        rows = out.reshape(-1, width)
        sums = _product(places, values.reshape(-1, width), len(rows)) if not out.view(np.int32).any() else None
        if sums is None:
            at_rows(np.add, rows, places, values.reshape(-1, width))
        else:
            rows[...] = sums


def added(input: np.ndarray, key: Any, values: Any) -> Any:
    """A copy of an array with values added at places. Raises what ``np.add.at`` raises."""
    if is_zero(input):
        found = _by_places(input, key, values)
        if found is not None and found[1] > 1:
            return added_rows(input, found[0], found[2])
    out = copied(input)
    add_at(out, key, values)
    return out


def added_rows(input: np.ndarray, places: Any, values: Any) -> Any:
    """A copy of an array with values added at places, none out of range: what these count are all rows of its last
    dimensions, as many of them as make as many elements as there are values to each place."""
    width = values.size // max(places.size, 1)
    if width > 1 and (is_zero(input) or not input.view(np.int32).any()):
        sums = _product(places, values.reshape(-1, width), input.size // width)
        if sums is not None:
            return sums.reshape(input.shape)
    out = copied(input)
    if places.size:
        at_rows(np.add, out.reshape(-1, width), places, values.reshape(-1, width))
    return out


def is_quick(dtype: Any, count: int) -> bool:
    """Whether so many numbers of a dtype are added more quickly at flat places."""
    return count >= _FEW and dtype.char in _QUICK


def at_rows(ufunc: Any, out: Any, places: Any, rows: Any) -> None:
    """``ufunc.at(out, places, rows)`` of a matrix, its elements counted flat."""
    width = out.shape[1]
    flat = out.reshape(-1)
    if width == 1:
        ufunc.at(flat, places, rows.reshape(-1))
        return
    columns = np.arange(width)
    step = max(_BLOCK // width, 1)
    for start in range(0, len(places), step):
        some = places[start : start + step]
        part = rows[start : start + step]
        ufunc.at(flat, (some[:, None] * width + columns).reshape(-1), part.reshape(-1))


def _by_places(out: Any, key: Any, values: Any) -> tuple[Any, int, Any] | None:
    """Which rows a key leads to, how long these are, and what is to be added to them. None where ``np.add.at`` does it,
    or says what is wrong."""
    if (
        values.__class__ is not np.ndarray
        or values.size < _FEW
        or values.dtype is not out.dtype
        or out.dtype.char not in _QUICK
        or not (out.flags.c_contiguous or is_zero(out))
    ):
        return None
    keys = key if key.__class__ is tuple else (key,)
    if all(k.__class__ is np.ndarray and k.dtype.kind == "i" for k in keys):
        places = places_of(out.shape, keys)
    elif out.size > 8 * values.size:
        return None
    else:  # with masks or whole dimensions among the keys: the places are read off an array of all places
        places = np.arange(out.size).reshape(out.shape)[keys]
        keys = (None,) * out.ndim
    if places is None:
        return None
    shape = (*places.shape, *out.shape[len(keys) :])
    if values.shape != shape:
        if values.ndim > len(shape):
            return None
        values = np.broadcast_to(values, shape)  # raises ValueError as np.add.at does
    return places.reshape(-1), prod(out.shape[len(keys) :]), values


def places_of(shape: tuple[int, ...], keys: tuple[Any, ...]) -> Any:
    """Where in the flattened leading dimensions each element of the keys leads; None for outside."""
    found: Any = None
    if len(keys) > len(shape):
        return None
    for n, k in zip(shape, keys, strict=False):
        if not k.size or k.max() >= n:
            return None
        if (least := k.min()) < 0:
            if least < -n:
                return None
            k = np.where(k < 0, k + n, k)
        found = k if found is None else found * n + k
    return found


def _product(places: Any, rows: Any, count: int) -> Any:
    """The sums of the rows that go to each of so many places, in order; None where that isn't worth it."""
    return spread_sums(places, np.arange(len(places) + 1), rows, count)


def spread_sums(places: Any, ends: Any, rows: Any, count: int) -> Any:
    """The sums at each of so many places, where row ``k`` goes to all of ``places[ends[k]:ends[k + 1]]``, in order;
    None where that isn't worth it."""
    if not _pays(len(places) * rows.shape[1], rows.dtype):
        return None
    from scipy.sparse import csc_matrix

    return csc_matrix(_parts(places, ends, rows.dtype, count), shape=(count, len(rows))) @ rows


def gathered_sums(places: Any, ends: Any, rows: Any) -> Any:
    """For each ``k`` the sum of the rows at ``places[ends[k]:ends[k + 1]]``, in order; None where that isn't worth
    it."""
    if not _pays(len(places) * rows.shape[1], rows.dtype):
        return None
    from scipy.sparse import csr_matrix

    return csr_matrix(_parts(places, ends, rows.dtype, len(rows)), shape=(len(ends) - 1, len(rows))) @ rows


def _pays(size: int, dtype: Any) -> bool:
    return (_scipys.it(size) or "scipy.sparse" in sys.modules) and dtype.char in "fd"


def _parts(places: Any, ends: Any, dtype: Any, count: int) -> tuple[Any, Any, Any]:
    n = len(places)
    if max(n, count) < 1 << 31:
        places, ends = places.astype(np.int32), ends.astype(np.int32)
    return np.ones(n, dtype), places, ends
