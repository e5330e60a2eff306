"""Losses over classes, ``torch.nn.functional``: ``nll_loss``, ``cross_entropy``, margins, ``ctc_loss``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import OPERATIONS
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...operations.dims import existing_dim
from ...operations.elementwise.arithmetic import add, div, mul, neg
from ...operations.elementwise.arithmetic_variants import div_scalar, mul_scalar
from ...operations.elementwise.selection import where
from ...operations.index.masks import masked_fill
from ...operations.nn import class_loss as operations
from ...operations.reduce.reduction import mean_all, sum_all, sum_dim
from ...operations.reduce.softmax import log_softmax
from ...operations.shape.any_shape import reshape
from ...operations.shape.view import squeeze_dim, unsqueeze
from ..calls.argument_types import type_name
from ..calls.dtype_checks import check_same
from ..calls.python_function import define_python
from ..calls.registry import namespace
from .linear import linear
from .loss_reduction import averaged, number, reduced, reduction_of


@averaged("ignore_index")
def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Any:
    """Negative log likelihood: minus the entry of each row at its target class, averaged by the classes' weights."""
    return nll(input, target, weight, reduction, ignore_index)


def nll(input: Tensor, target: Tensor, weight: Tensor | None, reduction: str, ignore_index: int) -> Any:
    """The loss in any number of dimensions: (N, C), (C,) or (N, C, d1, ...)."""
    ndim = input.array.ndim
    if ndim < 1:
        raise ValueError(f"Expected 1 or more dimensions (got {ndim})")
    shape, want = input.array.shape, target.array.shape
    if ndim != 1 and shape[0] != (want[0] if want else 1):
        raise ValueError(
            f"Expected input batch_size ({shape[0]}) to match target batch_size ({want[0] if want else 1})."
        )
    check_same(input, weight)
    if ndim <= 2:
        return operations.nll_loss(input, target, weight, reduction, ignore_index)
    if ndim == 4:
        return operations.nll_loss2d(input, target, weight, reduction, ignore_index)
    expected = (shape[0], *shape[2:])
    if want[1:] != shape[2:]:
        raise RuntimeError(f"Expected target size {list(expected)}, got {list(want)}")
    flat = reshape(input, (shape[0], shape[1], 1, -1))
    found = operations.nll_loss2d(flat, reshape(target, (shape[0], 1, -1)), weight, reduction, ignore_index)
    return reshape(found, expected) if reduction == "none" else found


@averaged("ignore_index")
def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """Cross entropy of logits and target classes: ``nll_loss`` of ``log_softmax``.

    ``target`` holds class indices or, in the shape of ``input``, a probability for each class. Label smoothing
    mixes the target with the uniform distribution.
    """
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}")
    classes = 0 if input.array.ndim == 1 else 1
    if input.array.shape == target.array.shape:
        existing_dim(classes, input.array.ndim)
        return _of_probabilities(input, target, weight, reduction, ignore_index, label_smoothing, classes)
    logs = log_softmax(input, classes)
    if label_smoothing > 0.0:
        return _smoothed(logs, target, weight, reduction, ignore_index, label_smoothing, classes)
    return nll(logs, target, weight, reduction, ignore_index)


def _shaped(weight: Tensor, ndim: int, classes: int) -> Any:
    shape = [1] * ndim
    shape[classes] = weight.array.shape[0]
    return reshape(weight, tuple(shape))


def _of_probabilities(
    input: Tensor, target: Any, weight: Tensor | None, reduction: str, ignore_index: int, smoothing: float, classes: int
) -> Any:
    if dtypes.of(target.array).category != dtypes.FLOATING:
        raise RuntimeError(
            f"Expected floating point type for target with class probabilities, got {dtypes.of(target.array).type_name}"
        )
    if ignore_index >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target")
    logs = log_softmax(input, classes)
    n = input.array.shape[classes]
    if smoothing > 0.0:
        target = add(mul_scalar(target, 1 - smoothing), smoothing / n)
    product = mul(logs, target)
    if weight is not None:
        product = mul(product, _shaped(weight, input.array.ndim, classes))
    if reduction == "none":
        return neg(sum_dim(product, (classes,), False))
    found = neg(sum_all(product))
    if reduction == "sum":
        return found
    return div_scalar(found, input.array.size / n if n else float("nan"))


def _smoothed(
    logs: Any, target: Tensor, weight: Tensor | None, reduction: str, ignore_index: int, smoothing: float, classes: int
) -> Any:
    likelihood = nll(logs, target, weight, reduction, ignore_index)
    n = logs.array.shape[classes]
    product = logs if weight is None else mul(logs, _shaped(weight, logs.array.ndim, classes))
    uniform = neg(sum_dim(product, (classes,), False))
    ignored = target.array == ignore_index
    uniform = masked_fill(uniform, wrap(ignored), 0.0)
    if reduction == "mean":
        if weight is None:
            count = np.count_nonzero(~ignored)
        else:
            count = weight.array[target.array[~ignored]].sum()
        uniform = div(sum_all(uniform), number(count, logs))
    elif reduction == "sum":
        uniform = sum_all(uniform)
    return add(mul_scalar(likelihood, 1 - smoothing), mul_scalar(uniform, smoothing / n))


def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: Any = None,
) -> Any:
    """Cross entropy of ``linear(input, linear_weight, linear_bias)``."""
    logits = linear(input, linear_weight, linear_bias)
    index = -100 if ignore_index is None else ignore_index
    return cross_entropy(
        logits, target, weight, ignore_index=index, reduction=reduction, label_smoothing=label_smoothing
    )


# -- margins ----------------------------------------------------------------------------------------------


@averaged()
def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    reduction: str = "mean",
) -> Any:
    """What the other classes lack to stay a margin below the target class, averaged over the classes."""
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.array.ndim != 1:
        raise ValueError("weight must be one-dimensional")
    return operations.multi_margin_loss(input, target, p, margin, weight, reduction)


@averaged()
def multilabel_margin_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Any:
    """What classes that are no labels lack to stay 1 below those that are; rows of ``target`` end with -1."""
    return operations.multilabel_margin_loss(input, target, reduction)


# -- sequences --------------------------------------------------------------------------------------------


def ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: Any = 0,
    reduction: str = "mean",
    zero_infinity: Any = False,
) -> Any:
    """Connectionist temporal classification: minus the log likelihood of a sequence over all its alignments."""
    number = ("none", "mean", "sum").index(reduction_of(None, None, reduction))
    call = namespace("torch")["ctc_loss"]
    return call(log_probs, targets, input_lengths, target_lengths, blank, number, zero_infinity)


def ctc(
    log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any, blank: int, reduction: str,
    zero_infinity: bool,
) -> Any:  # fmt: skip
    """``ctc_loss`` of checked arguments. Raises RuntimeError where sizes don't fit."""
    if log_probs.array.ndim not in (2, 3) or (log_probs.array.ndim == 2 and targets.array.ndim > 1):
        raise RuntimeError(
            f"Expected 3-dimensional tensor, but got {log_probs.array.ndim}-dimensional tensor for argument #1 "
            "'log_probs' (while checking arguments for ctc_loss_allocate_outputs)"
        )
    batched = log_probs.array.ndim == 3
    if not batched:
        log_probs = unsqueeze(log_probs, 1)
    steps, sizes = _lengths("input_lengths", input_lengths), _lengths("target_lengths", target_lengths)
    if not 0 <= blank < log_probs.array.shape[2]:
        raise RuntimeError("blank must be in label range")
    classes = targets.array
    if classes.dtype.kind == "c":
        raise RuntimeError("ctc_loss: targets are integers, not complex numbers")
    if classes.size and not 0 <= classes.min() <= classes.max() < log_probs.array.shape[2]:
        raise RuntimeError(f"ctc_loss: a target is none of the {log_probs.array.shape[2]} classes")
    for name, values in (("input_lengths", steps), ("target_lengths", sizes)):
        if len(values) != log_probs.array.shape[1]:
            raise RuntimeError(f"{name} must be of size batch_size")
    for t in steps:
        if t > log_probs.array.shape[0]:
            raise RuntimeError(
                f"Expected input_lengths to have value at most {log_probs.array.shape[0]}, but got value {t} (while "
                "checking arguments for ctc_loss_allocate_outputs)"
            )
    longest_target = max(sizes, default=0)
    if targets.array.ndim == 2 and targets.array.shape[1] < longest_target:
        raise RuntimeError(
            f"Expected tensor to have size at least {longest_target} at dimension 1, but got size "
            f"{targets.array.shape[1]} for argument #2 'targets' (while checking arguments for "
            "ctc_loss_allocate_outputs)"
        )
    found = OPERATIONS["ctc_loss"].call(log_probs, targets, steps, sizes, blank, zero_infinity)
    if zero_infinity:
        found = where(wrap(np.isinf(found.array)), number(0, found), found)
    if reduction == "mean":
        longest = wrap(np.maximum(np.asarray(sizes), 1).astype(found.array.dtype))
        return mean_all(div(found, longest))
    if reduction == "none" and not batched:
        return squeeze_dim(found, 0)
    return reduced(found, reduction)


def _lengths(name: str, values: Any) -> list[int]:
    if isinstance(values, Tensor):
        if values.array.dtype.kind not in "iub":
            raise RuntimeError(f"{name} must be integral")
        return [int(n) for n in values.array.reshape(-1)]
    for n in values:
        if type(n) is not int and type(n) is not bool:
            raise TypeError(
                f"ctc_loss(): argument '{name}' must be tuple of ints, but found element of type {type_name(n)}"
            )
    return [int(n) for n in values]


for _function in (
    nll_loss, cross_entropy, linear_cross_entropy, multi_margin_loss, multilabel_margin_loss, ctc_loss,
):  # fmt: skip
    define_python(_function.__name__, _function, into="F")
