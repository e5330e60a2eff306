"""``torch.nn.utils``: layers made without drawing their values, and a normalization folded into the layer before it."""

from __future__ import annotations

from typing import Any

from ...engine.state import state
from ...engine.tensor import Parameter, Tensor
from ..calls.argument_types import Value
from ..calls.overloads import PLACES
from ..calls.python_function import define_python
from ..calls.registry import namespace
from .deep_copy import deep_copy
from .functions_by_attribute import M, T, check_tensors, made_on
from .module import Module

PLACES["fusion"] = ("torch.nn.utils.fusion", "")


def skip_init(module_cls: Value, *args: Value, **kwargs: Value) -> Any:
    """A layer of a class whose values are not drawn: here they are zeros."""
    if not isinstance(module_cls, type):
        raise TypeError("issubclass() arg 1 must be a class")
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    there = kwargs.pop("device", "cpu")
    with made_on("meta"):
        made = module_cls(*args, **kwargs)
    return made.to_empty(device=there)


def _folded(weight: Tensor, bias: Any, mean: Any, variance: Any, eps: float, scale: Any, shift: Any, dim: int) -> Any:
    bias = T.zeros_like(mean) if bias is None else bias
    scale = T.ones_like(mean) if scale is None else scale
    shift = T.zeros_like(mean) if shift is None else shift
    factor = T.mul(scale, T.rsqrt(T.add(variance, eps)))
    shape = [1] * weight.ndim
    shape[dim] = -1
    return (
        _parameter(T.mul(weight, M.reshape(factor, shape)), weight),
        _parameter(T.add(T.mul(T.sub(bias, mean), factor), shift), bias),
    )


def _parameter(values: Tensor, like: Tensor) -> Parameter:
    made = Parameter(values.array.astype(like.array.dtype, copy=False))
    if like.requires_grad:
        M.requires_grad_(made)
    return made


def fuse_conv_bn_weights(
    conv_w: Tensor, conv_b: Tensor | None, bn_rm: Tensor, bn_rv: Tensor, bn_eps: float, bn_w: Tensor | None,
    bn_b: Tensor | None, transpose: bool = False,
) -> tuple[Parameter, Parameter]:  # fmt: skip
    """The weight and bias of the convolution that does what a convolution and a normalization after it do."""
    check_tensors("fuse_conv_bn_weights()", conv_w, bn_rm, bn_rv)
    found: tuple[Parameter, Parameter] = _folded(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, int(transpose))
    return found


def fuse_linear_bn_weights(
    linear_w: Tensor, linear_b: Tensor | None, bn_rm: Tensor, bn_rv: Tensor, bn_eps: float, bn_w: Tensor, bn_b: Tensor
) -> tuple[Parameter, Parameter]:
    """The weight and bias of the linear layer that does what one and a normalization after it do."""
    check_tensors("fuse_linear_bn_weights()", linear_w, bn_rm, bn_rv, bn_w, bn_b)
    found: tuple[Parameter, Parameter] = _folded(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, 0)
    return found


def _fused(layer: Any, norm: Any, dim: int) -> Any:
    for each in (layer, norm):
        if not isinstance(each, Module):
            raise AttributeError(f"'{type(each).__name__}' object has no attribute 'training'")
    if layer.training or norm.training:
        raise AssertionError("Fusion only for eval!")
    if norm.running_mean is None or norm.running_var is None:
        raise AssertionError("bn.running_mean and bn.running_var must not be None")
    made = deep_copy(layer)
    before, state.grad = state.grad, False
    try:
        weight, bias = _folded(
            made.weight, made.bias, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias, dim
        )
    finally:
        state.grad = before
    made.weight, made.bias = weight, bias
    return made


def fuse_conv_bn_eval(conv: Value, bn: Value, transpose: bool = False) -> Any:
    """A convolution and the normalization after it, both in evaluation, as one convolution."""
    return _fused(conv, bn, int(transpose))


def fuse_linear_bn_eval(linear: Value, bn: Value) -> Any:
    """A linear layer and the normalization after it, both in evaluation, as one layer."""
    if isinstance(linear, Module) and isinstance(bn, Module) and bn.num_features not in (linear.out_features, 1):
        raise AssertionError("To fuse, linear.out_features == bn.num_features or bn.num_features == 1")
    return _fused(linear, bn, 0)


define_python("skip_init", skip_init, into="nn_utils")
for _function in (fuse_conv_bn_eval, fuse_linear_bn_eval, fuse_conv_bn_weights, fuse_linear_bn_weights):
    define_python(_function.__name__, _function, into="fusion")
    namespace("torch.nn.utils")[_function.__name__] = namespace("torch.nn.utils.fusion")[_function.__name__]
