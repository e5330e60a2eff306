"""Distributions over categories: an index, a vector of zeros and one 1, or counts of each."""

from __future__ import annotations

import math
from typing import Any

from ...engine.tensor import Size, Tensor
from ..calls.registry import namespace
from ..nn.functions_by_attribute import F, M, T
from . import constraints
from .arguments import (
    SINGLE,
    broadcast,
    check_either,
    check_parameter,
    expanded,
    filled,
    held,
    numel,
    probabilities,
    size_of,
)
from .counts import Binomial
from .distribution import Distribution


class Categorical(Distribution):
    """An index from 0 on, with probabilities in proportion to ``probs``, or to the exponentials of ``logits``."""

    __module__ = "torch.distributions.categorical"

    has_enumerate_support = True
    probs, logits = probabilities(binary=False)
    (_param,) = held(Tensor, "_param")
    (_num_events,) = held(int, "_num_events")

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        check_either(probs, logits)
        name, given = ("probs", probs) if probs is not None else ("logits", logits)
        if check_parameter(name, given).ndim < 1:
            raise ValueError(f"`{name}` parameter must be at least one-dimensional.")
        if probs is not None:
            self.probs = probs / M.sum(probs, -1, keepdim=True)
        else:
            self.logits = logits - M.logsumexp(logits, dim=-1, keepdim=True)
        self._param = self.__dict__[name]
        self._num_events = self._param.shape[-1]
        super().__init__(self._param.shape[:-1], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new, shape = self._new(batch_shape, _instance)
        for name in ("probs", "logits"):
            if name in self.__dict__:
                new._param = new.__dict__[name] = expanded(self.__dict__[name], (*shape, self._num_events))
        new._num_events = self._num_events
        return self._finish(new, shape)

    @property
    def arg_constraints(self) -> Any:
        return {"probs": constraints.simplex, "logits": constraints.real_vector}

    @property
    def support(self) -> Any:
        return constraints.integer_interval(0, self._num_events - 1)

    @property
    def param_shape(self) -> Any:
        return self._param.shape

    @property
    def mean(self) -> Any:
        return filled(self.probs, self._extended_shape(), math.nan)

    @property
    def mode(self) -> Any:
        return M.argmax(self.probs, dim=-1)

    @property
    def variance(self) -> Any:
        return filled(self.probs, self._extended_shape(), math.nan)

    def sample(self, sample_shape: Any = SINGLE) -> Any:
        shape = size_of(sample_shape)
        rows = M.reshape(self.probs, (-1, self._num_events))
        drawn = T.t(T.multinomial(rows, numel(shape), True))
        return M.reshape(drawn, tuple(self._extended_shape(shape)))

    def log_prob(self, value: Any) -> Any:
        value = M.unsqueeze(M.long(check_parameter("value", self._checked_value(value))), -1)
        value, logs = T.broadcast_tensors(value, self.logits)
        return M.squeeze(M.gather(logs, -1, value[..., :1]), -1)

    def entropy(self) -> Any:
        logs = T.clamp(self.logits, min=T.finfo(self.logits.dtype).min)
        return -M.sum(logs * self.probs, -1)

    def enumerate_support(self, expand: bool = True) -> Any:
        values = M.view(T.arange(self._num_events), (-1, *[1] * len(self._batch_shape)))
        return expanded(values, (-1, *self._batch_shape)) if expand else values


class OneHotCategorical(Distribution):
    """A category as a vector of zeros and one 1."""

    __module__ = "torch.distributions.one_hot_categorical"

    has_enumerate_support = True
    (_categorical,) = held(Categorical, "_categorical")

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        self._categorical = Categorical(probs, logits)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new, shape = self._new(batch_shape, _instance)
        new._categorical = self._categorical.expand(shape)
        return self._finish(new, shape)

    @property
    def arg_constraints(self) -> Any:
        return {"probs": constraints.simplex, "logits": constraints.real_vector}

    @property
    def support(self) -> Any:
        return constraints.one_hot

    @property
    def probs(self) -> Any:
        return self._categorical.probs

    @property
    def logits(self) -> Any:
        return self._categorical.logits

    @property
    def param_shape(self) -> Any:
        return self._categorical.param_shape

    @property
    def mean(self) -> Any:
        return self._categorical.probs

    @property
    def mode(self) -> Any:
        probs = self._categorical.probs
        return M.to(F.one_hot(M.argmax(probs, dim=-1), num_classes=probs.shape[-1]), probs)

    @property
    def variance(self) -> Any:
        return self._categorical.probs * (1 - self._categorical.probs)

    def sample(self, sample_shape: Any = SINGLE) -> Any:
        probs = self._categorical.probs
        return M.to(F.one_hot(self._categorical.sample(sample_shape), self._categorical._num_events), probs)

    def log_prob(self, value: Any) -> Any:
        value = check_parameter("value", self._checked_value(value))
        return self._categorical.log_prob(M.max(value, -1)[1])

    def entropy(self) -> Any:
        return self._categorical.entropy()

    def enumerate_support(self, expand: bool = True) -> Any:
        n, batch = self.event_shape[0], self._batch_shape
        values = M.view(T.eye(n, dtype=self._categorical._param.dtype), (n, *[1] * len(batch), n))
        return expanded(values, (n, *batch, n)) if expand else values


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """A one-hot category whose draws take the gradients of the probabilities.

    Bengio, Leonard and Courville, "Estimating or propagating gradients through stochastic neurons" (2013).
    """

    __module__ = "torch.distributions.one_hot_categorical"

    has_rsample = True

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        samples = self.sample(sample_shape)
        probs = self._categorical.probs
        return samples + (probs - M.detach(probs))


class Multinomial(Distribution):
    """How often each category comes in ``total_count`` draws."""

    __module__ = "torch.distributions.multinomial"

    (_categorical,) = held(Categorical, "_categorical")
    (_binomial,) = held(Binomial, "_binomial")
    (total_count,) = held(int, "total_count")

    def __init__(
        self, total_count: Any = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported")
        self.total_count = total_count
        self._categorical = Categorical(probs=probs, logits=logits)
        self._binomial = Binomial(total_count=total_count, probs=self.probs)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new, shape = self._new(batch_shape, _instance)
        new.total_count = self.total_count
        new._categorical = self._categorical.expand(shape)
        new._binomial = self._binomial
        return self._finish(new, shape)

    @property
    def arg_constraints(self) -> Any:
        return {"probs": constraints.simplex, "logits": constraints.real_vector}

    @property
    def support(self) -> Any:
        return constraints.multinomial(self.total_count)

    @property
    def probs(self) -> Any:
        return self._categorical.probs

    @property
    def logits(self) -> Any:
        return self._categorical.logits

    @property
    def param_shape(self) -> Any:
        return self._categorical.param_shape

    @property
    def mean(self) -> Any:
        return self.probs * self.total_count

    @property
    def variance(self) -> Any:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = SINGLE) -> Any:
        shape = size_of(sample_shape)
        drawn = self._categorical.sample(Size((self.total_count, *shape)))
        drawn = M.permute(drawn, (*range(1, drawn.ndim), 0))
        counts = T.zeros(tuple(self._extended_shape(shape)), dtype=drawn.dtype)
        M.scatter_add_(counts, -1, drawn, T.ones_like(drawn))
        return M.type_as(counts, self.probs)

    def entropy(self) -> Any:
        n = T.tensor(self.total_count)
        support = self._binomial.enumerate_support(expand=False)[1:]
        weighted = T.exp(self._binomial.log_prob(support)) * T.lgamma(support + 1)
        return n * self._categorical.entropy() - T.lgamma(n + 1) + M.sum(weighted, [0, -1])

    def log_prob(self, value: Any) -> Any:
        value = self._checked_value(value)
        logits, value = broadcast(self.logits, value)
        logits = T.clone(logits, memory_format=T.contiguous_format)
        orders = T.lgamma(M.sum(value, -1) + 1) - M.sum(T.lgamma(value + 1), -1)
        logits[(value == 0) & (logits == -math.inf)] = 0
        return orders + M.sum(logits * value, -1)


_KINDS: tuple[type[Distribution], ...] = (
    Categorical, OneHotCategorical, OneHotCategoricalStraightThrough, Multinomial,
)  # fmt: skip
for _kind in _KINDS:
    namespace("torch.distributions")[_kind.__name__] = _kind
