"""Another size for a tensor on the same memory, which grows where it must: for ``resize_`` and ``out=``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...engine.tensor import Tensor
from ...operations.dims import address, contiguous_strides, storage_of


def resize(tensor: Tensor, shape: Sequence[int], strides: Sequence[int] | None = None) -> None:
    """Give a tensor a shape, and strides in bytes (contiguous ones by default), where its memory begins.

    Raises RuntimeError for a size that no memory has.
    """
    array = tensor.array
    item = array.itemsize
    if strides is None:
        strides = [s * item for s in contiguous_strides(shape)]
    memory = storage_of(array)
    begin = address(array) - address(memory) if array.size or memory.nbytes else 0
    end = begin + item + sum((n - 1) * s for n, s in zip(shape, strides, strict=True)) if 0 not in shape else 0
    if end >= 2**63:
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(shape)}")
    if end > memory.nbytes:
        memory = _grown(tensor, memory, end)
    tensor.rebind(np.ndarray(tuple(shape), array.dtype, memory, begin, tuple(strides)))


def _grown(tensor: Tensor, memory: np.ndarray, size: int) -> np.ndarray:
    """As much memory, beginning with what was there; whoever shared that shares this."""
    grown = np.zeros(size, np.uint8)
    grown[: memory.nbytes] = memory.reshape(-1).view(np.uint8)
    base = tensor if tensor.base is None else tensor.base
    views = [] if base.meta is None else [view() for view in base.meta.views or ()]
    for other in (base, *views):
        if other is not None and other is not tensor:
            array = other.array
            offset = address(array) - address(memory) if array.size else 0
            other.rebind(np.ndarray(array.shape, array.dtype, grown, offset, array.strides))
    return grown
