"""Averages over windows, and over adaptive windows that divide the input."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.operation import Array
from ...numerics.away import by_windows
from ...numerics.limits import check_steps
from . import pooling_formulas as said
from .pooling_windows import Ints, Window, cells_of, pool_windows
from .resample import declare_pair
from .windows import inner, overlapped


def _divisors(shape: Ints, how: Window, out: Ints, include_pad: bool) -> Array:
    """How many elements each window has, shaped as the windows."""
    kernel, stride, padding, _, _ = how
    sizes = []
    for n, k, s, p, o in zip(shape, kernel, stride, padding, out, strict=True):
        start = np.arange(o) * s - p
        end = np.minimum(start + k, n + p)
        sizes.append(end - start if include_pad else np.minimum(end, n) - np.maximum(start, 0))
    product = sizes[0]
    for size in sizes[1:]:
        product = product[..., None] * size
    return product


def _average(x: Array, how: tuple[Window, bool, int | None]) -> Array:
    window, include_pad, override = how
    win, out = pool_windows(x, window, 0)
    check_steps(win.size)
    d = x.ndim - 2
    total = np.add.reduce(win, axis=tuple(range(2 + d, 2 + 2 * d)))
    divisor = override or _divisors(x.shape[2:], window, out, include_pad)
    return (total / divisor).astype(x.dtype, copy=False)


def _average_back(g: Array, shape: Ints, how: tuple[Window, bool, int | None]) -> Array:
    window, include_pad, override = how
    kernel, stride, padding, dilation, _ = window
    out = g.shape[2:]
    part = (g / (override or _divisors(shape[2:], window, out, include_pad))).astype(g.dtype, copy=False)
    # windows may reach past the padding where ceil_mode makes one more
    size = tuple(
        max((o - 1) * s + k - p, n) for o, s, k, p, n in zip(out, stride, kernel, padding, shape[2:], strict=True)
    )
    check_steps(part.size * math.prod(kernel))
    columns = np.broadcast_to(part[(slice(None), slice(None), *(None,) * len(kernel))], g.shape[:2] + kernel + out)
    whole = overlapped(columns, kernel, size, stride, padding, dilation)
    return whole[inner((0,) * len(kernel), shape[2:])]


def _adaptive_average(x: Array, how: Ints) -> Array:
    for k, out in enumerate(how):
        parts = [
            np.add.reduce(x[(slice(None),) * (k + 2) + (cell,)], axis=k + 2, keepdims=True)
            / x.dtype.type(cell.stop - cell.start)
            for cell in cells_of(x.shape[k + 2], out)
        ]
        x = np.concatenate(parts, k + 2) if parts else x[(slice(None),) * (k + 2) + (slice(0, 0),)]
    return x


def _adaptive_average_back(g: Array, shape: Ints, how: Ints) -> Array:
    for k, out in reversed(list(enumerate(how))):
        whole = np.zeros((*g.shape[: k + 2], shape[k + 2], *g.shape[k + 3 :]), g.dtype)
        for i, cell in enumerate(cells_of(shape[k + 2], out)):
            lead = (slice(None),) * (k + 2)
            whole[(*lead, cell)] += g[(*lead, slice(i, i + 1))] / g.dtype.type(cell.stop - cell.start)
        g = whole
    return g


def _batched(pool: Callable[..., Array], x: Array, how: Any, dims: int) -> Array:
    return pool(x, how) if x.ndim == dims + 2 else pool(x[None], how)[0]


def _batched_back(pool: Callable[..., Array], g: Array, shape: Ints, how: Any, dims: int) -> Array:
    return pool(g, shape, how) if len(shape) == dims + 2 else pool(g[None], (1, *shape), how)[0]


def _declare_averages() -> None:
    def fixed(input: Array, how: Any) -> Array:
        """Averages over windows."""
        return _batched(_average, input, how, len(how[0][0]))

    def fixed_back(g: Array, shape: Ints, how: Any) -> Array:
        return _batched_back(_average_back, g, shape, how, len(how[0][0]))

    def adaptive(input: Array, how: Any) -> Array:
        """Averages over windows that divide the input into as many parts as wanted."""
        return _batched(_adaptive_average, input, how, len(how))

    def adaptive_back(g: Array, shape: Ints, how: Any) -> Array:
        return _batched_back(_adaptive_average_back, g, shape, how, len(how))

    for d in (2, 3):
        window = ((2,) * d, (2,) * d, (1,) * d, (1,) * d, False)
        plain = ((2,) * d, (2,) * d, (0,) * d, (1,) * d, False)
        declare_pair(
            f"avg_pool{d}d", f"AvgPool{d}DBackward0", f"avg_pool{d}d", fixed, fixed_back,
            lambda r, d=d, window=window, plain=plain: [
                (r(1, 2, *(4,) * d), (window, True, None)),
                (r(1, 2, *(4,) * d), (plain, True, None)),
                (r(2, *(3,) * d), (window, False, None)),
                (r(2, *(3,) * d), (window, True, 3)),
            ],
            keeps_input=True, cost=by_windows, said=said.average, said_back=said.average_back,
            examples_back=lambda r, d=d, window=window: [
                (r(1, 2, *(3,) * d), r(1, 2, *(4,) * d), (window, True, None))
            ],
            takes=("single int64", "avg_pool3d_out_frame") if d == 3 else ("floating int64", "avg_pool2d"),
        )  # fmt: skip
        declare_pair(
            f"adaptive_avg_pool{d}d", f"AdaptiveAvgPool{d}DBackward0", f"adaptive_avg_pool{d}d", adaptive,
            adaptive_back, lambda r, d=d: [(r(1, 2, *(5,) * d), (2,) * d), (r(2, *(4,) * d), (2,) * d)],
            keeps_input=True, cost=by_windows, said=said.adaptive, said_back=said.adaptive_back,
            examples_back=lambda r, d=d: [(r(1, 2, *(2,) * d), r(1, 2, *(5,) * d), (2,) * d)],
            takes=("floating", "adaptive_avg_pool2d" if d == 2 else "adaptive_avg_pool3d_cpu"),
        )  # fmt: skip


_declare_averages()
