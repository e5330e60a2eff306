"""What poolings refuse, in PyTorch's words and order.

One dimension is pooled as a row of an image, so its later refusals are those of two; only ``max_pool1d`` has words of
its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...engine.tensor import Tensor
from ...operations.dims import size_of
from ...operations.nn.pooling_windows import Window, out_sizes
from ...operations.refuse import not_implemented_for

Ints = tuple[int, ...]

_COUNT = {2: "two", 3: "three"}
_AXES = {2: "HW", 3: "THW"}


def check_rank(x: Tensor, name: str, dims: int) -> None:
    """RuntimeError or IndexError for a tensor of too few or too many dimensions."""
    shape = list(x.array.shape)
    if len(shape) in (dims + 1, dims + 2):
        return
    if dims == 1:
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {len(shape)}-dimensional tensor for argument #1 'self' (while "
            f"checking arguments for {name})"
        )
    if "adaptive" in name:
        colon = ":" if "max" in name else ""
        raise RuntimeError(f"{name}(): Expected {dims + 1}D or {dims + 2}D tensor, but got{colon} {shape}")
    if name == "avg_pool2d":
        if len(shape) < 3:
            size_of(x.array, -3)
        raise RuntimeError(_expected(dims, shape))
    raise RuntimeError(f"non-empty {dims + 1}D or {dims + 2}D (batch mode) tensor expected for input")


def _expected(dims: int, shape: Sequence[int]) -> str:
    return (
        f"Expected {dims + 1}D or {dims + 2}D (batch mode) tensor with optional 0 dim batch size for input, but "
        f"got:{list(shape)}"
    )


def check_counts(name: str, dims: int, indices: bool = False, **sizes: Sequence[int] | None) -> None:
    """RuntimeError where a window is given by a wrong number of sizes; ``indices``: the places are wanted, too."""
    for what, values in sizes.items():
        if values is None or len(values) in (1, dims) or (what == "stride" and not values):
            continue
        if dims == 1 and name.startswith("max") and not indices:
            comma = "," if what in ("stride", "padding") else ""
            none = "None, " if what == "stride" else ""
            raise RuntimeError(
                f"{name}() {what} must be {none}an int, list of ints{comma} or tuple of ints of size 1 but got size "
                f"{len(values)}"
            )
        if dims == 1:
            raise RuntimeError(f"{name}() argument '{what}' should contain one int (got {len(values)})")
        must = "must" if name == "avg_pool3d" else "must be either" if what == "dilation" else "must either"
        be = "" if what == "dilation" else " be"
        omitted = " omitted," if what == "stride" else ""
        raise RuntimeError(f"{name}: {what} {must}{be}{omitted} a single int, or a tuple of {_COUNT[dims]} ints")


def check_max_row_rank(x: Any) -> None:
    """Raise RuntimeError for what is no row, or batch of rows, to ``max_pool1d``."""
    shape = list(x.array.shape)
    if len(shape) not in (2, 3) or 0 in shape[-2:]:
        raise RuntimeError(
            f"max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but "
            f"got:{shape}"
        )


def check_max_row(x: Any, window: Window) -> None:
    """What ``max_pool1d`` refuses before it is one of two dimensions."""
    kernel, stride, padding, dilation, _ = (part[0] if isinstance(part, tuple) else part for part in window)
    for what, value in (("kernel_size", kernel), ("stride", stride)):
        if value <= 0:
            raise RuntimeError(f"max_pool1d() {what} must be greater than zero, but got {value}")
    if padding < 0:
        raise RuntimeError(f"max_pool1d() padding must be non-negative, but got {padding}")
    if padding > kernel // 2:
        raise RuntimeError(
            f"max_pool1d() padding should be at most half of kernel size, but got padding={padding} and "
            f"kernel_size={kernel}"
        )
    if dilation <= 0:
        raise RuntimeError(f"max_pool1d() dilation must be greater than zero, but got {dilation}")
    (size,) = out_sizes(x.array.shape[-1:], window)
    if size <= 0:
        raise RuntimeError(f"max_pool1d() Invalid computed output size: {size}")
    if x.array.dtype.kind in "biuc":
        not_implemented_for("max_pool1d_impl", x.array)


def check_window(name: str, x: Any, window: Window) -> None:
    """RuntimeError for a window that images or volumes of this size don't have, or none has."""
    kernel, stride, padding, dilation, _ = window
    dims, shape = len(kernel), x.array.shape
    if 0 in stride:
        raise RuntimeError("stride should not be zero")
    for p, k, d in zip(padding, kernel, dilation, strict=True):
        if p < 0:
            raise RuntimeError(f"pad must be non-negative, but got pad: {p}")
        if p > int(((k - 1) * d + 1) / 2):
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={p}, kernel_size={k} and "
                f"dilation={d}"
            )
    for what, mark, values in (
        ("kernel size", "k", kernel),
        ("stride", "d", stride),
        ("dilation", "dilation", dilation),
    ):
        if any(value <= 0 for value in values):
            given = " ".join(f"{mark}{axis}: {value}" for axis, value in zip(_AXES[dims], values, strict=True))
            raise RuntimeError(f"{what} should be greater than zero, but got {given}")
    _check_not_empty(name, shape, dims)
    if name == "avg_pool3d" and any(n < k for n, k in zip(shape[-3:], kernel, strict=True)):
        image = " ".join(f"{axis}: {n}" for axis, n in zip("THW", shape[-3:], strict=True))
        sizes = " ".join(f"k{axis}: {k}" for axis, k in zip("THW", kernel, strict=True))
        raise RuntimeError(f"input image ({image}) smaller than kernel size ({sizes})")
    if any(p > k // 2 for p, k in zip(padding, kernel, strict=True)):
        raise RuntimeError(
            f"pad should be smaller than or equal to half of kernel size, but got {_pads(kernel, padding)}"
        )
    out = out_sizes(shape[-dims:], window)
    if any(n < 1 for n in out):
        size, result = ("x".join(map(str, (shape[-dims - 1], *s))) for s in (shape[-dims:], out))
        raise RuntimeError(f"Given input size: ({size}). Calculated output size: ({result}). Output size is too small")


def _check_not_empty(name: str, shape: Sequence[int], dims: int) -> None:
    if 0 not in shape[-dims - 1 :]:
        return
    if dims == 2:
        raise RuntimeError(_expected(dims, shape))
    where = "max_pool3d_with_indices_out_cpu_template" if name.startswith("max") else name
    raise RuntimeError(
        f"{where}(): Expected input's non-batch dimensions to have positive length, but input has a shape of "
        f"{list(shape)} and non-batch dimension 0 has length zero!"
    )


def _pads(kernel: Ints, padding: Ints) -> str:
    if len(kernel) == 2:
        return f"padW = {padding[1]}, padH = {padding[0]}, kW = {kernel[1]}, kH = {kernel[0]}"
    k, p = dict(zip("THW", kernel, strict=True)), dict(zip("THW", padding, strict=True))
    return f"kT: {k['T']} kW: {k['W']} kH: {k['H']} padT: {p['T']} padW: {p['W']} padH: {p['H']}"


def adaptive_size(name: str, value: Any, x: Tensor, dims: int) -> Ints:
    """The output's size; None stands for the input's own.

    RuntimeError or ValueError for a wrong number of sizes, or of the input's dimensions.
    """
    shape = x.array.shape
    sizes = (value,) * dims if isinstance(value, int) else tuple(value)
    if dims > 1 and not isinstance(value, int) and len(sizes) >= len(shape):
        raise ValueError(f"Input dimension should be at least {len(sizes) + 1}")
    if dims == 1 or "max" in name:
        check_rank(x, name, dims)
    if len(sizes) != dims:
        if dims == 1:
            raise RuntimeError(f"{name}() argument 'output_size' should contain one int (got {len(sizes)})")
        if "avg" in name:
            raise RuntimeError(f"{name}: output_size must be {dims}")
        raise RuntimeError(f"{name}(): internal error: output_size.size() must be {dims}")
    own = [1] * (dims - len(shape)) + list(shape[-dims:])  # too few are refused by whoever knows the tensor
    return tuple(n if size is None else size for size, n in zip(sizes, own, strict=True))


def check_adaptive(name: str, x: Any, size: Ints) -> None:
    """RuntimeError for an input that is empty in other dimensions than the batch's, and for negative sizes."""
    shape = x.array.shape
    first = len(shape) - 2 if name == "adaptive_avg_pool2d" else 1
    for at in range(max(first, 1), len(shape)):
        if not shape[at]:
            raise RuntimeError(
                f"{name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
                f"{list(shape)} with dimension {at} being empty"
            )
    if min(size) < 0:
        whole = [*shape[: len(shape) - len(size) + (len(size) == 2 and name.endswith("1d"))], *size]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(size)}: {whole}")


def check_averages(name: str, size: Ints) -> None:
    """RuntimeError for negative sizes of a result."""
    if min(size) >= 0:
        return
    given = f"{size[0]}, {size[1]}" if len(size) == 2 else f"{size[0]}, {size[1]},{size[2]}"
    raise RuntimeError(f"{name}: elements of output_size must be greater than or equal to 0 but received {{{given}}}")


def unpooled_size(
    shape: Sequence[int], kernel: Ints, stride: Ints, padding: Ints, wanted: Sequence[int] | None
) -> Ints:
    """The size of what a maximum pooling was of: as near as its window tells, or one that may have given the same.

    Raises IndexError for windows of more dimensions than there are, or given by too few sizes; ValueError for a size
    that can't have been.
    """
    count = len(kernel)
    if count > len(shape) or min(len(stride), len(padding)) < count:
        raise IndexError("tuple index out of range")
    parts = zip(shape[len(shape) - count :], stride, kernel, padding)
    size = tuple((n - 1) * s + k - 2 * p for n, s, k, p in parts)
    if wanted is not None:
        if len(wanted) == count + 2:
            wanted = wanted[2:]
        if len(wanted) != count:
            raise ValueError(
                f"output_size should be a sequence containing {count} or {count + 2} elements, but it has a length of "
                f"'{len(wanted)}'"
            )
        for d, (n, want, s) in enumerate(zip(size, wanted, stride)):
            if not n - s < want < n + s:
                raise ValueError(f'invalid output_size "{wanted}" (dim {d} must be between {n - s} and {n + s})')
        size = tuple(wanted)
    for d, n in enumerate(size):
        if n < 0:
            raise ValueError(
                f"max_unpooling: output_size must contain non-negative spatial dimensions, but got output_size[{d}]={n}"
            )
    return size


def check_unpooled(ndim: int, size: Ints, dims: int) -> None:
    """Raise RuntimeError where a size, or the input, has not the dimensions of what was pooled."""
    if dims == 1:  # a row of an image
        ndim, dims, size = ndim + 1, 2, (*size, 1)
    if dims == 3 and ndim not in (4, 5):
        raise RuntimeError(
            f"Input to max_unpooling3d should be a 4d or 5d Tensor, but got a tensor with {ndim} dimensions."
        )
    if len(size) != dims:
        names = "(height, width)" if dims == 2 else "(depth, height, width)"
        raise RuntimeError(
            f"There should be exactly {_COUNT[dims]} elements {names} in output_size, but got {len(size)} elements."
        )
    if ndim not in (dims + 1, dims + 2):
        raise RuntimeError(
            f"Input to max_unpooling{dims}d should be a {dims + 1}d or {dims + 2}d Tensor, but got a tensor with "
            f"{ndim} dimensions."
        )
