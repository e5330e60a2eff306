"""Powers and the exponential of matrices; reflectors, least squares, cross products, covariance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine.levels.base import values_of
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...operations.dims import distinct_dims
from ...operations.elementwise.arithmetic import div, mul, sub
from ...operations.elementwise.arithmetic_variants import mul_scalar
from ...operations.elementwise.bounds import clamp_scalar
from ...operations.elementwise.complex import conj
from ...operations.elementwise.powers import sqrt
from ...operations.linalg import misc, reflectors, square_roots
from ...operations.linalg import solve as solving
from ...operations.linalg.any_product import matmul
from ...operations.linalg.checks import check_singular, square
from ...operations.linalg.matmul import mm
from ...operations.reduce.cumulative import cumprod
from ...operations.reduce.reduction import sum_dim
from ...operations.refuse import NO_BOOLS, check_usual, is_storage
from ...operations.shape.any_shape import reshape as reshaped
from ...operations.shape.copies import cast, clone, copy_into, flip
from ...operations.shape.joining import cat
from ...operations.shape.slicing import diagonal, slice_
from ...operations.shape.view import expand, permute, squeeze, t, unsqueeze
from ..calls.dtype_checks import check_same
from ..calls.overloads import define
from ..calls.return_types import ReturnType, return_type

_OUT = "*, Tensor out=None"

# -- powers and the exponential ---------------------------------------------------------------------------


def _matrix_power(input: Tensor, n: int) -> Any:
    """A square matrix multiplied by itself; a negative ``n`` multiplies its inverse."""
    square(input.array, "linalg.matrix_power")
    if n == 0:
        check_usual("eye", input.array)
        found = clone(input)
        one = np.broadcast_to(np.eye(input.array.shape[-1], dtype=input.array.dtype), input.array.shape)
        return copy_into(found, wrap(one.copy()))
    if n == 1:
        return clone(input)
    if n < 0:
        input = solving.linalg_inv(input)
        n = -n
        if n == 1:
            return input
    if n == 2:
        return matmul(input, input)
    if n == 3:
        return matmul(matmul(input, input), input)
    square_of, result = input, None
    while n:
        if n & 1:
            result = square_of if result is None else matmul(result, square_of)
        n >>= 1
        if n:
            square_of = matmul(square_of, square_of)
    return result


def _matrix_exp(input: Tensor) -> Any:
    """Exponential of a square matrix, the sum of its powers over their factorials."""
    return misc.linalg_matrix_exp(input)


define("matrix_power", (f"(Tensor input, int n, {_OUT})", _matrix_power), into="torch Tensor linalg")


def _polar(A: Tensor) -> ReturnType:
    """The polar factors of a matrix: orthonormal columns times a positive semidefinite matrix."""
    return _POLAR(square_roots.linalg_polar(A))


define("matrix_sqrth", ("(Tensor input)", square_roots.linalg_matrix_sqrth), into="linalg")
define("polar", ("(Tensor A, *, TensorList out=None)", _polar), into="linalg")
define("matrix_exp", ("(Tensor input)", _matrix_exp), into="torch Tensor linalg")

# -- reflectors, LDL --------------------------------------------------------------------------------------

_GEQRF = return_type("geqrf", ("a", "tau"))
_POLAR = return_type("linalg_polar", ("U", "H"))
_LDL = return_type("linalg_ldl_factor", ("LD", "pivots"))
_LDL_EX = return_type("linalg_ldl_factor_ex", ("LD", "pivots", "info"))


def _householder(input: Tensor, tau: Tensor) -> Any:
    """First columns of the product of the reflectors that ``geqrf`` leaves."""
    return reflectors.linalg_householder_product(input, tau)


def _ormqr(input: Tensor, input2: Tensor, input3: Tensor, left: bool, transpose: bool) -> Any:
    """Product with the orthogonal matrix that reflectors stand for."""
    return reflectors.ormqr(input, input2, input3, left, transpose)


def _geqrf(input: Tensor) -> ReturnType:
    """QR factors as LAPACK leaves them."""
    return _GEQRF(reflectors.geqrf(input))


def _ldl_factor(input: Tensor, hermitian: bool) -> ReturnType:
    """LDL factors of a symmetric matrix, packed in one."""
    return _LDL(misc.linalg_ldl_factor_ex(input, hermitian, True)[:2])


def _ldl_factor_ex(input: Tensor, hermitian: bool, check_errors: bool) -> ReturnType:
    """LDL factors of a symmetric matrix, packed in one, and whether D is singular."""
    return _LDL_EX(misc.linalg_ldl_factor_ex(input, hermitian, check_errors))


def _ldl_solve(LD: Tensor, pivots: Tensor, B: Tensor, hermitian: bool) -> Any:
    """X of ``A X = B`` from the packed LDL factors of ``A``."""
    return misc.linalg_ldl_solve(LD, pivots, B, hermitian)


define("householder_product", (f"(Tensor input, Tensor tau, {_OUT})", _householder), into="linalg")
define("orgqr", (f"(Tensor input, Tensor input2, {_OUT})", _householder), into="torch Tensor")
define(
    "ormqr",
    (f"(Tensor input, Tensor input2, Tensor input3, bool left=True, bool transpose=False, {_OUT})", _ormqr),
    into="torch Tensor",
)
define("geqrf", ("(Tensor input, *, TensorList out=None)", _geqrf), into="torch Tensor")
define("ldl_factor", ("(Tensor input, *, bool hermitian=False, TensorList out=None)", _ldl_factor), into="linalg")
define(
    "ldl_factor_ex",
    ("(Tensor input, *, bool hermitian=False, bool check_errors=False, TensorList out=None)", _ldl_factor_ex),
    into="linalg",
)
define(
    "ldl_solve",
    ("(Tensor LD, Tensor pivots, Tensor B, *, bool hermitian=False, Tensor out=None)", _ldl_solve),
    into="linalg",
)

# -- least squares, tensor equations ----------------------------------------------------------------------

_LSTSQ = return_type("linalg_lstsq", ("solution", "residuals", "rank", "singular_values"))


def _lstsq(input: Tensor, b: Tensor, rcond: float | None, driver: str | None) -> ReturnType:
    """X that minimises ``|A X - B|``, with residuals, rank and singular values as far as the driver has them."""
    return _LSTSQ(misc.linalg_lstsq(input, b, rcond, driver))


def _tensorsolve(input: Tensor, other: Tensor, dims: Sequence[int] | None) -> Any:
    """X of ``tensordot(A, X) = B``."""
    ndim = input.array.ndim
    if dims is not None:
        moved = distinct_dims(dims, ndim)
        rest = [d for d in range(ndim) if d not in moved]
        input = permute(input, (*rest, *moved))
    shape = input.array.shape
    tail, head = shape[other.array.ndim :], shape[: other.array.ndim]
    size, have = _count(tail), _count(head)
    if size != have:
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), "
            f"but got {size} != {have}"
        )
    found = solving.linalg_solve(reshaped(input, (size, size)), reshaped(other, (-1,)))
    return reshaped(found, tail)


def _tensorinv(input: Tensor, ind: int) -> Any:
    """Inverse of ``X -> tensordot(A, X, ind)``."""
    if ind <= 0:
        raise RuntimeError(f"Expected a strictly positive integer for 'ind', but got {ind}")
    shape = input.array.shape
    tail, head = shape[ind:], shape[:ind]
    size, have = _count(tail), _count(head)
    if size != have:
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), "
            f"but got {size} != {have}"
        )
    inverse, info = solving.linalg_inv_ex(reshaped(input, (have, size)))
    check_singular(values_of(info), "inv")
    return reshaped(inverse, (*tail, *head))


def _count(sizes: Sequence[int]) -> int:
    n = 1
    for size in sizes:
        n *= size
    return n


define(
    "lstsq",
    ("(Tensor input, Tensor b, float? rcond=None, *, str? driver=None, TensorList out=None)", _lstsq),
    into="linalg",
)
define("tensorsolve", (f"(Tensor input, Tensor other, IntList? dims=None, {_OUT})", _tensorsolve), into="linalg")
define("tensorinv", (f"(Tensor input, int ind=2, {_OUT})", _tensorinv), into="linalg")

# -- cross products, Vandermonde matrices, covariance -----------------------------------------------------


def _linalg_cross(input: Tensor, other: Tensor, dim: int) -> Any:
    """Cross product of vectors of three elements along a dimension."""
    misc.check_cross(input.array, other.array, dim)
    check_same(input, other)
    return misc.linalg_cross(input, other, dim)


def _cross(input: Tensor, other: Tensor, dim: int | None) -> Any:
    """Cross product of vectors of three elements, by default along the first dimension of size 3."""
    if dim is None:
        state.warn_once(
            "UserWarning",
            "Using torch.cross without specifying the dim arg is deprecated.\n"
            "Please either pass the dim explicitly or simply use torch.linalg.cross.\n"
            "The default value of dim will change to agree with that of linalg.cross in a future release. "
            "(Triggered internally at /__w/pytorch/pytorch/aten/src/ATen/native/Cross.cpp:63.)",
        )
        dim = next((d for d, n in enumerate(input.array.shape) if n == 3), None)
        if dim is None:
            raise RuntimeError("no dimension of size 3 in input")
    return _linalg_cross(input, other, dim)


def _vander(x: Tensor, N: int | None) -> Any:
    """Matrix of powers, each row those of an element, from the zeroth up."""
    if not x.array.ndim:
        x = unsqueeze(x, -1)
    a = x.array
    dtype = dtypes.of(a)
    if a.dtype.kind == "b" or (dtype.category == dtypes.FLOATING and dtype.itemsize == 2):
        raise RuntimeError(
            f"linalg.vander supports floating point, complex, and integer tensors, but got {dtype.type_name}"
        )
    n = a.shape[-1] if N is None else N
    if n <= 1:
        raise RuntimeError("N must be greater than 1.")
    powers = expand(unsqueeze(x, -1), (*a.shape, n - 1))
    one = wrap(np.ones((*a.shape, 1), a.dtype if not is_storage(a) else np.int64))
    return cat([one, cumprod(powers, -1)], -1)


def _old_vander(x: Tensor, N: int | None, increasing: bool) -> Any:
    """Matrix of powers, from the highest down unless ``increasing``."""
    if x.array.ndim != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    n = x.array.shape[0] if N is None else N
    if n < 0:
        raise RuntimeError("N must be non-negative.")
    a = x.array
    powers = wrap(np.zeros((len(a), n), np.int64 if a.dtype.kind in "biu" else a.dtype))
    if n > 0:
        copy_into(slice_(powers, 1, 0, 1, 1), wrap(np.ones((), powers.array.dtype)))
    if n > 1:  # written twice, as PyTorch does; so the backward pass finds what the cumulative product saved modified
        rest = slice_(powers, 1, 1, n, 1)
        copy_into(rest, unsqueeze(x, 1))
        copy_into(rest, cumprod(rest, 1))
    return powers if increasing else flip(powers, (1,))


def _cov(input: Tensor, correction: int, fweights: Tensor | None, aweights: Tensor | None) -> Any:
    """Covariance matrix of variables in rows and observations in columns."""
    if input.array.ndim > 2:
        raise RuntimeError(
            f"cov(): expected input to have two or fewer dimensions but got an input with {input.array.ndim} dimensions"
        )
    if input.array.dtype.kind == "b":
        raise NO_BOOLS.value("cov(): bool dtype is not supported for input")
    x = input if input.array.ndim == 2 else reshaped(input, (1, -1))
    count = x.array.shape[1]
    weights = _weights(count, fweights, aweights)
    if weights is None:
        average: Any = unsqueeze(div(sum_dim(_floating(x), (1,)), count), 1)
        norm: Any = max(count - correction, 0)
        total: Any = None
    else:
        total = sum_dim(weights, (0,))
        average = div(sum_dim(mul(x, weights), (1,), True), total)
        if aweights is None or correction == 0:
            norm = total - correction
        elif fweights is None:
            norm = total - div(mul_scalar(sum_dim(mul(weights, aweights), (0,)), correction), total)
        else:
            norm = total - div(mul_scalar(sum_dim(mul(weights, aweights), (0,)), correction), total)
    centred = sub(x, average)
    other = centred if weights is None else mul(centred, weights)
    product = mm(centred, t(_conjugate(other)))
    if correction and _value(norm) <= 0:
        state.warn(
            "UserWarning",
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations. "
            "(Triggered internally at /__w/pytorch/pytorch/aten/src/ATen/native/Correlation.cpp:118.)",
        )
        norm = 0
    if not isinstance(norm, Tensor):
        norm = wrap(np.asarray(norm, dtype=product.array.real.dtype))
    return squeeze(div(product, norm))


def _value(norm: Any) -> float:
    return float(norm.array) if isinstance(norm, Tensor) else float(norm)


def _conjugate(x: Any) -> Any:
    return conj(x) if x.array.dtype.kind == "c" else x


def _floating(x: Tensor) -> Any:
    return x if x.array.dtype.kind in dtypes.INEXACT else cast(x, dtypes.default.dtype)


def _weights(count: int, fweights: Tensor | None, aweights: Tensor | None) -> Any:
    """The product of both kinds of weights. Raises RuntimeError, in PyTorch's words, for wrong ones."""
    for name, w, kinds, wanted in (
        ("fweights", fweights, "iu", "integral"),
        ("aweights", aweights, "f", "floating point"),
    ):
        if w is None:
            continue
        if w.array.ndim > 1:
            raise RuntimeError(
                f"cov(): expected {name} to have one or fewer dimensions but got {name} with {w.array.ndim} dimensions"
            )
        if w.array.dtype.kind not in kinds:
            raise RuntimeError(
                f"cov(): expected {name} to have {wanted} dtype but got {name} with "
                f"{dtypes.of(w.array).type_name} dtype"
            )
        if w.array.size != count:
            raise RuntimeError(
                f"cov(): expected {name} to have the same numel as there are observations in the input but got "
                f"{w.array.size} != {count}"
            )
        if (w.array < 0).any():
            raise RuntimeError(f"cov(): {name} cannot be negative")
    if fweights is None:
        return aweights
    return fweights if aweights is None else mul(fweights, aweights)


def _corrcoef(input: Tensor) -> Any:
    """Correlation coefficients of variables in rows and observations in columns."""
    if input.array.ndim > 2:
        raise RuntimeError(
            "corrcoef(): expected input to have two or fewer dimensions but got an input with "
            f"{input.array.ndim} dimensions"
        )
    c = _cov(input, 1, None, None)
    if not c.array.ndim:
        return div(c, c)
    spread = sqrt(diagonal(c, 0, 0, 1))
    scaled = div(div(c, reshaped(spread, (-1, 1))), reshaped(spread, (1, -1)))
    return clamp_scalar(scaled, -1, 1) if scaled.array.dtype.kind != "c" else scaled


define("cross", ("(Tensor input, Tensor other, *, int dim=-1, Tensor out=None)", _linalg_cross), into="linalg")
define("cross", (f"(Tensor input, Tensor other, int? dim=None, {_OUT})", _cross), into="torch Tensor")
define("vander", ("(Tensor x, *, SymInt? N=None)", _vander), into="linalg")
define("vander", ("(Tensor x, int? N=None, bool increasing=False)", _old_vander))
define(
    "cov",
    ("(Tensor input, *, int correction=1, Tensor? fweights=None, Tensor? aweights=None)", _cov),
    into="torch Tensor",
)
define("corrcoef", ("(Tensor input)", _corrcoef), into="torch Tensor")
