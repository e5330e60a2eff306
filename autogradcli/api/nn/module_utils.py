"""What layers of a program's own are made with: ``torch.nn.modules.utils``, and the bases of losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.tensor import Tensor
from ...numerics.limits import counted
from ..calls.argument_types import Value
from ..calls.overloads import PLACES
from ..calls.python_function import define_python
from ..calls.registry import namespace
from ..functional.loss_reduction import older
from .module import Module

PLACES["module_utils"] = ("torch.nn.modules.utils", "")


def _tuple_of(count: int) -> Callable[..., Any]:
    def parse(x: Value) -> Any:
        """The value so many times, or the elements that it has."""
        return tuple(counted(x)) if isinstance(x, (tuple, list)) else (x,) * count

    return parse


for _name, _count in (("_single", 1), ("_pair", 2), ("_triple", 3), ("_quadruple", 4)):
    define_python(_name, _tuple_of(_count), into="module_utils")


class _Loss(Module):
    """The base of losses, with how they are brought together: ``reduction``."""

    __module__ = "torch.nn.modules.loss"

    def __init__(self, size_average: Any = None, reduce: Any = None, reduction: Any = "mean") -> None:
        super().__init__()
        old = size_average is not None or reduce is not None
        self.reduction = older(size_average, reduce) if old else reduction


class _WeightedLoss(_Loss):
    """With a weight for each class, or None, as the buffer ``weight``."""

    __module__ = "torch.nn.modules.loss"

    def __init__(
        self, weight: Any = None, size_average: Any = None, reduce: Any = None, reduction: Any = "mean"
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        if weight is not None and not isinstance(weight, Tensor):
            raise TypeError("cannot assign what is no tensor as the buffer 'weight'")
        self.register_buffer("weight", weight)


_KINDS: tuple[type[Module], ...] = (_Loss, _WeightedLoss)
for _kind in _KINDS:
    namespace("torch.nn.modules.loss")[_kind.__name__] = _kind
