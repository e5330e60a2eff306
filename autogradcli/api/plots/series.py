"""What ``hist`` counts: of one series of numbers, or of several side by side or on top of each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def histogram(series: list[np.ndarray], options: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """How many numbers of each series, of shape (n,), are in each bin, shape (series, bins), as Matplotlib counts; and
    the edges, shape (bins + 1,)."""
    bins, between = options.get("bins", 10), options.get("range")
    between = None if between is None else tuple(np.asarray(between, float).reshape(-1)[:2])
    density, stacked, cumulative = (options.get(name, False) for name in ("density", "stacked", "cumulative"))
    weights = options.get("weights")
    given = [None] * len(series) if weights is None else [np.asarray(weights, float).reshape(-1)] * len(series)
    if len(series) > 1:
        bins = np.histogram_bin_edges(np.concatenate(series), bins, between)
    counts: list[np.ndarray] = []
    for values, weight in zip(series, given):
        count, bins = np.histogram(values, bins, between, weights=weight, density=bool(density and not stacked))
        counts.append(count)
    edges = np.asarray(bins, dtype=None if series[0].dtype == np.float32 else float)
    tops = np.array(counts, float)
    if stacked:
        tops = tops.cumsum(axis=0)
        if density:
            tops = tops / np.diff(edges) / tops[-1].sum()
    if cumulative:
        backwards = not isinstance(cumulative, bool) and cumulative < 0
        each = tops * np.diff(edges) if density else tops
        tops = each[:, ::-1].cumsum(axis=1)[:, ::-1] if backwards else each.cumsum(axis=1)
    return tops, edges.astype(float)
