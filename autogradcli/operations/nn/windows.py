"""Windows that slide over arrays, as strided views and as columns, and the three products of matrices over them that
convolution and its gradients are (see ``convolution.py``)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array
from ...numerics.layouts import moveaxis
from ...numerics.limits import counted
from ...numerics.memory import keep
from ...numerics.products import multiplied
from ..dims import numel, strided

Ints = tuple[int, ...]


def windows(x: Array, kernel: Ints, stride: Ints, dilation: Ints) -> Array:
    """All windows of ``(N, C, *size)``, without copying: ``(N, C, *out, *kernel)``. The input is padded already."""
    spatial = x.shape[2:]
    out = tuple((n - d * (k - 1) - 1) // s + 1 for n, k, s, d in zip(spatial, kernel, stride, dilation, strict=True))
    steps = x.strides[2:]
    strides = (
        x.strides[:2]
        + tuple(a * s for a, s in zip(steps, stride, strict=True))
        + tuple(a * d for a, d in zip(steps, dilation, strict=True))
    )
    return strided(x, x.shape[:2] + out + kernel, strides)


def padded(x: Array, padding: Ints, value: float = 0.0) -> Array:
    """``x`` with as much of ``value`` on both sides of each spatial dimension."""
    if not any(padding):
        return x
    shape = x.shape[:2] + tuple(n + 2 * p for n, p in zip(x.shape[2:], padding, strict=True))
    out = np.full(shape, value, x.dtype) if value else np.zeros(shape, x.dtype)
    out[inner(padding, x.shape[2:])] = x
    return out


def inner(starts: Ints, sizes: Ints) -> Any:
    """The index of the block that begins at ``starts`` in the last dimensions."""
    return (..., *(slice(p, p + n) for p, n in zip(starts, sizes, strict=True)))


#: So many places and multiplications make a product for each sample cheaper than bringing all samples together.
_PLACES, _MUCH = 32, 1 << 15


def _each_sample(places: int, columns: int) -> bool:
    return places >= _PLACES and columns * places >= _MUCH


#: Elements of columns, which are freed right away, that make it worth telling the C library to keep their memory.
_ROOM = 1 << 16


def _columns(win: Array, groups: int, d: int) -> Array:
    """Windows (N, C, *out, *kernel) as columns (N, groups, C / groups * kernel, out)."""
    n = win.shape[0]
    out = numel(win.shape[2 : 2 + d])
    if win.size >= _ROOM:
        keep()
    return win.transpose((0, 1, *range(2 + d, 2 + 2 * d), *range(2, 2 + d))).reshape(n, groups, -1, out)


def convolve(x: Array, w: Array, stride: Ints, padding: Ints, dilation: Ints, groups: int) -> Array:
    d = w.ndim - 2
    win = windows(padded(x, padding), w.shape[2:], stride, dilation)
    n = win.shape[0]
    out = win.shape[2 : 2 + d]
    if _each_sample(numel(out), n * numel(w.shape[1:]) * groups):
        found = multiplied(np.matmul, w.reshape(groups, w.shape[0] // groups, -1), _columns(win, groups, d))
        return found.reshape(n, w.shape[0], *out)
    order = (1, *range(2 + d, 2 + 2 * d), 0, *range(2, 2 + d))  # channels and kernel, then batch and places
    columns = win.transpose(order).reshape(groups, x.shape[1] // groups * numel(w.shape[2:]), n * numel(out))
    rows = w.reshape(groups, w.shape[0] // groups, numel(w.shape[1:]))
    product = multiplied(np.matmul, rows, columns)
    return np.ascontiguousarray(moveaxis(product.reshape(w.shape[0], n, *out), 1, 0))


def spread(g: Array, w: Array, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int) -> Array:
    d = w.ndim - 2
    n, out = g.shape[0], g.shape[2:]
    kernel = w.shape[2:]
    if _each_sample(numel(out), n * numel(w.shape[1:]) * groups):
        turned = np.swapaxes(w.reshape(groups, w.shape[0] // groups, -1), 1, 2)
        if all(s == 1 for s in stride):
            return _shifted(g, turned, kernel, size, padding, dilation)
        parts = multiplied(np.matmul, turned, g.reshape(n, groups, g.shape[1] // groups, -1))
        return overlapped(parts.reshape(n, groups * w.shape[1], *kernel, *out), kernel, size, stride, padding, dilation)
    columns = multiplied(
        np.matmul,
        np.swapaxes(w.reshape(groups, w.shape[0] // groups, -1), 1, 2),
        moveaxis(g, 1, 0).reshape(groups, g.shape[1] // groups, -1),
    ).reshape(groups * w.shape[1], *kernel, n, *out)
    columns = moveaxis(columns, 1 + d, 0)  # (N, C, *kernel, *out)
    return overlapped(columns, kernel, size, stride, padding, dilation)


def _shifted(g: Array, turned: Array, kernel: Ints, size: Ints, padding: Ints, dilation: Ints) -> Array:
    """``spread`` of windows one apart. Gradients get as wide as the padded input (zeros at the end of each line), so
    that each element of the kernel adds one long run, moved by where it is."""
    n, d, out = g.shape[0], len(kernel), g.shape[2:]
    whole = tuple(k + 2 * p for k, p in zip(size, padding, strict=True))
    groups, channels = turned.shape[0], turned.shape[0] * turned.shape[1] // numel(kernel)
    wide = np.zeros((*g.shape[:2], out[0], *whole[1:]), g.dtype)
    wide[(slice(None), slice(None), slice(None), *(slice(0, o) for o in out[1:]))] = g
    run = numel(wide.shape[2:])
    parts = multiplied(np.matmul, turned, wide.reshape(n, groups, g.shape[1] // groups, run)).reshape(
        n, channels, *kernel, run
    )
    if numel(kernel) == 1 and run == numel(whole):  # nothing overlaps
        return parts.reshape(n, channels, *whole)[inner(padding, size)]
    steps = [numel(whole[k + 1 :]) * dilation[k] for k in range(d)]
    last = sum((k - 1) * s for k, s in zip(kernel, steps, strict=True))
    line = np.zeros((n, channels, max(numel(whole), last + run)), g.dtype)
    for at in counted(np.ndindex(*kernel)):
        begin = sum(k * s for k, s in zip(at, steps, strict=True))
        line[..., begin : begin + run] += parts[(slice(None), slice(None), *at)]
    return line[..., : numel(whole)].reshape(n, channels, *whole)[inner(padding, size)]


#: Elements of a kernel that are added one after the other, in PyTorch's order, however few windows there are.
_TAPS = 1 << 10


def overlapped(columns: Array, kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints) -> Array:
    """The transpose of ``windows`` and ``padded``: ``(N, C, *kernel, *out)`` summed into ``(N, C, *size)``."""
    d = len(kernel)
    out = columns.shape[2 + d :]
    if numel(kernel) > max(_TAPS, numel(out)):  # what a window's places are to the kernel's, those are to them
        columns = columns.transpose((0, 1, *range(2 + d, 2 + 2 * d), *range(2, 2 + d)))
        kernel, out, dilation, stride = out, kernel, stride, dilation
    whole = np.zeros(columns.shape[:2] + tuple(n + 2 * p for n, p in zip(size, padding, strict=True)), columns.dtype)
    for at in counted(np.ndindex(*kernel)):
        steps = zip(at, dilation, out, stride, strict=True)
        place: Any = (..., *(slice(k * dl, k * dl + (o - 1) * s + 1, s) for k, dl, o, s in steps))
        whole[place] += columns[(slice(None), slice(None), *at)]
    return whole[inner(padding, size)]


def correlate(g: Array, x: Array, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int) -> Array:
    d = len(kernel)
    out = g.shape[2:]
    win = windows(padded(x, padding), kernel, stride, dilation)
    win = win[(slice(None), slice(None), *(slice(0, o) for o in out))]
    if _each_sample(numel(out), x.shape[0] * x.shape[1] * numel(kernel)):
        parts = multiplied(
            np.matmul,
            g.reshape(g.shape[0], groups, g.shape[1] // groups, -1),
            np.swapaxes(_columns(win, groups, d), -2, -1),
        )
        return np.add.reduce(parts, 0).reshape(g.shape[1], x.shape[1] // groups, *kernel)
    order = (1, *range(2 + d, 2 + 2 * d), 0, *range(2, 2 + d))
    columns = win.transpose(order).reshape(groups, -1, g.shape[0] * numel(out))
    rows = moveaxis(g, 1, 0).reshape(groups, g.shape[1] // groups, -1)
    return multiplied(np.matmul, rows, np.swapaxes(columns, 1, 2)).reshape(g.shape[1], x.shape[1] // groups, *kernel)
