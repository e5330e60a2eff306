"""Distributions of a place and a width: normal, Laplace, Cauchy, Student's t, uniform."""

from __future__ import annotations

import math
from typing import Any

from ...engine.tensor import Tensor
from ..calls.registry import namespace
from ..nn.functions_by_attribute import M, T
from . import constraints
from .arguments import SINGLE, broadcast, expanded, filled, held, is_number, normal_of, recorded
from .distribution import Distribution, ExponentialFamily
from .gamma_families import Chi2


class _LocationScale(Distribution):
    """``loc`` and ``scale``, on the whole line."""

    __module__ = "torch.distributions.distribution"

    _parameters_of = ("loc", "scale")
    has_rsample = True
    loc, scale = held(Tensor, "loc", "scale")

    def _begin(self, loc: Any, scale: Any, validate_args: bool | None) -> None:
        self.loc, self.scale = broadcast(loc, scale)
        self._set(is_number(loc) and is_number(scale), validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"loc": constraints.real, "scale": constraints.positive}

    @property
    def support(self) -> Any:
        return constraints.real

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc


class Normal(_LocationScale, ExponentialFamily):
    """The normal distribution of mean ``loc`` and standard deviation ``scale``."""

    __module__ = "torch.distributions.normal"

    _parameters_of = ("loc", "scale")

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self._begin(loc, scale, validate_args)

    @property
    def stddev(self) -> Any:
        return self.scale

    @property
    def variance(self) -> Any:
        return M.pow(self.stddev, 2)

    def sample(self, sample_shape: Any = SINGLE) -> Any:
        shape = self._extended_shape(sample_shape)
        with recorded(False):
            return T.normal(expanded(self.loc, shape), expanded(self.scale, shape))

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        return self.loc + normal_of(self._extended_shape(sample_shape), self.loc.dtype) * self.scale

    def log_prob(self, value: Any) -> Any:
        value = self._checked_value(value)
        variance = self.scale**2
        squares = -((value - self.loc) ** 2)
        return squares / (2 * variance) - T.log(self.scale) - math.log(math.sqrt(2 * math.pi))

    def cdf(self, value: Any) -> Any:
        value = self._checked_value(value)
        return 0.5 * (1 + T.erf((value - self.loc) * T.reciprocal(self.scale) / math.sqrt(2)))

    def icdf(self, value: Any) -> Any:
        return self.loc + self.scale * T.erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self) -> Any:
        return 0.5 + 0.5 * math.log(2 * math.pi) + T.log(self.scale)

    @property
    def _natural_params(self) -> Any:
        return self.loc / M.pow(self.scale, 2), -0.5 * T.reciprocal(M.pow(self.scale, 2))

    def _log_normalizer(self, *natural_params: Any) -> Any:
        x, y = natural_params
        return -0.25 * M.pow(x, 2) / y + 0.5 * T.log(-math.pi / y)


class Laplace(_LocationScale):
    """The Laplace distribution, ``exp(-|x - loc| / scale) / (2 scale)``."""

    __module__ = "torch.distributions.laplace"

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self._begin(loc, scale, validate_args)

    @property
    def variance(self) -> Any:
        return 2 * M.pow(self.scale, 2)

    @property
    def stddev(self) -> Any:
        return (2**0.5) * self.scale

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        u = T.empty(tuple(self._extended_shape(sample_shape)), dtype=self.loc.dtype)
        u = M.uniform_(u, T.finfo(self.loc.dtype).eps - 1, 1)
        return self.loc - self.scale * T.sign(u) * T.log1p(-T.abs(u))

    def log_prob(self, value: Any) -> Any:
        value = self._checked_value(value)
        return -T.log(2 * self.scale) - T.abs(value - self.loc) / self.scale

    def cdf(self, value: Any) -> Any:
        value = self._checked_value(value)
        return 0.5 - 0.5 * T.sign(value - self.loc) * T.expm1(-T.abs(value - self.loc) / self.scale)

    def icdf(self, value: Any) -> Any:
        term = value - 0.5
        return self.loc - self.scale * T.sign(term) * T.log1p(-2 * T.abs(term))

    def entropy(self) -> Any:
        return 1 + T.log(2 * self.scale)


class Cauchy(_LocationScale):
    """The Cauchy distribution, that of the ratio of two normal numbers: it has no mean."""

    __module__ = "torch.distributions.cauchy"

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self._begin(loc, scale, validate_args)

    @property
    def mean(self) -> Any:
        return filled(self.loc, self._extended_shape(), math.nan)

    @property
    def variance(self) -> Any:
        return filled(self.loc, self._extended_shape(), math.inf)

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        drawn = M.cauchy_(T.empty(tuple(self._extended_shape(sample_shape)), dtype=self.loc.dtype))
        return self.loc + drawn * self.scale

    def log_prob(self, value: Any) -> Any:
        value = self._checked_value(value)
        return -math.log(math.pi) - T.log(self.scale) - T.log1p(((value - self.loc) / self.scale) ** 2)

    def cdf(self, value: Any) -> Any:
        value = self._checked_value(value)
        return T.atan((value - self.loc) / self.scale) / math.pi + 0.5

    def icdf(self, value: Any) -> Any:
        return T.tan(math.pi * (value - 0.5)) * self.scale + self.loc

    def entropy(self) -> Any:
        return math.log(4 * math.pi) + T.log(self.scale)


class StudentT(Distribution):
    """Student's t distribution of ``df`` degrees of freedom, shifted and scaled."""

    __module__ = "torch.distributions.studentT"

    _parameters_of = ("df", "loc", "scale")
    has_rsample = True
    df, loc, scale = held(Tensor, "df", "loc", "scale")
    (_chi2,) = held(Chi2, "_chi2")

    def __init__(self, df: Any, loc: Any = 0.0, scale: Any = 1.0, validate_args: bool | None = None) -> None:
        self.df, self.loc, self.scale = broadcast(df, loc, scale)
        self._chi2 = Chi2(self.df)
        self._set(False, validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        new._chi2 = self._chi2.expand(batch_shape)
        return new

    @property
    def arg_constraints(self) -> Any:
        return {"df": constraints.positive, "loc": constraints.real, "scale": constraints.positive}

    @property
    def support(self) -> Any:
        return constraints.real

    @property
    def mean(self) -> Any:
        found = T.clone(self.loc, memory_format=T.contiguous_format)
        found[self.df <= 1] = math.nan
        return found

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def variance(self) -> Any:
        df = self.df
        found = T.clone(df, memory_format=T.contiguous_format)
        found[df > 2] = M.pow(self.scale[df > 2], 2) * df[df > 2] / (df[df > 2] - 2)
        found[(df <= 2) & (df > 1)] = math.inf
        found[df <= 1] = math.nan
        return found

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        x = normal_of(self._extended_shape(sample_shape), self.df.dtype)
        z = self._chi2.rsample(sample_shape)
        return self.loc + self.scale * (x * T.rsqrt(z / self.df))

    def log_prob(self, value: Any) -> Any:
        value = self._checked_value(value)
        y = (value - self.loc) / self.scale
        normalizer = (
            T.log(self.scale)
            + 0.5 * T.log(self.df)
            + 0.5 * math.log(math.pi)
            + T.lgamma(0.5 * self.df)
            - T.lgamma(0.5 * (self.df + 1.0))
        )
        return -0.5 * (self.df + 1.0) * T.log1p(y**2.0 / self.df) - normalizer

    def entropy(self) -> Any:
        half, more = 0.5 * self.df, 0.5 * (self.df + 1)
        log_beta = T.lgamma(half) + math.lgamma(0.5) - T.lgamma(more)
        return T.log(self.scale) + more * (T.digamma(more) - T.digamma(half)) + 0.5 * T.log(self.df) + log_beta


class Uniform(Distribution):
    """The uniform distribution on ``[low, high)``."""

    __module__ = "torch.distributions.uniform"

    _parameters_of = ("low", "high")
    has_rsample = True
    low, high = held(Tensor, "low", "high")

    def __init__(self, low: Any, high: Any, validate_args: bool | None = None) -> None:
        self.low, self.high = broadcast(low, high)
        self._set(is_number(low) and is_number(high), validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"low": constraints.less_than(self.high), "high": constraints.greater_than(self.low)}

    @property
    def support(self) -> Any:
        return constraints.interval(self.low, self.high)

    @property
    def mean(self) -> Any:
        return (self.high + self.low) / 2

    @property
    def mode(self) -> Any:
        return math.nan * self.high

    @property
    def stddev(self) -> Any:
        return (self.high - self.low) / 12**0.5

    @property
    def variance(self) -> Any:
        return M.pow(self.high - self.low, 2) / 12

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        drawn = T.rand(tuple(self._extended_shape(sample_shape)), dtype=self.low.dtype)
        return self.low + drawn * (self.high - self.low)

    def log_prob(self, value: Any) -> Any:
        value = self._checked_value(value)
        inside = M.type_as(M.le(self.low, value), self.low) * M.type_as(M.gt(self.high, value), self.low)
        return T.log(inside) - T.log(self.high - self.low)

    def cdf(self, value: Any) -> Any:
        value = self._checked_value(value)
        return M.clamp((value - self.low) / (self.high - self.low), min=0, max=1)

    def icdf(self, value: Any) -> Any:
        return value * (self.high - self.low) + self.low

    def entropy(self) -> Any:
        return T.log(self.high - self.low)


for _kind in (Normal, Laplace, Cauchy, StudentT, Uniform):
    namespace("torch.distributions")[_kind.__name__] = _kind
