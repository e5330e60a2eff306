"""Python numbers as values of a dtype, where that can hold them."""

from __future__ import annotations

from typing import Any

import numpy as np

_CPP_NAMES = {
    "int64": "int64_t", "int32": "int", "int16": "int16_t", "int8": "int8_t", "uint8": "uint8_t", "bool": "bool",
    "float16": "c10::Half", "float32": "float", "float64": "double",
}  # fmt: skip


def as_dtype(value: Any, dtype: np.dtype) -> np.ndarray:
    """A number that scales operands as a 0-d array. Raises RuntimeError for a complex one beside real operands."""
    return number_in(dtype, value) if value.__class__ is complex else np.asarray(value).astype(dtype)


def number_in(dtype: np.dtype, value: Any) -> np.ndarray:
    """A number as a 0-d array. Raises RuntimeError where the dtype can't hold it."""
    kind = dtype.kind
    name = _CPP_NAMES.get(dtype.name, dtype.name)
    overflow = RuntimeError(f"value cannot be converted to type {name} without overflow")
    if kind == "b":
        return np.asarray(bool(value))
    if isinstance(value, complex) and kind != "c":
        if value.imag:
            raise overflow
        value = value.real
    if kind in "iu":
        if isinstance(value, float):
            if not np.isfinite(value):
                raise overflow
            value = int(value)
        limits = np.iinfo(dtype)
        low = -int(limits.max) if kind == "u" else int(limits.min)
        if not low <= value <= int(limits.max):
            raise overflow
        return np.asarray(np.asarray(value).astype(dtype))
    if type(value) is int and not -(2**63) <= value < 2**64:
        raise ValueError("Overflow when unpacking long long")
    if kind == "f" and np.isfinite(value) and abs(value) > float(np.finfo(dtype).max):
        raise overflow
    return np.asarray(np.asarray(value).astype(dtype))
