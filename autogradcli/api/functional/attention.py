"""``scaled_dot_product_attention``."""

from __future__ import annotations

import math
from typing import Any

from ...engine.tensor import Tensor, wrap
from ...numerics.releases import Difference, varying
from ...operations.elementwise.arithmetic import add
from ...operations.elementwise.arithmetic_variants import mul_scalar
from ...operations.linalg.any_product import matmul
from ...operations.nn import attention as operations
from ...operations.reduce.softmax import safe_softmax
from ...operations.shape.joining import cat
from ...operations.shape.slicing import slice_
from ...operations.shape.view import squeeze_dim, transpose, unsqueeze
from ..calls.overloads import define
from ..calls.registry import namespace


def _check_operands(query: Tensor, key: Tensor, value: Tensor) -> None:
    """Raise RuntimeError for operands of more than one dtype or of less than two dimensions."""
    if not query.dtype is key.dtype is value.dtype:
        q, k, v = (t.dtype.cpp_name for t in (query, key, value))
        raise RuntimeError(
            f"Expected query, key, and value to have the same dtype, but got query.dtype: {q} key.dtype: {k} and "
            f"value.dtype: {v} instead."
        )
    ranks = [t.array.ndim for t in (query, key, value)]
    if min(ranks) < 2:
        raise RuntimeError(
            f"Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: {ranks[0]} key.dim: "
            f"{ranks[1]} and value.dim: {ranks[2]} instead."
        )


def _attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None,
    dropout_p: float,
    is_causal: bool,
    scale: float | None,
    enable_gqa: bool,
) -> Any:
    """Attention in as many dimensions as the operands have."""
    _check_operands(query, key, value)
    if is_causal and attn_mask is not None:
        raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    if enable_gqa:
        key, value = (_repeated(x, query.array.shape[-3] // x.array.shape[-3]) for x in (key, value))
    if _fits(query, key, value, attn_mask, dropout_p):
        factor = 1.0 / math.sqrt(query.array.shape[-1]) if scale is None else scale
        return operations.flash_attention(query, key, value, attn_mask, is_causal, factor)
    factor = 1.0 / math.sqrt(max(query.array.shape[-1], 1)) if scale is None else scale
    root = math.sqrt(abs(factor))
    left = mul_scalar(query, -root if factor < 0 else root)
    scores = matmul(left, mul_scalar(transpose(key, -2, -1), root))
    if is_causal:
        bias = operations.causal_bias(query.array.shape[-2], key.array.shape[-2], query.array.dtype)
        scores = add(scores, wrap(bias))
    elif attn_mask is not None:
        boolean = attn_mask.array.dtype.kind == "b"
        scores = add(scores, wrap(operations.mask_bias(attn_mask.array, query.array.dtype)) if boolean else attn_mask)
    weights = safe_softmax(scores, -1)
    if dropout_p > 0.0:
        weights = namespace("torch")["dropout"](weights, dropout_p, True)
    return matmul(weights, value)


@varying(
    Difference(
        "scaled_dot_product_attention of three dimensions",
        "It is that of four with one batch: SqueezeBackward1 over ScaledDotProductFlashAttentionForCpuBackward0.",
        "It is made of products of matrices: UnsafeViewBackward0 over BmmBackward0.",
        "import torch.nn.functional as F\nq = torch.ones(1, 2, 3, requires_grad=True)\n"
        "F.scaled_dot_product_attention(q, q, q)",
    ),
    before=_attention,
)
def attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None,
    dropout_p: float,
    is_causal: bool,
    scale: float | None,
    enable_gqa: bool,
) -> Any:
    """``softmax(query @ key^T * scale + mask) @ value``: values averaged by how well their keys fit the queries.

    ``attn_mask`` is added, or says by truth values where to look; ``is_causal`` hides later positions. ``scale``
    is one over the root of the size unless given.
    """
    if not query.array.ndim == key.array.ndim == value.array.ndim == 3:
        return _attention(query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa)
    if attn_mask is not None and attn_mask.array.ndim == 3:
        attn_mask = unsqueeze(attn_mask, 0)
    batch = unsqueeze(query, 0), unsqueeze(key, 0), unsqueeze(value, 0)
    return squeeze_dim(_attention(*batch, attn_mask, dropout_p, is_causal, scale, enable_gqa), 0)


def _fits(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, dropout_p: float) -> bool:
    """Whether PyTorch takes the one operation: four dimensions of the same sizes and nothing out of the ordinary."""
    shapes = [x.array.shape for x in (query, key, value)]
    if any(len(s) != 4 or 0 in s for s in shapes) or dropout_p > 0.0:
        return False
    if len({(s[0], s[1], s[3]) for s in shapes}) != 1:
        return False
    return mask is None or (not mask.requires_grad and mask.array.ndim in (2, 4))


def _repeated(x: Tensor, times: int) -> Any:
    """Each head as often as there are queries for it."""
    if times == 1:
        return x
    heads = [slice_(x, -3, k, k + 1, 1) for k in range(x.array.shape[-3])]
    return cat([head for head in heads for _ in range(times)], -3)


define(
    "scaled_dot_product_attention",
    (
        "(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float dropout_p=0., bool is_causal=False, *, "
        "float? scale=None, bool enable_gqa=False)",
        attention,
    ),
    into="F",
)
