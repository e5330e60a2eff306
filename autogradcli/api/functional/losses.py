"""Losses of elements and of pairs, ``torch.nn.functional``. Those over classes are in ``class_losses.py``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.limits import shown
from ...operations.dims import existing_dim
from ...operations.elementwise.arithmetic import add, div, mul, neg, sub
from ...operations.elementwise.arithmetic_variants import add_scalar
from ...operations.elementwise.bounds import clamp_min_scalar, minimum
from ...operations.elementwise.exponential import exp, log
from ...operations.elementwise.powers import pow_tensor_scalar, sqrt
from ...operations.elementwise.selection import where
from ...operations.elementwise.sign import abs as abs_
from ...operations.elementwise.special import xlogy
from ...operations.index.masks import masked_fill
from ...operations.nn import loss as operations
from ...operations.nn.activation import log_sigmoid
from ...operations.reduce.reduction import sum_all, sum_dim
from ...operations.shape.copies import clone
from ...operations.shape.view import expand, unsqueeze
from ..calls.python_function import define_python
from ..math.arithmetic import check_bool
from .distance import pairwise_distance
from .loss_reduction import averaged, broadcast_pair, number, reduced, reduction_of, size_of, warn_of_sizes

# -- differences ------------------------------------------------------------------------------------------


def _less(a: Tensor, b: Tensor) -> Tensor:
    """The difference, as the language's own ``-``, which takes no booleans, has it."""
    check_bool(a, b)
    return sub(a, b)


@averaged(sizes=True)
def mse_loss(
    input: Tensor,
    target: Tensor,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Any:
    """Mean squared error: ``(input - target) ** 2``, averaged."""
    a, b = broadcast_pair(input, target)
    if weight is not None:
        return _weighted(pow_tensor_scalar(sub(a, b), 2), input, weight, reduction)
    return operations.mse_loss(a, b, reduction)


def _weighted(loss: Any, input: Tensor, weight: Tensor, reduction: str) -> Any:
    if weight.array.shape != input.array.shape:
        raise ValueError("Weights and input must have the same size.")
    weighted = mul(loss, weight)
    if reduction == "mean":
        return div(sum_all(weighted), sum_all(weight))
    return reduced(weighted, reduction)


@averaged(sizes=True)
def l1_loss(
    input: Tensor,
    target: Tensor,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Any:
    """Mean absolute error: ``|input - target|``, averaged."""
    a, b = broadcast_pair(input, target)
    found = abs_(_less(a, b))
    return reduced(found, reduction) if weight is None else _weighted(found, input, weight, reduction)


@averaged(sizes=True)
def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Any:
    """Absolute error, rounded off by a parabola where it is less than ``beta``."""
    a, b = broadcast_pair(input, target)
    if beta == 0.0:
        return reduced(abs_(_less(a, b)), reduction)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    return operations.smooth_l1_loss(a, b, reduction, beta)


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Any:
    """Half the squared error, going on as a straight line where the error exceeds ``delta``."""
    warn_of_sizes(input, target)
    a, b = broadcast_pair(input, target)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    if weight is not None:
        return _weighted(operations.huber_loss(a, b, "none", delta), input, weight, reduction)
    return operations.huber_loss(a, b, reduction_of(None, None, reduction), delta)


# -- two classes ------------------------------------------------------------------------------------------


@averaged()
def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    reduction: str = "mean",
) -> Any:
    """Cross entropy of two classes: ``input`` is the probability of the one, ``target`` 0 or 1 or between."""
    if input.array.shape != target.array.shape:
        raise ValueError(
            f"Using a target size ({size_of(target)}) that is different to the input size ({size_of(input)}) is "
            "deprecated. Please ensure they have the same size."
        )
    if weight is not None:
        weight = expand(weight, np.broadcast_shapes(target.array.shape, weight.array.shape))
    return operations.binary_cross_entropy(input, target, weight, reduction)


@averaged()
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Any:
    """Cross entropy of two classes from the logits: the sigmoid and the loss in one, exact for large logits."""
    if input.array.shape != target.array.shape:
        raise ValueError(f"Target size ({size_of(target)}) must be the same as input size ({size_of(input)})")
    return operations.binary_cross_entropy_with_logits(input, target, weight, pos_weight, reduction)


@averaged()
def soft_margin_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Any:
    """Logistic loss ``log(1 + exp(-target * input))`` for targets 1 and -1."""
    a, b = broadcast_pair(input, target)
    return operations.soft_margin_loss(a, b, reduction)


@averaged()
def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    reduction: str = "mean",
) -> Any:
    """Logistic loss of each class, averaged over the classes, for targets that are 0 or 1 for each."""
    one = sub(number(1, target), target)
    loss = neg(add(mul(target, log_sigmoid(input)), mul(one, log_sigmoid(neg(input)))))
    if weight is not None:
        loss = mul(loss, weight)
    last = existing_dim(-1, input.array.ndim)
    return reduced(div(sum_dim(loss, (last,), False), float(input.array.shape[last])), reduction)


# -- distributions ----------------------------------------------------------------------------------------


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Any:
    """Kullback-Leibler divergence; ``input`` is logarithms of probabilities, ``target`` probabilities (or, with
    ``log_target``, logarithms). ``reduction="batchmean"`` divides by the batch size only."""
    batch = reduction == "batchmean"
    if size_average is None and reduce is None and reduction == "mean":
        state.warn(
            "UserWarning",
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
            "'mean' will be changed to behave the same as 'batchmean' in the next major release.",
        )
    reduction = reduction_of(size_average, reduce, "sum" if batch else reduction)
    for x in (input, target):
        if x.dtype.is_complex:
            raise RuntimeError("kl_div: Complex inputs not supported.")
    for x in (input, target):
        if not x.dtype.is_floating_point:
            raise RuntimeError("kl_div: Integral inputs not supported.")
    if log_target:
        away = sub(target, input)
        loss = mul(exp(target), away)
    else:
        product = mul(target, input)  # made first: the order of making is the order in which gradients add up
        loss = sub(xlogy(target, target), product)
    found = reduced(loss, reduction)
    return div(found, float(input.array.shape[0])) if batch and input.array.ndim else found


@averaged("eps")
def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-08,
    reduction: str = "mean",
) -> Any:
    """Negative log likelihood of counts under Poisson distributions with mean ``exp(input)``, or ``input`` itself."""
    if log_input:
        product = mul(target, input)
        loss = _less(exp(input), product)
    else:
        loss = _less(input, mul(target, log(add_scalar(input, eps))))
    if full:
        half = mul(log(mul(target, 2 * math.pi)), 0.5)
        stirling = add(_less(mul(target, log(target)), target), half)
        loss = add(loss, masked_fill(stirling, wrap(target.array <= 1), 0.0))
    return reduced(loss, reduction)


def gaussian_nll_loss(
    input: Tensor, target: Tensor, var: Any, full: bool = False, eps: float = 1e-06, reduction: str = "mean"
) -> Any:
    """Negative log likelihood of targets under normal distributions with mean ``input`` and variance ``var``."""
    if not isinstance(var, Tensor):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = wrap(np.full_like(input.array, var))
    elif (var.array < 0).any():
        raise ValueError("var has negative entry/entries")
    elif var.array.shape != input.array.shape:
        if input.array.shape[:-1] == var.array.shape:
            var = unsqueeze(var, -1)
        elif not (input.array.shape[:-1] == var.array.shape[:-1] and var.array.shape[-1] == 1):
            raise ValueError("var is of incorrect size")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{shown(reduction)} is not valid")
    if (var.array < 0).any():
        raise ValueError("var has negative entry/entries")
    if var.array.dtype.kind not in dtypes.INEXACT:
        default = dtypes.default.dtype.type_name
        raise RuntimeError(f"result type {default} can't be cast to the desired output type {var.dtype.type_name}")
    var = clone(var)
    np.maximum(var.array, eps, out=var.array)  # a clamp that the gradient doesn't see, as in PyTorch
    loss = mul(add(log(var), div(pow_tensor_scalar(_less(input, target), 2), var)), 0.5)
    if full:
        loss = add(loss, 0.5 * math.log(2 * math.pi))
    return reduced(loss, reduction)


# -- pairs ------------------------------------------------------------------------------------------------


@averaged()
def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    reduction: str = "mean",
) -> Any:
    """The distance itself where the target is 1, what it lacks to the margin where it is -1."""
    zero = wrap(np.zeros_like(input.array))
    lack = clamp_min_scalar(sub(number(margin, input), input), 0)
    apart = where(wrap(target.array != 1), lack, zero)
    together = where(wrap(target.array != -1), input, zero)
    return reduced(add(apart, together), reduction)


@averaged()
def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    reduction: str = "mean",
) -> Any:
    """``max(0, margin - target * (input1 - input2))``: which of two should be ranked higher."""
    if not input1.array.ndim == input2.array.ndim == target.array.ndim:
        raise RuntimeError(
            f"margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: "
            f"{size_of(input1)}, input2: {size_of(input2)}, target: {size_of(target)} "
        )
    difference = _less(input1, input2)
    loss = add_scalar(mul(neg(target), difference), float(margin))
    return reduced(clamp_min_scalar(loss, 0), reduction)


def _check_ranks(anchor: Tensor, positive: Tensor, negative: Tensor) -> None:
    a, p, n = (t.array.ndim for t in (anchor, positive, negative))
    if not a == p == n:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {a}D, positive {p}D, and negative {n}D inputs"
        )


@averaged()
def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-06,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """``max(0, margin + |anchor - positive| - |anchor - negative|)``, in the p-norm."""
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    _check_ranks(anchor, positive, negative)
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = minimum(far, pairwise_distance(positive, negative, p, eps))
    return reduced(clamp_min_scalar(sub(add_scalar(near, margin), far), 0), reduction)


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[..., Any] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """``max(0, margin + distance(anchor, positive) - distance(anchor, negative))``, with a distance of one's own."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{shown(reduction)} is not a valid value for reduction")
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    _check_ranks(anchor, positive, negative)
    distance = distance_function or pairwise_distance
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return reduced(clamp_min_scalar(sub(add(near, margin), far), 0), reduction)


@averaged()
def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    reduction: str = "mean",
) -> Any:
    """``1 - cos`` where the target is 1, ``max(0, cos - margin)`` where it is -1."""
    if target.array.ndim not in (0, 1):
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if target.array.ndim == 0 and not (input1.array.ndim == input2.array.ndim == 1):
        raise RuntimeError(
            "0D target tensor expects 1D input tensors, but found inputs with sizes "
            f"{list(input1.array.shape)} and {list(input2.array.shape)}."
        )
    if target.array.ndim == 1 and not (input1.array.ndim == input2.array.ndim == 2):
        raise RuntimeError(
            "1D target tensor expects 2D input tensors, but found inputs with sizes "
            f"{list(input1.array.shape)} and {list(input2.array.shape)}."
        )
    last = (input1.array.ndim - 1,)
    product = sum_dim(mul(input1, input2), last, False)
    tiny = 1e-12
    squares = [add_scalar(sum_dim(mul(x, x), last, False), tiny) for x in (input1, input2)]
    cosine = div(product, sqrt(mul(squares[0], squares[1])))
    zero = wrap(np.zeros_like(cosine.array))
    alike = where(wrap(target.array == 1), sub(wrap(np.ones_like(cosine.array)), cosine), zero)
    unlike = where(wrap(target.array == -1), clamp_min_scalar(sub(cosine, number(margin, cosine)), 0), zero)
    return reduced(add(alike, unlike), reduction)


for _function in (
    mse_loss, l1_loss, smooth_l1_loss, huber_loss, binary_cross_entropy, binary_cross_entropy_with_logits,
    soft_margin_loss, multilabel_soft_margin_loss, kl_div, poisson_nll_loss, gaussian_nll_loss, hinge_embedding_loss,
    margin_ranking_loss, triplet_margin_loss, triplet_margin_with_distance_loss, cosine_embedding_loss,
):  # fmt: skip
    define_python(_function.__name__, _function, into="F")
