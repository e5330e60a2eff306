"""Tensors joined to one: ``cat``, ``stack``, ``block_diag``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ..dims import Shape, wrap_dim


def _is_skipped(shape: Shape) -> bool:
    """One-dimensional empty tensors join anything: a relic that PyTorch keeps."""
    return len(shape) == 1 and shape[0] == 0


def _cat_back(F: Any, g: Any, shapes: Sequence[Shape], dim: int) -> list[Any]:
    at = wrap_dim(dim, len(g.shape))
    out, start = [], 0
    for shape in shapes:
        if _is_skipped(shape):
            out.append(F.new_zeros(g, shape))
            continue
        end = start + shape[at]
        out.append(F.slice_(g, at, start, end, 1))
        start = end
    return out


@operation(
    half="moved",
    layout="channels",
    promote="promote",
    broadcast=False,
    kind="linear",
    complex="own",
    tensors=lambda F, g, tensors_shape, dim: _cat_back(F, g, tensors_shape, dim),
    examples=lambda r: [([r(2, 3), r(1, 3)], 0), ([r(2, 3), r(2, 1), r(2, 2)], -1)],
    rows="joined",
    dims="dim",
)
def cat(tensors: list[Array], dim: int = 0) -> Array:
    """Tensors one after another along a dimension."""
    for k, x in enumerate(tensors):
        if not x.ndim:
            raise RuntimeError(f"zero-dimensional tensor (at position {k}) cannot be concatenated")
    kept = [x for x in tensors if not _is_skipped(x.shape)]
    if not kept:
        return tensors[0].copy()
    first = kept[0]
    at = wrap_dim(dim, first.ndim)
    for k, x in enumerate(tensors):
        if _is_skipped(x.shape):
            continue
        if x.ndim != first.ndim:
            raise RuntimeError(f"Tensors must have same number of dimensions: got {first.ndim} and {x.ndim}")
        for d, (m, n) in enumerate(zip(first.shape, x.shape)):
            if d != at and m != n:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {at}. Expected size {m} but got size {n} "
                    f"for tensor number {k} in the list."
                )
    return np.concatenate(kept, at)


@operation(
    half="moved",
    promote="promote",
    broadcast=False,
    kind="linear",
    complex="own",
    tensors=lambda F, g, dim: [F.select(g, dim, k) for k in range(g.shape[dim])],
    examples=lambda r: [([r(2, 3), r(2, 3)], 0), ([r(2), r(2)], -1), ([r()], 0)],
    rows="joined",
    dims="+dim",
)
def stack(tensors: list[Array], dim: int = 0) -> Array:
    """Tensors of one shape along a new dimension."""
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    shape = tensors[0].shape
    at = wrap_dim(dim, len(shape) + 1)
    for k, x in enumerate(tensors):
        if x.shape != shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(shape)} at entry 0 "
                f"and {list(x.shape)} at entry {k}"
            )
    out = np.empty((*shape[:at], len(tensors), *shape[at:]), tensors[0].dtype)
    lead: tuple[Any, ...] = (slice(None),) * at
    for k, x in enumerate(tensors):
        out[(*lead, k)] = x
    return out


def _as_matrix(shape: Shape) -> tuple[int, int]:
    if len(shape) == 2:
        return (shape[0], shape[1])
    return (1, shape[0] if shape else 1)


def _blocks_back(F: Any, g: Any, shapes: Sequence[Shape]) -> list[Any]:
    out, top, left = [], 0, 0
    for shape in shapes:
        rows, columns = _as_matrix(shape)
        block = F.slice_(F.slice_(g, 0, top, top + rows, 1), 1, left, left + columns, 1)
        out.append(block if len(shape) == 2 else F.reshape(block, shape))
        top, left = top + rows, left + columns
    return out


@operation(
    promote="promote",
    broadcast=False,
    kind="linear",
    complex="own",
    tensors=lambda F, g, tensors_shape: _blocks_back(F, g, tensors_shape),
    examples=lambda r: [([r(2, 3), r(2), r()],)],
)
def block_diag(tensors: list[Array]) -> Array:
    """Matrices along the diagonal of one, zeros elsewhere; vectors count as rows."""
    for k, x in enumerate(tensors):
        if x.ndim > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {k} has {x.ndim} dimensions"
            )
    sizes = [_as_matrix(x.shape) for x in tensors]
    out = np.zeros((sum(m for m, _ in sizes), sum(n for _, n in sizes)), tensors[0].dtype)
    top = left = 0
    for x, (rows, columns) in zip(tensors, sizes):
        out[top : top + rows, left : left + columns] = x
        top, left = top + rows, left + columns
    return out
