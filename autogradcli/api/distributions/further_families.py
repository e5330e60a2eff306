"""Further distributions of numbers: inverse gamma, F, Kumaraswamy, logistic-normal, generalized Pareto, von Mises."""

from __future__ import annotations

import math
from typing import Any

from ...engine.tensor import Tensor
from ...numerics.limits import run
from ..calls.registry import namespace
from ..nn.functions_by_attribute import M, T
from . import constraints
from .arguments import EULER, SINGLE, broadcast, check_parameter, expanded, held, is_number, lazy, recorded
from .distribution import Distribution
from .element_transforms import AffineTransform, PowerTransform
from .gamma_families import Gamma
from .location_scale import Normal, Uniform
from .transformed import TransformedDistribution
from .transformed_families import OfParameters
from .vector_transforms import StickBreakingTransform


class InverseGamma(TransformedDistribution):
    """The reciprocal of a gamma number of this concentration and rate."""

    __module__ = "torch.distributions.inverse_gamma"

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        base = Gamma(concentration, rate, validate_args=validate_args)
        super().__init__(base, PowerTransform(-T.ones((), dtype=base.rate.dtype)), validate_args=validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"concentration": constraints.positive, "rate": constraints.positive}

    @property
    def support(self) -> Any:
        return constraints.positive

    @property
    def concentration(self) -> Any:
        return self.base_dist.concentration

    @property
    def rate(self) -> Any:
        return self.base_dist.rate

    @property
    def mean(self) -> Any:
        return T.where(self.concentration > 1, self.rate / (self.concentration - 1), math.inf)

    @property
    def mode(self) -> Any:
        return self.rate / (self.concentration + 1)

    @property
    def variance(self) -> Any:
        a = self.concentration
        return T.where(a > 2, T.square(self.rate) / (T.square(a - 1) * (a - 2)), math.inf)

    def entropy(self) -> Any:
        a = self.concentration
        return a + T.log(self.rate) + T.lgamma(a) - (1 + a) * T.digamma(a)


class FisherSnedecor(Distribution):
    """The F distribution: the quotient of two chi-squared numbers, each divided by its degrees of freedom."""

    __module__ = "torch.distributions.fishersnedecor"

    _parameters_of = ("df1", "df2")
    has_rsample = True
    df1, df2 = held(Tensor, "df1", "df2")

    def __init__(self, df1: Any, df2: Any, validate_args: bool | None = None) -> None:
        self.df1, self.df2 = broadcast(df1, df2)
        self._set(is_number(df1) and is_number(df2), validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"df1": constraints.positive, "df2": constraints.positive}

    @property
    def support(self) -> Any:
        return constraints.positive

    @property
    def mean(self) -> Any:
        df2 = T.where(self.df2 <= 2, math.nan, self.df2)
        return df2 / (df2 - 2)

    @property
    def mode(self) -> Any:
        return T.where(self.df1 <= 2, math.nan, (self.df1 - 2) / self.df1 * self.df2 / (self.df2 + 2))

    @property
    def variance(self) -> Any:
        df1, df2 = self.df1, T.where(self.df2 <= 4, math.nan, self.df2)
        return 2 * M.pow(df2, 2) * (df1 + df2 - 2) / (df1 * M.pow(df2 - 2, 2) * (df2 - 4))

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        above, below = (Gamma(df * 0.5, df).rsample(sample_shape) for df in (self.df1, self.df2))
        tiny = T.finfo(below.dtype).tiny
        return M.clamp_(above / M.clamp_(below, min=tiny), min=tiny)

    def log_prob(self, value: Any) -> Any:
        value = self._checked_value(value)
        a, b, ratio = self.df1 * 0.5, self.df2 * 0.5, self.df1 / self.df2
        constant = T.lgamma(a + b) - T.lgamma(a) - T.lgamma(b)
        power = a * T.log(ratio) + (a - 1) * T.log(value)
        return constant + power - (a + b) * T.log1p(ratio * value)


class Kumaraswamy(OfParameters):
    """Numbers between 0 and 1, much like those of a beta distribution, with an inverse in closed form."""

    __module__ = "torch.distributions.kumaraswamy"

    concentration1, concentration0 = held(Tensor, "concentration1", "concentration0")

    def __init__(self, concentration1: Any, concentration0: Any, validate_args: bool | None = None) -> None:
        self.concentration1, self.concentration0 = broadcast(concentration1, concentration0)
        base = Uniform(
            T.full_like(self.concentration0, 0), T.full_like(self.concentration0, 1), validate_args=validate_args
        )
        steps = [
            PowerTransform(T.reciprocal(self.concentration0)),
            AffineTransform(1.0, -1.0),
            PowerTransform(T.reciprocal(self.concentration1)),
        ]
        super().__init__(base, steps, validate_args=validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"concentration1": constraints.positive, "concentration0": constraints.positive}

    @property
    def support(self) -> Any:
        return constraints.unit_interval

    def _moment(self, n: int) -> Any:
        a, b = 1 + n / self.concentration1, self.concentration0
        return b * T.exp(T.lgamma(a) + T.lgamma(b) - T.lgamma(a + b))

    @property
    def mean(self) -> Any:
        return self._moment(1)

    @property
    def mode(self) -> Any:
        a, b = self.concentration1, self.concentration0
        found = T.reciprocal(b) * T.log1p(-b) - T.log1p(-b * a)
        return T.exp(T.where((b < 1) | (a < 1), math.nan, found))

    @property
    def variance(self) -> Any:
        return self._moment(2) - M.pow(self.mean, 2)

    def entropy(self) -> Any:
        a, b = self.concentration1, self.concentration0
        return (1 - T.reciprocal(b)) + (1 - T.reciprocal(a)) * (T.digamma(b + 1) + EULER) - T.log(a) - T.log(b)


class LogisticNormal(TransformedDistribution):
    """Shares whose sum is 1, made of normal numbers by breaking a stick."""

    __module__ = "torch.distributions.logistic_normal"

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        base: Any = Normal(loc, scale, validate_args=validate_args)
        if not base.batch_shape:
            base = base.expand([1])
        super().__init__(base, StickBreakingTransform(), validate_args=validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"loc": constraints.real, "scale": constraints.positive}

    @property
    def support(self) -> Any:
        return constraints.simplex

    @property
    def loc(self) -> Any:
        return self.base_dist.base_dist.loc

    @property
    def scale(self) -> Any:
        return self.base_dist.base_dist.scale


class GeneralizedPareto(Distribution):
    """What lies beyond a threshold ``loc``, with a tail that ``concentration`` makes heavy (> 0), light or bounded."""

    __module__ = "torch.distributions.generalized_pareto"

    _parameters_of = ("loc", "scale", "concentration")
    has_rsample = True
    loc, scale, concentration = held(Tensor, "loc", "scale", "concentration")

    def __init__(self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale, self.concentration = broadcast(loc, scale, concentration)
        self._set(all(map(is_number, (loc, scale, concentration))), validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"loc": constraints.real, "scale": constraints.positive, "concentration": constraints.real}

    @property
    def support(self) -> Any:
        bounded = self.loc - self.scale / self.concentration
        return constraints.interval(self.loc, T.where(self.concentration < 0, bounded, math.inf))

    def _safe(self) -> tuple[Any, Any]:
        """Where the concentration is 0, and it with 1 there."""
        zero = T.isclose(self.concentration, T.zeros_like(self.concentration))
        return zero, T.where(zero, T.ones_like(self.concentration), self.concentration)

    def _scaled(self, value: Any) -> Any:
        return (value - self.loc) / self.scale

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        return self.icdf(T.rand(tuple(self._extended_shape(sample_shape)), dtype=self.loc.dtype))

    def log_prob(self, value: Any) -> Any:
        z = self._scaled(self._checked_value(value))
        zero, safe = self._safe()
        y = 1 / safe + T.ones_like(z)
        return -T.log(self.scale) - T.where(zero, z, T.where(y == 0, y, y * T.log1p(safe * z)))

    def log_survival_function(self, value: Any) -> Any:
        """The logarithm of the probability of more than a value."""
        z = self._scaled(self._checked_value(value))
        zero, safe = self._safe()
        return T.where(zero, -z, -T.log1p(safe * z) / safe)

    def log_cdf(self, value: Any) -> Any:
        """The logarithm of the probability of less than a value."""
        return T.log1p(-T.exp(self.log_survival_function(value)))

    def cdf(self, value: Any) -> Any:
        return T.exp(self.log_cdf(value))

    def icdf(self, value: Any) -> Any:
        zero, safe = self._safe()
        power = T.log1p(-check_parameter("value", value))
        beyond = self.loc + self.scale / safe * T.expm1(-safe * power)
        return T.where(zero, self.loc - self.scale * power, beyond)

    @property
    def mean(self) -> Any:
        valid = self.concentration < 1
        return T.where(valid, self.loc + self.scale / (1 - T.where(valid, self.concentration, 0.5)), math.nan)

    @property
    def variance(self) -> Any:
        valid = self.concentration < 0.5
        c = T.where(valid, self.concentration, 0.25)
        return T.where(valid, self.scale**2 / ((1 - c) ** 2 * (1 - 2 * c)), math.nan)

    @property
    def mode(self) -> Any:
        return self.loc

    def entropy(self) -> Any:
        return expanded(T.log(self.scale) + self.concentration + 1, self._batch_shape)


#: log I_0 and log I_1, near 0 and far from it. Abramowitz and Stegun, 9.8.1 to 9.8.4.
_NEAR = (
    (1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.360768e-1, 0.45813e-2),
    (0.5, 0.87890594, 0.51498869, 0.15084934, 0.2658733e-1, 0.301532e-2, 0.32411e-3),
)
_FAR = (
    (0.39894228, 0.1328592e-1, 0.225319e-2, -0.157565e-2, 0.916281e-2, -0.2057706e-1, 0.2635537e-1, -0.1647633e-1,
     0.392377e-2),
    (0.39894228, -0.3988024e-1, -0.362018e-2, 0.163801e-2, -0.1031555e-1, 0.2282967e-1, -0.2895312e-1, 0.1787654e-1,
     -0.420059e-2),
)  # fmt: skip


def _polynomial(y: Any, coefficients: tuple[float, ...]) -> Any:
    found: Any = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        found = coefficient + y * found
    return found


def log_bessel(x: Any, order: int) -> Any:
    """The logarithm of the modified Bessel function of the first kind, of order 0 or 1, for x > 0."""
    near = _polynomial((x / 3.75) * (x / 3.75), _NEAR[order])
    if order == 1:
        near = T.abs(x) * near
    far = x - 0.5 * T.log(x) + T.log(_polynomial(3.75 / x, _FAR[order]))
    return T.where(x < 3.75, T.log(near), far)


class VonMises(Distribution):
    """Angles around ``loc``, the nearer the greater the concentration."""

    __module__ = "torch.distributions.von_mises"

    _parameters_of = ("loc", "concentration")
    loc, concentration = held(Tensor, "loc", "concentration")

    def __init__(self, loc: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.concentration = broadcast(loc, concentration)
        self._set(False, validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"loc": constraints.real, "concentration": constraints.positive}

    @property
    def support(self) -> Any:
        return constraints.real

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc

    @lazy
    def variance(self) -> Any:
        """1 less the mean length of the resultant."""
        return 1 - T.exp(log_bessel(self.concentration, 1) - log_bessel(self.concentration, 0))

    def log_prob(self, value: Any) -> Any:
        value = self._checked_value(value)
        scaled = self.concentration * T.cos(value - self.loc)
        return scaled - math.log(2 * math.pi) - log_bessel(self.concentration, 0)

    def sample(self, sample_shape: Any = SINGLE) -> Any:
        """By rejection: D. J. Best and N. I. Fisher, "Efficient simulation of the von Mises distribution" (1979)."""
        with recorded(False):
            loc, kappa = M.double(self.loc), M.double(self.concentration)
            tau = 1 + T.sqrt(1 + 4 * kappa**2)
            rho = (tau - T.sqrt(2 * tau)) / (2 * kappa)
            r = T.where(kappa < 1e-5, 1 / kappa + kappa, (1 + rho**2) / (2 * rho))
            shape = tuple(self._extended_shape(sample_shape))
            x, done = T.zeros(shape, dtype=loc.dtype), T.zeros(shape, dtype=T.isnan(loc).dtype)
            while not bool(M.all(done)):
                run.spend(64 * M.numel(x))
                u1, u2, u3 = T.unbind(T.rand((3, *shape), dtype=loc.dtype))
                z = T.cos(math.pi * u1)
                f = (1 + r * z) / (r + z)
                c = kappa * (r - f)
                accept = ((c * (2 - c) - u2) > 0) | (T.log(c / u2) + 1 - c >= 0)
                x = T.where(accept, T.sign(u3 - 0.5) * T.acos(f), x)
                done = done | accept
            return M.to((x + math.pi + loc) % (2 * math.pi) - math.pi, self.loc.dtype)


_KINDS: tuple[type[Distribution], ...] = (
    InverseGamma, FisherSnedecor, Kumaraswamy, LogisticNormal, GeneralizedPareto, VonMises,
)  # fmt: skip
for _kind in _KINDS:
    namespace("torch.distributions")[_kind.__name__] = _kind
