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
    if (
        values.__class__ is not np.ndarray
        or values.size < _FEW
        or values.dtype is not out.dtype
        or out.dtype.char not in _QUICK
        or not out.flags.c_contiguous
    ):
        np.add.at(out, key, values)
        return
    keys = key if key.__class__ is tuple else (key,)
    if not all(k.__class__ is np.ndarray and k.dtype.kind == "i" for k in keys):
        _add_in_general(out, keys, values)
        return
    places = _places(out.shape, keys)
    if places is None:
        np.add.at(out, key, values)
        return
    width = prod(out.shape[len(keys) :])
    shape = (*places.shape, *out.shape[len(keys) :])
    if values.shape != shape:
        if values.ndim > len(shape):
            np.add.at(out, key, values)
            return
        values = np.broadcast_to(values, shape)  # raises ValueError as np.add.at does
    places = places.reshape(-1)
    if width == 1:
        np.add.at(out.reshape(-1), places, values.reshape(-1))
    elif places.size:
        _add_rows(out.reshape(-1, width), places, values.reshape(-1, width))


def _places(shape: tuple[int, ...], keys: tuple[Any, ...]) -> Any:
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


def _add_rows(out: Any, places: Any, rows: Any) -> None:
    """Add ``rows[k]`` to ``out[places[k]]``, in order."""
    paid = _scipys.it(rows.size) or "scipy.sparse" in sys.modules
    if paid and out.dtype.char in "fd" and not out.view(np.int32).any():  # from zeros on, none of them negative
        from scipy.sparse import csc_matrix

        count = len(places)
        ones = np.ones(count, out.dtype)
        if max(count, len(out)) < 1 << 31:
            places = places.astype(np.int32)
        matrix = csc_matrix((ones, places, np.arange(count + 1, dtype=places.dtype)), shape=(len(out), count))
        out[...] = matrix @ rows
        return
    flat, width = out.reshape(-1), out.shape[1]
    columns = np.arange(width)
    step = max(_BLOCK // width, 1)
    for start in range(0, len(places), step):
        some = places[start : start + step]
        part = rows[start : start + step]
        np.add.at(flat, (some[:, None] * width + columns).reshape(-1), part.reshape(-1))


def _add_in_general(out: Any, keys: tuple[Any, ...], values: Any) -> None:
    """With masks or whole dimensions among the keys: the places are read off an array of all places."""
    if out.size > 8 * values.size:
        np.add.at(out, keys, values)
        return
    places = np.arange(out.size).reshape(out.shape)[keys]
    if values.shape != places.shape:
        if values.ndim > places.ndim:
            np.add.at(out, keys, values)
            return
        values = np.broadcast_to(values, places.shape)
    np.add.at(out.reshape(-1), places.reshape(-1), values.reshape(-1))
