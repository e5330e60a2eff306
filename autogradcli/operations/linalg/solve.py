"""Inverses and linear systems."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ...engine.operation import Array, Index
from ...engine.operation import operation as declared
from ...numerics import dtypes
from ...numerics.away import by_rows
from . import matrix_kernels as kernels
from . import small_matrices as small
from .checks import LinAlgError, at_element, check_singular, first_failure, floating, matrix, one_dtype, square
from .matrix_rules import H, T, column, mm, row

#: Of these PyTorch has no kernels for half precision: they refuse it themselves.
operation = partial(declared, half="own")

# -- inverses ---------------------------------------------------------------------------------------------


@operation(
    rows="leading: 2",
    cost=by_rows,
    node="LinalgInvExBackward0",
    spelling="linalg.inv",
    A=lambda F, g, result: -mm(F, T(F, result), mm(F, g, T(F, result))),
    examples=lambda r: [(r.spd(3),), (r.spd(2),)],
)
def linalg_inv(A: Array, check: bool = True) -> Array:
    """Inverse of a square matrix, or of each of a batch.

    Raises LinAlgError for a singular matrix unless ``check`` is False; then the result has infinities.
    """
    square(A, "linalg.inv")
    floating(A, "linalg.inv")
    inverse, info = invert(A)
    if check:
        check_singular(info, "linalg.inv")
    return inverse


@operation(
    rows="leading: 2",
    cost=by_rows,
    node="LinalgInvExBackward0",
    spelling="linalg.inv_ex",
    outputs=("inverse", "info"),
    differentiable=(0,),
    A=lambda F, g, result0: -mm(F, T(F, result0), mm(F, g[0], T(F, result0))),
    examples=lambda r: [(r.spd(3),)],
)
def linalg_inv_ex(A: Array, check_errors: bool = False) -> tuple[Array, Array]:
    """Inverse, and for each matrix the number of the diagonal element that is zero, or 0."""
    square(A, "linalg.inv")
    floating(A, "linalg.inv")
    inverse, info = invert(A)
    if check_errors:
        check_singular(info, "linalg.inv_ex")
    return inverse, info


def invert(A: Array) -> tuple[Array, Array]:
    """The inverses and LAPACK's info of a batch. They are stored by columns, as their strides show."""
    n = A.shape[-1]
    if small.is_small(A):
        found = small.solve(A, np.eye(n, dtype=A.dtype))
        if found is not None:
            return found, np.zeros((), np.int32)
    info = np.zeros(A.shape[:-2], np.int32)
    if n > small.LARGEST:
        try:
            return _by_columns(np.linalg.inv(A)), info
        except np.linalg.LinAlgError:
            pass  # LAPACK doesn't say where; elimination does
    lu, pivots, info = kernels.lu_factor(A)
    return _by_columns(solve_factored(lu, pivots, np.broadcast_to(np.eye(n, dtype=A.dtype), A.shape))), info


def _by_columns(x: Array) -> Array:
    return np.swapaxes(np.ascontiguousarray(np.swapaxes(x, -2, -1)), -2, -1)


def solve_factored(lu: Array, pivots: Array, b: Array, adjoint: bool = False) -> Array:
    """X of ``A X = B``, or ``A^H X = B``, from packed LU factors and pivots."""
    order = kernels.permutation_of(pivots, lu.shape[-1])
    batch = np.broadcast_shapes(lu.shape[:-2], b.shape[:-2])
    order = np.broadcast_to(order, (*batch, lu.shape[-1]))
    b = np.broadcast_to(b, (*batch, *b.shape[-2:]))
    if not adjoint:
        b = np.take_along_axis(b, order[..., None], -2)
        return kernels.solve_triangular(lu, kernels.solve_triangular(lu, b, False, True), True, False)
    dual = np.swapaxes(lu, -2, -1).conj()
    x = kernels.solve_triangular(dual, kernels.solve_triangular(dual, b, False, False), True, True)
    return np.take_along_axis(x, np.argsort(order, -1)[..., None], -2)


# -- systems ----------------------------------------------------------------------------------------------


def is_vector(a_shape: tuple[int, ...], b_shape: tuple[int, ...]) -> bool:
    """Whether the right hand side is a batch of vectors, as ``linalg.solve`` decides it."""
    return len(b_shape) == 1 or (len(a_shape) - 1 == len(b_shape) and b_shape == a_shape[:-1])


def check_system_dtypes(A: Array, B: Array, name: str, letter: str = "A") -> None:
    """Raise RuntimeError where matrix and right-hand side are of two dtypes."""
    if A.dtype is not B.dtype:
        a, b = dtypes.of(A).type_name, dtypes.of(B).type_name
        raise RuntimeError(
            f"{name}: Expected {letter} and B to have the same dtype, but found {letter} of type {a} and B of type {b} "
            "instead"
        )


def check_system(A: Array, B: Array, left: bool, name: str) -> None:
    """Raise RuntimeError, in PyTorch's words, where shapes or dtypes of a system don't fit."""
    check_system_dtypes(A, B, name)
    matrix(B, name, "B")
    if A.shape[-1] != B.shape[-2 if left else -1]:
        equation = "AX = B" if left else "XA = B"
        raise RuntimeError(
            f"{name}: Incompatible shapes of A and B for the equation {equation} "
            f"({A.shape[-2]}x{A.shape[-1]} and {B.shape[-2]}x{B.shape[-1]})"
        )


@operation(
    takes=("single complex", "lu_cpu"),
    rows=lambda A, B, left, name: "leading: 2 1" if is_vector(A.array.shape, B.array.shape) else "leading: 2 2",
    cost=by_rows,
    node="LinalgSolveExBackward0",
    spelling="linalg.solve",
    broadcast=True,
    A=lambda F, g, A, A_shape, B_shape, left, result: _solve_matrix_rule(F, g, A, B_shape, left, result),
    B=lambda F, g, A, B_shape, left: _solve_right_rule(F, g, A, B_shape, left),
    examples=lambda r: [
        (r.spd(3), r(3)),
        (r.spd(3), r(3, 2)),
        (r.spd(2), r(3, 2), False),
        (r.spd(2), r(3, 2, 2)),
    ],
)
def linalg_solve(A: Array, B: Array, left: bool = True, name: str | None = "torch.linalg.solve") -> Array:
    """X of ``A X = B``, or of ``X A = B`` where not ``left``.

    Raises LinAlgError for a singular ``A``, unless ``name`` is None: then the result has infinities.
    """
    if A.dtype.kind not in dtypes.INEXACT:
        floating(A, "linalg.solve")
    check_system_dtypes(A, B, "linalg.solve")
    square(A, "linalg.solve")
    vector = is_vector(A.shape, B.shape)
    if vector and not left:
        raise RuntimeError(
            "linalg.solve: Vector broadcasting of the left hand side is not supported for left=False. In this case "
            "linalg.solve is equivalent to B / A.squeeze(-1)"
        )
    right = B[..., None] if vector else B
    check_system(A, right, left, "linalg.solve")
    check_batch(A, right, "linalg.solve")
    if not left:
        return np.swapaxes(_solve(np.swapaxes(A, -2, -1), np.swapaxes(right, -2, -1), name), -2, -1)
    found = _solve(A, right, name)
    return found[..., 0] if vector else found


def check_batch(A: Array, B: Array, name: str) -> None:
    """Raise RuntimeError where leading dimensions don't broadcast."""
    a, b = A.shape[:-2], B.shape[:-2]
    for m, n in zip(a[::-1], b[::-1], strict=False):
        if m != n and 1 not in (m, n):
            raise RuntimeError(
                f"The batch dimensions of the right hand side and the matrix do not broadcast: {list(b)} and {list(a)}"
            )


def _solve(A: Array, B: Array, name: str | None) -> Array:
    if small.is_small(A) and B.ndim == 2:
        found = small.solve(A, B)
        if found is not None:
            return found
    if A.shape[-1] > small.LARGEST:
        try:
            return np.linalg.solve(A, B)
        except np.linalg.LinAlgError:
            pass  # LAPACK doesn't say where; elimination does
    packed, pivots, info = kernels.lu_factor(A)
    failed = first_failure(info)
    if failed is not None and name is not None:
        where = at_element(failed[0], A.ndim > 2)
        raise LinAlgError(f"{name}: {where}The solver failed because the input matrix is singular.")
    return solve_factored(packed, pivots, B)


def _solve_right_rule(F: Any, g: Any, A: Any, b_shape: tuple[int, ...], left: bool) -> Any:
    if is_vector(A.shape, b_shape):
        solved = F.linalg_solve(T(F, A), column(F, g), left, None)
        return F.squeeze_dim(solved, -1)
    return F.linalg_solve(T(F, A), g, left, None)


def _solve_matrix_rule(F: Any, g: Any, A: Any, b_shape: tuple[int, ...], left: bool, x: Any) -> Any:
    if is_vector(A.shape, b_shape):
        return -mm(F, F.linalg_solve(T(F, A), column(F, g), left, None), row(F, x))
    solved = F.linalg_solve(T(F, A), g, left, None)
    return -mm(F, solved, T(F, x)) if left else -mm(F, T(F, x), solved)


@operation(
    takes=("single complex", "triangular_solve_cpu"),
    rows="leading: 2 2",
    cost=by_rows,
    node="LinalgSolveTriangularBackward0",
    spelling="linalg.solve_triangular",
    broadcast=True,
    A=lambda F, g, A, upper, left, unitriangular, result: _triangular_matrix_rule(
        F, g, A, upper, left, unitriangular, result
    ),
    B=lambda F, g, A, upper, left, unitriangular: F.linalg_solve_triangular(T(F, A), g, not upper, left, unitriangular),
    examples=lambda r: [
        (r.spd(3), r(3, 2), True, True, False),
        (r.spd(3), r(3, 2), False, True, True),
        (r.spd(2), r(3, 2), True, False, False),
    ],
)
def linalg_solve_triangular(A: Array, B: Array, upper: bool, left: bool = True, unitriangular: bool = False) -> Array:
    """X of ``A X = B``, or of ``X A = B`` where not ``left``, with a triangular matrix; the other half isn't read."""
    square(A, "linalg.solve_triangular")
    matrix(B, "linalg.solve_triangular", "B")
    shapes_fit = A.shape[-1] == B.shape[-2 if left else -1]
    check_system(
        A, B if shapes_fit else np.broadcast_to(np.zeros((), A.dtype), B.shape), left, "linalg.solve_triangular"
    )
    check_batch(A, B, "linalg.solve_triangular")
    if left:
        return kernels.solve_triangular(A, B, upper, unitriangular)
    found = kernels.solve_triangular(np.swapaxes(A, -2, -1), np.swapaxes(B, -2, -1), not upper, unitriangular)
    return np.swapaxes(found, -2, -1)


def _triangular_matrix_rule(F: Any, g: Any, A: Any, upper: bool, left: bool, unit: bool, x: Any) -> Any:
    solved = F.linalg_solve_triangular(T(F, A), g, not upper, left, unit)
    full = -mm(F, solved, T(F, x)) if left else -mm(F, T(F, x), solved)
    return F.triu(full, int(unit)) if upper else F.tril(full, -int(unit))


@operation(
    takes=("single complex", "triangular_solve_cpu", "A"),
    rows="leading: 2 2",
    cost=by_rows,
    node="TriangularSolveBackward0",
    outputs=("solution", "cloned_coefficient"),
    broadcast=True,
    vjp=lambda F, g, needs, A, result0, upper, transpose, unitriangular: _old_triangular_rule(
        F, g, needs, A, result0, upper, transpose, unitriangular
    ),
    examples=lambda r: [(r(3, 2), r.spd(3), True, False, False), (r(3, 2), r.spd(3), False, True, False)],
)
def triangular_solve(
    input: Array, A: Array, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> tuple[Array, Array]:
    """X of ``A X = input`` with a triangular matrix, and a copy of the matrix."""
    for name, x in (("b", input), ("A", A)):
        if x.ndim < 2:
            raise RuntimeError(
                f"torch.triangular_solve: Expected {name} to have at least 2 dimensions, but it has {x.ndim} "
                "dimensions instead"
            )
    one_dtype(A, input)
    square(A)
    check_batch(A, input, "triangular_solve")
    if transpose:
        solved = kernels.solve_triangular(np.swapaxes(A, -2, -1), input, not upper, unitriangular)
    else:
        solved = kernels.solve_triangular(A, input, upper, unitriangular)
    return solved, np.array(np.broadcast_to(A, (*solved.shape[:-2], *A.shape[-2:])))


def _old_triangular_rule(
    F: Any, g: Any, needs: Any, A: Any, x: Any, upper: bool, transpose: bool, unit: bool
) -> tuple[Any, Any]:
    if g[0] is None:
        return None, g[1]
    if transpose:
        solved = F.linalg_solve_triangular(A, g[0], upper, True, unit)
        full = -mm(F, x, T(F, solved))
    else:
        solved = F.linalg_solve_triangular(T(F, A), g[0], not upper, True, unit)
        full = -mm(F, solved, T(F, x))
    half = F.triu(full, int(unit)) if upper else F.tril(full, -int(unit))
    return solved if needs[0] else None, half if g[1] is None else half + g[1]


@operation(
    takes=("single complex", "linalg.lu_solve_cpu"),
    constant="pivots",
    rows="leading: 2 1 2",
    cost=by_rows,
    node="LinalgLuSolveBackward0",
    spelling="linalg.lu_solve",
    complex="own",
    broadcast=True,
    LU=lambda F, g, LU, pivots, left, adjoint, result: _lu_solve_factor_rule(F, g, LU, pivots, left, adjoint, result),
    B=lambda F, g, LU, pivots, left, adjoint: F.linalg_lu_solve(LU, pivots, g, left, not adjoint),
    examples=lambda r: [
        (r(2, 2), r.tensor(np.array([2, 2], np.int32)), r(2, 3), True, False),
        (r(2, 2), r.tensor(np.array([1, 2], np.int32)), r(2, 3), True, True),
        (r(2, 2), r.tensor(np.array([2, 2], np.int32)), r(3, 2), False, False),
        (r(2, 2), r.tensor(np.array([2, 2], np.int32)), r(3, 2), False, True),
    ],
)
def linalg_lu_solve(LU: Array, pivots: Index, B: Array, left: bool = True, adjoint: bool = False) -> Array:
    """X of ``A X = B`` (``X A = B``; ``A^H X = B``) from the packed factors of ``A``."""
    if LU.dtype.kind not in dtypes.INEXACT:
        floating(LU, "torch.linalg.lu_solve")
    check_system_dtypes(LU, B, "linalg.lu_solve", "LU")
    if pivots.dtype != np.int32:
        raise RuntimeError("linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32")
    square(LU, "torch.linalg.lu_solve")
    check_system(LU, B, left, "torch.linalg.lu_solve")
    check_batch(LU, B, "torch.linalg.lu_solve")
    if left:
        return solve_factored(LU, pivots, B, adjoint)
    dual = np.swapaxes(B, -2, -1).conj()
    return np.swapaxes(solve_factored(LU, pivots, dual, not adjoint), -2, -1).conj()


def _lu_solve_factor_rule(F: Any, g: Any, LU: Any, pivots: Any, left: bool, adjoint: bool, x: Any) -> Any:
    """Gradient with respect to the packed factors: that of ``A = P L U`` taken apart again.

    ``gU = triu(L^H P^T gA)`` and ``gL = tril(P^T gA U^H, -1)``.
    """
    solved = F.linalg_lu_solve(LU, pivots, g, left, not adjoint)
    if left:
        outer = mm(F, x, H(F, solved)) if adjoint else mm(F, solved, H(F, x))
    else:
        outer = mm(F, H(F, solved), x) if adjoint else mm(F, H(F, x), solved)
    rows = -F.lu_permute(outer, pivots, True)
    below = F.tril(mm(F, rows, H(F, F.triu(LU, 0))), -1)
    return below + F.triu(rows + mm(F, H(F, F.tril(LU, -1)), rows), 0)


def _permute_said(F: Any, input: Any, pivots: Any, back: bool) -> Any:
    """The matrix of the exchanges, or its transpose, times the input."""
    exchanged = F.says("lu_unpack", F.identity(input.shape[-2], input), pivots, unpack_data=False)[0]
    return mm(F, T(F, exchanged) if back else exchanged, input)


@operation(
    rows="leading: 2 1",
    formula=_permute_said,
    node="MmBackward0",
    kind="linear",
    input=lambda F, g, pivots, back: F.lu_permute(g, pivots, not back),
    examples=lambda r: [(r(3, 2), r.tensor(np.array([2, 3, 3], np.int32)), False)],
)
def lu_permute(input: Array, pivots: Index, back: bool) -> Array:
    """``P @ input`` for the permutation that pivots stand for; ``P^T @ input`` where ``back``."""
    order = np.broadcast_to(kernels.permutation_of(pivots, input.shape[-2]), input.shape[:-1])
    return np.take_along_axis(input, (order if back else np.argsort(order, -1))[..., None], -2)
