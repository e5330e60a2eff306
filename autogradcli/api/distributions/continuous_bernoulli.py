"""The continuous Bernoulli distribution. G. Loaiza-Ganem and J. P. Cunningham, "The continuous Bernoulli" (2019)."""

from __future__ import annotations

import math
from typing import Any

from ..calls.registry import namespace
from ..nn.functions_by_attribute import F, M, T
from . import constraints
from .arguments import SINGLE, broadcast, clamp_probs, lazy, recorded, to_probs
from .counts import OfProbability
from .distribution import Distribution, ExponentialFamily


class ContinuousBernoulli(OfProbability, ExponentialFamily):
    """Numbers from 0 to 1 of density proportional to ``probs ** x (1 - probs) ** (1 - x)``.

    Between the two numbers of ``lims``, around 1/2, where the formulas divide by nearly 0, the first terms of their
    series stand for them.
    """

    __module__ = "torch.distributions.continuous_bernoulli"

    _parameters_of = ("probs", "logits")
    has_rsample = True

    def __init__(
        self, probs: Any = None, logits: Any = None, lims: Any = (0.499, 0.501), validate_args: bool | None = None
    ) -> None:
        number = self._take(probs, logits)
        if probs is not None:
            if validate_args is not None and not bool(M.all(constraints.unit_interval.check(self.probs))):
                raise ValueError("The parameter probs has invalid values")
            self.__dict__["probs"] = self._param = clamp_probs(self.probs)
        self._lims = (float(lims[0]), float(lims[1]))
        self._set(number, validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        new._lims = self._lims
        return new

    @property
    def arg_constraints(self) -> Any:
        return {"probs": constraints.unit_interval, "logits": constraints.real}

    @property
    def support(self) -> Any:
        return constraints.unit_interval

    @lazy
    def probs(self) -> Any:
        """The probabilities, kept away from 0 and 1."""
        return clamp_probs(to_probs(self.logits, True))

    def _away(self) -> Any:
        """Where the probability is far enough from 1/2."""
        return (self.probs <= self._lims[0]) | (self.probs > self._lims[1])

    def _safe(self) -> Any:
        """The probabilities, those near 1/2 moved away."""
        return T.where(self._away(), self.probs, self._lims[0] * T.ones_like(self.probs))

    def _log_norm(self) -> Any:
        p = self._safe()
        below = T.where(p <= 0.5, p, T.zeros_like(p))
        above = T.where(p >= 0.5, p, T.ones_like(p))
        found = T.log(T.abs(T.log1p(-p) - T.log(p))) - T.where(
            p <= 0.5, T.log1p(-2.0 * below), T.log(2.0 * above - 1.0)
        )
        x = M.pow(self.probs - 0.5, 2)
        return T.where(self._away(), found, math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * x) * x)

    @property
    def mean(self) -> Any:
        p, x = self._safe(), self.probs - 0.5
        found = p / (2.0 * p - 1.0) + 1.0 / (T.log1p(-p) - T.log(p))
        return T.where(self._away(), found, 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * M.pow(x, 2)) * x)

    @property
    def stddev(self) -> Any:
        return T.sqrt(self.variance)

    @property
    def variance(self) -> Any:
        p, x = self._safe(), M.pow(self.probs - 0.5, 2)
        found = p * (p - 1.0) / M.pow(1.0 - 2.0 * p, 2) + 1.0 / M.pow(T.log1p(-p) - T.log(p), 2)
        return T.where(self._away(), found, 1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * x) * x)

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        return self.icdf(T.rand(tuple(self._extended_shape(sample_shape)), dtype=self.probs.dtype))

    def sample(self, sample_shape: Any = SINGLE) -> Any:
        with recorded(False):
            return self.rsample(sample_shape)

    def log_prob(self, value: Any) -> Any:
        logits, value = broadcast(self.logits, self._checked_value(value))
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none") + self._log_norm()

    def cdf(self, value: Any) -> Any:
        value, p = self._checked_value(value), self._safe()
        found = (T.pow(p, value) * T.pow(1.0 - p, 1.0 - value) + p - 1.0) / (2.0 * p - 1.0)
        inside = T.where(self._away(), found, value)
        return T.where(value <= 0.0, T.zeros_like(value), T.where(value >= 1.0, T.ones_like(value), inside))

    def icdf(self, value: Any) -> Any:
        p = self._safe()
        found = (T.log1p(-p + value * (2.0 * p - 1.0)) - T.log1p(-p)) / (T.log(p) - T.log1p(-p))
        return T.where(self._away(), found, value)

    def entropy(self) -> Any:
        below, above = T.log1p(-self.probs), T.log(self.probs)
        return self.mean * (below - above) - self._log_norm() - below

    @property
    def _natural_params(self) -> Any:
        return (self.logits,)

    def _log_normalizer(self, *natural_params: Any) -> Any:
        (x,) = natural_params
        away = (x <= self._lims[0] - 0.5) | (x > self._lims[1] - 0.5)
        safe = T.where(away, x, (self._lims[0] - 0.5) * T.ones_like(x))
        found = T.log(T.abs(T.expm1(safe))) - T.log(T.abs(safe))
        return T.where(away, found, 0.5 * x + M.pow(x, 2) / 24.0 - M.pow(x, 4) / 2880.0)


_KIND: type[Distribution] = ContinuousBernoulli
namespace("torch.distributions")["ContinuousBernoulli"] = _KIND
