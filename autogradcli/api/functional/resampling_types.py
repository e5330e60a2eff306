"""What ``F.interpolate`` says of sizes and scales of other types: the words of the function that it calls then."""

from __future__ import annotations

from typing import Any, NoReturn

from ...engine.tensor import Tensor
from ...numerics import dtypes
from ..calls.overloads import Function

_CALLED = {
    "nearest": "upsample_nearest{}d", "nearest-exact": "_upsample_nearest_exact{}d", "linear": "upsample_linear1d",
    "bilinear": "upsample_bilinear2d", "bicubic": "upsample_bicubic2d", "trilinear": "upsample_trilinear3d",
}  # fmt: skip


def check_resized(input: Tensor, size: Any, scale: Any, mode: str, corners: Any, antialias: bool) -> None:
    """Raise TypeError where a size is no integer, a scale no number, or ``align_corners`` no truth value."""
    dims = input.array.ndim - 2
    if size is not None and scale is not None:
        return
    if isinstance(size, (list, tuple)):
        if len(size) == dims and not all(isinstance(n, (int, Tensor)) for n in size):
            raise TypeError(
                "expected size to be one of int or Tuple[int] or Tuple[int, int] or Tuple[int, int, int], but got size "
                f"with types [{', '.join(str(type(n)) for n in size)}]"
            )
        sizes: Any = None
    else:
        sizes = None if size is None else [size] * dims
    scales = scale if isinstance(scale, (list, tuple)) or scale is None else [scale] * dims
    whole = sizes is None or type(size) is int or _is_number(size)
    numbers = scales is None or all(isinstance(s, (int, float)) for s in scales)
    if whole and numbers and (corners is None or isinstance(corners, bool)):
        return
    if mode in _CALLED and (mode.startswith("nearest") or _CALLED[mode][-2] == str(dims)):
        _refuse(input, size if isinstance(size, (list, tuple)) else sizes, scales, mode, corners, antialias)


def _is_number(size: Any) -> bool:
    return isinstance(size, Tensor) and not size.array.ndim and size.dtype.category < dtypes.FLOATING


def _refuse(input: Tensor, sizes: Any, scales: Any, mode: str, corners: Any, antialias: bool) -> NoReturn:
    dims = input.array.ndim - 2
    name = _CALLED[mode].format(dims)
    if antialias:
        name = f"_{name}_aa"
    nearest = mode.startswith("nearest")
    first = "(Tensor input, IntList output_size, " + ("" if nearest else "bool align_corners, ")
    each = ["scales"] if dims == 1 else [f"scales_{axis}" for axis in "dhw"[3 - dims :]]
    tail = ", ".join(f"float? {one}=None" for one in each)
    function = Function(
        name, ((f"{first}FloatList scale_factors)", _wrong), (f"{first}{tail}, *, Tensor out=None)", _wrong)),
        "torch._C._nn",
    )  # fmt: skip
    function(input, sizes, *([] if nearest else [corners]), scales)
    raise TypeError(f"{name}(): sizes must be integers, and scales numbers")


def _wrong(*given: Any) -> None:
    """Nothing: what comes here fits PyTorch's signature, and not its meaning."""
