"""Functions that PyTorch has under a name with an underscore and that programs call all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.tensor import Tensor
from ...numerics import dtypes
from ..calls.overloads import define
from ..calls.registry import ATTRIBUTES, NAMESPACES, Method


def _M(name: str) -> Callable[..., Any]:
    entry = ATTRIBUTES[Tensor][name]
    assert isinstance(entry, Method)
    return entry.call


def _all_true(input: Tensor) -> Any:
    """Whether all elements are true."""
    return _M("all")(input)


def _any_true(input: Tensor) -> Any:
    """Whether any element is true."""
    return _M("any")(input)


def _shape(input: Tensor) -> Any:
    """The shape as a tensor."""
    return NAMESPACES["torch"]["tensor"](list(input.array.shape), dtype=dtypes.int64)


def _softmax(input: Tensor, dim: int, half_to_float: bool) -> Any:
    """`softmax` along a dimension."""
    return NAMESPACES["torch"]["softmax"](input, dim)


def _log_softmax(input: Tensor, dim: int, half_to_float: bool) -> Any:
    """`log_softmax` along a dimension."""
    return NAMESPACES["torch"]["log_softmax"](input, dim)


def _aminmax(input: Tensor) -> Any:
    """The least and the greatest element."""
    return tuple(NAMESPACES["torch"]["aminmax"](input))


def _unique(input: Tensor, sorted: bool, return_inverse: bool) -> Any:
    """The different elements in order, and where each element is among them."""
    found = NAMESPACES["torch"]["unique"](input, return_inverse=True)
    return found[0], found[1] if return_inverse else NAMESPACES["torch"]["empty"](0, dtype=dtypes.int64)


def _unique2(input: Tensor, sorted: bool, return_inverse: bool, return_counts: bool) -> Any:
    """The different elements in order, where each element is among them, and how often each is there."""
    found = NAMESPACES["torch"]["unique"](input, return_inverse=True, return_counts=True)
    nothing = NAMESPACES["torch"]["empty"](0, dtype=dtypes.int64)
    return found[0], found[1] if return_inverse else nothing, found[2] if return_counts else nothing


def _cast(dtype: dtypes.DType) -> Callable[..., Any]:
    def convert(input: Tensor, non_blocking: bool) -> Any:
        return _M("to")(input, dtype)

    convert.__doc__ = f"The tensor as {dtype}."
    return convert


define("_is_all_true", ("(Tensor input)", _all_true), into="torch Tensor")
define("_is_any_true", ("(Tensor input)", _any_true), into="torch Tensor")
define("_shape_as_tensor", ("(Tensor input)", _shape))
define("_softmax", ("(Tensor input, int dim, bool half_to_float)", _softmax))
define("_log_softmax", ("(Tensor input, int dim, bool half_to_float)", _log_softmax))
define("_aminmax", ("(Tensor input)", _aminmax))
define("_unique", ("(Tensor input, bool sorted=True, bool return_inverse=False)", _unique))
define("_unique2", ("(Tensor input, bool sorted=True, bool return_inverse=False, bool return_counts=False)", _unique2))
for _dtype in dtypes.ALL:
    if _dtype.type_name in ("Byte", "Char", "Short", "Int", "Long", "Half", "Float", "Double"):
        define(f"_cast_{_dtype.type_name}", ("(Tensor input, bool non_blocking=False)", _cast(_dtype)))
