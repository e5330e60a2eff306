"""Norms of matrices, and what comes of them: condition numbers and ranks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine.levels.base import values_of
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.limits import shown
from ...numerics.releases import Difference, Varying
from ...operations.dims import wrap_dim
from ...operations.elementwise.arithmetic import div, mul
from ...operations.elementwise.comparison import COMPARISONS
from ...operations.elementwise.powers import reciprocal
from ...operations.elementwise.sign import nan_to_num
from ...operations.index.masks import masked_fill
from ...operations.linalg import misc
from ...operations.linalg import solve as solving
from ...operations.linalg.checks import floating, matrix, square
from ...operations.reduce.extremum import amax, amin
from ...operations.reduce.norms import vector_norm
from ...operations.reduce.reduction import sum_dim
from ...operations.shape.copies import cast
from ...operations.shape.slicing import slice_
from ...operations.shape.view import permute, squeeze_dim, unsqueeze
from ..calls.overloads import define
from ..math.statistics import check_norm_dtype
from ..math.statistics import vector_norm as checked_vector_norm
from .solving import eigvalsh, svdvals

_OUT = "*, Tensor out=None"
_DTYPE = "ScalarType? dtype=None"
INF = float("inf")

# -- norms ------------------------------------------------------------------------------------------------


def _in_dtype(x: Tensor, dtype: DType | None) -> Any:
    return x if dtype is None or dtypes.of(x.array) is dtype else cast(x, dtype)


def _matrix_dims(x: Tensor, dim: Sequence[int]) -> tuple[int, int]:
    name = "linalg.matrix_norm"
    matrix(x.array, name)
    if x.array.dtype.kind not in dtypes.INEXACT:
        floating(x.array, name)
    if len(dim) != 2:
        raise RuntimeError(f"{name}: dim must be a 2-tuple. Got {' '.join(map(str, dim))}")
    first, second = (wrap_dim(d, x.array.ndim) for d in dim)
    if first == second:
        raise RuntimeError(f"{name}: dims must be different. Got ({dim[0]}, {dim[1]})")
    return first, second


def _spread(x: Any, ndim: int, dims: tuple[int, int], keepdim: bool) -> Any:
    """The dimension after the kept one put back, and both with size 1 where they were."""
    if not keepdim:
        return x
    x = unsqueeze(x, -1)
    rest = [d for d in range(ndim) if d not in dims]
    order = [*rest, *dims]
    return permute(x, tuple(order.index(d) for d in range(ndim)))


def _matrix_norm(input: Tensor, ord: Any, dim: Sequence[int], keepdim: bool, dtype: DType | None) -> Any:
    """Norm of a matrix: "fro", "nuc", 1 and -1 (columns), inf and -inf (rows), 2 and -2 (singular values)."""
    if isinstance(ord, str):
        if ord not in ("fro", "nuc"):
            raise RuntimeError(f"linalg.matrix_norm: Order {shown(ord)} not supported.")
        dims = _matrix_dims(input, dim)
        check_norm_dtype("linalg.matrix_norm", input, dtype)
        if ord == "fro":
            return vector_norm(input, 2.0, dims, keepdim, dtype)
        floating(input.array, "linalg.matrix_norm")
        return _by_singular(_in_dtype(input, dtype), dims, keepdim, ord)
    if abs(ord) not in (1, 2, INF):
        raise RuntimeError(f"linalg.matrix_norm: Order {shown(ord)} not supported.")
    dims = _matrix_dims(input, dim)
    check_norm_dtype("linalg.matrix_norm", input, dtype)
    if abs(ord) == 2:
        floating(input.array, "linalg.matrix_norm")
        return _by_singular(_in_dtype(input, dtype), dims, keepdim, ord)
    summed, extreme = dims if abs(ord) == 1 else dims[::-1]
    if not keepdim and extreme > summed:
        extreme -= 1
    sums = vector_norm(input, 1.0, (summed,), keepdim, dtype)
    return _extreme(sums, extreme, keepdim, ord > 0)


def _extreme(values: Any, dim: int, keepdim: bool, largest: bool) -> Any:
    """The largest or smallest along a dimension; the largest of no norms is 0, which depends on nothing."""
    shape = values.array.shape
    if shape[dim] or not largest:
        return (amax if largest else amin)(values, (dim,), keepdim)
    at = dim % len(shape)
    left = [1 if k == at else n for k, n in enumerate(shape) if keepdim or k != at]
    return wrap(np.zeros(left, values.array.dtype))


def _by_singular(x: Tensor, dims: tuple[int, int], keepdim: bool, ord: Any) -> Any:
    ndim = x.array.ndim
    rest = tuple(d for d in range(ndim) if d not in dims)
    values = svdvals(permute(x, (*rest, *dims)), None)
    if ord == "nuc":
        found = sum_dim(values, (-1,), keepdim)
    else:
        found = _extreme(values, -1, keepdim, ord > 0)
    return _spread(found, ndim, dims, keepdim)


def _norm(input: Tensor, ord: Any, dim: Sequence[int] | None, keepdim: bool, dtype: DType | None) -> Any:
    """Norm of a vector or a matrix, by the number of dimensions; without ``ord`` that of all elements."""
    if dim is not None and len(dim) not in (1, 2):
        raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dim)}")
    if ord is not None and dim is None and input.array.ndim not in (1, 2):
        raise RuntimeError(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {input.array.ndim}D."
        )
    if ord is not None and (len(dim) == 2 if dim is not None else input.array.ndim == 2):
        return _matrix_norm(input, ord, (0, 1) if dim is None else dim, keepdim, dtype)
    return checked_vector_norm(
        input, 2.0 if ord is None else ord if ord.__class__ is complex else float(ord), dim, keepdim, dtype
    )


def _norm_named(input: Tensor, ord: str, dim: Sequence[int] | None, keepdim: bool, dtype: DType | None) -> Any:
    """Norm of a matrix, "fro" or "nuc"."""
    if dim is not None and len(dim) not in (1, 2):
        raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dim)}")
    if dim is None and input.array.ndim not in (1, 2):
        raise RuntimeError(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {input.array.ndim}D."
        )
    return _matrix_norm(input, ord, (0, 1) if dim is None else dim, keepdim, dtype)


define(
    "matrix_norm",
    (
        f"(Tensor input, Scalar ord, IntList dim={{-2,-1}}, bool keepdim=False, *, {_DTYPE}, Tensor out=None)",
        _matrix_norm,
    ),
    (
        f'(Tensor input, str ord="fro", IntList dim={{-2,-1}}, bool keepdim=False, *, {_DTYPE}, Tensor out=None)',
        _matrix_norm,
    ),
    into="linalg",
)
define(
    "norm",
    (
        f"(Tensor input, Scalar? ord=None, IntList[1]? dim=None, bool keepdim=False, *, {_DTYPE}, Tensor out=None)",
        _norm,
    ),
    (f"(Tensor input, str ord, IntList[1]? dim=None, bool keepdim=False, *, {_DTYPE}, Tensor out=None)", _norm_named),
    into="linalg",
)

# -- condition and rank -----------------------------------------------------------------------------------


def _edge(values: Any, first: bool) -> Any:
    """The largest or the smallest singular value, as a dimension of size 1."""
    n = values.array.shape[-1]
    return slice_(values, -1, 0 if first else n - 1, 1 if first else n, 1)


_BAD_NORM = Varying(
    ValueError,
    RuntimeError,
    Difference(
        "linalg.cond",
        "Another norm than those that there are is refused: ValueError.",
        "Another norm than those that there are is refused: RuntimeError.",
        "torch.linalg.cond(torch.eye(2), 3)",
    ),
)


def _cond(input: Tensor, p: Any) -> Any:
    """Condition number, by default in the 2-norm: the largest singular value over the smallest."""
    if input.array.ndim < 2:
        if isinstance(p, str) or (p is not None and abs(p) != 2):
            matrix(input.array, f"linalg.cond(ord={p if isinstance(p, str) else f'{p:g}'})")
        raise RuntimeError("linalg.cond: The input tensor must have at least 2 dimensions.")
    known = p in ("fro", "nuc") if isinstance(p, str) else p is None or abs(p) in (1, 2, INF)
    if not known:
        raise _BAD_NORM.value(f"linalg.cond got an invalid norm type: {shown(p) if isinstance(p, str) else f'{p:g}'}")
    if p is None or (not isinstance(p, str) and abs(p) == 2):
        values = svdvals(input, None)
        first, last = _edge(values, True), _edge(values, False)
        found = div(last, first) if p is not None and p < 0 else div(first, last)
        return squeeze_dim(found, -1)
    name = p if isinstance(p, str) else f"{p:g}"
    square(input.array, f"linalg.cond(ord={name})" if not isinstance(p, str) or p == "fro" else f"linalg.cond(ord={p})")
    if p == "nuc":
        values = svdvals(input, None)
        return mul(sum_dim(values, (-1,), False), sum_dim(reciprocal(values), (-1,), False))
    inverse, info = solving.linalg_inv_ex(input)
    if values_of(info).any():
        inverse = masked_fill(inverse, unsqueeze(unsqueeze(COMPARISONS["ne"][0](info, 0), -1), -1), INF)
    sizes = [_matrix_norm(x, p, (-2, -1), False, None) for x in (input, inverse)]
    return nan_to_num(mul(sizes[0], sizes[1]), INF, INF, -INF)


define(
    "cond",
    (f"(Tensor input, Scalar? p=None, {_OUT})", _cond),
    (f"(Tensor input, str p, {_OUT})", _cond),
    into="linalg",
)


def _rank(input: Tensor, atol: Any, rtol: Any, hermitian: bool) -> Any:
    """How many singular values (eigenvalues, where ``hermitian``) exceed the tolerance."""
    a = input.array
    matrix(a, "torch.linalg.matrix_rank", "input")
    if a.size == 0:
        return wrap(np.zeros(a.shape[:-2], np.int64))
    for name, limit in (("atol", atol), ("rtol", rtol)):
        if isinstance(limit, Tensor) and limit.dtype.is_complex:
            raise RuntimeError(
                f"torch.linalg.matrix_rank: {name} tensor of complex type is not supported. Got {limit.dtype.type_name}"
            )
    absolute, relative = misc.tolerance(a, _array(atol), _array(rtol))
    plain = input.array
    size = np.abs(eigvalsh(wrap(plain), "L").array) if hermitian else svdvals(wrap(plain), None).array
    limit = np.maximum(absolute, relative * size.max(-1))
    return wrap((size > limit[..., None]).sum(-1))


def _array(limit: Any) -> Any:
    return limit.array if isinstance(limit, Tensor) else limit


def _rank_tol(input: Tensor, tol: Any, hermitian: bool) -> Any:
    """How many singular values exceed ``tol``."""
    return _rank(input, tol, 0.0, hermitian)


define(
    "matrix_rank",
    ("(Tensor input, *, float? atol=None, float? rtol=None, bool hermitian=False, Tensor out=None)", _rank),
    ("(Tensor input, *, Tensor? atol=None, Tensor? rtol=None, bool hermitian=False, Tensor out=None)", _rank),
    ("(Tensor input, float tol, bool hermitian=False, *, Tensor out=None)", _rank_tol),
    ("(Tensor input, Tensor tol, bool hermitian=False, *, Tensor out=None)", _rank_tol),
    into="linalg",
)


# -- names from before ``torch.linalg`` ----------------------------------------------------------------------


def _nuclear_norm(input: Tensor, dim: tuple[int, ...], keepdim: bool) -> Any:
    """The sum of the singular values of a matrix, or of the matrices in two dimensions."""
    return _matrix_norm(input, "nuc", dim, keepdim, None)


define(
    "nuclear_norm",
    (
        "(Tensor input, bool keepdim=False, *, Tensor out=None)",
        lambda input, keepdim: _nuclear_norm(input, (-2, -1), keepdim),
    ),
    ("(Tensor input, IntList dim, bool keepdim=False, *, Tensor out=None)", _nuclear_norm),
)
