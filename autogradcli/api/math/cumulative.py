"""Running reductions and what is built on them: ``cumsum``, ``cummax``, ``diff``, ``trapezoid``, ``gradient``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...engine.inplace import inplace
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.layouts import moveaxis
from ...operations.dims import distinct_dims, existing_dim, wrap_dim
from ...operations.elementwise.arithmetic import add, div, mul, sub
from ...operations.elementwise.arithmetic_variants import div_scalar, mul_scalar
from ...operations.elementwise.comparison import logical_xor
from ...operations.reduce import cumulative
from ...operations.reduce.reduction import sum_dim
from ...operations.refuse import NO_BOOLS
from ...operations.shape.copies import copy, zeros_like
from ...operations.shape.joining import cat
from ...operations.shape.slicing import select, slice_
from ...operations.shape.view import view
from ..calls.overloads import define
from ..calls.return_types import ReturnType, return_type

_BOTH = "torch Tensor"


def _no_dtype(operation: Callable[..., Any]) -> Any:
    return ("(Tensor input, int dim, *, ScalarType? dtype=None, Tensor out=None)", operation)


def _in_own_dtype(name: str, operation: Any) -> None:
    """``name``, and ``name_``, which computes in the dtype of the tensor that it changes."""
    define(name, _no_dtype(operation), into=_BOTH)

    def change(input: Tensor, dim: int, dtype: DType | None) -> Tensor:
        own = input.dtype if dtype is None else dtype
        if own is not input.dtype:
            raise RuntimeError(
                f"Bad in-place call: input tensor dtype {input.dtype.cpp_name} and output tensor dtype {own.cpp_name} "
                "should match"
            )
        return inplace(operation, input, dim, None if own.category >= dtypes.FLOATING and dtype is None else own)

    change.__doc__ = operation.__doc__
    define(name + "_", ("(Tensor input, int dim, *, ScalarType? dtype=None)", change), into="Tensor")


_in_own_dtype("cumsum", cumulative.cumsum)
_in_own_dtype("cumprod", cumulative.cumprod)
define("logcumsumexp", ("(Tensor input, int dim, *, Tensor out=None)", cumulative.logcumsumexp), into=_BOTH)

_EXTREMES = {name: return_type(name, ("values", "indices")) for name in ("cummax", "cummin")}


def _extreme(name: str, operation: Callable[..., Any]) -> Callable[[Tensor, int], ReturnType]:
    made = _EXTREMES[name]

    def apply(input: Tensor, dim: int) -> ReturnType:
        return made(operation(input, dim))

    apply.__doc__ = operation.__doc__
    return apply


for _name, _operation in (("cummax", cumulative.cummax), ("cummin", cumulative.cummin)):
    define(_name, ("(Tensor input, int dim, *, TensorList out=None)", _extreme(_name, _operation)), into=_BOTH)


# -- differences -------------------------------------------------------------------------------------------


def _diff(input: Tensor, n: int, dim: int, prepend: Tensor | None, append: Tensor | None) -> Any:
    """Differences between neighbours along a dimension, taken ``n`` times."""
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    if not input.array.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    at = wrap_dim(dim, input.array.ndim)
    if n == 0:
        return copy(zeros_like(input), input)
    parts = [t for t in (prepend, input, append) if t is not None]
    result: Any = cat(parts, at) if len(parts) > 1 else input
    difference = logical_xor if result.array.dtype.kind == "b" else sub
    for _ in range(min(n, result.array.shape[at])):
        count = result.array.shape[at]
        before = slice_(result, at, 0, max(count - 1, 0), 1)  # made first: so its gradient is added last
        result = difference(slice_(result, at, 1, count, 1), before)
    return result


define(
    "diff",
    ("(Tensor input, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None, *, Tensor out=None)", _diff),
    into=_BOTH,
)


# -- integrals ---------------------------------------------------------------------------------------------


def _halves(y: Tensor, at: int) -> tuple[Any, Any]:
    count = y.array.shape[at]
    return slice_(y, at, 0, count - 1, 1), slice_(y, at, 1, count, 1)


def _steps(name: str, y: Tensor, x: Tensor, dim: int) -> Any:
    """The distances between sample points, shaped to fit y."""
    at = wrap_dim(dim, y.array.ndim)
    points = x
    if x.array.ndim == 1:
        if x.array.shape[0] != y.array.shape[at]:
            raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
        shape = [1] * y.array.ndim
        shape[at] = x.array.shape[0]
        points = view(x, tuple(shape))
    elif x.array.ndim < y.array.ndim:
        points = view(x, (1,) * (y.array.ndim - x.array.ndim) + x.array.shape)
    left, right = _halves(points, at)
    return sub(right, left)


def _trapezoid_at(y: Tensor, x: Tensor, dim: int) -> Any:
    """Integral of samples at the points ``x`` along a dimension, by the trapezoidal rule."""
    _check_samples("trapezoid", y, x)
    at = existing_dim(dim, y.array.ndim)
    if not y.array.shape[at]:
        return wrap(np.zeros(tuple(n for k, n in enumerate(y.array.shape) if k != at), y.array.dtype))
    steps = _steps("trapezoid", y, x, dim)
    left, right = _halves(y, at)
    return div_scalar(sum_dim(mul(add(left, right), steps), (at,)), 2.0)


def _check_samples(name: str, y: Tensor, x: Tensor | None = None) -> None:
    if x is not None and "b" in (y.array.dtype.kind, x.array.dtype.kind):
        raise NO_BOOLS.value(f"{name}: received a bool input for `x` or `y`, but bool is not supported")
    if y.array.dtype.kind == "b":
        raise NO_BOOLS.value(f"{name}: received a bool input for `y`, but bool is not supported")


def _check_step(name: str, dx: Any) -> None:
    if type(dx) is complex:
        raise RuntimeError(f"{name}: Currently, we only support dx as a real number.")


def _trapezoid(y: Tensor, dx: Any, dim: int) -> Any:
    """Integral of samples ``dx`` apart along a dimension, by the trapezoidal rule."""
    _check_step("trapezoid", dx)
    _check_samples("trapezoid", y)
    at = existing_dim(dim, y.array.ndim)
    if not y.array.shape[at]:
        return wrap(np.zeros(tuple(n for k, n in enumerate(y.array.shape) if k != at), y.array.dtype))
    ends = mul_scalar(add(select(y, at, 0), select(y, at, -1)), 0.5)
    return mul_scalar(sub(sum_dim(y, (at,)), ends), dx)


def _cumulative_at(y: Tensor, x: Tensor, dim: int) -> Any:
    """Running integral of samples at the points ``x`` along a dimension."""
    _check_samples("cumulative_trapezoid", y, x)
    at = wrap_dim(dim, y.array.ndim)
    steps = _steps("cumulative_trapezoid", y, x, dim)
    left, right = _halves(y, at)
    return div_scalar(cumulative.cumsum(mul(steps, add(right, left)), at), 2.0)


def _cumulative(y: Tensor, dx: Any, dim: int) -> Any:
    """Running integral of samples ``dx`` apart along a dimension."""
    _check_step("cumulative_trapezoid", dx)
    _check_samples("cumulative_trapezoid", y)
    at = wrap_dim(dim, y.array.ndim)
    left, right = _halves(y, at)
    return cumulative.cumsum(mul_scalar(add(right, left), dx / 2.0), at)


define(
    "trapezoid",
    ("(Tensor y, Tensor x, *, int dim=-1)", _trapezoid_at),
    ("(Tensor y, *, Scalar dx=1, int dim=-1)", _trapezoid),
)
define(
    "trapz",
    ("(Tensor y, *, float dx=1, int dim=-1)", _trapezoid),
    ("(Tensor y, Tensor x, *, int dim=-1)", _trapezoid_at),
)
define(
    "cumulative_trapezoid",
    ("(Tensor y, Tensor x, *, int dim=-1)", _cumulative_at),
    ("(Tensor y, *, Scalar dx=1, int dim=-1)", _cumulative),
)


# -- numerical derivatives ---------------------------------------------------------------------------------


def _along(input: Tensor, at: int, spacing: Any, edge_order: int) -> Any:
    """Central differences inside, one-sided ones of ``edge_order`` at the ends."""
    count = input.array.shape[at]

    def part(start: int, end: int) -> Any:
        return slice_(input, at, start, end, 1)

    if not isinstance(spacing, Tensor):
        step = float(spacing) if not isinstance(spacing, complex) else spacing
        if edge_order == 1:
            first = div_scalar(sub(part(1, 2), part(0, 1)), step)
            last = div_scalar(sub(part(count - 1, count), part(count - 2, count - 1)), step)
        else:
            first = div_scalar(_weighted([part(0, 1), part(1, 2), part(2, 3)], (-1.5, 2.0, -0.5)), step)
            last = div_scalar(
                _weighted(
                    [part(count - 3, count - 2), part(count - 2, count - 1), part(count - 1, count)], (0.5, -2.0, 1.5)
                ),
                step,
            )
        inside = div_scalar(sub(part(2, count), part(0, count - 2)), 2 * step)
        return cat([first, inside, last], at)
    return _uneven(part, input, at, spacing, edge_order)


def _weighted(parts: Sequence[Any], weights: Sequence[float]) -> Any:
    total = mul_scalar(parts[0], weights[0])
    for x, w in zip(parts[1:], weights[1:]):
        total = add(total, mul_scalar(x, w))
    return total


def _uneven(part: Callable[[int, int], Any], input: Tensor, at: int, points: Tensor, edge_order: int) -> Any:
    """For sample points that are not evenly spaced: weights from the parabola through three neighbours."""
    count = input.array.shape[at]
    shape = [1] * input.array.ndim
    shape[at] = -1
    kind = input.array.dtype if input.array.dtype.kind in "fc" else dtypes.default.np
    if points.array.dtype.kind == "c":
        kind = np.result_type(kind, points.array.dtype)
    h = np.diff(points.array).astype(kind).reshape(shape)
    steps = moveaxis(h, at, 0)

    def weight(values: np.ndarray) -> Tensor:
        return wrap(np.asarray(moveaxis(values, 0, at)))

    a, b = steps[:-1], steps[1:]
    inside = add(
        add(
            mul(part(0, count - 2), weight(-b / (a * (a + b)))),
            mul(part(1, count - 1), weight((b - a) / (a * b))),
        ),
        mul(part(2, count), weight(a / (b * (a + b)))),
    )
    if edge_order == 1:
        first = div(sub(part(1, 2), part(0, 1)), weight(steps[:1]))
        last = div(sub(part(count - 1, count), part(count - 2, count - 1)), weight(steps[-1:]))
    else:
        a, b = steps[:1], steps[1:2]
        first = _three(
            part, 0, weight(-(2 * a + b) / (a * (a + b))), weight((a + b) / (a * b)), weight(-a / (b * (a + b)))
        )
        a, b = steps[-2:-1], steps[-1:]
        last = _three(
            part, count - 3, weight(b / (a * (a + b))), weight(-(a + b) / (a * b)), weight((2 * b + a) / (b * (a + b)))
        )
    return cat([first, inside, last], at)


def _three(part: Callable[[int, int], Any], start: int, *weights: Tensor) -> Any:
    terms = [mul(part(start + k, start + k + 1), w) for k, w in enumerate(weights)]
    return add(add(terms[0], terms[1]), terms[2])


def _gradient(input: Tensor, spacing: Any, dim: Any, edge_order: int) -> tuple[Any, ...]:
    """Numerical derivatives along dimensions, of second order of accuracy inside."""
    ndim = input.array.ndim
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    dims = range(ndim) if dim is None else (dim,) if isinstance(dim, int) else dim
    if isinstance(spacing, (tuple, list)):
        if len(spacing) != len(dims):
            if dim is None:
                raise RuntimeError(
                    "torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to "
                    f"'self.dim() = {ndim}', since dim argument was not given, but got a list of length {len(spacing)}"
                )
            raise RuntimeError(
                "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have "
                f"the same length, but got a spacing argument of length {len(spacing)} and a dim argument of length "
                f"{len(dims)}."
            )
        steps = list(spacing)
    else:
        steps = [1.0 if spacing is None else spacing] * len(dims)
    wrapped = distinct_dims(dims, ndim)
    if any(input.array.shape[at] < edge_order + 1 for at in wrapped):
        raise RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1")
    return tuple(_along(input, at, step, edge_order) for at, step in zip(wrapped, steps))


def _by_dims(input: Tensor, dim: tuple[int, ...], edge_order: int) -> tuple[Any, ...]:
    return _gradient(input, None, dim, edge_order)


define(
    "gradient",
    ("(Tensor input, *, IntList dim, int edge_order=1)", _by_dims),
    ("(Tensor input, *, Scalar spacing, IntList dim, int edge_order=1)", _gradient),
    ("(Tensor input, *, Scalar? spacing=None, int? dim=None, int edge_order=1)", _gradient),
    ("(Tensor input, *, ScalarList spacing, int? dim=None, int edge_order=1)", _gradient),
    ("(Tensor input, *, ScalarList spacing, IntList dim, int edge_order=1)", _gradient),
    ("(Tensor input, *, TensorList spacing, int? dim=None, int edge_order=1)", _gradient),
    ("(Tensor input, *, TensorList spacing, IntList dim, int edge_order=1)", _gradient),
)
