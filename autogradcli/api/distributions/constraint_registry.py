"""``transform_to`` and ``biject_to``: from a constraint to a transform of all numbers into what satisfies it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.callbacks import callee
from ...numerics.limits import shown
from ...numerics.naming import shown_as
from ..calls.program_classes import Kind, is_program_class
from ..calls.registry import Method, attributes_of, namespace
from . import constraints as c
from .element_transforms import AffineTransform, ExpTransform, SigmoidTransform
from .transforms import ComposeTransform, IndependentTransform, identity_transform
from .vector_transforms import (
    LowerCholeskyTransform,
    PositiveDefiniteTransform,
    SoftmaxTransform,
    StickBreakingTransform,
)

_HOME = "torch.distributions.constraint_registry"


@shown_as("torch.distributions.constraint_registry.ConstraintRegistry")
class ConstraintRegistry:
    """Called with a constraint it gives the transform that is registered for the constraint's class."""

    __slots__ = ("__weakref__", "factories")

    def __init__(self) -> None:
        self.factories: dict[type, Callable[[Any], Any]] = {}

    def register(self, constraint: Any, factory: Any = None) -> Any:
        """Use ``factory(constraint)`` for the constraints of a class of the program's own; also as a decorator."""
        if factory is None:
            return lambda factory: self.register(constraint, factory)
        kind = type(constraint) if isinstance(constraint, c.Constraint) else constraint
        if type(kind) is not Kind or not issubclass(kind, c.Constraint):
            raise TypeError(
                f"Expected constraint to be either a Constraint subclass or instance, but got {shown(constraint)}"
            )
        if not is_program_class(kind):
            raise TypeError("the transforms of torch's own constraints stay as they are: register a class of your own")
        self.factories[kind] = callee(factory)
        return factory

    def __call__(self, constraint: Any) -> Any:
        factory = self.factories.get(type(constraint))
        if factory is None:
            raise NotImplementedError(f"Cannot transform {type(constraint).__name__} constraints")
        return factory(constraint)


attributes_of(ConstraintRegistry).update(
    {
        "__call__": Method(ConstraintRegistry.__call__),
        "register": Method(ConstraintRegistry.register, "Use a function for the constraints of a class of your own."),
    }
)

biject_to, transform_to = ConstraintRegistry(), ConstraintRegistry()


def _register(constraint: Any, factory: Callable[[Any], Any], *registries: ConstraintRegistry) -> None:
    kind = type(constraint) if isinstance(constraint, c.Constraint) else constraint
    for registry in registries or (biject_to, transform_to):
        registry.factories[kind] = factory


def _interval(constraint: Any) -> Any:
    lower, upper = constraint.lower_bound, constraint.upper_bound
    if type(lower) in (int, float) and lower == 0 and type(upper) in (int, float) and upper == 1:
        return SigmoidTransform()
    return ComposeTransform([SigmoidTransform(), AffineTransform(lower, upper - lower)])


def _independent(registry: ConstraintRegistry) -> Callable[[Any], Any]:
    return lambda constraint: IndependentTransform(
        registry(constraint.base_constraint), constraint.reinterpreted_batch_ndims
    )


_register(c.real, lambda _: identity_transform)
for _kind in (c.greater_than, c.greater_than_eq):
    _register(_kind, lambda given: ComposeTransform([ExpTransform(), AffineTransform(given.lower_bound, 1)]))
_register(c.less_than, lambda given: ComposeTransform([ExpTransform(), AffineTransform(given.upper_bound, -1)]))
_register(c.interval, _interval)
_register(c.half_open_interval, _interval)
for _registry in (biject_to, transform_to):
    _register(c.independent, _independent(_registry), _registry)
_register(c.simplex, lambda _: StickBreakingTransform(), biject_to)
_register(c.simplex, lambda _: SoftmaxTransform(), transform_to)
_register(c.lower_cholesky, lambda _: LowerCholeskyTransform(), transform_to)
_register(c.positive_definite, lambda _: PositiveDefiniteTransform(), transform_to)

for _home in (_HOME, "torch.distributions"):
    namespace(_home).update({"biject_to": biject_to, "transform_to": transform_to})
namespace(_HOME)["ConstraintRegistry"] = ConstraintRegistry
