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
from ..calls.class_kind import members_of
from ..calls.getters import Getter
from ..calls.overridden import NAME, DisabledSubclass
from ..calls.registry import NAMESPACES, namespace
from ..tensor.operator_names import ask_operator
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
    reach_of,
    reduced,
    replace,
    with_history,
)

_UNARY = frozenset(
    "abs absolute acos arccos acosh arccosh angle asin arcsin asinh arcsinh atan arctan atanh arctanh bitwise_not ceil "
    "clamp clip conj_physical cos cosh deg2rad digamma erf erfc erfinv exp exp2 expm1 fix floor frac lgamma log log10 "
    "log1p log2 logit i0 isnan nan_to_num neg negative positive pow rad2deg reciprocal round rsqrt sigmoid sign sgn "
    "signbit sin sinc sinh sqrt square tan tanh trunc".split()
)
_BINARY = frozenset(
    "add atan2 arctan2 bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift div divide "
    "floor_divide fmod logaddexp logaddexp2 mul multiply nextafter remainder sub subtract true_divide eq ne le ge "
    "greater greater_equal gt less_equal lt less maximum minimum fmax fmin not_equal".split()
)
_REDUCTIONS = frozenset("sum mean amin amax argmin argmax prod all norm var std".split())
_MOVED = frozenset(
    "select transpose split t slice __getitem__ expand expand_as view view_as reshape flatten ravel unflatten cat "
    "concat concatenate unsqueeze unfold stack narrow chunk tensor_split swapaxes swapdims hsplit vsplit dsplit "
    "unsafe_split unsafe_chunk".split()
)
_CAST = frozenset("to float double half int long short bool char type_as cpu contiguous".split())
_PLAIN = frozenset(
    "size dim ndimension numel nelement stride is_contiguous element_size is_floating_point is_complex get_device "
    "storage_offset data_ptr is_signed __len__ __hash__".split()
)
#: How operators call what PyTorch has by another name.
_SAME = {
    "__eq__": "eq", "__and__": "bitwise_and", "__or__": "bitwise_or", "__xor__": "bitwise_xor",
    "__invert__": "bitwise_not", "__floordiv__": "floor_divide", "__lshift__": "bitwise_left_shift",
    "__rshift__": "bitwise_right_shift", "__rdiv__": "reciprocal",
}  # fmt: skip
#: Arguments that are given by name alone, which PyTorch's masked functions take none of.
_NAMED = frozenset({"alpha", "decimals", "rounding_mode", "out"})


def _converted(value: Any, convert: Callable[[Any], Any]) -> Any:
    """An argument with its masked tensors replaced."""
    if is_masked(value):
        return convert(value)
    return type(value)(_converted(each, convert) for each in value) if type(value) in (list, tuple) else value


def _map(func: Any, args: Any, kwargs: dict[str, Any], convert: Callable[[Any], Any]) -> Any:
    """The call with masked tensors replaced."""
    named = {name: _converted(value, convert) for name, value in kwargs.items()}
    return callee(func)(*(_converted(each, convert) for each in args), **named)


def _masked_among(values: Any) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if is_masked(value):
            found.append(value)
        elif type(value) in (list, tuple):
            found += _masked_among(value)
    return found


# -- on each element ---------------------------------------------------------------------------------------


def _unary(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    if _NAMED & {*kwargs}:
        raise ValueError(
            "MaskedTensor unary ops require that len(kwargs) == 0. If you need support for this, please open an issue "
            "on Github."
        )
    if any(isinstance(value, Tensor) for value in (*args[1:], *kwargs.values())):
        raise TypeError("MaskedTensor unary ops do not support additional Tensor arguments")
    value = args[0]
    return masked(_map(func, args, kwargs, data_of), mask_of(value), reach_of(value))


def _same_mask(a: Tensor, b: Tensor) -> bool:
    return a.array.ndim == b.array.ndim and bool(method("eq", a, b).array.all())


def _binary(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    if _NAMED & {*kwargs}:
        raise ValueError("len(kwargs) must equal 0")
    both = _masked_among((*args[:2], *kwargs.values()))
    if len(both) == 2 and not _same_mask(mask_of(both[0]), mask_of(both[1])):
        raise ValueError("Input masks must match. If you need support for this, please open an issue on Github.")
    data = _map(func, args, kwargs, data_of)
    if data is NotImplemented:
        return data
    mask = method("expand", mask_of(both[0]), data.array.shape)
    reach: Any = None
    for each in both:
        if (own := reach_of(each)) is not None:
            own = method("expand", own, data.array.shape)
            reach = own if reach is None else method("add", reach, own)
    return masked(data, mask, reach)


def _in_place(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    value = args[0]
    if not is_masked(value):
        raise TypeError("a tensor without a mask can't be changed in place by one with a mask")
    both = _masked_among(args[:2])
    if len(both) == 2 and not _same_mask(mask_of(both[0]), mask_of(both[1])):
        raise ValueError("Input masks must match. If you need support for this, please open an issue on Github.")
    replace(value, _map(func, args, kwargs, data_of), mask_of(value))
    return value


def _where(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    if len(args) != 3:
        raise ValueError(f"__torch_function__, torch.where: len(args) must be 3 but got {len(args)}")
    condition, a, b = args
    if is_masked(condition):
        return _refuse("where", args, kwargs)
    ones = [method("new_ones", condition, _shape(each)) for each in (a, b)]
    masks = [mask_of(each) if is_masked(each) else one for each, one in zip((a, b), ones)]
    data = _map(func, args, kwargs, data_of)
    reach = None
    if any(reach_of(each) is not None for each in (a, b)):
        reach = callee(func)(condition, *map(_reach_or_none, (a, b)))
    return masked(data, callee(func)(condition, *masks), reach)


def _shape(value: Any) -> Any:
    return value.array.shape if isinstance(value, Tensor) else ()


def _zeros(value: Any) -> Any:
    return np.zeros(_shape(value))


# -- reductions, the same elements elsewhere ---------------------------------------------------------------


def _dims_of(input: Any, dim: Any, keepdim: Any = False, dtype: Any = None) -> Any:
    return input, dim, keepdim, dtype


_dims_of.__qualname__ = "_reduce_dim_args"


def _reduce(name: str, args: Any, kwargs: dict[str, Any]) -> Any:
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


def _move(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    if len(args) == 2 and is_masked(args[1]) and func.name.endswith("_as"):
        args = (args[0], data_of(args[1]))
    values = _masked_among(args)
    data, masks = _map(func, args, kwargs, data_of), _map(func, args, kwargs, mask_of)
    reach: Any = None
    if any(reach_of(value) is not None for value in values):
        reach = _map(func, args, kwargs, _reach_or_none)
    if type(data) in (list, tuple):
        return type(data)(masked(*each) for each in zip(data, masks, reach or [None] * len(data)))
    return masked(data, masks, reach)


def _reach_or_none(value: Any) -> Any:
    own = reach_of(value)
    return wrap(_zeros(value)) if own is None else own


# -- the rest ----------------------------------------------------------------------------------------------


def _cast(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    data = _map(func, args, kwargs, data_of)
    return args[0] if data is data_of(args[0]) else masked(data, mask_of(args[0]), reach_of(args[0]))


def _kept(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """``clone``, ``detach``, ``ones_like``: other data, the same mask."""
    data = _map(func, args, kwargs, data_of)
    return masked(data, mask_of(args[0]), reach_of(args[0]) if data.requires_grad else None)


def _number(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    found = _map(func, args, kwargs, data_of)
    if not mask_of(args[0]).array.all():
        raise ValueError("__torch_dispatch__, aten._local_scalar_dense: expected a mask tensor")
    return found


def _softmax(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    def given(input: Any, dim: Any = None, _stacklevel: Any = 3, dtype: Any = None) -> Any:
        return input, dim, dtype

    _, dim, dtype = given(*args, **kwargs)
    value = args[0]
    data = NAMESPACES["torch.masked"]["softmax"](data_of(value), dim, dtype=dtype, mask=mask_of(value))
    return masked(data, mask_of(value), reach_of(value))


def _backward(value: Any, gradient: Any = None, *args: Any, **named: Any) -> None:
    if not is_masked(value):
        raise TypeError("a gradient with a mask is for a tensor with a mask")
    data, reach = data_of(value), reach_of(value)
    kept = named.get("retain_graph") or named.get("create_graph")
    named = {name: _converted(each, data_of) for name, each in named.items()}
    method("backward", data, _converted(gradient, data_of), *args, **named)
    if reach is not None and not reach.is_leaf:
        mask = mask_of(gradient) if is_masked(gradient) else mask_of(value)
        method("backward", reach, method("to", mask, reach.dtype), retain_graph=bool(kept))


def _grad(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    inputs = kwargs["inputs"] if "inputs" in kwargs else args[1]
    wanted = [inputs] if isinstance(inputs, Tensor) else inputs
    found = _map(func, args, kwargs, data_of)
    return tuple(
        masked(each, mask_of(of)) if is_masked(of) and each is not None else each for each, of in zip(found, wanted)
    )


def _refused(kind: str) -> Callable[..., Any]:
    def refuse(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        raise RuntimeError(f".{kind}() is not supported for tensor subclasses{_TOLD[kind]}")

    return refuse


_TOLD = {"tolist": ", got MaskedTensor", "numpy": "."}


def _requires_grad_(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    _map(func, args, kwargs, data_of)
    return args[0]


def _register_hook(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    value, hook = args

    def on_data(gradient: Any) -> Any:
        return _converted(callee(hook)(masked(gradient, mask_of(value))), data_of)

    return method("register_hook", data_of(value), on_data)


_OTHERS: dict[str, Callable[..., Any]] = {
    "where": _where,
    "softmax": _softmax,
    "grad": _grad,
    "requires_grad_": _requires_grad_,
    "retain_grad": lambda func, args, kwargs: _map(func, args, kwargs, data_of),
    "register_hook": _register_hook,
    "backward": lambda func, args, kwargs: _backward(*args, **kwargs),
    "to_dense": lambda func, args, kwargs: args[0],
    **dict.fromkeys(("clone", "detach", "ones_like"), _kept),
    **dict.fromkeys(("item", "__float__", "__int__", "__bool__", "__index__"), _number),
    **{name: _refused(name) for name in ("tolist", "numpy")},
}

#: The overloads by which PyTorch refuses: what a function with more than one argument is.
_OVERLOADS = {"unbind": ("int", "int"), "masked_fill": ("Scalar", "Scalar"), "where": ("self", "self"),
              "fill_": ("Tensor", "Tensor"),              **dict.fromkeys(("max", "min", "any", "median", "squeeze", "nanmedian"), ("default", "dim"))}  # fmt: skip


def _refuse(name: str, args: Any, kwargs: dict[str, Any]) -> Any:
    if name == "matmul":
        name = (
            "mm" if all(len(_shape(each)) == 2 for each in args[:2]) else "mv" if len(_shape(args[1])) == 1 else "bmm"
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


# -- attributes --------------------------------------------------------------------------------------------

_OF_DATA = frozenset({"requires_grad", "grad_fn", "is_leaf", "retains_grad", "_version", "output_nr"})


def _attribute(func: Getter, args: Any) -> Any:
    value, name = args[0], func.attribute
    if func.name == "__set__":
        new_value = args[1]
        if name == "grad" and new_value is None:
            return forget_gradient(value)
        if name not in ("grad", "requires_grad"):
            raise AttributeError(f"attribute '{name}' of 'MaskedTensor' objects is not writable here")
        return func.call(data_of(value), _converted(new_value, data_of))
    if name == "grad":
        return gradient_of(value)
    if name in ("T", "H"):
        return _refuse("permute", args, {})
    if name in _OF_DATA:
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
    if not _masked_among((*args, *kwargs.values())):
        return NotImplemented
    if type(func) is Getter:
        return _attribute(func, args)
    name = getattr(func, "name", "")
    name = _SAME.get(name, name)
    if getattr(func, "home", "") == "torch.masked":
        return _without_masks(func, name, args, kwargs)
    if name in _PLAIN:
        with DisabledSubclass():
            return callee(func)(*args, **kwargs)
    if name in _OTHERS:
        return _OTHERS[name](func, args, kwargs)
    if name in _REDUCTIONS:
        return _reduce(name, args, kwargs)
    for names, run in ((_UNARY, _unary), (_BINARY, _binary), (_MOVED, _move), (_CAST, _cast)):
        if name in names:
            return run(func, args, kwargs)
    if name.endswith("_") and not name.endswith("__") and name[:-1] in _UNARY | _BINARY:
        return _in_place(func, args, kwargs)
    return _refuse(name, args, kwargs)


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
    return _map(func, args, kwargs, data_of)


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
