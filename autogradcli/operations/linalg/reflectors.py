"""Reflectors ``I - tau v v^H`` (Householder 1958): their products, and the factorisation that leaves them packed."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ...numerics import dtypes
from ...numerics.away import by_rows
from ..refuse import unwritten
from . import matrix_kernels as kernels
from .matrix_rules import H, conj, first_columns, last_columns, mm, part


@operation(
    rows="leading: 2 1",
    takes=("single complex", "orgqr_cpu"),
    cost=by_rows,
    node="LinalgHouseholderProductBackward0",
    half="own",
    spelling="linalg.householder_product",
    complex="own",
    vjp=lambda F, g, needs, input, tau: _reflectors_rule(F, g, input, tau),
    examples=lambda r: [(r(3, 2), r(2)), (r(3, 3), r(2)), (r(2, 3, 2), r(2, 2))],
)
def linalg_householder_product(input: Array, tau: Array) -> Array:
    """The first columns of the product of reflectors ``I - tau v v^H``, with v below the diagonal of ``input``."""
    name = "torch.linalg.householder_product"
    if input.ndim < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.")
    if input.shape[-2] < input.shape[-1]:
        raise RuntimeError(f"{name}: input.shape[-2] must be greater than or equal to input.shape[-1]")
    if input.shape[-1] < tau.shape[-1]:
        raise RuntimeError(f"{name}: input.shape[-1] must be greater than or equal to tau.shape[-1]")
    _check_tau(name, input, tau)
    if tau.dtype is not input.dtype:
        raise RuntimeError(
            f"{name}: tau dtype {dtypes.of(tau).type_name} does not match input dtype {dtypes.of(input).type_name}"
        )
    return kernels.householder_product(input, tau)


def _check_tau(name: str, input: Array, tau: Array) -> None:
    """Raise RuntimeError where there is not a factor for each reflector of each matrix."""
    if input.ndim - tau.ndim != 1:
        raise RuntimeError(
            f"{name}: Expected tau to have one dimension less than input, but got tau.ndim equal to {tau.ndim} and "
            f"input.ndim is equal to {input.ndim}"
        )
    if tau.shape[:-1] != input.shape[:-2]:
        raise RuntimeError(
            f"{name}: Expected batch dimensions of tau to be equal to input.shape[:-2], but got {list(tau.shape[:-1])}"
        )


def _reflector(F: Any, input: Any, k: int) -> Any:
    """The k-th v as a one-column matrix: 1 in row k, ``input`` below it."""
    below = part(F, F.tril(input, -1), -1, k, k + 1)
    unit = part(F, F.tril(F.triu(F.zeros_like(input) + 1.0, 0), 0), -1, k, k + 1)
    return below + unit


def _reflectors_rule(F: Any, g: Any, input: Any, tau: Any) -> tuple[Any, Any]:
    """Through the product one reflector at a time, so that the rule can be differentiated as often as one likes."""
    count = tau.shape[-1]
    vs = [_reflector(F, input, k) for k in range(count)]
    ts = [F.unsqueeze(part(F, tau, -1, k, k + 1), -1) for k in range(count)]
    partial = F.tril(F.triu(F.zeros_like(input) + 1.0, 0), 0)
    rights = []
    for v, t in zip(vs[::-1], ts[::-1], strict=True):
        rights.append(partial)
        partial = partial - t * mm(F, v, mm(F, H(F, v), partial))
    g_vs, g_ts = [], []
    for v, t, right in zip(vs, ts, rights[::-1], strict=True):
        vg, vr = mm(F, H(F, v), g), mm(F, H(F, v), right)
        g_vs.append(-(t * mm(F, right, H(F, vg)) + conj(F, t) * mm(F, g, H(F, vr))))
        g_ts.append(-mm(F, vg, H(F, vr)))
        g = g - conj(F, t) * mm(F, v, vg)
    rest = input.shape[-1] - count
    if not count:
        return F.zeros_like(input), F.zeros_like(tau)
    if rest:
        g_vs.append(F.zeros_like(last_columns(F, input, count)))
    return F.tril(F.cat(g_vs, -1), -1), F.squeeze_dim(F.cat(g_ts, -1), -2)


@operation(
    rows="leading: 2 1 2",
    takes=("single complex", "ormqr_cpu"),
    cost=by_rows,
    node="OrmqrBackward0",
    half="own",
    complex="own",
    vjp=lambda F, g, needs, input, tau, other, left, transpose: _ormqr_rule(
        F, g, needs, input, tau, other, left, transpose
    ),
    examples=lambda r: [(r(3, 2), r(2), r(3, 2), True, False), (r(3, 2), r(2), r(2, 3), False, True)],
)
def ormqr(input: Array, tau: Array, other: Array, left: bool = True, transpose: bool = False) -> Array:
    """``Q @ other`` (``other @ Q``, with Q^H) for the square Q that reflectors stand for."""
    if input.ndim < 2:
        raise RuntimeError("torch.ormqr: input must have at least 2 dimensions.")
    if other.ndim < 2:
        raise RuntimeError("torch.ormqr: other must have at least 2 dimensions.")
    size = -2 if left else -1
    if other.shape[size] < tau.shape[-1]:
        raise RuntimeError(f"torch.ormqr: other.shape[{size}] must be greater than or equal to tau.shape[-1]")
    if other.shape[size] != input.shape[-2]:
        raise RuntimeError(f"torch.ormqr: other.shape[{size}] must be equal to input.shape[-2]")
    _check_tau("torch.ormqr", input, tau)
    if other.ndim != input.ndim:
        raise RuntimeError(
            "torch.ormqr: Expected other to have the same number of dimensions as input, but got other.ndim equal to "
            f"{other.ndim} and input.ndim is equal to {input.ndim}"
        )
    if other.shape[:-2] != input.shape[:-2]:
        raise RuntimeError(
            "torch.ormqr: Expected batch dimensions of other to be equal to input.shape[:-2], but got "
            f"{list(other.shape[:-2])}"
        )
    for name, x in (("tau", tau), ("other", other)):
        if x.dtype is not input.dtype:
            have, found = dtypes.of(input).type_name, dtypes.of(x).type_name
            raise RuntimeError(
                f"torch.ormqr: Expected input and {name} to have the same dtype, but input has dtype{have} and {name} "
                f"has dtype {found}"
            )
    q = kernels.householder_product(_widened(input), tau)
    if transpose:
        q = np.swapaxes(q.conj(), -2, -1)
    return q @ other if left else other @ q


def _widened(input: Array) -> Array:
    """A square matrix with the same reflectors."""
    m, n = input.shape[-2:]
    if n >= m:
        return input[..., :m]
    return np.concatenate([input, np.zeros((*input.shape[:-1], m - n), input.dtype)], -1)


def _ormqr_rule(
    F: Any, g: Any, needs: Any, input: Any, tau: Any, other: Any, left: bool, transpose: bool
) -> tuple[Any, Any, Any]:
    g_other = F.ormqr(input, tau, g, left, not transpose) if needs[2] else None
    if not (needs[0] or needs[1]) or 0 in g.shape:
        return None, None, g_other
    q_gradient = mm(F, g, H(F, other)) if left else mm(F, H(F, other), g)
    if transpose:
        q_gradient = H(F, q_gradient)
    m, n = input.shape[-2:]
    wide = F.constant_pad_nd(input, (0, m - n), 0.0)
    g_input, g_tau = _reflectors_rule(F, q_gradient, wide, tau)
    return first_columns(F, g_input, n), g_tau, g_other


@operation(
    rows="leading: 2",
    cost=by_rows,
    outputs=("a", "tau"),
    takes=("single complex", "geqrf_cpu"),
    complex="refused",
    input=unwritten("geqrf"),
    examples=lambda r: [(r(3, 2),)],
)
def geqrf(input: Array) -> tuple[Array, Array]:
    """QR factors as LAPACK leaves them: R on and above the diagonal, reflectors below it and their ``tau``."""
    if input.ndim < 2:
        raise RuntimeError("torch.geqrf: input must have at least 2 dimensions.")
    h, tau = np.linalg.qr(input, "raw")
    return np.swapaxes(h, -2, -1), tau


# -- LDL --------------------------------------------------------------------------------------------------
