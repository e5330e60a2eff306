"""What sums lead to, under its names: ``std``, ``var``, ``nanmean``, ``logsumexp``, ``norm``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.tensor import Tensor
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...operations.dims import wrap_dims
from ...operations.elementwise.arithmetic import div
from ...operations.elementwise.comparison import isnan, logical_not
from ...operations.reduce import norms, reduction, statistics
from ..calls.argument_types import type_name
from ..calls.call_plans import hooks
from ..calls.declare import define_both
from ..calls.overloads import define
from ..calls.python_function import define_python
from ..calls.registry import NAMESPACES

_BOTH = "torch Tensor"
_DTYPE = "ScalarType? dtype=None"


def _nanmean(input: Tensor, dim: Any, keepdim: bool, dtype: DType | None) -> Any:
    """Mean over some dimensions of what is a number; NaN is left out."""
    if input.array.dtype.kind not in dtypes.INEXACT:
        raise RuntimeError(
            f"nanmean(): expected input to have floating point or complex dtype but got {input.dtype.type_name}"
        )
    count = reduction.sum_dim(logical_not(isnan(input)), wrap_dims(dim, input.array.ndim), keepdim)
    return div(reduction.nansum(input, dim, keepdim, dtype), count)


define(
    "nanmean",
    (f"(Tensor input, IntList[1]? dim=None, bool keepdim=False, *, {_DTYPE}, Tensor out=None)", _nanmean),
    into=_BOTH,
)
# -- variance ----------------------------------------------------------------------------------------------


def _spread(operation: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    def of_dims(input: Tensor, dim: Any, unbiased: bool, keepdim: bool) -> Any:
        return operation(input, dim, int(unbiased), keepdim)

    def corrected(input: Tensor, dim: Any, correction: Any, keepdim: bool) -> Any:
        return operation(input, dim, correction, keepdim)

    def of_all(input: Tensor, unbiased: bool) -> Any:
        return operation(input, None, int(unbiased), False)

    of_dims.__doc__ = corrected.__doc__ = of_all.__doc__ = operation.__doc__
    return of_dims, corrected, of_all


for _name in ("var", "std", "var_mean", "std_mean"):
    _of_dims, _corrected, _of_all = _spread(getattr(statistics, _name))
    _out = "" if _name.endswith("mean") else ", Tensor out=None"
    define(
        _name,
        (f"(Tensor input, IntList[1]? dim, bool unbiased=True, bool keepdim=False{_out and ', *' + _out})", _of_dims),
        (f"(Tensor input, IntList[1]? dim=None, *, Scalar? correction=None, bool keepdim=False{_out})", _corrected),
        ("(Tensor input, bool unbiased=True)", _of_all),
        into="torch" if _name.endswith("mean") else _BOTH,
    )

# -- logsumexp and norms -----------------------------------------------------------------------------------

define(
    "logsumexp",
    ("(Tensor input, IntList[1] dim, bool keepdim=False, *, Tensor out=None)", statistics.logsumexp),
    into="torch Tensor special",
)


def _renorm(input: Tensor, p: Any, dim: int, maxnorm: Any) -> Any:
    """Each part along a dimension scaled down to a ``p``-norm of ``maxnorm``, where its norm is larger."""
    for name, value in (("p", p), ("maxnorm", maxnorm)):
        if value.__class__ is complex:
            raise RuntimeError(f"renorm: {name} must be real-valued")
    return norms.renorm(input, float(p), dim, float(maxnorm))


define_both("renorm", ("(Tensor input, Scalar p, int dim, Scalar maxnorm, *, Tensor out=None)", _renorm))


def check_norm_dtype(name: str, input: Tensor, dtype: DType | None) -> None:
    """Raise RuntimeError for a ``dtype=`` of a norm that would make integers of it, lose the imaginary parts of what
    it is the norm of, or digits."""
    if dtype is None:
        return
    have = input.dtype
    if dtype.category < dtypes.FLOATING:
        raise RuntimeError(f"{name}: dtype should be floating point or complex, but got {dtype.type_name}")
    if have.is_complex is not dtype.is_complex:
        kind = "complex" if have.is_complex else "real"
        raise RuntimeError(f"{name}: dtype should be {kind} for {kind} inputs, but got {dtype.type_name}")
    if dtypes.promote_types(have, dtype) is not dtype:
        raise RuntimeError(
            f"{name}: the dtype of the input ({have.type_name}) should be convertible without narrowing to the "
            f"specified dtype ({dtype.type_name})"
        )


def vector_norm(input: Tensor, ord: Any, dim: Any, keepdim: bool, dtype: DType | None) -> Any:
    """The ``ord``-norm of the elements, seen as one vector or as one over each of some dimensions."""
    check_norm_dtype("linalg.vector_norm", input, dtype)
    return norms.vector_norm(input, ord if ord.__class__ is complex else float(ord), dim, keepdim, dtype)


define(
    "vector_norm",
    (
        f"(Tensor input, Scalar ord=2, IntList[1]? dim=None, bool keepdim=False, *, {_DTYPE}, Tensor out=None)",
        vector_norm,
    ),
    into="linalg",
)


def _norm(input: Tensor, p: Any, dim: Any, keepdim: bool, dtype: DType | None) -> Any:
    dims = (dim,) if isinstance(dim, int) else dim if dim is None else tuple(dim)
    if p is None or p == "fro":
        if dims is not None and len(dims) > 2:
            return NAMESPACES["torch.linalg"]["matrix_norm"](input, "fro", dims, keepdim, dtype=dtype)
        return vector_norm(input, 2.0, dims, keepdim, dtype)
    if isinstance(p, str):
        over = dims if dims is not None else tuple(range(input.array.ndim))
        matrix_norm = NAMESPACES["torch.linalg"]["matrix_norm"]
        return matrix_norm(input, p, over, keepdim, dtype=dtype)
    if not isinstance(p, (int, float, complex)) and not (
        isinstance(p, Tensor) and p.array.ndim == 0 and p.node is None
    ):
        raise TypeError(f"linalg_vector_norm(): argument 'ord' (position 2) must be Number, not {type_name(p)}")
    if isinstance(p, Tensor):
        p = p.array.item()
    return vector_norm(input, p, dims, keepdim, dtype)


def norm(
    input: Tensor,
    p: float | str | None = "fro",
    dim: Any = None,
    keepdim: bool = False,
    out: Tensor | None = None,
    dtype: DType | None = None,
) -> Any:
    """The ``p``-norm of the elements (``"fro"``: 2; ``"nuc"``: the sum of singular values) over some dimensions."""
    if out is None:
        return _norm(input, p, dim, keepdim, dtype)
    return hooks.write_out("norm", out, lambda: _norm(input, p, dim, keepdim, dtype), (input,))


def tensor_norm(
    self: Tensor, p: float | str | None = "fro", dim: Any = None, keepdim: bool = False, dtype: DType | None = None
) -> Any:
    """The ``p``-norm of the elements (``"fro"``: 2; ``"nuc"``: the sum of singular values) over some dimensions."""
    return _norm(self, p, dim, keepdim, dtype)


define_python("norm", norm)
define_python("norm", tensor_norm, into="Tensor")
