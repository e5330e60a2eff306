"""``MultiheadAttention``: Vaswani et al., "Attention is all you need" (2017)."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ...engine.tensor import Tensor
from ...numerics import dtypes
from ..calls.class_fields import REQUIRED, Fields
from . import init
from .functions_by_attribute import F, M, T, check_tensors
from .linear_layers import NonDynamicallyQuantizableLinear
from .simple import PLACE, Simple, enter, fresh

NonDynamicallyQuantizableLinear.__module__ = "torch.nn.modules.linear"


class MultiheadAttention(Simple):
    """Attention in several heads at once, with projections in and out."""

    __module__ = "torch.nn.modules.activation"

    fields: ClassVar[Fields] = {
        "embed_dim": REQUIRED, "num_heads": REQUIRED, "dropout": 0.0, "bias": True, "add_bias_kv": False,
        "add_zero_attn": False, "kdim": None, "vdim": None, "batch_first": False, **PLACE,
    }  # fmt: skip

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        embed_dim, num_heads = values["embed_dim"], values["num_heads"]
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} "
                "instead"
            )
        bias, add_bias_kv = values.pop("bias"), values.pop("add_bias_kv")
        for name in ("kdim", "vdim"):
            if values[name] is None:
                values[name] = embed_dim
        super()._make({**values, "head_dim": embed_dim // num_heads}, dtype)
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError("embed_dim must be divisible by num_heads")
        same = self.kdim == self.vdim == embed_dim
        widths = {"q_proj_weight": embed_dim, "k_proj_weight": self.kdim, "v_proj_weight": self.vdim}
        if same:
            self.in_proj_weight = fresh(3 * embed_dim, embed_dim, dtype=dtype)
        for name, width in widths.items():
            self.register_parameter(name, None if same else fresh(embed_dim, width, dtype=dtype))
        if not same:
            self.register_parameter("in_proj_weight", None)
        self.register_parameter("in_proj_bias", fresh(3 * embed_dim, dtype=dtype) if bias else None)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, dtype=dtype)
        self.bias_k = fresh(1, 1, embed_dim, dtype=dtype) if add_bias_kv else None
        self.bias_v = fresh(1, 1, embed_dim, dtype=dtype) if add_bias_kv else None
        self._draw()

    def _draw(self) -> None:
        for name in ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight"):
            if self._parameters.get(name) is not None:
                init.xavier_uniform_(self._parameters[name])
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                init.xavier_normal_(bias)

    def forward(
        self,
        query: Any,
        key: Any,
        value: Any,
        key_padding_mask: Any = None,
        need_weights: bool = True,
        attn_mask: Any = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> Any:
        check_tensors("forward()", query, key, value)
        alone = query.array.ndim == 2
        if alone:
            first = self._attend_alone(query, key, value, key_padding_mask, need_weights, attn_mask,
                                       average_attn_weights, is_causal)  # fmt: skip
            return first
        if self.batch_first:
            turned = {id(t): T.transpose(t, 1, 0) for t in (query, key, value)}
            query, key, value = (turned[id(t)] for t in (query, key, value))
        output, weights = self._attend(query, key, value, key_padding_mask, need_weights, attn_mask, is_causal)
        if weights is not None and average_attn_weights:
            weights = M.mean(weights, dim=1)
        return (T.transpose(output, 1, 0) if self.batch_first else output), weights

    def _attend_alone(
        self, query: Any, key: Any, value: Any, padding: Any, need: bool, mask: Any, average: bool, causal: bool
    ) -> Any:
        """Without a batch: one of a single sequence for the while."""
        wide = {id(t): T.unsqueeze(t, 1) for t in (query, key, value)}
        padding = None if padding is None else T.unsqueeze(padding, 0)
        output, weights = self._attend(wide[id(query)], wide[id(key)], wide[id(value)], padding, need, mask, causal)
        if weights is not None:
            weights = T.squeeze(M.mean(weights, dim=1) if average else weights, 0)
        return T.squeeze(output, 1), weights

    def _project(self, query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        size = self.embed_dim
        w, b = self.in_proj_weight, self.in_proj_bias
        if w is None:
            weights = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
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
        q, k, v = (F.linear(t, wt, bias) for t, wt, bias in zip((query, key, value), weights, biases))
        return q, k, v

    def _attend(
        self, query: Tensor, key: Tensor, value: Tensor, padding: Any, need: bool, mask: Any, causal: bool
    ) -> tuple[Tensor, Tensor | None]:
        length, batch, size = query.array.shape
        if size != self.embed_dim:
            raise AssertionError(f"was expecting embedding dimension of {self.embed_dim}, but got {size}")
        if causal and mask is None:
            raise RuntimeError(
                "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
                "`generate_square_subsequent_mask` to create this mask."
            )
        padding = _as_scores(padding, query)
        if causal and padding is None and not need:
            mask = None
        else:
            mask = _as_scores(mask, query)
            causal = causal and padding is None
        heads, rows = self.num_heads, batch * self.num_heads
        q, k, v = self._project(query, key, value)
        if mask is not None:
            mask = _checked_mask(mask, length, key.array.shape[0], rows)
        if self.bias_k is not None and self.bias_v is not None:
            k = T.cat([k, M.repeat(self.bias_k, 1, batch, 1)])
            v = T.cat([v, M.repeat(self.bias_v, 1, batch, 1)])
            mask, padding = _wider(mask), _wider(padding)
        q, k, v = (T.transpose(M.view(t, t.array.shape[0], rows, self.head_dim), 0, 1) for t in (q, k, v))
        if self.add_zero_attn:
            nothing = T.zeros(rows, 1, self.head_dim, dtype=k.dtype)
            k, v = T.cat([k, nothing], dim=1), T.cat([v, nothing], dim=1)
            mask, padding = _wider(mask), _wider(padding)
        source = k.array.shape[1]
        if padding is not None:
            if padding.array.shape != (batch, source):
                raise AssertionError(f"expecting key_padding_mask shape of {(batch, source)}, but got {padding.shape}")
            padding = M.expand(M.view(padding, batch, 1, 1, source), -1, heads, -1, -1)
            padding = M.reshape(padding, rows, 1, source)
            mask = padding if mask is None else mask + padding
        p = self.dropout if self.training else 0.0
        if need:
            scaled = q * math.sqrt(1.0 / float(self.head_dim))
            turned = T.transpose(k, -2, -1)
            scores = T.bmm(scaled, turned) if mask is None else T.baddbmm(mask, scaled, turned)
            shares = F.softmax(scores, dim=-1)
            if p > 0.0:
                shares = F.dropout(shares, p=p)
            joined = M.reshape(T.transpose(T.bmm(shares, v), 0, 1), length * batch, size)
            weights = M.view(shares, batch, heads, length, source)
        else:
            if mask is not None:
                alone = mask.array.shape[0] == 1
                mask = T.unsqueeze(mask, 0) if alone else M.view(mask, batch, heads, -1, source)
            q, k, v = (M.view(t, batch, heads, t.array.shape[1], self.head_dim) for t in (q, k, v))
            found = F.scaled_dot_product_attention(q, k, v, mask, p, causal)
            joined = M.reshape(M.permute(found, 2, 0, 1, 3), batch * length, size)
            weights = None
        output = F.linear(joined, self.out_proj.weight, self.out_proj.bias)
        return M.view(output, length, batch, size), weights


def _parts(projected: Tensor, count: int, size: int) -> Any:
    """The parts of a joint projection, each contiguous."""
    split = T.unsqueeze(M.unflatten(projected, -1, (count, size)), 0)
    turned = M.contiguous(T.squeeze(T.transpose(split, 0, -2), -2))
    return tuple(turned[k] for k in range(count))


def _as_scores(mask: Any, query: Tensor) -> Any:
    """A mask as numbers to add to scores: -inf where a boolean one is set."""
    if mask is None or mask.dtype is not dtypes.bool_:
        if mask is not None and not mask.dtype.is_floating_point:
            raise AssertionError("only bool and floating types of attn_mask are supported")
        return mask
    return M.masked_fill_(T.zeros_like(mask, dtype=query.dtype), mask, -math.inf)


def _checked_mask(mask: Tensor, length: int, source: int, rows: int) -> Tensor:
    rank = mask.array.ndim
    if rank not in (2, 3):
        raise RuntimeError(f"attn_mask's dimension {rank} is not supported")
    want = (length, source) if rank == 2 else (rows, length, source)
    if mask.array.shape != want:
        raise RuntimeError(f"The shape of the {rank}D attn_mask is {mask.shape}, but should be {want}.")
    return T.unsqueeze(mask, 0) if rank == 2 else mask


def _wider(mask: Any) -> Any:
    return None if mask is None else F.pad(mask, (0, 1))


enter(MultiheadAttention)
