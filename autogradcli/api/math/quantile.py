"""``quantile`` and ``nanquantile``, by the steps that PyTorch's graphs show: sort, gather, lerp."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.inplace import inplace
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...operations.dims import add_reduce, wrap_dim
from ...operations.elementwise.arithmetic import sub
from ...operations.elementwise.selection import lerp
from ...operations.index.indexing import gather
from ...operations.reduce.sorting import sort
from ...operations.shape import view as views
from ...operations.shape.any_shape import reshape
from ..calls.overloads import define
from ..calls.registry import namespace
from ..shape.view_in_place import change_view

_METHODS = ("linear", "lower", "higher", "midpoint", "nearest")


def _checked(name: str, input: Tensor, q: Tensor, interpolation: str) -> None:
    if not input.array.size:
        raise RuntimeError("quantile() input tensor must be non-empty")
    if q.array.ndim > 1:
        raise RuntimeError("quantile() q must be a scalar or 1D tensor")
    if input.array.dtype.name not in ("float32", "float64"):
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if q.array.dtype is not input.array.dtype:
        raise RuntimeError(f"{name}() q tensor must be same dtype as the input tensor")
    if not ((q.array >= 0) & (q.array <= 1)).all():
        raise RuntimeError(f"{name}() q values must be in the range [0, 1]")
    if interpolation not in _METHODS:
        raise RuntimeError(
            f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {interpolation}"
        )


def _sorted_last(input: Tensor, dim: int | None, keepdim: bool) -> tuple[Any, tuple[int, ...]]:
    """The elements in order along a last dimension, and the shape of the result without that."""
    shape = input.array.shape
    ndim = len(shape)
    if dim is None:
        ordered = sort(input if ndim == 1 else reshape(input, (-1,)), -1, False)[0]
        return ordered, (1,) * ndim if keepdim else ()
    at = wrap_dim(dim, ndim)
    if keepdim or not ndim:
        outer = tuple(1 if k == at else n for k, n in enumerate(shape))
    else:
        outer = tuple(n for k, n in enumerate(shape) if k != at)
    if at >= ndim - 1:
        return sort(input, -1, False)[0], outer
    return sort(views.transpose(views.unsqueeze(input, -1), at, -1), -1, False)[0], outer


def _ranks(ordered: Tensor, q: Tensor, ignore_nan: bool) -> np.ndarray:
    """The place of each quantile among the sorted elements, as a float with the dimensions of these."""
    count = ordered.array.shape[-1] if ordered.array.ndim else 1
    missing = np.isnan(ordered.array)
    quantiles = q.array.reshape(-1)
    if ignore_nan:
        last = add_reduce(~missing, -1, None, None, True).astype(quantiles.dtype) - 1
        return np.asarray(np.maximum(quantiles * last, 0))
    ranks = np.broadcast_to(quantiles * quantiles.dtype.type(count - 1), (*missing.shape[:-1], quantiles.size))
    return np.where(missing.any(-1, keepdims=True), quantiles.dtype.type(count - 1), ranks)


def _recorded_ranks(ordered: Tensor, q: Tensor, ranks: np.ndarray, ignore_nan: bool) -> Any:
    """The same as a tensor with its history, for the gradient of ``q``: constant where a NaN or an end decides."""
    torch = namespace("torch")
    if ignore_nan:
        missing = np.isnan(ordered.array)
        last = wrap(add_reduce(~missing, -1, None, None, True).astype(ranks.dtype) - 1)
        found = torch["mul"](q, last)
        return torch["masked_fill"](found, wrap(found.array < 0), 0.0)
    count = (ordered.array.shape[-1] if ordered.array.ndim else 1) - 1
    missing = np.isnan(ordered.array).any(-1, keepdims=True)
    return torch["masked_fill"](torch["mul"](q, count), wrap(missing), float(count))


def _quantile(name: str, input: Tensor, q: Tensor, dim: int | None, keepdim: bool, interpolation: str) -> Any:
    _checked(name, input, q, interpolation)
    ordered, outer = _sorted_last(input, dim, keepdim)
    count = ordered.array.shape[-1] if ordered.array.ndim else 1
    ordered = views.view(ordered, (*outer, count))
    ranks = _ranks(ordered, q, name == "nanquantile")
    if interpolation == "lower":
        ranks = np.floor(ranks)
    elif interpolation == "higher":
        ranks = np.ceil(ranks)
    elif interpolation == "nearest":
        ranks = np.rint(ranks)
    below = ranks.astype(np.int64)
    values: Any = gather(ordered, -1, wrap(below))
    if interpolation in ("linear", "midpoint"):
        weights = wrap(np.full_like(ranks, 0.5) if interpolation == "midpoint" else (ranks - below).astype(ranks.dtype))
        if q.node is not None and interpolation == "linear":
            weights = sub(_recorded_ranks(ordered, q, ranks, name == "nanquantile"), wrap(below.astype(ranks.dtype)))
        above = gather(ordered, -1, wrap(np.ceil(ranks).astype(np.int64)))
        values = inplace(lerp, values, above, weights)
    if q.array.ndim:
        values = change_view(values, views.unsqueeze.in_place, 0)
        values = change_view(values, views.transpose.in_place, 0, -1)
    if state.levels:
        return views.squeeze_dim(values, -1)  # a change of shape in place is not seen by a level of torch.func
    return change_view(values, views.squeeze_dim.in_place, -1)


def _of(name: str) -> Any:
    def by_tensor(input: Tensor, q: Tensor, dim: int | None, keepdim: bool, interpolation: str) -> Any:
        """The value below which a fraction ``q`` of the elements lies, between neighbours by interpolation."""
        return _quantile(name, input, q, dim, keepdim, interpolation)

    def by_number(input: Tensor, q: float, dim: int | None, keepdim: bool, interpolation: str) -> Any:
        """The value below which a fraction ``q`` of the elements lies, between neighbours by interpolation."""
        if not 0 <= q <= 1:
            raise RuntimeError(f"{name}() q must be in the range [0, 1] but got {q:g}")
        fraction = np.asarray(q, input.array.dtype if input.array.dtype.kind == "f" else np.float32)
        return _quantile(name, input, wrap(fraction), dim, keepdim, interpolation)

    return by_tensor, by_number


for _name in ("quantile", "nanquantile"):
    _by_tensor, _by_number = _of(_name)
    _tail = 'int? dim=None, bool keepdim=False, *, str interpolation="linear", Tensor out=None'
    define(
        _name,
        (f"(Tensor input, Tensor q, {_tail})", _by_tensor),
        (f"(Tensor input, float q, {_tail})", _by_number),
        into="torch Tensor",
    )
