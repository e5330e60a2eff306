"""Distributions of positive numbers and of shares: exponential, gamma, chi-squared, inverse gamma, beta, Dirichlet."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ...numerics.random.generator import Generator
from ...operations.elementwise.gamma_draws import dirichlet, standard_gamma
from ..calls.argument_types import type_name
from ..calls.registry import namespace
from ..nn.functions_by_attribute import F, M, T
from . import constraints
from .arguments import SINGLE, broadcast, check_parameter, expanded, held, is_number, recorded
from .distribution import Distribution, ExponentialFamily

SPECIAL = namespace("torch.special")


class Exponential(ExponentialFamily):
    """The exponential distribution, ``rate exp(-rate x)`` from 0 on."""

    __module__ = "torch.distributions.exponential"

    _parameters_of = ("rate",)
    has_rsample = True
    (rate,) = held(Tensor, "rate")

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        (self.rate,) = broadcast(rate)
        self._set(is_number(rate), validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"rate": constraints.positive}

    @property
    def support(self) -> Any:
        return constraints.nonnegative

    @property
    def mean(self) -> Any:
        return T.reciprocal(self.rate)

    @property
    def mode(self) -> Any:
        return T.zeros_like(self.rate)

    @property
    def stddev(self) -> Any:
        return T.reciprocal(self.rate)

    @property
    def variance(self) -> Any:
        return M.pow(self.rate, -2)

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        return M.exponential_(T.empty(tuple(self._extended_shape(sample_shape)), dtype=self.rate.dtype)) / self.rate

    def log_prob(self, value: Any) -> Any:
        value = self._checked_value(value)
        return T.log(self.rate) - self.rate * value

    def cdf(self, value: Any) -> Any:
        value = self._checked_value(value)
        return 1 - T.exp(-self.rate * value)

    def icdf(self, value: Any) -> Any:
        return -T.log1p(-value) / self.rate

    def entropy(self) -> Any:
        return 1.0 - T.log(self.rate)

    @property
    def _natural_params(self) -> Any:
        return (-self.rate,)

    def _log_normalizer(self, *natural_params: Any) -> Any:
        return -T.log(-natural_params[0])


class Gamma(ExponentialFamily):
    """The gamma distribution, in proportion to ``x ** (concentration - 1) exp(-rate x)`` from 0 on."""

    __module__ = "torch.distributions.gamma"

    _parameters_of = ("concentration", "rate")
    has_rsample = True
    concentration, rate = held(Tensor, "concentration", "rate")

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        self.concentration, self.rate = broadcast(concentration, rate)
        self._set(is_number(concentration) and is_number(rate), validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"concentration": constraints.positive, "rate": constraints.positive}

    @property
    def support(self) -> Any:
        return constraints.nonnegative

    @property
    def mean(self) -> Any:
        return self.concentration / self.rate

    @property
    def mode(self) -> Any:
        return M.clamp((self.concentration - 1) / self.rate, min=0)

    @property
    def variance(self) -> Any:
        return self.concentration / M.pow(self.rate, 2)

    def sample(self, sample_shape: Any = SINGLE, *, generator: Any = None) -> Any:
        with recorded(False):
            return self.rsample(sample_shape) if generator is None else Gamma.rsample(self, sample_shape, generator)

    def rsample(self, sample_shape: Any = SINGLE, generator: Any = None) -> Any:
        if generator is not None and not isinstance(generator, Generator):
            raise TypeError(f"rsample(): argument 'generator' must be torch.Generator, not {type_name(generator)}")
        shape = self._extended_shape(sample_shape)
        drawn = standard_gamma(expanded(self.concentration, shape), generator)
        value = drawn / expanded(self.rate, shape)
        M.clamp_(M.detach(value), min=T.finfo(value.dtype).tiny)
        return value

    def log_prob(self, value: Any) -> Any:
        value = self._checked_value(T.as_tensor(value, dtype=self.rate.dtype))
        a = self.concentration
        return T.xlogy(a, self.rate) + T.xlogy(a - 1, value) - self.rate * value - T.lgamma(a)

    def entropy(self) -> Any:
        a = self.concentration
        return a - T.log(self.rate) + T.lgamma(a) + (1.0 - a) * T.digamma(a)

    def cdf(self, value: Any) -> Any:
        value = self._checked_value(value)
        return SPECIAL["gammainc"](self.concentration, self.rate * value)

    @property
    def _natural_params(self) -> Any:
        return self.concentration - 1, -self.rate

    def _log_normalizer(self, *natural_params: Any) -> Any:
        x, y = natural_params
        return T.lgamma(x + 1) + (x + 1) * T.log(-T.reciprocal(y))


class Chi2(Gamma):
    """The chi-squared distribution: the sum of the squares of ``df`` standard normal numbers."""

    __module__ = "torch.distributions.chi2"

    def __init__(self, df: Any, validate_args: bool | None = None) -> None:
        if not isinstance(df, Tensor) and not is_number(df):
            raise TypeError(f"unsupported operand type(s) for *: 'float' and '{type_name(df)}'")
        super().__init__(0.5 * df, 0.5, validate_args=validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"df": constraints.positive}

    @property
    def df(self) -> Any:
        return self.concentration * 2


class Dirichlet(ExponentialFamily):
    """The Dirichlet distribution of vectors of shares, whose sum is 1."""

    __module__ = "torch.distributions.dirichlet"

    _parameters_of = ("concentration",)
    has_rsample = True
    (concentration,) = held(Tensor, "concentration")

    def __init__(self, concentration: Any, validate_args: bool | None = None) -> None:
        if check_parameter("concentration", concentration).ndim < 1:
            raise ValueError("`concentration` parameter must be at least one-dimensional.")
        self.concentration = concentration
        self._set(False, validate_args, event_dims=1)

    @property
    def arg_constraints(self) -> Any:
        return {"concentration": constraints.independent(constraints.positive, 1)}

    @property
    def support(self) -> Any:
        return constraints.simplex

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        shape = self._extended_shape(sample_shape)
        return dirichlet(expanded(self.concentration, shape), None)

    def log_prob(self, value: Any) -> Any:
        value = self._checked_value(value)
        a = self.concentration
        return M.sum(T.xlogy(a - 1.0, value), -1) + T.lgamma(M.sum(a, -1)) - M.sum(T.lgamma(a), -1)

    @property
    def mean(self) -> Any:
        return self.concentration / M.sum(self.concentration, -1, True)

    @property
    def mode(self) -> Any:
        less = M.clamp(self.concentration - 1, min=0.0)
        found = less / M.sum(less, -1, True)
        mask = M.all(self.concentration < 1, dim=-1)
        found[mask] = M.to(F.one_hot(M.argmax(found[mask], dim=-1), less.shape[-1]), found)
        return found

    @property
    def variance(self) -> Any:
        total = M.sum(self.concentration, -1, True)
        return self.concentration * (total - self.concentration) / (M.pow(total, 2) * (total + 1))

    def entropy(self) -> Any:
        a = self.concentration
        k, total = a.shape[-1], M.sum(a, -1)
        first = M.sum(T.lgamma(a), -1) - T.lgamma(total) - (k - total) * T.digamma(total)
        return first - M.sum((a - 1.0) * T.digamma(a), -1)

    @property
    def _natural_params(self) -> Any:
        return (self.concentration,)

    def _log_normalizer(self, *natural_params: Any) -> Any:
        (x,) = natural_params
        return M.sum(T.lgamma(x), -1) - T.lgamma(M.sum(x, -1))


class Beta(ExponentialFamily):
    """The beta distribution, in proportion to ``x ** (concentration1 - 1) (1 - x) ** (concentration0 - 1)``."""

    __module__ = "torch.distributions.beta"

    has_rsample = True
    (_dirichlet,) = held(Dirichlet, "_dirichlet")

    def __init__(self, concentration1: Any, concentration0: Any, validate_args: bool | None = None) -> None:
        if is_number(concentration1) and is_number(concentration0):
            both = T.tensor([float(concentration1), float(concentration0)])
        else:
            both = T.stack(broadcast(concentration1, concentration0), -1)
        self._dirichlet = Dirichlet(both, validate_args=validate_args)
        super().__init__(self._dirichlet._batch_shape, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new, shape = self._new(batch_shape, _instance)
        new._dirichlet = self._dirichlet.expand(shape)
        return self._finish(new, shape)

    @property
    def arg_constraints(self) -> Any:
        return {"concentration1": constraints.positive, "concentration0": constraints.positive}

    @property
    def support(self) -> Any:
        return constraints.unit_interval

    @property
    def concentration1(self) -> Any:
        return self._dirichlet.concentration[..., 0]

    @property
    def concentration0(self) -> Any:
        return self._dirichlet.concentration[..., 1]

    @property
    def mean(self) -> Any:
        return self.concentration1 / (self.concentration1 + self.concentration0)

    @property
    def mode(self) -> Any:
        return self._dirichlet.mode[..., 0]

    @property
    def variance(self) -> Any:
        total = self.concentration1 + self.concentration0
        return self.concentration1 * self.concentration0 / (M.pow(total, 2) * (total + 1))

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        return M.select(self._dirichlet.rsample(sample_shape), -1, 0)

    def log_prob(self, value: Any) -> Any:
        value = self._checked_value(value)
        return self._dirichlet.log_prob(T.stack([value, 1.0 - value], -1))

    def entropy(self) -> Any:
        return self._dirichlet.entropy()

    @property
    def _natural_params(self) -> Any:
        return self.concentration1, self.concentration0

    def _log_normalizer(self, *natural_params: Any) -> Any:
        x, y = natural_params
        return T.lgamma(x) + T.lgamma(y) - T.lgamma(x + y)


_KINDS: tuple[type[Distribution], ...] = (Exponential, Gamma, Chi2, Dirichlet, Beta)
for _kind in _KINDS:
    namespace("torch.distributions")[_kind.__name__] = _kind
