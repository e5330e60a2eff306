"""What the calculator adds where Python has an error: a list beside a tensor is taken as a tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...api.calls.registry import NAMESPACES
from ...engine.tensor import Tensor


def extended(operate: Callable[[Any, Any], Any], a: Any, b: Any, error: TypeError) -> Any:
    """The operation again with the list as a tensor; raises ``error`` if that is not the case at hand."""
    if isinstance(a, Tensor) and type(b) is list:
        return operate(a, _as_tensor(b, a, error))
    if type(a) is list and isinstance(b, Tensor):
        return operate(_as_tensor(a, b, error), b)
    raise error


def _as_tensor(values: list[Any], beside: Tensor, error: TypeError) -> Tensor:
    """A list of numbers, lists of numbers, ... as a tensor. Raises ``error`` if it is none."""
    make: Callable[[Any], Tensor] = NAMESPACES["torch"]["tensor"]
    try:
        return make(values)
    except (TypeError, ValueError, RuntimeError):
        raise error from None
