"""Pooling, padding, folding and resampling as modules."""

from __future__ import annotations

from typing import Any

from ..calls.class_fields import REQUIRED
from ..functional.pooling import check_norm
from .convolution_layers import sizes
from .functions_by_attribute import F
from .simple import layer

# -- pooling ---------------------------------------------------------------------------------------------------


def _stride(module: Any, values: dict[str, Any]) -> None:
    if values["stride"] is None:
        values["stride"] = values["kernel_size"]


def _stride_1d(module: Any, values: dict[str, Any]) -> None:
    _stride(module, values)
    for name in ("kernel_size", "stride", "padding"):
        values[name] = sizes(values[name], 1)


def _norm(module: Any, values: dict[str, Any]) -> None:
    check_norm(values["norm_type"])


def _pools(rank: int) -> None:
    layer(
        f"MaxPool{rank}d", "pooling",
        {"kernel_size": REQUIRED, "stride": None, "padding": 0, "dilation": 1, "return_indices": False,
         "ceil_mode": False},
        lambda self, input: getattr(F, f"max_pool{rank}d")(
            input, self.kernel_size, self.stride, self.padding, self.dilation, ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        ),
        "kernel_size stride padding dilation ceil_mode", _stride,
    )  # fmt: skip
    average = {"kernel_size": REQUIRED, "stride": None, "padding": 0, "ceil_mode": False, "count_include_pad": True}
    if rank == 1:
        layer(
            "AvgPool1d", "pooling", average,
            "avg_pool1d input",
            "kernel_size stride padding", _stride_1d,
        )  # fmt: skip
    else:
        layer(
            f"AvgPool{rank}d", "pooling", {**average, "divisor_override": None},
            f"avg_pool{rank}d input",
            "kernel_size stride padding", _stride,
        )  # fmt: skip
    layer(
        f"LPPool{rank}d", "pooling",
        {"norm_type": REQUIRED, "kernel_size": REQUIRED, "stride": None, "ceil_mode": False},
        lambda self, input: getattr(F, f"lp_pool{rank}d")(
            input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode
        ),
        "norm_type kernel_size stride ceil_mode", _norm,
    )  # fmt: skip
    layer(
        f"AdaptiveAvgPool{rank}d", "pooling", {"output_size": REQUIRED},
        f"adaptive_avg_pool{rank}d input", "output_size",
    )  # fmt: skip
    layer(
        f"AdaptiveMaxPool{rank}d", "pooling", {"output_size": REQUIRED, "return_indices": False},
        f"adaptive_max_pool{rank}d input",
        "output_size",
    )  # fmt: skip

    def as_tuples(module: Any, values: dict[str, Any]) -> None:
        _stride(module, values)
        for name in ("kernel_size", "stride", "padding"):
            values[name] = sizes(values[name], rank)

    layer(
        f"MaxUnpool{rank}d", "pooling", {"kernel_size": REQUIRED, "stride": None, "padding": 0},
        lambda self, input, indices, output_size=None: getattr(F, f"max_unpool{rank}d")(
            input, indices, self.kernel_size, self.stride, self.padding, output_size
        ),
        "kernel_size stride padding", as_tuples,
    )  # fmt: skip


def _fractions(rank: int) -> None:
    name = f"FractionalMaxPool{rank}d"

    def prepare(module: Any, values: dict[str, Any]) -> None:
        """Raises ValueError unless either the size of the output or its ratio to the input is given."""
        for field in ("kernel_size", "output_size", "output_ratio"):
            if values[field] is not None:
                values[field] = sizes(values[field], rank)
        size, ratio = values["output_size"], values["output_ratio"]
        if size is None and ratio is None:
            raise ValueError(f"{name} requires specifying either an output size, or a pooling ratio")
        if size is not None and ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")
        if ratio is not None and not all(0 < each < 1 for each in ratio):
            shown = ratio if rank == 3 else ratio[0] if ratio[0] == ratio[1] else ratio
            raise ValueError(f"output_ratio must be between 0 and 1 (got {shown})")

    layer(
        name, "pooling",
        {"kernel_size": REQUIRED, "output_size": None, "output_ratio": None, "return_indices": False,
         "_random_samples": None},
        lambda self, input: getattr(F, f"fractional_max_pool{rank}d")(
            input, self.kernel_size, self.output_size, self.output_ratio, self.return_indices, self._random_samples
        ),
        "", prepare,
    )  # fmt: skip


_fractions(2)
_fractions(3)

# -- padding ---------------------------------------------------------------------------------------------------


def _pads(rank: int) -> None:
    def as_tuple(module: Any, values: dict[str, Any]) -> None:
        values["padding"] = sizes(values["padding"], 2 * rank)

    def with_zero(module: Any, values: dict[str, Any]) -> None:
        as_tuple(module, values)
        values["value"] = 0.0

    for kind, mode in (("Reflection", "reflect"), ("Replication", "replicate"), ("Circular", "circular")):
        layer(
            f"{kind}Pad{rank}d", "padding", {"padding": REQUIRED},
            lambda self, input, mode=mode: F.pad(input, self.padding, mode), "=padding", as_tuple,
        )  # fmt: skip
    layer(
        f"ConstantPad{rank}d", "padding", {"padding": REQUIRED, "value": REQUIRED},
        lambda self, input: F.pad(input, self.padding, "constant", self.value), "padding value", as_tuple,
    )  # fmt: skip
    layer(
        f"ZeroPad{rank}d", "padding", {"padding": REQUIRED},
        lambda self, input: F.pad(input, self.padding, "constant", self.value), "=padding", with_zero,
    )  # fmt: skip


for _rank in (1, 2, 3):
    _pools(_rank)
    _pads(_rank)

# -- folding, shuffling, resampling ----------------------------------------------------------------------------

layer(
    "Unfold", "fold", {"kernel_size": REQUIRED, "dilation": 1, "padding": 0, "stride": 1},
    "unfold input",
    "kernel_size dilation padding stride",
)  # fmt: skip
layer(
    "Fold", "fold", {"output_size": REQUIRED, "kernel_size": REQUIRED, "dilation": 1, "padding": 0, "stride": 1},
    "fold input",
    "output_size kernel_size dilation padding stride",
)  # fmt: skip
layer(
    "PixelShuffle", "pixelshuffle", {"upscale_factor": REQUIRED},
    "pixel_shuffle input", "upscale_factor",
)  # fmt: skip
layer(
    "PixelUnshuffle", "pixelshuffle", {"downscale_factor": REQUIRED},
    "pixel_unshuffle input", "downscale_factor",
)  # fmt: skip
layer(
    "ChannelShuffle", "channelshuffle", {"groups": REQUIRED},
    "channel_shuffle input", "groups",
)  # fmt: skip
layer(
    "LocalResponseNorm", "normalization", {"size": REQUIRED, "alpha": 1e-4, "beta": 0.75, "k": 1.0},
    "local_response_norm input",
    "=size alpha beta k",
)  # fmt: skip


def _as_floats(module: Any, values: dict[str, Any]) -> None:
    factor = values["scale_factor"]
    if factor is not None:
        values["scale_factor"] = tuple(map(float, factor)) if isinstance(factor, tuple) else float(factor)


def _upsample_text(self: Any) -> str:
    size = f"scale_factor={self.scale_factor!r}" if self.scale_factor is not None else f"size={self.size!r}"
    return f"{size}, mode={self.mode!r}"


_SIZE = {"size": None, "scale_factor": None}
_upsample = layer(
    "Upsample", "upsampling", {**_SIZE, "mode": "nearest", "align_corners": None, "recompute_scale_factor": None},
    lambda self, input: F.interpolate(
        input, self.size, self.scale_factor, self.mode, self.align_corners,
        recompute_scale_factor=self.recompute_scale_factor,
    ),
    prepare=_as_floats,
)  # fmt: skip
_upsample.extra_repr = _upsample_text
for _name, _mode, _align in (("UpsamplingNearest2d", "nearest", None), ("UpsamplingBilinear2d", "bilinear", True)):

    def _fixed(module: Any, values: dict[str, Any], mode: str = _mode, align: Any = _align) -> None:
        _as_floats(module, values)
        values.update(mode=mode, align_corners=align, recompute_scale_factor=None)

    layer(_name, "upsampling", _SIZE, _upsample.forward, prepare=_fixed, base=_upsample)
