"""``copy``: values once more, alone or with all that they hold."""

from __future__ import annotations

from typing import Any

from ...api.calls.program_classes import Kind, fields_of
from ...engine.deferred import settled
from ...engine.tensor import Tensor
from ...numerics.naming import shown_as
from ..values.attribute_lookup import get_attribute, set_attribute
from ..values.budget import MAX_DEPTH, budget
from .entries import entering

#: Values that are their own copies.
_SAME = (int, float, complex, bool, str, type(None), range, slice, type(...), type)


@shown_as("copy.Error")
class Error(Exception):
    """There is no copy of such a value."""


def _shell(value: Any) -> Any:
    """A new object of the same class, without anything in it."""
    made: Any = object.__new__(type(value))
    return made


@entering("copy")
def copy(x: Any, /) -> Any:
    """The value once more; what it holds is shared."""
    kind = type(x)
    if isinstance(x, (list, dict, set)):
        budget.spend(64 * len(x))
        return x.copy()
    if type(kind) is Kind and not isinstance(x, BaseException):
        made = _shell(x)
        for name, value in fields_of(x).items():
            object.__setattr__(made, name, value)
        return made
    if isinstance(x, Tensor):
        return get_attribute(get_attribute(x, "detach")(), "requires_grad_")(x.requires_grad) if x.is_leaf else x
    return x


@entering("copy")
def deepcopy(x: Any, memo: Any = None, /) -> Any:
    """The value with all that it holds once more; what is shared within stays shared. Raises RuntimeError for a tensor
    that has a history, in PyTorch's words."""
    return _deep(x, {})


def _deep(value: Any, memo: dict[int, tuple[Any, Any]]) -> Any:
    kind = type(value)
    if kind in _SAME or isinstance(value, type):
        return value
    known = memo.get(id(value))
    if known is not None:
        return known[0]
    budget.depth += 1
    budget.spend(128)
    try:
        if budget.depth > MAX_DEPTH:
            raise RecursionError("maximum recursion depth exceeded")
        return _copied(value, kind, memo)
    finally:
        budget.depth -= 1


def _copied(value: Any, kind: type, memo: dict[int, tuple[Any, Any]]) -> Any:
    def remember(made: Any) -> Any:
        memo[id(value)] = made, value  # the value too: its id must not be another's while this lasts
        return made

    if isinstance(value, Tensor):
        return remember(_tensor(value, memo))
    if isinstance(value, list):
        made = remember([])
        made.extend(_deep(each, memo) for each in value)
        return made
    if isinstance(value, dict):
        made = remember(value.copy())
        made.clear()
        for key, each in value.items():
            made[_deep(key, memo)] = _deep(each, memo)
        return made
    if isinstance(value, set):
        return remember({_deep(each, memo) for each in value})
    if isinstance(value, tuple):
        parts = [_deep(each, memo) for each in value]
        if all(new is old for new, old in zip(parts, value)):
            return value
        return remember(tuple(parts) if kind is tuple else tuple.__new__(kind, parts))
    if type(kind) is Kind and not isinstance(value, BaseException):
        made = remember(_shell(value))
        for name, each in fields_of(value).items():
            object.__setattr__(made, name, _deep(each, memo))
        return made
    return value  # functions and modules are their own copies, as in Python


def _tensor(tensor: Any, memo: dict[int, tuple[Any, Any]]) -> Any:
    if not tensor.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
            "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, "
            "see https://github.com/pytorch/pytorch/pull/103001"
        )
    made = settled(get_attribute(get_attribute(settled(tensor), "detach")(), "clone")())
    if type(tensor) is not type(made):
        made = type(tensor)(made.array, requires_grad=tensor.requires_grad)
    elif tensor.requires_grad:
        get_attribute(made, "requires_grad_")(True)
    grad = get_attribute(tensor, "grad")
    if grad is not None:
        set_attribute(made, "grad", _deep(grad, memo))
    return made
