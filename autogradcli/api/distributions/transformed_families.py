"""Distributions that are others under transforms: log-normal, half-normal, half-Cauchy, Gumbel, Weibull, Pareto."""

from __future__ import annotations

import math
from typing import Any

from ...engine.tensor import Tensor
from ..calls.registry import namespace
from ..nn.functions_by_attribute import M, T
from . import constraints
from .arguments import EULER, broadcast, expanded, held, is_number, size_of
from .distribution import Distribution
from .element_transforms import AbsTransform, AffineTransform, ExpTransform, PowerTransform
from .gamma_families import Exponential
from .location_scale import Cauchy, Normal, Uniform
from .transformed import TransformedDistribution


class OfParameters(TransformedDistribution):
    """With parameters of its own, which are expanded too."""

    __module__ = "torch.distributions.transformed_distribution"

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        for name in self.arg_constraints:
            if name in self.__dict__:
                new.__dict__[name] = expanded(self.__dict__[name], size_of(batch_shape))
        return new


class LogNormal(TransformedDistribution):
    """The exponential of a normal number of mean ``loc`` and standard deviation ``scale``."""

    __module__ = "torch.distributions.log_normal"

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(Normal(loc, scale, validate_args=validate_args), ExpTransform(), validate_args=validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"loc": constraints.real, "scale": constraints.positive}

    @property
    def support(self) -> Any:
        return constraints.positive

    @property
    def loc(self) -> Any:
        return self.base_dist.loc

    @property
    def scale(self) -> Any:
        return self.base_dist.scale

    @property
    def mean(self) -> Any:
        return T.exp(self.loc + M.pow(self.scale, 2) / 2)

    @property
    def mode(self) -> Any:
        return T.exp(self.loc - T.square(self.scale))

    @property
    def variance(self) -> Any:
        square = M.pow(self.scale, 2)
        return T.expm1(square) * T.exp(2 * self.loc + square)

    def entropy(self) -> Any:
        return self.base_dist.entropy() + self.loc


class _Half(TransformedDistribution):
    """The absolute value of what has its centre at 0."""

    __module__ = "torch.distributions.transformed_distribution"

    @property
    def arg_constraints(self) -> Any:
        return {"scale": constraints.positive}

    @property
    def support(self) -> Any:
        return constraints.nonnegative

    @property
    def scale(self) -> Any:
        return self.base_dist.scale

    @property
    def mode(self) -> Any:
        return T.zeros_like(self.scale)

    def log_prob(self, value: Any) -> Any:
        value = T.as_tensor(self._checked_value(value), dtype=self.scale.dtype)
        return T.where(value >= 0, self.base_dist.log_prob(value) + math.log(2), -math.inf)

    def cdf(self, value: Any) -> Any:
        return 2 * self.base_dist.cdf(self._checked_value(value)) - 1

    def icdf(self, value: Any) -> Any:
        return self.base_dist.icdf((value + 1) / 2)

    def entropy(self) -> Any:
        return self.base_dist.entropy() - math.log(2)


class HalfNormal(_Half):
    """The absolute value of a normal number of mean 0."""

    __module__ = "torch.distributions.half_normal"

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(Normal(0, scale, validate_args=False), AbsTransform(), validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def variance(self) -> Any:
        return M.pow(self.scale, 2) * (1 - 2 / math.pi)


class HalfCauchy(_Half):
    """The absolute value of a Cauchy number with its centre at 0."""

    __module__ = "torch.distributions.half_cauchy"

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(Cauchy(0, scale, validate_args=False), AbsTransform(), validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return T.full(tuple(self._extended_shape()), math.inf, dtype=self.scale.dtype)

    @property
    def variance(self) -> Any:
        return self.base_dist.variance


class Gumbel(OfParameters):
    """The Gumbel distribution, that of the greatest of many numbers."""

    __module__ = "torch.distributions.gumbel"

    loc, scale = held(Tensor, "loc", "scale")

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast(loc, scale)
        limits = T.finfo(self.loc.dtype)
        if is_number(loc) and is_number(scale):
            base = Uniform(limits.tiny, 1 - limits.eps, validate_args=validate_args)
        else:
            low, high = T.full_like(self.loc, limits.tiny), T.full_like(self.loc, 1 - limits.eps)
            base = Uniform(low, high, validate_args=validate_args)
        steps = [
            ExpTransform().inv,
            AffineTransform(loc=0, scale=-T.ones_like(self.scale)),
            ExpTransform().inv,
            AffineTransform(loc=loc, scale=-self.scale),
        ]
        super().__init__(base, steps, validate_args=validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"loc": constraints.real, "scale": constraints.positive}

    @property
    def support(self) -> Any:
        return constraints.real

    def log_prob(self, value: Any) -> Any:
        y = (self.loc - self._checked_value(value)) / self.scale
        return y - T.exp(y) - T.log(self.scale)

    @property
    def mean(self) -> Any:
        return self.loc + self.scale * EULER

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def stddev(self) -> Any:
        return (math.pi / math.sqrt(6)) * self.scale

    @property
    def variance(self) -> Any:
        return M.pow(self.stddev, 2)

    def entropy(self) -> Any:
        return T.log(self.scale) + (1 + EULER)


class Weibull(OfParameters):
    """The Weibull distribution of positive numbers: a power of an exponential one."""

    __module__ = "torch.distributions.weibull"

    scale, concentration, concentration_reciprocal = held(Tensor, "scale", "concentration", "concentration_reciprocal")

    def __init__(self, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.scale, self.concentration = broadcast(scale, concentration)
        self.concentration_reciprocal = T.reciprocal(self.concentration)
        base = Exponential(T.ones_like(self.scale), validate_args=validate_args)
        steps = [PowerTransform(exponent=self.concentration_reciprocal), AffineTransform(loc=0, scale=self.scale)]
        super().__init__(base, steps, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        new.concentration_reciprocal = T.reciprocal(new.concentration)
        new.transforms = [
            PowerTransform(exponent=new.concentration_reciprocal),
            AffineTransform(loc=0, scale=new.scale),
        ]
        return new

    @property
    def arg_constraints(self) -> Any:
        return {"scale": constraints.positive, "concentration": constraints.positive}

    @property
    def support(self) -> Any:
        return constraints.positive

    @property
    def mean(self) -> Any:
        return self.scale * T.exp(T.lgamma(1 + self.concentration_reciprocal))

    @property
    def mode(self) -> Any:
        k = self.concentration
        return self.scale * ((k - 1) / k) ** T.reciprocal(k)

    @property
    def variance(self) -> Any:
        r = self.concentration_reciprocal
        return M.pow(self.scale, 2) * (T.exp(T.lgamma(1 + 2 * r)) - T.exp(2 * T.lgamma(1 + r)))

    def entropy(self) -> Any:
        r = self.concentration_reciprocal
        return EULER * (1 - r) + T.log(self.scale * r) + 1


class Pareto(OfParameters):
    """The Pareto distribution: from ``scale`` on, in proportion to ``x ** -(alpha + 1)``."""

    __module__ = "torch.distributions.pareto"

    scale, alpha = held(Tensor, "scale", "alpha")

    def __init__(self, scale: Any, alpha: Any, validate_args: bool | None = None) -> None:
        self.scale, self.alpha = broadcast(scale, alpha)
        base = Exponential(self.alpha, validate_args=validate_args)
        steps = [ExpTransform(), AffineTransform(loc=0, scale=self.scale)]
        super().__init__(base, steps, validate_args=validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"alpha": constraints.positive, "scale": constraints.positive}

    @property
    def support(self) -> Any:
        return constraints.greater_than_eq(self.scale)

    @property
    def mean(self) -> Any:
        a = M.clamp(self.alpha, min=1)
        return a * self.scale / (a - 1)

    @property
    def mode(self) -> Any:
        return self.scale

    @property
    def variance(self) -> Any:
        a = M.clamp(self.alpha, min=2)
        return M.pow(self.scale, 2) * a / (M.pow(a - 1, 2) * (a - 2))

    def entropy(self) -> Any:
        return T.log(self.scale / self.alpha) + (1 + T.reciprocal(self.alpha))


_KINDS: tuple[type[Distribution], ...] = (LogNormal, HalfNormal, HalfCauchy, Gumbel, Weibull, Pareto)
for _kind in _KINDS:
    namespace("torch.distributions")[_kind.__name__] = _kind
