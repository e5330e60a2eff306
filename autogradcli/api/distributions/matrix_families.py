"""Distributions of matrices, and of vectors by matrices: Wishart, LKJ, the normal one of low rank."""

from __future__ import annotations

import math
from typing import Any

from ...engine.state import state
from ...engine.tensor import Size, Tensor
from ..calls.registry import namespace
from ..nn.functions_by_attribute import L, M, T
from . import constraints
from .arguments import SINGLE, broadcast, check_parameter, expanded, held, is_number, lazy, normal_of, recorded, size_of
from .distribution import Distribution, ExponentialFamily
from .gamma_families import Beta, Chi2
from .multivariate import factor_of_precision, half_log_det, mahalanobis, times


def _turned(matrix: Any) -> Any:
    return T.transpose(matrix, -2, -1)


class LowRankMultivariateNormal(Distribution):
    """The normal distribution of vectors of covariance ``W W^T + diag(d)``: ``cov_factor`` W and ``cov_diag`` d."""

    __module__ = "torch.distributions.lowrank_multivariate_normal"

    has_rsample = True
    loc, cov_factor, cov_diag, _factor, _diagonal, _capacitance = held(
        Tensor, "loc", "cov_factor", "cov_diag", "_factor", "_diagonal", "_capacitance"
    )

    def __init__(self, loc: Any, cov_factor: Any, cov_diag: Any, validate_args: bool | None = None) -> None:
        if check_parameter("loc", loc).ndim < 1:
            raise ValueError("loc must be at least one-dimensional.")
        event = loc.shape[-1:]
        if check_parameter("cov_factor", cov_factor).ndim < 2:
            raise ValueError("cov_factor must be at least two-dimensional, with optional leading batch dimensions")
        if cov_factor.shape[-2:-1] != event:
            raise ValueError(f"cov_factor must be a batch of matrices with shape {event[0]} x m")
        if check_parameter("cov_diag", cov_diag).shape[-1:] != event:
            raise ValueError(f"cov_diag must be a batch of vectors with shape {event}")
        try:
            batch = Size(T.broadcast_shapes(loc.shape[:-1], cov_factor.shape[:-2], cov_diag.shape[:-1]))
        except RuntimeError:
            raise ValueError(
                f"Incompatible batch shapes: loc {loc.shape}, cov_factor {cov_factor.shape}, cov_diag {cov_diag.shape}"
            ) from None
        self.loc = expanded(loc, batch + event)
        self.cov_factor = expanded(cov_factor, (*batch, *cov_factor.shape[-2:]))
        self.cov_diag = expanded(cov_diag, batch + event)
        self._factor, self._diagonal = cov_factor, cov_diag
        scaled = _turned(cov_factor) / M.unsqueeze(cov_diag, -2)
        inner = T.matmul(scaled, cov_factor)
        self._capacitance = L.cholesky(inner + T.eye(inner.shape[-1], dtype=inner.dtype))
        super().__init__(batch, event, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new, shape = self._new(batch_shape, _instance)
        new.loc = expanded(self.loc, shape + self.event_shape)
        new.cov_diag = expanded(self.cov_diag, shape + self.event_shape)
        new.cov_factor = expanded(self.cov_factor, (*shape, *self.cov_factor.shape[-2:]))
        new._factor, new._diagonal, new._capacitance = self._factor, self._diagonal, self._capacitance
        return self._finish(new, shape)

    @property
    def arg_constraints(self) -> Any:
        return {
            "loc": constraints.real_vector,
            "cov_factor": constraints.independent(constraints.real, 2),
            "cov_diag": constraints.independent(constraints.positive, 1),
        }

    @property
    def support(self) -> Any:
        return constraints.real_vector

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc

    @lazy
    def variance(self) -> Any:
        """The variance of each element."""
        return expanded(M.sum(M.pow(self._factor, 2), -1) + self._diagonal, self._batch_shape + self._event_shape)

    def _wide(self, matrix: Any) -> Any:
        return expanded(matrix, self._batch_shape + self._event_shape + self._event_shape)

    @lazy
    def scale_tril(self) -> Any:
        """The lower triangular factor of the covariance matrix."""
        root = M.unsqueeze(T.sqrt(self._diagonal), -1)
        scaled = self._factor / root
        inner = T.matmul(scaled, _turned(scaled))
        return self._wide(root * L.cholesky(inner + T.eye(inner.shape[-1], dtype=inner.dtype)))

    @lazy
    def covariance_matrix(self) -> Any:
        """The covariance matrix."""
        return self._wide(T.matmul(self._factor, _turned(self._factor)) + T.diag_embed(self._diagonal))

    @lazy
    def precision_matrix(self) -> Any:
        """The inverse of the covariance matrix, by Woodbury's formula."""
        scaled = _turned(self._factor) / M.unsqueeze(self._diagonal, -2)
        a = L.solve_triangular(self._capacitance, scaled, upper=False)
        return self._wide(T.diag_embed(T.reciprocal(self._diagonal)) - T.matmul(_turned(a), a))

    def rsample(self, sample_shape: Any = SINGLE) -> Any:
        shape = self._extended_shape(sample_shape)
        inner = normal_of(Size((*shape[:-1], self.cov_factor.shape[-1])), self.loc.dtype)
        outer = normal_of(shape, self.loc.dtype)
        return self.loc + times(self._factor, inner) + T.sqrt(self._diagonal) * outer

    def _log_det(self) -> Any:
        return 2 * half_log_det(self._capacitance) + M.sum(T.log(self._diagonal), -1)

    def log_prob(self, value: Any) -> Any:
        difference = self._checked_value(value) - self.loc
        scaled = times(_turned(self._factor) / M.unsqueeze(self._diagonal, -2), difference)
        squares = M.sum(M.pow(difference, 2) / self._diagonal, -1) - mahalanobis(self._capacitance, scaled)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + self._log_det() + squares)

    def entropy(self) -> Any:
        found = 0.5 * (self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + self._log_det())
        return expanded(found, self._batch_shape) if self._batch_shape else found


class LKJCholesky(Distribution):
    """Lower triangular factors of correlation matrices, which are uniform where ``concentration`` is 1.

    D. Lewandowski, D. Kurowicka and H. Joe, "Generating random correlation matrices based on vines and extended onion
    method" (2009).
    """

    __module__ = "torch.distributions.lkj_cholesky"

    (concentration,) = held(Tensor, "concentration")
    (_beta,) = held(Beta, "_beta")
    (dim,) = held(int, "dim")

    def __init__(self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None) -> None:
        if dim < 2:
            raise ValueError(f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}.")
        self.dim = dim
        (self.concentration,) = broadcast(concentration)
        offset = T.arange(dim - 1, dtype=self.concentration.dtype)
        offset = T.cat([T.zeros(1, dtype=offset.dtype), offset])
        marginal = self.concentration + 0.5 * (dim - 2)
        self._beta = Beta(offset + 0.5, M.unsqueeze(marginal, -1) - 0.5 * offset)
        super().__init__(self.concentration.shape, (dim, dim), validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new, shape = self._new(batch_shape, _instance)
        new.dim = self.dim
        new.concentration = expanded(self.concentration, shape)
        new._beta = self._beta.expand((*shape, self.dim))
        return self._finish(new, shape)

    @property
    def arg_constraints(self) -> Any:
        return {"concentration": constraints.positive}

    @property
    def support(self) -> Any:
        return constraints.corr_cholesky

    def sample(self, sample_shape: Any = SINGLE) -> Any:
        """By the onion method: each row is a point on a sphere, of a length that a beta number gives."""
        with recorded(False):
            y = M.unsqueeze(self._beta.sample(sample_shape), -1)
            normal = T.tril(T.randn(tuple(self._extended_shape(sample_shape)), dtype=y.dtype), -1)
            sphere = normal / T.norm(normal, dim=-1, keepdim=True)
            sphere[..., 0, :] = 0.0
            w = T.sqrt(y) * sphere
            left = T.clamp(1 - M.sum(w**2, -1), min=T.finfo(w.dtype).tiny)
            return w + T.diag_embed(T.sqrt(left))

    def log_prob(self, value: Any) -> Any:
        diagonal = T.diagonal(self._checked_value(value), dim1=-1, dim2=-2)[..., 1:]
        order = 2 * M.unsqueeze(self.concentration - 1, -1) + self.dim - T.arange(2, self.dim + 1)
        last = self.dim - 1
        alpha = self.concentration + 0.5 * last
        norm = 0.5 * last * math.log(math.pi) + T.mvlgamma(alpha - 0.5, last) - T.lgamma(alpha) * last
        return M.sum(order * T.log(diagonal), -1) - norm


_MATRICES = ("covariance_matrix", "precision_matrix", "scale_tril")


class Wishart(ExponentialFamily):
    """Positive definite matrices: what ``df`` normal vectors of this covariance give as the sum of their outer
    products."""

    __module__ = "torch.distributions.wishart"

    has_rsample = True
    df, _factor = held(Tensor, "df", "_factor")
    (_chi2,) = held(Chi2, "_chi2")

    def __init__(
        self,
        df: Any,
        covariance_matrix: Any = None,
        precision_matrix: Any = None,
        scale_tril: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        given = zip(_MATRICES, (covariance_matrix, precision_matrix, scale_tril))
        matrices = [(name, matrix) for name, matrix in given if matrix is not None]
        if len(matrices) != 1:
            raise AssertionError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
        ((name, matrix),) = matrices
        if check_parameter(name, matrix).ndim < 2:
            raise ValueError("scale_tril must be at least two-dimensional, with optional leading batch dimensions")
        if is_number(df):
            batch = size_of(matrix.shape[:-2])
            self.df = T.tensor(df, dtype=matrix.dtype)
        else:
            batch = Size(T.broadcast_shapes(matrix.shape[:-2], check_parameter("df", df).shape))
            self.df = expanded(df, batch)
        event = matrix.shape[-2:]
        if bool(M.any(self.df <= event[-1] - 1)):
            raise ValueError(f"Value of df={df} expected to be greater than ndim - 1 = {event[-1] - 1}.")
        if bool(M.any(self.df < event[-1])):
            state.warn(
                "UserWarning",
                "Low df values detected. Singular samples are highly likely to occur for ndim - 1 < df < ndim.",
            )
        self.__dict__[name] = expanded(matrix, (*batch, -1, -1))
        super().__init__(batch, event, validate_args=validate_args)
        if name == "scale_tril":
            self._factor = matrix
        else:
            self._factor = L.cholesky(matrix) if name == "covariance_matrix" else factor_of_precision(matrix)
        self._chi2 = self._squares()

    def _squares(self) -> Chi2:
        size = self._event_shape[-1]
        steps = expanded(T.arange(size, dtype=self._factor.dtype), (*self._batch_shape, -1))
        return Chi2(M.unsqueeze(self.df, -1) - steps)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new, shape = self._new(batch_shape, _instance)
        new._factor = expanded(self._factor, (*shape, *self._event_shape))
        new.df = expanded(self.df, shape)
        for name in _MATRICES:
            if name in self.__dict__:
                new.__dict__[name] = expanded(self.__dict__[name], (*shape, *self._event_shape))
        new = self._finish(new, shape)
        new._chi2 = new._squares()
        return new

    @property
    def arg_constraints(self) -> Any:
        return {
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
            "df": constraints.greater_than(self._event_shape[-1] - 1),
        }

    @property
    def support(self) -> Any:
        return constraints.positive_definite

    def _wide(self, matrix: Any) -> Any:
        return expanded(matrix, self._batch_shape + self._event_shape)

    @lazy
    def scale_tril(self) -> Any:
        """The lower triangular factor of the covariance matrix."""
        return self._wide(self._factor)

    @lazy
    def covariance_matrix(self) -> Any:
        """The covariance matrix of the vectors."""
        return self._wide(T.matmul(self._factor, _turned(self._factor)))

    @lazy
    def precision_matrix(self) -> Any:
        """The inverse of the covariance matrix."""
        return self._wide(T.cholesky_solve(T.eye(self._event_shape[-1], dtype=self._factor.dtype), self._factor))

    def _times(self, factor: Any) -> Any:
        return M.view(factor, (*self._batch_shape, 1, 1))

    @property
    def mean(self) -> Any:
        return self._times(self.df) * self.covariance_matrix

    @property
    def mode(self) -> Any:
        factor = self.df - self._event_shape[-1] - 1
        return self._times(T.where(factor <= 0, math.nan, factor)) * self.covariance_matrix

    @property
    def variance(self) -> Any:
        v = self.covariance_matrix
        diagonal = T.diagonal(v, dim1=-2, dim2=-1)
        outer = M.unsqueeze(diagonal, -1) * M.unsqueeze(diagonal, -2)
        return self._times(self.df) * (M.pow(v, 2) + outer)

    def _bartlett(self, shape: Any) -> Any:
        """A. M. Bartlett's decomposition: chi-squared numbers on the diagonal, normal ones below it."""
        size = self._event_shape[-1]
        roots = T.sqrt(self._chi2.rsample(shape))
        noise = T.diag_embed(T.clamp(roots, min=T.finfo(roots.dtype).eps))
        rows, columns = T.tril_indices(size, size, offset=-1)
        count = size * (size - 1) // 2
        noise[..., rows, columns] = T.randn((*size_of(shape), *self._batch_shape, count), dtype=noise.dtype)
        factor = T.matmul(self._factor, noise)
        return T.matmul(factor, _turned(factor))

    def rsample(self, sample_shape: Any = SINGLE, max_try_correction: Any = None) -> Any:
        """Draws of Bartlett's, and as PyTorch does another one for each that is positive definite, with a warning:
        it takes those for the singular ones. The second ones are drawn anew where they are singular."""
        sample = self._bartlett(sample_shape)
        again = self._over_batch(self.support.check(sample))
        if not bool(M.any(again)):
            return sample
        state.warn("UserWarning", "Singular sample detected.")
        for _ in range(10 if max_try_correction is None else max_try_correction):
            new = self._bartlett(again[again].shape)
            sample[again] = new
            again[M.clone(again)] = self._over_batch(~self.support.check(new))
            if not bool(M.any(again)):
                break
        return sample

    def _over_batch(self, checked: Any) -> Any:
        """Whether it holds for any of a batch."""
        dims = [-1 - d for d in range(len(self._batch_shape))]
        return T.amax(checked, dim=dims) if dims else checked

    def log_prob(self, value: Any) -> Any:
        value, size = self._checked_value(value), self._event_shape[-1]
        traces = M.sum(T.diagonal(T.cholesky_solve(value, self._factor), dim1=-2, dim2=-1), -1)
        norm = -self.df * (size * math.log(2) / 2 + half_log_det(self._factor)) - T.mvlgamma(self.df / 2, size)
        return norm + (self.df - size - 1) / 2 * L.slogdet(value)[1] - traces / 2

    def entropy(self) -> Any:
        size = self._event_shape[-1]
        half = self.df / 2
        steps = T.arange(size, dtype=half.dtype) / 2
        digammas = M.sum(T.digamma(M.unsqueeze(half, -1) - steps), -1)
        first = (size + 1) * (size * math.log(2) / 2 + half_log_det(self._factor)) + T.mvlgamma(half, size)
        return first - (self.df - size - 1) / 2 * digammas + self.df * size / 2


_KINDS: tuple[type[Distribution], ...] = (LowRankMultivariateNormal, LKJCholesky, Wishart)
for _kind in _KINDS:
    namespace("torch.distributions")[_kind.__name__] = _kind
