"""Connectionist temporal classification (Graves et al. 2006): sequences of labels without their places in time."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, operation
from ..refuse import underivable


@operation(
    takes=("single", "ctc_loss_cpu"),
    aten="_ctc_loss",
    log_probs=lambda F, g, log_probs, targets, input_lengths, target_lengths, blank, zero_infinity, result: (
        F.ctc_loss_backward(g, log_probs, targets, input_lengths, target_lengths, blank, zero_infinity, result)
    ),
    examples="its gradient is that of the logits, as PyTorch's is, so differences of the loss itself disagree",
)
def ctc_loss(
    log_probs: Array,
    targets: Index,
    input_lengths: list[int],
    target_lengths: list[int],
    blank: int = 0,
    zero_infinity: bool = False,
) -> Array:
    """Negative log likelihood of each target sequence under ``log_probs`` (T, N, C), over all alignments.

    ``zero_infinity`` is for the gradient: a target that has no alignment gets zeros.
    """
    losses = [
        -_total(_forward_table(log_probs[:t, n], labels, blank))
        for n, (t, labels) in enumerate(_sequences(log_probs, targets, input_lengths, target_lengths))
    ]
    return np.asarray(losses, log_probs.dtype)


def _sequences(
    log_probs: Array, targets: Array, input_lengths: list[int], target_lengths: list[int]
) -> list[tuple[int, Array]]:
    """For each of the batch its number of steps and its labels."""
    starts = np.concatenate([[0], np.cumsum(target_lengths)])
    return [
        (int(t), targets[n, : target_lengths[n]] if targets.ndim > 1 else targets[starts[n] : starts[n + 1]])
        for n, t in enumerate(input_lengths)
    ]


def _extended(labels: Array, blank: int) -> tuple[Array, Array]:
    """Labels with blanks around and between them; where a blank may be skipped."""
    full = np.full(2 * len(labels) + 1, blank)
    full[1::2] = labels
    skip = np.zeros(len(full), bool)
    skip[2:] = (full[2:] != blank) & (full[2:] != full[:-2])
    return full, skip


def _forward_table(lp: Array, labels: Array, blank: int) -> Array:
    """``alpha[t, s]``: log probability of the prefixes that end in state s at step t."""
    full, skip = _extended(labels, blank)
    alpha = np.full((max(len(lp), 1), len(full)), -np.inf)
    if len(lp) == 0:
        return np.where(np.arange(len(full)) == 0, 0.0, -np.inf)[None] if len(labels) == 0 else alpha
    alpha[0, : min(2, len(full))] = lp[0, full[:2]]
    for t in range(1, len(lp)):
        before = alpha[t - 1]
        reach = np.logaddexp(before, np.concatenate([[-np.inf], before[:-1]]))
        jump = np.concatenate([[-np.inf, -np.inf], before[:-2]])[: len(full)]
        reach = np.where(skip, np.logaddexp(reach, jump), reach)
        alpha[t] = reach + lp[t, full]
    return alpha


def _total(alpha: Array) -> Any:
    return np.logaddexp.reduce(alpha[-1, -2:])


@operation(
    node="CtcLossBackwardBackward0",
    grad=underivable("_ctc_loss_backward"),
    log_probs=underivable("_ctc_loss_backward"),
    examples=lambda r: [(r(2), r(4, 2, 3), r.tensor([[1, 2], [2, 1]]), [4, 3], [2, 1], 0, False, r(2))],
)
def ctc_loss_backward(
    grad: Array,
    log_probs: Array,
    targets: Index,
    input_lengths: list[int],
    target_lengths: list[int],
    blank: int,
    zero_infinity: bool,
    result: Array,
) -> Array:
    """PyTorch's gradient: that of the logits when ``log_probs`` is their log-softmax."""
    out = np.zeros_like(log_probs)
    for n, (t, labels) in enumerate(_sequences(log_probs, targets, input_lengths, target_lengths)):
        lp = log_probs[:t, n]
        full, _ = _extended(labels, blank)
        alpha = _forward_table(lp, labels, blank)
        total = _total(alpha)
        if not np.isfinite(total) and zero_infinity:
            continue
        # the backward table is the forward table of the sequence read from its end
        beta = _forward_table(lp[::-1], labels[::-1], blank)[::-1, ::-1]
        both = np.full((t, log_probs.shape[2]), -np.inf)
        for s, label in enumerate(full):
            both[:, label] = np.logaddexp(both[:, label], alpha[:, s] + beta[:, s])
        out[:t, n] = (np.exp(lp) - np.exp(both - total - lp)) * grad[n]
    return out
