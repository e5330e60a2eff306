"""Relaxed categories: draws near 0 and 1 through which gradients flow.

Maddison, Mnih and Teh, "The concrete distribution" (2017); Jang, Gu and Poole, "Categorical reparameterization with
Gumbel-softmax" (2017).
"""

from __future__ import annotations

from typing import Any

from ..calls.registry import namespace
from ..nn.functions_by_attribute import M, T
from . import constraints
from .arguments import SINGLE, broadcast, check_parameter, clamp_probs, expanded, held
from .categories import Categorical
from .counts import OfProbability
from .distribution import Distribution
from .element_transforms import ExpTransform, SigmoidTransform
from .transformed import TransformedDistribution


class LogitRelaxedBernoulli(OfProbability):
    """The log-odds of a relaxed Bernoulli number."""

    __module__ = "torch.distributions.relaxed_bernoulli"

    _parameters_of = ("probs", "logits")

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self.temperature = temperature
        self._set(self._take(probs, logits), validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        new.temperature = self.temperature
        return new

    @property
    def arg_constraints(self) -> Any:
        return {"probs": constraints.unit_interval, "logits": constraints.real}

    @property
    def support(self) -> Any:
        return constraints.real

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        shape = self._extended_shape(sample_shape)
        probs = clamp_probs(expanded(self.probs, shape))
        u = clamp_probs(T.rand(tuple(shape), dtype=probs.dtype))
        return (T.log(u) - T.log1p(-u) + T.log(probs) - T.log1p(-probs)) / self.temperature

    def log_prob(self, value: Any) -> Any:
        value = self._checked_value(value)
        logits, value = broadcast(self.logits, value)
        difference = logits - M.mul(value, self.temperature)
        return T.log(self.temperature) + difference - 2 * T.log1p(T.exp(difference))


class _OfBase(TransformedDistribution):
    """With the parameters of what it transforms."""

    __module__ = "torch.distributions.transformed_distribution"

    has_rsample: Any = True

    @property
    def temperature(self) -> Any:
        return self.base_dist.temperature

    @property
    def probs(self) -> Any:
        return self.base_dist.probs

    @property
    def logits(self) -> Any:
        return self.base_dist.logits


class RelaxedBernoulli(_OfBase):
    """Numbers in (0, 1), near 0 or 1 the more the lower the temperature."""

    __module__ = "torch.distributions.relaxed_bernoulli"

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        base = LogitRelaxedBernoulli(temperature, probs, logits)
        super().__init__(base, SigmoidTransform(), validate_args=validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"probs": constraints.unit_interval, "logits": constraints.real}

    @property
    def support(self) -> Any:
        return constraints.unit_interval


class ExpRelaxedCategorical(Distribution):
    """The logarithms of a relaxed one-hot vector."""

    __module__ = "torch.distributions.relaxed_categorical"

    has_rsample = True
    (_categorical,) = held(Categorical, "_categorical")

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._categorical = Categorical(probs, logits)
        self.temperature = temperature
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new, shape = self._new(batch_shape, _instance)
        new.temperature = self.temperature
        new._categorical = self._categorical.expand(shape)
        return self._finish(new, shape)

    @property
    def arg_constraints(self) -> Any:
        return {"probs": constraints.simplex, "logits": constraints.real_vector}

    @property
    def support(self) -> Any:
        return constraints.real_vector

    @property
    def param_shape(self) -> Any:
        return self._categorical.param_shape

    @property
    def probs(self) -> Any:
        return self._categorical.probs

    @property
    def logits(self) -> Any:
        return self._categorical.logits

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        u = clamp_probs(T.rand(tuple(self._extended_shape(sample_shape)), dtype=self.logits.dtype))
        scores = (self.logits + -T.log(-T.log(u))) / self.temperature
        return scores - M.logsumexp(scores, dim=-1, keepdim=True)

    def log_prob(self, value: Any) -> Any:
        count = self._categorical._num_events
        value = self._checked_value(value)
        logits, value = broadcast(self.logits, value)
        temperature = check_parameter("temperature", self.temperature)
        scale = T.lgamma(T.full_like(temperature, float(count))) - M.mul(T.log(temperature), -(count - 1))
        score = logits - M.mul(value, temperature)
        return M.sum(score - M.logsumexp(score, dim=-1, keepdim=True), -1) + scale


class RelaxedOneHotCategorical(_OfBase):
    """Vectors of shares, near a one-hot vector the more the lower the temperature."""

    __module__ = "torch.distributions.relaxed_categorical"

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)

    @property
    def arg_constraints(self) -> Any:
        return {"probs": constraints.simplex, "logits": constraints.real_vector}

    @property
    def support(self) -> Any:
        return constraints.simplex


_KINDS: tuple[type[Distribution], ...] = (
    LogitRelaxedBernoulli, RelaxedBernoulli, ExpRelaxedCategorical, RelaxedOneHotCategorical,
)  # fmt: skip
for _kind in _KINDS:
    namespace("torch.distributions")[_kind.__name__] = _kind
