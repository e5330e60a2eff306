"""``torch.frombuffer``: a tensor of what bytes or an array hold."""

from __future__ import annotations

from ...engine.tensor import Tensor
from ...numerics.dtypes import DType
from ..calls.argument_types import Value
from ..calls.overloads import define


def _frombuffer(buffer: Value, dtype: DType, count: int, offset: int, requires_grad: bool) -> Tensor:
    """A tensor of the bytes of bytes, which are copied, or on those of an array. Raises ValueError where they don't
    fit."""
    from ..arrays.buffers import torch_frombuffer

    return torch_frombuffer(buffer, dtype=dtype, count=count, offset=offset, requires_grad=requires_grad)


define(
    "frombuffer",
    ("(object buffer, *, ScalarType dtype, int count=-1, int offset=0, bool requires_grad=False)", _frombuffer),
)
