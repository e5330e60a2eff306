"""Transformers: Vaswani et al., "Attention is all you need" (2017), and ``norm_first`` as in Xiong et al., "On layer
normalization in the transformer architecture" (2020)."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ...engine.callbacks import callee
from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics import dtypes
from ...numerics.limits import charge_parts, counted
from ..calls.class_fields import REQUIRED, Fields
from ..calls.registry import namespace
from . import init
from .attention_layers import MultiheadAttention
from .containers import ModuleList
from .deep_copy import deep_copy
from .functions_by_attribute import F, M, T, check_tensors
from .linear_layers import Linear
from .module import Module
from .normalization_layers import LayerNorm
from .simple import PLACE, Simple, enter

_HOME = "torch.nn.modules.transformer"
_LAYER: Fields = {
    "d_model": REQUIRED, "nhead": REQUIRED, "dim_feedforward": 2048, "dropout": 0.1, "activation": "relu",
    "layer_norm_eps": 1e-5, "batch_first": False, "norm_first": False, "bias": True, **PLACE,
}  # fmt: skip


def _layers() -> Any:
    return namespace("torch.nn")


def _activation(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    if given not in ("relu", "gelu"):
        raise RuntimeError(f"activation should be relu/gelu, not {given}")
    return getattr(F, given)


def _clones(layer: Any, count: int) -> Any:
    if not isinstance(count, int):
        raise TypeError(f"'{type(count).__name__}' object cannot be interpreted as an integer")
    charge_parts(16 * count)
    return ModuleList([deep_copy(layer) for _ in counted(range(count))])


def _scores(mask: Any, name: str, other: Any, other_name: str, dtype: Any) -> Any:
    """A mask as numbers to add to scores. Raises AssertionError for one of integers."""
    if mask is None:
        return None
    check_tensors("forward()", mask)
    floating = mask.dtype.is_floating_point
    if mask.dtype is not dtypes.bool_ and not floating:
        raise AssertionError(f"only bool and floating types of {name} are supported")
    if other is not None and other.dtype is not mask.dtype:
        state.warn(
            "UserWarning",
            f"Support for mismatched {name} and {other_name} is deprecated. Use same type for both instead.",
        )
    return mask if floating else M.masked_fill_(T.zeros_like(mask, dtype=dtype), mask, -math.inf)


def _is_causal(mask: Any, asked: Any, size: int) -> bool:
    """Whether a mask is the triangle that hides what comes later."""
    if asked is not None or mask is None:
        return asked is True
    triangle = _square(size, mask.dtype)
    return bool(mask.array.shape == triangle.array.shape and (mask.array == triangle.array).all())


def _square(size: Any, dtype: Any = None) -> Any:
    return T.triu(T.full((size, size), -math.inf, dtype=dtype), diagonal=1)


def _length(source: Tensor, batch_first: bool) -> int:
    shape = source.array.shape
    return int(shape[0] if len(shape) == 2 else shape[1 if batch_first else 0])


class _Layer(Simple):
    """What both kinds of layer share: attention, two linear maps, norms and dropouts after each part."""

    attentions: ClassVar[str] = "self_attn"
    parts: ClassVar[int] = 2
    fields = _LAYER

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        size, wide, bias, p = (values[name] for name in ("d_model", "dim_feedforward", "bias", "dropout"))
        for name in type(self).attentions.split():
            attention = MultiheadAttention(
                size, values["nhead"], dropout=p, bias=bias, batch_first=values["batch_first"], dtype=dtype
            )
            setattr(self, name, attention)
        numbers = range(1, type(self).parts + 1)
        self.linear1 = Linear(size, wide, bias=bias, dtype=dtype)
        self.dropout = _layers()["Dropout"](p)
        self.linear2 = Linear(wide, size, bias=bias, dtype=dtype)
        self.norm_first = values["norm_first"]
        for k in numbers:
            setattr(self, f"norm{k}", LayerNorm(size, eps=values["layer_norm_eps"], bias=bias, dtype=dtype))
        for k in numbers:
            setattr(self, f"dropout{k}", _layers()["Dropout"](p))
        self.activation = _activation(values["activation"])

    def _forward_part(self, x: Tensor) -> Tensor:
        inner = callee(self.activation)(self.linear1(x))
        found: Tensor = getattr(self, f"dropout{type(self).parts}")(self.linear2(self.dropout(inner)))
        return found

    def extra_repr(self) -> str:
        return ""


class TransformerEncoderLayer(_Layer):
    """Attention of a sequence to itself and two linear maps, each with a norm and a way around it."""

    __module__ = _HOME
    fields = _LAYER

    def forward(self, src: Any, src_mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool = False) -> Any:
        check_tensors("forward()", src)
        padding = _scores(src_key_padding_mask, "src_key_padding_mask", src_mask, "src_mask", src.dtype)
        mask = _scores(src_mask, "src_mask", None, "", src.dtype)

        def attend(x: Tensor) -> Any:
            return self.dropout1(
                self.self_attn(
                    x, x, x, attn_mask=mask, key_padding_mask=padding, need_weights=False, is_causal=is_causal
                )[0]
            )

        if self.norm_first:
            x = src + attend(self.norm1(src))
            return x + self._forward_part(self.norm2(x))
        x = self.norm1(src + attend(src))
        return self.norm2(x + self._forward_part(x))


class TransformerDecoderLayer(_Layer):
    """As the encoder's, with attention to the encoder's output between the two."""

    __module__ = _HOME
    attentions = "self_attn multihead_attn"
    parts = 3
    fields = _LAYER

    def forward(
        self,
        tgt: Any,
        memory: Any,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Any:
        check_tensors("forward()", tgt, memory)

        def attend(x: Tensor) -> Any:
            return self.dropout1(
                self.self_attn(
                    x, x, x, attn_mask=tgt_mask, key_padding_mask=tgt_key_padding_mask, is_causal=tgt_is_causal,
                    need_weights=False,
                )[0]
            )  # fmt: skip

        def look(x: Tensor) -> Any:
            return self.dropout2(
                self.multihead_attn(
                    x, memory, memory, attn_mask=memory_mask, key_padding_mask=memory_key_padding_mask,
                    is_causal=memory_is_causal, need_weights=False,
                )[0]
            )  # fmt: skip

        if self.norm_first:
            x = tgt + attend(self.norm1(tgt))
            x = x + look(self.norm2(x))
            return x + self._forward_part(self.norm3(x))
        x = self.norm1(tgt + attend(tgt))
        x = self.norm2(x + look(x))
        return self.norm3(x + self._forward_part(x))


class _Stack(Simple):
    """Copies of a layer, one after another."""

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        layer = values.pop("layer")
        if not isinstance(layer, Module):
            raise TypeError(f"{type(layer).__name__} is not a Module subclass")
        self.layers = _clones(layer, values["num_layers"])
        super()._make(values, dtype)

    def extra_repr(self) -> str:
        return ""


class TransformerEncoder(_Stack):
    """Copies of a layer of an encoder, one after another, and a norm."""

    __module__ = _HOME
    fields: ClassVar[Fields] = {
        "encoder_layer": REQUIRED, "num_layers": REQUIRED, "norm": None, "enable_nested_tensor": True,
        "mask_check": True,
    }  # fmt: skip

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        layer = values.pop("encoder_layer")
        super()._make({"layer": layer, **values}, dtype)
        reason = _why_not_short(layer)
        if self.enable_nested_tensor and reason:
            state.warn(
                "UserWarning",
                f"enable_nested_tensor is True, but self.use_nested_tensor is False because {reason}",
            )
        self.use_nested_tensor = bool(self.enable_nested_tensor and not reason)

    def forward(self, src: Any, mask: Any = None, src_key_padding_mask: Any = None, is_causal: Any = None) -> Any:
        check_tensors("forward()", src)
        padding = _scores(src_key_padding_mask, "src_key_padding_mask", mask, "mask", src.dtype)
        mask = _scores(mask, "mask", None, "", src.dtype)
        first = self.layers[0]
        causal = _is_causal(mask, is_causal, _length(src, first.self_attn.batch_first))
        output = src
        for layer in counted(self.layers):
            output = layer(output, src_mask=mask, is_causal=causal, src_key_padding_mask=padding)
        if padding is not None and mask is None and self._is_short(first, src, padding):
            hidden = T.unsqueeze(padding != 0, -1)
            output = M.masked_fill(output, hidden, 0.0)  # what PyTorch leaves out then, and pads with zeros
        return output if self.norm is None else self.norm(output)

    def _is_short(self, first: Any, src: Tensor, padding: Tensor) -> bool:
        """Whether PyTorch computes without the padding: in evaluation, where nothing requires grad."""
        if not self.use_nested_tensor or first.training or src.array.ndim != 3 or not state.flags.get("fastpath", True):
            return False
        shown = padding.array == 0
        if not (shown[:, :-1] >= shown[:, 1:]).all() or state.autocast is not None:
            return False  # the sequences don't all begin at the left
        return not (state.grad and (src.requires_grad or any(p.requires_grad for p in first.parameters())))


def _why_not_short(layer: Any) -> str:
    """Why PyTorch can't leave padding out with such a layer; "" where it can."""
    if not isinstance(layer, TransformerEncoderLayer):
        return "encoder_layer was not TransformerEncoderLayer"
    if layer.norm_first:
        return "encoder_layer.norm_first was True"
    attention = layer.self_attn
    if not attention.batch_first:
        return "encoder_layer.self_attn.batch_first was not True(use batch_first for better inference performance)"
    if attention.in_proj_bias is None:
        return "encoder_layer.self_attn was passed bias=False"
    simple = any(layer.activation is getattr(F, name) for name in ("relu", "gelu"))
    if not simple and not isinstance(layer.activation, (_layers()["ReLU"], _layers()["GELU"])):
        return "encoder_layer.activation_relu_or_gelu was not True"
    if layer.norm1.eps != layer.norm2.eps:
        return "encoder_layer.norm1.eps was not equal to encoder_layer.norm2.eps"
    return "encoder_layer.self_attn.num_heads is odd" if attention.num_heads % 2 else ""


class TransformerDecoder(_Stack):
    """Copies of a layer of a decoder, one after another, and a norm."""

    __module__ = _HOME
    fields: ClassVar[Fields] = {"decoder_layer": REQUIRED, "num_layers": REQUIRED, "norm": None}

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        super()._make({"layer": values.pop("decoder_layer"), **values}, dtype)

    def forward(
        self,
        tgt: Any,
        memory: Any,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: Any = None,
        memory_is_causal: bool = False,
    ) -> Any:
        check_tensors("forward()", tgt, memory)
        causal = _is_causal(tgt_mask, tgt_is_causal, _length(tgt, self.layers[0].self_attn.batch_first))
        output = tgt
        for layer in counted(self.layers):
            output = layer(
                output, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=causal,
                memory_is_causal=memory_is_causal,
            )  # fmt: skip
        return output if self.norm is None else self.norm(output)


class Transformer(Simple):
    """An encoder, and a decoder that looks at what it gives."""

    __module__ = _HOME
    fields: ClassVar[Fields] = {
        "d_model": 512, "nhead": 8, "num_encoder_layers": 6, "num_decoder_layers": 6, "dim_feedforward": 2048,
        "dropout": 0.1, "activation": "relu", "custom_encoder": None, "custom_decoder": None, "layer_norm_eps": 1e-5,
        "batch_first": False, "norm_first": False, "bias": True, **PLACE,
    }  # fmt: skip

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        given = {name: values[name] for name in _LAYER if name in values and name not in PLACE}

        def norm() -> Any:
            return LayerNorm(values["d_model"], eps=values["layer_norm_eps"], bias=values["bias"], dtype=dtype)

        encoder, decoder = values["custom_encoder"], values["custom_decoder"]
        if encoder is None:
            layer = TransformerEncoderLayer(**given, dtype=dtype)
            encoder = TransformerEncoder(layer, values["num_encoder_layers"], norm())
        self.encoder = encoder
        if decoder is None:
            decoder = TransformerDecoder(
                TransformerDecoderLayer(**given, dtype=dtype), values["num_decoder_layers"], norm()
            )
        self.decoder = decoder
        for parameter in self.parameters():
            if parameter.array.ndim > 1:
                init.xavier_uniform_(parameter)
        self.d_model, self.nhead, self.batch_first = values["d_model"], values["nhead"], values["batch_first"]

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Any:
        """A mask that hides what comes later: -inf above the diagonal, else 0."""
        return _square(sz, dtype)

    def forward(
        self,
        src: Any,
        tgt: Any,
        src_mask: Any = None,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        src_key_padding_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        src_is_causal: Any = None,
        tgt_is_causal: Any = None,
        memory_is_causal: bool = False,
    ) -> Any:
        check_tensors("forward()", src, tgt)
        place = 0 if self.batch_first else 1
        if src.array.ndim == 3 and src.array.shape[place] != tgt.array.shape[place]:
            raise RuntimeError("the batch number of src and tgt must be equal")
        if src.array.shape[-1] != self.d_model or tgt.array.shape[-1] != self.d_model:
            raise RuntimeError("the feature number of src and tgt must be equal to d_model")
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal)
        return self.decoder(
            tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )  # fmt: skip

    def extra_repr(self) -> str:
        return ""


enter(TransformerEncoderLayer, TransformerDecoderLayer, TransformerEncoder, TransformerDecoder, Transformer)
