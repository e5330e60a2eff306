"""Attention in one operation, as PyTorch computes it on batches of heads."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...engine.operation import Array, Index, operation
from ...numerics.products import multiplied
from ..reduce.softmax import safe_softmax


def causal_bias(rows: int, columns: int, dtype: Any) -> Array:
    """Zero where a position may look, minus infinity at later ones."""
    return np.where(np.tri(rows, columns, dtype=bool), 0, -np.inf).astype(dtype)


def mask_bias(mask: Array, dtype: Any) -> Array:
    """A mask of truth values as something to add: minus infinity where it is False."""
    return np.where(mask, 0, -np.inf).astype(dtype) if mask.dtype.kind == "b" else mask.astype(dtype, copy=False)


def _weights(F: Any, query: Any, key: Any, mask: Any, causal: bool, scale: float) -> Any:
    scores = F.stacked_product(query, F.transpose(key, -2, -1)) * scale
    if causal:
        return F.softmax(scores + F.triu(F.zeros_like(scores) - math.inf, 1), -1)
    if mask is None:
        return F.softmax(scores, -1)
    if "bool" in str(mask.dtype):
        mask = F.cast(F.where(mask, 0.0, -math.inf), scores.dtype)
    return F.safe_softmax(scores + mask, -1)


def _rule(F: Any, g: Any, needs: Any, query: Any, key: Any, value: Any, mask: Any, causal: bool, scale: float) -> Any:
    """Through the product with ``value``, the softmax and the scores."""
    weights = _weights(F, query, key, mask, causal, scale)
    g_value = F.stacked_product(F.transpose(weights, -2, -1), g) if needs[2] else None
    g_weights = F.stacked_product(g, F.transpose(value, -2, -1))
    g_scores = weights * (g_weights - F.sum_dim(g_weights * weights, (-1,), True)) * scale
    g_query = F.stacked_product(g_scores, key) if needs[0] else None
    g_key = F.stacked_product(F.transpose(g_scores, -2, -1), query) if needs[1] else None
    return g_query, g_key, g_value


@operation(
    takes=("floating", "softmax_lastdim_kernel_impl"),
    rows="leading: 4 4 4 4",
    node="ScaledDotProductFlashAttentionForCpuBackward0",
    spelling="scaled_dot_product_attention",
    vjp=lambda F, g, needs, query, key, value, mask, causal, scale: _rule(
        F, g, needs, query, key, value, mask, causal, scale
    ),
    examples=lambda r: [
        (r(1, 2, 3, 2), r(1, 2, 4, 2), r(1, 2, 4, 2), None, False, 0.7),
        (r(1, 1, 3, 2), r(1, 1, 3, 2), r(1, 1, 3, 2), None, True, 0.7),
    ],
)
def flash_attention(query: Array, key: Array, value: Array, mask: Index | None, causal: bool, scale: float) -> Array:
    """``softmax(query @ key^T * scale + mask) @ value`` of (batch, heads, length, size)."""
    scores = multiplied(np.matmul, query, np.swapaxes(key, -2, -1)) * query.dtype.type(scale)
    if causal:
        scores = scores + causal_bias(query.shape[-2], key.shape[-2], query.dtype)
    elif mask is not None:
        scores = scores + mask_bias(mask, query.dtype)
    weights = safe_softmax.op.kernel(scores, -1)
    return multiplied(np.matmul, weights, value)
