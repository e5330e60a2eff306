"""Factors of matrices: LU, QR and what is made of them. Cholesky's is in ``cholesky.py``, eigenvalues in
``spectral.py``.

The formulas for gradients are those of matrix calculus: differentiate the defining equations, solve for the factors'
differentials, transpose (Walter and Lehmann 2012 for QR; de Hoog, Anderssen and Lukas 2011 for LU).
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ...engine.operation import Array, Index
from ...engine.operation import operation as declared
from ...numerics.away import by_rows
from . import matrix_kernels as kernels
from .checks import at_element, first_failure, floating, matrix
from .matrix_rules import H, T, first_columns, first_rows, last_columns, last_rows, lower_half, minus, mm, total

#: Of these PyTorch has no kernels for half precision: they refuse it themselves.
operation = partial(declared, half="own")

# -- LU ---------------------------------------------------------------------------------------------------


@operation(
    takes=("single complex", "lu_cpu"),
    rows="leading: 2",
    cost=by_rows,
    node="LinalgLuFactorExBackward0",
    spelling="linalg.lu_factor_ex",
    outputs=("LU", "pivots", "info"),
    differentiable=(0,),
    A=lambda F, g, result0, result1: _packed_rule(F, g[0], result0, result1),
    examples=lambda r: [(r(3, 3),), (r(2, 3),), (r(3, 2),)],
)
def linalg_lu_factor_ex(A: Array, pivot: bool = True, check_errors: bool = False) -> tuple[Array, Array, Array]:
    """LU factors packed in one matrix, row exchanges counted from 1, and the first zero pivot or 0."""
    _check_lu(A, "torch.lu_factor", pivot)
    packed, pivots, info = kernels.lu_factor(A)
    if check_errors:
        check_pivots(info, "torch.linalg.lu_factor_ex")
    return packed, pivots, info


def _check_lu(A: Array, name: str, pivot: bool) -> None:
    if A.ndim < 2:
        raise RuntimeError(f"{name}: Expected tensor with 2 or more dimensions. Got size: {list(A.shape)} instead")
    if not pivot and A.dtype.kind in "fc" and A.dtype.itemsize > 2:
        raise RuntimeError("linalg.lu_factor: LU without pivoting is not implemented on the CPU")


def check_pivots(info: Array, name: str) -> None:
    failed = first_failure(info)
    if failed is not None:
        where = at_element(failed[0], info.ndim > 0)
        raise RuntimeError(
            f"{name}: {where}U[{failed[1]},{failed[1]}] is zero and using it on lu_solve would result in a division by "
            "zero. If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or "
            "linalg.lu_factor_ex(A, pivot)"
        )


def _packed_rule(F: Any, g: Any, packed: Any, pivots: Any) -> Any:
    if g is None:
        return None
    k = min(packed.shape[-2:])
    lower, upper = first_columns(F, packed, k), first_rows(F, packed, k)
    g_lower, g_upper = F.tril(first_columns(F, g, k), -1), F.triu(first_rows(F, g, k), 0)
    one = _unit_diagonal(F, lower)
    return _lu_rule(F, g_lower, g_upper, F.tril(lower, -1) + one, F.triu(upper, 0), pivots)


def _unit_diagonal(F: Any, like: Any) -> Any:
    """Ones on the diagonal of a matrix of zeros."""
    zero = F.zeros_like(like)
    return F.tril(F.triu(zero + 1.0, 0), 0)


def _lu_rule(F: Any, gL: Any, gU: Any, L: Any, U: Any, pivots: Any) -> Any:
    """``gA = P L1^-T (tril(L^T gL, -1) + triu(gU U^T)) U1^-T`` of the leading square block, and what the rest adds."""
    m, n = L.shape[-2], U.shape[-1]
    k = min(m, n)
    L1, U1 = first_rows(F, L, k), first_columns(F, U, k)
    phi_lower, phi_upper, right, below = None, None, None, None
    if gL is not None:
        phi_lower = mm(F, T(F, L1), first_rows(F, gL, k))
    if gU is not None:
        phi_upper = mm(F, first_columns(F, gU, k), T(F, U1))
    if n > k and gU is not None:
        right = F.linalg_solve_triangular(T(F, L1), last_columns(F, gU, k), True, True, True)
        phi_lower = minus(phi_lower, mm(F, last_columns(F, gU, k), T(F, last_columns(F, U, k))))
    if m > k and gL is not None:
        g2 = last_rows(F, gL, k)
        below = F.linalg_solve_triangular(T(F, U1), g2, False, False, False)
        phi_upper = minus(phi_upper, mm(F, T(F, last_rows(F, L, k)), g2))
    phi = total(
        [
            None if phi_lower is None else F.tril(phi_lower, -1),
            None if phi_upper is None else F.triu(phi_upper, 0),
        ]
    )
    if phi is None:
        return None
    block = F.linalg_solve_triangular(T(F, L1), phi, True, True, True)
    block = F.linalg_solve_triangular(T(F, U1), block, False, False, False)
    if n > k:
        block = F.cat([block, F.zeros_like(last_columns(F, U, k)) if right is None else right], -1)
    if m > k:
        block = F.cat([block, F.zeros_like(last_rows(F, L, k)) if below is None else below], -2)
    return block if pivots is None else F.lu_permute(block, pivots, False)


@operation(
    takes=("single complex", "lu_cpu"),
    rows="leading: 2",
    cost=by_rows,
    node="LinalgLuBackward0",
    spelling="linalg.lu",
    outputs=("P", "L", "U"),
    differentiable=(1, 2),
    A=lambda F, g, result0, result1, result2: _plu_rule(F, g, result0, result1, result2),
    examples=lambda r: [(r(3, 3),), (r(2, 3),), (r(3, 2),)],
)
def linalg_lu(A: Array, pivot: bool = True) -> tuple[Array, Array, Array]:
    """Permutation P, unit lower triangular L and upper triangular U of ``A = P L U``."""
    _check_lu(A, "linalg.lu", pivot)
    packed, pivots, _ = kernels.lu_factor(A)
    k = min(A.shape[-2:])
    lower = np.tril(packed[..., :k], -1) + np.eye(A.shape[-2], k, dtype=A.dtype)
    return kernels.permutation_matrix(pivots, A.shape[-2], A.dtype), lower, np.triu(packed[..., :k, :])


def _plu_rule(F: Any, g: Any, P: Any, L: Any, U: Any) -> Any:
    gL = None if g[1] is None else F.tril(g[1], -1)
    gU = None if g[2] is None else F.triu(g[2], 0)
    if gL is None and gU is None:
        return None
    return mm(F, P, _lu_rule(F, gL, gU, L, U, None))


@operation(
    rows="leading: 2 1",
    cost=by_rows,
    outputs=("P", "L", "U"),
    differentiable=(1, 2),
    LU_data=lambda F, g, LU_data_shape: _unpack_rule(F, g, LU_data_shape),
    examples=lambda r: [
        (r(3, 3), r.tensor(np.array([1, 3, 3], np.int32))),
        (r(2, 3), r.tensor(np.array([2, 2], np.int32))),
        (r(3, 2), r.tensor(np.array([1, 3], np.int32))),
    ],
)
def lu_unpack(
    LU_data: Array, LU_pivots: Index, unpack_data: bool = True, unpack_pivots: bool = True
) -> tuple[Array, Array, Array]:
    """The factors that ``lu_factor`` packed, as three matrices; those not wanted are empty."""
    if LU_data.ndim < 2:
        raise RuntimeError(
            f"torch.lu_unpack: Expected tensor with 2 or more dimensions. Got size: {list(LU_data.shape)} instead"
        )
    if unpack_pivots and LU_pivots.dtype != np.int32:
        raise RuntimeError(
            "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.\n"
            "Note: this function is intended to be used with the output produced by torch.linalg.lu_factor"
        )
    m, n = LU_data.shape[-2:]
    k = min(m, n)
    nothing = np.empty((0,), LU_data.dtype)
    p = kernels.permutation_matrix(LU_pivots, m, LU_data.dtype) if unpack_pivots else nothing
    if not unpack_data:
        return p, nothing, nothing
    return p, np.tril(LU_data[..., :k], -1) + np.eye(m, k, dtype=LU_data.dtype), np.triu(LU_data[..., :k, :])


def _unpack_rule(F: Any, g: Any, shape: tuple[int, ...]) -> Any:
    m, n = shape[-2:]
    k = min(m, n)
    terms = []
    if g[1] is not None:
        terms.append(F.constant_pad_nd(F.tril(g[1], -1), (0, n - k), 0.0))
    if g[2] is not None:
        terms.append(F.constant_pad_nd(F.triu(g[2], 0), (0, 0, 0, m - k), 0.0))
    return total(terms)


# -- QR ---------------------------------------------------------------------------------------------------


@operation(
    rows="leading: 2",
    cost=by_rows,
    layout="columns",
    node="LinalgQrBackward0",
    spelling="linalg.qr",
    complex="own",
    outputs=("Q", "R"),
    A=lambda F, g, result0, result1, mode: _qr_rule(F, g[0], g[1], result0, result1, mode),
    examples=lambda r: [(r(3, 2),), (r(3, 3),), (r(2, 3),), (r(2, 3), "complete")],
)
def linalg_qr(A: Array, mode: str = "reduced") -> tuple[Array, Array]:
    """Orthogonal Q and upper triangular R of ``A = Q R``."""
    matrix(A, "linalg.qr")
    floating(A, "linalg.qr", "geqrf_cpu")
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    if mode == "r":
        return np.empty((0,), A.dtype), np.asarray(np.linalg.qr(A, "r"))
    q, r = np.linalg.qr(A, "complete" if mode == "complete" else "reduced")
    return q, r


def _qr_rule(F: Any, gQ: Any, gR: Any, Q: Any, R: Any, mode: str) -> Any:
    if mode == "r":
        raise RuntimeError(
            "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use "
            "linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr."
        )
    m, n = Q.shape[-2], R.shape[-1]
    if mode == "complete" and m > n:
        raise RuntimeError("The QR decomposition is not differentiable when mode='complete' and nrows > ncols.")
    if gQ is None and gR is None:
        return None
    if m >= n:
        return _tall_qr_rule(F, gQ, gR, Q, R)
    # A = (X | Y): X = Q U as in the square case, and Y = Q V, so Q's gradient has a part from V = Q^H Y
    U, V = first_columns(F, R, m), last_columns(F, R, m)
    gU, gV = (None, None) if gR is None else (first_columns(F, gR, m), last_columns(F, gR, m))
    if gV is not None:
        gQ = total([gQ, mm(F, mm(F, Q, V), H(F, gV))])
    gX = _tall_qr_rule(F, gQ, gU, Q, U)
    gY = F.zeros_like(V) if gV is None else mm(F, Q, gV)
    return F.cat([gX, gY], -1)


def _tall_qr_rule(F: Any, gQ: Any, gR: Any, Q: Any, R: Any) -> Any:
    """``(gQ + Q copyltu(M)) R^-H`` with ``M = R gR^H - gQ^H Q`` (Walter and Lehmann 2012)."""
    middle = None
    if gR is not None:
        middle = mm(F, R, H(F, F.triu(gR, 0)))
    if gQ is not None:
        middle = minus(middle, mm(F, H(F, gQ), Q))
    half = lower_half(F, middle)
    inner = total([gQ, mm(F, Q, half + H(F, half))])
    return F.linalg_solve_triangular(H(F, R), inner, False, False, False)
