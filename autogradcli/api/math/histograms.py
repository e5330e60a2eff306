"""``histogram`` and ``histogramdd`` under their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.limits import counted
from ...operations.reduce import histogram as operations
from ..calls.overloads import define
from ..calls.return_types import ReturnType, return_type

_histogram = return_type("histogram", ("hist", "bin_edges"))
_points = return_type("histogramdd", ("hist", "bin_edges"))


def _by_edges(input: Tensor, bins: Tensor, weight: Tensor | None, density: bool) -> ReturnType:
    """Counts of the values (or sums of their weights) between neighbouring edges, and the edges."""
    if bins.array.dtype is not input.array.dtype:
        raise RuntimeError(
            "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype "
            f"{dtypes.of(input.array).cpp_name} and bins for dimension 0 with dtype {dtypes.of(bins.array).cpp_name}"
        )
    if bins.array.ndim != 1:
        raise RuntimeError(
            f"torch.histogramdd: bins tensor should have one dimension, but got {bins.array.ndim} dimensions in the "
            "bins tensor for dimension 0"
        )
    return _histogram(operations.histogram(input, bins, weight, density))


def _by_count(
    input: Tensor, bins: int, range: Sequence[float] | None, weight: Tensor | None, density: bool
) -> ReturnType:
    """Counts of the values (or sums of their weights) in equal bins, and the edges of these."""
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    low, high = (None, None) if range is None else (range[0], range[1])
    edges = operations.edges_between(input.array, bins, low, high)
    return _histogram(operations.histogram(input, wrap(edges), weight, density))


define(
    "histogram",
    ("(Tensor input, Tensor bins, *, Tensor? weight=None, bool density=False, TensorList out=None)", _by_edges),
    (
        "(Tensor input, int bins=100, *, FloatList? range=None, Tensor? weight=None, bool density=False, "
        "TensorList out=None)",
        _by_count,
    ),
    into="torch Tensor",
)


def _check_points(input: Tensor) -> None:
    if input.array.ndim < 2:
        raise RuntimeError("torch.histogramdd: input tensor should have at least 2 dimensions")


def _of_points(input: Tensor, edges: Sequence[Tensor], weight: Tensor | None, density: bool) -> ReturnType:
    hist = operations.histogram_of_points(input, list(edges), weight, density)
    return _points((hist, tuple(edges)))


def _points_by_counts(
    input: Tensor, bins: Sequence[int], range: Sequence[float] | None, weight: Tensor | None, density: bool
) -> ReturnType:
    """Counts of points in the cells of an even grid, and the edges of that."""
    _check_points(input)
    if len(bins) != input.array.shape[-1]:
        raise RuntimeError("histogramdd: The size of bins must be equal to the innermost dimension of the input.")
    if range is not None and len(range) != 2 * len(bins):
        raise RuntimeError(
            f"torch.histogramdd: for a {len(bins)}-dimensional histogram range should have {2 * len(bins)} elements, "
            f"but got {len(range)}"
        )
    edges = []
    for k, count in enumerate(counted(bins)):
        low, high = (None, None) if range is None else (range[2 * k], range[2 * k + 1])
        edges.append(wrap(operations.edges_between(input.array[..., k], count, low, high)))
    return _of_points(input, edges, weight, density)


def _points_by_count(input: Tensor, bins: int, range: Any, weight: Tensor | None, density: bool) -> ReturnType:
    """Counts of points in the cells of an even grid, and the edges of that."""
    _check_points(input)
    return _points_by_counts(input, (bins,) * input.array.shape[-1], range, weight, density)


def _points_by_edges(input: Tensor, bins: Sequence[Tensor], range: Any, weight: Any, density: bool) -> ReturnType:
    """Counts of points in the cells of a grid given by its edges, and these."""
    _check_points(input)
    return _of_points(input, bins, weight, density)


_TAIL = "FloatList? range=None, Tensor? weight=None, bool density=False)"
define(
    "histogramdd",
    (f"(Tensor input, IntList bins, {_TAIL}", _points_by_counts),
    (f"(Tensor input, int bins, {_TAIL}", _points_by_count),
    (f"(Tensor input, TensorList bins, {_TAIL}", _points_by_edges),
)
