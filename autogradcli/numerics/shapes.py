"""Shapes that meet, and PyTorch's words for those that don't fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import dtypes


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


def sizes_too_few(x: np.ndarray, size: Sequence[int]) -> RuntimeError:
    """PyTorch's words for an expansion to fewer dimensions than there are."""
    return RuntimeError(
        f"expand({dtypes.tensor_type(dtypes.of(x))}{{{list(x.shape)}}}, size={list(size)}): the number of sizes "
        f"provided ({len(size)}) must be greater or equal to the number of dimensions in the tensor ({x.ndim})"
    )


def size_not_expanded(x: np.ndarray, size: Sequence[int], k: int) -> RuntimeError:
    """PyTorch's words for an expansion to another size at ``k``, where the array's is not 1."""
    return RuntimeError(
        f"The expanded size of the tensor ({size[k]}) must match the existing size ({x.shape[k - len(size)]}) at "
        f"non-singleton dimension {k}.  Target sizes: {list(size)}.  Tensor sizes: {list(x.shape)}"
    )
