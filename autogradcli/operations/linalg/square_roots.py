"""Square roots of Hermitian matrices, and the polar factors ``A = U H``, of which ``H`` is the root of ``A^H A``.

What differentiates both is the equation ``X Y + Y X = G`` (Sylvester's, with one Hermitian matrix on both sides), an
operation of its own: with ``X = V diag(s) V^H`` it is ``Y = V (V^H G V / (s_i + s_j)) V^H`` (Higham 2008, Functions of
Matrices, chapters 6 and 8).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ...numerics import dtypes
from ...numerics.away import by_iterations
from .checks import check_finite, floating, matrix, square
from .matrix_rules import H, mm


def _adjoint(x: Array) -> Array:
    return np.swapaxes(x, -2, -1).conj()


def _hermitian(F: Any, x: Any) -> Any:
    return (x + H(F, x)) * 0.5


def _sylvester_factor_rule(F: Any, g: Any, X: Any, Y: Any) -> Any:
    """Of ``X dY + dY X = -(dX Y + Y dX)``: with ``W`` for ``g`` in place of ``G``, ``-(W Y^H + Y^H W)``."""
    W = F.hermitian_sylvester(X, g)
    return -(mm(F, W, H(F, Y)) + mm(F, H(F, Y), W))


@operation(
    rows="leading: 2 2",
    cost=by_iterations,
    complex="own",
    X=lambda F, g, X, result: _sylvester_factor_rule(F, g, X, result),
    G=lambda F, g, X: F.hermitian_sylvester(X, g),
    examples=lambda r: [(r.spd(3), r(3, 3)), (r.spd(2), r(2, 2))],
)
def hermitian_sylvester(X: Array, G: Array) -> Array:
    """Y of ``X Y + Y X = G`` for a Hermitian positive definite ``X``, of which both halves are read.

    Infinite, or not a number, where two eigenvalues of ``X`` sum up to 0.
    """
    values, vectors = np.linalg.eigh((X + _adjoint(X)) / 2)
    inner = _adjoint(vectors) @ G @ vectors
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = inner / (values[..., :, None] + values[..., None, :])
    found = vectors @ inner @ _adjoint(vectors)
    return np.asarray(found).astype(G.dtype, copy=False)


@operation(
    rows="leading: 2",
    cost=by_iterations,
    complex="own",
    half="own",
    spelling="linalg.matrix_sqrth",
    A=lambda F, g, result: F.hermitian_sylvester(result, _hermitian(F, g)),
    examples=lambda r: [(r.spd(3),), (r.spd(2),)],
)
def linalg_matrix_sqrth(A: Array) -> Array:
    """The Hermitian positive definite X of ``X X = A``; of ``A`` the lower triangle is read.

    Negative eigenvalues count as 0. RuntimeError for what is no batch of square matrices of single precision or more.
    """
    floating(A, "linalg.matrix_sqrth")
    square(A, "linalg.matrix_sqrth")
    if not np.isfinite(A).all():
        return np.full_like(A, np.nan)
    values, vectors = np.linalg.eigh(A)
    roots = np.sqrt(np.maximum(values, 0))
    found: Array = (vectors * roots[..., None, :]) @ _adjoint(vectors)
    return found


def _polar_rule(F: Any, g: Any, A: Any, U: Any, P: Any) -> Any:
    """From ``P dP + dP P = dA^H A + A^H dA`` and ``dU = (dA - U dP) P^-1``: with ``B = gU P^-1`` what is asked of
    ``dP`` is ``K = gP - U^H B``, and with ``P W + W P = (K + K^H) / 2`` the gradient is ``B + 2 A W``."""
    gU, gP = g
    if gU is None:
        return 2.0 * mm(F, A, F.hermitian_sylvester(P, _hermitian(F, gP)))
    B = F.linalg_solve(P, gU, False, None)
    K = -mm(F, H(F, U), B)
    K = K if gP is None else gP + K
    return B + 2.0 * mm(F, A, F.hermitian_sylvester(P, _hermitian(F, K)))


@operation(
    rows="leading: 2",
    cost=by_iterations,
    complex="own",
    half="own",
    spelling="linalg.polar",
    outputs=("U", "H"),
    A=lambda F, g, A, result0, result1: _polar_rule(F, g, A, result0, result1),
    examples=lambda r: [(r(3, 3),), (r(3, 2),)],
)
def linalg_polar(A: Array) -> tuple[Array, Array]:
    """U with orthonormal columns and positive semidefinite H of ``A = U H``, for matrices no wider than high.

    RuntimeError for wider ones, LinAlgError for an element that is no number.
    """
    matrix(A, "linalg.polar")
    if A.dtype.kind not in dtypes.INEXACT:
        floating(A, "linalg.polar")
    if A.shape[-2] < A.shape[-1]:
        raise RuntimeError(
            "linalg.polar: input must have at least as many rows as columns, but got "
            f"{A.shape[-2]} by {A.shape[-1]} matrices"
        )
    floating(A, "linalg.polar", "linalg_svd_cpu")
    check_finite(A)
    left, values, right = np.linalg.svd(A, full_matrices=False)
    root = (_adjoint(right) * values[..., None, :]) @ right
    return left @ right, (root + _adjoint(root)) / 2
