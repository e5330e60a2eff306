"""``MultiheadAttention``: Vaswani et al., "Attention is all you need" (2017)."""

from __future__ import annotations

from typing import Any, ClassVar

from ..calls.class_fields import REQUIRED, Fields
from . import init
from .functions_by_attribute import F, T, check_tensors
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
        turn = self.batch_first and query.array.ndim == 3
        if turn:
            turned = {id(t): T.transpose(t, 1, 0) for t in (query, key, value)}
            query, key, value = (turned[id(t)] for t in (query, key, value))
        output, weights = F.multi_head_attention_forward(
            query, key, value, self.embed_dim, self.num_heads, self.in_proj_weight, self.in_proj_bias, self.bias_k,
            self.bias_v, self.add_zero_attn, self.dropout, self.out_proj.weight, self.out_proj.bias, self.training,
            key_padding_mask, need_weights, attn_mask, self.in_proj_weight is None, self.q_proj_weight,
            self.k_proj_weight, self.v_proj_weight, None, None, average_attn_weights, is_causal,
        )  # fmt: skip
        return (T.transpose(output, 1, 0) if turn else output), weights


enter(MultiheadAttention)
