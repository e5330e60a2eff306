"""Norms of vectors over some dimensions, and ``renorm``, which keeps them below a bound."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ...numerics import dtypes
from ...numerics.blocks import LARGE
from ...numerics.dtypes import DType
from ..dims import Dims, axis_of, maximum_reduce, minimum_reduce, numel, rows_of, wrap_dim, wrap_dims
from .reduction import cast_first, unreduced


def _norm_back(F: Any, g: Any, input: Any, result: Any, ord: float, dim: Dims, keepdim: bool) -> Any:
    """Derivative of (sum |x|^p)^(1/p): sgn(x) |x|^(p-1) / norm^(p-1), with 0 where the norm is 0."""
    shape = tuple(input.shape)
    g = unreduced(F, g, shape, dim, keepdim)
    norm = unreduced(F, result, shape, dim, keepdim)
    if ord == 0:
        return None
    if ord == 1:
        return F.sgn(input) * g
    if ord == 2 and input.__class__ is np.ndarray and input.size >= LARGE and input.dtype.kind == "f":
        return input * np.where(norm == 0, g.dtype.type(0), g / norm)  # one quotient for each norm
    if ord == 2:
        return g * F.guard_fill(input / norm, F.eq(norm, 0), 0.0)
    size = F.abs(input)
    if math.isinf(ord):
        at = F.eq(size, norm)
        count = F.sum_dim(F.cast(at, g.dtype), wrap_dims(dim, len(shape)), True)
        # A product with the mask, as PyTorch has it: the zeros beside the largest show the gradient's sign.
        # Where a NaN hides the largest, no element has a part in it.
        return F.sgn(input) * (F.cast(at, g.dtype) * g / F.masked_fill(count, F.eq(count, 0), 1.0))
    if ord < 1:
        scaled = F.sgn(input) * F.guard_fill(F.pow_tensor_scalar(size, ord - 1), F.eq(input, 0), 0.0)
        return scaled * g * F.pow_tensor_scalar(norm, 1 - ord)
    if ord < 2:
        scaled = F.sgn(input) * F.pow_tensor_scalar(size, ord - 1)
    else:
        scaled = input * F.pow_tensor_scalar(size, ord - 2)
    return scaled * F.guard_fill(g / F.pow_tensor_scalar(norm, ord - 1), F.eq(norm, 0), 0.0)


#: Unlike the kernel of sums, that of norms adds one by one.
_in_turn: Any = np.add.reduce


def _lengths(rows: Array) -> Array:
    """The euclidean norm of each row: pieces of it times themselves, their sums in double precision."""
    count, width = rows.shape
    whole = width // _PIECE * _PIECE
    parts = rows[:, whole:]
    squares = np.vecdot(parts, parts).astype(np.float64)
    if whole:
        pieces = rows[:, :whole].reshape(count, -1, _PIECE)
        squares += np.vecdot(pieces, pieces).sum(1, np.float64)
    return np.sqrt(squares).astype(rows.dtype)


#: Numbers that are multiplied with themselves at once.
_PIECE = 1 << 10


def _norm(input: Array, ord: float, axis: Any, keepdim: bool) -> Array:
    if ord == 2 and input.size >= LARGE and input.dtype.char in "fd":
        dims = wrap_dims(axis, input.ndim)
        rows = rows_of(input, axis, numel([input.shape[d] for d in dims]))
        if rows is not None:
            found = _lengths(rows)
            kept = [1 if d in dims else n for d, n in enumerate(input.shape)] if keepdim else None
            return found.reshape(kept or [n for d, n in enumerate(input.shape) if d not in dims])
    size = np.abs(input)
    if ord == 2:
        return np.sqrt(_in_turn(np.multiply(size, size), axis, None, None, keepdim))
    if ord == 1:
        return _in_turn(size, axis, None, None, keepdim)
    if ord == 0:
        return _in_turn(size != 0, axis, size.dtype, None, keepdim)
    if ord == math.inf:
        return maximum_reduce(size, axis, None, None, keepdim)
    if ord == -math.inf:
        return minimum_reduce(size, axis, None, None, keepdim)
    total = _in_turn(np.power(size, ord), axis, None, None, keepdim)
    return np.power(total, 1.0 / ord)


def _norm_said(F: Any, input: Any, ord: float, dim: Dims, keepdim: bool, dtype: Any) -> Any:
    """The shorter function of the same."""
    if dtype is not None:
        return None
    options: dict[str, Any] = {}
    if dim is not None:
        options["dim"] = dim[0] if isinstance(dim, tuple) and len(dim) == 1 else dim
    if keepdim:
        options["keepdim"] = True
    return F.says("norm", input, *(() if ord == 2 else (ord,)), **options)


@operation(
    takes=("all", "norm_cpu"),
    layout="contiguous",
    dims="dim",
    formula=_norm_said,
    node="LinalgVectorNormBackward0",
    complex="own",
    input=lambda F, g, input, result, ord, dim, keepdim: _norm_back(F, g, input, result, ord, dim, keepdim),
    examples=lambda r: [(r(2, 3), p, d, k) for p in (2, 1, 3, 1.5, math.inf) for d, k in ((None, False), (0, True))],
)
def vector_norm(
    input: Array, ord: float = 2, dim: Dims = None, keepdim: bool = False, dtype: DType | None = None
) -> Array:
    """The ``ord``-norm of the elements over some dimensions, ``(sum |x|^p)^(1/p)``."""
    if ord.__class__ is complex:
        raise RuntimeError("linalg.vector_norm: Expected a non-complex scalar as the order of norm.")
    if input.dtype.kind not in "fc":
        raise RuntimeError(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. "
            f"Got {dtypes.of(input).type_name}"
        )
    input = cast_first(input, dtype)
    axis = axis_of(dim, input.ndim)
    if not input.size and (ord < 0 or ord == math.inf):
        shown = "inf" if ord == math.inf else f"{ord:g}"
        if dim is None or dim == ():
            raise RuntimeError(
                f"linalg.vector_norm cannot compute the {shown} norm on an empty tensor because the operation does "
                "not have an identity"
            )
        for d in wrap_dims(dim, input.ndim):
            if not input.shape[d]:
                raise RuntimeError(
                    f"linalg.vector_norm cannot compute the {shown} norm on the dimension {d} because this "
                    "dimension is empty and the operation does not have an identity"
                )
    return _norm(input, ord, axis, keepdim)


def _renorm_back(F: Any, g: Any, input: Any, input_dtype: DType, p: float, dim: int, maxnorm: float) -> Any:
    """Where a part is scaled by ``m / (norm + eps)``: the scaled gradient less its share along the norm's."""
    ndim = len(input.shape)
    dims = tuple(k for k in range(ndim) if k != wrap_dim(dim, ndim))
    norm = F.vector_norm(input, p, dims, True)
    product = F.real(F.conj(input) * g) if input_dtype.is_complex else input * g
    along = _norm_back(F, F.sum_dim(product, dims, True), input, norm, p, dims, True)
    safe = norm + 1e-7
    scaled = g if along is None else g - along / safe
    return F.where(F.gt(norm, maxnorm), F.div(scaled * maxnorm, safe), g)


@operation(
    rows="slow: renorm",
    layout="contiguous",
    complex="own",
    input=lambda F, g, input, input_dtype, p, dim, maxnorm: _renorm_back(F, g, input, input_dtype, p, dim, maxnorm),
    examples=lambda r: [(r(2, 3), 2.0, 0, 0.5), (r(2, 3), 1.0, 1, 100.0), (r(3, 2), 3.0, -1, 1.0)],
)
def renorm(input: Array, p: float, dim: int, maxnorm: float) -> Array:
    """Each part along a dimension scaled down to a ``p``-norm of ``maxnorm``, where its norm is larger."""
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}")
    if input.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {input.ndim} dimensions")
    if input.dtype.kind not in "fc":
        raise RuntimeError(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. "
            f"Got {dtypes.of(input).type_name}"
        )
    at = wrap_dim(dim, input.ndim)
    norm = _norm(input, p, tuple(k for k in range(input.ndim) if k != at), True)
    return np.multiply(input, np.where(norm > maxnorm, maxnorm / (norm + norm.dtype.type(1e-7)), norm.dtype.type(1)))
