"""What functions make of masked tensors: each is computed on the data, and the result gets the mask that belongs to it.

Which functions there are is PyTorch's list: those on each element, of one tensor and of two with the same mask,
reductions over the elements that count, and those that give the same elements in another order. All others it refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.callbacks import callee
from ...engine.tensor import Tensor, wrap
from ..calls.registry import NAMESPACES
from .masked_names import NAMED
from .masked_tensors import (
    MaskedTensor,
    data_of,
    is_masked,
    mask_of,
    masked,
    method,
    reach_of,
    reduced,
    replace,
)

#: So many lists deep may a masked tensor stand in an argument: one of several tensors, or of several indices.
_DEEP = 3


def converted(value: Any, convert: Callable[[Any], Any], deep: int = _DEEP) -> Any:
    """An argument with its masked tensors replaced."""
    if is_masked(value):
        return convert(value)
    if type(value) not in (list, tuple) or not deep:
        return value
    return type(value)([converted(each, convert, deep - 1) for each in value])


def mapped(func: Any, args: Any, kwargs: dict[str, Any], convert: Callable[[Any], Any]) -> Any:
    """The call with masked tensors replaced."""
    named = {name: converted(value, convert) for name, value in kwargs.items()}
    return callee(func)(*(converted(each, convert) for each in args), **named)


def masked_among(values: Any, deep: int = _DEEP) -> list[Any]:
    """The masked tensors among arguments."""
    found: list[Any] = []
    for value in values:
        if is_masked(value):
            found.append(value)
        elif type(value) in (list, tuple) and deep:
            found += masked_among(value, deep - 1)
    return found


# -- on each element ---------------------------------------------------------------------------------------


def unary(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    if NAMED & {*kwargs}:
        raise ValueError(
            "MaskedTensor unary ops require that len(kwargs) == 0. If you need support for this, please open an issue "
            "on Github."
        )
    if any(isinstance(value, Tensor) for value in (*args[1:], *kwargs.values())):
        raise TypeError("MaskedTensor unary ops do not support additional Tensor arguments")
    value = args[0]
    return masked(mapped(func, args, kwargs, data_of), mask_of(value), reach_of(value))


def _same_mask(a: Tensor, b: Tensor) -> bool:
    return a.array.ndim == b.array.ndim and bool(method("eq", a, b).array.all())


def binary(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    if NAMED & {*kwargs}:
        raise ValueError("len(kwargs) must equal 0")
    both = masked_among((*args[:2], *kwargs.values()))
    if len(both) == 2 and not _same_mask(mask_of(both[0]), mask_of(both[1])):
        raise ValueError("Input masks must match. If you need support for this, please open an issue on Github.")
    data = mapped(func, args, kwargs, data_of)
    if data is NotImplemented:
        return data
    mask = method("expand", mask_of(both[0]), data.array.shape)
    reach: Any = None
    for each in both:
        if (own := reach_of(each)) is not None:
            own = method("expand", own, data.array.shape)
            reach = own if reach is None else method("add", reach, own)
    return masked(data, mask, reach)


def in_place(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    value = args[0]
    if not is_masked(value):
        raise TypeError("a tensor without a mask can't be changed in place by one with a mask")
    both = masked_among(args[:2])
    if len(both) == 2 and not _same_mask(mask_of(both[0]), mask_of(both[1])):
        raise ValueError("Input masks must match. If you need support for this, please open an issue on Github.")
    replace(value, mapped(func, args, kwargs, data_of), mask_of(value))
    return value


def _where(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    if len(args) != 3:
        raise ValueError(f"__torch_function__, torch.where: len(args) must be 3 but got {len(args)}")
    condition, a, b = args
    if is_masked(condition):
        return refuse("where", args, kwargs)
    ones = [method("new_ones", condition, shape_of(each)) for each in (a, b)]
    masks = [mask_of(each) if is_masked(each) else one for each, one in zip((a, b), ones)]
    data = mapped(func, args, kwargs, data_of)
    reach = None
    if any(reach_of(each) is not None for each in (a, b)):
        reach = callee(func)(condition, *map(_reach_or_none, (a, b)))
    return masked(data, callee(func)(condition, *masks), reach)


def shape_of(value: Any) -> Any:
    return value.array.shape if isinstance(value, Tensor) else ()


def _zeros(value: Any) -> Any:
    return np.zeros(shape_of(value))


# -- reductions, the same elements elsewhere ---------------------------------------------------------------


def _dims_of(input: Any, dim: Any, keepdim: Any = False, dtype: Any = None) -> Any:
    return input, dim, keepdim, dtype


_dims_of.__qualname__ = "_reduce_dim_args"


def reduce(name: str, args: Any, kwargs: dict[str, Any]) -> Any:
    value = args[0]
    data, mask, reach = data_of(value), mask_of(value), reach_of(value)
    if name == "norm":
        raise TypeError("_reduce_dim_args() got an unexpected keyword argument 'p'")
    if len(args) == 1 and not kwargs:
        if name == "all":
            return masked(method("all", _or_not(data, mask)), method("any", mask))
        found = NAMESPACES["torch.masked"][name](data, mask=mask)
        return masked(reduced(found), method("any", mask), _total(reach, None, False))
    _, dim, keepdim, dtype = _dims_of(*args, **kwargs)
    counts = _any(mask, dim, keepdim)
    if name == "all":
        return masked(method("all", _or_not(data, mask), dim, keepdim), counts)
    found = NAMESPACES["torch.masked"][name](data, dim=dim, keepdim=keepdim, dtype=dtype, mask=mask)
    return masked(reduced(found), counts, _total(reach, dim, keepdim))


def _or_not(data: Tensor, mask: Tensor) -> Any:
    return method("masked_fill", data, method("logical_not", mask), True)


def _any(mask: Any, dim: Any, keepdim: bool) -> Any:
    for each in sorted([dim] if isinstance(dim, int) else dim, reverse=True):
        mask = method("any", mask, dim=each, keepdim=keepdim)
    return mask


def _total(reach: Any, dim: Any, keepdim: bool) -> Any:
    if reach is None:
        return None
    return method("sum", reach) if dim is None else method("sum", reach, dim, keepdim)


def move(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    if len(args) == 2 and is_masked(args[1]) and func.name.endswith("_as"):
        args = (args[0], data_of(args[1]))
    values = masked_among(args)
    data, masks = mapped(func, args, kwargs, data_of), mapped(func, args, kwargs, mask_of)
    reach: Any = None
    if any(reach_of(value) is not None for value in values):
        reach = mapped(func, args, kwargs, _reach_or_none)
    if type(data) in (list, tuple):
        return type(data)(masked(*each) for each in zip(data, masks, reach or [None] * len(data)))
    return masked(data, masks, reach)


def _reach_or_none(value: Any) -> Any:
    own = reach_of(value)
    return wrap(_zeros(value)) if own is None else own


# -- the rest ----------------------------------------------------------------------------------------------


def cast(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    data = mapped(func, args, kwargs, data_of)
    return args[0] if data is data_of(args[0]) else masked(data, mask_of(args[0]), reach_of(args[0]))


def _kept(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """``clone``, ``detach``, ``ones_like``: other data, the same mask."""
    data = mapped(func, args, kwargs, data_of)
    return masked(data, mask_of(args[0]), reach_of(args[0]) if data.requires_grad else None)


def _number(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    found = mapped(func, args, kwargs, data_of)
    if not mask_of(args[0]).array.all():
        raise ValueError("__torch_dispatch__, aten._local_scalar_dense: expected a mask tensor")
    return found


def _softmax(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    def softmax(input: Any, dim: Any, _stacklevel: Any = 3, dtype: Any = None) -> Any:
        return input, dim, dtype

    _, dim, dtype = softmax(*args, **kwargs)
    value = args[0]
    data = NAMESPACES["torch.masked"]["softmax"](data_of(value), dim, dtype=dtype, mask=mask_of(value))
    return masked(data, mask_of(value), reach_of(value))


def _backward(value: Any, gradient: Any = None, *args: Any, **named: Any) -> None:
    if not is_masked(value):
        raise TypeError("a gradient with a mask is for a tensor with a mask")
    data, reach = data_of(value), reach_of(value)
    kept = named.get("retain_graph") or named.get("create_graph")
    named = {name: converted(each, data_of) for name, each in named.items()}
    method("backward", data, converted(gradient, data_of), *args, **named)
    if reach is not None and not reach.is_leaf:
        mask = mask_of(gradient) if is_masked(gradient) else mask_of(value)
        method("backward", reach, method("to", mask, reach.dtype), retain_graph=bool(kept))


def _grad(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    inputs = kwargs["inputs"] if "inputs" in kwargs else args[1]
    wanted = [inputs] if isinstance(inputs, Tensor) else inputs
    found = mapped(func, args, kwargs, data_of)
    return tuple(
        masked(each, mask_of(of)) if is_masked(of) and each is not None else each for each, of in zip(found, wanted)
    )


def _refused(kind: str) -> Callable[..., Any]:
    def refuse(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        raise RuntimeError(f".{kind}() is not supported for tensor subclasses{_TOLD[kind]}")

    return refuse


_TOLD = {"tolist": ", got MaskedTensor", "numpy": "."}


def _requires_grad_(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    mapped(func, args, kwargs, data_of)
    return args[0]


def _register_hook(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    value, hook = args

    def on_data(gradient: Any) -> Any:
        return converted(callee(hook)(masked(gradient, mask_of(value))), data_of)

    return method("register_hook", data_of(value), on_data)


OTHERS: dict[str, Callable[..., Any]] = {
    "where": _where,
    "softmax": _softmax,
    "grad": _grad,
    "requires_grad_": _requires_grad_,
    "retain_grad": lambda func, args, kwargs: mapped(func, args, kwargs, data_of),
    "register_hook": _register_hook,
    "backward": lambda func, args, kwargs: _backward(*args, **kwargs),
    "to_dense": lambda func, args, kwargs: args[0],
    **dict.fromkeys(("clone", "detach", "ones_like"), _kept),
    **dict.fromkeys(("item", "__float__", "__int__", "__bool__", "__index__"), _number),
    **{name: _refused(name) for name in ("tolist", "numpy")},
}

#: The overloads by which PyTorch refuses: what a function with more than one argument is.
_OVERLOADS = {
    "unbind": ("int", "int"),
    "masked_fill": ("Scalar", "Scalar"),
    "where": ("self", "self"),
    "fill_": ("Tensor", "Tensor"),
    **dict.fromkeys(("max", "min", "any", "median", "squeeze", "nanmedian"), ("default", "dim")),
}


def refuse(name: str, args: Any, kwargs: dict[str, Any]) -> Any:
    if name == "matmul":
        name = (
            "mm"
            if all(len(shape_of(each)) == 2 for each in args[:2])
            else "mv"
            if len(shape_of(args[1])) == 1
            else "bmm"
        )
    elif name == "linear":
        name = "mm" if len(args) < 3 and not kwargs.get("bias") else "addmm"
    elif name == "__setitem__":
        name = "copy_" if isinstance(args[2], Tensor) and args[2].array.ndim else "fill_"
    alone, more = _OVERLOADS.get(name, ("default", "default"))
    raise TypeError(
        f"Multiple dispatch failed for 'torch._ops.aten.{name}.{alone if len(args) + len(kwargs) < 2 else more}'; all "
        f"__torch_dispatch__ handlers returned NotImplemented:\n\n  - tensor subclass {MaskedTensor!r}\n\nFor more "
        "information, try re-running with TORCH_LOGS=not_implemented"
    )
