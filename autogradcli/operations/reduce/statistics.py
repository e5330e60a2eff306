"""Variance, standard deviation and ``logsumexp``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ...engine.state import state
from ...numerics import dtypes
from ...numerics.blocks import BLOCK, LARGE, blocks, row_blocks
from ..dims import (
    Dims,
    Shape,
    add_reduce,
    axis_of,
    kept_shape,
    maximum_reduce,
    reduced_count,
    rows_of,
    wrap_dims,
)
from ..elementwise import elementary
from .reduction import unreduced

# -- variance ----------------------------------------------------------------------------------------------


def _check_inexact(name: str, input: Array) -> None:
    if input.dtype.kind not in "fc":
        raise RuntimeError(f"{name} only support floating point and complex dtypes")


#: Elements up to which NumPy's own sum, which nothing interrupts, takes no time.
_FEW = 4_096


def _spread(
    input: Array, dim: Dims, correction: float | None, keepdim: bool, root: bool = False
) -> tuple[Array, Array]:
    """Variance (its square root if ``root``) and mean. The divisor is ``count - correction``, at least 0."""
    axis = axis_of(dim, input.ndim)
    count = reduced_count(input.shape, dim)
    correction = 1 if correction is None else correction
    narrow = input.dtype if input.dtype.kind == "f" and input.itemsize < 8 else None
    rows = rows_of(input, dim, count) if narrow is not None and input.size >= LARGE else None
    if rows is not None:
        mean, total = (x.reshape(kept_shape(input.shape, dim)) for x in _moments(rows))
        if not keepdim:
            total = total.reshape([n for k, n in enumerate(input.shape) if k not in wrap_dims(dim, input.ndim)])
    else:
        add: Any = add_reduce
        if narrow is not None:  # computed in double, as PyTorch does: rounded, no order of additions is seen
            add = np.add.reduce if input.size < _FEW else add_reduce
            input = input.astype(np.float64)
        mean = np.true_divide(add(input, axis, None, None, True), count)
        away = np.subtract(input, mean)
        squares = (away * away.conj()).real if input.dtype.kind == "c" else np.multiply(away, away)
        total = add(squares, axis, None, None, keepdim)
    if not keepdim:
        mean = mean.reshape(total.shape)
    spread = np.true_divide(total, max(0, count - correction))
    if root:  # before it is rounded
        spread = np.sqrt(spread)
    return (spread, mean) if narrow is None else (spread.astype(narrow), mean.astype(narrow))


def _moments(rows: Array) -> tuple[Array, Array]:
    """Of each row its mean, and the sum of squares of what its elements differ from that by: in double precision, so
    much at a time that the doubles stay in the cache."""
    count, width = rows.shape
    means, squares = np.empty(count), np.empty(count)
    if width <= BLOCK:
        ones = np.ones(width)
        for part in row_blocks(count, width):
            x = rows[part].astype(np.float64)
            means[part] = mean = x @ ones / width
            x -= mean[:, None]
            np.vecdot(x, x, out=squares[part])
        return means, squares
    for k, row in enumerate(rows):
        means[k], squares[k] = _moments_of_one(row)
    return means, squares


def _moments_of_one(row: Array) -> tuple[float, float]:
    """The same of a row that fills many parts, each read once: what its elements differ from the mean of the first part
    by is summed and squared. That mean is near enough, for else the first part alone would make the sum large."""
    total = squares = 0.0
    first: Any = None
    for a, b in blocks(row.size):
        x = row[a:b].astype(np.float64)
        if first is None:
            first = np.add.reduce(x) / x.size
        x -= first
        total += float(np.add.reduce(x))
        squares += float(np.dot(x, x))
    return float(first + total / row.size), squares - total * total / row.size


def _warned(name: str, input: Array, dim: Dims, correction: float | None) -> None:
    count = reduced_count(input.shape, dim)
    if input.size and count <= (1 if correction is None else correction):
        state.warn(
            "UserWarning",
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor "
            "(input numel divided by output numel). (Triggered internally at "
            "/__w/pytorch/pytorch/aten/src/ATen/native/ReduceOps.cpp:1861.)",
        )


def _var_back(F: Any, g: Any, input: Any, dim: Dims, correction: float | None, keepdim: bool) -> Any:
    """2 / (n - c) * (x - mean): the mean's own share cancels, as deviations sum to zero."""
    shape = tuple(input.shape)
    freedom = reduced_count(shape, dim) - (1 if correction is None else correction)
    g = unreduced(F, g, shape, dim, keepdim)
    mean = F.mean_all(input) if dim is None else F.mean_dim(input, dim, True)
    if freedom <= 0 and (dim is None or not shape):
        return g * F.masked_fill(
            F.masked_fill(F.zeros_like(input), F.eq(input, mean), math.nan), F.ne(input, mean), math.inf
        )
    return F.mul_scalar(g, 2.0 / freedom if freedom else math.inf) * (input - mean)


@operation(
    layout="contiguous",
    dims="dim",
    complex="own",
    input=lambda F, g, input, dim, correction, keepdim: _var_back(F, g, input, dim, correction, keepdim),
    examples=lambda r: [(r(2, 3), None), (r(2, 3), 0, 0), (r(2, 3, 2), (0, -1), 1, True)],
)
def var(input: Array, dim: Dims = None, correction: float | None = None, keepdim: bool = False) -> Array:
    """Variance over some dimensions; the divisor is the count less ``correction``."""
    _check_inexact("std and var", input)
    _warned("var", input, dim, correction)
    return _spread(input, dim, correction, keepdim)[0]


def _std_back(F: Any, g: Any, result: Any, input: Any, dim: Dims, correction: float | None, keepdim: bool) -> Any:
    half = F.guard_fill(g / (result * 2), F.eq(result, 0), 0.0)
    return _var_back(F, half, input, dim, correction, keepdim)


@operation(
    layout="contiguous",
    dims="dim",
    complex="own",
    input=lambda F, g, input, dim, correction, keepdim, result: _std_back(
        F, g, result, input, dim, correction, keepdim
    ),
    examples=lambda r: [(r(2, 3), None), (r(2, 3), 0, 0), (r(2, 3, 2), (0, -1), 1, True)],
)
def std(input: Array, dim: Dims = None, correction: float | None = None, keepdim: bool = False) -> Array:
    """Standard deviation over some dimensions."""
    _check_inexact("std and var", input)
    _warned("std", input, dim, correction)
    return _spread(input, dim, correction, keepdim, True)[0]


def _with_mean(F: Any, spread: Any, g_mean: Any, input: Any, dim: Dims, keepdim: bool) -> Any:
    """Add to the gradient through the spread that through the mean, either of which may be missing."""
    if g_mean is None:
        return spread
    shape = tuple(input.shape)
    mean = F.div_scalar(F.expand(unreduced(F, g_mean, shape, dim, keepdim), shape), reduced_count(shape, dim))
    return mean if spread is None else spread + mean


@operation(
    layout="contiguous",
    dims="dim",
    outputs=("var", "mean"),
    complex="own",
    input=lambda F, g, input, dim, correction, keepdim: _with_mean(
        F, None if g[0] is None else _var_back(F, g[0], input, dim, correction, keepdim), g[1], input, dim, keepdim
    ),
    examples=lambda r: [(r(2, 3), None), (r(2, 3), 0, 0, True)],
)
def var_mean(
    input: Array, dim: Dims = None, correction: float | None = None, keepdim: bool = False
) -> tuple[Array, Array]:
    """Variance and mean over some dimensions."""
    _check_inexact("var_mean", input)
    _warned("var_mean", input, dim, correction)
    return _spread(input, dim, correction, keepdim)


@operation(
    layout="contiguous",
    dims="dim",
    outputs=("std", "mean"),
    complex="own",
    input=lambda F, g, input, dim, correction, keepdim, result0: _with_mean(
        F,
        None if g[0] is None else _std_back(F, g[0], result0, input, dim, correction, keepdim),
        g[1],
        input,
        dim,
        keepdim,
    ),
    examples=lambda r: [(r(2, 3), None), (r(2, 3), 0, 0, True)],
)
def std_mean(
    input: Array, dim: Dims = None, correction: float | None = None, keepdim: bool = False
) -> tuple[Array, Array]:
    """Standard deviation and mean over some dimensions."""
    _check_inexact("std_mean", input)
    _warned("std_mean", input, dim, correction)
    return _spread(input, dim, correction, keepdim, True)


# -- logsumexp ---------------------------------------------------------------------------------------------


def _logsumexp_back(F: Any, g: Any, input: Any, result: Any, dim: Dims, keepdim: bool) -> Any:
    shape: Shape = tuple(input.shape)
    weight = F.exp(input - unreduced(F, result, shape, dim, keepdim))
    return unreduced(F, g, shape, dim, keepdim) * weight


def _logsumexp_push(F: Any, t: Any, input: Any, dim: Dims, keepdim: bool) -> Any:
    """The tangent weighted by the softmax, which is normalised here so that weights of 1 give exactly 1."""
    weight = F.exp(input if input.dtype.is_complex else input - F.amax(input, dim, True))
    return F.div(F.sum_dim(weight * t, dim, keepdim), F.sum_dim(weight, dim, keepdim))


@operation(
    takes=("all", "max_values_cpu"),
    layout="contiguous",
    input=lambda F, g, input, dim, keepdim, result: _logsumexp_back(F, g, input, result, dim, keepdim),
    jvp=lambda F, t, input, dim, keepdim: _logsumexp_push(F, t["input"], input, dim, keepdim),
    examples=lambda r: [(r(2, 3), 0), (r(2, 3), (0, 1), True), (r(), 0)],
    dims="dim",
)
def logsumexp(input: Array, dim: Dims, keepdim: bool = False) -> Array:
    """``log(sum(exp(x)))`` over some dimensions, without overflow."""
    if input.dtype.kind in "iub":
        input = input.astype(dtypes.default.np)
    axis = axis_of(dim, input.ndim)
    if not input.size:
        return elementary.log(add_reduce(elementary.exp(input), axis, None, None, keepdim))
    top = maximum_reduce(input.real, axis, None, None, True)
    top = np.where(np.isinf(top), top.dtype.type(0), top)
    total = elementary.log(add_reduce(elementary.exp(np.subtract(input, top)), axis, None, None, keepdim))
    return np.add(total, top.reshape(total.shape))
