"""``torch.masked``: reductions and normalisations that leave out the elements where a mask is False.

Each fills those elements with what its operation ignores, and then is the ordinary function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.limits import shown
from ...operations.dims import wrap_dim
from ...operations.elementwise.selection import where
from ...operations.refuse import is_storage
from ...operations.shape.copies import cast
from ...operations.shape.view import expand
from ..calls.python_function import define_python
from ..calls.registry import namespace
from ..calls.written_signature import signed

_torch = namespace("torch")
INF = float("inf")


def _dims(dim: Any, ndim: int) -> tuple[int, ...]:
    if dim is None or (isinstance(dim, tuple) and not dim):
        return tuple(range(ndim))
    found: list[int] = []
    if isinstance(dim, Tensor):
        if not dim.array.ndim:
            raise TypeError("iteration over a 0-d tensor")
        dim = dim.array[: ndim + 1].tolist()  # one of more is there twice
    for d in (dim,) if isinstance(dim, int) else dim:
        if isinstance(d, str):
            raise TypeError("'>=' not supported between instances of 'str' and 'int'")
        if d in found:
            raise RuntimeError(f"dim={shown(d)} appears multiple times in the list of dims")
        found.append(wrap_dim(d, ndim))
    return tuple(sorted(found))


def _fitted(input: Tensor, mask: Tensor) -> Any:
    """The mask in the input's shape. Of another dtype it is True where it is not 0."""
    if mask.array.dtype.kind != "b":
        mask = _torch["ne"](mask, 0)
    if mask.array.shape == input.array.shape:
        return mask
    if mask.array.ndim > input.array.ndim:
        raise IndexError("_input_mask expected broadcastable mask (got mask dimensionality higher than of the input)")
    return expand(mask, input.array.shape)


def _filled(input: Tensor, mask: Tensor | None, value: float) -> Any:
    """The input with ``value`` where the mask is False; infinities are the ends of an integer's range."""
    if mask is None:
        return input
    kind = input.array.dtype
    fill: Any = value
    if kind.kind in "iu" and value in (INF, -INF):
        fill = np.iinfo(kind).max if value > 0 else np.iinfo(kind).min
    return where(_fitted(input, mask), input, wrap(np.asarray(fill, dtype=kind)))


def _integers_wide(input: Tensor, dtype: DType | None) -> DType:
    if dtype is not None:
        return dtype
    own = dtypes.of(input.array)
    return dtypes.int64 if own.category < dtypes.FLOATING and not is_storage(input.array) else own


def _to(x: Any, dtype: DType | None, input: Tensor) -> Any:
    want = dtypes.of(input.array) if dtype is None else dtype
    return x if dtypes.of(x.array) is want else cast(x, want)


# -- reductions -------------------------------------------------------------------------------------------


#: The parameters that most have, after their own.
_MASKED = "dtype: DType | None = None, mask: Tensor | None = None"
_KEPT = f"keepdim: bool | None = False, {_MASKED}"


def _declare(name: str, signature: str, call: Callable[..., Any], doc: str = "") -> None:
    """Declare ``torch.masked.<name>``: ``call`` gets a value for each parameter."""
    define_python(name, signed(name, signature, call=call, doc=doc or call.__doc__ or ""), into="masked")


def _sum(input: Tensor, dim: Any, keepdim: Any, dtype: DType | None = None, mask: Tensor | None = None) -> Any:
    """Sum of the elements that the mask leaves."""
    wanted = _integers_wide(input, dtype)
    return _torch["sum"](_filled(input, mask, 0), _dims(dim, input.array.ndim), bool(keepdim), dtype=wanted)


def _prod(input: Tensor, dim: Any, keepdim: bool, dtype: DType | None, mask: Tensor | None) -> Any:
    """Product of the elements that the mask leaves."""
    result = _filled(input, mask, 1)
    wanted = dtypes.int64 if dtype is None and is_storage(input.array) else _integers_wide(input, dtype)
    for d in reversed(_dims(dim, input.array.ndim)):
        result = _torch["prod"](result, d, bool(keepdim))
    return _to(result, wanted, input)


def _running(name: str, fill: float) -> None:
    def compute(input: Tensor, dim: int, dtype: DType | None, mask: Tensor | None) -> Any:
        at = _dims(dim, input.array.ndim)[0]
        return _torch[name](_filled(input, mask, fill), at, dtype=dtypes.of(input.array) if dtype is None else dtype)

    _declare(
        name, f"input: Tensor, dim: Any, *, {_MASKED}", compute, f"``{name}`` over the elements that the mask leaves."
    )


def _extreme(name: str, fill: float) -> None:
    def compute(input: Tensor, dim: Any, keepdim: Any, dtype: DType | None, mask: Tensor | None) -> Any:
        return _to(_torch[name](_filled(input, mask, fill), _dims(dim, input.array.ndim), bool(keepdim)), dtype, input)

    _declare(
        name,
        f"input: Tensor, dim: Any = None, *, {_KEPT}",
        compute,
        f"``{name}`` of the elements that the mask leaves.",
    )


def _place(name: str, fill: float) -> None:
    def compute(input: Tensor, dim: int | None, keepdim: Any, dtype: DType | None, mask: Tensor | None) -> Any:
        return _to(_torch[name](_filled(input, mask, fill), dim, bool(keepdim)), dtype, input)

    doc = f"``{name}`` among the elements that the mask leaves, in the dtype of the input."
    _declare(name, f"input: Tensor, dim: int | None = None, *, {_KEPT}", compute, doc)


def _count(input: Tensor, dim: Any, keepdim: bool, mask: Tensor | None) -> Any:
    ones = wrap(np.ones(input.array.shape, np.int64))
    return _sum(ones, dim, keepdim, mask=None if mask is None else _fitted(input, mask))


def _mean(input: Tensor, dim: Any, keepdim: bool, dtype: DType | None, mask: Tensor | None) -> Any:
    """Mean of the elements that the mask leaves."""
    wanted = dtypes.of(input.array) if dtype is None else dtype
    if wanted.category < dtypes.FLOATING:
        which = "Input" if dtype is None else "Optional"
        raise ValueError(
            f"mean(): Could not infer output dtype. {which} dtype must be either a floating point or complex dtype. "
            f"Got: {wanted}"
        )
    total = _sum(input, dim, keepdim, dtype or dtypes.of(input.array), mask)
    return _torch["div"](total, _count(input, dim, keepdim, mask))


def _median(input: Tensor, dim: int, keepdim: bool, dtype: DType | None, mask: Tensor | None) -> Any:
    """Median of the elements that the mask leaves."""
    at = _dims(dim, input.array.ndim)[0]
    floats = input.array.dtype.kind == "f"
    x = input if floats else _to(input, dtypes.float32, input)
    found = _torch["nanmedian"](_filled(x, mask, float("nan")), at, keepdim)[0]
    if floats:
        return found
    if np.isnan(found.array).any():
        raise ValueError("masked median expects no fully masked out rows if dtype is not floating point")
    return _to(found, dtype, input)


def _logsumexp(input: Tensor, dim: Any, keepdim: bool, dtype: DType | None, mask: Tensor | None) -> Any:
    """Logarithm of the sum of the exponentials of the elements that the mask leaves."""
    found = _torch["logsumexp"](_filled(input, mask, -INF), _dims(dim, input.array.ndim), keepdim)
    return _to(found, dtype, input)


def _norm(input: Tensor, ord: float | None, dim: Any, keepdim: Any, dtype: DType | None, mask: Tensor | None) -> Any:
    """The p-norm of the elements that the mask leaves."""
    power = 2.0 if ord is None else float(ord)
    filled = _filled(input, mask, INF if power == -INF else 0)
    vector_norm = namespace("torch.linalg")["vector_norm"]
    return vector_norm(filled, power, _dims(dim, input.array.ndim), bool(keepdim), dtype=dtype)


def _spread(
    input: Tensor, dim: Any, correction: float, root: bool, keepdim: bool, dtype: DType | None, mask: Tensor | None
) -> Any:
    wanted = dtype or dtypes.of(input.array)
    if wanted.category < dtypes.FLOATING:
        wanted = dtypes.float32
    count = _count(input, dim, True, mask)
    total = _sum(input, dim, True, wanted, mask)
    x = _torch["sub"](input, _torch["div"](total, count))
    kept = None if mask is None else _fitted(input, mask)
    square = _torch["mul"](x, _torch["conj"](x) if x.array.dtype.kind == "c" else x)
    total = _sum(square, dim, keepdim, wanted, kept)
    divisor = count.array if keepdim else count.array.reshape(total.array.shape)
    if correction:
        divisor = np.maximum(divisor.astype(wanted.np) - wanted.np.type(correction), 0)
    found = _to(_torch["div"](total, wrap(np.asarray(divisor))), wanted, input)
    return _torch["sqrt"](found) if root else found


def _spreads(name: str, root: bool) -> None:
    def compute(
        input: Tensor, dim: Any, unbiased: Any, correction: Any, keepdim: Any, dtype: DType | None, mask: Tensor | None
    ) -> Any:
        if unbiased is not None and correction is not None:
            raise AssertionError("Only one of unbiased and correction may be given")
        less = 1.0 if correction is None else float(correction)
        if unbiased is not None:
            less = float(unbiased)
        return _spread(input, dim, less, root, bool(keepdim), dtype, mask)

    own = "input: Tensor, dim: Any = None, unbiased: bool | None = None, *, correction: float | None = None"
    doc = f"{'Standard deviation' if root else 'Variance'} of the elements that the mask leaves."
    _declare(name, f"{own}, {_KEPT}", compute, doc)


# -- normalisation ----------------------------------------------------------------------------------------


def _soft(name: str, fill: float) -> None:
    def compute(input: Tensor, dim: int, dtype: DType | None, mask: Tensor | None) -> Any:
        function = namespace("torch.nn.functional")[name]
        return function(_filled(input, mask, fill), _dims(dim, input.array.ndim)[0], dtype=dtype)

    _declare(
        name, f"input: Tensor, dim: Any, *, {_MASKED}", compute, f"``{name}`` over the elements that the mask leaves."
    )


def _normalize(input: Tensor, ord: float, dim: int, eps: float, dtype: DType | None, mask: Tensor | None) -> Any:
    """Divided by the p-norm of the elements that the mask leaves, which counts as at least ``eps``."""
    size = _norm(input, ord, dim, True, dtype, mask)
    least = wrap(np.asarray(eps, dtype=size.array.dtype))
    return _torch["div"](_filled(input, mask, 0), _torch["maximum"](size, least))


def _logaddexp(
    input: Tensor, other: Tensor, dtype: DType | None, input_mask: Tensor | None, other_mask: Tensor | None
) -> Any:
    """``log(exp(input) + exp(other))``, each with a mask of its own."""
    found = _torch["logaddexp"](_filled(input, input_mask, -INF), _filled(other, other_mask, -INF))
    return _to(found, dtype, input)


_OVER = "input: Tensor, dim: Any = None, *"
_ONE_MASK_EACH = "dtype: DType | None = None, input_mask: Tensor | None = None, other_mask: Tensor | None = None"

for _name, _signature, _call in (
    ("sum", f"{_OVER}, {_KEPT}", _sum),
    ("prod", f"{_OVER}, {_KEPT}", _prod),
    ("mean", f"{_OVER}, {_KEPT}", _mean),
    ("logsumexp", f"{_OVER}, keepdim: bool = False, {_MASKED}", _logsumexp),
    ("median", f"input: Tensor, dim: Any = -1, *, keepdim: bool = False, {_MASKED}", _median),
    ("norm", f"input: Tensor, ord: float | None = 2.0, dim: Any = None, *, {_KEPT}", _norm),
    ("normalize", f"input: Tensor, ord: float, dim: Any, *, eps: float = 1e-12, {_MASKED}", _normalize),
    ("logaddexp", f"input: Tensor, other: Tensor, *, {_ONE_MASK_EACH}", _logaddexp),
):
    _declare(_name, _signature, _call)
for _name, _fill in (("cumsum", 0), ("cumprod", 1)):
    _running(_name, _fill)
for _name, _end in (("amax", -INF), ("amin", INF)):
    _extreme(_name, _end)
for _name, _end in (("argmax", -INF), ("argmin", INF)):
    _place(_name, _end)
for _name, _end in (("softmax", -INF), ("log_softmax", -INF), ("softmin", INF)):
    _soft(_name, _end)
_spreads("var", False)
_spreads("std", True)
