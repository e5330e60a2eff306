"""How the language says the gradients of losses over classes: for the declarations in ``class_loss.py``."""

from __future__ import annotations

from typing import Any


def nll_back(F: Any, grad: Any, input: Any, target: Any, weight: Any, reduction: str, ignore_index: int) -> Any:
    """Minus the gradient, times its weight, at the target of each row."""
    axis = min(input.ndim - 1, 1)
    classes, given = input.shape[axis], target.tensor.array
    ignored = bool((given == ignore_index).any())
    at = F.where(target == ignore_index, 0, target) if ignored else target
    places = F.rows(at, classes, grad)
    counts = None if weight is None else F.index(weight, [at])
    if counts is not None:
        places = places * F.unsqueeze(counts, -1)
    if ignored:
        places = F.where(F.unsqueeze(target, -1) != ignore_index, places, 0)
    if reduction == "mean":
        kept = target != ignore_index
        total = kept if counts is None else counts * kept if ignored else counts
        places = places / (given.size if counts is None and not ignored else F.sum_all(total))
    if axis and input.ndim > 2:
        places = F.permute(places, (0, input.ndim - 1, *range(1, input.ndim - 1)))
    return -(F.unsqueeze(grad, axis) if reduction == "none" and input.ndim > 1 else grad) * places


def margin_back(F: Any, grad: Any, input: Any, target: Any, p: int, margin: float, weight: Any, reduction: str) -> Any:
    """With Y the one-hot targets and s the slopes of the other classes: ``s - Y s.sum(-1)``."""
    if not input.ndim:
        return None
    classes, count = input.shape[-1], input.shape[0] if input.ndim > 1 else 1
    flat = F.reshape(target, ()) if input.ndim == 1 and target.ndim else target
    places = F.cast(F.says("one_hot", flat, classes), input.dtype) if input.ndim == 1 else F.rows(flat, classes, grad)
    z = margin - F.sum_dim(input * places, (-1,), True) + input
    slope = F.cast(z > 0, input.dtype) if p == 1 else 2 * F.relu(z)
    slope = slope * (1 - places) / (classes * (count if reduction == "mean" else 1))
    if weight is not None:
        slope = slope * F.unsqueeze(F.index(weight, [flat]), -1)
    row = F.unsqueeze(grad, -1) if grad.ndim and input.ndim > 1 else grad
    return (slope - places * F.sum_dim(slope, (-1,), True)) * row


def label_back(F: Any, grad: Any, input: Any, target: Any, reduction: str) -> Any:
    """With Y[i] how often i is a label: of the pairs with ``1 - x[i] + x[j] > 0``, Y[i] for each that is none."""
    if not input.ndim:
        return None
    classes, count = input.shape[-1], input.shape[0] if input.ndim > 1 else 1
    live = F.unsqueeze(F.cumprod(target >= 0, -1), -1)
    labels = F.sum_dim(F.says("one_hot", F.clamp_min_scalar(target, 0), classes) * live, (-2,), False)
    hit = 1 - F.unsqueeze(input, -1) + F.unsqueeze(input, -2) > 0
    labels = F.cast(labels, input.dtype)
    pairs = F.cast(hit, input.dtype) * F.unsqueeze(labels, -1) * F.cast(F.unsqueeze(labels, -2) == 0, input.dtype)
    row = F.unsqueeze(grad, -1) if grad.ndim and input.ndim > 1 else grad
    found = F.sum_dim(pairs, (-2,), False) - F.sum_dim(pairs, (-1,), False)
    return found / (classes * (count if reduction == "mean" else 1)) * row
