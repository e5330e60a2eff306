"""Normalization layers: over a batch, over layers, groups and instances."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ..calls.registry import namespace
from . import init
from .functions_by_attribute import F, T, check_device, check_tensors
from .linear_layers import fresh
from .module import Module


class _Norm(Module):
    """What batch and instance normalization share: running statistics and an affine map by channel."""

    ranks: tuple[int, ...] = ()

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        check_device(device)
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            self.register_parameter(name, fresh(num_features, dtype=dtype) if wanted else None)
        if track_running_stats:
            self.register_buffer("running_mean", T.zeros(num_features, dtype=dtype))
            self.register_buffer("running_var", T.ones(num_features, dtype=dtype))
            self.register_buffer("num_batches_tracked", T.tensor(0, dtype=namespace("torch")["long"]))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)
        self.reset_parameters()

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

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


def _check_rank(input: Tensor, ranks: tuple[int, ...]) -> None:
    check_tensors("forward()", input)
    if input.array.ndim not in ranks:
        named = " or ".join(f"{rank}D" for rank in ranks)
        raise ValueError(f"expected {named} input (got {input.array.ndim}D input)")


class _BatchNorm(_Norm):
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


class _InstanceNorm(_Norm):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        check_device(device)
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

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


class _OverShape(Module):
    """What layer and RMS normalization share: the shape that is normalized, a weight of that shape."""

    def _begin(self, normalized_shape: Any, eps: float | None, affine: bool) -> None:
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.normalized_shape = shape
        self.eps = eps
        self.elementwise_affine = affine

    def _parameter(self, name: str, wanted: bool, dtype: Any) -> None:
        self.register_parameter(name, fresh(*self.normalized_shape, dtype=dtype) if wanted else None)


class LayerNorm(_OverShape):
    """Normalization over the last dimensions of each sample."""

    __module__ = "torch.nn.modules.normalization"

    def __init__(
        self,
        normalized_shape: Any,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        check_device(device)
        super().__init__()
        self._begin(normalized_shape, eps, elementwise_affine)
        self._parameter("weight", elementwise_affine, dtype)
        self._parameter("bias", elementwise_affine and bias, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Make the affine map the identity."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Any) -> Any:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(_OverShape):
    """Division by the root mean square of the last dimensions."""

    __module__ = "torch.nn.modules.normalization"

    def __init__(
        self,
        normalized_shape: Any,
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        check_device(device)
        super().__init__()
        self._begin(normalized_shape, eps, elementwise_affine)
        self._parameter("weight", elementwise_affine, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Make the weight ones."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, x: Any) -> Any:
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(Module):
    """Normalization over groups of channels of each sample."""

    __module__ = "torch.nn.modules.normalization"

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        check_device(device)
        super().__init__()
        if num_channels % num_groups != 0:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            self.register_parameter(name, fresh(num_channels, dtype=dtype) if wanted else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Make the affine map the identity."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Any) -> Any:
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        sizes = f"{self.num_groups}, {self.num_channels}"
        return f"{sizes}, eps={self.eps}, affine={self.affine}, bias={self.bias is not None}"


for _kind in (
    BatchNorm1d, BatchNorm2d, BatchNorm3d, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, LayerNorm, RMSNorm,
    GroupNorm,
):  # fmt: skip
    namespace("torch.nn")[_kind.__name__] = _kind
