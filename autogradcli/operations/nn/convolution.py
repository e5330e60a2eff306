"""Convolution in any number of dimensions, its transpose, and windows as columns.

Three bilinear operations are each other's gradients. For ``y = convolve(x, w)``:

    forward    y = sum over the window of x * w          (N, C, *in) and (O, C/groups, *k) give (N, O, *out)
    spread     the gradient of x, from g and w: each output is spread over its window. This is conv_transpose
    correlate  the gradient of w, from g and x

All are one product of matrices for each group, of the weights and a strided window on the padded input.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ...numerics.away import by_correlation, by_product, by_size, by_taps, by_windows
from ...numerics.layouts import follows
from ...numerics.products import multiplied
from ..dims import numel
from .windows import Ints, convolve, correlate, overlapped, padded, spread, windows


def _said(F: Any, name: str, input: Any, weight: Any, bias: Any, **options: Any) -> Any:
    """``conv2d(x, w, stride=2)``: the user's function, with what is not at its default."""
    d = weight.ndim - 2
    usual = {"padding": 0, "output_padding": 0}
    given = {
        name: value[0] if len(set(value)) == 1 else tuple(value)
        for name, value in options.items()
        if name != "groups" and any(n != usual.get(name, 1) for n in value)
    }
    if options["groups"] != 1:
        given["groups"] = options["groups"]
    return F.says(f"{name}{d}d", input, weight, *(() if bias is None else (bias,)), **given)


def _said_transposed(
    F: Any, grad: Any, weight: Any, bias: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Any:
    least = [
        (n - 1) * s - 2 * p + d * (k - 1) + 1
        for n, s, p, d, k in zip(grad.shape[2:], stride, padding, dilation, weight.shape[2:], strict=True)
    ]
    more = tuple(n - m for n, m in zip(size, least, strict=True))
    if any(m < 0 or m >= max(s, d) for m, s, d in zip(more, stride, dilation, strict=True)):
        return None
    return _said(
        F, "conv_transpose", grad, weight, bias,
        stride=stride, padding=padding, output_padding=more, dilation=dilation, groups=groups,
    )  # fmt: skip


def _said_correlated(
    F: Any, grad: Any, input: Any, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Any:
    """Of an input and a gradient with batch and channels swapped, what is a stride becomes a dilation."""
    if groups != 1:
        out, n = grad.shape[1] // groups, input.shape[1] // groups
        parts = [
            _said_correlated(
                F, F.slice_(grad, 1, k * out, (k + 1) * out, 1), F.slice_(input, 1, k * n, (k + 1) * n, 1),
                kernel, stride, padding, dilation, 1,
            )
            for k in range(groups)
        ]  # fmt: skip
        return F.cat(parts, 0)
    order = (1, 0, *range(2, input.ndim))
    found = _said(
        F, "conv", F.permute(input, order), F.permute(grad, order), None,
        stride=dilation, padding=padding, dilation=stride, groups=1,
    )  # fmt: skip
    found = F.permute(found, order)
    for k, n in enumerate(kernel, 2):
        if found.shape[k] != n:
            found = F.slice_(found, k, 0, n, 1)
    return found


def _biased(found: Array, bias: Array | None) -> Array:
    """A fresh result with each channel's bias, added where it lies."""
    if bias is None:
        return found
    column = bias.reshape((-1,) + (1,) * (found.ndim - 2))
    return np.add(found, column, out=found) if found.dtype == bias.dtype and found.flags.writeable else found + column


@operation(
    takes=(
        "integer floating complex",
        lambda input, *_: "compute_columns3d" if input.ndim == 5 else "slow_conv2d_cpu",
    ),
    rows="convolved",
    cost=by_taps,
    formula=lambda F, input, weight, bias, stride, padding, dilation, groups: _said(
        F, "conv", input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    input=lambda F, g, input_shape, weight, stride, padding, dilation, groups: F.convolution_spread(
        g, weight, input_shape[2:], stride, padding, dilation, groups
    ),
    weight=lambda F, g, input, weight_shape, stride, padding, dilation, groups: F.convolution_correlate(
        g, input, weight_shape[2:], stride, padding, dilation, groups
    ),
    bias=lambda F, g: F.convolution_bias(g),
    examples=lambda r: [
        (r(2, 2, 5), r(3, 2, 2), r(3), (2,), (1,), (1,), 1),
        (r(1, 4, 4, 4), r(4, 2, 2, 2), None, (1, 1), (0, 1), (2, 1), 2),
    ],
)
def convolution(
    input: Array, weight: Array, bias: Array | None, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Array:
    """Convolution (cross-correlation) of ``(N, C, *size)`` with ``(O, C / groups, *kernel)``."""
    found = convolve(input, weight, stride, padding, dilation, groups)
    return follows(_biased(found, bias), input, weight)


@operation(
    takes=(
        "int16 int32 int64 uint16 uint32 uint64 floating complex",
        lambda input, *_: f"slow_conv_transpose{max(input.ndim - 2, 2)}d_out_cpu",
    ),
    rows="convolved",
    cost=by_taps,
    formula=lambda F, input, weight, bias, stride, padding, dilation, groups, size: _said_transposed(
        F, input, weight, bias, size, stride, padding, dilation, groups
    ),
    node="ConvolutionBackward0",
    spelling="conv_transpose",
    input=lambda F, g, weight, stride, padding, dilation, groups: F.convolution_unspread(
        g, weight, stride, padding, dilation, groups
    ),
    weight=lambda F, g, input, weight_shape, stride, padding, dilation, groups: F.convolution_correlate(
        input, g, weight_shape[2:], stride, padding, dilation, groups
    ),
    bias=lambda F, g: F.convolution_bias(g),
    examples=lambda r: [(r(2, 3, 3), r(3, 2, 2), r(2), (2,), (1,), (1,), 1, (5,))],
)
def conv_transpose(
    input: Array,
    weight: Array,
    bias: Array | None,
    stride: Ints,
    padding: Ints,
    dilation: Ints,
    groups: int,
    size: Ints,
) -> Array:
    """The transpose of a convolution whose input has the given spatial ``size``."""
    found = spread(input, weight, size, stride, padding, dilation, groups)
    return follows(_biased(found, bias), input, weight)


@operation(
    rows="convolved",
    cost=by_taps,
    formula=lambda F, grad, weight, size, stride, padding, dilation, groups: _said_transposed(
        F, grad, weight, None, size, stride, padding, dilation, groups
    ),
    node="ConvolutionBackwardBackward0",
    kind="bilinear",
    grad=lambda F, h, weight, stride, padding, dilation, groups: F.convolution(
        h, weight, None, stride, padding, dilation, groups
    ),
    weight=lambda F, h, grad, weight_shape, stride, padding, dilation, groups: F.convolution_correlate(
        grad, h, weight_shape[2:], stride, padding, dilation, groups
    ),
    examples=lambda r: [(r(2, 3, 3), r(3, 2, 2), (5,), (2,), (1,), (1,), 1)],
)
def convolution_spread(
    grad: Array, weight: Array, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Array:
    """The gradient of a convolution's input."""
    return spread(grad, weight, tuple(size), stride, padding, dilation, groups)


@operation(
    rows="correlated",
    cost=by_correlation,
    formula=_said_correlated,
    node="ConvolutionBackwardBackward0",
    kind="bilinear",
    grad=lambda F, h, input, stride, padding, dilation, groups: F.convolution(
        input, h, None, stride, padding, dilation, groups
    ),
    input=lambda F, h, grad, input_shape, stride, padding, dilation, groups: F.convolution_spread(
        grad, h, input_shape[2:], stride, padding, dilation, groups
    ),
    examples=lambda r: [(r(2, 3, 3), r(2, 2, 5), (2,), (2,), (1,), (1,), 1)],
)
def convolution_correlate(
    grad: Array, input: Array, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Array:
    """The gradient of a convolution's weight."""
    return correlate(grad, input, tuple(kernel), stride, padding, dilation, groups)


@operation(
    rows="convolved",
    cost=by_taps,
    formula=lambda F, grad, weight, stride, padding, dilation, groups: _said(
        F, "conv", grad, weight, None, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    node="ConvolutionBackwardBackward0",
    kind="bilinear",
    grad=lambda F, h, weight, grad_shape, stride, padding, dilation, groups: F.convolution_spread(
        h, weight, grad_shape[2:], stride, padding, dilation, groups
    ),
    weight=lambda F, h, grad, weight_shape, stride, padding, dilation, groups: F.convolution_correlate(
        h, grad, weight_shape[2:], stride, padding, dilation, groups
    ),
    examples=lambda r: [(r(2, 2, 5), r(3, 2, 2), (2,), (1,), (1,), 1)],
)
def convolution_unspread(grad: Array, weight: Array, stride: Ints, padding: Ints, dilation: Ints, groups: int) -> Array:
    """The gradient of a transposed convolution's input: the convolution itself."""
    return convolve(grad, weight, stride, padding, dilation, groups)


@operation(
    rows="channel sums",
    node="ConvolutionBackwardBackward0",
    kind="linear",
    grad=lambda F, h, grad_shape: F.expand(
        F.reshape(h, (1, h.shape[0], *(1,) * (len(grad_shape) - 2))), tuple(grad_shape)
    ),
    examples=lambda r: [(r(2, 3, 4),)],
)
def convolution_bias(grad: Array) -> Array:
    """The gradient of a convolution's bias: the sum over all but the channels."""
    return np.add.reduce(grad, axis=(0, *range(2, grad.ndim)))


# -- windows as columns -----------------------------------------------------------------------------------


@operation(
    takes=("bool floating complex", "im2col_out_cpu"),
    cost=by_windows,
    rows="folded",
    node="Im2ColBackward0",
    spelling="unfold",
    kind="linear",
    input=lambda F, g, input_shape, kernel, dilation, padding, stride: F.col2im(
        g, input_shape[2:], kernel, dilation, padding, stride
    ),
    examples=lambda r: [(r(2, 2, 3, 4), (2, 2), (1, 1), (1, 0), (1, 2))],
)
def im2col(input: Array, kernel: Ints, dilation: Ints, padding: Ints, stride: Ints) -> Array:
    """Windows of ``(N, C, H, W)`` as columns: ``(N, C * prod(kernel), windows)``."""
    win = windows(padded(input, padding), kernel, stride, dilation)
    d = len(kernel)
    order = (0, 1, *range(2 + d, 2 + 2 * d), *range(2, 2 + d))
    columns = (input.shape[0], input.shape[1] * numel(kernel), numel(win.shape[2 : 2 + d]))
    return np.array(win.transpose(order), order="C").reshape(columns)  # never a view, which couldn't be written to


@operation(
    takes=("bool floating complex", "col2im_out_cpu"),
    cost=by_size,
    rows="folded",
    node="Col2ImBackward0",
    spelling="fold",
    kind="linear",
    input=lambda F, g, kernel, dilation, padding, stride: F.im2col(g, kernel, dilation, padding, stride),
    examples=lambda r: [(r(2, 8, 6), (3, 4), (2, 2), (1, 1), (0, 0), (1, 1))],
)
def col2im(input: Array, size: Ints, kernel: Ints, dilation: Ints, padding: Ints, stride: Ints) -> Array:
    """Columns summed back into an image: ``(N, C, *size)``."""
    size = tuple(size)
    out = tuple(
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, p, d, k, s in zip(size, padding, dilation, kernel, stride, strict=True)
    )
    channels = input.shape[1] // numel(kernel)
    columns = input.reshape(input.shape[0], channels, *kernel, *out)
    return overlapped(columns, kernel, size, stride, padding, dilation)


# -- a product of three -----------------------------------------------------------------------------------


@operation(
    rows="folded: weight",
    cost=by_product,
    node="TrilinearBackward0",
    spelling="bilinear",
    aten="_trilinear",
    complex="refused",
    input1=lambda F, g, input2, weight: F.trilinear(g, input2, F.permute(weight, (1, 0, 2))),
    input2=lambda F, g, input1, weight: F.trilinear(g, input1, F.permute(weight, (2, 0, 1))),
    weight=lambda F, g, input1, input2: F.trilinear_outer(g, input1, input2),
    examples=lambda r: [(r(2, 3), r(2, 4), r(5, 3, 4))],
)
def trilinear(input1: Array, input2: Array, weight: Array) -> Array:
    """``sum over i, j of input1[n, i] weight[o, i, j] input2[n, j]``."""
    half = np.tensordot(input1, weight, (1, 1))  # (n, o, j)
    return multiplied(np.matmul, half, input2[:, :, None])[:, :, 0]


@operation(
    cost=by_product,
    formula=lambda F, grad, input1, input2: F.says("einsum", "no,ni,nj->oij", grad, input1, input2),
    complex="refused",
    node="TrilinearBackward0",
    spelling="bilinear",
    grad=lambda F, h, input1, input2: F.trilinear(input1, input2, h),
    input1=lambda F, h, grad, input2: F.trilinear(grad, input2, F.permute(h, (1, 0, 2))),
    input2=lambda F, h, grad, input1: F.trilinear(grad, input1, F.permute(h, (2, 0, 1))),
    examples=lambda r: [(r(2, 5), r(2, 3), r(2, 4))],
)
def trilinear_outer(grad: Array, input1: Array, input2: Array) -> Array:
    """``sum over n of grad[n, o] input1[n, i] input2[n, j]``."""
    return np.tensordot(grad, input1[:, :, None] * input2[:, None, :], (0, 0))
