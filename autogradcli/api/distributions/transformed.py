"""Distributions made of another one: ``Independent``, ``TransformedDistribution``."""

from __future__ import annotations

from typing import Any

from ...numerics.limits import counted, shown
from ..calls.argument_types import type_name
from ..calls.registry import namespace
from ..nn.functions_by_attribute import M, T
from . import constraints
from .arguments import SINGLE, held, held_list, recorded, size_of, sum_rightmost
from .categories import Categorical
from .distribution import Distribution
from .transforms import ComposeTransform, Transform


def check_distribution(value: Any) -> Any:
    """Raises TypeError for what is no distribution."""
    if not isinstance(value, Distribution):
        raise TypeError(f"expected a Distribution, but got {type_name(value)}")
    return value


class Independent(Distribution):
    """A distribution whose last ``reinterpreted_batch_ndims`` dimensions of the batch belong to one event."""

    __module__ = "torch.distributions.independent"

    (base_dist,) = held(Distribution, "base_dist")
    (reinterpreted_batch_ndims,) = held(int, "reinterpreted_batch_ndims")

    def __init__(
        self, base_distribution: Any, reinterpreted_batch_ndims: int, validate_args: bool | None = None
    ) -> None:
        base = check_distribution(base_distribution)
        count = len(base.batch_shape)
        if reinterpreted_batch_ndims > count:
            raise ValueError(
                "Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), actual "
                f"{reinterpreted_batch_ndims} vs {count}"
            )
        shape = base.batch_shape + base.event_shape
        cut = count - reinterpreted_batch_ndims
        self.base_dist = base
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims
        super().__init__(shape[:cut], shape[cut:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new, shape = self._new(batch_shape, _instance)
        new.base_dist = self.base_dist.expand(shape + self.event_shape[: self.reinterpreted_batch_ndims])
        new.reinterpreted_batch_ndims = self.reinterpreted_batch_ndims
        return self._finish(new, shape)

    @property
    def arg_constraints(self) -> Any:
        return {}

    @property
    def has_rsample(self) -> Any:
        return self.base_dist.has_rsample

    @property
    def has_enumerate_support(self) -> Any:
        return False if self.reinterpreted_batch_ndims > 0 else self.base_dist.has_enumerate_support

    @property
    def support(self) -> Any:
        found, count = self.base_dist.support, self.reinterpreted_batch_ndims
        return constraints.independent(found, count) if count else found

    @property
    def mean(self) -> Any:
        return self.base_dist.mean

    @property
    def mode(self) -> Any:
        return self.base_dist.mode

    @property
    def variance(self) -> Any:
        return self.base_dist.variance

    def sample(self, sample_shape: Any = SINGLE) -> Any:
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value: Any) -> Any:
        return sum_rightmost(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self) -> Any:
        return sum_rightmost(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def enumerate_support(self, expand: bool = True) -> Any:
        if self.reinterpreted_batch_ndims > 0:
            raise NotImplementedError("Enumeration over cartesian product is not implemented")
        return self.base_dist.enumerate_support(expand=expand)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_dist}, {self.reinterpreted_batch_ndims})"


class TransformedDistribution(Distribution):
    """What draws of a distribution become under transforms, with the density by the change of variables."""

    __module__ = "torch.distributions.transformed_distribution"

    (base_dist,) = held(Distribution, "base_dist")
    transforms = held_list(Transform, "transforms")

    def __init__(self, base_distribution: Any, transforms: Any, validate_args: bool | None = None) -> None:
        if isinstance(transforms, Transform):
            transforms = [transforms]
        elif not isinstance(transforms, list):
            raise ValueError(f"transforms must be a Transform or list, but was {shown(transforms)}")
        elif not all(isinstance(each, Transform) for each in transforms):
            raise ValueError("transforms must be a Transform or a list of Transforms")
        self.transforms = transforms
        base = check_distribution(base_distribution)
        shape, base_events = base.batch_shape + base.event_shape, len(base.event_shape)
        whole = ComposeTransform(self.transforms)
        domain, codomain = (end.event_dim for end in whole._ends())
        if len(shape) < domain:
            raise ValueError(f"base_distribution needs to have shape with size at least {domain}, but got {shape}.")
        forward = size_of(whole.forward_shape(shape))
        wanted = size_of(whole.inverse_shape(forward))
        if shape != wanted:
            base = base.expand(wanted[: len(wanted) - base_events])
        if domain > base_events:
            base = Independent(base, domain - base_events)
        self.base_dist = base
        event_dim = max(codomain, base_events + codomain - domain)
        cut = len(forward) - event_dim
        super().__init__(forward[:cut], forward[cut:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new, batch_shape = self._new(batch_shape, _instance)
        shape = batch_shape + self.event_shape
        for transform in reversed(self.transforms):
            shape = transform.inverse_shape(shape)
        new.base_dist = self.base_dist.expand(shape[: len(shape) - len(self.base_dist.event_shape)])
        new.transforms = self.transforms
        return self._finish(new, batch_shape)

    @property
    def arg_constraints(self) -> Any:
        return {}

    @property
    def support(self) -> Any:
        if not self.transforms:
            return self.base_dist.support
        found = self.transforms[-1].codomain
        more = len(self.event_shape) - found.event_dim
        return constraints.independent(found, more) if more > 0 else found

    @property
    def has_rsample(self) -> Any:
        return self.base_dist.has_rsample

    def _forward(self, x: Any) -> Any:
        for transform in counted(self.transforms):
            x = transform(x)
        return x

    def sample(self, sample_shape: Any = SINGLE) -> Any:
        with recorded(False):
            return self._forward(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        return self._forward(self.base_dist.rsample(sample_shape))

    def log_prob(self, value: Any) -> Any:
        y = self._checked_value(value)
        event_dim, log_prob = len(self.event_shape), 0.0
        for transform in reversed(self.transforms):
            x = transform.inv(y)
            event_dim += transform.domain.event_dim - transform.codomain.event_dim
            slope = transform.log_abs_det_jacobian(x, y)
            log_prob = log_prob - sum_rightmost(slope, event_dim - transform.domain.event_dim)
            y = x
        return log_prob + sum_rightmost(self.base_dist.log_prob(y), event_dim - len(self.base_dist.event_shape))

    def _monotone(self, value: Any) -> Any:
        """A probability turned round where the transforms together decrease."""
        sign: Any = 1
        for transform in self.transforms:
            sign = sign * transform.sign
        return value if type(sign) is int and sign == 1 else sign * (value - 0.5) + 0.5

    def cdf(self, value: Any) -> Any:
        for transform in reversed(self.transforms):
            value = transform.inv(value)
        if self._validate_args:
            self.base_dist._validate_sample(value)
        return self._monotone(self.base_dist.cdf(value))

    def icdf(self, value: Any) -> Any:
        return self._forward(self.base_dist.icdf(self._monotone(value)))


class MixtureSameFamily(Distribution):
    """A mixture: a category chooses which of the distributions in the last dimension of a batch draws."""

    __module__ = "torch.distributions.mixture_same_family"

    (_mixture_distribution,) = held(Categorical, "_mixture_distribution")
    (_component_distribution,) = held(Distribution, "_component_distribution")
    _num_component, _event_ndims = held(int, "_num_component", "_event_ndims")

    def __init__(
        self, mixture_distribution: Any, component_distribution: Any, validate_args: bool | None = None
    ) -> None:
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError(" The Mixture distribution needs to be an  instance of torch.distributions.Categorical")
        if not isinstance(component_distribution, Distribution):
            raise ValueError("The Component distribution needs to be an instance of torch.distributions.Distribution")
        self._mixture_distribution = mixture_distribution
        self._component_distribution = component_distribution
        mixed, batch = mixture_distribution.batch_shape, component_distribution.batch_shape[:-1]
        if any(a != 1 and b != 1 and a != b for a, b in zip(reversed(mixed), reversed(batch))):
            raise ValueError(
                f"`mixture_distribution.batch_shape` ({mixed}) is not compatible with "
                f"`component_distribution.batch_shape`({batch})"
            )
        count, components = mixture_distribution.logits.shape[-1], component_distribution.batch_shape[-1]
        if count != components:
            raise ValueError(
                f"`mixture_distribution component` ({count}) does not equal "
                f"`component_distribution.batch_shape[-1]` ({components})"
            )
        self._num_component = count
        self._event_ndims = len(component_distribution.event_shape)
        super().__init__(batch, component_distribution.event_shape, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new, shape = self._new(batch_shape, _instance)
        new._component_distribution = self._component_distribution.expand((*shape, self._num_component))
        new._mixture_distribution = self._mixture_distribution.expand(shape)
        new._num_component, new._event_ndims = self._num_component, self._event_ndims
        return self._finish(new, shape)

    @property
    def arg_constraints(self) -> Any:
        return {}

    @property
    def support(self) -> Any:
        return constraints.MixtureSameFamilyConstraint(self._component_distribution.support)

    @property
    def mixture_distribution(self) -> Any:
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Any:
        return self._component_distribution

    def _padded(self, x: Any) -> Any:
        return M.unsqueeze(x, -1 - self._event_ndims)

    def _mixed(self, values: Any) -> Any:
        """The mean over the components."""
        probs, mixed = self._mixture_distribution.probs, len(self._mixture_distribution.batch_shape)
        missing = 0 if mixed == 1 else len(self.batch_shape) - mixed
        shape = (*probs.shape[:-1], *[1] * missing, probs.shape[-1], *[1] * self._event_ndims)
        return T.sum(M.reshape(probs, shape) * values, dim=-1 - self._event_ndims)

    @property
    def mean(self) -> Any:
        return self._mixed(self._component_distribution.mean)

    @property
    def variance(self) -> Any:
        inside = self._mixed(self._component_distribution.variance)
        return inside + self._mixed(M.pow(self._component_distribution.mean - self._padded(self.mean), 2.0))

    def cdf(self, value: Any) -> Any:
        found = self._component_distribution.cdf(self._padded(value))
        return T.sum(found * self._mixture_distribution.probs, dim=-1)

    def log_prob(self, value: Any) -> Any:
        logs = self._component_distribution.log_prob(self._padded(self._checked_value(value)))
        return T.logsumexp(logs + T.log_softmax(self._mixture_distribution.logits, dim=-1), dim=-1)

    def sample(self, sample_shape: Any = SINGLE) -> Any:
        with recorded(False):
            shape = size_of(sample_shape)
            dim = len(shape) + len(self.batch_shape)
            which = self._mixture_distribution.sample(shape)
            drawn = self._component_distribution.sample(shape)
            places = M.reshape(which, (*which.shape, *[1] * (self._event_ndims + 1)))
            places = M.repeat(places, (*[1] * (which.ndim + 1), *self.event_shape))
            return M.squeeze(T.gather(drawn, dim, places), dim)

    def __repr__(self) -> str:
        return f"MixtureSameFamily(\n  {self._mixture_distribution},\n  {self._component_distribution})"


for _kind in (Independent, TransformedDistribution, MixtureSameFamily):
    namespace("torch.distributions")[_kind.__name__] = _kind
