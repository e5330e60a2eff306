"""Transforms that work element by element."""

from __future__ import annotations

import math
from typing import Any

from ...engine.tensor import Size, Tensor
from ..calls.argument_types import type_name
from ..calls.registry import namespace
from ..nn.functions_by_attribute import F, M, T
from . import constraints
from .arguments import broadcast, check_parameter, expanded, held, is_number, lazy
from .transforms import ALIKE, HOME, Transform, with_event_dim


def softplus(x: Any) -> Any:
    return F.softplus(x)


def clipped_sigmoid(x: Any) -> Any:
    limits = T.finfo(x.dtype)
    return T.clamp(T.sigmoid(x), min=limits.tiny, max=1.0 - limits.eps)


class _Increasing(Transform):
    """Element by element, from the whole line, increasing."""

    __module__ = HOME

    bijective = True
    sign: Any = 1

    @property
    def domain(self) -> Any:
        return constraints.real


class ExpTransform(_Increasing):
    """``y = exp(x)``."""

    __module__ = HOME

    @property
    def codomain(self) -> Any:
        return constraints.positive

    def _call(self, x: Any) -> Any:
        return T.exp(x)

    def _inverse(self, y: Any) -> Any:
        return T.log(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return x


class SigmoidTransform(_Increasing):
    """``y = 1 / (1 + exp(-x))``."""

    __module__ = HOME

    @property
    def codomain(self) -> Any:
        return constraints.unit_interval

    def _call(self, x: Any) -> Any:
        return clipped_sigmoid(check_parameter("x", x))

    def _inverse(self, y: Any) -> Any:
        limits = T.finfo(check_parameter("x", y).dtype)
        y = M.clamp(y, min=limits.tiny, max=1.0 - limits.eps)
        return T.log(y) - T.log1p(-y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -softplus(-x) - softplus(x)


class SoftplusTransform(_Increasing):
    """``y = log(1 + exp(x))``."""

    __module__ = HOME

    @property
    def codomain(self) -> Any:
        return constraints.positive

    def _call(self, x: Any) -> Any:
        return softplus(x)

    def _inverse(self, y: Any) -> Any:
        return T.log(T.neg(T.expm1(-y))) + y

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -softplus(-x)


class TanhTransform(_Increasing):
    """``y = tanh(x)``."""

    __module__ = HOME

    @property
    def codomain(self) -> Any:
        return constraints.interval(-1.0, 1.0)

    def _call(self, x: Any) -> Any:
        return T.tanh(x)

    def _inverse(self, y: Any) -> Any:
        return T.atanh(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return 2.0 * (math.log(2.0) - x - softplus(-2.0 * x))


class AbsTransform(Transform):
    """``y = |x|``."""

    __module__ = HOME

    @property
    def domain(self) -> Any:
        return constraints.real

    @property
    def codomain(self) -> Any:
        return constraints.positive

    def _call(self, x: Any) -> Any:
        return T.abs(x)

    def _inverse(self, y: Any) -> Any:
        return y


ALIKE.update((ExpTransform, SigmoidTransform, SoftplusTransform, TanhTransform, AbsTransform))


def shape_of(value: Any) -> Size:
    return value.shape if isinstance(value, Tensor) else Size()


class PowerTransform(Transform):
    """``y = x ** exponent``, for positive numbers."""

    __module__ = HOME

    bijective = True
    (exponent,) = held(Tensor, "exponent")

    def __init__(self, exponent: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        (self.exponent,) = broadcast(exponent)

    def _arguments(self) -> tuple[Any, ...]:
        return (self.exponent,)

    @property
    def domain(self) -> Any:
        return constraints.positive

    @property
    def codomain(self) -> Any:
        return constraints.positive

    @lazy
    def sign(self) -> Any:
        return T.sign(self.exponent)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PowerTransform) and bool(M.all(T.eq(self.exponent, other.exponent)))

    def _call(self, x: Any) -> Any:
        return T.pow(x, self.exponent)

    def _inverse(self, y: Any) -> Any:
        return T.pow(y, 1 / self.exponent)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return T.log(T.abs(self.exponent * y / x))

    def forward_shape(self, shape: Any) -> Any:
        return T.broadcast_shapes(shape, shape_of(self.exponent))

    def inverse_shape(self, shape: Any) -> Any:
        return T.broadcast_shapes(shape, shape_of(self.exponent))


class AffineTransform(Transform):
    """``y = loc + scale * x``; the last ``event_dim`` dimensions are one event."""

    __module__ = HOME

    bijective = True

    def __init__(self, loc: Any, scale: Any, event_dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        for value in (loc, scale):
            if not isinstance(value, Tensor) and not is_number(value):
                raise TypeError(f"loc and scale must be numbers or tensors, not {type_name(value)}")
        self.loc = loc
        self.scale = scale
        self._event_dim = event_dim

    def _arguments(self) -> tuple[Any, ...]:
        return self.loc, self.scale, self._event_dim

    @property
    def event_dim(self) -> Any:
        return self._event_dim

    @property
    def domain(self) -> Any:
        return with_event_dim(constraints.real, self._event_dim)

    @property
    def codomain(self) -> Any:
        return with_event_dim(constraints.real, self._event_dim)

    @property
    def sign(self) -> Any:
        if isinstance(self.scale, Tensor):
            return T.sign(self.scale)
        return (self.scale > 0) - (self.scale < 0)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AffineTransform):
            return False
        return _same(self.loc, other.loc) and _same(self.scale, other.scale)

    def _call(self, x: Any) -> Any:
        return self.loc + self.scale * x

    def _inverse(self, y: Any) -> Any:
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        shape, scale = check_parameter("x", x).shape, self.scale
        found = T.log(T.abs(scale)) if isinstance(scale, Tensor) else T.full_like(x, math.log(abs(scale)))
        if self._event_dim:
            found = M.sum(M.view(found, (*found.shape[: -self._event_dim], -1)), -1)
            shape = shape[: -self._event_dim]
        return expanded(found, shape)

    def forward_shape(self, shape: Any) -> Any:
        return T.broadcast_shapes(shape, shape_of(self.loc), shape_of(self.scale))

    def inverse_shape(self, shape: Any) -> Any:
        return T.broadcast_shapes(shape, shape_of(self.loc), shape_of(self.scale))


def _same(a: Any, b: Any) -> bool:
    found = a == b
    return bool(M.all(found)) if isinstance(found, Tensor) else bool(found)


_KINDS: tuple[type[Transform], ...] = (
    ExpTransform, SigmoidTransform, SoftplusTransform, TanhTransform, AbsTransform, PowerTransform, AffineTransform,
)  # fmt: skip
for _kind in _KINDS:
    for _place in (HOME, "torch.distributions"):
        namespace(_place)[_kind.__name__] = _kind
