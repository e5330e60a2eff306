"""How random numbers get into an array: in the order of its memory, if its dtype can hold them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dtypes
from ..blocks import blocks
from ..limits import run

Array = np.ndarray

_FLOAT16, _FLOAT32, _FLOAT64 = (np.dtype(name) for name in ("float16", "float32", "float64"))
_DIGITS = {_FLOAT16: 11, _FLOAT32: 24, _FLOAT64: 53}


_MASK24 = np.uint32((1 << 24) - 1)
_STEP24 = np.float32(2.0**-24)


def digits_of(dtype: np.dtype[Any]) -> int:
    """The binary digits of the significand of a floating dtype; 8 of bfloat16."""
    return _DIGITS.get(dtype, 8)


def not_implemented(kernel: str, array: Array) -> NotImplementedError:
    return NotImplementedError(f"\"{kernel}\" not implemented for '{dtypes.of(array).type_name}'")


def check_kernel(kernel: str, out: Array, kinds: str) -> None:
    """Unless the dtype is of these kinds, and none that is only kept, the kernel's refusal."""
    if (
        out.dtype.kind not in kinds
        or (out.dtype.kind == "u" and out.dtype.itemsize > 1)
        or (out.dtype.kind in "fV" and out.dtype.itemsize == 1)
    ):
        raise not_implemented(kernel, out)


def memory_axes(out: Array) -> list[int]:
    """The axes of an array, the longest stride first."""
    strides, shape = out.strides, out.shape
    return sorted(range(out.ndim), key=lambda d: -abs(strides[d]) if shape[d] > 1 else 0)


def memory_order(out: Array) -> Array:
    """A view of the array whose rows, read in order, walk through its memory upwards."""
    return out if out.flags.c_contiguous else out.transpose(memory_axes(out))


def bounds(dtype: np.dtype[Any]) -> tuple[float, float]:
    """The smallest and the largest number of a real dtype."""
    if dtype.kind == "b":
        return 0, 1
    if dtype.kind in "fV":
        limit = dtypes.largest(dtypes.from_numpy(dtype))
        return -limit, limit
    limits = np.iinfo(dtype)
    return int(limits.min), int(limits.max)


def integer_range(out: Array, low: int, high: int | None) -> tuple[int, int]:
    """The first and the last integer of a range. Without an end: to the last that the dtype counts to.

    A floating dtype moves bounds that it can't hold inwards. RuntimeError: nothing is left between.
    """
    dtype = out.dtype
    if dtype.kind not in "fV":
        return low, int(bounds(dtype)[1]) if high is None else high - 1
    digits, limit = digits_of(dtype), bounds(dtype)[1]

    def held(value: int) -> int:
        return int(dtype.type(value)) if abs(value) <= limit else value

    first = low
    if held(low + 1) < low:
        first = held(low + 1) + (1 << (abs(low + 1).bit_length() - digits))
    if high is None:
        last = 1 << digits
        if first >= last:
            raise RuntimeError(
                "random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to "
                f"dtype, but got from={first} > to_inc={last}"
            )
        return first, last
    end = high
    if held(high - 1) >= high:
        end = held(high - 1) - (1 << (abs(high - 1).bit_length() - digits))
    if first >= end:
        raise RuntimeError(
            "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, "
            f"but got from={first} >= to={end}"
        )
    return first, end - 1


def warn_inexact(out: Array, low: int, last: int) -> None:
    """Warn of each end of a range beyond which a floating dtype has no longer every integer."""
    digits = digits_of(out.dtype)
    for name, value, place in (("from", low, 110), ("to - 1", last, 111)):
        if abs(value) > 1 << digits:
            run.warn(
                "UserWarning",
                f"{name} is out of bounds [-(2^{digits}), 2^{digits}]. Due to precision limitations "
                f"{dtypes.of(out).cpp_name} can support discrete uniform distribution only within this range. "
                "This warning will become an error in version 1.7 release, please fix the code in advance "
                f"(Triggered internally at /__w/pytorch/pytorch/aten/src/ATen/native/DistributionTemplates.h:{place}.)",
            )


def as_real(out: Array) -> Array:
    """The parts of a complex array as a last dimension of two, sharing its memory."""
    part = out.real
    return np.lib.stride_tricks.as_strided(part, (*out.shape, 2), (*out.strides, part.itemsize))


def fill(out: Array, values: Array) -> Array:
    """Write values in the order of memory. A float64 becomes a float16 by way of float32, as in PyTorch."""
    if out.dtype.itemsize == 2 and out.dtype.kind in "fV" and values.dtype == _FLOAT64:
        values = values.astype(np.float32)
    elif out.dtype.kind in "iu" and values.dtype.kind == "f":
        values = values.astype(np.int64)
    view = memory_order(out)
    view[...] = values.reshape(view.shape)
    return out


def each(function: Any, values: Array) -> Array:
    """The C library's function of every element: NumPy's own vectorised ones differ in the last bit."""
    return np.fromiter(map(function, values.ravel().tolist()), np.float64, values.size).reshape(values.shape)


def floats_of(words: Array) -> Array:
    """Float32 numbers in [0, 1) of the lowest 24 bits of words."""
    result = np.empty(words.size, np.float32)
    for begin, end in blocks(words.size):
        bits = words[begin:end] & _MASK24
        np.multiply(bits, _STEP24, result[begin:end], dtype=np.float32, casting="unsafe")
    return result
