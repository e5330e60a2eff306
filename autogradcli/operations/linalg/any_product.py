"""``matmul`` of tensors of whatever dimensions: made of ``mm``, ``mv``, ``dot`` and ``bmm``."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ..dims import broadcast_shape, numel
from ..shape.any_shape import reshape as reshaped
from ..shape.copies import clone
from ..shape.view import expand, squeeze_dim, t, transpose, unsafe_view, unsqueeze
from . import matmul as products


def matmul(input: Tensor, other: Tensor) -> Any:
    """Matrix product of two tensors.

    Vectors give their dot product; a matrix and a vector their product; tensors of more dimensions are batches of
    matrices, whose leading dimensions are broadcast.
    """
    m, n = input.array.ndim, other.array.ndim
    if m == 2 and n == 2:
        return products.mm(input, other)
    if m == 1 and n == 1:
        return products.dot(input, other)
    if m == 2 and n == 1:
        return products.mv(input, other)
    if m == 0 or n == 0:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {m}D and {n}D")
    if m == 1 and n == 2:
        return squeeze_dim.in_place(products.mm(unsqueeze(input, 0), other), 0)
    if _should_fold(input, other):
        return _folded(input, other)
    return _batched(input, other)


def _should_fold(a: Tensor, b: Tensor) -> bool:
    """Whether a product of a batch and a matrix or vector is one product of matrices, as PyTorch decides it."""
    larger = a.array.ndim >= b.array.ndim
    x, y = (a, b) if larger else (b, a)
    if x.array.ndim < 3 or y.array.ndim > 2:
        return False
    if y.requires_grad:
        return True
    if a.array.ndim == 2:
        return False
    if not x.array.size:
        return True
    array = x.array if larger else x.array.swapaxes(-1, -2)
    return all(array.strides[k] == array.strides[k + 1] * array.shape[k + 1] for k in range(array.ndim - 2))


def _folded(a: Tensor, b: Tensor) -> Any:
    larger = a.array.ndim >= b.array.ndim
    x = a if larger else transpose(b, -2, -1)
    y = b if larger else (t(a) if a.array.ndim == 2 else a)
    shape = x.array.shape
    rows = reshaped(x, (numel(shape[:-1]), shape[-1]))
    if y.array.ndim == 1:
        return unsafe_view(products.mv(rows, y), shape[:-1])
    found = unsafe_view(products.mm(rows, y), (*shape[:-1], y.array.shape[1]))
    return found if larger else clone(transpose(found, -2, -1), "C")


def _batched(a: Tensor, b: Tensor) -> Any:
    first, second = a.array.shape, b.array.shape
    if len(first) == len(second) == 3 and first[0] != second[0]:
        if first[0] == 1 and a.requires_grad:
            return matmul(squeeze_dim(a, 0), b)
        if second[0] == 1 and b.requires_grad:
            return matmul(a, squeeze_dim(b, 0))
    n = first[-2] if len(first) > 1 else 1
    vector = len(second) == 1
    batch = broadcast_shape(first[:-2], second[:-2])
    count = numel(batch)
    left = reshaped(expand(a, (*batch, n, first[-1])), (count, n, first[-1]))
    if vector:
        right = unsqueeze(reshaped(expand(b, (*batch, second[0])), (count, second[0])), 2)
        return unsafe_view(squeeze_dim(products.bmm(left, right), -1), (*batch, n) if len(first) > 1 else batch)
    right = reshaped(expand(b, (*batch, *second[-2:])), (count, *second[-2:]))
    shape = (*batch, *((n,) if len(first) > 1 else ()), second[-1])
    return unsafe_view(products.bmm(left, right), shape)
