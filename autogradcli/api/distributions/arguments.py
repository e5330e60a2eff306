"""What distributions are made of: parameters brought to one shape, properties computed once, helpers of all of them."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from ...engine.state import state
from ...engine.tensor import Size, Tensor
from ...numerics import dtypes
from ...numerics.naming import short_name
from ..calls.argument_types import type_name
from ..nn.functions_by_attribute import F, M, T

EULER = 0.5772156649015329  # Euler's constant
NUMBERS = (int, float)
SINGLE = Size()  # the shape of one draw


def is_number(value: Any) -> bool:
    return isinstance(value, NUMBERS)


def check_parameter(name: str, value: Any) -> Any:
    """Raises TypeError for what is no tensor, where only one will do."""
    if not isinstance(value, Tensor):
        raise TypeError(f"argument '{name}' must be Tensor, not {type_name(value)}")
    return value


def broadcast(*values: Any) -> list[Any]:
    """Tensors of one shape; numbers become tensors of the dtype of the first tensor. Raises ValueError for others."""
    if not all(isinstance(value, Tensor) or is_number(value) for value in values):
        raise ValueError(
            "Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__."
        )
    dtype = next((value.dtype for value in values if isinstance(value, Tensor)), dtypes.default.dtype)
    tensors = [value if isinstance(value, Tensor) else T.tensor(value, dtype=dtype) for value in values]
    return list(T.broadcast_tensors(*tensors))


def size_of(shape: Any) -> Size:
    """A shape that a program gave. Raises TypeError for what is none."""
    if isinstance(shape, Size):
        return shape
    if isinstance(shape, Tensor):
        shape = M.tolist(shape)
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"'{type_name(shape)}' object is not iterable")
    for each in shape:
        if type(each) is not int:
            raise TypeError(
                "torch.Size() takes an iterable of 'int' (item 0 is '" + type_name(shape[0]) + "')"
                if shape
                else "torch.Size() takes an iterable of 'int'"
            )
    return Size(shape)


def numel(shape: Size) -> int:
    return prod(shape)


def expanded(value: Any, shape: Any) -> Any:
    return M.expand(value, tuple(shape))


def sum_rightmost(value: Any, count: int) -> Any:
    """A tensor summed over its last ``count`` dimensions."""
    if count == 0:
        return value
    return M.sum(M.reshape(value, (*value.shape[:-count], -1)), -1)


def normal_of(shape: Size, dtype: Any) -> Any:
    """Standard normal numbers."""
    return M.normal_(T.empty(tuple(shape), dtype=dtype))


def filled(like: Any, shape: Size, value: float) -> Any:
    return T.full(tuple(shape), value, dtype=like.dtype)


def clamp_probs(probs: Any) -> Any:
    """Probabilities moved inside (0, 1), by the smallest step near 1."""
    eps = T.finfo(probs.dtype).eps
    return T.clamp(probs, min=eps, max=1 - eps)


def to_logits(probs: Any, binary: bool = False) -> Any:
    """Probabilities as log-odds, or as their logarithms."""
    inside = clamp_probs(probs)
    return T.log(inside) - T.log1p(-inside) if binary else T.log(inside)


def to_probs(logits: Any, binary: bool = False) -> Any:
    """The other way."""
    return T.sigmoid(logits) if binary else F.softmax(logits, dim=-1)


def held(kind: Any, *names: str) -> tuple[Any, ...]:
    """Attributes that hold objects of one kind, whatever a program put there: reading another one raises TypeError."""
    return tuple([_held(kind, name) for name in names])


def _held(kind: Any, name: str) -> Any:
    def get(self: Any) -> Any:
        value = _own(self, name)
        if not isinstance(value, kind):
            raise TypeError(f"'{name}' of a {type(self).__name__} must be a {short_name(kind)}, not {type_name(value)}")
        return value

    return property(get, _putting(name))


def held_list(kind: Any, name: str) -> Any:
    """An attribute that holds a list of objects of one kind."""

    def get(self: Any) -> Any:
        values = _own(self, name)
        if type(values) is not list or not all(isinstance(each, kind) for each in values):
            raise TypeError(f"'{name}' of a {type(self).__name__} must be a list of {short_name(kind)} objects")
        return values

    return property(get, _putting(name))


def _own(value: Any, name: str) -> Any:
    try:
        return value.__dict__[name]
    except KeyError:
        kind = type(value).__name__
        raise AttributeError(f"'{kind}' object has no attribute '{name}'", name=name, obj=value) from None


def _putting(name: str) -> Callable[[Any, Any], None]:
    def put(self: Any, value: Any) -> None:
        self.__dict__[name] = value

    return put


class recorded:
    """``with torch.enable_grad()``, or ``no_grad``, from inside."""

    __slots__ = ("before", "grad")

    def __init__(self, grad: bool) -> None:
        self.grad = grad

    def __enter__(self) -> None:
        self.before, state.grad = state.grad, self.grad

    def __exit__(self, *error: object) -> None:
        state.grad = self.before


def lazy(compute: Callable[[Any], Any]) -> Any:
    """A tensor that is computed when it is first asked for, with its history, and may be set."""
    name = compute.__name__

    def get(self: Any) -> Any:
        own = self.__dict__
        if name not in own:
            with recorded(True):
                own[name] = compute(self)
        return check_parameter(name, own[name])

    get.__dict__["lazy"] = True
    return property(get, _putting(name), doc=compute.__doc__)


def is_lazy(member: Any) -> bool:
    return type(member) is property and "lazy" in getattr(member.fget, "__dict__", ())


def probabilities(binary: bool) -> tuple[Any, Any]:
    """The properties ``probs`` and ``logits``, each computed from the other one."""

    def probs(self: Any) -> Any:
        """The probabilities."""
        return to_probs(self.logits, binary)

    def logits(self: Any) -> Any:
        """The log-odds, or the logarithms of the probabilities."""
        return to_logits(self.probs, binary)

    return lazy(probs), lazy(logits)


def check_either(probs: Any, logits: Any) -> None:
    """Raises ValueError unless one of the two is given."""
    if (probs is None) == (logits is None):
        raise ValueError("Either `probs` or `logits` must be specified, but not both.")
