"""The windows of a pooling: how many there are, where the input is padded for them, and the adaptive ones, which divide
the input."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ...engine.operation import Array
from ...numerics.limits import counted
from .windows import inner, windows

Ints = tuple[int, ...]
Window = tuple[Ints, Ints, Ints, Ints, bool]  # kernel, stride, padding, dilation, ceil_mode


def out_size(n: int, k: int, s: int, p: int, d: int, ceil: bool) -> int:
    """How many windows fit; with ``ceil`` also one that begins inside but ends outside."""
    room = n + 2 * p - d * (k - 1) - 1
    out = (room + (s - 1 if ceil else 0)) // s + 1
    return out - 1 if ceil and (out - 1) * s >= n + p else out


@lru_cache(256)
def out_sizes(shape: Ints, how: Window) -> Ints:
    kernel, stride, padding, dilation, ceil = how
    return tuple(
        out_size(n, k, s, p, d, ceil) for n, k, s, p, d in zip(shape, kernel, stride, padding, dilation, strict=True)
    )


def _framed(x: Array, how: Window, fill: float, out: Ints) -> Array:
    """``x`` padded before by ``padding`` and after by as much as the last window needs."""
    kernel, stride, padding, dilation, _ = how
    spatial = x.shape[2:]
    whole = tuple(
        max((o - 1) * s + d * (k - 1) + 1, p + n)
        for o, s, d, k, p, n in zip(out, stride, dilation, kernel, padding, spatial, strict=True)
    )
    if whole == spatial:
        return x
    framed = np.full(x.shape[:2] + whole, fill, x.dtype)
    framed[inner(padding, spatial)] = x
    return framed


def pool_windows(x: Array, how: Window, fill: float) -> tuple[Array, Ints]:
    out = out_sizes(x.shape[2:], how)
    win = windows(_framed(x, how, fill, out), how[0], how[1], how[3])
    return win[(slice(None), slice(None), *(slice(0, o) for o in out))], out


def cells_of(n: int, out: int) -> list[slice]:
    """The windows of an adaptive pooling."""
    return [slice(i * n // out, -((-(i + 1) * n) // out)) for i in counted(range(out))]
