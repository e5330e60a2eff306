"""What ``index_put`` has to say of the values that are to be put."""

from __future__ import annotations

from typing import Any

from ...engine.operation import Array
from ...numerics import dtypes


def other_dtype(input: Array, values: Array) -> RuntimeError:
    """The error for values of another dtype than the elements have."""
    have, want = dtypes.of(values).type_name, dtypes.of(input).type_name
    return RuntimeError(
        f"Index put requires the source and destination dtypes match, got {want} for the destination and {have} for "
        "the source."
    )


def check_fits(input: Array, key: tuple[Any, ...], values: Array) -> None:
    """Raise RuntimeError where values don't broadcast to the elements that a key of NumPy's names."""
    if not values.ndim:
        return
    place = input[key].shape
    if len(values.shape) <= len(place) and all(m in (1, n) for m, n in zip(values.shape[::-1], place[::-1])):
        return
    if values.ndim > len(place) and values.reshape(-1).shape == (1,):
        return
    raise RuntimeError(
        f"shape mismatch: value tensor of shape {list(values.shape)} cannot be broadcast to indexing result of shape "
        f"{list(place)}"
    )
