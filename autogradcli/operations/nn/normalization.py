"""Normalisation by mean and variance: over the last dimensions, over a batch, over groups of channels.

With ``n = (x - mean) / sqrt(var + eps)`` over some dimensions and ``y = n w + b``, the gradient is
``(gw - mean(gw) - n mean(gw n)) / sqrt(var + eps)`` with ``gw = g w`` (Ioffe and Szegedy 2015). It is written from
``x`` itself, so that it can be differentiated again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, operation
from ...engine.parameters import Before
from ...numerics import dtypes
from ...numerics.limits import shown_sizes
from ...numerics.releases import Difference
from ...numerics.rows import with_column
from ...numerics.summation import sums_of_rows
from ..dims import numel
from .batch_statistics import moments, transformed

Dims = tuple[int, ...]


def _normalised(x: Array, dims: Dims, eps: float) -> Array:
    """``(x - mean) / sqrt(var + eps)`` over ``dims``."""
    n = x.dtype.type(max(numel(tuple(x.shape[d] for d in dims)), 1))
    centred = with_column(np.subtract, x, _sums(x, dims) / n)
    variance = _sums(centred * centred, dims) / n
    return with_column(np.multiply, centred, 1 / np.sqrt(variance + x.dtype.type(eps)), centred)


#: Elements of which nobody reads the last digits, and no sum is seen by itself here.
_MANY = 1 << 12


def _sums(x: Array, dims: Dims) -> Array:
    if x.size > _MANY and dims == (x.ndim - 1,):
        found: Array = sums_of_rows(x, 1)
        return found
    return np.add.reduce(x, axis=dims, keepdims=True)


def _mean(F: Any, x: Any, dims: Dims) -> Any:
    if isinstance(x, np.ndarray) and x.size > _MANY and dims == (x.ndim - 1,):
        return sums_of_rows(x, 1) / x.dtype.type(x.shape[-1])
    return F.sum_dim(x, dims, True) / float(max(numel(tuple(x.shape[d] for d in dims)), 1))


def _standard(F: Any, x: Any, dims: Dims, eps: float) -> tuple[Any, Any]:
    """The normalised values and one over the standard deviation."""
    if isinstance(x, np.ndarray):
        centred = with_column(np.subtract, x, _mean(F, x, dims))
        scale = F.rsqrt(_mean(F, centred * centred, dims) + eps)
        return with_column(np.multiply, centred, scale, centred), scale
    centred = x - _mean(F, x, dims)
    scale = F.rsqrt(_mean(F, centred * centred, dims) + eps)
    return centred * scale, scale


def _through(F: Any, g: Any, x: Any, dims: Dims, eps: float) -> Any:
    """The gradient of the normalised values brought back to ``x``."""
    return _back(F, g, *_standard(F, x, dims, eps), dims)


def _back(F: Any, g: Any, n: Any, scale: Any, dims: Dims) -> Any:
    if isinstance(g, np.ndarray) and g.size > _MANY:
        found = with_column(np.multiply, n, _mean(F, g * n, dims))
        with_column(np.add, found, _mean(F, g, dims), found)
        np.subtract(g, found, out=found)
        return with_column(np.multiply, found, scale, found)
    return (g - _mean(F, g, dims) - n * _mean(F, g * n, dims)) * scale


# -- layers -----------------------------------------------------------------------------------------------


def _last(ndim: int, shape: Dims) -> Dims:
    return tuple(range(ndim - len(shape), ndim))


def _lead(ndim: int, shape: Dims) -> Dims:
    return tuple(range(ndim - len(shape)))


def _layer_back(F: Any, g: Any, needs: Any, input: Any, shape: Dims, weight: Any, eps: float) -> tuple[Any, Any, Any]:
    """What both the input's gradient and the weight's are made of is computed once."""
    dims, lead = _last(g.ndim, shape), _lead(g.ndim, shape)
    g_input = g_weight = None
    if needs[0] or needs[1]:
        n, scale = _standard(F, input, dims, eps)
        g_input = _back(F, g if weight is None else g * weight, n, scale, dims) if needs[0] else None
        g_weight = _over(F, g * n, lead) if needs[1] else None
    return g_input, g_weight, _over(F, g, lead) if needs[2] else None


@operation(
    takes=("all", "LayerNormKernelImpl"),
    rows="layer norm",
    layout="contiguous",
    node="NativeLayerNormBackward0",
    vjp=lambda F, g, needs, input, shape, weight, eps: _layer_back(F, g, needs, input, shape, weight, eps),
    examples=lambda r: [
        (r(2, 3), (3,), r(3), r(3), 1e-5),
        (r(2, 2, 3), (2, 3), None, None, 1e-5),
        (r(3), (3,), r(3), r(3), 1e-5),
    ],
)
def layer_norm(
    input: Array, shape: Dims, weight: Array | None = None, bias: Array | None = None, eps: float = 1e-5
) -> Array:
    """Normalised over the last dimensions, which must have this shape."""
    _check_layer(input, shape, weight, bias)
    found = _normalised(_wide(input), _last(input.ndim, shape), eps)
    if weight is not None:
        found = found * weight
    return (found if bias is None else found + bias).astype(input.dtype, copy=False)


def _wide(input: Array) -> Array:
    """Half precision beside parameters of float32 (else it is widened before it comes here)."""
    return input.astype(np.float32) if input.dtype.itemsize == 2 else input


def _over(F: Any, x: Any, dims: Dims) -> Any:
    return F.sum_dim(x, dims, False) if dims else x


def check_shape(input: Array, shape: Dims, **given: Array | None) -> None:
    """Raise RuntimeError where the last dimensions aren't ``shape``."""
    if not shape:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            f"normalized_shape = {shown_sizes(shape)}"
        )
    for name, x in given.items():
        if x is not None and x.shape != tuple(shape):
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape {list(x.shape)} and "
                f"normalized_shape = {shown_sizes(shape)}"
            )
    if input.ndim < len(shape) or input.shape[input.ndim - len(shape) :] != tuple(shape):
        expected = "[" + ", ".join(["*", shown_sizes(shape)[1:]])
        raise RuntimeError(
            f"Given normalized_shape={shown_sizes(shape)}, expected input with shape {expected}, but got input of "
            f"size{list(input.shape)}"
        )


def _check_layer(input: Array, shape: Dims, weight: Array | None, bias: Array | None) -> None:
    check_shape(input, shape, weight=weight, bias=bias)
    if not dtypes.has_floats(input):
        raise NotImplementedError(f"\"LayerNormKernelImpl\" not implemented for '{dtypes.of(input).type_name}'")


# -- batches ----------------------------------------------------------------------------------------------


def _batch_dims(ndim: int) -> Dims:
    return (0, *range(2, ndim))


def _channels(F: Any, x: Any, ndim: int) -> Any:
    """A vector with one entry a channel, shaped to broadcast over (N, C, ...)."""
    return F.reshape(x, (1, x.shape[0], *(1,) * (ndim - 2))) if x is not None else None


def _batch_values(F: Any, input: Any, mean: Any, var: Any, training: bool, eps: float) -> tuple[Any, Any]:
    if training:
        return _standard(F, input, _batch_dims(input.ndim), eps)
    scale = F.rsqrt(_channels(F, var, input.ndim) + eps)
    return (input - _channels(F, mean, input.ndim)) * scale, scale


def _batch_input_rule(F: Any, g: Any, input: Any, weight: Any, mean: Any, var: Any, training: bool, eps: float) -> Any:
    if weight is not None:
        g = g * _channels(F, weight, input.ndim)
    if training:
        return _through(F, g, input, _batch_dims(input.ndim), eps)
    return g * F.rsqrt(_channels(F, var, input.ndim) + eps)


@operation(
    takes=("all", "batch_norm"),
    rows="batch norm",
    node="NativeBatchNormBackward0",
    input=lambda F, g, input, weight, mean, var, training, eps: _batch_input_rule(
        F, g, input, weight, mean, var, training, eps
    ),
    weight=lambda F, g, input, mean, var, training, eps: F.sum_dim(
        g * _batch_values(F, input, mean, var, training, eps)[0], _batch_dims(input.ndim), False
    ),
    bias=lambda F, g: F.sum_dim(g, _batch_dims(g.ndim), False),
    examples=lambda r: [
        (r(3, 2), r(2), r(2), None, None, True, 1e-5),
        (r(3, 2, 2), None, None, r(2), r(2, low=0.5, high=2.0), False, 1e-5),
    ],
)
def batch_norm(
    input: Array,
    weight: Array | None,
    bias: Array | None,
    mean: Index | None,
    var: Index | None,
    training: bool,
    eps: float,
) -> Array:
    """Each channel of (N, C, ...) normalised, by its own statistics in training, else by ``mean`` and ``var``."""
    x = input.astype(np.float32) if input.itemsize == 2 else input
    if training:
        mean, squares = moments(x)
        spread = (squares / x.dtype.type(max(x.size // max(x.shape[1], 1), 1))).astype(np.float64)
        scale = (1 / np.sqrt(spread + np.float64(eps))).astype(x.dtype)
    else:
        mean, var = (np.asarray(given).astype(x.dtype, copy=False) for given in (mean, var))
        scale = 1 / np.sqrt(var + x.dtype.type(eps))
    return transformed(x, mean, scale, weight, bias).astype(input.dtype, copy=False)


def _spread(x: Any, ndim: int) -> Array:
    return x.reshape((1, -1) + (1,) * (ndim - 2))


# -- groups -----------------------------------------------------------------------------------------------


def _grouped(F: Any, x: Any, groups: int) -> Any:
    return F.reshape(x, (x.shape[0], groups, numel(x.shape[1:]) // groups))  # not -1: there may be no element


def _group_values(F: Any, input: Any, groups: int, eps: float) -> Any:
    return F.reshape(_standard(F, _grouped(F, input, groups), (2,), eps)[0], input.shape)


def _group_input_rule(F: Any, g: Any, input: Any, groups: int, weight: Any, eps: float) -> Any:
    if weight is not None:
        g = g * _channels(F, weight, input.ndim)
    found = _through(F, _grouped(F, g, groups), _grouped(F, input, groups), (2,), eps)
    return F.reshape(found, input.shape)


def _group_weight_rule(F: Any, g: Any, input: Any, groups: int, eps: float) -> Any:
    return F.sum_dim(g * _group_values(F, input, groups, eps), _batch_dims(g.ndim), False)


def _beside(F: Any, gradient: Any, weight: Any, bias: Any) -> Any:
    """A gradient that has zeros as its derivative by the parameters, where it has none by them."""
    return F.beside(gradient, [x for x in (weight, bias) if x is not None])


@operation(
    rows="beside",
    node="ViewBackward0",
    input=lambda F, g: g,
    others=lambda F, g, others_shape: [F.new_zeros(g, shape) for shape in others_shape],
    formula=lambda F, input, others: input,
    examples=lambda r: [(r(2, 3), [r(3), r(2)])],
)
def beside(input: Array, others: list[Array]) -> Array:
    """The same as ``input``, in whose history there are others too: their derivatives are zeros."""
    return input


@operation(
    rows="group norm",
    node="NativeGroupNormBackward0",
    input=lambda F, g, input, num_groups, weight, bias, eps: _beside(
        F, _group_input_rule(F, g, input, num_groups, weight, eps), weight, bias
    ),
    weight=lambda F, g, input, num_groups, weight, bias, eps: _beside(
        F, _group_weight_rule(F, g, input, num_groups, eps), weight, bias
    ),
    bias=lambda F, g: F.sum_dim(g, _batch_dims(g.ndim), False),
    examples=lambda r: [(r(2, 4, 3), 2, r(4), r(4), 1e-5), (r(2, 4), 2, None, None, 1e-5)],
    before_2_14=Before(
        Difference(
            "group_norm, nn.GroupNorm",
            "What a gradient doesn't depend on has zeros as its second derivative.",
            "What a gradient doesn't depend on has None as its second derivative.",
            "x = torch.ones(1, 2, 2, requires_grad=True)\nb = torch.zeros(2, requires_grad=True)\n"
            "y = torch.group_norm(x, 1, None, b)\n(g,) = torch.autograd.grad(y.sum(), x, create_graph=True)\n"
            "torch.autograd.grad(g.sum(), b, allow_unused=True)",
        ),
        input=lambda F, g, input, num_groups, weight, eps: _group_input_rule(F, g, input, num_groups, weight, eps),
        weight=lambda F, g, input, num_groups, eps: _group_weight_rule(F, g, input, num_groups, eps),
    ),
)
def group_norm(
    input: Array, num_groups: int, weight: Array | None = None, bias: Array | None = None, eps: float = 1e-5
) -> Array:
    """Each group of channels of (N, C, ...) normalised."""
    if input.size == 0:
        return input.copy()
    parts = _wide(input).reshape(input.shape[0], num_groups, -1)
    found = _normalised(parts, (2,), eps).reshape(input.shape)
    if weight is not None:
        found = found * _spread(weight, input.ndim)
    return (found if bias is None else found + _spread(bias, input.ndim)).astype(input.dtype, copy=False)
