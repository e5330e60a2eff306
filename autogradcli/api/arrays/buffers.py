"""Arrays and tensors on the bytes of something else: ``numpy.frombuffer``, ``torch.frombuffer``, ``a.tobytes()``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics.dtypes import DType
from ...numerics.naming import shown_as
from ..calls.argument_types import type_name
from ..calls.registry import Method, Property, attributes_of
from .calls import charge, needed_dtype, perform
from .gate import taken
from .kinds import give
from .values import BYTES, NumPyArray, NumPyObject, NumPyScalar

_NOT_WRITABLE = (
    "The given buffer is not writable, and PyTorch does not support non-writable tensors. This means you can write to "
    "the underlying (supposedly non-writable) buffer using the tensor. You may want to copy the buffer to protect its "
    "data or make it writable before converting it to a tensor. This type of warning will be suppressed for the rest "
    "of this program. (Triggered internally at /pytorch/torch/csrc/utils/tensor_new.cpp.)"
)


def memory_of(value: Any) -> memoryview:
    """The bytes of bytes or of an array. Raises TypeError for other values."""
    given = BYTES.get(type(value))
    if given is not None:
        return memoryview(given(value))
    if type(value) is not NumPyArray:
        raise TypeError(f"a bytes-like object is required, not '{type_name(value)}'")
    if not value.array.flags.c_contiguous:
        raise ValueError("ndarray is not C-contiguous")
    return value.array.reshape(-1).view(np.uint8).data if value.array.size else memoryview(b"")


def frombuffer(buffer: Any, dtype: Any = float, count: Any = -1, offset: Any = 0) -> Any:
    """An array on the bytes of something: of bytes it can't be written to, of an array it shares the memory."""
    kind = needed_dtype(dtype)
    return give(perform(np.frombuffer, memory_of(buffer), kind, taken(count), taken(offset)))


def torch_frombuffer(
    buffer: Any, *, dtype: DType, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Tensor:
    """A tensor of the bytes of bytes, copied, or on those of an array. Raises ValueError where they don't fit."""
    memory = memory_of(buffer)
    length, size = len(memory), dtype.itemsize
    if not (length > 0 and count != 0):
        raise ValueError(f"both buffer length ({length}) and count ({count}) must not be 0")
    if not 0 <= offset < length:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({length} bytes) minus 1"
        )
    if count < 0 and (length - offset) % size:
        raise ValueError(
            f"buffer length ({length - offset} bytes) after offset ({offset} bytes) must be a multiple of element size "
            f"({size})"
        )
    made = (length - offset) // size if count < 0 else count
    if offset + made * size > length:
        raise ValueError(
            f"requested buffer length ({made} * {size} bytes) after offset ({offset} bytes) must not be greater than "
            f"actual buffer length ({length} bytes)"
        )
    array = np.frombuffer(memory, dtype.np, made, offset)
    if memory.readonly:
        state.warn("UserWarning", _NOT_WRITABLE)
        charge(made)
        array = array.copy()
    found = wrap(array)
    if requires_grad:
        found.begin_grad()
    return found


@shown_as("numpy._core.multiarray.flagsobj", in_c=True)
class Flags(NumPyObject):
    """``a.flags``: how an array lies in memory, and whether it can be written to."""

    __slots__ = ("array",)

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def __getitem__(self, name: Any) -> bool:
        if type(name) is not str or name not in _FLAGS:
            raise KeyError("Unknown flag")
        return bool(self.array.flags[name])  # type: ignore[index]

    def __repr__(self) -> str:
        return repr(self.array.flags)


def _set_writeable(flags: Flags, value: Any) -> None:
    def write() -> None:
        flags.array.flags.writeable = bool(value)

    perform(write)


def _setflags(a: NumPyArray, write: Any = None) -> None:
    if write is not None:
        _set_writeable(Flags(a.array), write)


_FLAGS = ("C_CONTIGUOUS", "F_CONTIGUOUS", "OWNDATA", "WRITEABLE", "ALIGNED", "C", "F", "O", "W", "A")
_table = attributes_of(Flags)


def _flag(name: str) -> Callable[[Any], bool]:
    return lambda flags: flags[name]


for _name in _FLAGS[:5]:
    _table[_name.lower()] = Property(_flag(_name))
_table["writeable"] = Property(_flag("WRITEABLE"), _set_writeable)
attributes_of(NumPyArray)["flags"] = Property(lambda a: Flags(a.array))
attributes_of(NumPyScalar)["flags"] = Property(lambda a: Flags(np.asarray(a.array)))
attributes_of(NumPyArray)["setflags"] = Method(_setflags)
