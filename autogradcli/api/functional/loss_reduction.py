"""What the losses have in common: the ``reduction`` argument with its older forms, and the reduction itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics.limits import shown
from ...numerics.numbers import number_in
from ...operations.reduce.reduction import mean_all, sum_all
from ...operations.shape.view import expand
from ..calls.argument_types import type_name


def reduction_of(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """The reduction's name, checked. Raises ValueError for one that doesn't exist."""
    if size_average is not None or reduce is not None:
        average = size_average is None or size_average
        reduction = ("mean" if average else "sum") if reduce is None or reduce else "none"
        state.warn(
            "UserWarning",
            f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.",
        )
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{shown(reduction)} is not a valid value for reduction")
    return reduction


def reduced(loss: Any, reduction: str) -> Any:
    if reduction == "mean":
        return mean_all(loss)
    return sum_all(loss) if reduction == "sum" else loss


def size_of(x: Tensor) -> str:
    """A shape as messages show it."""
    return repr(x.shape)


def warn_of_sizes(input: Tensor, target: Tensor) -> None:
    if input.array.shape != target.array.shape:
        state.warn(
            "UserWarning",
            f"Using a target size ({size_of(target)}) that is different to the input size ({size_of(input)}). "
            "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
        )


def broadcast_pair(input: Tensor, target: Tensor) -> tuple[Any, Any]:
    """Both in their common shape. Raises RuntimeError where they don't broadcast."""
    if input.array.shape == target.array.shape:
        return input, target
    a, b = input.array.shape, target.array.shape
    for back in range(1, min(len(a), len(b)) + 1):
        m, n = a[-back], b[-back]
        if m != n and 1 not in (m, n):
            dim = max(len(a), len(b)) - back
            raise RuntimeError(
                f"The size of tensor a ({m}) must match the size of tensor b ({n}) at non-singleton dimension {dim}"
            )
    shape = np.broadcast_shapes(a, b)
    return input if a == shape else expand(input, shape), target if b == shape else expand(target, shape)


def number(value: Any, like: Any) -> Tensor:
    """A number as a 0-d tensor of the dtype of another. Raises TypeError, RuntimeError for what is none in it."""
    if isinstance(value, Tensor):
        value = value.array.item()
    if not isinstance(value, (int, float, complex, np.number)):
        raise TypeError(f"expected a number, not {type_name(value)}")
    return wrap(number_in(like.array.dtype, value))
