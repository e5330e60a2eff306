"""More of linear algebra: pseudo-inverse and least squares, the exponential, LDL, the cross product."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, operation
from ...numerics import dtypes
from ...numerics.away import by_iterations, by_rows
from ...numerics.layouts import moveaxis
from ...numerics.limits import counted
from ..dims import size_of
from ..refuse import underivable
from . import matrix_kernels as kernels
from .checks import check_finite, floating, square
from .matrix_rules import H, T, column, first_rows, last_columns, mm, total

# -- pseudo-inverse, least squares ------------------------------------------------------------------------


@operation(
    rows="leading: 2",
    cost=by_iterations,
    node="LinalgPinvBackward0",
    half="own",
    spelling="linalg.pinv",
    complex="own",
    A=lambda F, g, A, result: _pinv_rule(F, g, A, result),
    examples=lambda r: [(r(3, 2), 0.0, 1e-9), (r(2, 3), 0.0, 1e-9), (r.spd(2), 0.0, 1e-9)],
)
def linalg_pinv(A: Array, atol: Any = None, rtol: Any = None, hermitian: bool = False) -> Array:
    """Moore-Penrose pseudo-inverse; singular values up to ``max(atol, rtol * largest)`` count as zero.

    ``atol`` and ``rtol`` are numbers or arrays that broadcast to the batch; the default of ``rtol`` is the
    machine's epsilon times the larger side, or 0 where an ``atol`` is given.
    """
    if atol is not None and rtol is None:
        _epsilon(A)  # which PyTorch asks for first
    if A.ndim < 2 or A.dtype.char not in "fdFD":
        raise RuntimeError(
            f"linalg.pinv({dtypes.of(A).type_name}{{{list(A.shape)}}}): expected a tensor with 2 or more dimensions of "
            "float, double, cfloat or cdouble types"
        )
    if hermitian:
        square(A, "linalg.eigh")
    if A.size == 0:
        return np.zeros((*A.shape[:-2], A.shape[-1], A.shape[-2]), A.dtype)
    limit = tolerance(A, atol, rtol)
    if hermitian:
        values, vectors = np.linalg.eigh(A)
        size = np.abs(values)
        keep = size > np.maximum(limit[0], limit[1] * size.max(-1))[..., None]
        inverse = np.where(keep, 1 / np.where(keep, values, 1), 0).astype(values.dtype)
        return (vectors * inverse[..., None, :]) @ np.swapaxes(vectors.conj(), -2, -1)
    check_finite(A)
    u, s, vh = np.linalg.svd(A, full_matrices=False)
    keep = s > np.maximum(limit[0], limit[1] * s.max(-1))[..., None]
    inverse = np.where(keep, 1 / np.where(keep, s, 1), 0).astype(s.dtype)
    return np.swapaxes(vh.conj(), -2, -1) @ (inverse[..., :, None] * np.swapaxes(u.conj(), -2, -1))


def tolerance(A: Array, atol: Any, rtol: Any) -> tuple[Array, Array]:
    """``atol`` and ``rtol`` with their defaults."""
    absolute = np.asarray(0.0 if atol is None else atol)
    if rtol is not None:
        return absolute, np.asarray(rtol)
    return absolute, np.where(absolute > 0, 0.0, max(A.shape[-2:]) * _epsilon(A))


def _epsilon(A: Array) -> float:
    if A.dtype.char not in "fdFD":
        raise RuntimeError("This function doesn't handle types other than float and double")
    return float(np.finfo(A.dtype).eps)


def _pinv_rule(F: Any, g: Any, A: Any, P: Any) -> Any:
    """Golub and Pereyra 1973, transposed:
    ``-P^H g P^H + (I - A P) ... `` written so that the smaller side's products are made."""
    gt = H(F, g)
    if A.shape[-2] <= A.shape[-1]:
        K = mm(F, gt, P)
        KP = mm(F, K, H(F, P))
        first = -H(F, mm(F, P, K)) + KP - mm(F, mm(F, A, P), KP)
        return first + mm(F, mm(F, H(F, P), P), gt - mm(F, K, A))
    K = mm(F, P, gt)
    PK = mm(F, H(F, P), K)
    first = -H(F, mm(F, K, P)) + mm(F, mm(F, gt - mm(F, A, K), P), H(F, P))
    return first + PK - mm(F, mm(F, PK, P), A)


@operation(
    takes=("single complex", "linalg_lstsq_cpu"),
    cost=by_iterations,
    node="LinalgLstsqBackward0",
    half="own",
    spelling="linalg.lstsq",
    complex="own",
    outputs=("solution", "residuals", "rank", "singular_values"),
    differentiable=(0, 1),
    vjp=lambda F, g, needs, A, B, result0: _lstsq_rule(F, g, needs, A, B, result0),
    examples=lambda r: [(r(3, 2), r(3, 2), None, "gelsy"), (r(2, 3), r(2, 1), None, "gelsy")],
)
def linalg_lstsq(A: Array, B: Array, rcond: float | None, driver: str | None) -> tuple[Array, Array, Array, Array]:
    """X of least norm that minimises ``|A X - B|``; residuals, rank, singular values as far as ``driver`` has them."""
    name = "torch.linalg.lstsq"
    _check_lstsq(A, B, name)
    driver = driver or "gelsy"
    if driver not in ("gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(f"{name}: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)")
    if rcond is None:
        rcond = max(A.shape[-2:]) * _epsilon(A)
    m, n = A.shape[-2:]
    vector = B.ndim == A.ndim - 1
    right = B[..., None] if vector else B
    batch = np.broadcast_shapes(A.shape[:-2], right.shape[:-2])
    check_finite(A)
    u, s, vh = np.linalg.svd(A, full_matrices=False)
    keep = s > rcond * s.max(-1, initial=0)[..., None] if driver != "gels" else s > 0
    inverse = np.where(keep, 1 / np.where(keep, s, 1), 0).astype(s.dtype)
    projected = inverse[..., :, None] * (np.swapaxes(u.conj(), -2, -1) @ right)
    solution = np.array(
        np.broadcast_to(np.swapaxes(vh.conj(), -2, -1) @ projected, (*batch, n, right.shape[-1])), order="C"
    )
    rank = keep.sum(-1).astype(np.int64)
    residuals = np.zeros((0,), A.real.dtype)
    if m > n and (driver == "gels" or bool((rank == n).all())) and driver != "gelsy":
        residuals = (np.abs(A @ solution - right) ** 2).sum(-2)
    return (
        solution[..., 0] if vector else solution,
        residuals[..., 0] if vector and residuals.ndim > 1 else residuals,
        rank if driver != "gels" else np.zeros((0,), np.int64),
        s if driver in ("gelsd", "gelss") else np.zeros((0,), s.dtype),
    )


def _check_lstsq(A: Array, B: Array, name: str) -> None:
    if A.ndim < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.")
    if B.ndim < 1:
        raise RuntimeError(f"{name}: other must have at least 1 dimension.")
    if A.dtype is not B.dtype:
        a, b = dtypes.of(A).type_name, dtypes.of(B).type_name
        raise RuntimeError(
            f"{name}: Expected input and other to have the same dtype, but got input's dtype {a} and other's dtype {b}"
        )
    if not 0 <= A.ndim - B.ndim <= 1:
        raise RuntimeError(
            f"{name}: input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1"
        )
    last = -1 if B.ndim < A.ndim else -2
    if A.shape[-2] != B.shape[last]:
        raise RuntimeError(f"{name}: input.size(-2) should match other.size({last})")


def _lstsq_rule(F: Any, g: Any, needs: Any, A: Any, B: Any, X: Any) -> tuple[Any, Any]:
    """``X = pinv(A) B``; at the solution the residuals' gradient is that of ``|A X - B|^2`` with X held fast."""
    vector = B.ndim == A.ndim - 1
    if vector:
        B, X = column(F, B), column(F, X)
    gX = g[0] if g[0] is None or not vector else column(F, g[0])
    gA: list[Any] = []
    gB: list[Any] = []
    if gX is not None:
        P = F.linalg_pinv(A)
        gB.append(mm(F, H(F, P), gX))
        if needs[0]:
            gA.append(_pinv_rule(F, mm(F, gX, H(F, B)), A, P))
    if g[1] is not None and 0 not in g[1].shape:
        weight = column(F, g[1]) if vector else F.unsqueeze(g[1], -2)
        rest = (mm(F, A, X) - B) * weight * 2.0
        gA.append(mm(F, rest, H(F, X)))
        gB.append(-rest)
    found = total(gB) if needs[1] else None
    return total(gA), F.squeeze_dim(found, -1) if vector and found is not None else found


# -- the exponential --------------------------------------------------------------------------------------


@operation(
    rows="leading: 2",
    cost=by_iterations,
    node="LinalgMatrixExpBackward0",
    spelling="linalg.matrix_exp",
    A=lambda F, g, A: _exp_rule(F, g, A),
    examples=lambda r: [(r(3, 3),), (r(2, 2, 2),)],
)
def linalg_matrix_exp(A: Array) -> Array:
    """Exponential of a square matrix."""
    square(A, "linalg.matrix_exp")
    floating(A, "linalg.matrix_exp")
    return kernels.matrix_exp(A)


def _exp_rule(F: Any, g: Any, A: Any) -> Any:
    """The upper right block of ``exp([[A^T, g], [0, A^T]])`` (Mathias 1996)."""
    n = A.shape[-1]
    At = T(F, A)
    block = F.cat([F.cat([At, g], -1), F.cat([F.zeros_like(g), At], -1)], -2)
    return last_columns(F, first_rows(F, F.linalg_matrix_exp(block), n), n)


# -- LDL --------------------------------------------------------------------------------------------------


@operation(
    rows="leading: 2",
    takes=("single complex", "ldl_factor_kernel_cpu"),
    cost=by_rows,
    outputs=("LD", "pivots", "info"),
    spelling="linalg.ldl_factor_ex",
    node="torch::autograd::NotImplemented",
    differentiable=(0,),
    A=underivable("linalg_ldl_factor_ex"),
    examples="PyTorch has no derivative of it either",
)
def linalg_ldl_factor_ex(A: Array, hermitian: bool = False, check_errors: bool = False) -> tuple[Array, Array, Array]:
    """Factors of a symmetric matrix packed in one, row exchanges in LAPACK's code, and the first zero block or 0."""
    square(A, "torch.linalg.ldl_factor_ex")
    floating(A, "torch.linalg.ldl_factor_ex", "ldl_factor_kernel_cpu")
    from scipy.linalg import get_lapack_funcs

    kind = "hetrf" if hermitian and A.dtype.kind == "c" else "sytrf"
    (factor,) = get_lapack_funcs((kind,), (A,))
    packed = np.empty_like(A)
    pivots = np.empty(A.shape[:-1], np.int32)
    info = np.zeros(A.shape[:-2], np.int32)
    for at in counted(np.ndindex(*A.shape[:-2])):
        packed[at], pivots[at], info[at] = factor(A[at], lower=1)
        packed[at] = np.tril(packed[at])
    if check_errors and info.any():
        bad = int(info[np.nonzero(info)][0]) if info.ndim else int(info)
        raise RuntimeError(f"torch.linalg.ldl_factor_ex: Unknown error code: {bad}.")
    return packed, pivots, info


@operation(
    rows="leading: 2 1 2",
    half="own",
    cost=by_rows,
    spelling="linalg.ldl_solve",
    node="torch::autograd::NotImplemented",
    LD=underivable("linalg_ldl_solve"),
    B=underivable("linalg_ldl_solve"),
    examples="PyTorch has no derivative of it either",
)
def linalg_ldl_solve(LD: Array, pivots: Index, B: Array, hermitian: bool = False) -> Array:
    """X of ``A X = B`` from the packed LDL factors of ``A``."""
    square(LD, "torch.linalg.ldl_solve")
    if pivots.dtype.kind != "i":
        raise RuntimeError(f"torch.linalg.ldl_solve: Expected pivots to be integers. Got {dtypes.of(pivots).type_name}")
    floating(LD, "torch.linalg.ldl_solve", "ldl_solve_kernel_cpu")
    batch = np.broadcast_shapes(LD.shape[:-2], B.shape[:-2])
    n = LD.shape[-1]
    LD = np.broadcast_to(LD, (*batch, n, n))
    pivots = np.broadcast_to(pivots, (*batch, n))
    out = np.array(np.broadcast_to(B, (*batch, *B.shape[-2:])))
    for at in counted(np.ndindex(*batch)):
        out[at] = _ldl_solve(LD[at], pivots[at], out[at], hermitian)
    return out


def _ldl_solve(ld: Array, pivots: Array, x: Array, hermitian: bool) -> Array:
    """Forward through exchanges and L, the blocks of D, and back again (as LAPACK's sytrs does)."""
    n = ld.shape[-1]
    steps = []
    k = 0
    while k < n:
        width = 1 if pivots[k] > 0 else 2
        steps.append((k, width, abs(int(pivots[k + width - 1])) - 1))
        k += width
    for k, width, other in steps:
        last = k + width - 1
        x[[last, other]] = x[[other, last]]
        x[k + width :] -= ld[k + width :, k : k + width] @ x[k : k + width]
        if width == 1:
            x[k] = x[k] / (ld[k, k].real if hermitian else ld[k, k])
        else:
            corner = ld[k + 1, k]
            block = np.array([[ld[k, k], np.conj(corner) if hermitian else corner], [corner, ld[k + 1, k + 1]]])
            x[k : k + 2] = np.linalg.solve(block, x[k : k + 2])
    for k, width, other in steps[::-1]:
        below = ld[k + width :, k : k + width]
        x[k : k + width] -= (below.conj().T if hermitian else below.T) @ x[k + width :]
        last = k + width - 1
        x[[last, other]] = x[[other, last]]
    return x


# -- cross product ----------------------------------------------------------------------------------------


def check_cross(input: Array, other: Array, dim: int) -> None:
    """Raise RuntimeError for what are no vectors of three along a dimension."""
    if input.ndim != other.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    sizes = size_of(input, dim), size_of(other, dim)
    if sizes != (3, 3):
        raise RuntimeError(f"linalg.cross: inputs dimension {dim} must have length 3. Got {sizes[0]} and {sizes[1]}")


@operation(
    takes=("integer floating complex", "cross"),
    dims="dim",
    node="LinalgCrossBackward0",
    spelling="linalg.cross",
    promote="promote",
    kind="bilinear",
    input=lambda F, g, other, dim: F.linalg_cross(other, g, dim),
    other=lambda F, g, input, dim: F.linalg_cross(g, input, dim),
    examples=lambda r: [(r(3), r(3)), (r(2, 3), r(1, 3)), (r(3, 2), r(3, 2), 0)],
)
def linalg_cross(input: Array, other: Array, dim: int = -1) -> Array:
    """Cross product of vectors of three along a dimension."""
    check_cross(input, other, dim)
    a, b = moveaxis(input, dim, 0), moveaxis(other, dim, 0)
    parts = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    return np.stack(parts, axis=dim)
