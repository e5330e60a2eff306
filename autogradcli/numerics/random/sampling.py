"""Samples whose parameters are arrays: categories, and normals of a mean each, in PyTorch's order. (Counts are in
``counts.py``.)"""

from __future__ import annotations

import numpy as np

from .. import dtypes
from ..limits import charge_array, counted
from ..shapes import check_shapes
from .generator import Generator

Array = np.ndarray


def normal(generator: Generator, mean: float | Array, std: float | Array) -> Array:
    """Normal numbers of the broadcast shape of the two, one of them an array; in the dtype of the mean, if
    that is an array. RuntimeError: a negative or complex std, or shapes that don't fit."""
    if isinstance(std, np.ndarray):
        if std.dtype.kind == "c":
            raise RuntimeError("normal expects standard deviation to be non-complex")
        if std.size and std.min() < 0:
            raise RuntimeError("normal expects all elements of std >= 0.0")
        if isinstance(mean, np.ndarray):
            check_shapes(mean, std)
            out = np.empty(np.broadcast_shapes(mean.shape, std.shape), mean.dtype)
        else:
            out = np.empty(std.shape, std.dtype)
        generator.normal_(out)
        common = dtypes.result_type(out, std).np  # a wider std counts in full before the result is narrowed
        np.multiply(out, std, out=out, dtype=common, casting="unsafe")
    else:
        assert isinstance(mean, np.ndarray)
        out = np.empty(mean.shape, mean.dtype)
        generator.normal_(out, 0.0, std)
    out += mean
    return out


def multinomial(generator: Generator, weights: Array, count: int, replacement: bool = False) -> Array:
    """Indices into the last dimension of one or two, drawn with probability proportional to the weights.

    RuntimeError: other dimensions, a dtype that is not floating, a weight or a sum that is no probability,
    more samples than categories without replacement.
    """
    if not dtypes.has_floats(weights):
        raise RuntimeError(
            f"multinomial only supports floating-point dtypes for input, got: {dtypes.of(weights).type_name}"
        )
    if weights.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    categories = weights.shape[-1]
    if count <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and count > categories:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    charge_array((*weights.shape[:-1], count), 32)  # words, numbers and indices
    if weights.size == 0:
        return np.empty((*weights.shape[:-1], count), np.int64)
    if replacement and count > 1:
        rows = [_categories(generator, row, count) for row in counted(np.atleast_2d(weights))]
        return np.array(rows, np.int64).reshape(*weights.shape[:-1], count)
    if not (np.isfinite(weights).all() and weights.min() >= 0):
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if (weights.sum(-1) == 0).any():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
    # The largest of weight / exponential is category i with probability weight i over the sum.
    race = np.empty_like(weights)
    generator.exponential_(race)
    with np.errstate(divide="ignore", invalid="ignore"):
        np.divide(weights, race, out=race)
    if count == 1:
        first: Array = race.argmax(-1)[..., None]
        return first
    order: Array = np.argsort(-race, axis=-1, kind="stable")
    return order[..., :count]


def _categories(generator: Generator, weights: Array, count: int) -> Array:
    if (weights < 0).any():
        raise RuntimeError("invalid multinomial distribution (encountering probability entry < 0)")
    if not np.isfinite(weights).all():
        raise RuntimeError("invalid multinomial distribution (encountering probability entry = infinity or NaN)")
    sums = np.float32 if weights.dtype.itemsize == 2 else weights.dtype
    cumulative = np.add.accumulate(weights, dtype=sums)
    total = cumulative[-1]
    if not total > 0:
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
    cumulative /= total
    cumulative[-1] = 1
    return np.searchsorted(cumulative.astype(np.float64), generator.doubles(count), side="left")
