"""``grid_sample`` and ``affine_grid``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...engine.operation import OPERATIONS
from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics.limits import shown
from ...operations.nn import grid as operations
from ..calls.dtype_checks import check_same
from ..calls.python_function import define_python


def grid_sample(
    input: Tensor, grid: Tensor, mode: str = "bilinear", padding_mode: str = "zeros", align_corners: bool | None = None
) -> Any:
    """The input sampled at the points of ``grid``, whose coordinates go from -1 to 1, the last dimension first.

    ``mode`` is "bilinear", "nearest" or "bicubic", ``padding_mode`` "zeros", "border" or "reflection".
    """
    if mode not in ("bilinear", "nearest", "bicubic"):
        raise ValueError(
            "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: "
            f"'{shown(mode)}'"
        )
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError(
            "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: "
            f"'{shown(padding_mode)}'"
        )
    if align_corners is None:
        _warn_of_corners("grid_sample")
        align_corners = False
    shape, points = input.array.shape, grid.array.shape
    dims = len(shape) - 2
    if not shape or not points:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    if shape[0] != points[0]:
        raise RuntimeError(
            "grid_sampler(): expected grid and input to have same batch size, but got input with sizes "
            f"{list(shape)} and grid with sizes {list(points)}"
        )
    if points[-1] != dims:
        raise RuntimeError(
            f"grid_sampler(): expected grid to have size {dims} in last dimension, but got grid with sizes "
            f"{list(points)}"
        )
    for at, n in enumerate(shape[2:], 2):
        if not n:
            raise RuntimeError(
                "grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes "
                f"{list(shape)} with dimension {at} being empty"
            )
    if input.array.ndim != grid.array.ndim or dims not in (2, 3):
        raise RuntimeError(
            f"grid_sampler(): expected {'4' if dims == 2 else '5'}D input and grid with same number of dimensions, but "
            f"got input with sizes {list(shape)} and grid with sizes {list(points)}"
        )
    if dims == 3 and mode == "bicubic":
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")
    check_same(input, grid)
    how = (mode, padding_mode, bool(align_corners))
    return OPERATIONS[f"grid_sampler_{dims}d"].call(input, grid, how)


def affine_grid(theta: Tensor, size: Sequence[int], align_corners: bool | None = None) -> Any:
    """The grid for ``grid_sample`` that an affine map ``theta`` of the output's coordinates makes."""
    if align_corners is None:
        _warn_of_corners("affine_grid")
        align_corners = False
    if theta.array.dtype.kind != "f":
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    shape = tuple(size)
    rows = {4: 2, 5: 3}.get(len(shape))
    if rows is None:
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. "
            f"Got size {shown(size)}."
        )
    if theta.array.ndim != 3 or theta.array.shape[1:] != (rows, rows + 1):
        raise ValueError(
            f"Expected a batch of {rows}D affine matrices of shape Nx{rows}x{rows + 1} for size {shown(size)}. "
            f"Got {theta.shape!r}."
        )
    if min(shape, default=1) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {shape}")
    return operations.affine_grid_generator(theta, shape, bool(align_corners))


def _warn_of_corners(name: str) -> None:
    state.warn(
        "UserWarning",
        f"Default {name} behavior has changed to align_corners=False since 1.3.0. Please specify align_corners=True if "
        f"the old behavior is desired. See the documentation of {name} for details.",
    )


define_python("grid_sample", grid_sample, into="F")
define_python("affine_grid", affine_grid, into="F")
