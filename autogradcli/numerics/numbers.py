"""Python numbers as values of a dtype, where that can hold them, and operands in the dtype of an operation."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes
from .declared import Declared
from .releases import Difference, Varying

_CPP_NAMES = {
    "int64": "int64_t", "int32": "int", "int16": "int16_t", "int8": "int8_t", "uint8": "uint8_t",
    "uint16": "uint16_t", "uint32": "uint32_t", "uint64": "uint64_t", "float16": "c10::Half",
    "bfloat16": "c10::BFloat16", "float32": "float", "float64": "double", "complex64": "c10::complex<float>",
    "complex128": "c10::complex<double>", **{d.name: d.cpp_name for d in dtypes.FLOAT8},
}  # fmt: skip


#: How far a float may be above the largest integer of a dtype.
_ABOVE = Varying(
    1.0,
    0.0,
    Difference(
        "full, fill_ and other numbers in integer tensors",
        "A float fits that does so without its fraction.",
        "A float is too large that is above the largest integer, by whatever fraction.",
        "torch.full((2,), 255.7, dtype=torch.uint8)",
    ),
)


def number_in(dtype: np.dtype, value: Any) -> np.ndarray:
    """A number as a 0-d array. Raises RuntimeError where the dtype can't hold it, infinities apart.

    A negative integer wraps around in an unsigned dtype, if its absolute value is within the range.
    """
    kind = dtype.kind
    if value.__class__ is int and -(1 << 31) <= value < 1 << 31 and dtype.char in "lifd":
        return np.array(value, dtype)
    if value.__class__ is float and -1e38 < value < 1e38 and dtype.char in "fd":
        return np.array(value, dtype)
    if kind == "b":
        return np.asarray(bool(value))
    if isinstance(value, complex) and kind != "c":
        if value.imag:
            raise _overflow(dtype)
        value = value.real
    if kind in "iu":
        limits = np.iinfo(dtype)
        high = int(limits.max)
        if isinstance(value, float):
            low = int(limits.min)
            fits = low <= value and (value <= high or value < high + _ABOVE.value or value == 2.0**63 == high + 1.0)
        else:
            low = -high if kind == "u" else int(limits.min)
            fits = low <= value <= high
        if not fits:  # nor if it is NaN
            raise _overflow(dtype)
        return np.asarray(np.asarray(value).astype(np.int64 if value < 0 else dtype).astype(dtype))
    if type(value) is int and not -(2**63) <= value < 2**64:
        raise ValueError("Overflow when unpacking long long")
    largest = dtypes.largest(dtypes.from_numpy(dtype))
    for part in (value.real, value.imag) if isinstance(value, complex) else (value,):
        if abs(part) > largest and part - part == 0:
            raise _overflow(dtype)
    return np.asarray(dtypes.cast_to(np.asarray(value), dtype))


def scalar_in(dtype: np.dtype, value: Any) -> np.ndarray:
    """The same as PyTorch makes a tensor of one number: half precision is not looked at, and may become infinite."""
    if dtype.itemsize <= 2 and dtype.kind in "fV" and not isinstance(value, complex):
        return np.asarray(dtypes.cast_to(np.asarray(value, np.float64), dtype))
    return number_in(dtype, value)


def to_dtype(value: Any, dtype: dtypes.DType) -> Any:
    """An operand in the dtype of the operation. Python integers wrap around as PyTorch's do."""
    if isinstance(value, np.ndarray):
        return value if value.dtype is dtype.np else dtypes.cast_to(value, dtype.np)
    if value.__class__ is int:
        check_operand(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and dtype.category == dtypes.FLOATING:
        return np.array(value, dtype=dtype.np) if dtype.itemsize > 1 else dtypes.cast_to(np.array(value), dtype.np)
    if not isinstance(value, (int, float, complex, np.generic)):
        raise TypeError(f"expected Tensor or a number, not {type(value).__name__}")
    try:
        return np.array(value).astype(dtype.np)
    except (OverflowError, TypeError):
        raise RuntimeError("Overflow when unpacking long long") from None


def check_operand(value: int) -> None:
    """Raises OverflowError for an integer operand that neither of PyTorch's 64-bit integers holds."""
    if not -(2**63) <= value < 2**64:
        raise OverflowError("int too big to convert" if value > 0 else "can't convert negative int to unsigned")


def check_numbers(op: Declared, arrays: list[Any]) -> None:
    """Raises RuntimeError for a number that the dtype can't hold in which the operation computes with it."""
    tensors = [arrays[p.index] for p in op.params if p.kind == "tensor" and isinstance(arrays[p.index], np.ndarray)]
    for p in op.params:
        value = arrays[p.index]
        if p.name not in op.fits or value is None or (value.__class__ is int and -128 <= value <= 127):
            continue
        if isinstance(value, np.ndarray):
            if value.ndim:
                continue  # which the kernel refuses
            value = value.item()
        if op.fits_in == "operand":
            if value.__class__ is complex:
                continue  # the kernel says what it does with these
            dtype = dtypes.of(tensors[0])
        else:
            dtype = dtypes.result_type(*tensors, value)
            if op.fits_in == "wide" and dtype.itemsize == 2 and dtype.category == dtypes.FLOATING:
                dtype = dtypes.float32
        number_in(dtype.np, value)


def _overflow(dtype: np.dtype) -> RuntimeError:
    name = _CPP_NAMES.get(dtype.name, dtype.name)
    return RuntimeError(f"value cannot be converted to type {name} without overflow")
