"""Convolutions and transposed convolutions in one, two and three dimensions."""

from __future__ import annotations

import math
from typing import Any

from ...engine.tensor import Tensor
from ...numerics.limits import shown
from ...numerics.naming import shown_as
from ..calls.class_fields import REQUIRED, Fields
from ..calls.program_classes import Kind
from ..calls.registry import namespace
from . import init
from .functions_by_attribute import F, check_tensors
from .simple import PLACE, Simple, words

_MODES = ("zeros", "reflect", "replicate", "circular")


def sizes(value: Any, rank: int) -> tuple[int, ...]:
    """A number for each dimension."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * rank


@shown_as("torch.nn.modules.conv._ConvNd")
class _Conv(Simple):
    rank = 0
    transposed = False

    shown = words("=in_channels =out_channels kernel_size stride")
    #: Those of the common base, which says their number; each layer has its own.
    fields = dict.fromkeys(
        ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "transposed", "output_padding",
         "groups", "bias", "padding_mode"),
        REQUIRED,
    )  # fmt: skip

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        kind = type(self)
        rank, transposed = kind.rank, kind.transposed
        channels = in_channels, out_channels = values["in_channels"], values["out_channels"]
        groups, padding, padding_mode = values["groups"], values["padding"], values["padding_mode"]
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups != 0:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(padding, str):
            if padding not in ("same", "valid"):
                raise ValueError(f"Invalid padding string {shown(padding)!r}, should be one of {{'same', 'valid'}}")
            if padding == "same" and any(s != 1 for s in sizes(values["stride"], rank)):
                raise ValueError("padding='same' is not supported for strided convolutions")
        if transposed and padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {kind.__name__}')
        if padding_mode not in _MODES:
            raise ValueError(f"padding_mode must be one of {set(_MODES)}, but got padding_mode='{shown(padding_mode)}'")
        bias = values.pop("bias")
        for name in ("kernel_size", "stride", "padding", "dilation", "output_padding"):
            value = values.setdefault(name, 0)
            values[name] = value if isinstance(value, str) and name == "padding" else sizes(value, rank)
        super()._make({**values, "transposed": transposed}, dtype)
        rows, columns = channels if transposed else channels[::-1]
        weight = (rows, columns // groups, *self.kernel_size)
        self._put_parameters(dtype, weight=weight, bias=(out_channels,) if bias else None)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        init.kaiming_uniform_(self.weight, math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init.fans(self.weight)
            if fan_in != 0:
                bound = 1 / math.sqrt(fan_in)
                init.uniform_(self.bias, -bound, bound)

    def _edges(self) -> list[int]:
        """Padding of both ends of each dimension, last dimension first."""
        if isinstance(self.padding, str):
            total = [d * (k - 1) if self.padding == "same" else 0 for d, k in zip(self.dilation, self.kernel_size)]
            pairs = [(n // 2, n - n // 2) for n in total]
        else:
            pairs = [(n, n) for n in self.padding]
        return [n for pair in reversed(pairs) for n in pair]

    def _apply_to(self, input: Tensor) -> Any:
        function = getattr(F, f"conv{type(self).rank}d")
        if self.padding_mode == "zeros":
            return function(input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
        wide = F.pad(input, self._edges(), mode=self.padding_mode)
        nothing = (0,) * type(self).rank
        return function(wide, self.weight, self.bias, self.stride, nothing, self.dilation, self.groups)

    def extra_repr(self) -> str:
        text, rank = super().extra_repr(), type(self).rank
        for name, usual in (("padding", 0), ("dilation", 1), ("output_padding", 0)):
            value = getattr(self, name)
            if value != (usual,) * rank:
                text += f", {name}={value}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        return text + (f", padding_mode={self.padding_mode}" if self.padding_mode != "zeros" else "")


_SIZES = {"in_channels": REQUIRED, "out_channels": REQUIRED, "kernel_size": REQUIRED, "stride": 1, "padding": 0}
_FIELDS = {**_SIZES, "dilation": 1, "groups": 1, "bias": True, "padding_mode": "zeros", **PLACE}
_TRANSPOSED = {
    **_SIZES, "output_padding": 0, "groups": 1, "bias": True, "dilation": 1, "padding_mode": "zeros", **PLACE,
}  # fmt: skip


def _declare(rank: int) -> None:
    def forward(self: Any, input: Any) -> Any:
        return self._apply_to(input)

    _enter(f"Conv{rank}d", rank, False, _FIELDS, forward)

    def forward_transposed(self: Any, input: Any, output_size: Any = None) -> Any:
        extra = self.output_padding if output_size is None else _extra(self, input, list(output_size))
        function = getattr(F, f"conv_transpose{rank}d")
        return function(input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation)

    _enter(f"ConvTranspose{rank}d", rank, True, _TRANSPOSED, forward_transposed)


def _extra(module: Any, input: Tensor, output_size: list[int]) -> tuple[int, ...]:
    """The output padding that gives the wanted size. Raises ValueError where none does."""
    rank = type(module).rank
    check_tensors("forward()", input)
    if len(output_size) == input.array.ndim:
        output_size = output_size[-rank:]
    if len(output_size) != rank:
        batched = rank + 2
        raise ValueError(
            f"ConvTranspose{rank}D: for {input.array.ndim}D input, output_size must have {rank} or {batched} elements "
            f"(got {len(output_size)})"
        )
    least = [
        (n - 1) * s - 2 * p + d * (k - 1) + 1
        for n, s, p, d, k in zip(
            input.array.shape[-rank:], module.stride, module.padding, module.dilation, module.kernel_size
        )
    ]
    most = [n + s - 1 for n, s in zip(least, module.stride)]
    if any(not low <= size <= high for low, size, high in zip(least, output_size, most)):
        raise ValueError(
            f"requested an output size of {output_size}, but valid sizes range from {least} to {most} (for an input of "
            f"{list(input.array.shape[2:])})"
        )
    return tuple(size - low for size, low in zip(output_size, least))


def _enter(name: str, rank: int, transposed: bool, fields: Fields, forward: Any) -> None:
    forward.__name__, forward.__qualname__ = "forward", f"{name}.forward"
    names = {"__module__": "torch.nn.modules.conv", "rank": rank, "transposed": transposed, "fields": fields,
             "forward": forward, "__members__": {"forward": forward}}  # fmt: skip
    namespace("torch.nn")[name] = Kind(name, (_Conv,), names)


for _rank in (1, 2, 3):
    _declare(_rank)

namespace("torch.nn.modules.conv")["_ConvNd"] = _Conv
