"""``a * b + c`` with one rounding, as a fused instruction has it.

Dekker, "A floating-point technique for extending the available precision" (1971), for the error of a product; Knuth,
"The Art of Computer Programming", 4.2.2, for that of a sum.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray

#: From here on the splitting of a float64 would overflow.
LIMIT = 1e290


def fused_float32(a: Array, b: Any, c: Any) -> Array:
    """To float32, by way of float64. Off only where the float64 sum lands on a tie."""
    product: Array = np.multiply(a, b, dtype=np.float64)
    product += c
    return product.astype(np.float32)


def fused_float64(a: Array, b: Any, c: Any) -> Array:
    """In float64; a plain product and sum where an element is too large to be split."""
    product = a * b
    total: Array = product + c
    if not (np.abs(product) < LIMIT).all() or not (np.abs(c) < LIMIT).all() or not (np.abs(b) < LIMIT).all():
        return total
    part = total - product
    rest = (product - (total - part)) + (c - part)
    exact: Array = total + (rest + _product_error(a, b, product))
    return exact


def _product_error(a: Any, b: Any, product: Any) -> Any:
    (ah, al), (bh, bl) = _split(a), _split(b)
    return al * bl - (((product - ah * bh) - al * bh) - ah * bl)


def _split(x: Any) -> tuple[Any, Any]:
    scaled = x * 134217729.0  # 2**27 + 1
    high = scaled - (scaled - x)
    return high, x - high
