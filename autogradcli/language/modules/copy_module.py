"""``copy``: values once more, alone or with all that they hold."""

from __future__ import annotations

from typing import Any

from ...api.arrays.values import NumPyArray
from ...api.calls.program_classes import Kind, fields_of, is_enumeration
from ...api.nn.deep_copy import deep_copy, shell
from ...engine.tensor import Tensor
from ...numerics.naming import shown_as
from ..values.attribute_lookup import get_attribute
from ..values.budget import budget
from ..values.mappings import Holding, lend
from .entries import entering


@shown_as("copy.Error")
class Error(Exception):
    """There is no copy of such a value."""


@entering("copy")
def copy(x: Any, /) -> Any:
    """The value once more; what it holds is shared."""
    kind = type(x)
    if isinstance(x, (list, dict, set)):
        budget.spend(64 * len(x))
        return x.copy()
    if type(kind) is Kind and isinstance(x, Tensor):
        return x._copied()  # type: ignore[attr-defined]
    if type(kind) is Kind and not isinstance(x, BaseException) and not is_enumeration(kind):
        made = shell(x)
        for name, value in fields_of(x).items():
            object.__setattr__(made, name, value)
        if isinstance(x, Holding):
            budget.spend(64 * len(x))
            lend(x, made)
        return made
    if type(x) is NumPyArray:
        return get_attribute(x, "copy")()
    if isinstance(x, Tensor):
        return get_attribute(get_attribute(x, "detach")(), "requires_grad_")(x.requires_grad) if x.is_leaf else x
    return x


@entering("copy")
def deepcopy(x: Any, memo: Any = None, /) -> Any:
    """The value with all that it holds once more; what is shared within stays shared. Raises RuntimeError for a tensor
    that has a history, in PyTorch's words."""
    return deep_copy(x)
