"""Fractional maximum pooling: windows of one size, begun at steps that vary from channel to channel.

B. Graham, "Fractional max-pooling" (2014): a number between 0 and 1 for each dimension says where they begin.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, operation
from ...numerics.away import by_windows
from ...numerics.limits import check_steps
from ..dims import numel
from . import pooling_formulas as said
from .max_pooling import scatter_places
from .resample import zeros_rule
from .windowed import one_or_all

Ints = tuple[int, ...]
How = tuple[Ints, Ints]  # the windows' size, and how many there are

#: What PyTorch calls the dimensions of an image and of a volume, and its functions.
_CALLED = {2: "fractional_max_pool2d()", 3: "fractional_max_pool3d_out()"}
_DIMENSIONS = ("time", "height", "width")


def _begins(sample: Array, n: int, out: int, k: int) -> Array:
    """Where the windows begin: (..., out). The arithmetic is that of the samples' dtype."""
    kind = sample.dtype.type
    found = np.full((*sample.shape, out), n - k, np.int64)
    if out > 1:
        alpha = kind(n - k) / kind(out - 1)
        steps = (np.arange(out - 1, dtype=sample.dtype) + sample[..., None]) * alpha
        found[..., :-1] = steps.astype(np.int64) - (sample * alpha).astype(np.int64)[..., None]
    return found


def _fractional(x: Array, samples: Array, how: How) -> tuple[Array, Array]:
    """(maxima, places) of a batch; of equal elements the first, of NaN the last."""
    kernel, size = how
    spatial = x.shape[2:]
    dims = len(kernel)
    check_steps(numel((*x.shape[:2], *size, *kernel)))
    place: Any = 0
    for k in range(dims):
        # of an image the first number is for the width, of a volume for the depth
        sample = samples[: x.shape[0], :, dims - 1 - k if dims == 2 else k]
        begins = _begins(sample, spatial[k], size[k], kernel[k])[..., None] + np.arange(kernel[k])
        lying = [1] * (2 * dims)
        lying[k], lying[dims + k] = size[k], kernel[k]
        place = place * spatial[k] + begins.reshape(*x.shape[:2], *lying)
    place = place.reshape(*x.shape[:2], *size, numel(kernel))
    flat = (*x.shape[:2], numel((*size, *kernel)))
    part = np.take_along_axis(x.reshape(*x.shape[:2], numel(spatial)), place.reshape(flat), -1).reshape(place.shape)
    best = part.argmax(-1)
    nothing = np.isnan(part)
    if nothing.any():
        best = np.where(nothing.any(-1), part.shape[-1] - 1 - nothing[..., ::-1].argmax(-1), best)
    best = best[..., None]
    return np.take_along_axis(part, best, -1)[..., 0], np.take_along_axis(place, best, -1)[..., 0]


def _check_input(x: Array, samples: Array, how: How) -> None:
    """Raise RuntimeError where sizes or dtypes don't fit, in PyTorch's words."""
    kernel, size = how
    dims = len(kernel)
    called = _CALLED[dims]
    for k in range(x.ndim - dims - 1, x.ndim):
        if not x.shape[k]:
            raise RuntimeError(
                f"{called}: Expected input to have non-zero size for non-batch dimensions, but got{list(x.shape)} with "
                f"dimension {k} being empty."
            )
    if any(k <= 0 for k in kernel):
        raise RuntimeError(f"{called}: kernel size should be greater than zero, but got {'x'.join(map(str, kernel))}")
    for name, n, out, k in zip(_DIMENSIONS[-dims:], x.shape[-dims:], size, kernel, strict=True):
        if out + k - 1 > n - (dims == 3):  # PyTorch wants one more of a volume
            raise RuntimeError(f"{called}: pool {name} {k} too large relative to input {name} {n}")
    if samples.dtype is not x.dtype:
        raise RuntimeError("Expect _random_samples to have the same dtype as input")
    if samples.ndim != 3:
        raise RuntimeError(f"Expect _random_samples to have 3 dimensions, got {samples.ndim}")
    batch, channels = (1, x.shape[0]) if x.ndim == dims + 1 else x.shape[:2]
    if samples.shape[0] < batch:
        raise RuntimeError("Expect _random_samples.size(0) no less then input batch size.")
    if samples.shape[1] != channels:
        raise RuntimeError("Expect _random_samples.size(1) equals to input channel size.")
    if samples.shape[2] != dims:
        raise RuntimeError(f"Expect _random_samples.size(2) equals to {dims}; got {samples.shape[2]}.")


def _declare(dims: int) -> None:
    name = f"fractional_max_pool{dims}d"

    def forward(input: Array, samples: Index, how: Any) -> tuple[Array, Array]:
        """Maxima of windows that begin where samples say, and their places in the flattened input."""
        _check_input(input, samples, how)
        if input.ndim == dims + 2:
            return _fractional(input, samples, how)
        values, places = _fractional(input[None], samples, how)
        return values[0], places[0]

    def backward(grad: Array, input: Array, places: Index) -> Array:
        """The gradient put where the maxima were."""
        return scatter_places(grad, places, input.shape, dims)

    forward.__name__, backward.__name__ = name, name + "_backward"
    node = f"FractionalMaxPool{dims}DBackward0"

    def spoken(F: Any, input: Any, samples: Any, how: How) -> tuple[Any, Any]:
        """The user's function asked for the places."""
        both = F.says(f"{name}_with_indices", input, *map(one_or_all, how), _random_samples=samples)
        return both[0], both[1]

    operation(
        formula=spoken,
        takes=("floating", f"{name}_out_frame"),
        cost=by_windows,
        node=node,
        spelling=name,
        outputs=("result", "indices"),
        differentiable=(0,),
        rows="folded",
        input=lambda F, g, input, result1: getattr(F, name + "_backward")(g[0], input, result1),
        examples=lambda r: [
            (r.distinct((1, 2, *(5,) * dims)), r(1, 2, dims, low=0.1, high=0.9), ((2,) * dims, (3,) * dims))
        ],
    )(forward)
    operation(
        formula=lambda F, grad, input, places: said.scattered(F, grad, places, tuple(input.shape), dims),
        node=node.removesuffix("0") + "Backward0",
        spelling=name,
        kind="linear",
        rows="folded",
        grad=lambda F, h, places: F.gather_by_place(h, places, dims),
        input=zeros_rule,
        examples=lambda r: [(r(1, 2, *(2,) * dims), r(1, 2, *(3,) * dims), r.index((1, 2, *(2,) * dims), 3**dims))],
    )(backward)


_declare(2)
_declare(3)
