"""What ``Module.to`` may be called with: a dtype, a device, a tensor that has both."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.tensor import Tensor
from ...numerics.dtypes import DType, from_numpy
from ..calls.overloads import Function
from ..tensor.placement import Device
from ..tensor.placement import device as device_of

_TAIL = "bool non_blocking=False, bool copy=False, *, MemoryFormat? memory_format=None"


def _of_device(device: Any, dtype: DType | None, non_blocking: bool, copy: bool, memory_format: Any) -> Any:
    return dtype, copy, memory_format, None if device is None else device_of(device)


def _of_dtype(dtype: DType, non_blocking: bool, copy: bool, memory_format: Any) -> Any:
    return dtype, copy, memory_format, None


def _of_tensor(tensor: Any, non_blocking: bool, copy: bool, memory_format: Any) -> Any:
    dtype = tensor.dtype if isinstance(tensor, Tensor) else from_numpy(np.asarray(tensor).dtype)
    return dtype, copy, memory_format, None


_TO = Function(
    "to",
    (
        (f"(Device? device=None, ScalarType? dtype=None, {_TAIL})", _of_device),
        (f"(ScalarType dtype, {_TAIL})", _of_dtype),
        (f"(Tensor tensor, {_TAIL})", _of_tensor),
    ),
    "",
)


def wanted(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[DType | None, Any, Device | None]:
    """The dtype, the memory format and the device that ``Module.to(*args, **kwargs)`` asks for.

    Raises TypeError for a wrong call and for a dtype that parameters can't have, RuntimeError where a copy is wanted.
    """
    dtype: DType | None
    device: Device | None
    dtype, copy, memory_format, device = _TO(*args, **kwargs)
    if copy:
        raise RuntimeError(".to() does not accept copy argument")
    if dtype is not None and dtype.category < 2:
        raise TypeError(f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}")
    return dtype, memory_format, device
