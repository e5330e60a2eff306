"""Normalization layers: over a batch, over layers, groups and instances."""

from __future__ import annotations

from typing import Any, ClassVar

from ...engine.tensor import Tensor
from ...numerics.naming import shown_as
from ..calls.class_fields import KEYWORDS, REQUIRED, Fields
from ..calls.registry import namespace
from . import init
from .functions_by_attribute import F, T, check_tensors
from .simple import PLACE, Simple, enter, words

#: The last field of the layers by channel, by keyword only.
_BIAS = {KEYWORDS: None, "bias": True}


class _Norm(Simple):
    """What batch and instance normalization share: running statistics and an affine map by channel."""

    _version = 2
    ranks: tuple[int, ...] = ()
    fields: ClassVar[Fields] = {
        "num_features": REQUIRED, "eps": 1e-5, "momentum": 0.1, "affine": True, "track_running_stats": True, **PLACE,
        **_BIAS,
    }  # fmt: skip
    shown = words("=num_features eps momentum affine ?bias track_running_stats")

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        bias = values.pop("bias")
        super()._make(values, dtype)
        size = self.num_features
        tracked = self.track_running_stats
        shape = (size,) if self.affine else None
        self._make_parameters(dtype, weight=shape, bias=shape if bias else None)
        self.register_buffer("running_mean", T.zeros(size, dtype=dtype) if tracked else None)
        self.register_buffer("running_var", T.ones(size, dtype=dtype) if tracked else None)
        count = T.tensor(0, dtype=namespace("torch")["long"]) if tracked else None
        self.register_buffer("num_batches_tracked", count)
        self.reset_parameters()

    def _load_from_state_dict(self, state_dict: Any, prefix: str, local_metadata: Any, *rest: Any) -> None:
        """States of the first version, and those that don't say of which they are, have no count of batches."""
        key = prefix + "num_batches_tracked"
        if local_metadata.get("version", 1) < self._version and self.track_running_stats and key not in state_dict:
            state_dict[key] = T.tensor(0, dtype=namespace("torch")["long"])
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)

    def reset_running_stats(self) -> None:
        """Forget the running statistics."""
        if self.track_running_stats:
            init.zeros_(self.running_mean)
            init.ones_(self.running_var)
            init.zeros_(self.num_batches_tracked)

    def reset_parameters(self) -> None:
        """Forget the running statistics, and make the affine map the identity."""
        self.reset_running_stats()
        if self.affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)


def _check_rank(input: Tensor, ranks: tuple[int, ...]) -> None:
    check_tensors("forward()", input)
    if input.array.ndim not in ranks:
        named = " or ".join(f"{rank}D" for rank in ranks)
        raise ValueError(f"expected {named} input (got {input.array.ndim}D input)")


@shown_as("torch.nn.modules.batchnorm._BatchNorm")
class _BatchNorm(_Norm):
    fields = _Norm.fields

    def forward(self, input: Any) -> Any:
        _check_rank(input, type(self).ranks)
        share = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats:
            check_tensors("num_batches_tracked", self.num_batches_tracked)
            self.num_batches_tracked.array[...] += 1
            self.num_batches_tracked.bump()
            if self.momentum is None:
                share = 1.0 / float(self.num_batches_tracked.array)
        by_batch = self.training or (self.running_mean is None and self.running_var is None)
        keep = not self.training or self.track_running_stats
        return F.batch_norm(
            input,
            self.running_mean if keep else None,
            self.running_var if keep else None,
            self.weight,
            self.bias,
            by_batch,
            share,
            self.eps,
        )


class BatchNorm1d(_BatchNorm):
    """Batch normalization of (N, C) or (N, C, L)."""

    __module__ = "torch.nn.modules.batchnorm"
    ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Batch normalization of (N, C, H, W)."""

    __module__ = "torch.nn.modules.batchnorm"
    ranks = (4,)


class BatchNorm3d(_BatchNorm):
    """Batch normalization of (N, C, D, H, W)."""

    __module__ = "torch.nn.modules.batchnorm"
    ranks = (5,)


@shown_as("torch.nn.modules.instancenorm._InstanceNorm")
class _InstanceNorm(_Norm):
    fields: ClassVar[Fields] = {**_Norm.fields, "affine": False, "track_running_stats": False}

    def forward(self, input: Any) -> Any:
        ranks = type(self).ranks
        _check_rank(input, ranks)
        alone = input.array.ndim == ranks[0]
        if input.array.shape[-ranks[0]] != self.num_features and self.affine:
            raise ValueError(
                f"expected input's size at dim={0 if alone else 1} to match num_features ({self.num_features}), but "
                f"got: {input.array.shape[-ranks[0]]}."
            )
        result = F.instance_norm(
            T.unsqueeze(input, 0) if alone else input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return T.squeeze(result, 0) if alone else result


class InstanceNorm1d(_InstanceNorm):
    """Instance normalization of (N, C, L) or (C, L)."""

    __module__ = "torch.nn.modules.instancenorm"
    ranks = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """Instance normalization of (N, C, H, W) or (C, H, W)."""

    __module__ = "torch.nn.modules.instancenorm"
    ranks = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """Instance normalization of (N, C, D, H, W) or (C, D, H, W)."""

    __module__ = "torch.nn.modules.instancenorm"
    ranks = (4, 5)


class _Affine(Simple):
    """What begins as the identity: weights of one, biases of zero."""

    def reset_parameters(self) -> None:
        """Make the affine map the identity."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self._parameters.get("bias") is not None:
            init.zeros_(self.bias)


class _OverShape(_Affine):
    """What layer and RMS normalization share: the shape that is normalized, parameters of that shape."""

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        shape = values["normalized_shape"]
        shape = values["normalized_shape"] = (shape,) if isinstance(shape, int) else tuple(shape)
        bias = values.pop("bias", None)
        super()._make(values, dtype)
        whole = shape if self.elementwise_affine else None
        if bias is None and "bias" not in type(self).fields:
            self._put_parameters(dtype, weight=whole)
        else:
            self._put_parameters(dtype, weight=whole, bias=whole if bias else None)


class LayerNorm(_OverShape):
    """Normalization over the last dimensions of each sample."""

    __module__ = "torch.nn.modules.normalization"

    fields: ClassVar[Fields] = {
        "normalized_shape": REQUIRED,
        "eps": 1e-5,
        "elementwise_affine": True,
        "bias": True,
        **PLACE,
    }
    shown = words("=normalized_shape eps elementwise_affine ?bias")

    def forward(self, input: Any) -> Any:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)


class RMSNorm(_OverShape):
    """Division by the root mean square of the last dimensions."""

    __module__ = "torch.nn.modules.normalization"

    fields: ClassVar[Fields] = {"normalized_shape": REQUIRED, "eps": None, "elementwise_affine": True, **PLACE}
    shown = words("=normalized_shape eps elementwise_affine")

    def forward(self, x: Any) -> Any:
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)


class GroupNorm(_Affine):
    """Normalization over groups of channels of each sample."""

    __module__ = "torch.nn.modules.normalization"

    fields: ClassVar[Fields] = {
        "num_groups": REQUIRED,
        "num_channels": REQUIRED,
        "eps": 1e-5,
        "affine": True,
        **PLACE,
        **_BIAS,
    }
    shown = words("=num_groups =num_channels eps affine ?bias")

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        groups, channels = values["num_groups"], values["num_channels"]
        if channels % groups != 0:
            raise ValueError(f"num_channels ({channels}) must be divisible by num_groups ({groups})")
        bias = values.pop("bias")
        super()._make(values, dtype)
        shape = (channels,) if self.affine else None
        self._put_parameters(dtype, weight=shape, bias=shape if bias else None)

    def forward(self, input: Any) -> Any:
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)


enter(BatchNorm1d, BatchNorm2d, BatchNorm3d, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d)
enter(LayerNorm, RMSNorm, GroupNorm)

namespace("torch.nn.modules.batchnorm")["_BatchNorm"] = _BatchNorm
namespace("torch.nn.modules.instancenorm")["_InstanceNorm"] = _InstanceNorm
