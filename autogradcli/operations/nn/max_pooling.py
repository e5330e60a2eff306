"""Maximum pooling: maxima over windows, fixed and adaptive, with their places, and the way back from these.

A maximum's place is an index into the flattened spatial dimensions; its gradient is a scatter to that index, whose
transpose is a gather.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from ...engine.operation import Array, Index, operation
from ...numerics.adding import add_at
from ...numerics.away import by_windows
from ...numerics.limits import counted
from ...numerics.taken import Takes
from ..dims import numel
from . import pooling_formulas as said
from .pooling_windows import Ints, Window, cells_of, pool_windows
from .resample import zeros_rule


def _max_pool(x: Array, how: Window) -> tuple[Array, Array]:
    """(maxima, places)."""
    d = x.ndim - 2
    fill = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    win, out = pool_windows(x, how, fill)
    kernel, stride, padding, dilation, _ = how
    values, best = _best(win, kernel)
    if not any(padding) and all(
        (o - 1) * s + f * (k - 1) < n for o, s, f, k, n in zip(out, stride, dilation, kernel, x.shape[2:], strict=True)
    ):  # every window lies inside: where it begins, and a table of what is where in it
        tables = _tables if numel(x.shape[2:]) > _KEPT else _kept_tables
        begins, inside = tables(x.shape[2:], tuple(out), kernel, stride, dilation)
        return values, inside.take(best) + begins
    place = np.zeros(best.shape, np.int64)
    for k, offset in enumerate(np.unravel_index(best, kernel)):
        start = (np.arange(out[k]) * stride[k] - padding[k]).reshape((-1,) + (1,) * (d - 1 - k))
        at = start + offset * dilation[k]
        place = place * x.shape[2 + k] + np.clip(at, 0, x.shape[2 + k] - 1)
    return values, place


def _tables(shape: Ints, out: Ints, kernel: Ints, stride: Ints, dilation: Ints) -> tuple[Array, Array]:
    """The place at which each window begins, and how far from there each of its elements is."""
    numbers = np.arange(numel(shape)).reshape(shape)
    begins = numbers[tuple(slice(0, (o - 1) * s + 1, s) for o, s in zip(out, stride, strict=True))]
    inside = numbers[tuple(slice(0, f * (k - 1) + 1, f) for k, f in zip(kernel, dilation, strict=True))]
    return begins, inside.reshape(-1)


#: Elements of a picture up to which its tables are kept for the next time.
_KEPT = 1 << 14
_kept_tables = lru_cache(64)(_tables)

#: Up to so many elements a window is gone through element by element, all windows side by side.
_FEW = 32


def _best(win: Array, kernel: Ints) -> tuple[Array, Array]:
    """The largest element of each window, NaN counting as such, and its place there: the first of equal ones."""
    if numel(kernel) > _FEW:
        flat = win.reshape(*win.shape[: win.ndim - len(kernel)], numel(kernel))
        place = flat.argmax(-1)
        return np.take_along_axis(flat, place[..., None], -1)[..., 0], place
    parts = [np.ascontiguousarray(win[(..., *at)]) for at in np.ndindex(*kernel)]
    values = parts[0].copy()
    for part in parts[1:]:
        np.maximum(values, part, out=values)
    nothing = values.dtype.kind == "f" and np.isnan(np.add.reduce(values, None))  # which equals nothing
    place = np.zeros(values.shape, np.uint8)
    before = np.ones(values.shape, bool)  # whether the largest is none of the elements so far
    for part in parts[:-1]:
        before &= (part != values) & ~np.isnan(part) if nothing else part != values
        place += before
    return values, place


def _adaptive_max_pool(x: Array, how: Ints) -> tuple[Array, Array]:
    spatial = x.shape[2:]
    values = np.empty(x.shape[:2] + how, x.dtype)
    places = np.empty(x.shape[:2] + how, np.int64)
    index = np.arange(numel(spatial)).reshape(spatial)
    cells = [cells_of(n, out) for n, out in zip(spatial, how, strict=True)]
    for at in counted(np.ndindex(*how)):
        cell = tuple(c[k] for c, k in zip(cells, at, strict=True))
        part = x[(..., *cell)]
        part = part.reshape(*x.shape[:2], numel(part.shape[2:]))
        best = part.argmax(-1)
        values[(..., *at)] = np.take_along_axis(part, best[..., None], -1)[..., 0]
        places[(..., *at)] = index[cell].reshape(-1)[best]
    return values, places


def scatter_places(g: Array, places: Array, shape: Ints, dims: int) -> Array:
    lead = numel(shape[:-dims])
    out = np.zeros((lead, numel(shape[-dims:])), g.dtype)
    add_at(out, (np.arange(lead)[:, None], places.reshape(lead, -1)), g.reshape(lead, -1))
    return out.reshape(shape)


def gather_places(x: Array, places: Array, dims: int) -> Array:
    lead = numel(x.shape[:-dims])
    flat = x.reshape(lead, -1)
    return np.take_along_axis(flat, places.reshape(lead, -1), -1).reshape(places.shape)


def _declare_max(
    dims: int,
    name: str,
    node: str,
    spelling: str,
    pool: Callable[..., tuple[Array, Array]],
    examples: Any,
    takes: Takes,
) -> None:
    """A maximum pooling, the scatter of its gradient, and the gather that is the scatter's transpose."""

    def forward(input: Array, how: Any) -> tuple[Array, Array]:
        """Maxima over windows, and their places in the flattened input."""
        if input.ndim == dims + 2:
            return pool(input, how)
        values, places = pool(input[None], how)
        return values[0], places[0]

    def backward(grad: Array, input: Array, places: Index) -> Array:
        """The gradient put where the maxima were."""
        return scatter_places(grad, places, input.shape, dims)

    def rule(F: Any, g: Any, input: Any, result1: Any) -> Any:
        return getattr(F, name + "_backward")(g[0], input, result1)

    def rule_back(F: Any, h: Any, places: Any) -> Any:
        return F.gather_by_place(h, places, dims)

    forward.__name__, backward.__name__ = name, name + "_backward"
    operation(
        layout="channels",
        formula=lambda F, input, how: said.max_pool(F, spelling, input, how),
        takes=takes,
        cost=by_windows,
        node=node,
        spelling=spelling,
        outputs=("result", "indices"),
        differentiable=(0,),
        rows="folded",
        input=rule,
        examples=examples,
    )(forward)
    operation(
        formula=lambda F, grad, input, places: said.scattered(F, grad, places, tuple(input.shape), dims),
        node=node.removesuffix("0") + "Backward0",
        spelling=spelling,
        kind="linear",
        rows="folded",
        grad=rule_back,
        input=zeros_rule,
        examples=lambda r: [(r(1, 2, *(2,) * dims), r(1, 2, *(3,) * dims), r.index((1, 2, *(2,) * dims), 3**dims))],
    )(backward)


_declare_max(
    2,
    "max_pool2d_with_indices", "MaxPool2DWithIndicesBackward0", "max_pool2d", _max_pool,
    lambda r: [(r.distinct((1, 2, 4, 5)), ((2, 2), (2, 2), (0, 1), (1, 1), False))],
    ("integer floating", "max_pool2d"),
)  # fmt: skip
_declare_max(
    3,
    "max_pool3d_with_indices", "MaxPool3DWithIndicesBackward0", "max_pool3d", _max_pool,
    lambda r: [(r.distinct((1, 1, 4, 4, 4)), ((2, 2, 2), (2, 2, 2), (0, 0, 0), (1, 1, 1), True))],
    ("integer floating", "max_pool3d"),
)  # fmt: skip
_declare_max(
    2,
    "adaptive_max_pool2d", "AdaptiveMaxPool2DBackward0", "adaptive_max_pool2d", _adaptive_max_pool,
    lambda r: [(r.distinct((1, 2, 4, 5)), (2, 3))],
    ("floating", "adaptive_max_pool2d"),
)  # fmt: skip
_declare_max(
    3,
    "adaptive_max_pool3d", "AdaptiveMaxPool3DBackward0", "adaptive_max_pool3d", _adaptive_max_pool,
    lambda r: [(r.distinct((1, 1, 4, 4, 4)), (2, 3, 2))],
    ("floating", "adaptive_max_pool3d_cpu"),
)  # fmt: skip


@operation(
    rows="leading",
    formula=said.gathered,
    node="ViewBackward0",
    kind="linear",
    input=lambda F, g, places, dims, input_shape: F.scatter_by_place(g, places, input_shape, dims),
    examples=lambda r: [(r(1, 2, 3, 3), r.index((1, 2, 2, 2), 9), 2)],
)
def gather_by_place(input: Array, places: Index, dims: int) -> Array:
    """The elements at places in the flattened spatial dimensions."""
    return gather_places(input, places, dims)


@operation(
    rows="leading",
    sizes="shape",
    formula=lambda F, g, places, shape, dims: said.scattered(F, g, places, tuple(shape), dims),
    kind="linear",
    g=lambda F, h, places, dims: F.gather_by_place(h, places, dims),
    examples=lambda r: [(r(1, 2, 2, 2), r.index((1, 2, 2, 2), 9), (1, 2, 3, 3), 2)],
)
def scatter_by_place(g: Array, places: Index, shape: Ints, dims: int) -> Array:
    """The transpose of ``gather_by_place``."""
    return scatter_places(g, places, shape, dims)


def _declare_unpool(dims: int) -> None:
    name = f"max_unpool{dims}d"

    def forward(input: Array, indices: Index, size: Ints) -> Array:
        """Values put at the places that a maximum pooling gave, zeros elsewhere."""
        if input.shape != indices.shape:
            raise RuntimeError(
                f"Expected shape of indices to be same as that of the input tensor ({list(input.shape)}) but got "
                f"indices tensor with shape: {list(indices.shape)}"
            )
        limit = numel(size)
        wrong = (indices < 0) | (indices >= limit)
        if wrong.any():
            sizes = "x".join(map(str, size))
            raise RuntimeError(
                f"Found an invalid max index: {int(indices[wrong].flat[0])} (output volumes are of size {sizes})"
            )
        lead = input.shape[:-dims]
        out = np.zeros((numel(lead), limit), input.dtype)
        flat = (numel(lead), numel(input.shape[-dims:]))
        np.put_along_axis(out, indices.reshape(flat), input.reshape(flat), -1)
        return out.reshape(*lead, *size)

    def rule(F: Any, g: Any, indices: Any) -> Any:
        return F.gather_by_place(g, indices, dims)

    forward.__name__ = name
    operation(
        rows="leading",
        takes=("floating", name),
        formula=lambda F, input, indices, size: said.scattered(
            F, input, indices, (*input.shape[: input.ndim - dims], *size), dims
        ),
        node=f"MaxUnpool{dims}DBackward0",
        kind="linear",
        input=rule,
        examples=lambda r: [(r(1, 2, *(2,) * dims), r.tensor(_unlike(dims)), (4,) * dims)],
    )(forward)


def _unlike(dims: int) -> Array:
    """Places that are all different, for an example."""
    return np.arange(2 * 2**dims).reshape(1, 2, *(2,) * dims) * 3 % 4**dims


_declare_unpool(2)
_declare_unpool(3)
