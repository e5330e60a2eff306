"""Distances and similarities between vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.limits import shown
from ...operations.dims import wrap_dim
from ...operations.elementwise.arithmetic import div, mul, sub
from ...operations.elementwise.arithmetic_variants import add_scalar
from ...operations.elementwise.bounds import clamp_min_scalar
from ...operations.nn import distance as operations
from ...operations.reduce.norms import vector_norm
from ...operations.reduce.reduction import sum_dim
from ...operations.shape.copies import cast, clone
from ...operations.shape.view import expand
from ..calls.call_plans import hooks
from ..calls.overloads import define
from ..calls.python_function import define_python
from ..math.arithmetic import check_bool
from ..tensor.operators import method

_MODES = {
    "use_mm_for_euclid_dist_if_necessary": None,
    "use_mm_for_euclid_dist": True,
    "donot_use_mm_for_euclid_dist": False,
}
#: From this many rows on PyTorch takes Euclidean distances from a product of matrices.
_MANY = 25


def cdist(x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary") -> Any:
    """Distances, in the p-norm, of every row of ``x1`` to every row of ``x2``."""
    if compute_mode not in _MODES:
        raise ValueError(f"{shown(compute_mode)} is not a valid value for compute_mode")
    by_product = _MODES[compute_mode]
    if by_product is None and x1.array.ndim > 1 and x2.array.ndim > 1:
        by_product = x1.array.shape[-2] > _MANY or x2.array.shape[-2] > _MANY
    if p == 2 and by_product and x1.array.size and x2.array.size:
        return operations.euclidean_dist(x1, x2)
    return operations.cdist(x1, x2, float(p))


def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Any:
    """Distance, in the p-norm, of each row of ``x1`` to the row of ``x2`` at the same place.

    ``eps`` is added to the differences, so that no distance is exactly zero.
    """
    check_bool(x1, x2)
    diff = sub(x1, x2)
    if diff.array.dtype.kind not in dtypes.INEXACT:
        diff = cast(diff, dtypes.default.dtype)
    diff = add_scalar(diff, eps)
    return operations.norm_dim(diff, float(p), max(x1.array.ndim, x2.array.ndim) - 1, keepdim)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Any:
    """Cosine of the angle between vectors along a dimension; norms count as at least ``eps``."""
    common = dtypes.result_type(x1.array, x2.array)
    if common.category != dtypes.FLOATING:
        raise RuntimeError(f"expected common dtype to be floating point, yet common dtype is {common.type_name}")
    if not eps >= 0:
        raise RuntimeError(f"eps must be non-negative, got: {eps:g}")
    a, b = x1.array.shape, x2.array.shape
    try:
        shape = np.broadcast_shapes(a, b)
    except ValueError:
        sub(x1, x2)  # says what doesn't fit
        raise
    at = wrap_dim(dim, len(shape))
    unit = []
    for x in (x1, x2):
        if dtypes.of(x.array) is not common:
            x = cast(x, common)
        if x.array.shape != shape:
            x = expand(x, shape)
        norm = clone(vector_norm(x, 2.0, (at,), True))
        unit.append(div(x, _at_least(norm, eps)))
    return sum_dim(mul(unit[0], unit[1]), (at,), False)


def _at_least(norm: Any, eps: float) -> Any:
    """The norm, raised to ``eps`` without the gradient's noticing, as PyTorch does."""
    if state.levels:  # where vmap hides the values, nothing may depend on them
        fixed = method("detach")(norm)
        return norm + (clamp_min_scalar(fixed, eps) - fixed)
    if (norm.array < eps).any():
        return norm + wrap(np.maximum(norm.array, norm.array.dtype.type(eps)) - norm.array)
    return norm


def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: Tensor | None = None) -> Any:
    """Vectors along a dimension divided by their p-norm, which counts as at least ``eps``."""
    if out is not None:
        return hooks.write_out("normalize", out, lambda: normalize(input, p, dim, eps), (input,))
    norm = clamp_min_scalar(vector_norm(input, float(p), (dim,), True), eps)
    return div(input, expand(norm, input.array.shape))


def _pdist(input: Tensor, p: float) -> Any:
    """Distances, in the p-norm, of all pairs of rows."""
    return operations.pdist(input, p)


def _dist(input: Tensor, other: Tensor, p: Any) -> Any:
    """The p-norm of ``input - other``."""
    check_bool(input, other)
    return operations.dist(input, other, float(p))


define_python("cdist", cdist)
define("dist", ("(Tensor input, Tensor other, Scalar p=2)", _dist), into="torch Tensor")
define("pdist", ("(Tensor input, float p=2.)", _pdist), into="torch F")
define(
    "pairwise_distance",
    ("(Tensor x1, Tensor x2, float p=2., float eps=1e-06, bool keepdim=False)", pairwise_distance),
    into="torch F",
)
define(
    "cosine_similarity",
    ("(Tensor x1, Tensor x2, int dim=1, float eps=1e-08)", cosine_similarity),
    into="torch F",
)
define_python("normalize", normalize, into="F")
