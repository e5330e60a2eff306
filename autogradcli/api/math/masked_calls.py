"""``torch.masked.masked_tensor`` and its kin, and what functions and attributes are answered that meet one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.callbacks import callee
from ...engine.tensor import Tensor
from ..calls.class_kind import members_of
from ..calls.getters import Getter
from ..calls.overridden import NAME, DisabledSubclass
from ..calls.registry import namespace
from ..tensor.operator_names import ask_operator
from .masked_functions import (
    OTHERS,
    binary,
    cast,
    converted,
    in_place,
    mapped,
    masked_among,
    move,
    reduce,
    refuse,
    unary,
)
from .masked_names import BINARY, CAST, MOVED, OF_DATA, PLAIN, REDUCTIONS, SAME, UNARY
from .masked_tensors import (
    MaskedTensor,
    data_of,
    forget_gradient,
    gradient_of,
    is_masked,
    mask_of,
    masked,
    method,
    new,
    with_history,
)

# -- attributes --------------------------------------------------------------------------------------------


def _attribute(func: Getter, args: Any) -> Any:
    value, name = args[0], func.attribute
    if func.name == "__set__":
        new_value = args[1]
        if name == "grad" and new_value is None:
            return forget_gradient(value)
        if name not in ("grad", "requires_grad"):
            raise AttributeError(f"attribute '{name}' of 'MaskedTensor' objects is not writable here")
        return func.call(data_of(value), converted(new_value, data_of))
    if name == "grad":
        return gradient_of(value)
    if name in ("T", "H"):
        return refuse("permute", args, {})
    if name in OF_DATA:
        return func.call(data_of(value))
    found = func.call(data_of(value) if name in ("data", "mT", "mH") else value)
    if name in ("data", "mT", "mH"):
        return masked(found, mask_of(value) if name == "data" else method("transpose", mask_of(value), -2, -1))
    return found


# -- asking ------------------------------------------------------------------------------------------------


def _torch_function(cls: Any, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
    """What a function makes of masked tensors. Raises TypeError for one that PyTorch doesn't do on them."""
    if type(args) not in (tuple, list) or not (kwargs is None or type(kwargs) is dict):
        raise TypeError("__torch_function__(): args must be a tuple, and kwargs a dict")
    kwargs = kwargs or {}
    if not masked_among((*args, *kwargs.values())):
        return NotImplemented
    if type(func) is Getter:
        return _attribute(func, args)
    name = getattr(func, "name", "")
    name = SAME.get(name, name)
    if getattr(func, "home", "") == "torch.masked":
        return _without_masks(func, name, args, kwargs)
    if name in PLAIN:
        with DisabledSubclass():
            return callee(func)(*args, **kwargs)
    if name in OTHERS:
        return OTHERS[name](func, args, kwargs)
    if name in REDUCTIONS:
        return reduce(name, args, kwargs)
    for names, run in ((UNARY, unary), (BINARY, binary), (MOVED, move), (CAST, cast)):
        if name in names:
            return run(func, args, kwargs)
    if name.endswith("_") and not name.endswith("__") and name[:-1] in UNARY | BINARY:
        return in_place(func, args, kwargs)
    return refuse(name, args, kwargs)


def _without_masks(func: Any, name: str, args: Any, kwargs: dict[str, Any]) -> Any:
    """``torch.masked.sum(masked)``: an ordinary tensor, of the elements that count."""
    value, given = args[0], kwargs.get("mask")
    if not is_masked(value) or is_masked(given):
        raise TypeError(f"torch.masked.{name}() takes a masked tensor as its input alone here")
    mask = mask_of(value)
    if given is not None:
        kwargs = {**kwargs, "mask": method("logical_and", mask, given)}
    elif name == "mean":  # all elements count in what the sum is divided by
        return callee(func)(method("masked_fill", data_of(value), method("logical_not", mask), 0), *args[1:], **kwargs)
    else:
        kwargs = {**kwargs, "mask": mask}
    return mapped(func, args, kwargs, data_of)


members_of(MaskedTensor)[NAME] = classmethod(_torch_function)


def _operator(dunder: str, sign: str) -> Callable[[Any, Any], Any]:
    """An operator that PyTorch doesn't do on masked tensors; of a tensor minus a masked one it does."""
    reflected = dunder.startswith("__r")

    def operate(self: Any, other: Any) -> Any:
        if dunder == "__rsub__" and isinstance(other, Tensor):
            return ask_operator("__sub__", [self], (other, self))
        if not isinstance(other, Tensor):
            return NotImplemented
        one, two = (type(other).__name__, "MaskedTensor")[:: 1 if reflected else -1]
        raise TypeError(f"unsupported operand type(s) for {sign}: '{one}' and '{two}'")

    return operate


for _dunder, _sign in (("__matmul__", "@"), ("__rmatmul__", "@"), ("__rsub__", "-"), ("__rpow__", "** or pow()")):
    type.__setattr__(MaskedTensor, _dunder, _operator(_dunder, _sign))


def masked_tensor(data: Any, mask: Any, requires_grad: Any = False) -> Any:
    """A leaf of data and a mask, which is True where an element counts; both are copied."""
    return new(data, mask, requires_grad)


def as_masked_tensor(data: Any, mask: Any) -> Any:
    """Data with its history, and a mask."""
    return with_history(data, mask)


def is_masked_tensor(obj: Any, /) -> bool:
    """Whether a value is a tensor with a mask."""
    return is_masked(obj)


_here = namespace("torch.masked")
for _name, _value in (
    ("MaskedTensor", MaskedTensor),
    ("masked_tensor", masked_tensor),
    ("as_masked_tensor", as_masked_tensor),
    ("is_masked_tensor", is_masked_tensor),
):
    _here[_name] = _value
