"""``torch.masked.*``: reductions and normalisations in which only the elements that a mask keeps count.

What the mask drops is replaced by what changes nothing (0 in a sum, -inf in a maximum), and the plain function runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..engine import dtypes
from ..engine.dtypes import DType
from ..engine.tensor import Tensor, wrap
from ..operations import cumulative, extremum, reduction, statistics
from ..operations.arithmetic import div, mul, sub
from ..operations.complex import conj
from ..operations.powers import sqrt
from ..operations.selection import maximum, where
from ..operations.view import expand
from .function import PLACES
from .python_function import define_python
from .registry import NAMESPACES
from .shapes import cast_to, reshape

PLACES["masked"] = ("torch.masked", "")

Mask = Tensor | None


# -- what stands for a dropped element ---------------------------------------------------------------------


def _lowest(dtype: np.dtype) -> Any:
    return -math.inf if dtype.kind == "f" else False if dtype.kind == "b" else int(np.iinfo(dtype).min)


def _highest(dtype: np.dtype) -> Any:
    return math.inf if dtype.kind == "f" else True if dtype.kind == "b" else int(np.iinfo(dtype).max)


def _filled(input: Tensor, mask: Mask, fill: Any) -> Any:
    """The input with ``fill`` where the mask drops an element."""
    if mask is None:
        return input
    return where(_fitted(input, mask), input, wrap(np.asarray(fill).astype(input.array.dtype)))


def _fitted(input: Tensor, mask: Tensor) -> Tensor:
    """The mask in the shape of the input. Raises IndexError where it has more dimensions."""
    shape = input.array.shape
    if mask.array.ndim > len(shape):
        raise IndexError("_input_mask expected broadcastable mask (got mask dimensionality higher than of the input)")
    wide = mask if mask.array.shape == shape else expand(mask, shape)
    return cast_to(wide, dtypes.bool_)  # type: ignore[no-any-return]


def _dims(dim: Any, ndim: int) -> tuple[int, ...]:
    """The dimensions to reduce over, sorted. Raises as PyTorch does for what there isn't, or is twice."""
    if dim is None or dim == ():
        return tuple(range(ndim))
    count = max(ndim, 1)
    found: list[int] = []
    for d in (dim,) if isinstance(dim, int) else dim:
        if not -count <= d < count:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [{-count}, {count - 1}], but got {d})"
            )
        if d % count in found:
            raise RuntimeError(f"dim={d % count} appears multiple times in the list of dims")
        found.append(d % count)
    return tuple(sorted(found))


def _sum_dtype(input: Tensor, dtype: DType | None) -> DType:
    """Sums and products of integers are int64, except of int32 ones, which stay."""
    if dtype is not None:
        return dtype
    mine = input.dtype
    if mine in (dtypes.uint8, dtypes.bool_, dtypes.int8, dtypes.int16, dtypes.int32):
        return dtypes.int32 if mine is dtypes.int32 else dtypes.int64
    return mine


# -- sums and extremes -------------------------------------------------------------------------------------


def masked_sum(
    input: Tensor, dim: Any = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Mask = None
) -> Any:
    """Sum of the elements that the mask keeps."""
    kind = _sum_dtype(input, dtype)
    kept = _filled(input, mask, 0)
    return reduction.sum_dim(kept, _dims(dim, input.array.ndim), bool(keepdim), _other(kept, kind))


def _other(input: Tensor, dtype: DType) -> DType | None:
    """A dtype for a reduction, None where the result has it anyway."""
    return None if input.dtype is dtype and input.array.dtype.kind in "fc" else dtype


def masked_prod(
    input: Tensor, dim: Any = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Mask = None
) -> Any:
    """Product of the elements that the mask keeps."""
    kind = _sum_dtype(input, dtype)
    result = cast_to(_filled(input, mask, 1), kind)
    for d in reversed(_dims(dim, input.array.ndim)):
        result = reduction.prod_dim(result, d, bool(keepdim), _other(result, kind))
    return result


def masked_cumsum(input: Tensor, dim: int, *, dtype: DType | None = None, mask: Mask = None) -> Any:
    """Running sum of the elements that the mask keeps."""
    (at,) = _dims(dim, input.array.ndim)
    result = cumulative.cumsum(_filled(input, mask, 0), at, dtype)
    return cast_to(result, dtype or input.dtype)


def masked_cumprod(input: Tensor, dim: int, *, dtype: DType | None = None, mask: Mask = None) -> Any:
    """Running product of the elements that the mask keeps."""
    (at,) = _dims(dim, input.array.ndim)
    result = cumulative.cumprod(_filled(input, mask, 1), at, dtype)
    return cast_to(result, dtype or input.dtype)


def masked_amax(
    input: Tensor, dim: Any = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Mask = None
) -> Any:
    """Largest of the elements that the mask keeps."""
    kept = _filled(input, mask, _lowest(input.array.dtype))
    return cast_to(extremum.amax(kept, _dims(dim, input.array.ndim), bool(keepdim)), dtype or input.dtype)


def masked_amin(
    input: Tensor, dim: Any = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Mask = None
) -> Any:
    """Smallest of the elements that the mask keeps."""
    kept = _filled(input, mask, _highest(input.array.dtype))
    return cast_to(extremum.amin(kept, _dims(dim, input.array.ndim), bool(keepdim)), dtype or input.dtype)


def masked_argmax(
    input: Tensor,
    dim: int | None = None,
    *,
    keepdim: bool = False,
    dtype: DType | None = None,
    mask: Mask = None,
) -> Any:
    """Index of the largest of the elements that the mask keeps, in the input's dtype."""
    kept = _filled(input, mask, _lowest(input.array.dtype))
    return cast_to(extremum.argmax(kept, dim, bool(keepdim)), dtype or input.dtype)


def masked_argmin(
    input: Tensor,
    dim: int | None = None,
    *,
    keepdim: bool = False,
    dtype: DType | None = None,
    mask: Mask = None,
) -> Any:
    """Index of the smallest of the elements that the mask keeps, in the input's dtype."""
    kept = _filled(input, mask, _highest(input.array.dtype))
    return cast_to(extremum.argmin(kept, dim, bool(keepdim)), dtype or input.dtype)


def masked_median(
    input: Tensor, dim: int = -1, *, keepdim: bool = False, dtype: DType | None = None, mask: Mask = None
) -> Any:
    """The lower median of the elements that the mask keeps."""
    (at,) = _dims(dim, input.array.ndim)
    floating = input.array.dtype.kind == "f"
    kept = _filled(input if floating else cast_to(input, dtypes.default.dtype), mask, math.nan)
    found = extremum.nanmedian_dim(kept, at, bool(keepdim))[0]
    if floating:
        return found
    if not np.isnan(found.array).any():
        return cast_to(found, dtype or input.dtype)
    raise ValueError("masked median expected no fully masked out rows if dtype is not floating point")


# -- means and norms ---------------------------------------------------------------------------------------


def _counted(input: Tensor, dim: Any, keepdim: bool, mask: Mask) -> Any:
    """How many elements the mask keeps, as int64."""
    kept = np.ones(input.array.shape, np.bool_) if mask is None else _fitted(input, mask).array
    return reduction.sum_dim(wrap(kept), _dims(dim, input.array.ndim), keepdim)


def masked_mean(
    input: Tensor, dim: Any = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Mask = None
) -> Any:
    """Mean of the elements that the mask keeps."""
    kind = dtype or input.dtype
    if kind.category < dtypes.FLOATING:
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {kind.type_name}"
        )
    total = masked_sum(input, dim, keepdim=keepdim, dtype=kind, mask=mask)
    return div(total, _counted(input, dim, bool(keepdim), mask))


def _spread(input: Tensor, dim: Any, correction: float, keepdim: bool, dtype: DType | None, mask: Mask) -> Any:
    kind = dtype or input.dtype
    if kind.category < dtypes.FLOATING:
        kind = dtypes.float32
    count = _counted(input, dim, True, mask)
    mean = div(masked_sum(input, dim, keepdim=True, dtype=kind, mask=mask), count)
    away = sub(input, mean)
    square = mul(away, conj(away) if away.array.dtype.kind == "c" else away)
    total = masked_sum(square, dim, keepdim=keepdim, dtype=kind, mask=mask)
    if not keepdim:
        count = reshape(count, total.array.shape)
    if correction:
        count = sub(cast_to(count, dtypes.real_of(kind)), correction)
        count = maximum(count, wrap(np.zeros((), count.array.dtype)))
    return cast_to(div(total, count), kind)


def _correction(unbiased: bool | None, correction: float | None) -> float:
    if unbiased is not None and correction is not None:
        raise AssertionError("Only one of unbiased and correction may be given")
    return float(unbiased) if unbiased is not None else 1.0 if correction is None else float(correction)


def masked_var(
    input: Tensor,
    dim: Any = None,
    unbiased: bool | None = None,
    *,
    correction: float | None = None,
    keepdim: bool = False,
    dtype: DType | None = None,
    mask: Mask = None,
) -> Any:
    """Variance of the elements that the mask keeps."""
    return _spread(input, dim, _correction(unbiased, correction), bool(keepdim), dtype, mask)


def masked_std(
    input: Tensor,
    dim: Any = None,
    unbiased: bool | None = None,
    *,
    correction: float | None = None,
    keepdim: bool = False,
    dtype: DType | None = None,
    mask: Mask = None,
) -> Any:
    """Standard deviation of the elements that the mask keeps."""
    return sqrt(_spread(input, dim, _correction(unbiased, correction), bool(keepdim), dtype, mask))


def masked_norm(
    input: Tensor,
    ord: float | None = 2.0,
    dim: Any = None,
    *,
    keepdim: bool = False,
    dtype: DType | None = None,
    mask: Mask = None,
) -> Any:
    """The ``ord``-norm of the elements that the mask keeps."""
    order = 2.0 if ord is None else float(ord)
    kept = _filled(input, mask, math.inf if order == -math.inf else 0)
    return statistics.vector_norm(kept, order, _dims(dim, input.array.ndim), bool(keepdim), dtype)


def masked_normalize(
    input: Tensor, ord: float, dim: int, *, eps: float = 1e-12, dtype: DType | None = None, mask: Mask = None
) -> Any:
    """The elements that the mask keeps divided by their norm along a dimension; zeros for the rest."""
    size = masked_norm(input, ord, dim, keepdim=True, dtype=dtype, mask=mask)
    return div(_filled(input, mask, 0), maximum(size, wrap(np.asarray(eps, size.array.dtype))))


# -- softmax and its kin -----------------------------------------------------------------------------------


def _along(name: str, fill: float) -> Callable[..., Any]:
    def apply(input: Tensor, dim: int, *, dtype: DType | None = None, mask: Mask = None) -> Any:
        """The function along a dimension over the elements that the mask keeps."""
        (at,) = _dims(dim, input.array.ndim)
        function = NAMESPACES["torch.nn.functional"][name]
        return function(_filled(input, mask, fill), at, dtype=dtype or input.dtype)

    return apply


def masked_logsumexp(
    input: Tensor, dim: Any = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Mask = None
) -> Any:
    """``log(sum(exp(x)))`` over the elements that the mask keeps."""
    kept = _filled(input, mask, _lowest(input.array.dtype))
    found = statistics.logsumexp(kept, _dims(dim, input.array.ndim), bool(keepdim))
    return cast_to(found, dtype or input.dtype)


def masked_logaddexp(
    input: Tensor,
    other: Tensor,
    *,
    dtype: DType | None = None,
    input_mask: Mask = None,
    other_mask: Mask = None,
) -> Any:
    """``log(exp(x) + exp(y))``, where a dropped element counts as ``exp(x) = 0``."""
    function = NAMESPACES["torch"]["logaddexp"]
    found = function(_filled(input, input_mask, -math.inf), _filled(other, other_mask, -math.inf))
    return cast_to(found, dtype or input.dtype)


for _name, _function in {
    "sum": masked_sum, "prod": masked_prod, "cumsum": masked_cumsum, "cumprod": masked_cumprod,
    "amax": masked_amax, "amin": masked_amin, "argmax": masked_argmax, "argmin": masked_argmin,
    "median": masked_median, "mean": masked_mean, "var": masked_var, "std": masked_std, "norm": masked_norm,
    "normalize": masked_normalize, "softmax": _along("softmax", -math.inf),
    "log_softmax": _along("log_softmax", -math.inf), "softmin": _along("softmin", math.inf),
    "logsumexp": masked_logsumexp, "logaddexp": masked_logaddexp,
}.items():  # fmt: skip
    define_python(_name, _function, into="masked")
