"""``Distribution``: shapes, checks and text of all distributions, also of a program's own."""

from __future__ import annotations

from typing import Any, ClassVar

from ...engine.state import state
from ...engine.tensor import Size, Tensor
from ..calls.argument_types import type_name
from ..calls.program_classes import Object, get, is_program_class, property_of
from ..calls.registry import namespace
from ..nn.functions_by_attribute import M, T
from .arguments import SINGLE, expanded, is_lazy, is_number, recorded, size_of
from .constraints import Constraint, is_dependent

_HOME = "torch.distributions.distribution"
_AUTOGRAD = namespace("torch.autograd")


class Distribution(Object):
    """The base of all distributions, also of a program's own.

    ``batch_shape`` is the shape of independent distributions in one object, ``event_shape`` that of one draw.
    """

    __module__ = _HOME

    has_rsample: Any = False
    has_enumerate_support: Any = False

    #: The parameters that are of the shape of the batch, or end in the event's: what ``expand`` expands.
    _of_class: ClassVar[tuple[str, ...]] = ("arg_constraints", "support", "has_rsample", "has_enumerate_support")
    _parameters_of: ClassVar[tuple[str, ...]] = ()

    def __init__(self, batch_shape: Any = SINGLE, event_shape: Any = SINGLE, validate_args: bool | None = None) -> None:
        self._batch_shape = size_of(batch_shape)
        self._event_shape = size_of(event_shape)
        self._validate_args = state.validates if validate_args is None else validate_args
        if self._validate_args:
            self._check_parameters()

    def _check_parameters(self) -> None:
        try:
            wanted = self.arg_constraints
        except NotImplementedError:
            state.warn(
                "UserWarning",
                f"{type(self)} does not define `arg_constraints`. Please set `arg_constraints = {{}}` or initialize "
                "the distribution with `validate_args=False` to turn off validation.",
            )
            return
        if not isinstance(wanted, dict):
            raise TypeError(f"arg_constraints must be a dict of constraints, not {type_name(wanted)}")
        for name, constraint in wanted.items():
            if is_dependent(constraint) or (name not in self.__dict__ and is_lazy(property_of(type(self), name))):
                continue
            value = get(self, name)
            if not bool(M.all(_checked(constraint, value))):
                raise ValueError(
                    f"Expected parameter {name} ({type(value).__name__} of shape {tuple(value.shape)}) of distribution "
                    f"{self!r} to satisfy the constraint {constraint!r}, but found invalid values:\n{value}"
                )

    @staticmethod
    def set_default_validate_args(value: Any) -> None:
        """Whether distributions check their parameters and values from now on. Raises ValueError for no bool."""
        if value is not True and value is not False:
            raise ValueError
        state.validates = value

    def _set(self, number: bool, validate_args: bool | None, event_dims: int = 0) -> None:
        """Begin with the parameters that were set; without a batch where all were given as numbers."""
        shape = self.__dict__[self._present()[0]].shape
        cut = len(shape) - event_dims
        Distribution.__init__(self, Size() if number else shape[:cut], shape[cut:], validate_args=validate_args)

    def _present(self) -> list[str]:
        return [name for name in self._parameters_of if name in self.__dict__]

    def _new(self, batch_shape: Any, instance: Any = None) -> tuple[Any, Size]:
        """An object of the same class without parameters, and the shape asked for."""
        base = next(kind for kind in type(self).__mro__ if not is_program_class(kind))
        return self._get_checked_instance(base, instance), size_of(batch_shape)

    def _finish(self, new: Any, batch_shape: Size) -> Any:
        """The shapes and the option of an expanded object."""
        Distribution.__init__(new, batch_shape, self._event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution with a batch of another shape, to which the present one must broadcast."""
        if not self._parameters_of:
            raise NotImplementedError
        new, shape = self._new(batch_shape, _instance)
        for name in self._present():
            new.__dict__[name] = expanded(self.__dict__[name], shape + self._event_shape)
        for name in ("probs", "logits"):
            if "_param" in self.__dict__ and name in self._present():
                new._param = new.__dict__[name]
        return self._finish(new, shape)

    def _get_checked_instance(self, cls: Any, _instance: Any = None) -> Any:
        if _instance is not None:
            return _instance
        if _initializer(type(self)) is not _initializer(cls):
            raise NotImplementedError(
                f"Subclass {type(self).__name__} of {cls.__name__} that defines a custom __init__ method must also "
                "define a custom .expand() method."
            )
        return object.__new__(type(self))

    @property
    def batch_shape(self) -> Size:
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        return self._event_shape

    @property
    def arg_constraints(self) -> Any:
        raise NotImplementedError

    @property
    def support(self) -> Any:
        raise NotImplementedError

    @property
    def mean(self) -> Any:
        raise NotImplementedError

    @property
    def mode(self) -> Any:
        raise NotImplementedError(f"{type(self)} does not implement mode")

    @property
    def variance(self) -> Any:
        raise NotImplementedError

    @property
    def stddev(self) -> Any:
        return T.sqrt(self.variance)

    def sample(self, sample_shape: Any = SINGLE) -> Any:
        """Draws of shape ``sample_shape + batch_shape + event_shape``, without a history."""
        with recorded(False):
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        """Draws through which gradients flow to the parameters."""
        raise NotImplementedError

    def sample_n(self, n: int) -> Any:
        """``sample((n,))``."""
        state.warn("FutureWarning", "`sample_n(n)` will be deprecated. Use `sample((n,))` instead.")
        return self.sample(Size((n,)))

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density, or of the probability, at ``value``."""
        raise NotImplementedError

    def cdf(self, value: Any) -> Any:
        """The probability of at most ``value``."""
        raise NotImplementedError

    def icdf(self, value: Any) -> Any:
        """The value below which the probability is ``value``."""
        raise NotImplementedError

    def enumerate_support(self, expand: bool = True) -> Any:
        """Every value that a draw may have, along a new first dimension."""
        raise NotImplementedError

    def entropy(self) -> Any:
        """The expected value of ``-log_prob``, of each distribution in the batch."""
        raise NotImplementedError

    def perplexity(self) -> Any:
        """The exponential of the entropy."""
        return T.exp(self.entropy())

    def _extended_shape(self, sample_shape: Any = SINGLE) -> Size:
        return Size(size_of(sample_shape) + self._batch_shape + self._event_shape)

    def _checked_value(self, value: Any) -> Any:
        """A value given to ``log_prob`` or ``cdf``, checked where that is on."""
        if self._validate_args:
            self._validate_sample(value)
        elif not isinstance(value, Tensor) and not is_number(value):
            raise TypeError(f"argument 'value' (position 1) must be Tensor, not {type_name(value)}")
        return value

    def _validate_sample(self, value: Any) -> None:
        if not isinstance(value, Tensor):
            raise ValueError("The value argument to log_prob must be a Tensor")
        actual, expected = value.shape, self._batch_shape + self._event_shape
        if actual[len(actual) - len(self._event_shape) :] != self._event_shape:
            raise ValueError(f"The right-most size of value must match event_shape: {actual} vs {self._event_shape}.")
        for i, j in zip(reversed(actual), reversed(expected)):
            if i != 1 and j != 1 and i != j:
                raise ValueError(f"Value is not broadcastable with batch_shape+event_shape: {actual} vs {expected}.")
        try:
            support = self.support
        except NotImplementedError:
            state.warn(
                "UserWarning",
                f"{type(self)} does not define `support` to enable sample validation. Please initialize the "
                "distribution with `validate_args=False` to turn off validation.",
            )
            return
        if not bool(M.all(_checked(support, value))):
            raise ValueError(
                f"Expected value argument ({type(value).__name__} of shape {tuple(value.shape)}) to be within the "
                f"support ({support!r}) of the distribution {self!r}, but found invalid values:\n{value}"
            )

    def __repr__(self) -> str:
        own = self.__dict__
        parts = [(name, own[name]) for name in self.arg_constraints if isinstance(own.get(name), Tensor)]
        texts = [f"{name}: {value if value.array.size == 1 else value.shape}" for name, value in parts]
        return f"{type(self).__name__}({', '.join(texts)})"


def _checked(constraint: Any, value: Any) -> Any:
    """What a constraint says of a value. Raises TypeError where one of the two is none."""
    if not isinstance(constraint, Constraint):
        raise TypeError(f"'{type_name(constraint)}' object is no constraint")
    if not isinstance(value, Tensor):
        raise TypeError(f"a parameter must be a tensor, not {type_name(value)}")
    found = constraint.check(value)
    if not isinstance(found, Tensor):
        raise TypeError(f"check() returned {type_name(found)} where a tensor is wanted")
    return found


def _initializer(kind: type) -> type:
    """The class whose ``__init__`` an object of this class runs."""
    return next(base for base in kind.__mro__ if "__init__" in vars(base))


class ExponentialFamily(Distribution):
    """The base of exponential families: the entropy follows from natural parameters and the log-normalizer.

    Frank Nielsen and Richard Nock, "Entropies and cross-entropies of exponential families" (2010).
    """

    __module__ = "torch.distributions.exp_family"

    @property
    def _mean_carrier_measure(self) -> Any:
        raise NotImplementedError

    @property
    def _natural_params(self) -> Any:
        raise NotImplementedError

    def _log_normalizer(self, *natural_params: Any) -> Any:
        raise NotImplementedError

    def entropy(self) -> Any:
        """The expected value of ``-log_prob``, of each distribution in the batch."""
        natural = [M.requires_grad_(M.detach(each)) for each in self._natural_params]
        normalizer, gradients = log_normalizer_gradients(self, natural)
        result = -self._mean_carrier_measure + normalizer
        for each, gradient in zip(natural, gradients):
            result = result - M.sum(M.reshape(each * gradient, (*self._batch_shape, -1)), -1)
        return result


def log_normalizer_gradients(family: Any, natural: list[Any]) -> tuple[Any, Any]:
    """The log-normalizer at natural parameters, and its gradients by them."""
    normalizer = family._log_normalizer(*natural)
    return normalizer, _AUTOGRAD["grad"](T.sum(normalizer), natural, create_graph=True)


for _kind, _shown in (
    (Distribution, ("_validate_sample", "_extended_shape", "_get_checked_instance")),
    (ExponentialFamily, ("_natural_params", "_log_normalizer", "_mean_carrier_measure")),
):
    # What a program's own distribution calls or defines, though the names are private.
    _kind.__members__.update({name: vars(_kind)[name] for name in _shown})
for _kind in (Distribution, ExponentialFamily):
    namespace("torch.distributions")[_kind.__name__] = _kind
