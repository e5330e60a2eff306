"""``biject_to`` and ``transform_to``: the transform from all numbers to what a constraint allows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...engine.callbacks import callee
from ..calls.program_classes import Object
from ..calls.registry import namespace
from ..nn.functions_by_attribute import F, L, M, T
from . import constraints
from .arguments import check_parameter, held, is_number, size_of
from .distribution import Distribution
from .element_transforms import AffineTransform, ExpTransform, SigmoidTransform, softplus
from .transforms import HOME, ComposeTransform, IndependentTransform, Transform
from .vector_transforms import LowerCholeskyTransform, SoftmaxTransform, StickBreakingTransform


class PositiveDefiniteTransform(Transform):
    """From square matrices to positive definite ones, by a lower triangular factor."""

    __module__ = HOME

    @property
    def domain(self) -> Any:
        return constraints.independent(constraints.real, 2)

    @property
    def codomain(self) -> Any:
        return constraints.positive_definite

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def _call(self, x: Any) -> Any:
        factor = LowerCholeskyTransform()(x)
        return T.matmul(factor, T.transpose(factor, -2, -1))

    def _inverse(self, y: Any) -> Any:
        return LowerCholeskyTransform().inv(L.cholesky(y))


def _below(matrix: Any, diagonal: int) -> Any:
    """The elements of lower triangles, row by row, as vectors."""
    size = matrix.shape[-1]
    rows, columns = T.tril_indices(size, size, offset=diagonal)
    return matrix[..., rows, columns]


class CorrCholeskyTransform(Transform):
    """From vectors of ``n (n - 1) / 2`` numbers to lower triangular factors of correlation matrices of size n."""

    __module__ = HOME

    bijective = True

    @property
    def domain(self) -> Any:
        return constraints.real_vector

    @property
    def codomain(self) -> Any:
        return constraints.corr_cholesky

    def __eq__(self, other: object) -> bool:
        return self is other

    def _call(self, x: Any) -> Any:
        x = T.tanh(check_parameter("x", x))
        eps = T.finfo(x.dtype).eps
        x = M.clamp(x, min=-1 + eps, max=1 - eps)
        size = _size(x.shape[-1])
        rows, columns = T.tril_indices(size, size, offset=-1)
        r = T.zeros((*x.shape[:-1], size, size), dtype=x.dtype)
        r[..., rows, columns] = x
        left = T.cumprod(T.sqrt(1 - r**2), -1)
        r = r + T.eye(size, dtype=r.dtype)
        return r * F.pad(left[..., :-1], [1, 0], value=1)

    def _inverse(self, y: Any) -> Any:
        left = F.pad((1 - T.cumsum(y * y, -1))[..., :-1], [1, 0], value=1)
        t = _below(y, -1) / T.sqrt(_below(left, -1))
        return (T.log1p(t) - T.log1p(-t)) / 2

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        left = 1 - T.cumsum(y * y, -1)
        sticks = 0.5 * M.sum(T.log(_below(left, -2)), -1)
        return sticks + -2 * M.sum(x + softplus(-2 * x) - math.log(2.0), -1)

    def forward_shape(self, shape: Any) -> Any:
        if len(size_of(shape)) < 1:
            raise ValueError("Too few dimensions on input")
        size = _size(shape[-1])
        return shape[:-1] + (size, size)  # noqa: RUF005 - a Size stays one

    def inverse_shape(self, shape: Any) -> Any:
        if len(size_of(shape)) < 2:
            raise ValueError("Too few dimensions on input")
        if shape[-2] != shape[-1]:
            raise ValueError("Input is not square")
        return shape[:-2] + (shape[-1] * (shape[-1] - 1) // 2,)  # noqa: RUF005


def _size(count: int) -> int:
    size: int = round((0.25 + 2 * count) ** 0.5 + 0.5)
    if size * (size - 1) // 2 != count:
        raise ValueError("Input is not a flattened lower-diagonal number")
    return size


class CumulativeDistributionTransform(Transform):
    """To probabilities, by the cumulative distribution function of a distribution."""

    __module__ = HOME

    bijective = True
    sign: Any = 1
    (distribution,) = held(Distribution, "distribution")

    def __init__(self, distribution: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.distribution = distribution

    def _arguments(self) -> tuple[Any, ...]:
        return (self.distribution,)

    def __eq__(self, other: object) -> bool:
        return self is other

    @property
    def domain(self) -> Any:
        return self.distribution.support

    @property
    def codomain(self) -> Any:
        return constraints.unit_interval

    def _call(self, x: Any) -> Any:
        return self.distribution.cdf(x)

    def _inverse(self, y: Any) -> Any:
        return self.distribution.icdf(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return self.distribution.log_prob(x)


class ConstraintRegistry(Object):
    """Constraints by their classes, each with what makes a transform to it."""

    __module__ = "torch.distributions.constraint_registry"

    (_registry,) = held(dict, "_registry")

    def __init__(self) -> None:
        self._registry = {}

    def register(self, constraint: Any, factory: Any = None) -> Any:
        """Enter what makes a transform of a constraint of a class; without it a decorator that does."""
        if factory is None:
            return lambda factory: self.register(constraint, factory)
        if isinstance(constraint, constraints.Constraint):
            constraint = type(constraint)
        if not isinstance(constraint, type) or not issubclass(constraint, constraints.Constraint):
            raise TypeError(f"Expected constraint to be either a Constraint subclass or instance, but got {constraint}")
        self._registry[constraint] = factory
        return factory

    def __call__(self, constraint: Any) -> Any:
        make = self._registry.get(type(constraint))
        if make is None:
            raise NotImplementedError(f"Cannot transform {type(constraint).__name__} constraints")
        return callee(make)(constraint)


biject_to, transform_to = ConstraintRegistry(), ConstraintRegistry()


def _kind(name: str) -> type:
    found = namespace("torch.distributions.constraints")[name]
    return found if isinstance(found, type) else type(found)


def _enter(names: str, make: Callable[[Any], Any], *registries: ConstraintRegistry) -> None:
    for name in names.split():
        for registry in registries or (biject_to, transform_to):
            registry.register(_kind(name), make)


def _interval(constraint: Any) -> Any:
    lower, upper = constraint.lower_bound, constraint.upper_bound
    if is_number(lower) and is_number(upper) and lower == 0 and upper == 1:
        return SigmoidTransform()
    return ComposeTransform([SigmoidTransform(), AffineTransform(lower, upper - lower)])


def _independent(registry: ConstraintRegistry) -> Callable[[Any], Any]:
    return lambda made: IndependentTransform(registry(made.base_constraint), made.reinterpreted_batch_ndims)


_enter("real", lambda made: namespace(HOME)["identity_transform"])
_enter("independent", _independent(biject_to), biject_to)
_enter("independent", _independent(transform_to), transform_to)
_enter(
    "greater_than greater_than_eq",
    lambda made: ComposeTransform([ExpTransform(), AffineTransform(made.lower_bound, 1)]),
)
_enter("less_than", lambda made: ComposeTransform([ExpTransform(), AffineTransform(made.upper_bound, -1)]))
_enter("interval half_open_interval", _interval)
_enter("simplex", lambda made: StickBreakingTransform(), biject_to)
_enter("simplex", lambda made: SoftmaxTransform(), transform_to)
_enter("lower_cholesky", lambda made: LowerCholeskyTransform(), transform_to)
_enter("positive_definite positive_semidefinite", lambda made: PositiveDefiniteTransform(), transform_to)
_enter("corr_cholesky", lambda made: CorrCholeskyTransform())

namespace("torch.distributions.constraint_registry")["ConstraintRegistry"] = ConstraintRegistry
for _name, _registry in (("biject_to", biject_to), ("transform_to", transform_to)):
    namespace("torch.distributions.constraint_registry")[_name] = _registry
    namespace("torch.distributions")[_name] = _registry
_KINDS: tuple[type[Transform], ...] = (
    PositiveDefiniteTransform, CorrCholeskyTransform, CumulativeDistributionTransform,
)  # fmt: skip
for _transform in _KINDS:
    for _place in ("torch.distributions.transforms", "torch.distributions"):
        namespace(_place)[_transform.__name__] = _transform
