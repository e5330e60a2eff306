"""Padding by copies of elements, and interpolation.

All of these take, along each dimension, a few elements with weights ("taps") for every element of the result:
reflection and replication one with weight 1, linear interpolation two, cubic four. Their transposes add the same
elements up again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ...numerics.layouts import moveaxis
from ...numerics.limits import charge_array
from ...numerics.numbers import number_in
from ...numerics.taken import Takes
from .windowed import one_or_all, turned_back

Shape = tuple[int, ...]

#: For one dimension: indices (result, taps) into it and their weights, None for 1.
Taps = tuple[Array, Array | None]


def gathered(x: Array, taps: dict[int, Taps]) -> Array:
    """The weighted elements along each dimension that has taps."""
    for axis, (index, weight) in taps.items():
        shape = [1] * x.ndim
        shape[axis] = index.shape[0]
        total: Any = None
        for t in range(index.shape[1]):
            part = np.take(x, index[:, t], axis)
            if weight is not None:
                part = part * weight[:, t].reshape(shape).astype(x.dtype, copy=False)
            total = part if total is None else total + part
        x = total
    return x


def scattered(g: Array, taps: dict[int, Taps], shape: Shape) -> Array:
    """The transpose of ``gathered`` for an input of this shape."""
    for axis, (index, weight) in reversed(taps.items()):
        moved = moveaxis(g, axis, 0)
        out = np.zeros((shape[axis], *moved.shape[1:]), g.dtype)
        for t in range(index.shape[1]):
            part = moved
            if weight is not None:
                part = moved * weight[:, t].reshape((-1,) + (1,) * (moved.ndim - 1)).astype(g.dtype, copy=False)
            np.add.at(out, index[:, t], part)
        g = moveaxis(out, 0, axis)
    return np.ascontiguousarray(g)


# -- padding ----------------------------------------------------------------------------------------------


def _padded_said(F: Any, input: Any, pad: Shape, value: float) -> Any:
    """Slices where only something is cut off."""
    if any(p > 0 for p in pad):
        return F.says("pad", input, tuple(pad), **({"value": value} if value else {}))
    for k in range(len(pad) // 2):
        axis, before, after = input.ndim - 1 - k, -pad[2 * k], -pad[2 * k + 1]
        if before or after:
            input = F.slice_(input, axis, before, input.shape[axis] - after, 1)
    return input


@operation(
    half="moved",
    rows="leading",
    layout="channels",
    fits="value",
    fits_in="operand",
    formula=_padded_said,
    kind="linear",
    input=lambda F, g, pad: F.constant_pad_nd(g, tuple(-p for p in pad), 0.0),
    jvp=lambda F, t, pad: F.constant_pad_nd(t["input"], pad, 0.0),
    examples=lambda r: [(r(2, 3), (1, 2), 0.5), (r(2, 3), (1, -1, 0, 2), 0.0)],
)
def constant_pad_nd(input: Array, pad: Shape, value: float = 0.0) -> Array:
    """``value`` added around; ``pad`` goes in pairs from the last dimension, a negative amount cuts off."""
    shape = list(input.shape)
    source = [slice(None)] * input.ndim
    target = [slice(None)] * input.ndim
    for k in range(len(pad) // 2):
        axis = input.ndim - 1 - k
        before, after = pad[2 * k], pad[2 * k + 1]
        n = input.shape[axis]
        shape[axis] = n + before + after
        if shape[axis] < 0:
            raise RuntimeError("narrow(): length must be non-negative.")
        source[axis] = slice(max(-before, 0), n - max(-after, 0))
        target[axis] = slice(max(before, 0), shape[axis] - max(after, 0))
    out = np.full(shape, number_in(input.dtype, value)) if value else np.zeros(shape, input.dtype)
    out[tuple(target)] = input[tuple(source)]
    return out


def _reflected(n: int, before: int, after: int) -> Array:
    index = np.abs(np.arange(-before, n + after))
    return np.where(index >= n, 2 * (n - 1) - index, index)


def _replicated(n: int, before: int, after: int) -> Array:
    return np.clip(np.arange(-before, n + after), 0, n - 1)


def _pad_taps(shape: Shape, pad: Shape, index_of: Callable[[int, int, int], Array]) -> dict[int, Taps]:
    taps: dict[int, Taps] = {}
    for k in range(len(pad) // 2):
        axis = len(shape) - 1 - k
        taps[axis] = (index_of(shape[axis], pad[2 * k], pad[2 * k + 1])[:, None], None)
    return taps


def declare_pair(
    name: str,
    node: str,
    spelling: str,
    forward: Callable[..., Array],
    backward: Callable[..., Array],
    examples: Any,
    keeps_input: bool = False,
    cost: Callable[[tuple[Any, ...]], bool] | None = None,
    said: Callable[..., Any] | None = None,
    said_back: Callable[..., Any] | None = None,
    examples_back: Any = None,
    takes: Takes | None = None,
    rows: str = "folded",
) -> None:
    """Declare a linear operation ``forward(input, how)`` and its transpose ``backward(grad, shape, how)``, each the
    other's rule.

    With ``keeps_input`` the transpose is given the input itself and has a derivative of zeros for it, as PyTorch's
    have for pooling and padding: second derivatives are then zeros instead of missing. ``said(F, input, how)`` and
    ``said_back(F, grad, shape, how)`` are their formulas.
    """

    def apply(input: Array, how: Any) -> Array:
        return forward(input, how)

    def apply_back(grad: Array, shape: Shape, how: Any) -> Array:
        return backward(grad, shape, how)

    def apply_back_like(grad: Array, input: Array, how: Any) -> Array:
        return backward(grad, input.shape, how)

    def rule(F: Any, g: Any, input_shape: Shape, how: Any) -> Any:
        return getattr(F, name + "_backward")(g, input_shape, how)

    def rule_like(F: Any, g: Any, input: Any, how: Any) -> Any:
        return getattr(F, name + "_backward")(g, input, how)

    def rule_back(F: Any, h: Any, how: Any) -> Any:
        return getattr(F, name)(h, how)

    apply.__name__, apply.__doc__ = name, forward.__doc__
    back = apply_back_like if keeps_input else apply_back
    back.__name__, back.__doc__ = name + "_backward", f"The transpose of ``{name}``."

    def formula_back(F: Any, grad: Any, like: Any, how: Any) -> Any:
        return said_back(F, grad, tuple(like.shape if keeps_input else like), how) if said_back else None

    operation(
        layout="channels",
        formula=said,
        cost=cost,
        takes=takes,
        node=node,
        spelling=spelling,
        kind="linear",
        rows=rows,
        examples=examples,
        input=rule_like if keeps_input else rule,
    )(apply)
    rules: dict[str, Any] = {"grad": rule_back}
    if keeps_input:
        rules["input"] = zeros_rule
    else:
        rules["sizes"] = "shape"
    title = node.removesuffix("0") + "Backward0"
    operation(
        cost=cost,
        node=title,
        spelling=spelling,
        kind="linear",
        formula=formula_back,
        examples=examples_back,
        rows=rows,
        **rules,
    )(back)


def zeros_rule(F: Any, h: Any, input: Any) -> Any:
    """The derivative of what only the shape of an input matters for."""
    return F.zeros_like(input)


def _declare_pad(style: str, dims: int, index_of: Callable[[int, int, int], Array]) -> None:
    """``reflection_pad1d`` and so on. ``how`` is the amounts, in pairs from the last dimension."""

    def forward(input: Array, how: Shape) -> Array:
        """Padding by elements of the input itself."""
        return gathered(input, _pad_taps(input.shape, how, index_of))

    def backward(g: Array, shape: Shape, how: Shape) -> Array:
        return scattered(g, _pad_taps(shape, how, index_of), shape)

    def said(F: Any, input: Any, how: Shape) -> Any:
        return F.says("pad", input, tuple(how), mode={"reflection": "reflect", "replication": "replicate"}[style])

    def said_back(F: Any, g: Any, shape: Shape, how: Shape) -> Any:
        """What was copied is added up again, along each dimension."""
        for axis, (index, _) in _pad_taps(shape, how, index_of).items():
            zeros = F.new_zeros(g, (*g.shape[:axis], shape[axis], *g.shape[axis + 1 :]))
            g = F.index_add(zeros, axis, F.constant(index[:, 0].astype(np.int64)), g, 1)
        return g

    def examples(r: Any) -> Any:
        return [(r(2, 1, *range(2, 2 + dims)), (1,) * (2 * dims))]

    def examples_back(r: Any) -> Any:
        return [(r(2, 1, *range(4, 4 + dims)), r(2, 1, *range(2, 2 + dims)), (1,) * (2 * dims))]

    declare_pair(
        f"{style}_pad{dims}d", f"{style.capitalize()}Pad{dims}DBackward0", "pad", forward, backward, examples,
        keeps_input=True, said=said, said_back=said_back, examples_back=examples_back,
        takes=("integer floating complex", f"{style}_pad{dims}d"),
    )  # fmt: skip


for _dims in (1, 2, 3):
    _declare_pad("reflection", _dims, _reflected)
    _declare_pad("replication", _dims, _replicated)


# -- interpolation ----------------------------------------------------------------------------------------
#
# ``how`` is (size of the result, align_corners, scale of each dimension or None). Coordinates are computed in the
# precision of the input, as PyTorch does.


def _scale(n: int, out: int, align: bool, given: float | None) -> float:
    """Distance of the input's points that neighbours of the result have."""
    if align:
        return (n - 1) / (out - 1) if out > 1 else 0.0
    return 1.0 / given if given else n / out


def _nearest(n: int, out: int, align: bool, given: float | None, real: Any) -> Taps:
    at = np.floor(np.arange(out, dtype=np.float32) * np.float32(_scale(n, out, False, given)))
    return np.minimum(at.astype(np.intp), n - 1)[:, None], None


def _nearest_exact(n: int, out: int, align: bool, given: float | None, real: Any) -> Taps:
    at = np.floor((np.arange(out, dtype=np.float32) + np.float32(0.5)) * np.float32(_scale(n, out, False, given)))
    return np.minimum(at.astype(np.intp), n - 1)[:, None], None


def _places(n: int, out: int, align: bool, given: float | None, real: Any) -> Array:
    scale = real(_scale(n, out, align, given))
    at = np.arange(out, dtype=real)
    return at * scale if align else (at + real(0.5)) * scale - real(0.5)


def _linear(n: int, out: int, align: bool, given: float | None, real: Any) -> Taps:
    at = np.maximum(_places(n, out, align, given, real), 0)
    low = np.minimum(at.astype(np.intp), n - 1)
    part = at - low
    return np.stack([low, np.minimum(low + 1, n - 1)], 1), np.stack([1 - part, part], 1)


def _cubic(n: int, out: int, align: bool, given: float | None, real: Any) -> Taps:
    at = _places(n, out, align, given, real)
    low = np.floor(at).astype(np.intp)
    part = at - low
    distances = [part + 1, part, 1 - part, 2 - part]
    weights = np.stack([_cubic_weight(x, -0.75) for x in distances], 1)
    return np.clip(low[:, None] + np.arange(-1, 3), 0, n - 1), weights


def _cubic_weight(x: Array, a: float) -> Array:
    """Keys's convolution kernel (1981) with parameter ``a``."""
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x <= 1, near, np.where(x < 2, far, 0))


def _smooth(n: int, out: int, align: bool, given: float | None, reach: float, weigh: Callable[[Array], Array]) -> Taps:
    """Taps of an antialiased interpolation: the kernel is as wide as the result is coarse."""
    scale = _scale(n, out, align, given)
    wide = max(scale, 1.0)
    centre = scale * (np.arange(out) + 0.5)
    first = np.maximum((centre - reach * wide + 0.5).astype(np.intp), 0)
    last = np.minimum((centre + reach * wide + 0.5).astype(np.intp), n)
    index = first[:, None] + np.arange(int((last - first).max()))
    weights = weigh(np.abs((index - centre[:, None] + 0.5) / wide))
    weights = np.where(index < last[:, None], weights, 0)
    return np.minimum(index, n - 1), weights / weights.sum(1, keepdims=True)


def _linear_smooth(n: int, out: int, align: bool, given: float | None, real: Any) -> Taps:
    return _smooth(n, out, align, given, 1.0, lambda x: np.maximum(1 - x, 0))


def _cubic_smooth(n: int, out: int, align: bool, given: float | None, real: Any) -> Taps:
    return _smooth(n, out, align, given, 2.0, lambda x: _cubic_weight(x, -0.5))


def _sized(size: Shape, align: bool, scales: Sequence[float | None], mode: str) -> dict[str, Any]:
    """The keywords with which the user's function is told the same."""
    known = {"size": one_or_all(size)} if None in scales else {"scale_factor": one_or_all(scales)}
    known |= {} if mode == "nearest" else {"mode": mode}
    return known | ({"align_corners": True} if align else {})


#: Modes of one dimension, whose function makes the matrix of each.
_OF_ONE = {"bilinear": "linear", "trilinear": "linear", "linear": "linear", "nearest": "nearest",
           "nearest-exact": "nearest-exact"}  # fmt: skip


#: What PyTorch's kernels are called where they refuse a dtype, if not by the weights of their mode.
_KERNELS = {
    "nearest-exact": "compute_indices_weights_nearest", "bilinear": "upsample_bilinear2d_channels_last",
    "trilinear": "compute_indices_weights_linear", "bicubic": "compute_indices_weights_cubic",
}  # fmt: skip


def _declare_upsample(name: str, node: str, dims: int, taps_of: Callable[..., Taps]) -> None:
    """``upsample_linear1d`` and so on."""
    smooth = name.endswith("_aa")
    mode = name.removeprefix("upsample_").removesuffix("_aa")[:-2].replace("_", "-")
    kernel = _KERNELS.get(mode, f"compute_indices_weights_{mode}")

    def taps(shape: Shape, how: tuple[Shape, bool, Sequence[float | None]], dtype: Any) -> dict[int, Taps]:
        size, align, scales = how
        real = np.float64 if dtype.itemsize == 8 else np.float32
        return {k + 2: taps_of(shape[k + 2], size[k], align, scales[k], real) for k in range(dims)}

    def forward(input: Array, how: Any) -> Array:
        """Interpolation to another size."""
        charge_array((*input.shape[:2], *how[0]), input.itemsize)  # before as much is worked out for each dimension
        return gathered(input, taps(input.shape, how, input.dtype))

    def backward(g: Array, shape: Shape, how: Any) -> Array:
        return scattered(g, taps(shape, how, g.dtype), shape)

    def said(F: Any, input: Any, how: Any) -> Any:
        size, align, scales = how
        options = _sized(size, align, scales, mode) | ({"antialias": True} if smooth else {})
        return F.says("interpolate", input, **options)

    def said_back(F: Any, g: Any, shape: Shape, how: Any) -> Any:
        size, align, scales = how
        times = tuple(o // n if n and not o % n else 0 for n, o in zip(shape[2:], size))
        if mode.startswith("nearest") and all(times) and all(s in (None, t) for s, t in zip(scales, times)):
            if dims == 1:
                return F.says("avg_pool1d", g, times[0]) * times[0]
            return F.says(f"avg_pool{dims}d", g, one_or_all(times), divisor_override=1)
        matrices = []
        for k, n in enumerate(shape[2:]):
            if mode in _OF_ONE and not smooth:
                rows = F.unsqueeze(F.identity(n, g), 0)
                along = _sized(size[k : k + 1], align, scales[k : k + 1], _OF_ONE[mode])
                matrices.append(F.select(F.says("interpolate", rows, **along), 0, 0))
            else:
                real = g.dtype.np.type
                whole = gathered(np.eye(n, dtype=real), {1: taps_of(n, size[k], align, scales[k], real)})
                matrices.append(F.constant(whole))
        return turned_back(F, g, matrices)

    def examples(r: Any) -> Any:
        twice = ((6,) * dims, False, (2.0,) * dims)
        return [(r(1, 2, *(3,) * dims), ((5,) * dims, False, (None,) * dims)), (r(1, 2, *(3,) * dims), twice)]

    declare_pair(
        name, node, "interpolate", forward, backward, examples, said=said, said_back=said_back,
        examples_back=lambda r: [
            (r(1, 2, *(5,) * dims), (1, 2, *(3,) * dims), ((5,) * dims, False, (None,) * dims))
        ],
        takes=("floating uint8", kernel),
    )  # fmt: skip


for _dims in (1, 2, 3):
    _declare_upsample(f"upsample_nearest{_dims}d", f"UpsampleNearest{_dims}DBackward0", _dims, _nearest)
    _declare_upsample(
        f"upsample_nearest_exact{_dims}d", f"UpsampleNearestExact{_dims}DBackward0", _dims, _nearest_exact
    )
_declare_upsample("upsample_linear1d", "UpsampleLinear1DBackward0", 1, _linear)
_declare_upsample("upsample_bilinear2d", "UpsampleBilinear2DBackward0", 2, _linear)
_declare_upsample("upsample_trilinear3d", "UpsampleTrilinear3DBackward0", 3, _linear)
_declare_upsample("upsample_bicubic2d", "UpsampleBicubic2DBackward0", 2, _cubic)
_declare_upsample("upsample_bilinear2d_aa", "UpsampleBilinear2DAaBackward0", 2, _linear_smooth)
_declare_upsample("upsample_bicubic2d_aa", "UpsampleBicubic2DAaBackward0", 2, _cubic_smooth)
