"""The stable order of elements.

NumPy's stable sort of places follows every comparison by a look at memory. Its sort of whole numbers has vector
instructions. So elements of 32 bits become the upper half of a whole number that has their order, their places are the
lower half, and no two of these are equal: whichever way they are sorted, the order is the stable one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array
from ...numerics.blocks import row_blocks
from ...numerics.layouts import moveaxis

#: Elements in all from which, and lengths for which, that is quicker.
_MANY, _LONG = 2048, 48


def stable_order(x: Array, at: int, descending: bool = False) -> Array:
    """The places of the elements along a dimension in their order, int64. NaN counts as the largest; equal elements
    keep theirs."""
    if x.size >= _MANY and x.shape[at] >= _LONG and x.dtype.char in "fi":
        rows = moveaxis(x, at, -1)
        order = np.empty(rows.shape, np.int64)
        lines, found = rows.reshape(-1, rows.shape[-1]), order.reshape(-1, rows.shape[-1])
        for part in row_blocks(len(lines), 2 * lines.shape[-1]):
            found[part] = _packed_order(lines[part], descending)
        return np.ascontiguousarray(moveaxis(order, -1, at))
    if not descending:
        return np.argsort(x, at, kind="stable")
    backwards = tuple(slice(None, None, -1) if k == at else slice(None) for k in range(x.ndim))
    last = x.shape[at] - 1
    return last - np.argsort(x[backwards], at, kind="stable")[backwards]


def _packed_order(rows: Array, descending: bool) -> Array:
    keys = _keys(rows)
    if descending:
        np.invert(keys, out=keys)
    packed = keys.astype(np.int64)
    packed <<= 32
    packed |= np.arange(rows.shape[-1])
    packed.sort(-1)
    packed &= 0xFFFFFFFF
    return packed


def _keys(rows: Array) -> Array:
    """Whole numbers of 32 bits in the order of the elements, equal where they are."""
    if rows.dtype.kind == "i":
        return rows.copy()
    bits: Any = (rows + np.float32(0)).view(np.int32)  # which makes 0 of -0
    keys: Array = bits >> 31
    keys &= 0x7FFFFFFF
    keys ^= bits
    is_nan = rows != rows
    if is_nan.any():
        keys[is_nan] = 0x7FFFFFFF
    return keys
