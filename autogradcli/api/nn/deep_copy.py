"""A value with all that it holds once more: ``copy.deepcopy``, the layers of a ``TransformerEncoder``."""

from __future__ import annotations

from typing import Any

from ...engine.callbacks import callee
from ...engine.deferred import settled
from ...engine.leaves import require_grad
from ...engine.tensor import Parameter, Tensor
from ...numerics.limits import run
from ..arrays.values import NumPyArray
from ..calls.program_classes import Kind, defines, fields_of, is_enumeration, is_program_class, special
from ..calls.uninitialized import Uninitialized, alike
from .functions_by_attribute import M

#: Values that are their own copies.
SAME = (int, float, complex, bool, str, type(None), range, slice, type(...), type)

#: How deep values may stand in each other.
_DEEPEST = 900

Memo = dict[int, tuple[Any, Any]]


def shell(value: Any) -> Any:
    """A new object of the same class, without anything in it."""
    made: Any = object.__new__(type(value))
    return made


def deep_copy(value: Any, memo: Memo | None = None, depth: int = 0) -> Any:
    """The value with all that it holds once more; what is shared within stays shared. Raises RuntimeError for a tensor
    that has a history, in PyTorch's words, and RecursionError."""
    kind = type(value)
    if kind in SAME or isinstance(value, type):
        return value
    memo = {} if memo is None else memo
    known = memo.get(id(value))
    if known is not None:
        return known[0]
    run.spend(128)
    if depth > _DEEPEST:
        raise RecursionError("maximum recursion depth exceeded")
    if type(kind) is Kind and defines(kind, "__deepcopy__"):
        own = callee(special(value, "__deepcopy__"))({})
        memo[id(value)] = own, value
        return own
    return _copied(value, kind, memo, depth + 1)


def _copied(value: Any, kind: type, memo: Memo, depth: int) -> Any:
    def remember(made: Any) -> Any:
        memo[id(value)] = made, value  # the value too: its id must not be another's while this lasts
        return made

    if type(value) is NumPyArray:
        return remember(NumPyArray(value.array.copy()))
    if isinstance(value, Tensor):
        return remember(_tensor(value, memo, depth))
    if isinstance(value, list):
        made = remember([])
        made.extend(deep_copy(each, memo, depth) for each in value)
        return made
    if isinstance(value, dict):
        made = remember(value.copy())
        made.clear()
        for key, each in value.items():
            made[deep_copy(key, memo, depth)] = deep_copy(each, memo, depth)
        return made
    if isinstance(value, (set, frozenset)):
        return remember(kind(deep_copy(each, memo, depth) for each in value))
    if isinstance(value, tuple):
        parts = [deep_copy(each, memo, depth) for each in value]
        if all(new is old for new, old in zip(parts, value)):
            return value
        return remember(tuple(parts) if kind is tuple else tuple.__new__(kind, parts))
    if type(kind) is Kind and is_enumeration(kind):
        return value
    if type(kind) is Kind and not isinstance(value, BaseException):
        made = remember(shell(value))
        for name, each in fields_of(value).items():
            object.__setattr__(made, name, deep_copy(each, memo, depth))
        return made
    return value  # functions and modules are their own copies, as in Python


def _tensor(tensor: Any, memo: Memo, depth: int) -> Any:
    if isinstance(tensor, Uninitialized):
        return alike(tensor)
    if not tensor.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
            "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, "
            "see https://github.com/pytorch/pytorch/pull/103001"
        )
    if is_program_class(type(tensor)):
        return _of_program(tensor)
    made = settled(M.clone(M.detach(settled(tensor))))
    if type(tensor) is not type(made):
        made = type(tensor)(made.array) if isinstance(tensor, Parameter) else made
    if tensor.requires_grad:
        require_grad(made)
    if tensor.grad is not None:
        made.store_grad(deep_copy(tensor.grad, memo, depth))
    return made


def _of_program(tensor: Any) -> Any:
    """A parameter of a program's class, made by calling it. Raises RuntimeError for other tensors of such classes."""
    if not isinstance(tensor, Parameter):
        raise RuntimeError(
            "The default implementation of __deepcopy__() for non-wrapper subclasses only works for subclass types "
            "that implement new_empty() and for which that function returns another instance of the same subclass. "
            "You should either properly implement new_empty() for your subclass or override __deepcopy__() if it is "
            "intended behavior for new_empty() to return an instance of a different type."
        )
    return type(tensor)(M.clone(M.detach(tensor)), tensor.requires_grad)
