"""Shapes that meet."""

from __future__ import annotations

from typing import Any

import numpy as np


def shape_mismatch(arrays: list[Any]) -> RuntimeError | None:
    """PyTorch's words for shapes that don't broadcast, or None where they do."""
    shapes = [a.shape for a in arrays if isinstance(a, np.ndarray)]
    for k in range(1, len(shapes)):
        a, b = shapes[0], shapes[k]
        for back in range(1, min(len(a), len(b)) + 1):
            m, n = a[-back], b[-back]
            if m != n and 1 not in (m, n):
                dim = max(len(a), len(b)) - back
                return sizes_differ(m, n, dim)
    return None


def check_shapes(*arrays: Any) -> None:
    """Raise RuntimeError for shapes that don't broadcast."""
    mismatch = shape_mismatch(list(arrays))
    if mismatch is not None:
        raise mismatch


def sizes_differ(m: int, n: int, dim: int) -> RuntimeError:
    """PyTorch's words for two sizes of one dimension."""
    return RuntimeError(
        f"The size of tensor a ({m}) must match the size of tensor b ({n}) at non-singleton dimension {dim}"
    )
