"""Padding, interpolation and rearrangement of pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine.operation import OPERATIONS
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.limits import shown
from ...operations.nn import pixels
from ...operations.nn.resample import constant_pad_nd
from ...operations.refuse import not_implemented_for
from ...operations.shape.copies import copy_into
from ...operations.shape.slicing import slice_
from ...operations.shape.view import squeeze_dim, unsqueeze
from ..calls.overloads import define
from ..calls.python_function import define_python
from .pooling import adaptive_average
from .resampling_types import check_resized

# -- padding ----------------------------------------------------------------------------------------------


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Any:
    """The tensor enlarged; ``pad`` goes in pairs from the last dimension: (left, right, top, bottom, ...).

    ``mode`` says by what: "constant" by ``value``, "reflect" and "replicate" by the elements near the border,
    "circular" by those of the other end. A negative amount cuts off.
    """
    amounts = tuple(pad)
    ndim = input.array.ndim
    if len(amounts) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(amounts) > 2 * ndim:
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(amounts)} and input of dimension {ndim}"
        )
    if mode == "constant":
        return constant_pad_nd(input, amounts, 0.0 if value is None else float(value))
    if value not in (None, 0):
        raise RuntimeError(f'Padding mode "{shown(mode)}" doesn\'t take in value argument')
    dims = len(amounts) // 2
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {shown(mode)}")
    if dims > 3 or ndim not in (dims + 1, dims + 2):
        raise NotImplementedError(
            f"Padding size {len(amounts)} is not supported for {ndim}D input tensor.\n"
            "Supported combinations for non-constant padding:\n"
            "  - 2D or 3D input: padding size = 2 (pads last dimension)\n"
            "  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n"
            "  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"
        )
    if mode == "circular":
        return _circular(input, amounts)
    if mode == "reflect":
        _check_reflection(input, amounts)
    style = "reflection" if mode == "reflect" else "replication"
    return OPERATIONS[f"{style}_pad{dims}d"].call(input, amounts)


def _check_reflection(input: Tensor, amounts: Sequence[int]) -> None:
    for k in range(len(amounts) // 2):
        at = input.array.ndim - 1 - k
        before, after = amounts[2 * k : 2 * k + 2]
        if max(before, after) >= input.array.shape[at]:
            raise RuntimeError(
                f"Argument #{2 * k + 4}: Padding size should be less than the corresponding input dimension, but got: "
                f"padding ({before}, {after}) at dimension {at} of input {list(input.array.shape)}"
            )


def _circular(input: Tensor, amounts: Sequence[int]) -> Any:
    """The input copied into the middle of an empty tensor, then the ends copied to either side, as PyTorch does."""
    ndim, shape = input.array.ndim, input.array.shape
    sides = [(ndim - 1 - k, amounts[2 * k], amounts[2 * k + 1]) for k in range(len(amounts) // 2)]
    size = list(shape)
    for dim, before, after in sides:
        size[dim] += before + after
        if before > shape[dim] or after > shape[dim]:
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if size[dim] < 0:
            raise RuntimeError("Negative padding value is resulting in an empty dimension.")
    out = wrap(np.zeros(size, input.array.dtype))
    target: Any = out
    source: Any = input
    for dim, before, after in sides[::-1]:
        target = slice_(target, dim, max(before, 0), size[dim] - max(after, 0), 1)
        source = slice_(source, dim, max(-before, 0), shape[dim] - max(-after, 0), 1)
    copy_into(target, source)
    for dim, before, after in sides[::-1]:
        end = size[dim] - max(after, 0)
        if before > 0:
            copy_into(slice_(out, dim, 0, before, 1), slice_(out, dim, end - before, end, 1))
        if after > 0:
            start = max(before, 0)
            copy_into(slice_(out, dim, size[dim] - after, size[dim], 1), slice_(out, dim, start, start + after, 1))
    return out


def _constant_pad(input: Tensor, pad: Sequence[int], value: Any) -> Any:
    """The tensor enlarged by a constant; ``pad`` goes in pairs from the last dimension."""
    if len(pad) % 2:
        raise RuntimeError(f"Length of pad must be even but instead it equals {len(pad)}")
    return constant_pad_nd(input, tuple(pad), value)


define_python("pad", pad, into="F")
define("constant_pad_nd", ("(Tensor input, IntList pad, Scalar value=0)", _constant_pad))

# -- interpolation ----------------------------------------------------------------------------------------

_LINEAR = {"linear": (1, "upsample_linear1d"), "bilinear": (2, "upsample_bilinear2d"),
           "bicubic": (2, "upsample_bicubic2d"), "trilinear": (3, "upsample_trilinear3d")}  # fmt: skip


def interpolate(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Any:
    """The input resampled to another size, given as ``size`` or by ``scale_factor``.

    ``mode`` is "nearest", "nearest-exact", "linear" (one dimension), "bilinear", "bicubic" (two), "trilinear" (three)
    or "area". ``align_corners`` lets the corner points of both grids coincide.
    """
    if mode in ("nearest", "area", "nearest-exact"):
        if align_corners is not None:
            raise ValueError(
                "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | "
                "trilinear"
            )
    elif align_corners is None:
        align_corners = False
    shape = input.array.shape
    dims = input.array.ndim - 2
    if mode != "area" and dims > 0:
        check_resized(input, size, scale_factor, mode, align_corners, antialias)
    out, scales = _sizes(shape[2:], dims, size, scale_factor)
    if recompute_scale_factor and size is not None:
        raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
    if recompute_scale_factor:
        scales = [None] * dims
    if antialias and not (mode in ("bilinear", "bicubic", "lanczos") and input.array.ndim == 4):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input"
        )
    if dims in (1, 2, 3) and mode != "area":
        _check_resampled(shape, out)
    if dims in (1, 2, 3) and mode in ("nearest", "nearest-exact"):
        if input.dtype.category != dtypes.FLOATING and input.dtype is not dtypes.uint8:
            not_implemented_for("compute_indices_weights_nearest", input.array)
        name = "upsample_nearest" if mode == "nearest" else "upsample_nearest_exact"
        return OPERATIONS[f"{name}{dims}d"].call(input, (out, False, tuple(scales)))
    if dims in (1, 2, 3) and mode == "area":
        return _area(input, out, dims)
    if dims in (1, 2, 3) and mode in _LINEAR and not (mode == "bicubic" and dims == 1):
        want, name = _LINEAR[mode]
        if want != dims:
            raise NotImplementedError(f"Got {dims + 2}D input, but {shown(mode)} mode needs {want + 2}D input")
        return OPERATIONS[name + ("_aa" if antialias else "")].call(input, (out, bool(align_corners), tuple(scales)))
    raise NotImplementedError(
        f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {dims + 2}D) for the modes: nearest | linear | "
        f"bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got {shown(mode)})"
    )


def _sizes(shape: Sequence[int], dims: int, size: Any, scale_factor: Any) -> tuple[tuple[int, ...], list[Any]]:
    """The size of the result and, where they were given, the scales."""
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is not None:
        if isinstance(size, (list, tuple)):
            if len(size) != dims:
                raise ValueError(
                    "Input and output must have the same number of spatial dimensions, but got input with spatial "
                    f"dimensions of {list(shape)} and output size of {shown(size)}. Please provide input tensor in "
                    "(N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format."
                )
            return tuple(int(n) for n in size), [None] * dims
        return (int(size),) * dims, [None] * dims
    if scale_factor is None:
        raise ValueError("either size or scale_factor should be defined")
    if isinstance(scale_factor, (list, tuple)):
        if len(scale_factor) != dims:
            raise ValueError(
                "Input and scale_factor must have the same number of spatial dimensions, but got input with spatial "
                f"dimensions of {list(shape)} and scale_factor of shape {shown(scale_factor)}. Please provide input "
                "tensor in (N, C, d1, d2, ...,dK) format and scale_factor in (s1, s2, ...,sK) format."
            )
        scales = [float(s) for s in scale_factor]
    else:
        scales = [float(scale_factor)] * dims
    return tuple(math.floor(n * s) for n, s in zip(shape, scales, strict=True)), scales


def _check_resampled(shape: Sequence[int], out: Sequence[int]) -> None:
    """RuntimeError for an image without pixels, before or after."""
    dims = len(out)
    if min(*out, *shape[2:]) < 1:
        axes = "DHW"[3 - dims :]
        given, made = (
            f"({', '.join(f'{axis}: {n}' for axis, n in zip(axes, sizes, strict=True))})" for sizes in (shape[2:], out)
        )
        joint = " and " if dims == 1 else " "
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input {given}{joint}output {made}"
        )
    if 0 in shape[1:]:
        raise RuntimeError(f"Non-empty {dims + 2}D data tensor expected but got a tensor with sizes {list(shape)}")


def _area(input: Tensor, out: tuple[int, ...], dims: int) -> Any:
    if dims == 1:
        return squeeze_dim(adaptive_average(unsqueeze(input, -2), (1, *out)), -2)
    return adaptive_average(input, out) if dims == 2 else OPERATIONS["adaptive_avg_pool3d"].call(input, out)


def upsample(
    input: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None
) -> Any:
    """``interpolate`` in older clothes."""
    _deprecated("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Tensor, size: Any = None, scale_factor: Any = None) -> Any:
    """``interpolate`` by the nearest neighbour, in older clothes."""
    _deprecated("upsample_nearest")
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input: Tensor, size: Any = None, scale_factor: Any = None) -> Any:
    """Bilinear ``interpolate`` with aligned corners, in older clothes."""
    _deprecated("upsample_bilinear")
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def _deprecated(name: str) -> None:
    state.warn(
        "UserWarning",
        f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.",
    )


for _function in (interpolate, upsample, upsample_nearest, upsample_bilinear):
    define_python(_function.__name__, _function, into="F")

# -- pixels -----------------------------------------------------------------------------------------------


def _pixel_shuffle(input: Tensor, upscale_factor: int) -> Any:
    """Channels dealt out as pixels: (*, C r^2, H, W) to (*, C, H r, W r)."""
    return pixels.pixel_shuffle(input, upscale_factor)


def _pixel_unshuffle(input: Tensor, downscale_factor: int) -> Any:
    """Pixels gathered as channels: (*, C, H r, W r) to (*, C r^2, H, W)."""
    return pixels.pixel_unshuffle(input, downscale_factor)


def _channel_shuffle(input: Tensor, groups: int) -> Any:
    """Channels of all groups dealt out in turn."""
    return pixels.channel_shuffle(input, groups)


define("pixel_shuffle", ("(Tensor input, int upscale_factor)", _pixel_shuffle), into="torch F")
define("pixel_unshuffle", ("(Tensor input, int downscale_factor)", _pixel_unshuffle), into="torch F")
define("channel_shuffle", ("(Tensor input, SymInt groups)", _channel_shuffle), into="torch F")
