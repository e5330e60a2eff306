"""Arrays that repeat a part of themselves: gradients of sums, and zeros that something is to be written into.

Such an array has strides of 0, so it takes no memory, and what is done to it needs to be done to one of each only.
In a backward pass kernels may make them; they can't be written to, and that is how they are told: ``ordinary`` makes an
ordinary array of one before a program sees it.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def repeated(x: Any, shape: tuple[int, ...]) -> Any:
    """``x`` as often as the shape says. It can't be written to."""
    return np.broadcast_to(x, shape)


def once(x: Any, but: int = -1) -> Any:
    """One of each along the dimensions along which an array is the same, except one of them."""
    return x[tuple(slice(0, 1) if not s and k != but else slice(None) for k, s in enumerate(x.strides))]


def zeros(shape: tuple[int, ...], dtype: Any) -> Any:
    """Zeros that take no memory."""
    return np.broadcast_to(np.zeros((), dtype), shape)


def is_zero(x: Any) -> bool:
    """Whether an array is one of ``zeros``."""
    return not x.flags.writeable and not any(x.strides) and x.ndim > 0 and x.size > 0 and not x.item(0)


def copied(x: Any) -> Any:
    """A copy of an array, to write into."""
    return np.zeros(x.shape, x.dtype) if is_zero(x) else np.array(x)


def ordinary(x: Any) -> Any:
    """What a program is about to see: an array in memory of its own where it repeats itself; of each in a list or tuple
    the same. All else stays as it is."""
    if x.__class__ is list or x.__class__ is tuple:
        return x.__class__(map(ordinary, x))
    return np.array(x, order="C") if x.__class__ is np.ndarray and not x.flags.writeable else x
