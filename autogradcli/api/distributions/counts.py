"""Distributions of counts: Bernoulli, binomial, negative binomial, geometric, Poisson."""

from __future__ import annotations

import math
from typing import Any

from ...engine.tensor import Tensor
from ..calls.registry import namespace
from ..nn.functions_by_attribute import F, M, T
from . import constraints
from .arguments import SINGLE, broadcast, check_either, expanded, held, is_number, probabilities, recorded
from .distribution import Distribution, ExponentialFamily
from .gamma_families import Gamma


class OfProbability(Distribution):
    """``probs`` or ``logits``, the other one following from it; ``total_count`` where there is one."""

    __module__ = "torch.distributions.distribution"

    probs, logits = probabilities(binary=True)
    _param, total_count = held(Tensor, "_param", "total_count")

    def _take(self, probs: Any, logits: Any) -> bool:
        """Set the one that was given; whether it was a number."""
        check_either(probs, logits)
        name, given = ("probs", probs) if probs is not None else ("logits", logits)
        (self.__dict__[name],) = broadcast(given)
        self._param = self.__dict__[name]
        return is_number(given)

    def _take_counts(self, total_count: Any, probs: Any, logits: Any) -> None:
        check_either(probs, logits)
        name, given = ("probs", probs) if probs is not None else ("logits", logits)
        count, self.__dict__[name] = broadcast(total_count, given)
        self._param = self.__dict__[name]
        self.total_count = M.type_as(count, self._param)

    @property
    def param_shape(self) -> Any:
        return self._param.shape

    def _values(self, count: int, expand: bool) -> Any:
        """The integers below ``count`` along a new first dimension."""
        values = T.arange(count, dtype=self._param.dtype)
        values = M.view(values, (-1, *[1] * len(self._batch_shape)))
        return expanded(values, (-1, *self._batch_shape)) if expand else values


class Bernoulli(OfProbability, ExponentialFamily):
    """1 with probability ``probs``, else 0."""

    __module__ = "torch.distributions.bernoulli"

    _parameters_of = ("probs", "logits")
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        self._set(self._take(probs, logits), validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"probs": constraints.unit_interval, "logits": constraints.real}

    @property
    def support(self) -> Any:
        return constraints.boolean

    @property
    def mean(self) -> Any:
        return self.probs

    @property
    def mode(self) -> Any:
        found = M.to(self.probs >= 0.5, self.probs)
        found[self.probs == 0.5] = math.nan
        return found

    @property
    def variance(self) -> Any:
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = SINGLE) -> Any:
        with recorded(False):
            return T.bernoulli(expanded(self.probs, self._extended_shape(sample_shape)))

    def log_prob(self, value: Any) -> Any:
        value = self._checked_value(value)
        logits, value = broadcast(self.logits, value)
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self) -> Any:
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand: bool = True) -> Any:
        return self._values(2, expand)

    @property
    def _natural_params(self) -> Any:
        return (T.logit(self.probs),)

    def _log_normalizer(self, *natural_params: Any) -> Any:
        return T.log1p(T.exp(natural_params[0]))


def _clamp_by_zero(x: Any) -> Any:
    """``max(x, 0)``, whose derivative at 0 is a half."""
    return (M.clamp(x, min=0) + x - M.clamp(x, max=0)) / 2


class Binomial(OfProbability):
    """How many of ``total_count`` trials succeed, each with probability ``probs``."""

    __module__ = "torch.distributions.binomial"

    _parameters_of = ("total_count", "probs", "logits")
    has_enumerate_support = True

    def __init__(
        self, total_count: Any = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._take_counts(total_count, probs, logits)
        self._set(False, validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {
            "total_count": constraints.nonnegative_integer,
            "probs": constraints.unit_interval,
            "logits": constraints.real,
        }

    @property
    def support(self) -> Any:
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Any:
        return self.total_count * self.probs

    @property
    def mode(self) -> Any:
        return M.clamp(M.floor((self.total_count + 1) * self.probs), max=self.total_count)

    @property
    def variance(self) -> Any:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = SINGLE) -> Any:
        shape = self._extended_shape(sample_shape)
        with recorded(False):
            return T.binomial(expanded(self.total_count, shape), expanded(self.probs, shape))

    def log_prob(self, value: Any) -> Any:
        value = self._checked_value(value)
        n, logits = self.total_count, self.logits
        normalizer = n * _clamp_by_zero(logits) + n * T.log1p(T.exp(-T.abs(logits))) - T.lgamma(n + 1)
        return value * logits - T.lgamma(value + 1) - T.lgamma(n - value + 1) - normalizer

    def _one_count(self, what: str) -> int:
        count = int(M.item(M.max(self.total_count)))
        if not bool(M.min(self.total_count) == count):
            raise NotImplementedError(f"Inhomogeneous total count not supported by `{what}`.")
        return count

    def entropy(self) -> Any:
        self._one_count("entropy")
        log_prob = self.log_prob(self.enumerate_support(False))
        return -M.sum(T.exp(log_prob) * log_prob, 0)

    def enumerate_support(self, expand: bool = True) -> Any:
        return self._values(1 + self._one_count("enumerate_support"), expand)


class NegativeBinomial(OfProbability):
    """How many trials succeed, each with probability ``probs``, before ``total_count`` have failed."""

    __module__ = "torch.distributions.negative_binomial"

    _parameters_of = ("total_count", "probs", "logits")

    def __init__(
        self, total_count: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._take_counts(total_count, probs, logits)
        self._set(False, validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {
            "total_count": constraints.greater_than_eq(0),
            "probs": constraints.half_open_interval(0.0, 1.0),
            "logits": constraints.real,
        }

    @property
    def support(self) -> Any:
        return constraints.nonnegative_integer

    @property
    def mean(self) -> Any:
        return self.total_count * T.exp(self.logits)

    @property
    def mode(self) -> Any:
        return M.clamp(M.floor((self.total_count - 1) * T.exp(self.logits)), min=0.0)

    @property
    def variance(self) -> Any:
        return self.mean / T.sigmoid(-self.logits)

    def sample(self, sample_shape: Any = SINGLE) -> Any:
        with recorded(False):
            return T.poisson(Gamma(self.total_count, T.exp(-self.logits), validate_args=False).sample(sample_shape))

    def log_prob(self, value: Any) -> Any:
        value = self._checked_value(value)
        n = self.total_count
        unnormalized = n * F.logsigmoid(-self.logits) + value * F.logsigmoid(self.logits)
        normalizer = -T.lgamma(n + value) + T.lgamma(1.0 + value) + T.lgamma(n)
        return unnormalized - M.masked_fill(normalizer, n + value == 0.0, 0.0)


class Geometric(OfProbability):
    """How many trials fail before the first success, each of probability ``probs``."""

    __module__ = "torch.distributions.geometric"

    _parameters_of = ("probs", "logits")

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        self._set(self._take(probs, logits), validate_args)
        if self._validate_args and probs is not None:
            value = self.probs
            valid = value > 0
            if not bool(M.all(valid)):
                raise ValueError(
                    f"Expected parameter probs ({type(value).__name__} of shape {tuple(value.shape)}) of distribution "
                    f"{self!r} to be positive but found invalid values:\n{M.detach(value)[~valid]}"
                )

    @property
    def arg_constraints(self) -> Any:
        return {"probs": constraints.unit_interval, "logits": constraints.real}

    @property
    def support(self) -> Any:
        return constraints.nonnegative_integer

    @property
    def mean(self) -> Any:
        return 1.0 / self.probs - 1.0

    @property
    def mode(self) -> Any:
        return T.zeros_like(self.probs)

    @property
    def variance(self) -> Any:
        return (1.0 / self.probs - 1.0) / self.probs

    def sample(self, sample_shape: Any = SINGLE) -> Any:
        shape = self._extended_shape(sample_shape)
        with recorded(False):
            u = M.uniform_(T.empty(tuple(shape), dtype=self.probs.dtype), T.finfo(self.probs.dtype).tiny, 1)
            return M.floor(T.log(u) / T.log1p(-self.probs))

    def log_prob(self, value: Any) -> Any:
        value, probs = broadcast(self._checked_value(value), self.probs)
        probs = T.clone(probs, memory_format=T.contiguous_format)
        probs[(probs == 1) & (value == 0)] = 0
        return value * T.log1p(-probs) + T.log(self.probs)

    def entropy(self) -> Any:
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none") / self.probs


class Poisson(ExponentialFamily):
    """The Poisson distribution: how often something happens that happens ``rate`` times on average."""

    __module__ = "torch.distributions.poisson"

    _parameters_of = ("rate",)
    (rate,) = held(Tensor, "rate")

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        (self.rate,) = broadcast(rate)
        self._set(is_number(rate), validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"rate": constraints.nonnegative}

    @property
    def support(self) -> Any:
        return constraints.nonnegative_integer

    @property
    def mean(self) -> Any:
        return self.rate

    @property
    def mode(self) -> Any:
        return M.floor(self.rate)

    @property
    def variance(self) -> Any:
        return self.rate

    def sample(self, sample_shape: Any = SINGLE) -> Any:
        with recorded(False):
            return T.poisson(expanded(self.rate, self._extended_shape(sample_shape)))

    def log_prob(self, value: Any) -> Any:
        rate, value = broadcast(self.rate, self._checked_value(value))
        return T.xlogy(value, rate) - rate - T.lgamma(value + 1)

    @property
    def _natural_params(self) -> Any:
        return (T.log(self.rate),)

    def _log_normalizer(self, *natural_params: Any) -> Any:
        return T.exp(natural_params[0])


_KINDS: tuple[type[Distribution], ...] = (Bernoulli, Binomial, NegativeBinomial, Geometric, Poisson)
for _kind in _KINDS:
    namespace("torch.distributions")[_kind.__name__] = _kind
