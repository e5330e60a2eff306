"""Discrete Fourier transforms over several dimensions: complex to complex, real to complex and back.

``norm`` says what the sum is divided by: nothing (0), the root of the number of elements (1) or that number (2).
A transform's matrix is symmetric, so its conjugate transpose is the transform of the other direction with the same
``norm``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, operation
from ...numerics.away import by_size
from ..dims import numel

Dims = tuple[int, ...]


def _scaled(x: Array, shape: Dims, dims: Dims, norm: int) -> Array:
    n = numel(tuple(shape[d] for d in dims))
    if norm == 0 or not n:
        return x
    return x * x.real.dtype.type(1 / (n**0.5 if norm == 1 else n))


def _complex(x: Array) -> Array:
    return x if x.dtype.kind == "c" else x.astype(np.result_type(x.dtype, np.complex64))


def _transform(x: Array, dims: Dims, norm: int, forward: bool) -> Array:
    x = _complex(x)
    if not dims or not x.size:
        return x.copy()
    if not x.imag.any():
        found = _whole(np.fft.rfftn(x.real, axes=dims), dims, x.shape[dims[-1]])
        return _scaled(found if forward else found.conj() + 0.0, x.shape, dims, norm)
    found = np.fft.fftn(x, axes=dims) if forward else np.fft.ifftn(x, axes=dims, norm="forward")
    return _scaled(found, x.shape, dims, norm)


def _whole(half: Array, dims: Dims, size: int) -> Array:
    """The transform of real numbers from its first half: element -k is the conjugate of element k."""
    last = dims[-1]
    count_left = size - half.shape[last]
    rest = np.take(half, np.arange(count_left, 0, -1), last).conj()
    for d in dims[:-1]:
        rest = np.take(rest, -np.arange(rest.shape[d]) % rest.shape[d], d)
    return np.concatenate([half, rest], last)


_INVERSE, _FORWARD = ("forward", "ortho", "backward"), ("backward", "ortho", "forward")


def _said(F: Any, name: str, input: Any, dims: Dims, norm: int, forward: bool, size: int | None = None) -> Any:
    """The user's function, of one dimension or of several."""
    options: dict[str, Any] = {}
    last = input.ndim - 1
    if size is not None:
        options = {"n": size} if len(dims) == 1 else {"s": (*(input.shape[d] for d in dims[:-1]), size)}
    if dims != (last,) if len(dims) == 1 else dims != tuple(range(last + 1)):
        options["dim"] = dims[0] if len(dims) == 1 else tuple(dims)
    word = (_FORWARD if forward else _INVERSE)[norm]
    if word != "backward":
        options["norm"] = word
    return F.says(name if len(dims) == 1 else name + "n", input, **options)


@operation(
    dims="dims",
    formula=lambda F, input, dims, norm, forward: _said(F, "fft" if forward else "ifft", input, dims, norm, forward),
    cost=by_size,
    node="FftC2CBackward0",
    complex="own",
    kind="linear",
    input=lambda F, g, dims, norm, forward: F.fft_c2c(g, dims, norm, not forward),
    examples=lambda r: [(r.complex(2, 3), (1,), 0, True), (r.complex(2, 3), (0, 1), 1, False)],
)
def fft_c2c(input: Array, dims: Dims, norm: int, forward: bool) -> Array:
    """Transform of complex numbers."""
    return _transform(input, dims, norm, forward)


@operation(
    dims="dims",
    formula=lambda F, input, dims, norm, onesided: _said(F, "rfft" if onesided else "fft", input, dims, norm, True),
    cost=by_size,
    node="FftR2CBackward0",
    complex="own",
    kind="linear",
    input=lambda F, g, input, input_shape, dims, norm, onesided: _half_back(F, g, input_shape, dims, norm, onesided),
    examples=lambda r: [(r(2, 3), (1,), 0, True), (r(2, 4), (0, 1), 2, True)],
)
def fft_r2c(input: Array, dims: Dims, norm: int, onesided: bool) -> Array:
    """Transform of real numbers; ``onesided`` gives the first half of the last dimension, which says it all."""
    if not onesided:
        return _transform(input, dims, norm, True)
    return _scaled(np.fft.rfftn(input, axes=dims), input.shape, dims, norm)


def _half_back(F: Any, g: Any, shape: Dims, dims: Dims, norm: int, onesided: bool) -> Any:
    if onesided:
        last = dims[-1]
        missing = shape[last] - g.shape[last]
        pad = [0] * (2 * (len(shape) - last))
        pad[-1] = missing
        g = F.constant_pad_nd(g, tuple(pad), 0.0)
    return F.real(F.fft_c2c(g, dims, norm, False))


@operation(
    dims="dims",
    formula=lambda F, input, dims, norm, size: _said(F, "irfft", input, dims, norm, False, size),
    cost=by_size,
    node="FftC2RBackward0",
    complex="own",
    kind="linear",
    input=lambda F, g, dims, norm: _mirrored(F, F.fft_r2c(g, dims, norm, True), dims[-1], g.shape[dims[-1]]),
    examples=lambda r: [(r.complex(2, 3), (1,), 2, 4), (r.complex(2, 3), (1,), 1, 5)],
)
def fft_c2r(input: Array, dims: Dims, norm: int, size: int) -> Array:
    """Inverse of the one-sided transform: real numbers, ``size`` of them in the last dimension."""
    x = _complex(input)
    shape = [x.shape[d] for d in dims[:-1]] + [size]
    found = np.fft.irfftn(x, s=shape, axes=dims, norm="forward")
    return _scaled(found, found.shape, dims, norm)


def _mirrored(F: Any, g: Any, last: int, size: int) -> Any:
    """Elements that stand for two count twice."""
    return g * F.mirror_weights(g, last, size)


@operation(
    rows="alike",
    formula=lambda F, like, last, size: F.constant(
        np.where((np.arange(like.shape[last]) > 0) & (np.arange(like.shape[last]) <= size - like.shape[last]), 2.0, 1.0)
        .astype(like.tensor.array.real.dtype)
        .reshape((-1,) + (1,) * (like.ndim - 1 - last))
    ),
)
def mirror_weights(like: Index, last: int, size: int) -> Array:
    """2 for each element of a half whose mirror image was left out, else 1."""
    half = like.shape[last]
    weights = np.ones(half, like.real.dtype)
    weights[1 : 1 + size - half] = 2
    return weights.reshape((-1,) + (1,) * (like.ndim - 1 - last))
