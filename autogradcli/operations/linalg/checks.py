"""What the functions of linear algebra have in common: checks with PyTorch's words, and its LinAlgError."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array
from ...numerics import dtypes
from ...numerics.naming import shown_as


@shown_as("torch._C._LinAlgError")
class _LinAlgError(RuntimeError):
    """A factorisation failed; PyTorch's class of that name, also found as ``torch.linalg.LinAlgError``."""


LinAlgError = _LinAlgError


def square(x: Array, name: str = "", letter: str = "A") -> None:
    """Raise RuntimeError where ``x`` is no batch of square matrices."""
    said = f"{name}: " if name else ""
    if x.ndim < 2:
        raise RuntimeError(f"{said}The input tensor {letter} must have at least 2 dimensions.")
    if x.shape[-1] != x.shape[-2]:
        raise RuntimeError(
            f"{said}{letter} must be batches of square matrices, but they are {x.shape[-2]} by {x.shape[-1]} matrices"
        )


def matrix(x: Array, name: str, letter: str = "A") -> None:
    """Raise RuntimeError where ``x`` has fewer than two dimensions."""
    if x.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor {letter} must have at least 2 dimensions.")


def floating(x: Array, name: str, half: str | None = None) -> None:
    """Raise where ``x`` is neither floating nor complex; NotImplementedError where it is of half precision and
    ``half`` names the kernel that lacks it."""
    if x.dtype.kind not in dtypes.INEXACT:
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {dtypes.of(x).type_name}"
        )
    if x.dtype.itemsize == 2:
        kind = dtypes.of(x).type_name
        if half is None:
            raise RuntimeError(f"{name}: Low precision dtypes not supported. Got {kind}")
        raise NotImplementedError(f"\"{half}\" not implemented for '{kind}'")


def one_dtype(A: Array, b: Array) -> None:
    """Raise RuntimeError where matrix and right-hand side are of two dtypes."""
    if A.dtype is not b.dtype:
        names = dtypes.of(b).type_name, dtypes.of(A).type_name
        raise RuntimeError(
            f"Expected b and A to have the same dtype, but found b of type {names[0]} and A of type {names[1]} instead."
        )


def at_element(index: int, batched: bool) -> str:
    """The part of a message that names the batch element."""
    return f"(Batch element {index}): " if batched else ""


def first_failure(info: Array) -> tuple[int, int] | None:
    """(batch element, its info) of the first element whose info is not 0."""
    flat = info.reshape(-1)
    found = np.flatnonzero(flat)
    return (int(found[0]), int(flat[found[0]])) if found.size else None


def check_finite(A: Array) -> None:
    """Raise LinAlgError where a matrix whose singular values are wanted has an element that is no number."""
    if not np.isfinite(A).all():
        bad = ~np.isfinite(A).all(axis=(-2, -1))
        where = at_element(int(np.flatnonzero(bad)[0]), A.ndim > 2)
        raise LinAlgError(
            f"linalg.svd: {where}The algorithm failed to converge because the input matrix contained non-finite values."
        )


def check_singular(info: Array, name: str, what: str = "inversion") -> None:
    """Raise LinAlgError where an inverse met a zero on the diagonal."""
    failed = first_failure(info)
    if failed is not None:
        raise LinAlgError(
            f"{name}: {at_element(failed[0], info.ndim > 0)}The diagonal element {failed[1]} is zero, the {what} could "
            "not be completed because the input matrix is singular."
        )


def info_array(values: Any, shape: tuple[int, ...]) -> Array:
    """LAPACK's info, one 32-bit integer for each matrix of a batch."""
    return np.asarray(values, dtype=np.int32).reshape(shape)
