"""Eigenvalues and singular values.

Gradients follow from differentiating the defining equations; vectors are only fixed up to sign (phase), and where
two values are equal their vectors' derivatives are infinite.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ...engine.operation import Array, Index
from ...engine.operation import operation as declared
from ...engine.state import state
from ...numerics import dtypes
from ...numerics.away import by_iterations
from .checks import LinAlgError, check_finite, floating, matrix, square
from .matrix_rules import H, column, conj, first_columns, first_rows, minus, mm, row, total

#: Of these PyTorch has no kernels for half precision: they refuse it themselves.
operation = partial(declared, half="own")


@operation(rows="alike", formula=lambda F, like: ~F.says("eye", like.shape[-2], like.shape[-1], dtype=dtypes.bool_))
def off_diagonal(like: Index) -> Array:
    """A mask that is False on the diagonal."""
    return ~np.eye(like.shape[-2], like.shape[-1], dtype=bool)


@operation()
def check_gauge(projected: Index, vectors: str, dependence: str) -> Array:
    """Raises RuntimeError where the diagonal of a matrix of a complex backward pass isn't real.

    The loss then depends on the phases of ``vectors``, which are arbitrary.
    """
    phases = np.diagonal(projected, axis1=-2, axis2=-1).imag
    if not (np.abs(phases) <= 1e-2).all():
        raise RuntimeError(
            f"{vectors} in the complex case are specified up to multiplication by e^{{i phi}}. The specified loss "
            f"function depends on this {dependence} ill-defined."
        )
    return projected


def _check_eigenvectors(F: Any, projected: Any, name: str) -> Any:
    if _is_complex(projected) and not state.levels:  # under torch.func PyTorch can't look at values either
        F.check_gauge(projected, f"{name}_backward: The eigenvectors", "quantity, so it is")
    return projected


def _is_complex(x: Any) -> bool:
    return "complex" in str(x.dtype)


def _differences(F: Any, values: Any) -> Any:
    """``values[j] - values[i]`` at (i, j), and 1 on the diagonal."""
    gaps = row(F, values) - column(F, values)
    return F.where(F.off_diagonal(gaps), gaps, 1.0)


@operation(
    takes=("single complex", "linalg_eigh_cpu"),
    rows="leading: 2",
    cost=by_iterations,
    layout="columns",
    node="LinalgEighBackward0",
    spelling="linalg.eigh",
    complex="own",
    outputs=("eigenvalues", "eigenvectors"),
    A=lambda F, g, result0, result1: _eigh_rule(F, g[0], g[1], result0, result1),
    examples=lambda r: [(r.spd(3), "L")],
)
def linalg_eigh(A: Array, UPLO: str = "L") -> tuple[Array, Array]:
    """Eigenvalues, ascending, and orthonormal eigenvectors of a Hermitian matrix, read from one triangle."""
    square(A, "linalg.eigh")
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    if not np.isfinite(A).all():
        real = np.full(A.shape[:-1], np.nan, A.real.dtype)
        return real, np.full(A.shape, np.nan, A.dtype)
    try:
        values, vectors = np.linalg.eigh(A, "U" if UPLO.upper() == "U" else "L")
    except np.linalg.LinAlgError:
        raise LinAlgError(
            "linalg.eigh: The algorithm failed to converge because the input matrix is ill-conditioned or has too "
            "many repeated eigenvalues (error code: 1)."
        ) from None
    return values, vectors


def _eigh_rule(F: Any, gL: Any, gV: Any, L: Any, V: Any) -> Any:
    """``V (diag(gL) + skew(V^H gV) / E) V^H`` with ``E[i, j] = L[j] - L[i]``."""
    if gV is None:
        return None if gL is None else mm(F, V * row(F, gL), H(F, V))
    inner = _check_eigenvectors(F, mm(F, H(F, V), gV), "linalg_eigh")
    inner = (inner - H(F, inner)) * 0.5 / _differences(F, L)
    if gL is not None:
        inner = inner + F.diag_embed(gL, 0, -2, -1)
    return mm(F, mm(F, V, inner), H(F, V))


@operation(
    rows="leading: 2",
    cost=by_iterations,
    layout="columns",
    node="LinalgEigBackward0",
    spelling="linalg.eig",
    complex="own",
    outputs=("eigenvalues", "eigenvectors"),
    A=lambda F, g, result0, result1: _eig_rule(F, g[0], g[1], result0, result1),
    jvp=lambda F, t, result0, result1: _eig_moved(F, t["A"], result0, result1),
    examples="only what doesn't depend on the phases of the vectors has a gradient",
)
def linalg_eig(A: Array) -> tuple[Array, Array]:
    """Eigenvalues and eigenvectors of a square matrix, complex in any case; vectors have norm 1."""
    if A.dtype.kind not in dtypes.INEXACT:
        raise RuntimeError(f"Unknown Complex ScalarType for {dtypes.of(A).type_name}")
    square(A, "linalg.eig")
    floating(A, "linalg.eig", "linalg_eig_out_cpu")
    if not np.isfinite(A).all():
        raise RuntimeError("torch.linalg.eig: input tensor should not contain infs or NaNs.")
    wide = np.result_type(A.dtype, np.complex64)
    if not A.size:
        return np.zeros(A.shape[:-1], wide), np.zeros(A.shape, wide)
    values, vectors = np.linalg.eig(A)
    return values.astype(wide, copy=False), vectors.astype(wide, copy=False)


def _eig_moved(F: Any, tangent: Any, L: Any, V: Any) -> tuple[Any, Any]:
    """With ``P = V^-1 t V``: ``diag(P)``, and ``V (P / E - diag(Re(diag(V^H V P / E))))`` off the diagonal of P."""
    inner = F.linalg_solve(V, mm(F, F.cast_like(tangent, V), V))
    turned = F.where(F.off_diagonal(inner), inner / _differences(F, L), 0.0)
    moved = mm(F, V, turned)
    along = F.real(F.diagonal(mm(F, H(F, V), moved), 0, -2, -1))
    return F.diagonal(inner, 0, -2, -1), moved - V * row(F, along)


def _eig_rule(F: Any, gL: Any, gV: Any, L: Any, V: Any) -> Any:
    """``V^-H (diag(gL) + (V^H gV - V^H V Re(diag(V^H gV))) / E) V^H`` with ``E[i, j] = conj(L[j] - L[i])``."""
    inner = None
    if gV is not None:
        projected = _check_eigenvectors(F, mm(F, H(F, V), gV), "linalg_eig")
        along = F.real(F.diagonal(projected, 0, -2, -1))
        inner = (projected - mm(F, H(F, V), V * row(F, along))) / conj(F, _differences(F, L))
        inner = F.where(F.off_diagonal(inner), inner, 0.0)
    if gL is not None:
        values = F.diag_embed(gL, 0, -2, -1)
        inner = values if inner is None else inner + values
    if inner is None:
        return None
    return F.linalg_solve(H(F, V), mm(F, inner, H(F, V)))


@operation(
    rows="leading: 2",
    cost=by_iterations,
    layout="columns",
    node="LinalgSvdBackward0",
    spelling="linalg.svd",
    complex="own",
    outputs=("U", "S", "Vh"),
    A=lambda F, g, result0, result1, result2: _svd_rule(F, g, result0, result1, result2),
    examples=lambda r: [(r(3, 3),), (r(2, 3), False), (r(3, 2), False)],
)
def linalg_svd(A: Array, full_matrices: bool = True, compute_uv: bool = True) -> tuple[Array, Array, Array]:
    """Orthonormal U, singular values S, descending, and orthonormal V^H of ``A = U diag(S) V^H``."""
    matrix(A, "linalg.svd")
    floating(A, "linalg.svd", "linalg_svd_cpu")
    check_finite(A)
    u, s, vh = np.linalg.svd(A, full_matrices=full_matrices)
    return u, s, vh


def _svd_rule(F: Any, g: Any, U: Any, S: Any, Vh: Any) -> Any:
    """``U (skew(U^H gU)/E S + S skew(V^H gV)/E + diag(gS)) V^H``, ``E[i, j] = S[j]^2 - S[i]^2``, and for a matrix
    that isn't square what lies outside the spaces that U and V span."""
    gU, gS, gVh = g
    k = S.shape[-1]
    if U.shape[-1] > k:
        U, gU = first_columns(F, U, k), None if gU is None else first_columns(F, gU, k)
    if Vh.shape[-2] > k:
        Vh, gVh = first_rows(F, Vh, k), None if gVh is None else first_rows(F, gVh, k)
    if gU is None and gVh is None:
        return None if gS is None else mm(F, U * row(F, gS), Vh)
    left = None if gU is None else mm(F, H(F, U), gU)
    right = None if gVh is None else mm(F, gVh, H(F, Vh))
    if _is_complex(U) and not state.levels:
        both = minus(left, right)
        F.check_gauge(both - H(F, both), "svd_backward: The singular vectors", "phase term, making it")
    squares = _differences(F, S * S)
    terms = []
    outer = []
    if left is not None:
        skew = left - H(F, left)
        terms.append(skew / squares * row(F, S))
        if U.shape[-2] > k:
            outside = gU - mm(F, U, left)
            outer.append(mm(F, outside / row(F, S), Vh))
        if _is_complex(U):
            phase = F.diagonal(skew, 0, -2, -1) * 0.5 / S
            terms.append(F.diag_embed(phase, 0, -2, -1))
    if right is not None:
        skew = H(F, right) - right
        terms.append(column(F, S) * (skew / squares))
        if Vh.shape[-1] > k:
            outside = gVh - mm(F, right, Vh)
            outer.append(mm(F, U / row(F, S), outside))
    middle = total(terms)
    if gS is not None:
        middle = middle + F.diag_embed(gS, 0, -2, -1)
    return total([mm(F, mm(F, U, middle), Vh), *outer])
