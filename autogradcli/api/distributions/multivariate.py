"""The normal distribution of vectors."""

from __future__ import annotations

import math
from typing import Any

from ...engine.tensor import Size, Tensor
from ..calls.registry import namespace
from ..nn.functions_by_attribute import L, M, T
from . import constraints
from .arguments import SINGLE, check_parameter, expanded, held, lazy, normal_of
from .distribution import Distribution


def times(matrices: Any, vectors: Any) -> Any:
    return M.squeeze(T.matmul(matrices, M.unsqueeze(vectors, -1)), -1)


def mahalanobis(factor: Any, x: Any) -> Any:
    """``|factor^-1 x|^2`` of lower triangular factors, each solved once for all the vectors of its batch.

    ``factor`` is (*b, n, n) and ``x`` (*outer, *c, n), where each size of ``c`` is a multiple of that of ``b``.
    """
    n, batch = x.shape[-1], x.shape[:-1]
    inner = factor.ndim - 2
    outer = len(batch) - inner
    split: list[int] = list(batch[:outer])
    for of_factor, of_x in zip(factor.shape[:-2], batch[outer:]):
        split += [of_x // of_factor, of_factor]
    order = [*range(outer), *range(outer, outer + 2 * inner, 2), *range(outer + 1, outer + 2 * inner, 2)]
    moved = M.permute(M.reshape(x, (*split, n)), (*order, outer + 2 * inner))
    flat_factor = M.reshape(factor, (-1, n, n))
    flat = M.permute(M.reshape(moved, (-1, flat_factor.shape[0], n)), (1, 2, 0))
    found = T.t(M.sum(M.pow(L.solve_triangular(flat_factor, flat, upper=False), 2), -2))
    back = list(range(outer))
    for k in range(inner):
        back += [outer + k, outer + inner + k]
    return M.reshape(M.permute(M.reshape(found, moved.shape[:-1]), tuple(back)), tuple(batch))


def half_log_det(factor: Any) -> Any:
    """The sum of the logarithms of the diagonal."""
    return M.sum(T.log(T.diagonal(factor, dim1=-2, dim2=-1)), -1)


def factor_of_precision(precision: Any) -> Any:
    """The lower triangular factor of the inverse of a matrix."""
    factor = L.cholesky(T.flip(precision, (-2, -1)))
    inverse = T.transpose(T.flip(factor, (-2, -1)), -2, -1)
    return L.solve_triangular(inverse, T.eye(precision.shape[-1], dtype=precision.dtype), upper=False)


_MATRICES = ("covariance_matrix", "precision_matrix", "scale_tril")


class MultivariateNormal(Distribution):
    """The normal distribution of vectors, by a covariance matrix, its inverse, or its lower triangular factor."""

    __module__ = "torch.distributions.multivariate_normal"

    has_rsample = True
    loc, _factor = held(Tensor, "loc", "_factor")

    def __init__(
        self,
        loc: Any,
        covariance_matrix: Any = None,
        precision_matrix: Any = None,
        scale_tril: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        if check_parameter("loc", loc).ndim < 1:
            raise ValueError("loc must be at least one-dimensional.")
        given = zip(_MATRICES, (covariance_matrix, precision_matrix, scale_tril))
        matrices = [(name, matrix) for name, matrix in given if matrix is not None]
        if len(matrices) != 1:
            raise ValueError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
        ((name, matrix),) = matrices
        if check_parameter(name, matrix).ndim < 2:
            what = "scale_tril matrix" if name == "scale_tril" else name
            raise ValueError(f"{what} must be at least two-dimensional, with optional leading batch dimensions")
        batch = Size(T.broadcast_shapes(matrix.shape[:-2], loc.shape[:-1]))
        self.__dict__[name] = expanded(matrix, (*batch, -1, -1))
        self.loc = expanded(loc, (*batch, -1))
        super().__init__(batch, self.loc.shape[-1:], validate_args=validate_args)
        if name == "scale_tril":
            self._factor = matrix
        else:
            self._factor = L.cholesky(matrix) if name == "covariance_matrix" else factor_of_precision(matrix)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new, shape = self._new(batch_shape, _instance)
        new.loc = expanded(self.loc, shape + self.event_shape)
        new._factor = self._factor
        for name in _MATRICES:
            if name in self.__dict__:
                new.__dict__[name] = expanded(self.__dict__[name], shape + self.event_shape + self.event_shape)
        return self._finish(new, shape)

    @property
    def arg_constraints(self) -> Any:
        return {
            "loc": constraints.real_vector,
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
        }

    @property
    def support(self) -> Any:
        return constraints.real_vector

    def _wide(self, matrix: Any) -> Any:
        return expanded(matrix, self._batch_shape + self._event_shape + self._event_shape)

    @lazy
    def scale_tril(self) -> Any:
        """The lower triangular factor of the covariance matrix."""
        return self._wide(self._factor)

    @lazy
    def covariance_matrix(self) -> Any:
        """The covariance matrix."""
        return self._wide(T.matmul(self._factor, T.transpose(self._factor, -2, -1)))

    @lazy
    def precision_matrix(self) -> Any:
        """The inverse of the covariance matrix."""
        return self._wide(T.cholesky_inverse(self._factor))

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def variance(self) -> Any:
        return expanded(M.sum(M.pow(self._factor, 2), -1), self._batch_shape + self._event_shape)

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        return self.loc + times(self._factor, normal_of(self._extended_shape(sample_shape), self.loc.dtype))

    def log_prob(self, value: Any) -> Any:
        distance = mahalanobis(self._factor, self._checked_value(value) - self.loc)
        size = self._event_shape[0]
        return -0.5 * (size * math.log(2 * math.pi) + distance) - half_log_det(self._factor)

    def entropy(self) -> Any:
        found = 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + half_log_det(self._factor)
        return expanded(found, self._batch_shape) if self._batch_shape else found


namespace("torch.distributions")["MultivariateNormal"] = MultivariateNormal
