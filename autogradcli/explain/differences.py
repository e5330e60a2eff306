"""Slopes of a function of one number by finite differences, with what kind of point it is.

Central differences ``(f(h) - f(-h)) / 2h`` for a row of steps, each a quarter of the one before, extrapolated to a step
of 0 by Neville's scheme in powers of h². Of all extrapolated values that one is taken whose distance to its neighbours
is the smallest, which is the estimate of its error as well: so every element has the step that suits it, between too
large (truncation) and too small (rounding). The method is that of C. J. F. Ridders, "Accurate computation of F'(x) and
F'(x) F''(x)", Advances in Engineering Software 4 (1982) 75-76.

The same is done with the differences to the right and to the left, in powers of h. Where these two settle on different
slopes there is a kink; where a difference grows as fast as the step shrinks, a jump.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb
from typing import NamedTuple

import numpy as np

#: What a point can be, of a function of one number. ``ONE_SIDED``: it has values on one side only.
SMOOTH, KINK, JUMP, STEEP, ONE_SIDED, NOWHERE = "smooth", "kink", "jump", "steep", "one-sided", "nowhere"

#: The first step, as a part of the size of the number; by how much each is smaller; how many there are.
_FIRST, _RATIO, _STEPS = 1 / 16, 4, 12
#: After so many steps it may be enough.
_ENOUGH = 5
_EPS = float(np.finfo(float).eps)
#: How many roundings a function may be off by.
_ROUNDINGS = 8
#: Relative difference of the slopes on both sides from which it is a kink.
_KINK = 1e-4
#: Where rounding is looked for, as parts of the number that are in no simple relation; and at how many places each.
_NEAR, _LOOKS, _ORDERS = (1e-6 * 5**0.5 / 3, 1e-7 * 2**0.5), 8, 5
#: In the place of the number where that is 0.
_NEAR_ZERO = 1e-4
#: A kink has to be clear of what rounding does at steps of this size.
_CLEAR = 1e-3
#: A number this much smaller than 1 has smaller steps.
_SMALL = 1e-3


class Slopes(NamedTuple):
    """Of each component of the function; ``error`` is an estimate of that of ``value``, never quite 0."""

    value: np.ndarray
    error: np.ndarray
    left: np.ndarray
    right: np.ndarray
    kind: list[str]

    def one(self, k: int) -> Slope:
        return Slope(self.value[k], self.error[k], self.left[k], self.right[k], self.kind[k])


class Slope(NamedTuple):
    """Of one component."""

    value: float
    error: float
    left: float
    right: float
    kind: str


def slopes(function: Callable[[float], np.ndarray], at: float, careful: bool = False) -> Slopes:
    """The derivative of ``function``, which gives real components in one dimension, at a number.

    Not a number where there is none. ``careful`` measures how far off the values are by rounding, which takes a few
    more of them, before it says that they jump or bend. Raises what ``function`` raises.
    """
    here = function(at)
    size = max(abs(at), 1.0)
    steps = _STEPS
    if 0 < abs(at) < _SMALL:  # what happens at 0 may not be taken for what happens here
        steps += min(int(np.log(1 / abs(at)) / np.log(_RATIO)), 10)
    ladder = _Ladder(here, size, _noise(function, at, here) if careful else np.zeros(here.shape))
    step = size * _FIRST
    for _ in range(steps):
        above, below = at + step, at - step
        ladder.add(above - at, function(above), at - below, function(below))
        if ladder.settled():
            break
        step /= _RATIO
    return ladder.slopes()


def _noise(function: Callable[[float], np.ndarray], at: float, here: np.ndarray) -> np.ndarray:
    """How far a value is off by rounding, looked at close by on either side of the point but not across it."""
    found = np.zeros(here.shape)
    for near in _NEAR:
        for sign in (-1, 1):
            steps = [sign * k * near * (abs(at) or _NEAR_ZERO) for k in range(1, _LOOKS + 1)]
            found = np.fmax(found, grain([function(at + step) for step in steps]))
    return found


def grain(values: Sequence[np.ndarray]) -> np.ndarray:
    """The noise of values at equal distances: their differences of several orders, of which those of a smooth function
    get smaller and smaller, and those of noise don't. J. J. Moré and S. M. Wild, "Estimating computational noise",
    SIAM Journal on Scientific Computing 33 (2011) 1292-1314."""
    v = np.array([_finite(one) for one in values])
    found = np.full(v.shape[1:], np.inf)
    for order in range(1, _ORDERS + 1):
        v = np.diff(v, axis=0)
        if order > 1:
            found = np.fmin(found, np.fmax.reduce(np.abs(v)) / comb(2 * order, order) ** 0.5)
    return np.where(np.isfinite(found), found, 0.0)


class _Ladder:
    def __init__(self, here: np.ndarray, size: float, noise: np.ndarray) -> None:
        self.here = _finite(here)
        self.central = _Scheme(_RATIO * _RATIO, here.shape)
        self.right = _Scheme(_RATIO, here.shape)
        self.left = _Scheme(_RATIO, here.shape)
        self.noise = noise
        self.size = size
        #: What a slope can't be told from 0 by.
        self.floor = 1e-9 * np.nan_to_num(np.abs(self.here)) / size

    def add(self, up: float, above: np.ndarray, down: float, below: np.ndarray) -> None:
        above, below = _finite(above), _finite(below)
        noise = _ROUNDINGS * _EPS * np.fmax(np.fmax(np.abs(above), np.abs(below)), np.abs(self.here)) + self.noise
        self.central.add((above - below) / (up + down), noise / (up + down))
        self.right.add((above - self.here) / up, noise / up)
        self.left.add((self.here - below) / down, noise / down)

    def apart(self) -> np.ndarray:
        """Where the slopes on both sides are not the same."""
        left, right = self.left, self.right
        allowed = _KINK * (np.abs(left.best) + np.abs(right.best)) + 5 * (left.error + right.error) + self.floor
        found: np.ndarray = np.abs(left.best - right.best) > allowed + 20 * self.noise / (_CLEAR * self.size)
        return found

    def settled(self) -> bool:
        if len(self.central.last) < _ENOUGH:
            return False
        central = self.central
        sure = central.error <= 1e-10 * np.abs(central.best) + 1e-3 * self.floor
        sides = np.isfinite(self.left.error) & np.isfinite(self.right.error) & ~self.apart()
        near = np.abs(self.left.best - self.right.best) <= 1e-3 * np.abs(central.best) + self.floor
        return bool((sure & sides & near).all())

    def slopes(self) -> Slopes:
        central, left, right = self.central, self.left, self.right
        value, error = central.best.copy(), central.error.copy()
        apart, jumps, steep = self.apart(), left.grows(3.5) | right.grows(3.5), central.grows(1.2)
        kinds = []
        for k in range(len(value)):
            sides = left.there[k], right.there[k]
            if np.isnan(self.here[k]) or not any(sides):
                kinds.append(NOWHERE)
                value[k] = np.nan
            elif not all(sides):
                one = right if sides[1] else left
                kinds.append(ONE_SIDED)
                value[k], error[k] = one.best[k], one.error[k]
                if one.grows(1.2)[k]:
                    value[k] = np.copysign(np.inf, one.last[-1][k])
            elif jumps[k]:
                kinds.append(JUMP)
            elif steep[k] and not apart[k]:
                kinds.append(STEEP)
                value[k] = np.copysign(np.inf, central.last[-1][k])
            elif apart[k]:
                kinds.append(KINK)
            else:
                kinds.append(SMOOTH)
        return Slopes(value, error, left.best, right.best, kinds)


class _Scheme:
    """Neville's: values for steps that shrink by a ratio, extrapolated column by column; the best of them all."""

    def __init__(self, factor: float, shape: tuple[int, ...]) -> None:
        self.factor = factor
        self.row: list[np.ndarray] = []
        self.last: list[np.ndarray] = []
        self.noise: list[np.ndarray] = []
        self.best = np.full(shape, np.nan)
        self.error = np.full(shape, np.inf)

    def add(self, value: np.ndarray, noise: np.ndarray) -> None:
        row = [value]
        power = 1.0
        for k, before in enumerate(self.row):
            power *= self.factor
            better = (row[k] * power - before) / (power - 1)
            error = np.fmax(np.abs(better - row[k]), np.abs(better - before)) + noise
            self._take(better, error)
            row.append(better)
        if self.last:
            self._take(value, np.abs(value - self.last[-1]) + noise)
        elif not self.last:
            self.best = np.where(np.isfinite(value), value, self.best)
        self.row = row
        self.last.append(value)
        self.noise.append(noise)

    def _take(self, value: np.ndarray, error: np.ndarray) -> None:
        better = np.isfinite(value) & (error < self.error)
        self.best, self.error = np.where(better, value, self.best), np.where(better, error, self.error)

    @property
    def there(self) -> np.ndarray:
        """Where there are values close to the point."""
        found: np.ndarray = np.isfinite(np.array(self.last[-3:])).all(axis=0)
        return found

    def grows(self, ratio: float) -> np.ndarray:
        """Where the differences grow by that ratio at least from each of the last steps to the next."""
        if len(self.last) < 4:
            return np.zeros(self.best.shape, bool)
        sizes = np.abs(np.array(self.last[-4:]))
        clear = sizes[-1] > 100 * self.noise[-1]
        with np.errstate(all="ignore"):
            found: np.ndarray = clear & (sizes[1:] > ratio * sizes[:-1]).all(axis=0)
        return found


def _finite(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values, float)
    return np.where(np.isfinite(values), values, np.nan)
