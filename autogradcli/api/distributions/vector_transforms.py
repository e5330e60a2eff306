"""Transforms of vectors and matrices: softmax, stick breaking, other shapes, lower triangular factors."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Size
from ..calls.registry import namespace
from ..nn.functions_by_attribute import F, L, M, T
from . import constraints
from .arguments import check_parameter, numel, size_of
from .element_transforms import clipped_sigmoid
from .transforms import HOME, Transform


def _at_least_one(shape: Any) -> Size:
    found = size_of(shape)
    if len(found) < 1:
        raise ValueError("Too few dimensions on input")
    return found


class _OfVectors(Transform):
    """From vectors to shares whose sum is 1."""

    __module__ = HOME

    @property
    def domain(self) -> Any:
        return constraints.real_vector

    @property
    def codomain(self) -> Any:
        return constraints.simplex

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)


class SoftmaxTransform(_OfVectors):
    """``y = exp(x)``, divided by its sum along the last dimension."""

    __module__ = HOME

    def _call(self, x: Any) -> Any:
        powers = T.exp(x - M.max(x, -1, True)[0])
        return powers / M.sum(powers, -1, True)

    def _inverse(self, y: Any) -> Any:
        return T.log(y)

    def forward_shape(self, shape: Any) -> Any:
        return _at_least_one(shape)

    def inverse_shape(self, shape: Any) -> Any:
        return _at_least_one(shape)


def _counts(like: Any, count: int, last: int) -> Any:
    """``last - 1, last - 2, ...``."""
    return last - T.cumsum(T.ones(count, dtype=like.dtype), -1)


class StickBreakingTransform(_OfVectors):
    """Each number breaks a share off what is left; one more than there are numbers."""

    __module__ = HOME

    bijective = True

    def _call(self, x: Any) -> Any:
        size = check_parameter("x", x).shape[-1]
        z = clipped_sigmoid(x - T.log(_counts(x, size, size + 1)))
        return F.pad(z, [0, 1], value=1) * F.pad(T.cumprod(1 - z, -1), [1, 0], value=1)

    def _inverse(self, y: Any) -> Any:
        first = check_parameter("y", y)[..., :-1]
        rest = T.clamp(1 - T.cumsum(first, -1), min=T.finfo(y.dtype).tiny)
        return T.log(first) - T.log(rest) + T.log(_counts(y, first.shape[-1], y.shape[-1]))

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        size = check_parameter("x", x).shape[-1]
        x = x - T.log(_counts(x, size, size + 1))
        return M.sum(-x + F.logsigmoid(x) + T.log(check_parameter("y", y)[..., :-1]), -1)

    def forward_shape(self, shape: Any) -> Any:
        shape = _at_least_one(shape)
        return Size((*shape[:-1], shape[-1] + 1))

    def inverse_shape(self, shape: Any) -> Any:
        shape = _at_least_one(shape)
        return Size((*shape[:-1], shape[-1] - 1))


class LowerCholeskyTransform(Transform):
    """From matrices to lower triangular ones whose diagonal is positive."""

    __module__ = HOME

    @property
    def domain(self) -> Any:
        return constraints.real_matrix

    @property
    def codomain(self) -> Any:
        return constraints.lower_cholesky

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def _call(self, x: Any) -> Any:
        return T.tril(x, -1) + T.diag_embed(T.exp(T.diagonal(x, dim1=-2, dim2=-1)))

    def _inverse(self, y: Any) -> Any:
        return T.tril(y, -1) + T.diag_embed(T.log(T.diagonal(y, dim1=-2, dim2=-1)))


class PositiveDefiniteTransform(Transform):
    """From matrices to positive-definite ones: the product of a lower triangular factor with its transpose."""

    __module__ = HOME

    @property
    def domain(self) -> Any:
        return constraints.real_matrix

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


class ReshapeTransform(Transform):
    """The last dimensions in another shape."""

    __module__ = HOME

    bijective = True

    def __init__(self, in_shape: Any, out_shape: Any, cache_size: int = 0) -> None:
        self.in_shape, self.out_shape = size_of(in_shape), size_of(out_shape)
        if numel(self.in_shape) != numel(self.out_shape):
            raise ValueError("in_shape, out_shape have different numbers of elements")
        super().__init__(cache_size)

    def _arguments(self) -> tuple[Any, ...]:
        return self.in_shape, self.out_shape

    def __eq__(self, other: object) -> bool:
        return self is other

    @property
    def domain(self) -> Any:
        return constraints.independent(constraints.real, len(self.in_shape))

    @property
    def codomain(self) -> Any:
        return constraints.independent(constraints.real, len(self.out_shape))

    def _call(self, x: Any) -> Any:
        return M.reshape(x, _batch(x, self.in_shape) + self.out_shape)

    def _inverse(self, y: Any) -> Any:
        return M.reshape(y, _batch(y, self.out_shape) + self.in_shape)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return T.zeros(_batch(x, self.in_shape), dtype=x.dtype)

    def forward_shape(self, shape: Any) -> Any:
        return _replaced(size_of(shape), self.in_shape, self.out_shape)

    def inverse_shape(self, shape: Any) -> Any:
        return _replaced(size_of(shape), self.out_shape, self.in_shape)


def _batch(x: Any, event: Size) -> Size:
    shape: Size = check_parameter("x", x).shape
    found: Size = shape[: len(shape) - len(event)]
    return found


def _replaced(shape: Size, old: Size, new: Size) -> Size:
    cut = len(shape) - len(old)
    if cut < 0:
        raise ValueError("Too few dimensions on input")
    if shape[cut:] != old:
        raise ValueError(f"Shape mismatch: expected {shape[cut:]} but got {old}")
    found: Size = shape[:cut] + new
    return found


_KINDS: tuple[type[Transform], ...] = (
    SoftmaxTransform, StickBreakingTransform, LowerCholeskyTransform, PositiveDefiniteTransform,
    ReshapeTransform,
)  # fmt: skip
for _kind in _KINDS:
    for _place in ("torch.distributions.transforms", "torch.distributions"):
        namespace(_place)[_kind.__name__] = _kind
