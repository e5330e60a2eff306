"""``hist``: how many numbers of one series, or of several, are in each of the bins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...engine.tensor import Tensor
from ...numerics.limits import run
from ..arrays.values import NumPyArray
from ..tensor.attributes import array_value
from .figures import Axes, Bars, Call
from .plain_data import numbers

_MOST_SERIES = 100


def _series(name: str, value: Any) -> list[np.ndarray]:
    """The series of a list of lists, of the columns of a matrix, or the one of all else."""
    several = type(value) in (list, tuple) and any(
        type(each) in (list, tuple, range, NumPyArray) or (isinstance(each, Tensor) and each.ndim) for each in value
    )
    if several:
        found = [_one(name, each) for each in value]
    else:
        array = _kept(value, numbers(name, value))
        found = [array.reshape(-1)] if array.ndim != 2 else list(array.T)
    if len(found) > _MOST_SERIES:
        raise ValueError(f"{name}() draws at most {_MOST_SERIES} series")
    return found


def _one(name: str, value: Any) -> np.ndarray:
    return _kept(value, numbers(name, value)).reshape(-1)


def _kept(value: Any, found: np.ndarray) -> np.ndarray:
    """In float32 what was: the edges of bins are such numbers, too."""
    single = isinstance(getattr(value, "array", None), np.ndarray) and value.array.dtype == np.float32
    return found.astype(np.float32) if single else found


def counted(name: str, value: Any, options: dict[str, Any]) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
    """The series, what is drawn of each, and the edges of the bins, as Matplotlib's ``hist`` has them."""
    series = _series(name, value)
    run.spend(8 * sum(each.size for each in series))
    bins, span = options.get("bins", 10), options.get("range")
    if span is not None:
        span = tuple(float(each) for each in span)
    weights = options.get("weights")
    shares = [None] * len(series) if weights is None else _weights(name, weights, series)
    density, stacked = options.get("density", False), options.get("stacked", False)
    if len(series) > 1 and not isinstance(bins, (np.ndarray, list)):
        if span is None:
            filled = [each for each in series if each.size]
            span = (min(map(np.nanmin, filled)), max(map(np.nanmax, filled))) if filled else None
        edges = np.histogram_bin_edges(np.concatenate(series), bins, span)
    else:
        edges = np.histogram_bin_edges(series[0], bins, span)
    plain = bool(density and not stacked)
    heights = [
        np.histogram(each, edges, weights=share, density=plain)[0].astype(float)
        for each, share in zip(series, shares, strict=True)
    ]
    if stacked:
        heights = list(np.cumsum(heights, axis=0))
        if density:
            heights = [each / np.diff(edges) / heights[-1].sum() for each in heights]
    cumulative = options.get("cumulative", False)
    if cumulative:
        widths = np.diff(edges) if density else 1.0
        turned = slice(None, None, -1 if cumulative < 0 else 1)
        heights = [np.cumsum((each * widths)[turned])[turned] for each in heights]
    return series, heights, edges


def _weights(name: str, value: Any, series: list[np.ndarray]) -> list[np.ndarray]:
    found = list(value.T) if isinstance(value, np.ndarray) and value.ndim == 2 else None
    if found is None:
        found = [
            np.asarray(each, float) for each in (value if type(value) in (list, tuple) and len(series) > 1 else [value])
        ]
    if [each.size for each in found] != [each.size for each in series]:
        raise ValueError("weights should have the same shape as x")
    return found


def histogram(axes: Axes, name: str, value: Any, options: dict[str, Any]) -> tuple[Any, ...]:
    """Draw it: the heights, the edges of the bins, and the bars; of several series a list of bars."""
    series, heights, edges = counted(name, value, options)
    one = len(series) == 1
    call = Call(name, (series[0] if one else series,), {**options, "bins": edges})
    axes.add(call)
    if one:
        return array_value(heights[0]), array_value(edges.astype(float)), Bars(call, axes, (2,))
    bars = [Bars(call, axes, (2, k)) for k in range(len(series))]
    return array_value(np.array(heights)), array_value(edges.astype(float)), bars


def words_of(options: Mapping[str, Any]) -> list[str]:
    """The labels of several series."""
    label = options.get("label", "")
    return [str(each) for each in label] if isinstance(label, list) else [str(label)]
