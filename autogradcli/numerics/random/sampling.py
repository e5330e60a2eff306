"""Samples whose parameters are arrays: Poisson and binomial counts, categories, normals of a mean each.

They draw from a ``Generator`` in PyTorch's order. The two counts are made one element at a time, by
rejection: W. Hörmann, "The transformed rejection method for generating Poisson random variables" (1993)
and "The generation of binomial random variates" (1993); small ones by inversion.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from .. import dtypes
from ..limits import charge_array, counted
from ..shapes import shape_mismatch
from .ahead import TOGETHER, Ahead
from .generator import Generator

Array = np.ndarray


def _check_shapes(*arrays: Array) -> None:
    mismatch = shape_mismatch(list(arrays))
    if mismatch is not None:
        raise mismatch


def normal(generator: Generator, mean: float | Array, std: float | Array) -> Array:
    """Normal numbers of the broadcast shape of the two, one of them an array; in the dtype of the mean, if
    that is an array. RuntimeError: a negative or complex std, or shapes that don't fit."""
    if isinstance(std, np.ndarray):
        if std.dtype.kind == "c":
            raise RuntimeError("normal expects standard deviation to be non-complex")
        if std.size and std.min() < 0:
            raise RuntimeError("normal expects all elements of std >= 0.0")
        if isinstance(mean, np.ndarray):
            _check_shapes(mean, std)
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


def poisson(generator: Generator, rate: Array) -> Array:
    """Poisson counts of these rates, in their dtype.

    RuntimeError: a rate is negative or not a number. NotImplementedError: a dtype that is not floating.
    """
    if rate.size and not dtypes.has_floats(rate):
        raise NotImplementedError(f"\"poisson_cpu\" not implemented for '{dtypes.of(rate).type_name}'")
    values: list[int] = []
    before, sample = math.nan, _no_poisson
    with Ahead(generator) as draw:
        for each in counted(rate.astype(np.float64).ravel().tolist(), TOGETHER):
            if each != before:
                before, sample = each, _poisson(each, draw.double)
            values.append(sample())
    return np.array(values, np.float64).astype(rate.dtype).reshape(rate.shape)


def _no_poisson() -> int:
    return 0


def _poisson(rate: float, double: Callable[[], float]) -> Callable[[], int]:
    """What draws a count of this rate each time."""
    if not rate >= 0.0:
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
    if rate == 0.0:
        return _no_poisson
    return _poisson_by_product(rate, double) if rate < 10.0 else _poisson_by_rejection(rate, double)


def _poisson_by_product(rate: float, double: Callable[[], float]) -> Callable[[], int]:
    limit = math.exp(-rate)

    def sample() -> int:
        count, product = 0, double()
        while product > limit:
            product *= double()
            count += 1
        return count

    return sample


def _poisson_by_rejection(rate: float, double: Callable[[], float]) -> Callable[[], int]:
    log_rate = math.log(rate)
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    log_inverse_alpha = math.log(1.1239 + 1.1328 / (b - 3.4))
    squeeze = 0.9277 - 3.6224 / (b - 2.0)

    def sample() -> int:
        while True:
            u, v = double() - 0.5, double()
            distance = 0.5 - abs(u)
            position = (2.0 * a / distance + b) * u + rate + 0.43
            count = math.floor(position) if abs(position) < 2.0**63 else -(1 << 63)  # an infinite rate ends, too
            if distance >= 0.07 and v <= squeeze:
                return count
            if count < 0 or (distance < 0.013 and v > distance):
                continue
            ratio = math.log(v) + log_inverse_alpha - math.log(a / (distance * distance) + b)
            if ratio <= -rate + count * log_rate - _log_gamma(count + 1.0):
                return count

    return sample


#: Stirling's series of log gamma, fitted for x >= 8, as Sun's fdlibm and the C library have it.
_STIRLING = (
    4.18938533204672725052e-01, 8.33333333333329678849e-02, -2.77777777728775536470e-03,
    7.93650558643019558500e-04, -5.95187557450339963135e-04, 8.36339918996282139126e-04,
    -1.63092934096575273989e-03,
)  # fmt: skip


def _log_gamma(x: float) -> float:
    """The C library's ``lgamma``: Python's own differs in the last bit, which can turn a huge rate."""
    if x < 8.0:
        return math.lgamma(x)
    log = math.log(x)
    if x >= 2.0**58:
        return x * (log - 1.0)
    inverse = 1.0 / x
    square = inverse * inverse
    series = 0.0
    for coefficient in _STIRLING[:1:-1]:
        series = series * square + coefficient
    correction = _STIRLING[0] + inverse * (_STIRLING[1] + square * series)
    return (x - 0.5) * (log - 1.0) + correction


def binomial(generator: Generator, count: Array, probability: Array) -> Array:
    """Binomial counts of broadcast numbers of trials and probabilities, in their dtype.

    ValueError: a dtype that is not floating. RuntimeError: the two differ. NotImplementedError: half precision.
    """
    for name, array in (("count", count), ("prob", probability)):
        if not dtypes.has_floats(array):
            raise ValueError(
                f"binomial only supports floating-point dtypes for {name}, got: {dtypes.of(array).type_name}"
            )
    if count.dtype != probability.dtype:
        raise RuntimeError(f"Found dtype {dtypes.of(probability).type_name} but expected {dtypes.of(count).type_name}")
    if count.dtype.itemsize == 2:
        raise NotImplementedError(f"\"binomial_cpu\" not implemented for '{dtypes.of(count).type_name}'")
    _check_shapes(count, probability)
    trials, chances = np.broadcast_arrays(count, probability)
    pairs = counted(zip(trials.ravel().tolist(), chances.ravel().tolist(), strict=True), TOGETHER)
    values: list[float] = []
    before: tuple[float, float] | None = None
    sample = _no_successes
    with Ahead(generator) as draw:
        for pair in pairs:
            if pair != before:
                before, sample = pair, _binomial(*pair, draw.double)
            values.append(sample())
    return np.array(values, np.float64).astype(count.dtype).reshape(trials.shape)


def _no_successes() -> float:
    return 0.0


def _binomial(n: float, p: float, double: Callable[[], float]) -> Callable[[], float]:
    """What draws a count each time."""
    if n <= 0.0 or p <= 0.0:
        return _no_successes
    if p >= 1.0:
        return lambda: n
    if p > 0.5:
        failures = _binomial_rare(n, 1.0 - p, double)
        return lambda: n - failures()
    return _binomial_rare(n, p, double) if p <= 0.5 else lambda: math.nan


def _binomial_rare(n: float, p: float, double: Callable[[], float]) -> Callable[[], float]:
    return _binomial_rejection(n, p, double) if n * p >= 10.0 else _binomial_gaps(n, p, double)


def _binomial_gaps(n: float, p: float, double: Callable[[], float]) -> Callable[[], float]:
    """Count successes by the geometric gaps between them."""
    log_failure = math.log1p(-p)

    def sample() -> float:
        successes, total = 0.0, 0.0
        while True:
            u = double()
            total += math.ceil(math.log(u) / log_failure) if u else math.inf
            if not total <= n:
                return successes
            successes += 1.0

    return sample


def _binomial_rejection(n: float, p: float, double: Callable[[], float]) -> Callable[[], float]:
    deviation = math.sqrt(n * p * (1.0 - p))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * p
    c = n * p + 0.5
    squeeze = 0.92 - 4.2 / b
    odds = p / (1.0 - p)
    alpha = (2.83 + 5.1 / b) * deviation
    mode = _floor((n + 1.0) * p)
    at_mode = (mode + 0.5) * math.log((mode + 1.0) / (odds * (n - mode + 1.0)))
    tail_below, tail_above = _stirling_tail(mode), _stirling_tail(n - mode)

    def sample() -> float:
        while True:
            u, v = double() - 0.5, double()
            distance = 0.5 - abs(u)
            k = _floor((2.0 * a / distance + b) * u + c)
            if distance >= 0.07 and v <= squeeze:
                return k
            if k < 0 or k > n:
                continue
            ratio = math.log(v * alpha / (a / (distance * distance) + b)) if v else -math.inf
            bound = (
                at_mode
                + (n + 1.0) * math.log((n - mode + 1.0) / (n - k + 1.0))
                + (k + 0.5) * math.log(odds * (n - k + 1.0) / (k + 1.0))
                + tail_below + tail_above - _stirling_tail(k) - _stirling_tail(n - k)
            )  # fmt: skip
            if ratio <= bound:
                return k

    return sample


def _floor(value: float) -> float:
    return float(math.floor(value)) if math.isfinite(value) else value


def _stirling_tail(k: float) -> float:
    """What Stirling's approximation of log(k!) leaves out."""
    if k <= 9:
        stirling = (k + 0.5) * math.log(k + 1.0) - (k + 1.0) + 0.5 * math.log(2.0 * math.pi)
        return math.lgamma(k + 1.0) - stirling
    square = (k + 1.0) ** 2
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1.0)


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
