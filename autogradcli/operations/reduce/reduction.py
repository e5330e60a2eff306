"""Sums, means, products: reductions whose every element counts. Others are in ``statistics.py`` and ``norms.py``.

A dimension list of None or () means all dimensions. Sums of integers are int64, as PyTorch's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ...numerics import dtypes
from ...numerics.blocks import LARGE
from ...numerics.dtypes import DType
from ...numerics.repeated import repeated
from ...numerics.summation import sum_of_block, sum_of_sums
from ..dims import (
    Dims,
    Shape,
    add_reduce,
    all_reduce,
    any_reduce,
    axis_of,
    kept_shape,
    multiply_reduce,
    numel,
    reduced_count,
    reduced_letters,
    wrap_dim,
    wrap_dims,
    xor_reduce,
)
from ..refuse import check_usual

_LINEAR: dict[str, Any] = {"kind": "linear", "complex": "own"}


def _in_order(result: Any) -> Any:
    """The result of a reduction, whose elements lie in order whatever the operand's do."""
    return result if result.ndim < 2 or result.flags.c_contiguous else np.ascontiguousarray(result)


def cast_first(input: Array, dtype: DType | None, kernel: str = "sum_cpu") -> Array:
    """The operand of a reduction that was given a dtype, by a kernel that doesn't compute in each."""
    if dtype is None:
        return input
    if input.size:
        check_usual(kernel, np.empty(0, dtype.np))
    if input.dtype is dtype.np:
        return input
    return (input.real if input.dtype.kind == "c" and dtype.np.kind != "c" else input).astype(dtype.np)


def unreduced(F: Any, g: Any, shape: Shape, dim: Dims, keepdim: bool) -> Any:
    """In a rule: the gradient of a reduction with its dimensions put back, each of size 1. That of a reduction to one
    element stays as it is: it broadcasts."""
    if keepdim or not shape or dim is None:
        return g
    if dim.__class__ is int:
        return F.unsqueeze(g, wrap_dim(dim, len(shape)))
    for d in sorted(wrap_dims(dim, len(shape))) if dim != () else ():
        g = F.unsqueeze(g, d)
    return g


def _sum_back(F: Any, g: Any, shape: Shape, dim: Dims, keepdim: bool) -> Any:
    return F.expand(unreduced(F, g, shape, dim, keepdim), shape)


# -- sums --------------------------------------------------------------------------------------------------


@operation(
    takes=("all", "sum_cpu"),
    in_dtype=True,
    indices=lambda input, **_: reduced_letters(input.ndim, None),
    node="SumBackward0",
    spelling="sum",
    input=lambda F, g, input_shape: F.expand(g, input_shape),
    jvp=lambda F, t, dtype: F.sum_all(t["input"], dtype),
    examples=lambda r: [(r(2, 3),), (r(),)],
    complex="own",
    rows="as: sum_dim",
    parts=(sum_of_block, lambda sums, size: sum_of_sums(sums)),
)
def sum_all(input: Array, dtype: DType | None = None) -> Array:
    """Sum of all elements."""
    if dtype is not None:
        input = cast_first(input, dtype)
    if input.dtype.kind in "iub":
        return add_reduce(input, None, np.int64 if dtype is None else dtype.np)
    return add_reduce(input, None)


@operation(
    takes=("all", "sum_cpu"),
    in_dtype=True,
    indices=lambda input, dim, keepdim, **_: reduced_letters(input.ndim, dim, keepdim),
    node="SumBackward1",
    spelling="sum",
    input=lambda F, g, input_shape, dim, keepdim: _sum_back(F, g, input_shape, dim, keepdim),
    jvp=lambda F, t, dim, keepdim, dtype: F.sum_dim(t["input"], dim, keepdim, dtype),
    examples=lambda r: [(r(2, 3), 0), (r(2, 3, 2), (0, -1), True), (r(2, 3), ()), (r(), 0)],
    complex="own",
    dims="dim",
)
def sum_dim(input: Array, dim: Dims, keepdim: bool = False, dtype: DType | None = None) -> Array:
    """Sum over some dimensions."""
    if dtype is not None:
        input = cast_first(input, dtype)
    out = None
    if input.dtype.kind in "iub":
        out = np.int64 if dtype is None else dtype.np
    return _in_order(add_reduce(input, axis_of(dim, input.ndim), out, None, keepdim))


@operation(
    in_dtype=True,
    dims="dim",
    input=lambda F, g, input, dim, keepdim: F.mul(
        _sum_back(F, g, tuple(input.shape), dim, keepdim), F.logical_not(F.isnan(input))
    ),
    examples=lambda r: [(r(2, 3), None), (r(2, 3), 1, True)],
)
def nansum(input: Array, dim: Dims = None, keepdim: bool = False, dtype: DType | None = None) -> Array:
    """Sum over some dimensions of what is a number; NaN counts as 0."""
    if input.dtype.kind == "c":
        raise RuntimeError("nansum on CPU does not support complex inputs")
    input = cast_first(input, dtype)
    if input.dtype.kind == "f":
        input = np.where(np.isnan(input), input.dtype.type(0), input)
    return sum_dim.op.kernel(input, dim, keepdim, dtype)


# -- means -------------------------------------------------------------------------------------------------


def averaged_back(F: Any, g: Any, shape: Shape, dim: Dims, keepdim: bool) -> Any:
    """In a rule: the gradient of a mean. Of a large array one of each is divided."""
    count = reduced_count(shape, dim)
    if g.__class__ is np.ndarray and numel(shape) >= LARGE:
        return repeated(F.div_scalar(unreduced(F, g, shape, dim, keepdim), count), shape)
    return F.div_scalar(_sum_back(F, g, shape, dim, keepdim), count)


def _averaged(input: Array, dtype: DType | None) -> Array:
    if dtype is not None:
        input = cast_first(input, dtype)
    if input.dtype.kind in "iub":
        which = "Optional" if dtype is not None else "Input"
        raise RuntimeError(
            f"mean(): could not infer output dtype. {which} dtype must be either a floating point or complex dtype. "
            f"Got: {dtypes.of(input).type_name}"
        )
    return input


@operation(
    takes=("all", "sum_cpu"),
    in_dtype=True,
    formula=lambda F, input, dtype: None if dtype else F.div_scalar(F.sum_all(input), numel(input.shape)),
    node="MeanBackward0",
    spelling="mean",
    input=lambda F, g, input_shape: averaged_back(F, g, input_shape, None, False),
    jvp=lambda F, t, dtype: F.mean_all(t["input"], dtype),
    examples=lambda r: [(r(2, 3),), (r(),)],
    complex="own",
    rows="as: mean_dim",
    parts=(sum_of_block, lambda sums, size: np.true_divide(sum_of_sums(sums), size)),
)
def mean_all(input: Array, dtype: DType | None = None) -> Array:
    """Mean of all elements."""
    input = _averaged(input, dtype)
    return np.true_divide(add_reduce(input, None), input.size)


@operation(
    takes=("all", "sum_cpu"),
    in_dtype=True,
    formula=lambda F, input, dim, keepdim, dtype: (
        None if dtype else F.div_scalar(F.sum_dim(input, dim, keepdim), reduced_count(tuple(input.shape), dim))
    ),
    node="MeanBackward1",
    spelling="mean",
    input=lambda F, g, input_shape, dim, keepdim: averaged_back(F, g, input_shape, dim, keepdim),
    jvp=lambda F, t, dim, keepdim, dtype: F.mean_dim(t["input"], dim, keepdim, dtype),
    examples=lambda r: [(r(2, 3), 0), (r(2, 3, 2), (0, -1), True)],
    complex="own",
    dims="dim",
)
def mean_dim(input: Array, dim: Dims, keepdim: bool = False, dtype: DType | None = None) -> Array:
    """Mean over some dimensions."""
    input = _averaged(input, dtype)
    count = reduced_count(input.shape, dim)
    return _in_order(np.true_divide(add_reduce(input, axis_of(dim, input.ndim), None, None, keepdim), count))


# -- products ----------------------------------------------------------------------------------------------


def others(F: Any, x: Any, dim: int) -> Any:
    """In a rule: for each element the product of all others along a dimension, zeros among them or not.

    The product of what comes before times that of what comes after, so nothing is divided.
    """
    before = F.shifted(F.cumprod(x, dim), dim, 1, 1.0)
    after = F.flip(F.shifted(F.cumprod(F.flip(x, (dim,)), dim), dim, 1, 1.0), (dim,))
    return before * after


@operation(rows="same", half="moved")
def ones_like(input: Array) -> Array:
    """Ones of the shape and dtype of ``input``."""
    return np.ones(input.shape, input.dtype)


def _prod_all_back(F: Any, g: Any, input: Any, result: Any) -> Any:
    shape = tuple(input.shape)
    if not shape:
        return F.clone(g)
    if input.__class__ is np.ndarray and input.size > _MANY and _divides(result, input):
        return g * result / input
    return F.readable(
        lambda: g * (result / input),
        lambda: F.reshape(g * others(F, F.reshape(input, (numel(shape),)), 0), shape),
        input,
        result,
    )


@operation(
    takes=("all", "prod_out_cpu"),
    in_dtype=True,
    rows="flat: prod_dim",
    node="ProdBackward0",
    spelling="prod",
    input=lambda F, g, input, result: _prod_all_back(F, g, input, result),
    examples=lambda r: [(r(2, 3),), (r(),), (r(3) * 0,)],
)
def prod_all(input: Array, dtype: DType | None = None) -> Array:
    """Product of all elements."""
    return prod_dim.op.kernel(input, None, False, dtype)


def _prod_back(F: Any, g: Any, input: Any, result: Any, dim: int, keepdim: bool) -> Any:
    shape = tuple(input.shape)
    if not shape:
        return F.clone(g)
    g = unreduced(F, g, shape, dim, keepdim)
    if input.__class__ is np.ndarray and input.size > _MANY and _divides(result, input):
        return g * (unreduced(F, result, shape, dim, keepdim) / input)
    return F.readable(
        lambda: g * (unreduced(F, result, shape, dim, keepdim) / input),
        lambda: g * others(F, input, dim),
        input,
        result,
    )


#: Elements of which nobody reads the last digits: products of all others are then quotients, in a fifth of the time.
_MANY = 1 << 12


def _divides(products: Array, factors: Array) -> bool:
    """Whether no factor is zero: then each can be taken out of its product again. (Where a product is infinite or has
    come to zero, PyTorch's quotients are what they are, too.)"""
    if products.dtype.kind != "f":
        return False
    return bool((np.abs(products) > 0).all() or factors.all())


@operation(
    takes=("all", "prod_out_cpu"),
    layout="contiguous",
    in_dtype=True,
    node="ProdBackward1",
    spelling="prod",
    input=lambda F, g, input, result, dim, keepdim: _prod_back(F, g, input, result, dim, keepdim),
    examples=lambda r: [(r(2, 3), 0), (r(2, 3), -1, True)],
    dims="dim",
)
def prod_dim(input: Array, dim: int | None, keepdim: bool = False, dtype: DType | None = None) -> Array:
    """Product over a dimension."""
    input = cast_first(input, dtype, "prod_out_cpu")
    out = None
    if input.dtype.kind in "iub":
        out = np.int64 if dtype is None else dtype.np
    last = dim is None or wrap_dim(dim, input.ndim) == input.ndim - 1
    if last and out is None and input.size >= LARGE and input.dtype.kind == "f" and input.flags.c_contiguous:
        lead = input.shape[:-1] if dim is not None else ()
        found = _products_of_rows(input.reshape((-1, input.shape[-1]) if dim is not None else (1, -1)))
        return found.reshape(lead if not keepdim else kept_shape(input.shape, dim))
    return multiply_reduce(input, axis_of(dim, input.ndim), out, None, keepdim)


def _products_of_rows(x: Array) -> Array:
    """Row by row each factor waits for the one before it, so long rows are folded until they are short."""
    while x.shape[1] > _FOLDED:
        half = x.shape[1] >> 1
        folded = x[:, :half] * x[:, half : 2 * half]
        if x.shape[1] & 1:
            folded[:, 0] *= x[:, -1]
        x = folded
    return multiply_reduce(x, 1)


#: Factors of a row that are no more folded.
_FOLDED = 16


@operation(dims="dim", takes=("bool integer floating", "xor_sum_cpu"))
def hash_tensor(input: Array, dim: Dims = None, keepdim: bool = False) -> Array:
    """The bits of the elements over some dimensions, each as 64 of them, in exclusive disjunction: uint64."""
    kind = input.dtype.kind
    wide: Any = input.astype(np.float64 if kind not in "iub" else np.uint64 if input.dtype == np.uint64 else np.int64)
    bits = np.ascontiguousarray(wide).view(np.uint64).reshape(input.shape)
    return xor_reduce(bits, axis_of(dim, input.ndim), None, None, keepdim)


# -- truth -------------------------------------------------------------------------------------------------


@operation(
    layout="contiguous",
    dims="dim",
    rows=lambda input, dim, keepdim: "same" if dim == () else "dims",
    spelling="all",
    half="moved",
)
def all_(input: Array, dim: Dims = None, keepdim: bool = False) -> Array:
    """Whether all elements over some dimensions are nonzero; of uint8, as uint8. ``()`` is no dimension at all."""
    found = input != 0 if dim == () else all_reduce(input, axis_of(dim, input.ndim), None, None, keepdim)
    return found.astype(np.uint8) if input.dtype == np.uint8 else found


@operation(
    layout="contiguous",
    dims="dim",
    rows=lambda input, dim, keepdim: "same" if dim == () else "dims",
    spelling="any",
    half="moved",
)
def any_(input: Array, dim: Dims = None, keepdim: bool = False) -> Array:
    """Whether any element over some dimensions is nonzero; of uint8, as uint8. ``()`` is no dimension at all."""
    found = input != 0 if dim == () else any_reduce(input, axis_of(dim, input.ndim), None, None, keepdim)
    return found.astype(np.uint8) if input.dtype == np.uint8 else found


@operation(layout="contiguous", dims="dim", takes=("all", "nonzero_count_cpu"))
def count_nonzero(input: Array, dim: Dims = None) -> Array:
    """How many elements over some dimensions are nonzero."""
    if dim is None:
        check_usual("nonzero_count_cpu", input)
    return add_reduce(input != 0, axis_of(dim, input.ndim), np.int64)
