"""Determinants and the matrix of cofactors, with derivatives that hold for singular matrices too."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ...engine.operation import Array, Index
from ...engine.operation import operation as declared
from ...engine.state import state
from ...numerics.away import by_rows
from . import small_matrices as small
from .checks import floating, square
from .matrix_kernels import lu_factor
from .matrix_rules import H, T, column, conj, mm

#: Of these PyTorch has no kernels for half precision: they refuse it themselves.
operation = partial(declared, half="own")


@operation(
    rows="leading: 2",
    cost=by_rows,
    node="LinalgDetBackward0",
    spelling="linalg.det",
    A=lambda F, g, A, result: F.det_backward(g, A) if A.shape[-1] != 1 else column(F, column(F, g)),
    examples=lambda r: [(r(3, 3),), (r(2, 2, 2),), (r(1, 1),)],
)
def linalg_det(A: Array) -> Array:
    """Determinant of a square matrix, or of each of a batch."""
    square(A, "linalg.det")
    floating(A, "linalg.det", "lu_cpu")
    found = small.determinant(A) if small.is_small(A) else None
    return np.asarray(_product_of_pivots(A) if found is None else found, A.dtype)


def _product_of_pivots(A: Array) -> Any:
    if not A.shape[-1]:
        return np.ones(A.shape[:-2], A.dtype)
    # PyTorch factorises the transpose where that is stored as LAPACK wants it
    packed, pivots, _ = lu_factor(np.swapaxes(A, -2, -1) if A.dtype.kind != "c" and A.flags.c_contiguous else A)
    odd = (pivots != np.arange(1, A.shape[-1] + 1)).sum(-1) % 2
    sign = np.where(odd, -1, 1).astype(A.dtype)
    return np.multiply.reduce(np.diagonal(packed, axis1=-2, axis2=-1), axis=-1) * sign


@operation(
    rows="leading: 0 2",
    cost=by_rows,
    formula=lambda F, grad, A: column(F, column(F, grad * F.linalg_det(A))) * T(F, F.linalg_inv(A)),
    node="LinalgSolveExBackward0",
    grad=lambda F, h, A: F.sum_dim(h * F.cofactors(A), (-2, -1), False),
    A=lambda F, h, grad, A: column(F, column(F, grad)) * F.cofactors_backward(h, A),
    examples=lambda r: [(r(), r(3, 3)), (r(2), r(2, 2, 2))],
)
def det_backward(grad: Array, A: Array) -> Array:
    """Gradient of the determinant, ``g`` times the matrix of cofactors.

    At a singular matrix PyTorch gives zeros in an ordinary backward pass and the cofactors with ``create_graph``.
    """
    grad = np.asarray(grad)[..., None, None]
    if state.grad:
        return grad * cofactor_matrix(A)
    det = np.linalg.det(A)
    singular = det == 0
    safe = np.where(singular[..., None, None], np.eye(A.shape[-1], dtype=A.dtype), A)
    scale = np.where(singular, 0, det)[..., None, None].astype(A.dtype)
    return grad * scale * np.swapaxes(np.linalg.inv(safe), -2, -1)


@operation(
    rows="leading: 2",
    cost=by_rows,
    formula=lambda F, A: column(F, column(F, F.linalg_det(A))) * T(F, F.linalg_inv(A)),
    A=lambda F, g, A: F.cofactors_backward(g, A),
    examples=lambda r: [(r(3, 3),), (r(2, 2, 2),)],
)
def cofactors(A: Array) -> Array:
    """The matrix of cofactors, ``det(A) A^-T`` where ``A`` is invertible."""
    return cofactor_matrix(A)


def cofactor_matrix(A: Array) -> Array:
    """From the singular value decomposition, so that it holds for singular matrices too."""
    if A.size == 0:
        return A.copy()
    if not np.isfinite(A).all():
        return np.full_like(A, np.nan)
    u, s, vh = np.linalg.svd(A)
    sign = np.linalg.det(u) * np.linalg.det(vh)
    others = _product_without(s)
    return sign[..., None, None] * ((u.conj() * others[..., None, :]) @ vh.conj())


def _product_without(s: Array) -> Array:
    """For each entry of the last dimension the product of all others."""
    n = s.shape[-1]
    one = np.ones((*s.shape[:-1], 1), s.dtype)
    left = np.cumprod(np.concatenate([one, s[..., : n - 1]], -1), -1)
    right = np.cumprod(np.concatenate([one, s[..., :0:-1]], -1), -1)[..., ::-1]
    return left * right


def _cofactors_back_said(F: Any, h: Any, A: Any) -> Any:
    """``det(A) (tr(C h) C - C h C)^T`` with C the inverse."""
    C = F.linalg_inv(A)
    ch = mm(F, C, h)
    det, trace = (column(F, column(F, x)) for x in (F.linalg_det(A), _trace(F, ch)))
    return det * T(F, trace * C - mm(F, ch, C))


@operation(
    rows="leading: 2 2",
    cost=by_rows,
    formula=_cofactors_back_said,
    h=lambda F, g, A: F.cofactors_backward(g, A),
    A=lambda F, g, h, A: _third_derivative(F, g, h, A),
    examples=lambda r: [(r(3, 3), r(3, 3)), (r(2, 2, 2), r(2, 2, 2)), (r(1, 1), r(1, 1))],
)
def cofactors_backward(h: Array, A: Array) -> Array:
    """Gradient of ``<h, cofactors(A)>``: the cofactors' Jacobian, which is symmetric, times ``h``.

    In the basis of the singular vectors ``A`` is diagonal, and the minors of a diagonal matrix are products of
    its entries but two.
    """
    if A.size == 0:
        return A.copy()
    if not np.isfinite(A).all():
        return np.full_like(A, np.nan)
    u, s, vh = np.linalg.svd(A)
    sign = (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]
    n = A.shape[-1]
    off = ~np.eye(n, dtype=bool)
    kept = off[:, None, :] & off[None, :, :]
    others = np.where(kept, s[..., None, None, :], 1).prod(-1) * off
    turned = np.swapaxes(u.conj(), -2, -1) @ h @ np.swapaxes(vh.conj(), -2, -1)
    result = -others * np.swapaxes(turned, -2, -1)
    index = np.arange(n)
    result[..., index, index] = (others @ turned[..., index, index, None])[..., 0]
    return (sign * (u.conj() @ result @ vh.conj())).astype(A.dtype, copy=False)


def _third_derivative(F: Any, g: Any, h: Any, A: Any) -> Any:
    """Gradient of ``<g, cofactors_backward(h, A)>`` with respect to an invertible ``A``.

    With ``C = A^-1`` that product is ``det (tr(Cg) tr(Ch) - tr(CgCh))``; and ``dC = -C dA C``.
    """
    C = F.linalg_inv(A)
    cg, ch = mm(F, C, g), mm(F, C, h)
    det, tr_g, tr_h = F.linalg_det(A), _trace(F, cg), _trace(F, ch)
    det, tr_g, tr_h, tr_gh = (column(F, column(F, x)) for x in (det, tr_g, tr_h, _trace(F, mm(F, cg, ch))))
    outer = (tr_g * tr_h - tr_gh) * C - mm(F, tr_h * cg + tr_g * ch, C)
    return T(F, det * (outer + mm(F, mm(F, cg, ch) + mm(F, ch, cg), C)))


def _trace(F: Any, a: Any) -> Any:
    return F.sum_dim(F.diagonal(a, 0, -2, -1), (-1,), False)


@operation(
    rows="leading: 2",
    cost=by_rows,
    node="LinalgSlogdetBackward0",
    spelling="linalg.slogdet",
    complex="own",
    outputs=("sign", "logabsdet"),
    differentiable=(0, 1),
    A=lambda F, g, A, result0: _slogdet_rule(F, g, A, result0),
    examples=lambda r: [(r(3, 3),), (r(2, 2, 2),)],
)
def linalg_slogdet(A: Array) -> tuple[Array, Array]:
    """Sign and logarithm of the absolute value of the determinant."""
    square(A, "linalg.slogdet")
    floating(A, "linalg.slogdet")
    sign, logabsdet = np.linalg.slogdet(A)
    if A.dtype.kind == "f":
        sign = np.where(np.isnan(A).any((-2, -1)), A.dtype.type(0), sign)
    return np.asarray(sign), np.asarray(logabsdet)


def _slogdet_rule(F: Any, g: Any, A: Any, sign: Any) -> Any:
    """Of a real matrix the sign is constant; of a complex one it turns with the imaginary part of the logarithm."""
    weight = g[1]
    if "complex" in str(A.dtype):
        turn = F.zeros_like(sign) if g[0] is None else F.conj(g[0]) * sign
        turn = (turn - F.conj(turn)) * 0.5
        weight = turn if g[1] is None else turn + g[1]
    if weight is None:
        return F.zeros_like(A)
    return F.readable(
        lambda: column(F, column(F, conj(F, weight))) * H(F, F.linalg_inv(A)),
        lambda: F.linalg_solve(H(F, A), column(F, column(F, conj(F, weight))) * F.identity_like(A), True, None),
    )


@operation(rows="alike", formula=lambda F, like: F.says("eye", like.shape[-1]) if like.ndim == 2 else None)
def identity_like(like: Index) -> Array:
    """The identity matrix in the shape and dtype of a batch of square ones."""
    return np.broadcast_to(np.eye(like.shape[-1], dtype=like.dtype), like.shape)
