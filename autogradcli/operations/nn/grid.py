"""Sampling an image at the points of a grid, and the grids of affine maps.

The sample at a point is ``sum of x[i, j] w_i(u) w_j(v)`` over a few neighbours. Its derivative with respect to u has
the derivatives of the weights ``w_i`` instead; so one pair of operations, with the order of the derivative for each
dimension, and its transpose is closed under differentiation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, operation
from ...numerics.layouts import moveaxis
from ...numerics.products import multiplied
from ..dims import numel

Ints = tuple[int, ...]
#: (interpolation, padding mode, align_corners): "bilinear", "nearest" or "bicubic"; "zeros", "border" or "reflection"
How = tuple[str, str, bool]


def _reflected(u: Array, low: float, span: float) -> tuple[Array, Array]:
    """Coordinates thrown back at both ends, and the sign of their direction."""
    if span == 0:
        return np.zeros_like(u), np.zeros_like(u)
    sign = np.where(u - low < 0, -1.0, 1.0)
    distance = np.abs(u - low)
    extra = np.fmod(distance, span)
    even = np.floor(distance / span) % 2 == 0
    return np.where(even, extra + low, span - extra + low), np.where(even, sign, -sign)


def _bounded(u: Array, n: int, padding: str, align: bool) -> tuple[Array, Array]:
    """Coordinates after padding, and their derivative."""
    slope = np.ones_like(u)
    if padding == "reflection":
        u, slope = _reflected(u, 0.0 if align else -0.5, float(n - 1) if align else float(n))
    if padding != "zeros":
        slope = np.where((u <= 0) | (u >= n - 1), 0, slope)
        u = np.clip(u, 0, n - 1)
    return u, slope


def _cubic(x: Array, order: int) -> Array:
    """Derivatives of Keys's kernel (1981) with a = -0.75 at distances from the four neighbours, signed."""
    a = -0.75
    near = [a + 2, -(a + 3), 0.0, 1.0]
    far = [a, -5 * a, 8 * a, -4 * a]
    for _ in range(order):
        near, far = ([c * (len(p) - 1 - k) for k, c in enumerate(p[:-1])] or [0.0] for p in (near, far))
    size = np.abs(x)
    value = np.where(size <= 1, np.polyval(near, size), np.where(size < 2, np.polyval(far, size), 0))
    return value * np.sign(x) if order % 2 else value


def _taps(u: Array, n: int, how: How, order: int) -> tuple[Array, Array]:
    """(indices, weights) of the neighbours along one dimension, in a new last dimension."""
    mode, padding, align = how
    factor = ((n - 1) if align else n) / 2
    u = (u + 1) * factor - (0.0 if align else 0.5)
    if mode == "bicubic":
        low = np.floor(u)
        index = low[..., None] + np.arange(-1, 3)
        weight = _cubic(u[..., None] - index, order) * factor**order
        bounded, _ = _bounded(index, n, padding, align)
        return _inside(bounded, weight, n)
    u, slope = _bounded(u, n, padding, align)
    if mode == "nearest":
        index = np.rint(u)[..., None]
        return _inside(index, np.full(index.shape, 1.0 if order == 0 else 0.0), n)
    low = np.floor(u)
    index = low[..., None] + np.arange(2)
    part = u - low
    if order == 0:
        weight = np.stack([1 - part, part], -1)
    else:
        step = slope * factor if order == 1 else np.zeros_like(u)
        weight = np.stack([-step, step], -1)
    return _inside(index, weight, n)


def _inside(index: Array, weight: Array, n: int) -> tuple[Array, Array]:
    good = (index >= 0) & (index <= n - 1)
    return np.where(good, index, 0).astype(np.intp), np.where(good, weight, 0)


def _all_taps(grid: Array, shape: Ints, how: How, orders: Ints) -> tuple[list[Array], list[Array]]:
    """For each spatial dimension of the input its taps; the grid has them in reverse order."""
    found = [_taps(grid[..., len(shape) - 1 - k], n, how, orders[len(shape) - 1 - k]) for k, n in enumerate(shape)]
    return [f[0] for f in found], [f[1] for f in found]


def _crossed(pairs: Array) -> Array:
    """The last two dimensions as one (not by -1: there may be no element)."""
    return pairs.reshape(*pairs.shape[:-2], pairs.shape[-2] * pairs.shape[-1])


def _flat(grid: Array, shape: Ints, how: How, orders: Ints) -> tuple[Array, Array]:
    """Indices into the flattened input and weights: (N, points, neighbours)."""
    indices, weights = _all_taps(grid.astype(np.float64), shape, how, orders)
    place, weight = indices[0], weights[0]
    for index, w, n in zip(indices[1:], weights[1:], shape[1:], strict=True):
        place = _crossed(place[..., :, None] * n + index[..., None, :])
        weight = _crossed(weight[..., :, None] * w[..., None, :])
    count = numel(grid.shape[1:-1])
    size = (grid.shape[0], count, place.shape[-1])
    return place.reshape(size), weight.reshape(size)


def _sample(x: Array, grid: Array, how: How, orders: Ints) -> Array:
    place, weight = _flat(grid, x.shape[2:], how, orders)
    flat = x.reshape(*x.shape[:2], numel(x.shape[2:]))
    rows = np.arange(x.shape[0])[:, None, None]
    picked = moveaxis(flat, 1, -1)[rows, place]  # (N, points, neighbours, C)
    found = (picked * weight[..., None]).sum(2)
    return moveaxis(found, -1, 1).reshape(*x.shape[:2], *grid.shape[1:-1]).astype(x.dtype)


def _spread(g: Array, grid: Array, shape: Ints, how: How, orders: Ints) -> Array:
    place, weight = _flat(grid, shape[2:], how, orders)
    values = moveaxis(g.reshape(*g.shape[:2], numel(g.shape[2:])), 1, -1)  # (N, points, C)
    out = np.zeros((shape[0], numel(shape[2:]), shape[1]))
    np.add.at(out, (np.arange(shape[0])[:, None, None], place), values[:, :, None, :] * weight[..., None])
    return moveaxis(out, -1, 1).reshape(shape).astype(g.dtype)


def _grid_gradient(F: Any, g: Any, input: Any, grid: Any, how: How, orders: Ints) -> Any:
    """For each coordinate of the grid the derivative of the samples in its direction, summed over channels."""
    parts = []
    for k in range(len(orders)):
        raised = tuple(n + (d == k) for d, n in enumerate(orders))
        parts.append(F.sum_dim(g * F.grid_derivative(input, grid, how, raised), (1,), False))
    return F.stack(parts, -1)


def _zero_orders(grid: Any) -> Ints:
    return (0,) * grid.shape[-1]


def _declare(dims: int) -> None:
    def sampler(input: Array, grid: Array, how: How) -> Array:
        """Samples of ``(N, C, *size)`` at the points of a grid (N, *points, dimensions) in [-1, 1]."""
        return _sample(input, grid, how, (0,) * dims)

    def input_rule(F: Any, g: Any, input_shape: Ints, grid: Any, how: How) -> Any:
        return F.grid_spread(g, grid, input_shape, how, (0,) * dims)

    def grid_rule(F: Any, g: Any, input: Any, grid: Any, how: How) -> Any:
        return _grid_gradient(F, g, input, grid, how, (0,) * dims)

    sampler.__name__ = f"grid_sampler_{dims}d"
    size, points = (3, 4, 3)[:dims], (2, 2, 1)[:dims]
    operation(
        takes=("floating", f"grid_sampler_{dims}d_cpu_kernel_impl"),
        node=f"GridSampler{dims}DBackward0", spelling="grid_sample", input=input_rule, grid=grid_rule, rows="folded",
        examples=lambda r: [
            (r(1, 2, *size), r(1, *points, dims, low=-0.8, high=0.8), ("bilinear", "zeros", True)),
            (r(1, 2, *size), r(1, *points, dims, low=-0.8, high=0.8), ("bilinear", "reflection", False)),
            *([(r(1, 2, 4, 5), r(1, 2, 2, 2, low=-0.4, high=0.4), ("bicubic", "border", False))] if dims == 2 else []),
        ],
    )(sampler)  # fmt: skip


_declare(2)
_declare(3)


@operation(
    rows="folded",
    node="GridSampler2DBackwardBackward0",
    spelling="grid_sample",
    input=lambda F, g, input_shape, grid, how, orders: F.grid_spread(g, grid, input_shape, how, orders),
    grid=lambda F, g, input, grid, how, orders: _grid_gradient(F, g, input, grid, how, orders),
    examples=lambda r: [(r(1, 2, 3, 4), r(1, 2, 2, 2, low=-0.8, high=0.8), ("bilinear", "zeros", True), (0, 1))],
)
def grid_derivative(input: Array, grid: Array, how: How, orders: Ints) -> Array:
    """Derivatives of the samples, of these orders in the grid's coordinates."""
    return _sample(input, grid, how, orders)


@operation(
    rows="folded",
    sizes="shape",
    node="GridSampler2DBackwardBackward0",
    spelling="grid_sample",
    grad=lambda F, h, grid, how, orders: F.grid_derivative(h, grid, how, orders),
    grid=lambda F, h, grad, grid, how, orders: _grid_gradient(F, grad, h, grid, how, orders),
    examples=lambda r: [
        (r(1, 2, 2, 2), r(1, 2, 2, 2, low=-0.8, high=0.8), (1, 2, 3, 4), ("bilinear", "zeros", True), (0, 0))
    ],
)
def grid_spread(grad: Array, grid: Array, shape: Ints, how: How, orders: Ints) -> Array:
    """The transpose of sampling: gradients added to the neighbours that the samples were taken from."""
    return _spread(grad, grid, shape, how, orders)


# -- affine maps ------------------------------------------------------------------------------------------


def _base_said(F: Any, like: Any, size: Ints, align_corners: bool) -> Any:
    """The grid of the identity map, and a column of ones."""
    d = len(size) - 2
    shape = (size[0], d, d + 1)
    one = F.expand(F.slice_(F.identity(d + 1, like), 0, 0, d, 1), shape)
    grid = F.says("affine_grid", one, tuple(size), align_corners=align_corners)
    return F.says("pad", F.reshape(grid, (size[0], -1, d)), (0, 1), value=1.0)


@operation(rows="folded", sizes="size", formula=_base_said)
def affine_base(like: Index, size: Ints, align_corners: bool) -> Array:
    """The points of the output, as rows of homogeneous coordinates: (N, points, dimensions + 1)."""
    axes = []
    for n in size[2:]:
        line = np.linspace(-1, 1, n) if n > 1 else np.zeros(1)
        axes.append(line if align_corners else line * (n - 1) / n)
    mesh = np.meshgrid(*axes, indexing="ij")
    rows = np.stack([*(m.reshape(-1) for m in mesh[::-1]), np.ones(mesh[0].size)], -1)
    return np.broadcast_to(rows, (size[0], *rows.shape)).astype(like.dtype)


@operation(
    rows="folded",
    sizes="size",
    spelling="affine_grid",
    theta=lambda F, g, theta, size, align_corners: F.transpose(
        F.bmm(
            F.transpose(F.affine_base(theta, size, align_corners), 1, 2),
            F.reshape(g, (g.shape[0], -1, g.shape[-1])),
        ),
        1,
        2,
    ),
    examples=lambda r: [(r(2, 2, 3), (2, 1, 3, 4), False), (r(1, 3, 4), (1, 1, 2, 2, 2), True)],
)
def affine_grid_generator(theta: Array, size: Ints, align_corners: bool) -> Array:
    """The grid that samples what an affine map of the output's coordinates hits: (N, *size, dimensions)."""
    rank = len(size) - 1
    if theta.shape[0] != size[0]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{size[0]}, {rank}] but got: "
            f"[{theta.shape[0]}, {rank}]."
        )
    base = affine_base.op.kernel(theta, (1, *size[1:]), align_corners)  # the same for all
    found = multiplied(np.matmul, base, np.swapaxes(theta, 1, 2))
    return found.reshape(size[0], *size[2:], len(size) - 2)
