"""``quantile`` and ``nanquantile``, by the steps that PyTorch's graphs show: sort, unless there are few fractions and
elements that lie in order, gather, lerp."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine.inplace import inplace
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics.limits import counted
from ...numerics.releases import Difference, Varying
from ...operations.dims import add_reduce, wrap_dim
from ...operations.elementwise.arithmetic import sub
from ...operations.elementwise.selection import lerp
from ...operations.index.gather import gather
from ...operations.reduce import tie_order
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
        raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
    if not ((q.array >= 0) & (q.array <= 1)).all():
        raise RuntimeError("quantile() q values must be in the range [0, 1]")
    if interpolation not in _METHODS:
        raise RuntimeError(
            f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {interpolation}"
        )


#: Whether few fractions are found by selection, where the elements lie in order.
_SELECTS = Varying(
    True,
    False,
    Difference(
        "quantile, nanquantile of few fractions over the last dimension or all of them",
        "The elements are selected: there is no SortBackward0, and of equal ones another has the gradient.",
        "The elements are sorted: of equal ones the first in its place has the gradient.",
        "x = torch.ones(4, requires_grad=True)\ntorch.quantile(x, 0.0).backward()\nx.grad",
    ),
)


def _selected(elements: Tensor, ranks: Sequence[np.ndarray]) -> list[Tensor]:
    """Where the elements of these ranks are in each row, among equal ones those at which PyTorch's selection ends."""
    array = elements.array
    rows = array.reshape(-1, array.shape[-1])
    order = np.argsort(rows, -1, kind="stable")
    width = ranks[0].shape[-1]
    wanted = np.concatenate([np.broadcast_to(r, (*array.shape[:-1], width)).reshape(-1, width) for r in ranks], -1)
    found = np.take_along_axis(order, wanted, -1)
    if elements.node is not None:
        for k, row in enumerate(counted(rows)):
            if len(np.unique(row)) < len(row):
                at = _by_partition(row.tolist(), np.unique(wanted[k]).tolist())
                found[k] = [at[rank] for rank in wanted[k].tolist()]
    return [wrap(part.reshape(*array.shape[:-1], width)) for part in np.split(found, len(ranks), -1)]


def _by_partition(row: list[float], ranks: list[int]) -> dict[int, int]:
    """The middle one of the ranks among all, then those before and behind it among what is there."""

    def before(i: int, j: int) -> bool:
        return row[i] < row[j] or (row[j] != row[j] and row[i] == row[i])

    at: dict[int, int] = {}

    def select(places: list[int], start: int, wanted: list[int]) -> None:
        if not wanted:
            return
        middle = len(wanted) // 2
        cut = wanted[middle] - start
        tie_order.nth_element(places, before, cut)
        at[wanted[middle]] = places[cut]
        select(places[:cut], start, wanted[:middle])
        select(places[cut + 1 :], start + cut + 1, wanted[middle + 1 :])

    select(list(range(len(row))), 0, ranks)
    return at


def _along_last(input: Tensor, dim: int | None, keepdim: bool) -> tuple[Any, tuple[int, ...], bool]:
    """The elements along a last dimension, the shape of the result without that, and whether it was the last before."""
    shape = input.array.shape
    ndim = len(shape)
    if dim is None:
        return input if ndim == 1 else reshape(input, (-1,)), (1,) * ndim if keepdim else (), True
    at = wrap_dim(dim, ndim)
    if keepdim or not ndim:
        outer = tuple(1 if k == at else n for k, n in enumerate(shape))
    else:
        outer = tuple(n for k, n in enumerate(shape) if k != at)
    if at >= ndim - 1:
        return input, outer, True
    return views.transpose(views.unsqueeze(input, -1), at, -1), outer, False


def _in_order(elements: Tensor, outer: tuple[int, ...], few: bool) -> Any:
    """The elements in the shape of the result and one more dimension, in order unless they are to be selected."""
    shape = (*outer, elements.array.shape[-1] if elements.array.ndim else 1)
    if _SELECTS.value and not state.levels:
        elements = reshape(elements, shape)
        return elements if few else sort(elements, -1, False)[0]
    return views.view(sort(elements, -1, False)[0], shape)


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
    blended = interpolation in ("linear", "midpoint")
    elements, outer, last = _along_last(input, dim, keepdim)
    wanted = q.array.size * (2 if blended else 1)  # by so few of so many PyTorch selects
    few = _SELECTS.value and not state.levels and last and wanted**2 <= (elements.array.shape or (1,))[-1]
    ordered = _in_order(elements, outer, few)
    ranks = _ranks(ordered, q, name == "nanquantile")
    if interpolation == "lower":
        ranks = np.floor(ranks)
    elif interpolation == "higher":
        ranks = np.ceil(ranks)
    elif interpolation == "nearest":
        ranks = np.rint(ranks)
    below = ranks.astype(np.int64)
    both = [below, np.ceil(ranks).astype(np.int64)] if blended else [below]
    places = _selected(ordered, both) if few else [wrap(r) for r in both]
    values: Any = gather(ordered, -1, places[0])
    if blended:
        weights = wrap(np.full_like(ranks, 0.5) if interpolation == "midpoint" else (ranks - below).astype(ranks.dtype))
        if q.node is not None and interpolation == "linear":
            weights = sub(_recorded_ranks(ordered, q, ranks, name == "nanquantile"), wrap(below.astype(ranks.dtype)))
        above = gather(ordered, -1, places[1])
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
            raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q:g}")
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
