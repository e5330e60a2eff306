"""Products of matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .away import HEAVY, away
from .libraries import NUMPY, SHARED


def multiplied(product: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """``product(a, b)``, a product of matrices or of batches of them, which can be interrupted if it takes long."""
    each = steps = a.size * (b.shape[-1] if b.ndim > 1 else 1)
    if a.ndim > 2 or b.ndim > 2:
        if b.ndim > 2 and a.shape[:-2] != b.shape[:-2]:
            steps *= b.size // max(b.shape[-2] * b.shape[-1], 1)  # each with each, at most
        each = a.shape[-2] * a.shape[-1] * b.shape[-1]
    if steps >= HEAVY:
        return away(NUMPY.run, each, product, a, b)
    return product(a, b) if each < SHARED else NUMPY.run(each, product, a, b)
