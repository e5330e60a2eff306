"""Running sums, products and extremes along a dimension."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...engine.operation import Array, Number, operation
from ...engine.state import state
from ...numerics.blocks import LARGE, row_blocks
from ...numerics.dtypes import DType
from ...numerics.layouts import moveaxis
from ...numerics.repeated import once, repeated
from ..dims import maximum_reduce, numel, wrap_dim
from ..elementwise import elementary
from ..refuse import not_implemented_for
from .reduction import cast_first

_LINEAR: dict[str, Any] = {"kind": "linear", "complex": "own"}


#: So many numbers side by side are added at once more quickly than NumPy accumulates them.
_WIDE = 64


def _in_double(ufunc: Any, input: Array, at: int, out: np.dtype) -> Array:
    """Accumulated in double precision; large arrays some rows at a time, so that the doubles stay in the cache."""
    if input.size < LARGE or input.ndim < 2:
        return ufunc.accumulate(input, at, np.float64).astype(out)
    width = input.shape[at]
    if at < input.ndim - 1:
        behind = numel(input.shape[at + 1 :])
        if behind < _WIDE:
            return ufunc.accumulate(input, at, np.float64).astype(out)
        layers = input.reshape(-1, width, behind)
        made = np.empty(layers.shape, out)
        total = layers[:, 0].astype(np.float64)
        made[:, 0] = total
        for k in range(1, width):
            made[:, k] = ufunc(total, layers[:, k], total)
        return made.reshape(input.shape)
    rows = input.reshape(-1, width)
    made = np.empty(rows.shape, out)
    for part in row_blocks(len(rows), 2 * width):
        wide = rows[part].astype(np.float64)
        made[part] = ufunc.accumulate(wide, 1, None, wide)
    return made.reshape(input.shape)


def _running(ufunc: Any, input: Array, dim: int, dtype: DType | None) -> Array:
    at = wrap_dim(dim, input.ndim)
    if dtype is not None:
        input = cast_first(input, dtype, f"{'cumsum' if ufunc is np.add else 'cumprod'}_out_cpu")
    out = input.dtype
    if out.kind in "iub":
        out = np.dtype(np.int64) if dtype is None else dtype.np
        if out.kind == "b":
            not_implemented_for(f"{'cumsum' if ufunc is np.add else 'cumprod'}_out_cpu", np.empty(0, out))
    if not input.ndim:
        return input.astype(out)
    double = out.kind == "f" and out.itemsize < 8  # accumulated in double, as PyTorch does
    found: Array = _in_double(ufunc, input, at, out) if double else ufunc.accumulate(input, at, out)
    if ufunc is np.add and out.kind in "fc":
        found += 0.0  # PyTorch's sum begins with 0, so that it is never -0
    return found


def _sum_back(F: Any, g: Any, dim: int) -> Any:
    """The running sum from the end. Of a large array it is made once where it repeats itself, and nothing is copied."""
    if g.__class__ is np.ndarray and g.ndim and g.size >= LARGE:
        at = wrap_dim(dim, g.ndim)
        return repeated(np.flip(_running(np.add, np.flip(once(g, at), at), at, None), at), g.shape)
    return F.flip(F.cumsum(F.flip(g, (dim,)), dim), (dim,))


@operation(
    takes=("all", "cumsum_out_cpu"),
    in_dtype=True,
    layout="contiguous",
    input=lambda F, g, dim: _sum_back(F, g, dim),
    jvp=lambda F, t, dim, dtype: F.cumsum(t["input"], dim, dtype),
    examples=lambda r: [(r(2, 3), 0), (r(2, 3), -1), (r(), 0)],
    complex="own",
    dims="dim",
)
def cumsum(input: Array, dim: int, dtype: DType | None = None) -> Array:
    """Running sum along a dimension."""
    return _running(np.add, input, dim, dtype)


# -- products ----------------------------------------------------------------------------------------------
#
# With  c[k] = x[k] c[k-1]  the gradient is  s[k] c[k-1],  where  s[k] = g[k] + x[k+1] s[k+1]  runs backwards. Both
# recurrences are ``recurrence``, whose own derivative is another one, so zeros do no harm in any order.


def _shift_said(F: Any, input: Any, dim: int, by: int, fill: Number) -> Any:
    """All but the last (or first), after (before) what comes in."""
    n = input.shape[dim] if input.ndim else 0
    if not n:
        return None
    shape = tuple(1 if k == dim % input.ndim else m for k, m in enumerate(input.shape))
    edge = F.constant(np.full(shape, fill, input.dtype.np))
    if n == 1:
        return edge
    rest = F.slice_(input, dim, 0, n - 1, 1) if by > 0 else F.slice_(input, dim, 1, n, 1)
    return F.cat([edge, rest] if by > 0 else [rest, edge], dim)


def _recurrence_said(F: Any, factor: Any, term: Any, dim: int) -> Any:
    """The solution of ``(I - D) h = term``, where D has the factors below its diagonal."""
    n, last = (term.shape[dim], term.ndim - 1) if term.ndim else (1, 0)
    if n <= 1:
        return term
    a, b = F.slice_(factor, dim, 1, n, 1), term
    if dim % term.ndim != last:
        a, b = F.transpose(a, dim, last), F.transpose(b, dim, last)
    matrix = F.identity(n, term) - F.diag_embed(a, -1, -2, -1)
    found = F.squeeze_dim(F.linalg_solve_triangular(matrix, F.unsqueeze(b, -1), False), -1)
    return found if dim % term.ndim == last else F.transpose(found, dim, last)


@operation(
    dims="dim",
    formula=_shift_said,
    kind="linear",
    complex="own",
    jvp=lambda F, t, dim, by: F.shifted(t["input"], dim, by, 0.0),
    input=lambda F, g, dim, by: F.shifted(g, dim, -by, 0.0),
    examples=lambda r: [(r(2, 3), 1, 1, 0.0), (r(3), 0, -1, 1.0)],
)
def shifted(input: Array, dim: int, by: int, fill: Number) -> Array:
    """Moved by one along a dimension, forwards or backwards, with ``fill`` where nothing comes in."""
    if not input.ndim:
        return np.full((), fill, input.dtype)
    x = moveaxis(input, dim, 0)
    out = np.empty(input.shape, input.dtype)
    moved = moveaxis(out, dim, 0)
    if by > 0:
        moved[:1] = fill
        moved[1:] = x[:-1]
    else:
        moved[-1:] = fill
        moved[:-1] = x[1:]
    return out


def _recurrence_back(F: Any, g: Any, factor: Any, dim: int) -> Any:
    """The adjoint runs the other way: ``s[k] = g[k] + factor[k+1] s[k+1]``."""
    back = (dim,)
    return F.flip(F.recurrence(F.flip(F.shifted(factor, dim, -1, 0.0), back), F.flip(g, back), dim), back)


@operation(
    dims="dim",
    formula=_recurrence_said,
    factor=lambda F, g, factor, result, dim: _recurrence_back(F, g, factor, dim) * F.shifted(result, dim, 1, 0.0),
    term=lambda F, g, factor, dim: _recurrence_back(F, g, factor, dim),
    examples=lambda r: [(r(2, 3), r(2, 3), 1), (r(3), r(3), 0)],
)
def recurrence(factor: Array, term: Array, dim: int) -> Array:
    """``h[k] = factor[k] h[k-1] + term[k]`` along a dimension, from ``h[-1] = 0``."""
    out = np.array(term)
    if out.ndim:
        h, a = moveaxis(out, dim, 0), moveaxis(factor, dim, 0)
        for k in range(1, h.shape[0]):
            h[k] += a[k] * h[k - 1]
    return out


#: Elements of which nobody reads the last digits: without a zero among them, what is left of a product is a quotient.
_MANY = 1 << 12


def _cumprod_back(F: Any, g: Any, input: Any, result: Any, dim: int) -> Any:
    if numel(tuple(input.shape)) <= 1 or input.shape[dim] == 1:
        return g
    back = (dim,)
    if input.__class__ is np.ndarray and input.size > _MANY and input.dtype.kind == "f" and input.all():
        return _sum_back(F, g * result, dim) / input

    def divided() -> Any:
        return F.flip(F.cumsum(F.flip(g * result, back), dim), back) / input

    def without_division() -> Any:
        if not state.levels and _has_no_zero(input):  # as PyTorch computes it then
            return divided()
        return _recurrence_back(F, g, input, dim) * F.shifted(result, dim, 1, 1.0)

    return F.readable(divided, without_division, input, result)


def _has_no_zero(x: Any) -> bool:
    """Whether it is known that all elements are other than zero; of a formula it isn't."""
    array = x if isinstance(x, np.ndarray) else getattr(x, "array", None)
    return array is not None and bool(np.all(array))


@operation(
    takes=("all", "cumprod_out_cpu"),
    in_dtype=True,
    layout="contiguous",
    input=lambda F, g, input, result, dim: _cumprod_back(F, g, input, result, dim),
    examples=lambda r: [(r(2, 3), 0), (r(2, 3), -1), (r(), 0)],
    dims="dim",
)
def cumprod(input: Array, dim: int, dtype: DType | None = None) -> Array:
    """Running product along a dimension."""
    return _running(np.multiply, input, dim, dtype)


# -- extremes ----------------------------------------------------------------------------------------------


def _latest_extreme(name: str, input: Array, dim: int) -> tuple[Array, Array]:
    """Running extreme and the last index that has it; NaN wins over everything and stays."""
    if not input.ndim:
        if dim not in (0, -1):
            raise IndexError(f"{name}(): Expected reduction dim -1 or 0 for scalar but got {dim}")
        return input.copy(), np.zeros((), np.int64)
    at = wrap_dim(dim, input.ndim)
    ufunc = np.maximum if name == "cummax" else np.minimum
    values = ufunc.accumulate(input, at)
    shape = [1] * input.ndim
    shape[at] = input.shape[at]
    places = np.arange(input.shape[at]).reshape(shape)
    hit = input == values
    if input.dtype.kind == "f":
        hit |= np.isnan(input)
    index = np.maximum.accumulate(np.where(hit, places, 0), at)
    return values, index


def _by_index(node: str) -> dict[str, Any]:
    return {
        "node": node,
        "dims": "dim",
        "outputs": ("values", "indices"),
        "differentiable": (0,),
        "input": lambda F, g, input, input_shape, dim, result1: (
            F.scatter_add(F.new_zeros(g[0], input_shape), dim, result1, g[0]) if input_shape else g[0]
        ),
        "jvp": lambda F, t, input_shape, dim, result1: (
            F.gather(t["input"], dim, result1) if input_shape else t["input"],
            None,
        ),
        "examples": lambda r: [(r.distinct((2, 3)), 0), (r.distinct((2, 3)), -1)],
    }


@operation(takes=("bool integer floating", "cummax_cpu"), layout="contiguous", **_by_index("CummaxBackward0"))
def cummax(input: Array, dim: int) -> tuple[Array, Array]:
    """Running maximum along a dimension and the last index that has it."""
    return _latest_extreme("cummax", input, dim)


@operation(takes=("bool integer floating", "cummin_cpu"), layout="contiguous", **_by_index("CumminBackward0"))
def cummin(input: Array, dim: int) -> tuple[Array, Array]:
    """Running minimum along a dimension and the last index that has it."""
    return _latest_extreme("cummin", input, dim)


# -- logcumsumexp ------------------------------------------------------------------------------------------


def _logcumsumexp_back(F: Any, g: Any, input: Any, result: Any, dim: int) -> Any:
    """``sum over k >= i of g[k] exp(x[i] - result[k])``, by a recurrence whose factors are at most 1."""
    if not len(input.shape):
        return g
    back = (dim,)

    def full() -> Any:
        factor = F.exp(result - F.shifted(result, dim, -1, math.inf))
        total = F.flip(F.recurrence(F.flip(factor, back), F.flip(g, back), dim), back)
        return F.exp(input - result) * total

    return F.readable(lambda: F.exp(input) * F.flip(F.cumsum(F.flip(g / F.exp(result), back), dim, None), back), full)


@operation(
    dims="dim",
    takes=("floating complex", "logcumsumexp_out_cpu"),
    layout="contiguous",
    input=lambda F, g, input, result, dim: _logcumsumexp_back(F, g, input, result, dim),
    examples=lambda r: [(r(2, 3), 0), (r(2, 3), -1), (r(), 0)],
)
def logcumsumexp(input: Array, dim: int) -> Array:
    """``log`` of the running sum of ``exp(x)`` along a dimension."""
    at = wrap_dim(dim, input.ndim)
    if not input.ndim:
        return input.copy()
    if input.dtype.kind == "c":
        top = maximum_reduce(input.real, at, None, None, True)
        return elementary.log(np.add.accumulate(elementary.exp(input - top), at)) + top
    return np.logaddexp.accumulate(input, at, np.float64).astype(input.dtype)
