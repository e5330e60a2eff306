"""``torch.svd_lowrank`` and ``torch.pca_lowrank``: a factorisation of few columns, found from a random range.

Halko, Martinsson and Tropp, "Finding structure with randomness" (2009), algorithms 4.4 and 5.1.
"""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ...numerics.limits import counted
from ..calls.argument_types import Value
from ..calls.python_function import define_python
from ..calls.registry import ATTRIBUTES, NAMESPACES, Method

_Parts = tuple[Any, Any, Any]


def _T(name: str) -> Any:
    return NAMESPACES["torch"][name]


def _M(name: str) -> Any:
    entry = ATTRIBUTES[Tensor][name]
    assert isinstance(entry, Method)
    return entry.call


def _range_of(a: Any, q: int, niter: int, mean: Any) -> Any:
    """An orthonormal basis of about the range of a matrix."""
    random = _T("randn")(a.array.shape[-1], q, dtype=a.dtype)
    matmul, qr = _T("matmul"), NAMESPACES["torch.linalg"]["qr"]
    adjoint = _M("adjoint") if a.dtype.is_complex else lambda x: _T("transpose")(x, -2, -1)

    def times(x: Any) -> Any:
        made = matmul(a, x)
        return made if mean is None else made - matmul(mean, x)

    def times_adjoint(x: Any) -> Any:
        made = matmul(adjoint(a), x)
        return made if mean is None else made - matmul(adjoint(mean), x)

    basis = qr(times(random))[0]
    for _ in counted(range(niter)):
        basis = qr(times_adjoint(basis))[0]
        basis = qr(times(basis))[0]
    return basis


def _svd(a: Any, q: int, niter: int, mean: Any) -> _Parts:
    m, n = a.array.shape[-2:]
    transpose, matmul, svd = _T("transpose"), _T("matmul"), NAMESPACES["torch.linalg"]["svd"]
    flipped = m < n
    if flipped:
        a = transpose(a, -2, -1)
        mean = None if mean is None else transpose(mean, -2, -1)
    basis = _range_of(a, q, niter, mean)
    back = _M("adjoint")(basis) if a.dtype.is_complex else transpose(basis, -2, -1)
    small = matmul(back, a)
    if mean is not None:
        small = small - matmul(back, mean)
    u, s, v = svd(small, full_matrices=False)
    u = matmul(basis, u)
    v = _M("adjoint")(v) if a.dtype.is_complex else transpose(v, -2, -1)
    return (v, s, u) if flipped else (u, s, v)


def svd_lowrank(A: Tensor, q: int | None = 6, niter: int | None = 2, M: Value = None) -> Any:
    """The first ``q`` singular vectors and values of a matrix, less those that ``M`` has of it: U, S and V."""
    mean = M
    if mean is not None:
        mean = _T("broadcast_to")(mean, A.array.shape)
    return _svd(A, 6 if q is None else q, 2 if niter is None else niter, mean)


def pca_lowrank(A: Tensor, q: int | None = None, center: bool = True, niter: int = 2) -> Any:
    """The first ``q`` principal components of the rows of a matrix: U, S and V. Raises ValueError for a ``q`` that the
    matrix has no room for."""
    m, n = A.array.shape[-2:]
    if q is None:
        q = min(6, m, n)
    elif not 0 <= q <= min(m, n):
        raise ValueError(f"q(={q}) must be non-negative integer and not greater than min(m, n)={min(m, n)}")
    if not niter >= 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    if not A.dtype.is_floating_point:
        raise ValueError(f"input tensor is expected to be of floating point dtype, got {A.dtype}")
    if center:
        A = A - _M("mean")(A, (-2,), keepdim=True)
    return _svd(A, q, niter, None)


define_python("svd_lowrank", svd_lowrank)
define_python("pca_lowrank", pca_lowrank)
