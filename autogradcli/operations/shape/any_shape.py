"""``reshape``: a view, or a copy where there can be none."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from . import copies
from . import view as views


def reshape(input: Tensor, shape: tuple[int, ...]) -> Any:
    """The same elements in another shape: a view where strides can say it, else a copy."""
    array = input.array
    if array.flags.c_contiguous:
        return views.view(input, shape)
    size = views.infer_size(shape, array.size)
    if views.view_array(array, size) is not None:
        return views.reshape_alias(input, size)
    return views.unsafe_view(copies.clone(input, "C"), size)
