"""Losses of elements: squared, absolute, cross entropy of two classes. Those over classes are in ``class_loss.py``.

A loss takes ``reduction``: "none", "mean" or "sum". PyTorch has each gradient as an operation of its own, which
shows in the graph of a gradient; so they are operations here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ...engine.worlds import ARRAYS
from ...numerics import dtypes
from ..dims import numel
from ..elementwise import elementary
from ..refuse import as_result, check_usual, not_implemented_for


def reduced(x: Array, reduction: str) -> Array:
    """The sum or mean of a loss's elements, or they themselves."""
    if reduction == "none":
        return x
    total = np.add.reduce(x, axis=None)
    return total if reduction == "sum" else total / x.dtype.type(x.size)


def share(g: Any, reduction: str, like: Any) -> Any:
    """An element's part of the gradient of a reduced loss."""
    return g / float(numel(like.shape)) if reduction == "mean" else g


def factor(reduction: str, like: Any) -> float:
    n = numel(like.shape)
    return 1.0 / n if reduction == "mean" and n else 1.0


# -- squared error ----------------------------------------------------------------------------------------


@operation(
    takes=("floating", "mse_cpu"),
    rows="loss",
    promote="promote",
    broadcast=False,  # the functions bring both to one shape
    input=lambda F, g, input, target, reduction: F.mse_loss_backward(g, input, target, reduction),
    target=lambda F, g, input, target, reduction: F.mse_loss_backward(g, target, input, reduction),
    examples=lambda r: [(r(2, 3), r(2, 3), "mean"), (r(3), r(3), "sum"), (r(3), r(3), "none")],
)
def mse_loss(input: Array, target: Array, reduction: str = "mean") -> Array:
    """Squared error ``(input - target) ** 2``."""
    x = np.subtract(input, target)
    return reduced(np.multiply(x, x), reduction)


@operation(
    rows="loss back",
    broadcast=True,
    grad=lambda F, h, input, target, reduction: h * ((input - target) * (2.0 * factor(reduction, input))),
    input=lambda F, h, grad, input, reduction: h * grad * (2.0 * factor(reduction, input)),
    target=lambda F, h, grad, input, reduction: -(h * grad * (2.0 * factor(reduction, input))),
    examples=lambda r: [(r(), r(2, 3), r(2, 3), "mean"), (r(3), r(3), r(3), "none")],
)
def mse_loss_backward(grad: Array, input: Array, target: Array, reduction: str) -> Array:
    """``2 grad (input - target)``."""
    return (input - target) * (2.0 * factor(reduction, input)) * grad


# -- absolute error, rounded near zero --------------------------------------------------------------------


@operation(
    takes=("floating", "smooth_l1_cpu"),
    rows="loss",
    node="SmoothL1LossBackward0",
    promote="promote",
    broadcast=False,  # the functions bring both to one shape
    input=lambda F, g, input, target, reduction, beta: F.smooth_l1_loss_backward(g, input, target, reduction, beta),
    target=lambda F, g, input, target, reduction, beta: F.smooth_l1_loss_backward(g, target, input, reduction, beta),
    examples=lambda r: [(r(2, 3), r(2, 3), "mean", 1.0), (r(3), r(3), "none", 0.5)],
)
def smooth_l1_loss(input: Array, target: Array, reduction: str = "mean", beta: float = 1.0) -> Array:
    """``x**2 / (2 beta)`` where ``|x| < beta``, else ``|x| - beta / 2``, of ``x = input - target``."""
    x = np.abs(np.subtract(input, target))
    return reduced(np.where(x < beta, 0.5 * x * x / beta, x - 0.5 * beta).astype(x.dtype, copy=False), reduction)


@operation(
    rows="loss back",
    formula=lambda F, grad, input, target, reduction, beta: (
        grad * F.clamp((input - target) / beta, -1, 1) * factor(reduction, input)
    ),
    node="SmoothL1LossBackwardBackward0",
    broadcast=True,
    grad=lambda F, h, input, target, reduction, beta: (
        h * _smooth_slope(F, input - target, beta) * factor(reduction, input)
    ),
    input=lambda F, h, grad, input, target, reduction, beta: (
        _within(F, h * grad, input - target, beta) * (factor(reduction, input) / beta)
    ),
    target=lambda F, h, grad, input, target, reduction, beta: (
        _within(F, h * grad, input - target, beta) * (-factor(reduction, input) / beta)
    ),
    examples=lambda r: [(r(), r(2, 3), r(2, 3), "mean", 1.0), (r(3), r(3), r(3), "none", 0.5)],
)
def smooth_l1_loss_backward(grad: Array, input: Array, target: Array, reduction: str, beta: float) -> Array:
    """``g`` times ``x / beta`` where ``|x| < beta``, else its sign."""
    x = np.subtract(input, target)
    slope = np.where(x <= -beta, -1.0, np.where(x >= beta, 1.0, x / beta))
    return (slope * factor(reduction, input) * grad).astype(x.dtype, copy=False)


def _smooth_slope(F: Any, x: Any, beta: float) -> Any:
    return F.where(F.abs(x) < beta, x / beta, F.sign(x))


def _within(F: Any, value: Any, x: Any, bound: float) -> Any:
    return value * F.cast(F.abs(x) < bound, value.dtype)


@operation(
    takes=("floating", "huber_cpu"),
    rows="loss",
    input=lambda F, g, input, target, reduction, delta: F.huber_loss_backward(g, input, target, reduction, delta),
    target=lambda F, g, input, target, reduction, delta: F.huber_loss_backward(g, target, input, reduction, delta),
    examples=lambda r: [(r(2, 3), r(2, 3), "mean", 1.0), (r(3), r(3), "none", 0.5)],
)
def huber_loss(input: Array, target: Array, reduction: str, delta: float) -> Array:
    """``x**2 / 2`` where ``|x| <= delta``, else ``delta (|x| - delta / 2)``, of ``x = input - target``.

    The target may be of another dtype, but then there is no gradient.
    """
    x = np.abs(np.subtract(input, target))
    loss = np.where(x <= delta, 0.5 * x * x, delta * (x - 0.5 * delta))
    return reduced(loss.astype(input.dtype, copy=False), reduction)


@operation(
    rows="loss back",
    broadcast=True,
    grad=lambda F, h, input, target, reduction, delta: (
        h * (_smooth_slope(F, input - target, delta) * (delta * factor(reduction, input)))
    ),
    input=lambda F, h, grad, input, target, reduction, delta: (
        _within(F, h * grad, input - target, delta) * factor(reduction, input)
    ),
    target=lambda F, h, grad, input, target, reduction, delta: (
        _within(F, h * grad, input - target, delta) * -factor(reduction, input)
    ),
    examples=lambda r: [(r(), r(2, 3), r(2, 3), "mean", 1.0), (r(3), r(3), r(3), "none", 0.5)],
)
def huber_loss_backward(grad: Array, input: Array, target: Array, reduction: str, delta: float) -> Array:
    """``g`` times ``x``, cut off at ``-delta`` and ``delta``. RuntimeError for operands of two dtypes."""
    if target.dtype != input.dtype:
        have, want = dtypes.of(target).type_name, dtypes.of(input).type_name
        raise RuntimeError(f"Found dtype {have} but expected {want}")
    x = np.subtract(input, target)
    slope = np.where(x < -delta, -delta, np.where(x > delta, delta, x))
    return (slope * factor(reduction, input) * grad).astype(x.dtype, copy=False)


# -- two classes ------------------------------------------------------------------------------------------


@operation(
    constant="target",
    complex="refused",
    rows="loss",
    input=lambda F, g, input, target, reduction: F.soft_margin_loss_backward(g, input, target, reduction),
    examples=lambda r: [(r(2, 3), r(2, 3), "mean"), (r(3), r(3), "none")],
)
def soft_margin_loss(input: Array, target: Array, reduction: str = "mean") -> Array:
    """``log(1 + exp(-target * input))``."""
    target = as_result(target, input.dtype)  # an unsigned one has no negative
    if input.dtype.kind == "b":
        ARRAYS.neg(target)  # which says why there is none
    check_usual("neg_cpu", input)
    if input.dtype.kind in "iu":
        name = dtypes.of(input).type_name
        raise RuntimeError(f"result type Float can't be cast to the desired output type {name}")
    return reduced(elementary.log1p(elementary.exp(-target * input)).astype(input.dtype, copy=False), reduction)


@operation(
    rows="loss back",
    broadcast=True,
    grad=lambda F, h, input, target, reduction: h * (-target * F.sigmoid(-target * input) * factor(reduction, input)),
    input=lambda F, h, grad, input, target, reduction: (
        h * grad * _logistic_bend(F, target, input) * factor(reduction, input)
    ),
    examples=lambda r: [(r(), r(2, 3), r(2, 3), "mean"), (r(3), r(3), r(3), "none")],
)
def soft_margin_loss_backward(grad: Array, input: Array, target: Array, reduction: str) -> Array:
    """``-grad target / (1 + exp(target * input))``."""
    target = target.astype(input.dtype, copy=False)
    z = elementary.exp(-target * input)
    return (-factor(reduction, input) * target * z / (z + 1) * grad).astype(input.dtype, copy=False)


def _logistic_bend(F: Any, target: Any, input: Any) -> Any:
    s = F.sigmoid(-target * input)
    return target * target * s * (1.0 - s)


#: What PyTorch keeps a logarithm above, and a denominator away from 0.
_LOWEST_LOG = -100.0
_TINY = 1e-12


@operation(
    takes=("floating", "binary_cross_entropy"),
    constant="weight",
    rows="loss",
    input=lambda F, g, input, target, weight, reduction: F.binary_cross_entropy_backward(
        g, input, target, weight, reduction
    ),
    target=lambda F, g, input, weight, reduction: share(
        _weighted(g * (F.log1p(-input) - F.log(input)), weight), reduction, input
    ),
    examples=lambda r: [
        (r(2, 3, low=0.1, high=0.9), r(2, 3, low=0.1, high=0.9), None, "mean"),
        (r(3, low=0.1, high=0.9), r(3, low=0.1, high=0.9), r(3), "none"),
    ],
)
def binary_cross_entropy(input: Array, target: Array, weight: Array | None = None, reduction: str = "mean") -> Array:
    """``-(target log(input) + (1 - target) log(1 - input))``; logarithms stop at -100."""
    if input.dtype is not target.dtype:
        names = dtypes.of(input).type_name, dtypes.of(target).type_name
        raise RuntimeError(f"Found dtype {names[1]} but expected {names[0]}")
    if input.size and not ((input >= 0) & (input <= 1)).all():
        raise RuntimeError("all elements of input should be between 0 and 1")
    loss = (target - 1) * np.maximum(elementary.log1p(-input), _LOWEST_LOG) - target * np.maximum(
        elementary.log(input), _LOWEST_LOG
    )
    return reduced(_weighed(loss.astype(input.dtype, copy=False), weight), reduction)


def _weighted(x: Any, weight: Any) -> Any:
    return x if weight is None else x * weight


def _weighed(loss: Array, weight: Array | None) -> Array:
    """A loss of the input's dtype, in which it is weighed in place: RuntimeError where it can't be."""
    return loss if weight is None else as_result(loss * weight, loss.dtype)


@operation(
    rows="loss back",
    formula=lambda F, grad, input, target, weight, reduction: share(
        _weighted(grad * (input - target) / (input * (1 - input)), weight), reduction, input
    ),
    broadcast=True,
    grad=lambda F, h, input, target, weight, reduction: share(
        _weighted(h * ((input - target) / _kept(F, input)), weight), reduction, input
    ),
    input=lambda F, h, grad, input, target, weight, reduction: share(
        _weighted(h * grad * _cross_entropy_bend(F, input, target), weight), reduction, input
    ),
    target=lambda F, h, grad, input, weight, reduction: share(
        _weighted(-(h * grad) / _kept(F, input), weight), reduction, input
    ),
    examples=lambda r: [(r(), r(2, 3, low=0.1, high=0.9), r(2, 3), None, "mean")],
)
def binary_cross_entropy_backward(
    grad: Array, input: Array, target: Array, weight: Array | None, reduction: str
) -> Array:
    """``g (input - target) / (input (1 - input))``."""
    found = grad * (input - target) / np.maximum((1 - input) * input, _TINY)
    return share(_weighted(found.astype(input.dtype, copy=False), weight), reduction, input)


def _kept(F: Any, p: Any) -> Any:
    return F.clamp_min_scalar((1.0 - p) * p, _TINY)


def _cross_entropy_bend(F: Any, p: Any, y: Any) -> Any:
    a, b = p + _TINY, 1.0 - p + _TINY
    return (p * p - 2.0 * p * y + y) / (a * a * (b * b))


@operation(
    takes=("floating", "log_sigmoid_cpu"),
    constant="weight pos_weight",
    rows="loss",
    input=lambda F, g, input, target, weight, pos_weight, reduction: share(
        _weighted(_logits_slope(F, input, target, pos_weight) * g, weight), reduction, input
    ),
    target=lambda F, g, input, weight, pos_weight, reduction: share(
        _weighted(_target_slope(F, input, pos_weight) * g, weight), reduction, input
    ),
    examples=lambda r: [
        (r(2, 3), r(2, 3), None, None, "mean"),
        (r(2, 3), r(2, 3), r(2, 3), r(3, low=0.5, high=2.0), "none"),
    ],
)
def binary_cross_entropy_with_logits(
    input: Array, target: Array, weight: Array | None = None, pos_weight: Array | None = None, reduction: str = "mean"
) -> Array:
    """Cross entropy of two classes from the logits ``input``; ``pos_weight`` weighs the class 1."""
    if input.dtype.kind not in "fV":
        not_implemented_for("log_sigmoid_cpu", input)
    if target.dtype.kind not in dtypes.INEXACT:
        names = dtypes.of(input).type_name, dtypes.of(target).type_name
        raise RuntimeError(f"result type {names[0]} can't be cast to the desired output type {names[1]}")
    log_sigmoid = np.minimum(input, 0) - elementary.log1p(elementary.exp(-np.abs(input)))
    if pos_weight is None:
        loss = (1 - target) * input - log_sigmoid
    else:
        loss = (1 - target) * input - ((pos_weight - 1) * target + 1) * log_sigmoid
    if pos_weight is not None:
        as_result(pos_weight, input.dtype)
    kind = loss.dtype if loss.dtype.kind == "c" else input.dtype
    return reduced(_weighed(loss.astype(kind, copy=False), weight), reduction)


def _logits_slope(F: Any, input: Any, target: Any, pos_weight: Any) -> Any:
    if pos_weight is None:
        return F.sigmoid(input) - target
    t = pos_weight * target
    return (t + 1.0 - target) * F.sigmoid(input) - t


def _target_slope(F: Any, input: Any, pos_weight: Any) -> Any:
    if pos_weight is None:
        return -input
    return F.log_sigmoid(-input) - pos_weight * F.log_sigmoid(input)
