"""Solving: determinants, inverses, systems, factors. Norms and powers are in ``matrix_functions.py``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.levels.base import values_of
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.releases import Difference, varying
from ...operations.elementwise.comparison import COMPARISONS
from ...operations.elementwise.complex import conj
from ...operations.elementwise.exponential import log
from ...operations.elementwise.selection import where
from ...operations.linalg import cholesky, decompose, determinant, misc, spectral
from ...operations.linalg import solve as solving
from ...operations.linalg.checks import LinAlgError, floating, square
from ...operations.shape.view import transpose
from ..calls.overloads import define
from ..calls.registry import namespace
from ..calls.return_types import ReturnType, return_type

_OUT = "*, Tensor out=None"

namespace("torch.linalg")["LinAlgError"] = LinAlgError


def _named(name: str, fields: str) -> type[ReturnType]:
    return return_type(name, fields.split())


def _adjoint(x: Tensor) -> Any:
    flipped = transpose(x, -2, -1)
    return conj(flipped) if x.array.dtype.kind == "c" else flipped


# -- determinants -----------------------------------------------------------------------------------------


def _det(A: Tensor) -> Any:
    """Determinant of a square matrix, or of each of a batch."""
    return determinant.linalg_det(A)


_SLOGDET = {n: _named(n, "sign logabsdet") for n in ("slogdet", "linalg_slogdet")}


def _slogdet(name: str) -> Any:
    def apply(A: Tensor) -> ReturnType:
        """Sign and logarithm of the absolute value of the determinant; for one that would overflow."""
        return _SLOGDET[name](determinant.linalg_slogdet(A))

    return apply


def _logdet(input: Tensor) -> Any:
    """Logarithm of the determinant; NaN where it is negative."""
    square(input.array, "logdet")
    floating(input.array, "logdet")
    sign, logabsdet = determinant.linalg_slogdet(input)
    if input.array.dtype.kind == "c":
        return logabsdet + log(sign)
    return where(COMPARISONS["eq"][0](sign, -1.0), float("nan"), logabsdet)


define("det", ("(Tensor A, *, Tensor out=None)", _det), into="linalg")
define("det", ("(Tensor input)", _det), into="torch Tensor")
define("slogdet", ("(Tensor A, *, TensorList out=None)", _slogdet("linalg_slogdet")), into="linalg")
define("slogdet", ("(Tensor input)", _slogdet("slogdet")), into="torch Tensor")
define("logdet", ("(Tensor input)", _logdet), into="torch Tensor")

# -- inverses ---------------------------------------------------------------------------------------------


def _inv(A: Tensor) -> Any:
    """Inverse of a square matrix, or of each of a batch. Raises LinAlgError where it is singular."""
    return solving.linalg_inv(A)


_INV_EX = _named("linalg_inv_ex", "inverse info")


def _inv_ex(A: Tensor, check_errors: bool) -> ReturnType:
    """Inverse, and instead of an error the number of the diagonal element that is zero."""
    return _INV_EX(solving.linalg_inv_ex(A, check_errors))


def _pinv(input: Tensor, atol: Any, rtol: Any, hermitian: bool) -> Any:
    """Moore-Penrose pseudo-inverse; singular values up to ``max(atol, rtol * largest)`` count as zero."""
    return misc.linalg_pinv(input, _plain(atol, "atol"), _plain(rtol, "rtol"), hermitian)


def _plain(limit: Any, name: str) -> Any:
    """The values of a limit, which there is no derivative by."""
    if not isinstance(limit, Tensor):
        return limit
    if limit.node is not None and state.grad:
        raise RuntimeError(
            f"The function 'linalg_pinv' is not differentiable with respect to argument '{name}'. "
            "This input cannot have requires_grad True."
        )
    return limit.array


def _pinv_rcond(input: Tensor, rcond: Any, hermitian: bool = False) -> Any:
    """Moore-Penrose pseudo-inverse; singular values up to ``rcond * largest`` count as zero."""
    return misc.linalg_pinv(input, 0.0, _plain(rcond, "rtol"), hermitian)


define("inv", (f"(Tensor A, {_OUT})", _inv), into="linalg")
define("inverse", (f"(Tensor input, {_OUT})", _inv), into="torch Tensor")
define("inv_ex", ("(Tensor A, *, bool check_errors=False, TensorList out=None)", _inv_ex), into="linalg")
define(
    "pinv",
    ("(Tensor input, *, float? atol=None, float? rtol=None, bool hermitian=False, Tensor out=None)", _pinv),
    ("(Tensor input, *, Tensor? atol=None, Tensor? rtol=None, bool hermitian=False, Tensor out=None)", _pinv),
    ("(Tensor input, float rcond, bool hermitian=False, *, Tensor out=None)", _pinv_rcond),
    ("(Tensor input, Tensor rcond, bool hermitian=False, *, Tensor out=None)", _pinv_rcond),
    into="linalg",
)
define("pinverse", ("(Tensor input, float rcond=1e-15)", _pinv_rcond), into="torch Tensor")

# -- systems ----------------------------------------------------------------------------------------------


def _solve(A: Tensor, B: Tensor, left: bool) -> Any:
    """X of ``A X = B``, or of ``X A = B`` where not ``left``. Raises LinAlgError where ``A`` is singular."""
    return solving.linalg_solve(A, B, left)


_SOLVE_EX = _named("linalg_solve_ex", "result info")


def _solve_ex(A: Tensor, B: Tensor, left: bool, check_errors: bool) -> ReturnType:
    """X of ``A X = B``, and instead of an error the number of the diagonal element that is zero."""
    try:
        found = solving.linalg_solve(A, B, left, "torch.linalg.solve_ex")
        info = wrap(np.zeros(A.array.shape[:-2], np.int32))
    except LinAlgError:
        if check_errors:
            raise
        found, info = solving.linalg_solve(A, B, left, None), solving.linalg_inv_ex(A)[1]
    return _SOLVE_EX((found, info))


def _solve_triangular(input: Tensor, B: Tensor, upper: bool, left: bool, unitriangular: bool) -> Any:
    """X of ``A X = B`` with a triangular ``A``, of which only that triangle is read."""
    return solving.linalg_solve_triangular(input, B, upper, left, unitriangular)


_TRIANGULAR = _named("triangular_solve", "solution cloned_coefficient")


def _triangular_solve(input: Tensor, A: Tensor, upper: bool, transpose: bool, unitriangular: bool) -> ReturnType:
    """Solution of ``A X = input`` with a triangular ``A``; ``linalg.solve_triangular`` in older clothes."""
    return _TRIANGULAR(solving.triangular_solve(input, A, upper, transpose, unitriangular))


define("solve", ("(Tensor A, Tensor B, *, bool left=True, Tensor out=None)", _solve), into="linalg")
define(
    "solve_ex",
    ("(Tensor A, Tensor B, *, bool left=True, bool check_errors=False, TensorList out=None)", _solve_ex),
    into="linalg",
)
define(
    "solve_triangular",
    (
        "(Tensor input, Tensor B, *, bool upper, bool left=True, bool unitriangular=False, Tensor out=None)",
        _solve_triangular,
    ),
    into="linalg",
)
define(
    "triangular_solve",
    (
        "(Tensor input, Tensor A, bool upper=True, bool transpose=False, bool unitriangular=False, *, "
        "TensorList out=None)",
        _triangular_solve,
    ),
    into="torch Tensor",
)

# -- Cholesky ---------------------------------------------------------------------------------------------


def _cholesky(input: Tensor, upper: bool) -> Any:
    """Lower triangular L of ``A = L L^H`` (upper U of ``A = U^H U``) of a positive definite matrix."""
    factor, info = cholesky.linalg_cholesky_ex(input, upper)
    cholesky.check_definite(values_of(info), "linalg.cholesky")
    return factor


_CHOLESKY_EX = _named("linalg_cholesky_ex", "L info")


def _cholesky_ex(input: Tensor, upper: bool, check_errors: bool) -> ReturnType:
    """Cholesky factor, and instead of an error the order of the first minor that isn't positive."""
    return _CHOLESKY_EX(cholesky.linalg_cholesky_ex(input, upper, check_errors))


_GONE = "This function was deprecated since version 1.9 and is now removed. "


def _cholesky_of_2_13(input: Tensor, upper: bool) -> Any:
    return cholesky.cholesky(input, upper)


@varying(
    Difference(
        "torch.cholesky",
        "It is gone: a RuntimeError says what stands in its place.",
        "It is there, under the name CholeskyBackward0.",
        "torch.cholesky(torch.eye(2))",
    ),
    before=_cholesky_of_2_13,
)
def _old_cholesky(input: Tensor, upper: bool) -> Any:
    """Cholesky factor; ``linalg.cholesky`` in older clothes. Gone from PyTorch 2.14."""
    raise RuntimeError(
        f"{_GONE}`torch.cholesky` is deprecated in favor of `torch.linalg.cholesky`.\nL = torch.cholesky(A) should be "
        "replaced with:\nL = torch.linalg.cholesky(A)\nU = torch.cholesky(A, upper=True) should be replaced with:\n"
        "U = torch.linalg.cholesky(A).mH"
    )


def _cholesky_solve(input: Tensor, input2: Tensor, upper: bool) -> Any:
    """X of ``A X = input`` from the Cholesky factor of ``A``."""
    return cholesky.cholesky_solve(input, input2, upper)


def _cholesky_inverse(input: Tensor, upper: bool) -> Any:
    """Inverse of the matrix whose Cholesky factor is given."""
    return cholesky.cholesky_inverse(input, upper)


define("cholesky", ("(Tensor input, *, bool upper=False, Tensor out=None)", _cholesky), into="linalg")
define(
    "cholesky_ex",
    ("(Tensor input, *, bool upper=False, bool check_errors=False, TensorList out=None)", _cholesky_ex),
    into="linalg",
)
define("cholesky", (f"(Tensor input, bool upper=False, {_OUT})", _old_cholesky), into="torch Tensor")
define(
    "cholesky_solve", (f"(Tensor input, Tensor input2, bool upper=False, {_OUT})", _cholesky_solve), into="torch Tensor"
)
define("cholesky_inverse", (f"(Tensor input, bool upper=False, {_OUT})", _cholesky_inverse), into="torch Tensor")

# -- LU ---------------------------------------------------------------------------------------------------

_LU_FACTOR = _named("linalg_lu_factor", "LU pivots")
_LU_FACTOR_EX = _named("linalg_lu_factor_ex", "LU pivots info")
_LU = _named("linalg_lu", "P L U")
_OLD_LU_INFO = _named("_lu_with_info", "LU pivots info")
_LU_UNPACK = _named("lu_unpack", "P L U")


def _lu_factor(A: Tensor, pivot: bool) -> ReturnType:
    """LU factors packed in one matrix, and the row exchanges."""
    packed, pivots, info = decompose.linalg_lu_factor_ex(A, pivot)
    decompose.check_pivots(values_of(info), "torch.linalg.lu_factor")
    return _LU_FACTOR((packed, pivots))


def _lu_factor_ex(A: Tensor, pivot: bool, check_errors: bool) -> ReturnType:
    """LU factors packed in one matrix, the row exchanges, and the number of the first zero pivot."""
    return _LU_FACTOR_EX(decompose.linalg_lu_factor_ex(A, pivot, check_errors))


def _lu(A: Tensor, pivot: bool) -> ReturnType:
    """Permutation P, unit lower triangular L and upper triangular U of ``A = P L U``."""
    return _LU(decompose.linalg_lu(A, pivot))


def _lu_solve(LU: Tensor, pivots: Tensor, B: Tensor, left: bool, adjoint: bool) -> Any:
    """X of ``A X = B`` from the packed LU factors of ``A``."""
    return solving.linalg_lu_solve(LU, pivots, B, left, adjoint)


def _old_lu_solve(input: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Any:
    """X of ``A X = input`` from the packed LU factors of ``A``."""
    return solving.linalg_lu_solve(LU_data, LU_pivots, input, True, False)


def _lu_unpack(LU_data: Tensor, LU_pivots: Tensor, unpack_data: bool, unpack_pivots: bool) -> ReturnType:
    """The three matrices that ``lu_factor`` packed."""
    return _LU_UNPACK(decompose.lu_unpack(LU_data, LU_pivots, unpack_data, unpack_pivots))


def _old_lu(input: Tensor, pivot: bool, get_infos: bool) -> tuple[Any, ...]:
    """LU factors packed in one matrix; ``linalg.lu_factor`` in older clothes."""
    packed, pivots, info = decompose.linalg_lu_factor_ex(input, pivot)
    return (packed, pivots, info) if get_infos else (packed, pivots)


_LU_IS_OLD = (
    "torch.lu is deprecated in favor of torch.linalg.lu_factor / torch.linalg.lu_factor_ex and will be removed in a "
    "future PyTorch release.\nLU, pivots = torch.lu(A, compute_pivots)\nshould be replaced with\n"
    "LU, pivots = torch.linalg.lu_factor(A, compute_pivots)\nand\n"
    "LU, pivots, info = torch.lu(A, compute_pivots, get_infos=True)\nshould be replaced with\n"
    "LU, pivots, info = torch.linalg.lu_factor_ex(A, compute_pivots) (Triggered internally at "
    "/__w/pytorch/pytorch/aten/src/ATen/native/BatchLinearAlgebra.cpp:2056.)"
)


def _old_lu_named(input: Tensor, pivot: bool, get_infos: bool) -> tuple[Any, ...]:
    """LU factors packed in one matrix; with the number of failures, the three have names."""
    state.warn_once("UserWarning", _LU_IS_OLD)
    found = _old_lu(input, pivot, get_infos)
    return _OLD_LU_INFO(found) if get_infos else found


define("lu_factor", ("(Tensor A, *, bool pivot=True, TensorList out=None)", _lu_factor), into="linalg")
define(
    "lu_factor_ex",
    ("(Tensor A, *, bool pivot=True, bool check_errors=False, TensorList out=None)", _lu_factor_ex),
    into="linalg",
)
define("lu", ("(Tensor A, *, bool pivot=True, TensorList out=None)", _lu), into="linalg")
define(
    "lu_solve",
    ("(Tensor LU, Tensor pivots, Tensor B, *, bool left=True, bool adjoint=False, Tensor out=None)", _lu_solve),
    into="linalg",
)
define("lu_solve", (f"(Tensor input, Tensor LU_data, Tensor LU_pivots, {_OUT})", _old_lu_solve), into="torch Tensor")
define(
    "lu_unpack",
    (
        "(Tensor LU_data, Tensor LU_pivots, bool unpack_data=True, bool unpack_pivots=True, *, TensorList out=None)",
        _lu_unpack,
    ),
)
define("lu", ("(Tensor input, bool pivot=True, bool get_infos=False)", _old_lu_named))
define("lu", ("(Tensor input, bool pivot=True, bool get_infos=False)", _old_lu), into="Tensor")

# -- QR ---------------------------------------------------------------------------------------------------

_QR = {n: _named(n, "Q R") for n in ("linalg_qr", "qr")}


def _qr(A: Tensor, mode: str) -> ReturnType:
    """Orthogonal Q and upper triangular R of ``A = Q R``; ``mode`` is "reduced", "complete" or "r"."""
    return _QR["linalg_qr"](decompose.linalg_qr(A, mode))


def _qr_of_2_13(input: Tensor, some: bool) -> ReturnType:
    return _QR["qr"](decompose.linalg_qr(input, "reduced" if some else "complete"))


@varying(
    Difference(
        "torch.qr",
        "It is gone: a RuntimeError says what stands in its place.",
        "It is there.",
        "torch.qr(torch.eye(2))",
    ),
    before=_qr_of_2_13,
)
def _old_qr(input: Tensor, some: bool) -> ReturnType:
    """Orthogonal Q and upper triangular R; ``linalg.qr`` in older clothes. Gone from PyTorch 2.14."""
    raise RuntimeError(
        f"{_GONE}`torch.qr` is deprecated in favor of `torch.linalg.qr` and the boolean parameter `some` has been "
        "replaced with a string parameter `mode`.\n\nQ, R = torch.qr(A) should be replaced with:\nQ, R = "
        "torch.linalg.qr(A, mode='reduced')\n\nand\n\nQ, R = torch.qr(A, some=False) should be replaced with:\nQ, R = "
        f"torch.linalg.qr(A, mode='complete')\n\nSince `some` was set to {some}, use "
        f"mode='{'reduced' if some else 'complete'}'."
    )


define("qr", ('(Tensor A, str mode="reduced", *, TensorList out=None)', _qr), into="linalg")
define("qr", ("(Tensor input, bool some=True, *, TensorList out=None)", _old_qr), into="torch Tensor")

# -- eigenvalues and singular values ----------------------------------------------------------------------

_EIGH = _named("linalg_eigh", "eigenvalues eigenvectors")
_EIG = _named("linalg_eig", "eigenvalues eigenvectors")
_SVD = _named("linalg_svd", "U S Vh")
_OLD_SVD = _named("svd", "U S V")


def _eigh(input: Tensor, UPLO: str) -> ReturnType:
    """Eigenvalues, ascending, and orthonormal eigenvectors of a symmetric (Hermitian) matrix."""
    return _EIGH(spectral.linalg_eigh(input, UPLO))


def eigvalsh(input: Tensor, UPLO: str) -> Any:
    """Eigenvalues, ascending, of a symmetric (Hermitian) matrix."""
    return spectral.linalg_eigh(input, UPLO)[0]


def _eig(input: Tensor) -> ReturnType:
    """Eigenvalues and eigenvectors of a square matrix, as complex numbers."""
    return _EIG(spectral.linalg_eig(input))


def _eigvals(input: Tensor) -> Any:
    """Eigenvalues of a square matrix, as complex numbers."""
    if input.array.dtype.kind in dtypes.INEXACT:
        square(input.array, "linalg.eig" if input.node is not None else "linalg.eigvals")
    return spectral.linalg_eig(input)[0]


def _svd(A: Tensor, full_matrices: bool, driver: str | None) -> ReturnType:
    """U, singular values S, descending, and V^H of ``A = U diag(S) V^H``."""
    return _SVD(_singular(A, full_matrices, driver))


def _singular(A: Tensor, full_matrices: bool, driver: str | None) -> Any:
    if driver is not None:
        raise RuntimeError(
            "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend."
        )
    return spectral.linalg_svd(A, full_matrices)


def svdvals(A: Tensor, driver: str | None) -> Any:
    """Singular values, descending."""
    return _singular(A, False, driver)[1]


def _old_svd(input: Tensor, some: bool, compute_uv: bool) -> ReturnType:
    """U, S and V of ``A = U diag(S) V^H``; ``linalg.svd`` in older clothes."""
    if input.array.ndim < 2:
        raise RuntimeError(
            f"linalg.svd: input should have at least 2 dimensions, but has {input.array.ndim} dimensions instead"
        )
    if not compute_uv:
        m, n = input.array.shape[-2:]
        batch = input.array.shape[:-2]
        u, v = (wrap(np.zeros((*batch, k, k), input.array.dtype)) for k in (m, n))
        return _OLD_SVD((u, spectral.linalg_svd(input, False)[1], v))
    u, s, vh = spectral.linalg_svd(input, not some)
    return _OLD_SVD((u, s, _adjoint(vh)))


define("eigh", ('(Tensor input, str UPLO="L", *, TensorList out=None)', _eigh), into="linalg")
define("eigvalsh", ('(Tensor input, str UPLO="L", *, Tensor out=None)', eigvalsh), into="linalg")
define("eig", ("(Tensor input, *, TensorList out=None)", _eig), into="linalg")
define("eigvals", (f"(Tensor input, {_OUT})", _eigvals), into="linalg")
define("svd", ("(Tensor A, bool full_matrices=True, *, str? driver=None, TensorList out=None)", _svd), into="linalg")
define("svdvals", ("(Tensor A, *, str? driver=None, Tensor out=None)", svdvals), into="linalg")
define(
    "svd",
    ("(Tensor input, bool some=True, bool compute_uv=True, *, TensorList out=None)", _old_svd),
    into="torch Tensor",
)
