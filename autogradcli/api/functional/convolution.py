"""``conv1d`` to ``conv3d``, their transposes, ``unfold`` and ``fold``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...engine.tensor import Tensor
from ...numerics import dtypes
from ...operations.dims import size_of
from ...operations.nn import convolution as operations
from ...operations.nn.resample import constant_pad_nd
from ...operations.shape.view import squeeze_dim, unsqueeze
from ..calls.argument_types import Sizes
from ..calls.overloads import define
from ..calls.python_function import define_python

Ints = tuple[int, ...]


def _expanded(values: Sequence[int], dims: int, name: str) -> Ints:
    """One number for each dimension. Raises RuntimeError where there are others."""
    if len(values) == 1:
        return tuple(values) * dims
    if len(values) != dims:
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of {dims} values to match the convolution "
            f"dimensions, but got {name}={list(values)}"
        )
    return tuple(values)


class _Geometry:
    """Stride, padding and dilation, checked."""

    __slots__ = ("dilation", "output_padding", "padding", "stride")

    def __init__(
        self, dims: int, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], output: Sequence[int]
    ) -> None:
        self.stride = _expanded(stride, dims, "stride")
        self.padding = _expanded(padding, dims, "padding")
        self.dilation = _expanded(dilation, dims, "dilation")
        self.output_padding = _expanded(output, dims, "output_padding")
        if any(p < 0 for p in self.padding):
            raise RuntimeError("negative padding is not supported")
        if any(p < 0 for p in self.output_padding):
            raise RuntimeError("negative output_padding is not supported")
        if any(s <= 0 for s in self.stride):
            raise RuntimeError("non-positive stride is not supported")
        if any(d <= 0 for d in self.dilation):
            raise RuntimeError("dilation should be greater than zero")


def _check_weight(weight: Tensor, groups: int) -> None:
    if weight.array.ndim < 3:
        raise RuntimeError("weight should have at least three dimensions")
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")


def _check_bias(x: Tensor, bias: Tensor | None) -> None:
    if bias is not None and bias.dtype is not x.dtype:
        names = [t.dtype.cpp_name for t in (x, bias)]
        raise RuntimeError(f"Input type ({names[0]}) and bias type ({names[1]}) should be the same")


def _check_shapes(x: Tensor, weight: Tensor, bias: Tensor | None, groups: int, transposed: bool) -> None:
    size, shape = x.array.shape, weight.array.shape
    if len(size) != len(shape):
        raise RuntimeError(
            f"Expected {len(shape)}-dimensional input for {len(shape)}-dimensional weight {list(shape)}, but got "
            f"{len(size)}-dimensional input of size {list(size)} instead"
        )
    if transposed:
        if size[1] != shape[0]:
            raise RuntimeError(
                f"Given transposed=1, weight of size {list(shape)}, expected input{list(size)} to have {shape[0]} "
                f"channels, but got {size[1]} channels instead"
            )
        if shape[0] < groups:
            raise RuntimeError(
                f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of "
                f"size {list(shape)} instead"
            )
        out = shape[1] * groups
    else:
        if shape[0] < groups:
            raise RuntimeError(
                f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of "
                f"size {list(shape)} instead"
            )
        if shape[0] % groups:
            raise RuntimeError(
                f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of "
                f"size [{list(shape)}] instead"
            )
        if size[1] != shape[1] * groups:
            raise RuntimeError(
                f"Given groups={groups}, weight of size {list(shape)}, expected input{list(size)} to have "
                f"{shape[1] * groups} channels, but got {size[1]} channels instead"
            )
        out = shape[0]
    if bias is not None and bias.array.shape != (out,):
        flag = "Given transposed=1, weight" if transposed else "Given weight"
        raise RuntimeError(
            f"{flag} of size {list(shape)}, expected bias to be 1-dimensional with {out} elements, but got bias of "
            f"size {list(bias.array.shape)} instead"
        )
    for other in (weight, bias):
        if other is not None and other.array.dtype is not x.array.dtype:
            have, want = dtypes.of(other.array).type_name, dtypes.of(x.array).type_name
            raise RuntimeError(f"expected scalar type {want} but found {have}")


def _check_room(x: Tensor, weight: Tensor, g: _Geometry) -> None:
    room = [n + 2 * p for n, p in zip(x.array.shape[2:], g.padding, strict=True)]
    kernel = [d * (k - 1) + 1 for k, d in zip(weight.array.shape[2:], g.dilation, strict=True)]
    if any(k > n for k, n in zip(kernel, room, strict=True)):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({' x '.join(map(str, room))}). Kernel size: "
            f"({' x '.join(map(str, kernel))}). Kernel size can't be greater than actual input size"
        )


def _batched(x: Tensor, dims: int, name: str) -> tuple[Any, bool]:
    """The input with a batch dimension, and whether it had one."""
    if x.array.ndim == dims + 2:
        return x, True
    if x.array.ndim == dims + 1:
        return unsqueeze(x, 0), False
    raise RuntimeError(
        f"Expected {dims + 1}D (unbatched) or {dims + 2}D (batched) input to {name}, but got input of size: "
        f"{list(x.array.shape)}"
    )


def _declare(dims: int) -> None:
    name = f"conv{dims}d"

    def convolve(
        input: Tensor, weight: Tensor, bias: Tensor | None, stride: Ints, padding: Ints, dilation: Ints, groups: int
    ) -> Any:
        """Convolution with ``weight`` (O, C / groups, ...): each output is a weighted sum over a window."""
        _check_bias(input, bias)
        x, batched = _batched(input, dims, name)
        _check_weight(weight, groups)
        g = _Geometry(weight.array.ndim - 2, stride, padding, dilation, (0,))
        _check_shapes(x, weight, bias, groups, False)
        _check_room(x, weight, g)
        found = operations.convolution(x, weight, bias, g.stride, g.padding, g.dilation, groups)
        return found if batched else squeeze_dim(found, 0)

    def convolve_named(
        input: Tensor, weight: Tensor, bias: Tensor | None, stride: Ints, padding: str, dilation: Ints, groups: int
    ) -> Any:
        if padding == "valid":
            return convolve(input, weight, bias, stride, (0,) * dims, dilation, groups)
        _check_bias(input, bias)
        x, batched = _batched(input, dims, name)
        if padding != "same":
            raise RuntimeError(f"Invalid padding string: '{padding}'")
        _check_weight(weight, groups)
        if any(s != 1 for s in stride):
            raise RuntimeError("padding='same' is not supported for strided convolutions")
        found = _same(x, weight, bias, dilation, groups)
        return found if batched else squeeze_dim(found, 0)

    def _same(x: Tensor, weight: Tensor, bias: Tensor | None, dilation: Ints, groups: int) -> Any:
        total = [
            d * (k - 1) for k, d in zip(weight.array.shape[2:], _expanded(dilation, dims, "dilation"), strict=True)
        ]
        left = tuple(n // 2 for n in total)
        if any(n % 2 for n in total):
            pad = [side for n in reversed(total) for side in (0, n % 2)]
            x = constant_pad_nd(x, tuple(pad), 0.0)
        _check_shapes(x, weight, bias, groups, False)
        return operations.convolution(x, weight, bias, (1,) * dims, left, _expanded(dilation, dims, "dilation"), groups)

    def transposed(
        input: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        stride: Ints,
        padding: Ints,
        output_padding: Ints,
        groups: int,
        dilation: Ints,
    ) -> Any:
        """The transpose of a convolution: each input is spread over a window, weighted by ``weight``."""
        x, batched = _batched(input, dims, f"conv_transpose{dims}d")
        _check_weight(weight, groups)
        g = _Geometry(weight.array.ndim - 2, stride, padding, dilation, output_padding)
        _check_shapes(x, weight, bias, groups, True)
        _check_output_padding(g)
        kernel = weight.array.shape[2:]
        size = tuple(
            (n - 1) * s - 2 * p + d * (k - 1) + o + 1
            for n, s, p, d, k, o in zip(
                x.array.shape[2:], g.stride, g.padding, g.dilation, kernel, g.output_padding, strict=True
            )
        )
        _check_spread(x.array.shape, g.output_padding, size)
        found = operations.conv_transpose(x, weight, bias, g.stride, g.padding, g.dilation, groups, size)
        return found if batched else squeeze_dim(found, 0)

    schema = (
        "(Tensor input, Tensor weight, Tensor? bias=None, IntList[{n}] stride=1, {padding}, IntList[{n}] dilation=1, "
        "SymInt groups=1)"
    )
    define(
        name,
        (schema.format(n=dims, padding=f"IntList[{dims}] padding=0"), convolve),
        (schema.format(n=dims, padding='str padding="valid"'), convolve_named),
        into="torch F",
    )
    define(
        f"conv_transpose{dims}d",
        (
            f"(Tensor input, Tensor weight, Tensor? bias=None, IntList[{dims}] stride=1, IntList[{dims}] padding=0, "
            f"IntList[{dims}] output_padding=0, SymInt groups=1, IntList[{dims}] dilation=1)",
            transposed,
        ),
        into="torch F",
    )


def _check_spread(shape: Sequence[int], output_padding: Ints, size: Ints) -> None:
    """RuntimeError where a transposed convolution has nothing to give."""
    if 0 in shape[2:]:
        raise RuntimeError(f"Only zero batch or zero channel inputs are supported, but got input shape: {list(shape)}")
    if min(size) < 1:
        given, made = list(shape[2:]), list(size)
        if len(given) == 1:  # one dimension is spread as a row of an image
            given, made = [1, *given], [1, *made]
        raise RuntimeError(
            f"Given input size per channel: ({' x '.join(map(str, given))}). Calculated output size per channel: "
            f"({' x '.join(map(str, made))}). Output size is too small"
        )


def _check_output_padding(g: _Geometry) -> None:
    pairs = zip(g.output_padding, g.stride, g.dilation, strict=True)
    if any(o and o >= s and o >= d for o, s, d in pairs):
        names = ("depth", "height", "width")[-max(len(g.stride), 2) :]
        shown = []
        for what, values, fill in (
            ("output_padding", g.output_padding, 0), ("stride", g.stride, 1), ("dilation", g.dilation, 1),
        ):  # fmt: skip
            full = (fill,) * (len(names) - len(values)) + values
            shown += [f"{what}_{name}: {n}" for name, n in zip(names, full, strict=True)]
        raise RuntimeError("output padding must be smaller than either stride or dilation, but got " + " ".join(shown))


for _dims in (1, 2, 3):
    _declare(_dims)


# -- windows as columns -----------------------------------------------------------------------------------


def pair(value: Sizes, name: str = "kernel_size") -> Ints:
    """Two sizes; a number stands for both. Raises RuntimeError for another number of them."""
    if isinstance(value, int):
        return value, value
    sizes = tuple(value)
    if len(sizes) != 2:
        raise RuntimeError(f"It is expected {name} equals to 2, but got size {len(sizes)}")
    return sizes


def unfold(input: Tensor, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1) -> Any:
    """Windows of an image (N, C, H, W) as columns (N, C * kernel, windows)."""
    kernel, spread = pair(kernel_size), pair(dilation, "dilation")
    pad, step = pair(padding, "padding"), pair(stride, "stride")
    _check_columns(kernel=kernel, dilation=spread, pad=pad, stride=step)
    for dim in range(1, max(2, min(input.array.ndim + 1, 3))) if input.array.ndim < 3 else ():
        size_of(input.array, dim)
    return _maybe_batched(input, 4, lambda x: _unfolded(x, kernel, spread, pad, step))


def _maybe_batched(input: Tensor, ndim: int, apply: Callable[[Any], Any]) -> Any:
    if input.array.ndim == ndim - 1:
        return squeeze_dim(apply(unsqueeze(input, 0)), 0)
    return apply(input)


#: What each size of a window must at least be, and how that is said.
_LEAST = {
    "kernel": ("kernel size should be greater than zero", 1),
    "dilation": ("dilation should be greater than zero", 1),
    "pad": ("padding should be non-negative", 0),
    "stride": ("stride should be greater than zero", 1),
}


def _check_columns(**sizes: Ints) -> None:
    """Raise RuntimeError for windows that there are not."""
    for name, values in sizes.items():
        what, least = _LEAST[name]
        if min(values) < least:
            raise RuntimeError(f"{what}, but got {name}_height: {values[0]} {name}_width: {values[1]}")


def _unfolded(x: Tensor, kernel: Ints, dilation: Ints, padding: Ints, stride: Ints) -> Any:
    size = x.array.shape[2:]
    if x.array.ndim != 4 or 0 in x.array.shape[1:]:
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, "
            f"but got: {list(x.array.shape)}"
        )
    blocks = [
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, p, d, k, s in zip(size, padding, dilation, kernel, stride, strict=True)
    ]
    if min(blocks) < 1:
        raise RuntimeError(
            f"Given input with spatial size {_tuple(size)}, kernel_size={_tuple(kernel)}, dilation={_tuple(dilation)}, "
            f"padding={_tuple(padding)}, calculated shape of the array of sliding blocks as {_tuple(blocks)}, but its "
            "components must be at least one."
        )
    return operations.im2col(x, kernel, dilation, padding, stride)


def _tuple(values: Sequence[int]) -> str:
    return f"({', '.join(map(str, values))})"


def fold(
    input: Tensor, output_size: Sizes, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1
) -> Any:
    """Columns (N, C * kernel, windows) summed back into an image: the transpose of ``unfold``."""
    size, kernel = pair(output_size, "output_size"), pair(kernel_size)
    spread, pad, step = pair(dilation, "dilation"), pair(padding, "padding"), pair(stride, "stride")
    _check_columns(kernel=kernel, stride=step, dilation=spread, pad=pad)
    return _maybe_batched(input, 3, lambda x: _folded(x, size, kernel, spread, pad, step))


def _folded(x: Tensor, size: Ints, kernel: Ints, dilation: Ints, padding: Ints, stride: Ints) -> Any:
    if x.array.ndim != 3:
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for "
            f"input, but got: {list(x.array.shape)}"
        )
    channels = x.array.shape[1]
    if channels % (kernel[0] * kernel[1]):
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size(1)={channels} and kernel_size={_tuple(kernel)}."
        )
    blocks = [
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, p, d, k, s in zip(size, padding, dilation, kernel, stride, strict=True)
    ]
    if x.array.shape[2] != blocks[0] * blocks[1]:
        raise RuntimeError(
            f"Given output_size={_tuple(size)}, kernel_size={_tuple(kernel)}, dilation={_tuple(dilation)}, "
            f"padding={_tuple(padding)}, stride={_tuple(stride)}, expected size of input's dimension 2 to match the "
            f"calculated number of sliding blocks {blocks[0]} * {blocks[1]} = {blocks[0] * blocks[1]}, but got "
            f"input.size(2)={x.array.shape[2]}."
        )
    return operations.col2im(x, size, kernel, dilation, padding, stride)


define_python("unfold", unfold, into="F")
define_python("fold", fold, into="F")
