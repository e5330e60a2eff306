"""Rearrangements of channels and pixels; each is a permutation of the elements and the transpose of another."""

from __future__ import annotations

import numpy as np

from ...engine.operation import Array, operation


@operation(
    takes=("usual", "pixel_shuffle"),
    rows="leading",
    layout="channels",
    kind="linear",
    input=lambda F, g, upscale_factor: F.pixel_unshuffle(g, upscale_factor),
    examples=lambda r: [(r(1, 8, 2, 3), 2)],
)
def pixel_shuffle(input: Array, upscale_factor: int) -> Array:
    """``(*, C r^2, H, W)`` rearranged to ``(*, C, H r, W r)``."""
    r = upscale_factor
    if input.ndim < 3:
        raise RuntimeError(
            f"pixel_shuffle expects input to have at least 3 dimensions, but got input with {input.ndim} dimension(s)"
        )
    if r <= 0:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {r}")
    *lead, c, h, w = input.shape
    if c % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
            f"but input.size(-3)={c} is not divisible by {r * r}"
        )
    n = len(lead)
    parts = input.reshape(*lead, c // (r * r), r, r, h, w)
    order = (*range(n), n, n + 3, n + 1, n + 4, n + 2)
    return parts.transpose(order).reshape(*lead, c // (r * r), h * r, w * r)


@operation(
    takes=("usual", "pixel_unshuffle"),
    rows="leading",
    kind="linear",
    input=lambda F, g, downscale_factor: F.pixel_shuffle(g, downscale_factor),
    examples=lambda r: [(r(1, 2, 4, 6), 2)],
)
def pixel_unshuffle(input: Array, downscale_factor: int) -> Array:
    """``(*, C, H r, W r)`` rearranged to ``(*, C r^2, H, W)``."""
    r = downscale_factor
    if input.ndim < 3:
        raise RuntimeError(
            f"pixel_unshuffle expects input to have at least 3 dimensions, but got input with {input.ndim} dimension(s)"
        )
    if r <= 0:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {r}")
    *lead, c, h, w = input.shape
    for name, size, at in (("height", h, -2), ("width", w, -1)):
        if size % r:
            raise RuntimeError(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but input.size({at})={size} is "
                f"not divisible by {r}"
            )
    n = len(lead)
    parts = input.reshape(*lead, c, h // r, r, w // r, r)
    order = (*range(n), n, n + 2, n + 4, n + 1, n + 3)
    return parts.transpose(order).reshape(*lead, c * r * r, h // r, w // r)


@operation(
    rows="folded",
    kind="linear",
    input=lambda F, g, groups: F.channel_shuffle(g, g.shape[1] // groups),
    examples=lambda r: [(r(1, 6, 2), 2)],
)
def channel_shuffle(input: Array, groups: int) -> Array:
    """Channels of ``(N, C, ...)`` dealt out over the groups."""
    if input.ndim < 3:
        raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(input.shape)}")
    if groups <= 0:
        raise RuntimeError(f"Number of groups to divide channels in must be positive. Value of groups:{groups}")
    c = input.shape[1]
    if c % groups:
        raise RuntimeError(f"Number of channels must be divisible by groups. Got {c} channels and {groups} groups.")
    parts = input.reshape(input.shape[0], groups, c // groups, *input.shape[2:])
    return np.swapaxes(parts, 1, 2).reshape(input.shape)
