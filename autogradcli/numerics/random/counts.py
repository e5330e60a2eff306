"""Poisson and binomial counts, draw for draw PyTorch's.

By rejection: W. Hörmann, "The transformed rejection method for generating Poisson random variables" (1993) and "The
generation of binomial random variates" (1993); small ones by inversion. How many draws a count takes is known only
afterwards, so they are made one at a time; where many have the same parameters, all trials of a number of draws are
looked at together, and the generator goes back to where the last one that was needed ended.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .. import dtypes
from ..limits import counted, run
from ..shapes import check_shapes
from .ahead import TOGETHER, Ahead
from .generator import Generator

Array = np.ndarray

#: So many counts of the same parameters, one after the other, are made together; trials at once, at most.
_MANY, _AT_ONCE = 64, 1 << 15


class Counts:
    """Counts of the same parameters."""

    def one(self, double: Callable[[], float]) -> float:
        """The next, of numbers in [0, 1) that a function gives."""
        raise NotImplementedError

    def many(self, generator: Generator, need: int) -> Array:
        """So many, float64."""
        with Ahead(generator) as draw:
            return np.array([self.one(draw.double) for _ in counted(range(need), TOGETHER)], np.float64)


class _Always(Counts):
    def __init__(self, value: float) -> None:
        self._value = value

    def one(self, double: Callable[[], float]) -> float:
        return self._value

    def many(self, generator: Generator, need: int) -> Array:
        return np.full(need, self._value, np.float64)


class _ByRejection(Counts):
    """A trial is a place in Hörmann's hat and a height; most heights need no look at the distribution itself."""

    def __init__(self, a: float, b: float, centre: float, shift: float, squeeze: float) -> None:
        self._a, self._b, self._centre, self._shift, self._squeeze = a, b, centre, shift, squeeze

    def accepts(self, k: float, distance: float, v: float) -> bool:
        """Whether a height is below the distribution at ``k``."""
        raise NotImplementedError

    def whole(self, place: float) -> float:
        """A place as a count."""
        return float(math.floor(place)) if math.isfinite(place) else place

    def whole_of_all(self, places: Array) -> Array:
        floors: Array = np.floor(places)
        return floors

    def one(self, double: Callable[[], float]) -> float:
        while True:
            u, v = double() - 0.5, double()
            distance = 0.5 - abs(u)
            if not distance:  # the place is infinite
                continue
            k = self.whole((2.0 * self._a / distance + self._b) * u + self._centre + self._shift)
            if (distance >= 0.07 and v <= self._squeeze) or self.accepts(k, distance, v):
                return k

    def many(self, generator: Generator, need: int) -> Array:
        found = np.empty(need, np.float64)
        have = 0
        while have < need:
            run.spend(0)
            mark = generator.mark()
            draws = generator.doubles(2 * min((need - have) * 5 // 4 + 8, _AT_ONCE)).reshape(-1, 2)
            u, v = draws[:, 0] - 0.5, draws[:, 1]
            distance = 0.5 - np.abs(u)
            with np.errstate(all="ignore"):
                k = self.whole_of_all((2.0 * self._a / distance + self._b) * u + self._centre + self._shift)
            good = (distance >= 0.07) & (v <= self._squeeze)
            doubtful = np.flatnonzero(~good & (distance > 0))
            good[doubtful] = [self.accepts(*each) for each in zip(*(x[doubtful].tolist() for x in (k, distance, v)))]
            taken = np.flatnonzero(good)[: need - have]
            found[have : have + taken.size] = k[taken]
            have += taken.size
            if have == need:
                generator.go_back(mark)
                generator.long_words(2 * (int(taken[-1]) + 1))
        return found


def _in_runs(generator: Generator, parameters: list[Array], made: Callable[..., Counts]) -> Array:
    """A count for each place of lines of parameters; ``made`` gives what draws those of some values."""
    size = parameters[0].size
    found = np.empty(size, np.float64)
    for begin, end, equal in _runs(parameters):
        if equal:
            found[begin:end] = made(*(float(p[begin]) for p in parameters)).many(generator, end - begin)
            continue
        with Ahead(generator) as draw:
            turns = zip(*(p[begin:end].tolist() for p in parameters))
            found[begin:end] = [made(*turn).one(draw.double) for turn in counted(turns, TOGETHER)]
    return found


def _runs(parameters: list[Array]) -> Iterator[tuple[int, int, bool]]:
    """Begins and ends of long runs of equal parameters, and of what lies between them."""
    size = parameters[0].size
    changes = np.zeros(max(size - 1, 0), np.bool_)
    for p in parameters:
        changes |= p[1:] != p[:-1]
    edges = np.concatenate(([0], np.flatnonzero(changes) + 1, [size]))
    long = np.flatnonzero(np.diff(edges) >= _MANY)
    begin = 0
    for first, last in zip(edges[long].tolist(), edges[long + 1].tolist()):
        yield from ((k, min(k + _AT_ONCE, first), False) for k in range(begin, first, _AT_ONCE))
        yield first, last, True
        begin = last
    yield from ((k, min(k + _AT_ONCE, size), False) for k in range(begin, size, _AT_ONCE))


# -- Poisson ---------------------------------------------------------------------------------------------------


def poisson(generator: Generator, rate: Array) -> Array:
    """Poisson counts of these rates, in their dtype.

    RuntimeError: a rate is negative or not a number. NotImplementedError: a dtype that is not floating.
    """
    if rate.size and not dtypes.has_floats(rate):
        raise NotImplementedError(f"\"poisson_cpu\" not implemented for '{dtypes.of(rate).type_name}'")
    found = _in_runs(generator, [rate.astype(np.float64).ravel()], _poisson)
    return found.astype(rate.dtype).reshape(rate.shape)


def _poisson(rate: float) -> Counts:
    if not rate >= 0.0:
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
    if rate == 0.0:
        return _Always(0.0)
    return _PoissonByProduct(rate) if rate < 10.0 else _PoissonByRejection(rate)


class _PoissonByProduct(Counts):
    """How many numbers can be multiplied until the product is below ``exp(-rate)``."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._limit = math.exp(-rate)

    def one(self, double: Callable[[], float]) -> float:
        limit, count, product = self._limit, 0, double()
        while product > limit:
            product *= double()
            count += 1
        return float(count)

    def many(self, generator: Generator, need: int) -> Array:
        found = np.empty(need, np.float64)
        have = 0
        while have < need:
            run.spend(0)
            mark = generator.mark()
            draws = generator.doubles(min(int((need - have) * (self._rate + 1.2)) + 64, _AT_ONCE))
            counts = self._from_every_place(draws).tolist()
            at = 0
            some: list[int] = []
            while len(some) < need - have and (count := counts[at]) >= 0:
                some.append(count)
                at += count + 1
            generator.go_back(mark)
            if not some:  # one of more draws than were made, which nobody will see
                found[have:] = super().many(generator, need - have)
                break
            found[have : have + len(some)] = some
            have += len(some)
            generator.long_words(at)
        return found

    def _from_every_place(self, draws: Array) -> Array:
        """The count that begins with each of the draws, -1 where they end before it; one more ends the list."""
        counts = np.full(draws.size + 1, -1)
        places, products = np.arange(draws.size), draws
        for count in range(draws.size):
            more = products > self._limit
            counts[places[~more]] = count
            places, products = places[more], products[more]
            inside = places + count + 1 < draws.size
            places = places[inside]
            if not places.size:
                break
            products = products[inside] * draws[places + count + 1]
        return counts


#: Places beyond become the least integer, so that an infinite rate ends, too.
_INT64 = 2.0**63


class _PoissonByRejection(_ByRejection):
    def __init__(self, rate: float) -> None:
        b = 0.931 + 2.53 * math.sqrt(rate)
        a = -0.059 + 0.02483 * b
        super().__init__(a, b, rate, 0.43, 0.9277 - 3.6224 / (b - 2.0))
        self._rate, self._log_rate = rate, math.log(rate)
        self._log_inverse_alpha = math.log(1.1239 + 1.1328 / (b - 3.4))

    def whole(self, place: float) -> float:
        return float(math.floor(place)) if abs(place) < _INT64 else -_INT64

    def whole_of_all(self, places: Array) -> Array:
        return np.where(np.abs(places) < _INT64, np.floor(places), -_INT64)

    def accepts(self, k: float, distance: float, v: float) -> bool:
        if k < 0 or (distance < 0.013 and v > distance):
            return False
        ratio = math.log(v) + self._log_inverse_alpha - math.log(self._a / (distance * distance) + self._b)
        return ratio <= -self._rate + k * self._log_rate - _log_gamma(k + 1.0)


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


# -- binomial --------------------------------------------------------------------------------------------------


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
    check_shapes(count, probability)
    both = np.broadcast_arrays(count, probability)
    kind = count.dtype.type
    found = _in_runs(generator, [each.ravel() for each in both], lambda n, p: _binomial(n, p, kind))
    return found.astype(count.dtype).reshape(both[0].shape)


def _binomial(n: float, p: float, kind: Any) -> Counts:
    """``kind`` is the NumPy type of the parameters, in which PyTorch computes what is made of them alone."""
    if n <= 0.0 or p <= 0.0:
        return _Always(0.0)
    if p >= 1.0:
        return _Always(n)
    if p > 0.5:
        return _Failures(n, _binomial(n, float(kind(1.0 - p)), kind))
    if not p <= 0.5:
        return _Always(math.nan)
    return _BinomialByRejection(n, p, kind) if n * p >= 10.0 else _BinomialByGaps(n, p)


class _Failures(Counts):
    def __init__(self, n: float, successes: Counts) -> None:
        self._n, self._successes = n, successes

    def one(self, double: Callable[[], float]) -> float:
        return self._n - self._successes.one(double)

    def many(self, generator: Generator, need: int) -> Array:
        failures: Array = self._n - self._successes.many(generator, need)
        return failures


class _BinomialByGaps(Counts):
    """Successes counted by the geometric gaps between them."""

    def __init__(self, n: float, p: float) -> None:
        self._n, self._log_failure = n, math.log1p(-p)

    def one(self, double: Callable[[], float]) -> float:
        successes, total = 0.0, 0.0
        while True:
            u = double()
            total += math.ceil(math.log(u) / self._log_failure) if u else math.inf
            if not total <= self._n:
                return successes
            successes += 1.0


class _BinomialByRejection(_ByRejection):
    def __init__(self, n: float, p: float, kind: Any) -> None:
        one, trials, chance = kind(1), kind(n), kind(p)
        mean = trials * chance
        deviation = math.sqrt(mean * (one - chance))
        b = 1.15 + 2.53 * deviation
        super().__init__(-0.0873 + 0.0248 * b + 0.01 * p, b, float(mean) + 0.5, 0.0, 0.92 - 4.2 / b)
        self._n, self._odds = n, float(chance / (one - chance))
        self._alpha = (2.83 + 5.1 / b) * deviation
        mode = float((trials + one) * chance)
        self._mode = mode = float(math.floor(mode)) if math.isfinite(mode) else mode
        self._at_mode = (mode + 0.5) * math.log((mode + 1.0) / (self._odds * (n - mode + 1.0)))
        self._below, self._above = _stirling_tail(mode), _stirling_tail(n - mode)

    def accepts(self, k: float, distance: float, v: float) -> bool:
        n = self._n
        if k < 0 or k > n:
            return False
        ratio = math.log(v * self._alpha / (self._a / (distance * distance) + self._b)) if v else -math.inf
        bound = (
            self._at_mode
            + (n + 1.0) * math.log((n - self._mode + 1.0) / (n - k + 1.0))
            + (k + 0.5) * math.log(self._odds * (n - k + 1.0) / (k + 1.0))
            + self._below + self._above - _stirling_tail(k) - _stirling_tail(n - k)
        )  # fmt: skip
        return ratio <= bound


def _stirling_tail(k: float) -> float:
    """What Stirling's approximation of log(k!) leaves out."""
    if k <= 9:
        stirling = (k + 0.5) * math.log(k + 1.0) - (k + 1.0) + 0.5 * math.log(2.0 * math.pi)
        return math.lgamma(k + 1.0) - stirling
    square = (k + 1.0) * (k + 1.0)  # a power would raise where it is infinite
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1.0)
