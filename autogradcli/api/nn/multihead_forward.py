"""``F.multi_head_attention_forward``: what ``nn.MultiheadAttention`` computes, and what it refuses."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ...engine.tensor import Tensor
from ...numerics import dtypes
from ..calls.python_function import define_python
from .functions_by_attribute import F, M, T, check_tensors


class _Heads(NamedTuple):
    """How the attention is made, beside queries, keys, values and masks."""

    size: int
    heads: int
    joint: Any
    bias: Any
    apart: tuple[Any, Any, Any]
    extra: tuple[Any, Any]
    zero: bool
    static: tuple[Any, Any]
    dropout: float
    need: bool
    causal: bool


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> Any:
    """Attention in several heads at once, with projections in and out: the output, and the weights or None."""
    check_tensors("multi_head_attention_forward()", query, key, value)
    batched = _check_dimensions(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        wide = {id(t): T.unsqueeze(t, 1) for t in (query, key, value)}
        query, key, value = (wide[id(t)] for t in (query, key, value))
        key_padding_mask = None if key_padding_mask is None else T.unsqueeze(key_padding_mask, 0)
    apart = (q_proj_weight, k_proj_weight, v_proj_weight)
    if use_separate_proj_weight:
        for letter, weight in zip("qkv", apart, strict=True):
            if weight is None:
                raise AssertionError(f"use_separate_proj_weight is True but {letter}_proj_weight is None")
    how = _Heads(
        embed_dim_to_check, num_heads, None if use_separate_proj_weight else in_proj_weight, in_proj_bias, apart,
        (bias_k, bias_v), add_zero_attn, (static_k, static_v), dropout_p if training else 0.0, need_weights, is_causal,
    )  # fmt: skip
    _check_sizes(query, key, value, how, use_separate_proj_weight)
    joined, weights = _attend(query, key, value, key_padding_mask, attn_mask, how)
    output = M.view(F.linear(joined, out_proj_weight, out_proj_bias), *query.array.shape)
    if weights is not None and average_attn_weights:
        weights = M.mean(weights, dim=1)
    if batched:
        return output, weights
    return T.squeeze(output, 1), None if weights is None else T.squeeze(weights, 0)


def _check_dimensions(query: Any, key: Any, value: Any, padding: Any, mask: Any, heads: int) -> bool:
    """Whether there is a batch. Raises AssertionError where dimensions don't go together."""
    rank = query.array.ndim
    if rank not in (2, 3):
        raise AssertionError(f"query should be unbatched 2D or batched 3D tensor but received {rank}-D query tensor")
    of = f"For {'batched' if rank == 3 else 'unbatched'} ({rank}-D) `query`, expected"
    if key.array.ndim != rank or value.array.ndim != rank:
        raise AssertionError(
            f"{of} `key` and `value` to be {rank}-D but found {key.array.ndim}-D and {value.array.ndim}-D tensors "
            "respectively"
        )
    if padding is not None and padding.array.ndim != rank - 1:
        raise AssertionError(
            f"{of} `key_padding_mask` to be `None` or {rank - 1}-D but found {padding.array.ndim}-D tensor instead"
        )
    if mask is not None:
        if mask.array.ndim not in (2, 3):
            raise AssertionError(
                f"{of} `attn_mask` to be `None`, 2-D or 3-D but found {mask.array.ndim}-D tensor instead"
            )
        wanted = (heads, query.array.shape[0], key.array.shape[0])
        if rank == 2 and mask.array.ndim == 3 and mask.array.shape != wanted:
            raise AssertionError(f"Expected `attn_mask` shape to be {wanted} but got {mask.shape}")
    return bool(rank == 3)


def _check_sizes(query: Any, key: Any, value: Any, how: _Heads, separate: bool) -> None:
    size = query.array.shape[2]
    if size != how.size:
        raise AssertionError(f"was expecting embedding dimension of {how.size}, but got {size}")
    if size // how.heads * how.heads != size:
        raise AssertionError(f"embed_dim {size} not divisible by num_heads {how.heads}")
    if separate:
        if key.array.shape[:2] != value.array.shape[:2]:
            raise AssertionError(
                f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}"
            )
    elif key.array.shape != value.array.shape:
        raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")


def _project(query: Tensor, key: Tensor, value: Tensor, how: _Heads) -> tuple[Tensor, Tensor, Tensor]:
    size, w, b = how.size, how.joint, how.bias
    weights: Any
    if w is None:
        if how.apart[0] is None:
            raise AssertionError("use_separate_proj_weight is False but in_proj_weight is None")
        weights = how.apart
    elif query is key is value:
        q, k, v = _parts(F.linear(query, w, b), 3, size)
        return q, k, v
    elif key is value:
        w_q, w_kv = M.split(w, [size, 2 * size])
        b_q, b_kv = (None, None) if b is None else M.split(b, [size, 2 * size])
        k, v = _parts(F.linear(key, w_kv, b_kv), 2, size)
        return F.linear(query, w_q, b_q), k, v
    else:
        weights = M.chunk(w, 3)
    biases = (None, None, None) if b is None else M.chunk(b, 3)
    q, k, v = (F.linear(t, wt, bias) for t, wt, bias in zip((query, key, value), weights, biases, strict=True))
    return q, k, v


def _parts(projected: Tensor, count: int, size: int) -> Any:
    """The parts of a joint projection, each contiguous."""
    split = T.unsqueeze(M.unflatten(projected, -1, (count, size)), 0)
    turned = M.contiguous(T.squeeze(T.transpose(split, 0, -2), -2))
    return tuple(turned[k] for k in range(count))


def _masks(query: Tensor, padding: Any, mask: Any, how: _Heads) -> tuple[Any, Any, bool]:
    """Both as numbers to add to scores, and whether the kernel is told that the mask is the causal one."""
    if how.causal and mask is None:
        raise RuntimeError(
            "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
            "`generate_square_subsequent_mask` to create this mask."
        )
    padding = _as_scores(padding, query, "key_padding_mask")
    if how.causal and padding is None and not how.need:
        return padding, None, True
    return padding, _as_scores(mask, query, "attn_mask"), how.causal and padding is None


def _attend(query: Tensor, key: Tensor, value: Tensor, padding: Any, mask: Any, how: _Heads) -> tuple[Any, Any]:
    """What goes through the last projection, and the weights of each head."""
    length, batch, size = query.array.shape
    heads, rows, wide = how.heads, batch * how.heads, size // how.heads
    padding, mask, causal = _masks(query, padding, mask, how)
    q, k, v = _project(query, key, value, how)
    if mask is not None:
        mask = _checked_mask(mask, length, key.array.shape[0], rows)
    k, v, mask, padding = _with_extra(k, v, mask, padding, batch, how)
    q = T.transpose(M.view(q, length, rows, wide), 0, 1)
    k, v = (
        T.transpose(M.view(t, t.array.shape[0], rows, wide), 0, 1) if static is None else static
        for t, static in zip((k, v), _checked_static(how, rows, wide), strict=True)
    )
    if how.zero:
        nothing = T.zeros(rows, 1, wide, dtype=k.dtype)
        k, v = T.cat([k, nothing], dim=1), T.cat([v, nothing], dim=1)
        mask, padding = _wider(mask), _wider(padding)
    source = k.array.shape[1]
    if padding is not None:
        for at, wanted in enumerate((batch, source)):
            if padding.array.shape[at] != wanted:
                raise AssertionError(
                    f"Expected key_padded_mask.shape[{at}] to be {wanted}, but got {padding.array.shape[at]}"
                )
        padding = M.expand(M.view(padding, batch, 1, 1, source), -1, heads, -1, -1)
        padding = M.reshape(padding, rows, 1, source)
        mask = padding if mask is None else mask + padding
    if how.need:
        scaled = q * math.sqrt(1.0 / float(wide))
        turned = T.transpose(k, -2, -1)
        scores = T.bmm(scaled, turned) if mask is None else T.baddbmm(mask, scaled, turned)
        shares = F.softmax(scores, dim=-1)
        if how.dropout > 0.0:
            shares = F.dropout(shares, p=how.dropout)
        joined = M.reshape(T.transpose(T.bmm(shares, v), 0, 1), length * batch, size)
        return joined, M.view(shares, batch, heads, length, source)
    if mask is not None:
        mask = T.unsqueeze(mask, 0) if mask.array.shape[0] == 1 else M.view(mask, batch, heads, -1, source)
    q, k, v = (M.view(t, batch, heads, t.array.shape[1], wide) for t in (q, k, v))
    found = F.scaled_dot_product_attention(q, k, v, mask, how.dropout, causal)
    return M.reshape(M.permute(found, 2, 0, 1, 3), batch * length, size), None


def _with_extra(k: Any, v: Any, mask: Any, padding: Any, batch: int, how: _Heads) -> tuple[Any, Any, Any, Any]:
    """Keys and values with the learned ones, where there are such. Raises AssertionError for one without the other."""
    bias_k, bias_v = how.extra
    if bias_k is None and bias_v is None:
        return k, v, mask, padding
    if bias_k is None or bias_v is None:
        missing, there = ("bias_v", "bias_k") if bias_v is None else ("bias_k", "bias_v")
        raise AssertionError(f"{there} is set but {missing} is None")
    for name, static in zip(("key", "value"), how.static, strict=True):
        if static is not None:
            raise AssertionError(f"bias cannot be added to static {name}.")
    k, v = T.cat([k, M.repeat(bias_k, 1, batch, 1)]), T.cat([v, M.repeat(bias_v, 1, batch, 1)])
    return k, v, _wider(mask), _wider(padding)


def _checked_static(how: _Heads, rows: int, wide: int) -> tuple[Any, Any]:
    for name, static in zip(("static_k", "static_v"), how.static, strict=True):
        for at, wanted in ((0, rows), (2, wide)) if static is not None else ():
            if static.array.shape[at] != wanted:
                raise AssertionError(f"expecting {name}.size({at}) of {wanted}, but got {static.array.shape[at]}")
    return how.static


def _as_scores(mask: Any, query: Tensor, name: str) -> Any:
    """A mask as numbers to add to scores: -inf where a boolean one is set."""
    if mask is None or mask.dtype is not dtypes.bool_:
        if mask is not None and not mask.dtype.is_floating_point:
            raise AssertionError(f"only bool and floating types of {name} are supported")
        return mask
    return M.masked_fill_(T.zeros_like(mask, dtype=query.dtype), mask, -math.inf)


def _checked_mask(mask: Tensor, length: int, source: int, rows: int) -> Tensor:
    rank = mask.array.ndim
    want = (length, source) if rank == 2 else (rows, length, source)
    if mask.array.shape != want:
        raise RuntimeError(f"The shape of the {rank}D attn_mask is {mask.shape}, but should be {want}.")
    return T.unsqueeze(mask, 0) if rank == 2 else mask


def _wider(mask: Any) -> Any:
    return None if mask is None else F.pad(mask, (0, 1))


define_python("multi_head_attention_forward", multi_head_attention_forward, into="F")
