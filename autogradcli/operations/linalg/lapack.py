"""What of LAPACK and BLAS NumPy doesn't hand on, by SciPy: triangular systems and LU factors of many rows.

SciPy's import takes as long as a thousand of a calculator's matrices, so it is for matrices of many rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array
from ...numerics.libraries import SCIPY

#: From so many rows on a loop over them in Python costs more.
MANY = 32
_LETTERS = {"f": "s", "d": "d", "F": "c", "D": "z"}


def takes(*arrays: Array) -> bool:
    """Whether the matrices are of many rows, and of one dtype that LAPACK knows."""
    first = arrays[0]
    known = first.dtype.char in _LETTERS and all(a.dtype == first.dtype for a in arrays)
    return known and min(first.shape[-2:]) >= MANY


def solve_triangular(a: Array, b: Array, upper: bool, unit: bool) -> Array:
    """X of ``A X = B`` for batches that broadcast, ``A`` without a zero on its diagonal."""
    from scipy.linalg import blas

    solve: Any = getattr(blas, _LETTERS[a.dtype.char] + "trsm")
    if a.ndim == b.ndim == 2:
        return _one(solve, a, b, upper, unit)
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    left = np.broadcast_to(a, (*batch, *a.shape[-2:]))
    right = np.broadcast_to(b, (*batch, *b.shape[-2:]))
    out = np.empty(right.shape, b.dtype)
    if not out.size:
        return out
    for at in np.ndindex(*batch):
        out[at] = _one(solve, left[at], right[at], upper, unit)
    return out


def _one(solve: Any, a: Array, b: Array, upper: bool, unit: bool) -> Array:
    """X^T of ``X^T A^T = B^T``, turned: to Fortran a matrix of ours is its transpose."""
    steps = a.size * b.shape[1]
    if a.flags.f_contiguous:
        found = SCIPY.run(steps, solve, 1.0, a, b.T, side=1, lower=not upper, trans_a=1, diag=unit)
    else:
        found = SCIPY.run(steps, solve, 1.0, a.T, b.T, side=1, lower=upper, diag=unit)
    turned: Array = found.T
    return turned


def lu_factor(a: Array) -> tuple[Array, Array, Array]:
    """As ``matrix_kernels.lu_factor``."""
    from scipy.linalg import lapack

    factor: Any = getattr(lapack, _LETTERS[a.dtype.char] + "getrf")
    batch = a.shape[:-2]
    lu = np.empty(a.shape, a.dtype)
    pivots = np.empty((*batch, min(a.shape[-2:])), np.int32)
    info = np.zeros(batch, np.int32)
    for at in np.ndindex(*batch):
        packed, places, failed = SCIPY.run(a[at].size * min(a.shape[-2:]), factor, a[at])
        lu[at], pivots[at], info[at] = packed, places + 1, failed
    return lu, pivots, info
