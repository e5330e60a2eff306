"""Counts in bins of one value or of points: ``histogram``, ``histogramdd``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...engine.operation import Array, Index, operation
from ...numerics import dtypes
from ..dims import maximum_reduce, minimum_reduce
from ..refuse import not_implemented_for, underivable
from ..shape.spacing import spaced


def edges_between(values: Array, bins: int, low: float | None, high: float | None) -> Array:
    """``bins`` equal bins, by their edges; without limits from the least to the largest value.

    Raises NotImplementedError for values that are not floating.
    """
    if values.dtype.kind != "f":
        not_implemented_for("histogramdd", values)
    if low is None or high is None:
        low = float(minimum_reduce(values, None)) if values.size else 0.0
        high = float(maximum_reduce(values, None)) if values.size else 0.0
    if low == high:
        low, high = low - 0.5, high + 0.5
    first, last = np.array(low, values.dtype), np.array(high, values.dtype)
    return spaced(first, last, (last - first) / np.array(bins, values.dtype), bins + 1)


@operation(
    takes=("floating", "histogramdd"),
    outputs=("hist", "bin_edges"),
    node="torch::autograd::NotImplemented",
    input=underivable("histogram"),
    weight=underivable("histogram"),
    examples=lambda r: [(r(4), r.tensor([-1.0, 0.0, 1.0]))],
)
def histogram(input: Array, edges: Index, weight: Array | None = None, density: bool = False) -> tuple[Array, Array]:
    """Counts of the values (or sums of their weights) between neighbouring edges, and the edges."""
    _check_weight(input, weight)
    counts = _counted(input.reshape(-1, 1), [edges], weight)
    if density:
        counts = counts / (counts.sum() * np.diff(edges))
    return counts.astype(input.dtype), edges.copy()


@operation(takes=("floating", "histogramdd"), examples=lambda r: [(r(4, 1), [r.tensor([-1.0, 0.0, 1.0])])])
def histogram_of_points(input: Array, edges: list[Index], weight: Array | None = None, density: bool = False) -> Array:
    """Counts of points, the last dimension of ``input``, in the cells of a grid given by its edges."""
    _check_weight(input, weight)
    counts = _counted(input.reshape(-1, input.shape[-1]), edges, weight)
    if density:
        volume = np.ones((), counts.dtype)
        for k, e in enumerate(edges):
            volume = volume * np.diff(e).reshape((-1,) + (1,) * (len(edges) - k - 1))
        counts = counts / (counts.sum() * volume)
    return counts.astype(input.dtype)


def _check_weight(input: Array, weight: Array | None) -> None:
    if weight is not None and weight.dtype is not input.dtype:
        kinds = [dtypes.of(a).cpp_name for a in (input, weight)]
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same "
            f"dtype, but got input({kinds[0]}), and weight({kinds[1]})"
        )


def _counted(points: Array, edges: Sequence[Array], weight: Array | None) -> Array:
    """The last bin of each dimension holds its upper edge, too."""
    cells = []
    inside = np.ones(len(points), np.bool_)
    for k, e in enumerate(edges):
        cell = np.searchsorted(e, points[:, k], "right") - 1
        cell[points[:, k] == e[-1]] = len(e) - 2
        inside &= (cell >= 0) & (cell < len(e) - 1)
        cells.append(cell)
    shape = tuple(len(e) - 1 for e in edges)
    out = np.zeros(shape, np.float64)
    added = 1.0 if weight is None else weight.reshape(-1)[inside]
    np.add.at(out, tuple(cell[inside] for cell in cells), added)
    return out
