"""Normalisation: ``layer_norm``, ``batch_norm``, ``group_norm``, ``instance_norm``, ``rms_norm``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine.state import state
from ...engine.tangents import carries_tangent
from ...engine.tensor import Tensor
from ...numerics import dtypes
from ...operations.dims import numel, size_of
from ...operations.elementwise.arithmetic import div, mul
from ...operations.elementwise.arithmetic_variants import add_scalar, mul_scalar
from ...operations.elementwise.powers import pow_tensor_scalar, rsqrt
from ...operations.nn import normalization as operations
from ...operations.nn.batch_statistics import kept, moments
from ...operations.nn.resample import constant_pad_nd
from ...operations.reduce.reduction import mean_dim
from ...operations.shape.any_shape import reshape
from ...operations.shape.copies import cast, repeat
from ...operations.shape.view import squeeze_dim, unsqueeze, view
from ..calls.argument_types import type_name
from ..calls.dtype_checks import check_parameters
from ..calls.overloads import define
from ..calls.python_function import define_python
from .pooling import average_pool


def _layer(input: Tensor, shape: tuple[int, ...], weight: Tensor | None, bias: Tensor | None, eps: float) -> Any:
    if dtypes.has_floats(input.array) and len(shape) <= input.array.ndim:
        check_parameters(input, weight, bias)
    return operations.layer_norm(input, shape, weight, bias, eps)


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None,
    bias: Tensor | None,
    eps: float,
    cudnn_enable: bool = True,
) -> Any:
    """Mean 0 and variance 1 over the last dimensions, then times ``weight`` plus ``bias``."""
    return _layer(input, tuple(normalized_shape), weight, bias, eps)


def _ints(name: str, shape: Any) -> tuple[int, ...]:
    """The sizes that are to be normalized over. Raises TypeError for what is no integer among them."""
    for at, size in enumerate(shape):
        if not isinstance(size, int):
            raise TypeError(
                f"{name}(): argument 'normalized_shape' (position 2) must be tuple of ints, but found element of type "
                f"{type_name(size)} at pos {at}"
            )
    return tuple(shape)


def _f_layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-05,
) -> Any:
    """Mean 0 and variance 1 over the last dimensions, then times ``weight`` plus ``bias``."""
    return _layer(input, _ints("layer_norm", normalized_shape), weight, bias, eps)


def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Any:
    """Divided by the root of the mean square over the last dimensions, then times ``weight``."""
    shape = _ints("rms_norm", normalized_shape)
    if input.array.ndim < len(shape):
        raise ValueError(f"Input tensor must have at least {len(shape)} dimensions, but got {input.array.ndim}")
    try:
        operations.check_shape(input.array, shape, weight=None if weight is None else weight.array)
    except RuntimeError as error:
        raise RuntimeError(str(error).replace("[*, ", "[*")) from None
    if input.array.dtype.kind not in dtypes.INEXACT:
        name = dtypes.of(input.array).type_name
        raise NotImplementedError(f"\"rms_norm\" not implemented for '{name}'")
    last = tuple(range(input.array.ndim - len(shape), input.array.ndim))
    dtype = dtypes.of(input.array)
    wide = cast(input, dtypes.float32) if dtype.itemsize == 2 else input  # rounded once, as in PyTorch
    if eps is None:
        eps = float(np.finfo(wide.array.dtype).eps)
    found = mul(wide, rsqrt(add_scalar(mean_dim(pow_tensor_scalar(wide, 2), last, True), eps)))
    if weight is not None:
        found = mul(found, weight)
    return found if found.dtype is dtype else cast(found, dtype)


# -- batches ----------------------------------------------------------------------------------------------


def _check_channels(count: int, given: dict[str, Tensor | None]) -> None:
    for name, x in given.items():
        if x is not None and x.array.size != count:
            raise RuntimeError(f"{name} should contain {count} elements not {x.array.size}")


def _batch(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    mean: Tensor | None,
    var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
) -> Any:
    """Each channel normalised by its own mean and variance in training, else by those that are kept.

    In training the kept ones move towards the batch's by ``momentum``.
    """
    channels = input.array.shape[1] if input.array.ndim > 1 else 0
    if not training:
        for name, x in (("running_mean", mean), ("running_var", var)):
            if x is None:
                raise RuntimeError(f"{name} must be defined in evaluation mode")
    _check_channels(channels, {"running_mean": mean, "running_var": var, "weight": weight, "bias": bias})
    running = [x for x in (mean, var) if x is not None]
    if state.grad and not state.inference:
        for name, x in (("running_mean", mean), ("running_var", var)):
            if x is not None and x.node is not None:
                raise RuntimeError(
                    f"The function 'native_batch_norm' is not differentiable with respect to argument '{name}'. This "
                    "input cannot have requires_grad True."
                )
    if (state.dual_level or state.levels) and carries_tangent(input) and any(map(carries_tangent, running)):
        raise RuntimeError(
            "batch_norm is not differentiable wrt running_mean and running_var, they cannot have forward grad defined"
        )
    if dtypes.of(input.array).category != dtypes.FLOATING:
        name = dtypes.of(input.array).type_name
        raise NotImplementedError(f"\"batch_norm\" not implemented for '{name}'")
    check_parameters(input, weight, bias, mean, var)
    if training and (mean is not None or var is not None):
        _move(input, mean, var, momentum)
    return operations.batch_norm(input, weight, bias, mean, var, training, eps)


def _move(input: Tensor, mean: Tensor | None, var: Tensor | None, momentum: float) -> None:
    x = input.array if input.array.itemsize > 2 else input.array.astype(np.float32)
    count = x.size // max(x.shape[1], 1)
    with np.errstate(all="ignore"):
        middle, squares = moments(x)
        values = (middle, (squares / x.dtype.type(count - 1)) if count > 1 else np.full_like(squares, np.nan))
        for running, value in zip((mean, var), values, strict=True):
            if running is not None:
                running.array[...] = kept(running.array, value, momentum, running is var)
                running.bump()


def _batch_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Any:
    """Each channel normalised by its own mean and variance in training, else by those that are kept."""
    return _batch(input, weight, bias, running_mean, running_var, training, momentum, eps)


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Any:
    """Each channel of (N, C, ...) normalised by its own mean and variance in training, else by those that are kept.

    In training the kept ones move towards the batch's by ``momentum``.
    """
    if training:
        shape = input.array.shape
        if input.array.size == shape[1]:
            raise ValueError(f"Expected more than 1 value per channel when training, got input size {input.shape!r}")
    return _batch(input, weight, bias, running_mean, running_var, training, momentum, eps)


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Any:
    """Each channel of each element of the batch normalised by its own mean and variance."""
    shape = input.array.shape
    if use_input_stats:
        spatial = 1
        for n in shape[2:]:
            spatial *= n
        if spatial == 1:
            raise ValueError(f"Expected more than 1 spatial element when training, got input size {input.shape!r}")
    n, c = shape[:2]
    own = [None if x is None else repeat(x, (n,)) for x in (running_mean, running_var)]
    scale, shift = (None if x is None else repeat(x, (n,)) for x in (weight, bias))
    flat = (
        view(input, (1, n * c, *shape[2:]))
        if input.array.flags.c_contiguous
        else reshape(input, (1, n * c, *shape[2:]))
    )
    found = _batch(flat, scale, shift, own[0], own[1], use_input_stats, momentum, eps)
    for running, moved in ((running_mean, own[0]), (running_var, own[1])):
        if running is not None and moved is not None:
            running.array[...] = moved.array.reshape(n, c).mean(0)
    return view(found, shape)


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-05
) -> Any:
    """Groups of channels of each element of the batch normalised by their mean and variance."""
    shape = input.array.shape
    if len(shape) < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {len(shape)}")
    per_channel = shape[0] * shape[1] // max(num_groups, 1)
    grouped = [shape[0] * shape[1] // num_groups, num_groups, *shape[2:]]
    for n in shape[2:]:
        per_channel *= n
    if per_channel == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {grouped}")
    return _group(input, num_groups, weight, bias, eps)


def _group(
    input: Tensor, num_groups: int, weight: Tensor | None, bias: Tensor | None, eps: float, cudnn_enabled: bool = True
) -> Any:
    """Groups of channels of each element of the batch normalised by their mean and variance."""
    shape = input.array.shape
    channels = size_of(input.array, 1) if size_of(input.array, 0) >= 0 else 0
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if channels % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(shape)} and num_groups={num_groups}"
        )
    for name, x in (("weight", weight), ("bias", bias)):
        if x is not None and x.array.shape != shape[1:2]:
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of "
                f"shape {list(x.array.shape)} and input of shape {list(shape)}"
            )
    if dtypes.of(input.array).category != dtypes.FLOATING:
        name = dtypes.of(input.array).type_name
        raise NotImplementedError(f"\"GroupNormKernelImpl\" not implemented for '{name}'")
    check_parameters(input, weight, bias)
    return operations.group_norm(input, num_groups, weight, bias, eps)


def local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Any:
    """Each element divided by a power of the mean square over neighbouring channels."""
    ndim = input.array.ndim
    if ndim < 3:
        raise ValueError(f"Expected 3D or higher dimensionality                          input (got {ndim} dimensions)")
    if not input.array.size:
        return input
    squares = mul(input, input)
    pad = (0, 0, size // 2, (size - 1) // 2)
    if ndim == 3:
        padded = constant_pad_nd(unsqueeze(squares, 1), pad, 0.0)
        mean = squeeze_dim(average_pool(padded, (size, 1), (1, 1)), 1)
    else:
        shape = input.array.shape
        flat = view(squares, (shape[0], 1, shape[1], shape[2], numel(shape[3:])))
        padded = constant_pad_nd(flat, (0, 0, *pad), 0.0)
        mean = view(squeeze_dim(average_pool(padded, (size, 1, 1), (1, 1, 1)), 1), shape)
    scale = pow_tensor_scalar(add_scalar(mul_scalar(mean, alpha), k), beta)
    return div(input, scale)


define(
    "layer_norm",
    (
        "(Tensor input, IntList normalized_shape, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, "
        "bool cudnn_enable=True)",
        layer_norm,
    ),
)
define("rms_norm", ("(Tensor input, IntList normalized_shape, Tensor? weight=None, float? eps=None)", rms_norm))
define(
    "batch_norm",
    (
        "(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, "
        "float momentum, float eps, bool cudnn_enabled)",
        _batch_norm,
    ),
)
define(
    "group_norm",
    (
        "(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, "
        "bool cudnn_enabled=True)",
        _group,
    ),
)
define_python("layer_norm", _f_layer_norm, into="F")
for _function in (rms_norm, batch_norm, instance_norm, group_norm, local_response_norm):
    define_python(_function.__name__, _function, into="F")
