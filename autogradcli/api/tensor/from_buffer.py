"""``torch.frombuffer``, and ``x.__array__()``, by which NumPy gets what a tensor holds."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ...numerics.dtypes import DType
from ..calls.argument_types import Value
from ..calls.overloads import define
from ..calls.registry import ATTRIBUTES, Method, attributes_of


def _frombuffer(buffer: Value, dtype: DType, count: int, offset: int, requires_grad: bool) -> Tensor:
    """A tensor of the bytes of bytes, which are copied, or on those of an array. Raises ValueError where they don't
    fit."""
    from ..arrays.buffers import torch_frombuffer

    return torch_frombuffer(buffer, dtype=dtype, count=count, offset=offset, requires_grad=requires_grad)


def _as_array(self: Tensor, dtype: Any = None) -> Any:
    """The values as an array of NumPy's, on the same memory unless another dtype is asked for."""
    from ..arrays.calls import needed_dtype
    from ..arrays.values import NumPyArray

    entry = ATTRIBUTES[Tensor]["numpy"]
    assert isinstance(entry, Method)
    found: NumPyArray = entry.call(self)
    return found if dtype is None else NumPyArray(found.array.astype(needed_dtype(dtype), copy=False))


define(
    "frombuffer",
    ("(object buffer, *, ScalarType dtype, int count=-1, int offset=0, bool requires_grad=False)", _frombuffer),
)
attributes_of(Tensor)["__array__"] = Method(_as_array, _as_array.__doc__ or "")
