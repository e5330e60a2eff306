"""Transforms of draws: ``Transform``, its inverse, compositions."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any, ClassVar

from ...numerics.limits import charge_text, counted
from ..calls.argument_types import type_name
from ..calls.program_classes import Object
from ..calls.registry import namespace
from ..nn.functions_by_attribute import T
from . import constraints
from .arguments import check_parameter, held, held_list, sum_rightmost

HOME = "torch.distributions.transforms"


class Transform(Object):
    """The base of all transforms, also of a program's own: ``_call``, ``_inverse`` and ``log_abs_det_jacobian``.

    With ``cache_size=1`` the last pair of input and output is kept, so that the inverse of a draw costs nothing.
    """

    __module__ = HOME
    _of_class: ClassVar[tuple[str, ...]] = ("domain", "codomain")

    bijective: Any = False
    _inv: Any

    def __init__(self, cache_size: int = 0) -> None:
        if type(cache_size) is not int or cache_size not in (0, 1):
            raise ValueError("cache_size must be 0 or 1")
        self._cache_size = cache_size
        self._inv = None
        self._cached_x_y: tuple[Any, Any] = (None, None)

    @property
    def domain(self) -> Any:
        raise AttributeError(f"'{type(self).__name__}' object has no attribute 'domain'")

    @property
    def codomain(self) -> Any:
        raise AttributeError(f"'{type(self).__name__}' object has no attribute 'codomain'")

    def _ends(self) -> tuple[Any, Any]:
        """The domain and the codomain, each part of a composition asked once."""
        return self.domain, self.codomain

    @property
    def event_dim(self) -> Any:
        if self.domain.event_dim == self.codomain.event_dim:
            return self.domain.event_dim
        raise ValueError("Please use either .domain.event_dim or .codomain.event_dim")

    @property
    def inv(self) -> Any:
        if self.__dict__.get("_inv") is None:
            self._inv = InverseTransform(self)
        return self._inv

    @property
    def sign(self) -> Any:
        raise NotImplementedError

    def _arguments(self) -> tuple[Any, ...] | None:
        """What ``with_cache`` makes another one of; None where it can't."""
        return () if type(self).__init__ is Transform.__init__ else None

    def with_cache(self, cache_size: int = 1) -> Any:
        """The same transform with a cache of that size."""
        if self._cache_size == cache_size:
            return self
        given = self._arguments()
        if given is None:
            raise NotImplementedError(f"{type(self)}.with_cache is not implemented")
        kind: Any = type(self)
        return kind(*given, cache_size=cache_size)

    def __eq__(self, other: object) -> bool:
        return self is other or (type(self) is type(other) and type(self) in ALIKE)

    def __call__(self, x: Any) -> Any:
        if self._cache_size == 0:
            return self._call(x)
        before, found = self._cached_x_y
        if x is before and found is not None:
            return found
        y = self._call(x)
        self._cached_x_y = (x, y)
        return y

    def _inv_call(self, y: Any) -> Any:
        if self._cache_size == 0:
            return self._inverse(y)
        found, before = self._cached_x_y
        if y is before and found is not None:
            return found
        x = self._inverse(y)
        self._cached_x_y = (x, y)
        return x

    def _call(self, x: Any) -> Any:
        raise NotImplementedError

    def _inverse(self, y: Any) -> Any:
        raise NotImplementedError

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of how much volumes grow at ``x``, which becomes ``y``."""
        raise NotImplementedError

    def forward_shape(self, shape: Any) -> Any:
        """The shape that an input of this shape gets."""
        return shape

    def inverse_shape(self, shape: Any) -> Any:
        """The shape of the input whose output has this shape."""
        return shape

    def __repr__(self) -> str:
        return type(self).__name__ + "()"


type.__setattr__(Transform, "_inv", held(Transform, "_inv")[0])  # of its own kind, which there was not in its body
#: Classes whose objects are all equal.
ALIKE: set[type] = set()
# What a program's own transform defines, though the names are private.
Transform.__members__.update({name: vars(Transform)[name] for name in ("_call", "_inverse")})


class InverseTransform(Transform):
    """The inverse of a transform."""

    __module__ = HOME

    def __init__(self, transform: Any) -> None:
        super().__init__(check_transform(transform)._cache_size)
        self._inv = transform

    def _arguments(self) -> None:
        return None

    def _ends(self) -> tuple[Any, Any]:
        domain, codomain = self._inv._ends()
        return codomain, domain

    @property
    def domain(self) -> Any:
        return self._inv.codomain

    @property
    def codomain(self) -> Any:
        return self._inv.domain

    @property
    def bijective(self) -> Any:
        return self._inv.bijective

    @property
    def sign(self) -> Any:
        return self._inv.sign

    @property
    def inv(self) -> Any:
        return self._inv

    def with_cache(self, cache_size: int = 1) -> Any:
        return self._inv.with_cache(cache_size).inv

    def __eq__(self, other: object) -> bool:
        return isinstance(other, InverseTransform) and bool(self._inv == other._inv)

    def __call__(self, x: Any) -> Any:
        return self._inv._inv_call(x)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -self._inv.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape: Any) -> Any:
        return self._inv.inverse_shape(shape)

    def inverse_shape(self, shape: Any) -> Any:
        return self._inv.forward_shape(shape)

    def __repr__(self) -> str:
        return f"_InverseTransform({self._inv!r})"


InverseTransform.__name__ = InverseTransform.__qualname__ = "_InverseTransform"


def check_transform(value: Any) -> Any:
    """Raises TypeError for what is no transform."""
    if not isinstance(value, Transform):
        raise TypeError(f"expected a Transform, but got {type_name(value)}")
    return value


def with_event_dim(constraint: Any, event_dim: int) -> Any:
    """A constraint whose events have that many dimensions."""
    more = event_dim - constraint.event_dim
    return constraints.independent(constraint, more) if more > 0 else constraint


def same_parts(parts: list[Any], others: list[Any]) -> bool:
    """Whether two lists have equal transforms, each comparison a turn that can be stopped."""
    return len(parts) == len(others) and all(bool(a == b) for a, b in counted(zip(parts, others)))


class ComposeTransform(Transform):
    """Transforms one after another."""

    __module__ = HOME

    parts = held_list(Transform, "parts")

    def __init__(self, parts: Any, cache_size: int = 0) -> None:
        if not isinstance(parts, (list, tuple)):
            raise TypeError(f"parts must be a list of transforms, not {type_name(parts)}")
        given = [check_transform(part) for part in parts]
        super().__init__(cache_size)
        self.parts = [part.with_cache(cache_size) for part in given] if cache_size else given

    def _arguments(self) -> tuple[Any, ...]:
        return (self.parts,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ComposeTransform) and same_parts(self.parts, other.parts)

    def _ends(self) -> tuple[Any, Any]:
        ends = [part._ends() for part in counted(self.parts)]
        if not ends:
            return constraints.real, constraints.real
        dims = [(domain.event_dim, codomain.event_dim) for domain, codomain in ends]
        before, after = dims[-1][1], dims[0][0]
        for domain, codomain in reversed(dims):
            before = max(before + domain - codomain, domain)
        for domain, codomain in dims:
            after = max(after + codomain - domain, codomain)
        return with_event_dim(ends[0][0], before), with_event_dim(ends[-1][1], after)

    @property
    def domain(self) -> Any:
        return self._ends()[0]

    @property
    def codomain(self) -> Any:
        return self._ends()[1]

    @property
    def bijective(self) -> Any:
        return all(part.bijective for part in counted(self.parts))

    @property
    def sign(self) -> Any:
        sign = 1
        for part in counted(self.parts):
            sign = sign * part.sign
        return sign

    @property
    def inv(self) -> Any:
        if self.__dict__.get("_inv") is None:
            self._inv = ComposeTransform([part.inv for part in reversed(self.parts)])
            self._inv._inv = self
        return self._inv

    def __call__(self, x: Any) -> Any:
        for part in counted(self.parts):
            x = part(x)
        return x

    def _inv_call(self, y: Any) -> Any:
        return self.inv(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        if not self.parts:
            return T.zeros_like(x)
        steps = [x]
        for part in counted(self.parts[:-1]):
            steps.append(part(steps[-1]))
        terms, event_dim = [], self.domain.event_dim
        for part, before, after in zip(self.parts, steps, [*steps[1:], y]):
            term = part.log_abs_det_jacobian(before, after)
            terms.append(sum_rightmost(term, event_dim - part.domain.event_dim))
            event_dim += part.codomain.event_dim - part.domain.event_dim
        return reduce(add, terms)

    def _texts(self) -> list[str]:
        texts = []
        for part in counted(self.parts):
            texts.append(repr(part))
            charge_text(len(texts[-1]))
        return texts

    def forward_shape(self, shape: Any) -> Any:
        for part in counted(self.parts):
            shape = part.forward_shape(shape)
        return shape

    def inverse_shape(self, shape: Any) -> Any:
        for part in counted(reversed(self.parts)):
            shape = part.inverse_shape(shape)
        return shape

    def __repr__(self) -> str:
        return "ComposeTransform(\n    " + ",\n    ".join(self._texts()) + "\n)"


class IndependentTransform(Transform):
    """A transform whose last dimensions are one event."""

    __module__ = HOME

    (base_transform,) = held(Transform, "base_transform")
    (reinterpreted_batch_ndims,) = held(int, "reinterpreted_batch_ndims")

    def __init__(self, base_transform: Any, reinterpreted_batch_ndims: int, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.base_transform = check_transform(base_transform).with_cache(cache_size)
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims

    def _arguments(self) -> tuple[Any, ...]:
        return self.base_transform, self.reinterpreted_batch_ndims

    def __eq__(self, other: object) -> bool:
        return self is other

    def _ends(self) -> tuple[Any, Any]:
        domain, codomain = self.base_transform._ends()
        count = self.reinterpreted_batch_ndims
        return constraints.independent(domain, count), constraints.independent(codomain, count)

    @property
    def domain(self) -> Any:
        return self._ends()[0]

    @property
    def codomain(self) -> Any:
        return self._ends()[1]

    @property
    def bijective(self) -> Any:
        return self.base_transform.bijective

    @property
    def sign(self) -> Any:
        return self.base_transform.sign

    def _call(self, x: Any) -> Any:
        if check_parameter("x", x).ndim < self.domain.event_dim:
            raise ValueError("Too few dimensions on input")
        return self.base_transform(x)

    def _inverse(self, y: Any) -> Any:
        if check_parameter("x", y).ndim < self.codomain.event_dim:
            raise ValueError("Too few dimensions on input")
        return self.base_transform.inv(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return sum_rightmost(self.base_transform.log_abs_det_jacobian(x, y), self.reinterpreted_batch_ndims)

    def forward_shape(self, shape: Any) -> Any:
        return self.base_transform.forward_shape(shape)

    def inverse_shape(self, shape: Any) -> Any:
        return self.base_transform.inverse_shape(shape)

    def __repr__(self) -> str:
        return f"IndependentTransform({self.base_transform!r}, {self.reinterpreted_batch_ndims})"


_KINDS: tuple[type[Transform], ...] = (Transform, ComposeTransform, IndependentTransform)
for _kind in _KINDS:
    for _place in (HOME, "torch.distributions"):
        namespace(_place)[_kind.__name__] = _kind
for _place in (HOME, "torch.distributions"):
    namespace(_place)["identity_transform"] = ComposeTransform([])
