"""``torch.nn.utils.parametrizations``: weights by length and direction, of spectral norm 1, orthogonal.

Salimans and Kingma, "Weight normalization" (2016); Miyato et al., "Spectral normalization" (2018); Lezcano-Casado,
"Trivializations for gradient-based optimization on manifolds" (2019).
"""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ...numerics.limits import counted
from ..calls.argument_types import Value
from ..calls.overloads import PLACES
from ..calls.program_classes import get, has
from ..calls.python_function import define_python
from ..calls.registry import namespace
from .functions_by_attribute import F, L, M, T
from .gradients import Unrecorded
from .module import Module
from .parametrize import register_parametrization
from .weight_parts import norm_except_dim, weight_of_parts

PLACES["parametrizations"] = ("torch.nn.utils.parametrizations", "")
_HOME = "torch.nn.utils.parametrizations"


def weight_named(module: Any, name: str) -> Any:
    """The tensor of a module under a name. Raises ValueError where there is none."""
    found = get(module, name) if isinstance(module, Module) and has(module, name) else None
    if not isinstance(found, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    return found


def output_dim(module: Any) -> int:
    """Which dimension of a layer's weight is that of its outputs."""
    turned = tuple(namespace("torch.nn")[f"ConvTranspose{n}d"] for n in (1, 2, 3))
    return 1 if isinstance(module, turned) else 0


class _WeightNorm(Module):
    __module__ = _HOME

    def __init__(self, dim: Any = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Any, weight_v: Any) -> Any:
        return weight_of_parts(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Any) -> Any:
        """The length and the direction of a weight."""
        return norm_except_dim(weight, self.dim), weight


class _SpectralNorm(Module):
    __module__ = _HOME

    def __init__(self, weight: Any, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        rank = weight.array.ndim
        if not -rank <= dim < rank:
            raise IndexError(f"Dimension out of range (expected to be in range of [-{rank}, {rank - 1}] but got {dim})")
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.dim = dim % rank
        self.eps = eps
        if rank > 1:
            self.n_power_iterations = n_power_iterations
            with Unrecorded():
                matrix = self._matrix(weight)
                u, v = (M.normal_(M.new_empty(matrix, size), 0, 1) for size in matrix.array.shape)
                self.register_buffer("_u", F.normalize(u, dim=0, eps=eps))
                self.register_buffer("_v", F.normalize(v, dim=0, eps=eps))
                self._iterate(matrix, 15)

    def _matrix(self, weight: Any) -> Any:
        if self.dim:
            others = [d for d in range(weight.array.ndim) if d != self.dim]
            weight = M.permute(weight, self.dim, *others)
        return M.flatten(weight, 1)

    def _iterate(self, matrix: Any, count: int) -> None:
        with Unrecorded():
            for _ in counted(range(count)):
                M.copy_(self._u, F.normalize(T.mv(matrix, self._v), dim=0, eps=self.eps))
                M.copy_(self._v, F.normalize(T.mv(M.t(matrix), self._u), dim=0, eps=self.eps))

    def forward(self, weight: Any) -> Any:
        if weight.array.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = self._matrix(weight)
        if self.training:
            self._iterate(matrix, self.n_power_iterations)
        u, v = M.clone(self._u), M.clone(self._v)
        return weight / T.vdot(u, T.mv(matrix, v))

    def right_inverse(self, value: Any) -> Any:
        """The value itself, as if it had norm 1."""
        return value


_MAPS = ("matrix_exp", "cayley", "householder")


class _Orthogonal(Module):
    __module__ = _HOME

    def __init__(self, weight: Any, orthogonal_map: str, *, use_trivialization: bool = True) -> None:
        super().__init__()
        if weight.dtype.is_complex and orthogonal_map == "householder":
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape = M.size(weight)
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X: Any) -> Any:
        turned = X.array.shape[-2] < X.array.shape[-1]
        if turned:
            X = T.transpose(X, -2, -1)
        n, k = X.array.shape[-2:]
        Q = self._householder(X) if self.orthogonal_map == "householder" else self._skew(X, n, k)
        if "base" in self._buffers:
            Q = T.matmul(self.base, Q)
        return T.transpose(Q, -2, -1) if turned else Q

    def _skew(self, X: Any, n: int, k: int) -> Any:
        X = M.tril(X)
        if n != k:
            lead = X.array.shape[:-2]
            X = T.cat([X, M.expand(M.new_zeros(X, n, n - k), *lead, -1, -1)], dim=-1)
        A = X - M.conj(T.transpose(X, -2, -1))
        if self.orthogonal_map == "matrix_exp":
            Q = T.matrix_exp(A)
        else:
            one = T.eye(n, dtype=A.dtype)
            Q = L.solve(T.add(one, A, alpha=-0.5), T.add(one, A, alpha=0.5))
        return Q if n == k else M.narrow(Q, -1, 0, k)

    def _householder(self, X: Any) -> Any:
        A = M.tril(X, diagonal=-1)
        tau = 2.0 / (1.0 + M.sum(A * A, dim=-2))
        signs = M.int(M.diagonal(X, dim1=-2, dim2=-1))
        return L.householder_product(A, tau) * T.unsqueeze(signs, -2)

    def right_inverse(self, Q: Any) -> Any:
        """What gives this orthogonal matrix. Raises ValueError for another shape."""
        if M.size(Q) != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {M.size(Q)}."
            )
        with Unrecorded():
            return self._inverse(Q)

    def _inverse(self, given: Any) -> Any:
        turned = given.array.shape[-2] < given.array.shape[-1]
        Q = T.transpose(given, -2, -1) if turned else given
        n, k = Q.array.shape[-2:]
        if "base" not in self._buffers:
            if self.orthogonal_map != "householder":
                raise NotImplementedError(
                    "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                    "use_trivialization=False."
                )
            A, tau = T.geqrf(Q)
            diagonal = M.diagonal(A, dim1=-2, dim2=-1)
            M.copy_(diagonal, T.where(tau == 0.0, -T.sign(diagonal), T.sign(diagonal)))
            return T.transpose(A, -2, -1) if turned else A
        if n != k:
            extra = T.randn(*Q.array.shape[:-2], n, n - k, dtype=Q.dtype)
            Q = _made_orthogonal(T.cat([Q, extra], dim=-1))
        else:
            Q = M.clone(Q) if _is_orthogonal(Q) else _made_orthogonal(Q)
        self.base = Q
        start = T.zeros_like(given)
        M.fill_(M.diagonal(start, dim1=-2, dim2=-1), -1.0)
        return start


def _is_orthogonal(Q: Any) -> bool:
    n, k = Q.array.shape[-2:]
    one = T.eye(k, dtype=Q.dtype)
    found: bool = T.allclose(
        T.matmul(M.conj(T.transpose(Q, -2, -1)), Q), one, atol=10.0 * n * float(T.finfo(Q.dtype).eps)
    )
    return found


def _made_orthogonal(A: Any) -> Any:
    X, tau = T.geqrf(A)
    signs = T.sgn(M.diagonal(X, dim1=-2, dim2=-1))
    return L.householder_product(X, tau) * T.unsqueeze(signs, -2)


def weight_norm(module: Value, name: str = "weight", dim: int | None = 0) -> Any:
    """Let a weight be a direction times a length for each output: ``original0`` and ``original1``."""
    return register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


def spectral_norm(
    module: Value, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Any:
    """Let a weight be divided by its largest singular value, which a power iteration at each step follows."""
    weight = weight_named(module, name)
    place = output_dim(module) if dim is None else dim
    return register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, place, eps))


def orthogonal(
    module: Value, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> Any:
    """Let a weight be orthogonal, by ``matrix_exp``, ``cayley`` or ``householder``."""
    weight = weight_named(module, name)
    if weight.array.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.array.ndim} dimensions.")
    if orthogonal_map is None:
        square = weight.array.shape[-2] == weight.array.shape[-1] or weight.dtype.is_complex
        orthogonal_map = "matrix_exp" if square else "householder"
    if orthogonal_map not in _MAPS:
        raise ValueError(
            f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}'
        )
    made = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    return register_parametrization(module, name, made, unsafe=True)


for _function in (weight_norm, spectral_norm, orthogonal):
    define_python(_function.__name__, _function, into="parametrizations")
