"""Cholesky's factor of a matrix, and what is solved and inverted by it.

The formulas for gradients are those of matrix calculus: differentiate the defining equations, solve for the factor's
differential, transpose (Giles 2008).
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ...engine.operation import Array
from ...engine.operation import operation as declared
from ...numerics.away import by_rows
from ...numerics.limits import counted
from . import matrix_kernels as kernels
from .checks import LinAlgError, at_element, check_singular, first_failure, floating, one_dtype, square
from .matrix_rules import H, T, lower_half, mm

#: Of these PyTorch has no kernels for half precision: they refuse it themselves.
operation = partial(declared, half="own")


@operation(
    rows="leading: 2",
    cost=by_rows,
    layout="columns",
    node="LinalgCholeskyExBackward0",
    spelling="linalg.cholesky_ex",
    complex="own",
    outputs=("L", "info"),
    differentiable=(0,),
    A=lambda F, g, result0, upper: _cholesky_rule(F, g[0], result0, upper),
    jvp=lambda F, t, result0, upper: (_cholesky_moved(F, t["A"], result0, upper), None),
    examples=lambda r: [(r.spd(3),), (r.spd(2), True)],
)
def linalg_cholesky_ex(A: Array, upper: bool = False, check_errors: bool = False) -> tuple[Array, Array]:
    """Lower triangular L of ``A = L L^H`` (upper U of ``A = U^H U``), and the order of the first bad minor or 0."""
    square(A, "linalg.cholesky")
    floating(A, "linalg.cholesky", "cholesky_cpu")
    factor, info = cholesky_factor(A, upper)
    if check_errors:
        check_definite(info, "linalg.cholesky_ex")
    return factor, info


@operation(
    rows="leading: 2",
    cost=by_rows,
    layout="columns",
    node="CholeskyBackward0",
    complex="own",
    input=lambda F, g, result, upper: _cholesky_rule(F, g, result, upper),
    jvp=lambda F, t, result, upper: _cholesky_moved(F, t["input"], result, upper),
    examples=lambda r: [(r.spd(3), False), (r.spd(2), True)],
)
def cholesky(input: Array, upper: bool = False) -> Array:
    """Lower triangular L of ``input = L L^H`` (upper U of ``input = U^H U``)."""
    square(input, "cholesky")
    floating(input, "cholesky", "cholesky_cpu")
    factor, info = cholesky_factor(input, upper)
    check_definite(info, "cholesky")
    return factor


def check_definite(info: Array, name: str) -> None:
    failed = first_failure(info)
    if failed is not None:
        raise LinAlgError(
            f"{name}: {at_element(failed[0], info.ndim > 0)}The factorization could not be completed because the input "
            f"is not positive-definite (the leading minor of order {failed[1]} is not positive-definite)."
        )


def cholesky_factor(A: Array, upper: bool) -> tuple[Array, Array]:
    """Factors and LAPACK's info of a batch."""
    info = np.zeros(A.shape[:-2], np.int32)
    try:
        factors = np.linalg.cholesky(A, upper=upper)
        if not np.isnan(np.diagonal(factors, axis1=-2, axis2=-1)).any():
            return factors, info
        raise np.linalg.LinAlgError  # LAPACK goes on after a NaN, PyTorch's doesn't
    except np.linalg.LinAlgError:
        dual = np.swapaxes(A, -2, -1).conj() if upper else A
        factors = np.empty_like(A)
        for at in counted(np.ndindex(*A.shape[:-2])):
            info[at] = kernels.bad_minor(dual[at])
            factors[at] = kernels.partial_cholesky(dual[at]) if info[at] else np.linalg.cholesky(dual[at])
        return (np.swapaxes(factors, -2, -1).conj() if upper else factors), info


def _cholesky_moved(F: Any, tangent: Any, factor: Any, upper: bool) -> Any:
    """``L psi(L^-1 t L^-H)``, where psi takes the lower half. Of a tangent that is not Hermitian this is PyTorch's
    answer, which is not the transpose of the rule: that one makes its gradient Hermitian."""
    L = H(F, factor) if upper else factor
    inner = F.linalg_solve_triangular(L, tangent, False, True, False)
    inner = F.linalg_solve_triangular(H(F, L), inner, True, False, False)
    found = mm(F, L, lower_half(F, inner))
    return H(F, found) if upper else found


def _cholesky_rule(F: Any, g: Any, factor: Any, upper: bool) -> Any:
    """``L^-H phi(L^H gL) L^-1``, where phi takes the lower half and makes it Hermitian."""
    if g is None:
        return None
    L, gL = (H(F, factor), H(F, g)) if upper else (factor, g)
    phi = mm(F, H(F, L), gL)
    if "complex" in str(phi.dtype):
        phi = lower_half(F, phi)
        phi = (phi + H(F, phi)) * 0.5
    else:
        phi = (F.tril(phi, 0) + H(F, F.tril(phi, -1))) * 0.5
    left = F.linalg_solve_triangular(H(F, L), phi, True, True, False)
    return F.linalg_solve_triangular(L, left, False, False, False)


@operation(
    takes=("single complex", "cholesky_inverse_out_cpu"),
    rows="leading: 2",
    cost=by_rows,
    input=lambda F, g, input, upper, result: _cholesky_inverse_rule(F, g, input, upper, result),
    examples=lambda r: [(r.lower(3),), (r.upper(2), True)],  # the gradient fills both triangles, as in PyTorch
)
def cholesky_inverse(input: Array, upper: bool = False) -> Array:
    """Inverse of the matrix whose Cholesky factor is given."""
    square(input, "cholesky_inverse")
    diagonal = np.diagonal(input, axis1=-2, axis2=-1)
    if diagonal.size:
        check_singular(np.where((diagonal == 0).any(-1), (diagonal == 0).argmax(-1) + 1, 0), "cholesky_inverse")
    one = np.broadcast_to(np.eye(input.shape[-1], dtype=input.dtype), input.shape)
    factor = kernels.solve_triangular(input, one, upper, False)
    dual = np.swapaxes(factor, -2, -1).conj()
    return factor @ dual if upper else dual @ factor


def _cholesky_inverse_rule(F: Any, g: Any, factor: Any, upper: bool, result: Any) -> Any:
    """The result is ``(L L^T)^-1 = S``, so ``gL = -S (g + g^T) S L``, both triangles of it as in PyTorch."""
    middle = mm(F, mm(F, result, g + T(F, g)), result)
    return -mm(F, factor, middle) if upper else -mm(F, middle, factor)


@operation(
    takes=("single complex", "cholesky_solve_cpu", "L"),
    rows="leading: 2 2",
    cost=by_rows,
    broadcast=True,
    input=lambda F, g, L, upper: F.cholesky_solve(g, L, upper),
    L=lambda F, g, L, upper, result: _cholesky_solve_rule(F, g, L, upper, result),
    examples=lambda r: [(r(3, 2), r.lower(3)), (r(2, 1), r.upper(2), True)],  # L's gradient fills both, as in PyTorch
)
def cholesky_solve(input: Array, L: Array, upper: bool = False) -> Array:
    """X of ``L L^H X = input`` (``U^H U X = input``) from a Cholesky factor."""
    for x, name in ((input, "b"), (L, "u")):
        if x.ndim < 2:
            raise RuntimeError(f"{name} should have at least 2 dimensions, but has {x.ndim} dimensions instead")
    one_dtype(L, input)
    square(L)
    if L.shape[-1] != input.shape[-2]:
        raise RuntimeError(
            f"Incompatible matrix sizes for cholesky_solve: each A matrix is {L.shape[-1]} by {L.shape[-1]} but each b "
            f"matrix is {input.shape[-2]} by {input.shape[-1]}"
        )
    dual = np.swapaxes(L, -2, -1).conj()
    first, second = (dual, L) if upper else (L, dual)
    return kernels.solve_triangular(second, kernels.solve_triangular(first, input, False, False), True, False)


def _cholesky_solve_rule(F: Any, g: Any, L: Any, upper: bool, x: Any) -> Any:
    outer = mm(F, F.cholesky_solve(g, L, upper), T(F, x))
    both = outer + T(F, outer)
    return -mm(F, L, both) if upper else -mm(F, both, L)
