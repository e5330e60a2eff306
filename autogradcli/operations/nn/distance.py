"""Distances between vectors: all pairs of two sets, all pairs of one, the norm of a difference."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ...numerics import dtypes
from ...numerics.away import by_product
from ...numerics.products import multiplied
from ..refuse import check_usual, not_implemented_for

INF = float("inf")


def norm_along(x: Array, p: float, axis: int = -1) -> Array:
    """The p-norm over one dimension; 0 counts what isn't zero."""
    size = np.abs(x)
    if p == 0:
        return (x != 0).sum(axis).astype(size.dtype)
    if p == 1:
        return np.add.reduce(size, axis=axis)
    if p == 2:
        return np.sqrt(np.add.reduce(size * size, axis=axis))
    if p == INF:
        return np.maximum.reduce(size, axis=axis, initial=0)
    return np.add.reduce(size**p, axis=axis) ** (1 / p)


def _sign(F: Any, x: Any) -> Any:
    return F.sgn(x)


def direction(F: Any, diff: Any, norm: Any, p: float) -> Any:
    """The gradient of the p-norm of ``diff``, 0 where the norm is 0. ``norm`` has the reduced dimension with size 1."""
    if p == 0:
        return F.zeros_like(diff)
    if p == 1:
        return _sign(F, diff)
    if p == 2:
        return F.guard_fill(diff / norm, F.eq(norm, 0), 0.0)
    if p == INF:
        return F.where(F.abs(diff) == norm, _sign(F, diff), 0.0)
    safe = F.where(norm == 0.0, 1.0, norm)
    size = F.abs(diff)
    # where an element is 0 its power may be infinite, and PyTorch gives 0 there
    zero = diff == 0.0
    power = F.pow_tensor_scalar(F.where(zero, 1.0, size), p - 1)
    return F.where(zero, 0.0, _sign(F, diff) * power / F.pow_tensor_scalar(safe, p - 1))


def _pairs(F: Any, x1: Any, x2: Any) -> Any:
    return F.unsqueeze(x1, -2) - F.unsqueeze(x2, -3)


def _cdist_slope(F: Any, g: Any, x1: Any, x2: Any, p: float, result: Any) -> Any:
    return F.unsqueeze(g, -1) * direction(F, _pairs(F, x1, x2), F.unsqueeze(result, -1), p)


@operation(
    takes=("single", "cdist"),
    rows="leading: 2 2",
    cost=by_product,
    layout="contiguous",
    broadcast=True,
    x1=lambda F, g, x1, x2, p, result: F.sum_dim(_cdist_slope(F, g, x1, x2, p, result), (-2,), False),
    x2=lambda F, g, x1, x2, p, result: -F.sum_dim(_cdist_slope(F, g, x1, x2, p, result), (-3,), False),
    examples=lambda r: [(r(2, 3), r(4, 3), 2.0), (r(2, 2, 3), r(4, 3), 1.0), (r(2, 3), r(2, 3), 3.0)],
    half="own",
)
def cdist(x1: Array, x2: Array, p: float = 2.0) -> Array:
    """The p-norms of the differences of all rows of ``x1`` and ``x2``."""
    _check_cdist(x1, x2, p)
    return norm_along(x1[..., :, None, :] - x2[..., None, :, :], p)


def _check_cdist(x1: Array, x2: Array, p: float) -> None:
    for name, x in (("X1", x1), ("X2", x2)):
        if x.ndim < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {x.ndim}D")
    for name, x in (("X1", x1), ("X2", x2)):
        if dtypes.of(x).category != dtypes.FLOATING:
            raise RuntimeError(f"cdist only supports floating-point dtypes, {name} got: {dtypes.of(x).type_name}")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}")
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    if x1.dtype == np.float16:  # beside another dtype, of which nothing is said
        not_implemented_for("cdist", x1)
    if x1.dtype is not x2.dtype:
        names = dtypes.of(x1).type_name, dtypes.of(x2).type_name
        raise RuntimeError(f"expected scalar type {names[0]} but found {names[1]}")


@operation(
    rows="leading: 2 2",
    cost=by_product,
    node="EuclideanDistBackward0",
    spelling="cdist",
    broadcast=True,
    x1=lambda F, g, x1, x2, result: F.sum_dim(_cdist_slope(F, g, x1, x2, 2.0, result), (-2,), False),
    x2=lambda F, g, x1, x2, result: -F.sum_dim(_cdist_slope(F, g, x1, x2, 2.0, result), (-3,), False),
    examples=lambda r: [(r(2, 3), r(4, 3))],
)
def euclidean_dist(x1: Array, x2: Array) -> Array:
    """Euclidean distances by one product of matrices, as PyTorch computes them for many rows."""
    _check_cdist(x1, x2, 2.0)
    squares1, squares2 = (x1 * x1).sum(-1, keepdims=True), (x2 * x2).sum(-1, keepdims=True)
    cross = multiplied(np.matmul, x1, np.swapaxes(x2, -2, -1))
    return np.sqrt(np.maximum(squares1 + np.swapaxes(squares2, -2, -1) - 2 * cross, 0))


@operation(
    rows="alike",
    formula=lambda F, like, second: F.select(F.says("triu_indices", like.shape[0], like.shape[0], 1), 0, int(second)),
)
def pair_rows(like: Any, second: bool) -> Array:
    """Row numbers of the first (or second) of each pair ``i < j`` of rows."""
    return np.triu_indices(like.shape[0], 1)[int(second)]


def _pdist_rule(F: Any, g: Any, x: Any, p: float, result: Any) -> Any:
    first, second = F.pair_rows(x, False), F.pair_rows(x, True)
    diff = F.embedding(x, first) - F.embedding(x, second)
    slope = F.unsqueeze(g, 1) * direction(F, diff, F.unsqueeze(result, 1), p)
    n = x.shape[0]
    return F.embedding_dense_backward(slope, first, n, -1, False) - F.embedding_dense_backward(
        slope, second, n, -1, False
    )


@operation(
    rows="slow: pdist",
    cost=by_product,
    input=lambda F, g, input, p, result: _pdist_rule(F, g, input, p, result),
    examples=lambda r: [(r(4, 3), 2.0), (r(3, 2), 1.0)],
    takes=("single", "pdist"),
)
def pdist(input: Array, p: float = 2.0) -> Array:
    """The p-norms of the differences of all pairs of rows."""
    if input.ndim != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.ndim}D")
    if input.dtype.kind not in "fV":
        raise RuntimeError("pdist only supports floating-point dtypes")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    first, second = np.triu_indices(input.shape[0], 1)
    return norm_along(input[first] - input[second], p)


@operation(
    takes=("all", "add_stub"),
    rows="distance",
    promote="promote",
    complex="own",
    input=lambda F, g, input, other, p, result: g * direction(F, input - other, result, p),
    other=lambda F, g, input, other, p, result: -(g * direction(F, input - other, result, p)),
    examples=lambda r: [(r(2, 3), r(2, 3), 2.0), (r(3), r(3), 1.0), (r(3), r(2, 3), 3.0)],
)
def dist(input: Array, other: Array, p: float = 2.0) -> Array:
    """The p-norm of ``input - other`` over all elements."""
    check_usual("add_stub", input)
    diff = np.subtract(input, other)
    if diff.dtype.kind not in "fc":
        raise RuntimeError(
            f"norm(): input dtype should be either floating point or complex. Got {dtypes.of(diff).type_name} instead."
        )
    return norm_along(diff.reshape(-1), p)


@operation(
    dims="dim",
    node="NormBackward1",
    spelling="norm",
    complex="own",
    input=lambda F, g, input, p, dim, keepdim, result: _norm_rule(F, g, input, p, dim, keepdim, result),
    examples=lambda r: [(r(2, 3), 2.0, -1, False), (r(2, 3), 3.0, 0, True), (r(3), 1.0, 0, False)],
)
def norm_dim(input: Array, p: float, dim: int, keepdim: bool) -> Array:
    """The p-norm along one dimension, under the graph name that ``pairwise_distance`` has."""
    found = norm_along(input, p, dim)
    return np.expand_dims(found, dim) if keepdim else found


def _norm_rule(F: Any, g: Any, x: Any, p: float, dim: int, keepdim: bool, result: Any) -> Any:
    if not keepdim:
        g, result = F.unsqueeze(g, dim), F.unsqueeze(result, dim)
    return g * direction(F, x, result, p)
