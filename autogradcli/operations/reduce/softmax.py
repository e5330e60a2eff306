"""Softmax and its logarithm. Both save their result; a dimension of a 0-d tensor counts as one of size 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ...numerics.rows import largest, with_column
from ...numerics.summation import sums_of_rows
from ...numerics.taken import Takes
from ..elementwise import elementary


def _floating(kernel: str) -> Takes:
    """PyTorch has a kernel of its own for the last dimension."""

    def named(input: Array, dim: int) -> str:
        return (
            f"{kernel}_lastdim_kernel_impl"
            if dim in (-1, input.ndim - 1) or not input.ndim
            else f"{kernel}_kernel_impl"
        )

    return "floating", named


def _shifted(input: Array, dim: int) -> Array:
    """``input`` less its maximum, so that nothing overflows; infinite maxima make NaN as they do in PyTorch.

    Half precision comes back as float32: PyTorch works in it and rounds only the result.
    """
    if input.dtype == np.float16:
        input = input.astype(np.float32)
    return with_column(np.subtract, input, largest(input, dim))


def _total(x: Array, dim: int) -> Array:
    """Sum along a dimension, which stays."""
    if x.__class__ is np.ndarray and dim in (-1, x.ndim - 1):
        found: Array = sums_of_rows(x)
        return found
    return np.add.reduce(x, axis=dim, keepdims=True)


def _softmax(input: Array, dim: int) -> Array:
    if not input.ndim:
        return np.ones_like(input)
    if not input.size:
        return input.copy()
    e = elementary.exp(_shifted(input, dim))
    total = _total(e, dim)
    if dim in (-1, input.ndim - 1):  # PyTorch's kernel for rows, which rounds once more
        with_column(np.multiply, e, np.reciprocal(total), e)
    else:
        e /= total
    return e.astype(input.dtype, copy=False)


@operation(
    takes=_floating("softmax"),
    kernel=_softmax,
    layout="contiguous",
    input=lambda F, g, dim, result: F.softmax_backward_data(g, result, dim),
    examples=lambda r: [(r(2, 3), 0), (r(2, 3), -1), (r(4), 0)],
    dims="dim",
)
def softmax(input: Array, dim: int) -> Array:
    """Exponentials along a dimension over their sum."""


@operation(
    takes=_floating("softmax"),
    dims="dim",
    node="SafeSoftmaxBackward0",
    spelling="softmax",
    input=lambda F, g, dim, result: result * (g - F.sum_dim(g * result, (dim,), True)),
    examples=lambda r: [(r(2, 3), -1)],
)
def safe_softmax(input: Array, dim: int) -> Array:
    """Softmax that is zero where all entries are masked by minus infinity."""
    if not input.size:
        return input.copy()
    most = largest(input, dim)
    masked = most == -np.inf
    if not masked.any() and input.dtype != np.float16:
        e = elementary.exp(with_column(np.subtract, input, most))
        return with_column(np.divide, e, _total(e, dim), e)
    shifted = np.where(masked, 0, input)
    e = elementary.exp(_shifted(shifted, dim))
    e /= _total(e, dim)
    return np.where(masked, 0, e).astype(input.dtype, copy=False)


def _softmax_backward_data(grad: Array, result: Array, dim: int) -> Array:
    if not result.ndim:
        return np.zeros_like(result)
    if grad.__class__ is not np.ndarray:  # a formula
        return result * (grad - _total(grad * result, dim))
    found = with_column(np.subtract, grad, _total(grad * result, dim))
    found *= result
    return found


@operation(
    kernel=_softmax_backward_data,
    dims="dim",
    grad=lambda F, h, result, dim: F.softmax_backward_data(h, result, dim),
    result=lambda F, h, grad, result, dim: _softmax_second(F, h, grad, result, dim),
    examples=lambda r: [(r(2, 3), r(2, 3), 1)],
)
def softmax_backward_data(grad: Array, result: Array, dim: int) -> Array:
    """``result * (grad - sum(grad * result))``."""


def _softmax_second(F: Any, h: Any, grad: Any, result: Any, dim: int) -> Any:
    if not result.ndim:
        return F.zeros_like(h)
    inner = F.sum_dim(grad * result, (dim,), True)
    outer = F.sum_dim(h * result, (dim,), True)
    return h * (grad - inner) - grad * outer


def _log_softmax(input: Array, dim: int) -> Array:
    if not input.ndim:
        return np.zeros_like(input)
    if not input.size:
        return input.copy()
    x = _shifted(input, dim)
    with_column(np.subtract, x, elementary.log(_total(elementary.exp(x), dim)), x)
    return x.astype(input.dtype, copy=False)


@operation(
    takes=_floating("log_softmax"),
    kernel=_log_softmax,
    layout="contiguous",
    input=lambda F, g, dim, result: F.log_softmax_backward_data(g, result, dim),
    examples=lambda r: [(r(2, 3), 0), (r(2, 3), -1), (r(4), 0)],
    dims="dim",
)
def log_softmax(input: Array, dim: int) -> Array:
    """Logarithm of the softmax, computed without forming it."""


def _log_softmax_backward_data(grad: Array, result: Array, dim: int) -> Array:
    if not result.ndim:
        return np.zeros_like(result)
    if grad.__class__ is not np.ndarray:  # a formula
        return grad - elementary.exp(result) * _total(grad, dim)
    found = elementary.exp(result)
    with_column(np.multiply, found, _total(grad, dim), found)
    return np.subtract(grad, found, out=found)


@operation(
    kernel=_log_softmax_backward_data,
    dims="dim",
    grad=lambda F, h, grad, result, dim: _log_softmax_first(F, h, result, dim),
    result=lambda F, h, grad, result, dim: _log_softmax_second(F, h, grad, result, dim),
    examples=lambda r: [(r(2, 3), r(2, 3), 1)],
)
def log_softmax_backward_data(grad: Array, result: Array, dim: int) -> Array:
    """``grad - exp(result) * sum(grad)``."""


def _log_softmax_first(F: Any, h: Any, result: Any, dim: int) -> Any:
    return h - F.sum_dim(h * F.exp(result), (dim,), True) if result.ndim else F.zeros_like(h)


def _log_softmax_second(F: Any, h: Any, grad: Any, result: Any, dim: int) -> Any:
    return -F.sum_dim(grad, (dim,), True) * F.exp(result) * h if result.ndim else F.zeros_like(h)
