"""What the losses have in common: the ``reduction`` argument with its older forms, and the reduction itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics.limits import shown
from ...numerics.numbers import number_in
from ...operations.dims import broadcast_shape
from ...operations.reduce.reduction import mean_all, sum_all
from ...operations.shape.view import expand
from ..calls.argument_types import type_name
from ..calls.written_signature import made

REDUCTIONS = ("none", "mean", "sum")


def averaged(before: str = "reduction", sizes: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a loss the two older arguments that PyTorch's have beside ``reduction``: the function itself gets what all
    three mean. ``size_average`` stands before the parameter named; ``sizes`` warns where the two operands' differ."""

    def declare(compute: Any) -> Callable[..., Any]:
        names = compute.__code__.co_varnames[: compute.__code__.co_argcount]
        defaults = dict(zip(reversed(names), reversed(compute.__defaults__), strict=False))
        words = {
            n: f"{n}: {compute.__annotations__[n]}" + (f" = {defaults[n]!r}" if n in defaults else "") for n in names
        }
        words["reduction"] = f"reduce: bool | None = None, {words['reduction']}"
        words[before] = f"size_average: bool | None = None, {words[before]}"
        body = (
            "if size_average is not None or reduce is not None or reduction not in REDUCTIONS: "
            "reduction = reduction_of(size_average, reduce, reduction)\n"
            f"    return compute({', '.join(names)})"
        )
        if sizes:
            body = f"if input.array.shape != target.array.shape: warn_of_sizes(input, target)\n    {body}"
        scope = {
            "compute": compute, "REDUCTIONS": REDUCTIONS, "reduction_of": reduction_of, "warn_of_sizes": warn_of_sizes
        }  # fmt: skip
        return made(compute.__name__, ", ".join(words.values()), body, scope, compute.__doc__)

    return declare


def older(size_average: bool | None, reduce: bool | None) -> str:
    """What the two older arguments mean, with a warning."""
    average = size_average is None or size_average
    reduction = ("mean" if average else "sum") if reduce is None or reduce else "none"
    state.warn(
        "UserWarning",
        f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.",
    )
    return reduction


def reduction_of(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """The reduction's name, checked. Raises ValueError for one that doesn't exist."""
    if size_average is not None or reduce is not None:
        reduction = older(size_average, reduce)
    if reduction not in REDUCTIONS:
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
    shape = broadcast_shape(a, b)
    return input if a == shape else expand(input, shape), target if b == shape else expand(target, shape)


def number(value: Any, like: Any) -> Tensor:
    """A number as a 0-d tensor of the dtype of another. Raises TypeError, RuntimeError for what is none in it."""
    if isinstance(value, Tensor):
        value = value.array.item()
    if not isinstance(value, (int, float, complex, np.number)):
        raise TypeError(f"expected a number, not {type_name(value)}")
    return wrap(number_in(like.array.dtype, value))
