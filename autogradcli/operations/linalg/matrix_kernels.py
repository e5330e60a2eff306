"""Kernels on batches of matrices that NumPy lacks: LU factors, triangular systems, the exponential.

Each loops over rows or columns and is vectorised over the batch, which for the sizes of a calculator costs less
than importing SciPy. Of many rows ``lapack.py`` takes them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array
from ...numerics.limits import counted
from ..dims import numel
from . import lapack
from .small_matrices import LARGEST


def lu_factor(a: Array) -> tuple[Array, Array, Array]:
    """LU factors of ``(..., m, n)`` with partial pivoting, packed in one matrix: ``(LU, pivots, info)``.

    ``pivots`` counts rows from 1 as LAPACK does, ``info`` is the first exactly zero pivot (from 1), 0 if none.
    """
    if lapack.takes(a):
        return lapack.lu_factor(a)
    batch, (m, n) = a.shape[:-2], a.shape[-2:]
    count = numel(batch)
    steps = min(m, n)
    if count == 1 and a.dtype.kind == "f":
        one, order, first_zero = _lu_of_one(np.array(a, order="C").reshape(m, n))
        return one.reshape(a.shape), order.reshape(*batch, steps), first_zero.reshape(batch)
    lu = np.array(a, order="C").reshape(count, m, n)
    pivots = np.empty((count, steps), np.int32)
    info = np.zeros(count, np.int32)
    rows = np.arange(count)
    with np.errstate(all="ignore"):
        for k in range(steps):
            column = lu[:, k:, k]
            size = np.abs(column) if a.dtype.kind != "c" else np.abs(column.real) + np.abs(column.imag)
            size = np.where(np.isnan(size), -1, size)
            best = size.argmax(axis=1) + k
            pivots[:, k] = best + 1
            held = lu[:, k].copy()
            lu[:, k] = lu[rows, best]
            lu[rows, best] = held
            pivot = lu[:, k, k]
            zero = pivot == 0
            info[zero & (info == 0)] = k + 1
            safe = np.where(zero, 1, pivot)[:, None]
            if m == n <= 4 and k == n - 2:
                lu[:, k + 1 :, k] /= safe
            else:
                lu[:, k + 1 :, k] *= 1 / safe
            lu[:, k + 1 :, k + 1 :] -= lu[:, k + 1 :, k, None] * lu[:, None, k, k + 1 :]
    return lu.reshape(a.shape), pivots.reshape(*batch, steps), info.reshape(batch)


def _lu_of_one(lu: Array) -> tuple[Array, Array, Array]:
    """The same of one real matrix, in its place: the same numbers in a third of the time."""
    m, n = lu.shape
    steps = min(m, n)
    pivots = np.empty(steps, np.int32)
    info = 0
    with np.errstate(all="ignore"):
        for k in range(steps):
            size = np.abs(lu[k:, k])
            best = int(size.argmax())
            if size[best] != size[best]:  # NaN, which is never chosen
                best = int(np.where(np.isnan(size), -1, size).argmax())
            pivots[k] = k + best + 1
            if best:
                lu[[k, k + best]] = lu[[k + best, k]]
            pivot = lu[k, k]
            if pivot == 0:
                info = info or k + 1
            elif m == n <= 4 and k == n - 2:
                lu[k + 1 :, k] /= pivot
            else:
                lu[k + 1 :, k] *= 1 / pivot
            lu[k + 1 :, k + 1 :] -= lu[k + 1 :, k, None] * lu[k, k + 1 :]
    return lu, pivots, np.array(info, np.int32)


def permutation_of(pivots: Array, m: int) -> Array:
    """The row order that pivots (from 1) stand for: ``A[order] = L U``."""
    count = numel(pivots.shape[:-1])
    flat = pivots.reshape(count, pivots.shape[-1])
    order = np.tile(np.arange(m), (count, 1))
    rows = np.arange(count)
    for k in counted(range(flat.shape[1])):
        other = flat[:, k] - 1
        held = order[:, k].copy()
        order[:, k] = order[rows, other]
        order[rows, other] = held
    return order.reshape(*pivots.shape[:-1], m)


def permutation_matrix(pivots: Array, m: int, dtype: np.dtype) -> Array:
    """P with ``A = P L U``."""
    order = permutation_of(pivots, m)
    p: Array = order[..., None, :] == np.arange(m)[:, None]
    return p.astype(dtype)


#: From so many rows on the last digit is the library's.
_MANY = 17


def solve_triangular(a: Array, b: Array, upper: bool, unit: bool) -> Array:
    """X of ``A X = B`` by substitution; a zero on the diagonal gives infinities."""
    n = a.shape[-1]
    large = n >= _MANY and a.dtype.char in "fdFD" and a.dtype == b.dtype
    if large and (unit or np.diagonal(a, 0, -2, -1).all()):  # else by rows, where infinities come as PyTorch's do
        solve = lapack.solve_triangular if lapack.takes(a, b) else _by_elimination
        return solve(a, b, upper, unit)
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    x = np.array(np.broadcast_to(b, (*batch, *b.shape[-2:])), order="C")
    a = np.broadcast_to(a, (*batch, n, n))
    with np.errstate(all="ignore"):
        for k in counted(range(n - 1, -1, -1) if upper else range(n)):
            known = slice(k + 1, n) if upper else slice(0, k)
            if known.start != known.stop:
                x[..., k, :] -= _combined(a[..., k, known], x[..., known, :], upper)
            if not unit:
                x[..., k, :] *= 1 / a[..., k, k, None]
    return x


def _by_elimination(a: Array, b: Array, upper: bool, unit: bool) -> Array:
    """The same by LAPACK's elimination, which of an upper triangle leaves nothing to do and exchanges no rows; a lower
    one is one from the other end."""
    if not upper:
        return _by_elimination(a[..., ::-1, ::-1], b[..., ::-1, :], True, unit)[..., ::-1, :]
    triangle = np.triu(a)
    if unit:
        index = np.arange(a.shape[-1])
        triangle[..., index, index] = 1
    return np.linalg.solve(triangle, b)


def _combined(weights: Array, x: Array, backwards: bool) -> Array:
    """The rows of ``x`` weighted and summed, few of them in a fixed order (see ``small_matrices``)."""
    n = weights.shape[-1]
    if n >= LARGEST:
        return (weights[..., None, :] @ x)[..., 0, :]
    total: Any = None
    for j in range(n - 1, -1, -1) if backwards else range(n):
        part = weights[..., j, None] * x[..., j, :]
        total = part if total is None else total + part
    return total


def bad_minor(a: Array) -> int:
    """The order of the first leading minor that is not positive, of one Hermitian matrix; 0 if all are."""
    work = np.tril(a).astype(a.dtype)
    for k in counted(range(a.shape[-1])):
        pivot = (work[k, k] - np.vdot(work[k, :k], work[k, :k])).real
        if not pivot > 0:
            return k + 1
        work[k, k] = np.sqrt(pivot)
        work[k + 1 :, k] = (work[k + 1 :, k] - work[k + 1 :, :k] @ work[k, :k].conj()) / work[k, k]
    return 0


def partial_cholesky(a: Array) -> Array:
    """What LAPACK leaves of one matrix that isn't positive definite: the columns before the failure."""
    work = np.tril(a).astype(a.dtype)
    stop = bad_minor(a) - 1
    for k in counted(range(stop)):
        work[k, k] = np.sqrt((work[k, k] - np.vdot(work[k, :k], work[k, :k])).real)
        work[k + 1 :, k] = (work[k + 1 :, k] - work[k + 1 :, :k] @ work[k, :k].conj()) / work[k, k]
    work[stop, stop] -= np.vdot(work[stop, :stop], work[stop, :stop])
    return work


def householder_product(v: Array, tau: Array) -> Array:
    """The first columns of the product of reflectors ``I - tau v v^H``, as LAPACK's orgqr makes them."""
    n = v.shape[-1]
    q: Array = np.zeros_like(v)
    index = np.arange(n)
    q[..., index, index] = 1
    for k in counted(range(tau.shape[-1] - 1, -1, -1)):
        w = v[..., k:, k].copy()
        w[..., 0] = 1
        projection = w.conj()[..., None, :] @ q[..., k:, :]
        q[..., k:, :] -= tau[..., k, None, None] * (w[..., :, None] @ projection)
    return q


#: Coefficients of the numerator of the diagonal Pade approximant of degree 13 (Higham 2005, table 2.3).
_PADE = (
    64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0,
    10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0,
)  # fmt: skip


def matrix_exp(a: Array) -> Array:
    """Exponential by scaling and squaring (Higham 2005): in double precision whatever the dtype."""
    if a.size == 0:
        return a.copy()
    wide = a.astype(np.complex128 if a.dtype.kind == "c" else np.float64)
    norm = np.abs(wide).sum(axis=-2).max(axis=-1)
    with np.errstate(all="ignore"):
        squarings = np.where(norm > 5.37, np.ceil(np.log2(norm / 5.37)), 0)
    squarings = np.where(np.isfinite(squarings), squarings, 0).astype(np.int64)
    wide = wide / (2.0**squarings)[..., None, None]
    one = np.eye(a.shape[-1])
    b = _PADE
    a2 = wide @ wide
    a4 = a2 @ a2
    a6 = a4 @ a2
    u = wide @ (a6 @ (b[13] * a6 + b[11] * a4 + b[9] * a2) + b[7] * a6 + b[5] * a4 + b[3] * a2 + b[1] * one)
    v = a6 @ (b[12] * a6 + b[10] * a4 + b[8] * a2) + b[6] * a6 + b[4] * a4 + b[2] * a2 + b[0] * one
    if not (np.isfinite(u).all() and np.isfinite(v).all()):
        return np.full_like(a, np.nan)
    result = np.linalg.solve(v - u, v + u)
    for k in range(int(squarings.max())):
        again = (squarings > k)[..., None, None]
        result = np.where(again, result @ result, result)
    return result.astype(a.dtype)
