"""Lazy layers: the number of inputs, features or channels is what the first call shows; then they become plain ones."""

from __future__ import annotations

from typing import Any, ClassVar

from ...numerics.naming import shown_as
from ..calls.class_fields import Fields
from ..calls.program_classes import Kind, Object
from ..calls.registry import namespace
from ..calls.uninitialized import Uninitialized, UninitializedBuffer, UninitializedParameter, uninitialized
from . import init, linear_layers, normalization_layers
from .functions_by_attribute import check_tensors


@shown_as("torch.nn.modules.lazy.LazyModuleMixin")
class LazyModuleMixin(Object):
    """What lazy layers have in common. ``counted`` is the field that the first call tells."""

    __module__ = "torch.nn.modules.lazy"

    cls_to_become: ClassVar[Any] = None
    counted: ClassVar[str] = ""

    _parameters: dict[str, Any]
    _buffers: dict[str, Any]

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        counted = type(self).counted
        plain: Any = super()
        plain._make({counted: 0, **{name: value for name, value in values.items() if name != counted}}, dtype)

    def _make_parameters(self, dtype: Any, **shapes: tuple[int, ...] | None) -> None:
        layer: Any = self
        kind = init.empty(0, dtype=dtype).array.dtype
        for name, shape in shapes.items():
            layer.register_parameter(name, shape and uninitialized(UninitializedParameter, kind, True))

    def has_uninitialized_params(self) -> bool:
        """Whether a parameter or buffer has no shape yet."""
        return any(isinstance(t, Uninitialized) for group in (self._parameters, self._buffers) for t in group.values())

    def reset_parameters(self) -> None:
        """Draw the parameters anew, once there are such."""
        if not self.has_uninitialized_params() and getattr(self, type(self).counted):
            plain: Any = super()
            plain.reset_parameters()

    def initialize_parameters(self, input: Any) -> None:
        """Make the parameters of the shapes that an input asks for, and draw their values."""
        check_tensors("initialize_parameters()", input)
        count = self._count_in(input)
        if self.has_uninitialized_params():
            setattr(self, type(self).counted, count)
            for name, shape in self._shapes(count).items():
                for group in (self._parameters, self._buffers):
                    held = group.get(name)
                    if isinstance(held, Uninitialized):
                        held.materialize(shape)
            self.reset_parameters()
        elif not getattr(self, type(self).counted):
            setattr(self, type(self).counted, count)

    def _count_in(self, input: Any) -> int:
        return int(input.array.shape[1])

    def _shapes(self, count: int) -> dict[str, tuple[int, ...]]:
        return dict.fromkeys(("weight", "bias", "running_mean", "running_var"), (count,))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        layer: Any = self
        layer.initialize_parameters(*args, **kwargs)
        if self.has_uninitialized_params():
            raise RuntimeError(f"module {layer._get_name()} has not been fully initialized")
        if type(self).cls_to_become is not None:
            object.__setattr__(self, "__class__", type(self).cls_to_become)
            return layer(*args, **kwargs)
        plain: Any = super()
        return plain.__call__(*args, **kwargs)


class _LazyLinear(LazyModuleMixin):
    counted = "in_features"

    def _count_in(self, input: Any) -> int:
        return int(input.array.shape[-1])

    def _shapes(self, count: int) -> dict[str, tuple[int, ...]]:
        layer: Any = self
        return {"weight": (layer.out_features, count), "bias": (layer.out_features,)}


class _LazyConv(LazyModuleMixin):
    counted = "in_channels"
    rank: ClassVar[int]
    transposed: ClassVar[bool]

    def _count_in(self, input: Any) -> int:
        shape, rank = input.array.shape, type(self).rank
        if len(shape) not in (rank + 1, rank + 2):
            raise RuntimeError(
                f"Expected {rank + 1}D (unbatched) or {rank + 2}D (batched) input to {type(self).__name__}, but got "
                f"input of size: {input.shape}"
            )
        return int(shape[-rank - 1])

    def _shapes(self, count: int) -> dict[str, tuple[int, ...]]:
        layer: Any = self
        if count % layer.groups:
            raise ValueError("in_channels must be divisible by groups")
        rows = (count, layer.out_channels) if type(self).transposed else (layer.out_channels, count)
        return {"weight": (rows[0], rows[1] // layer.groups, *layer.kernel_size), "bias": (layer.out_channels,)}


class _LazyNorm(LazyModuleMixin):
    counted = "num_features"

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        super()._make(values, dtype)
        layer: Any = self
        if layer.track_running_stats:
            kind = init.empty(0, dtype=dtype).array.dtype
            for name in ("running_mean", "running_var"):
                layer.register_buffer(name, uninitialized(UninitializedBuffer, kind, False))


def _enter(plain: Any, mixin: type, fields: Fields, home: str) -> None:
    name = f"Lazy{plain.__name__}"
    names = {"__module__": f"torch.nn.modules.{home}", "fields": fields, "cls_to_become": plain}
    namespace("torch.nn")[name] = Kind(name, (mixin, plain), names)


def _without(fields: Fields, counted: str) -> Fields:
    return {name: default for name, default in fields.items() if name != counted}


def _register() -> None:
    nn = namespace("torch.nn")
    linear = linear_layers.Linear
    _enter(linear, _LazyLinear, _without(linear.fields, "in_features"), "linear")
    for rank in (1, 2, 3):
        for name in (f"Conv{rank}d", f"ConvTranspose{rank}d"):
            fields = _without(nn[name].fields, "in_channels")
            if not name.startswith("ConvT"):
                kept = ("out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias")
                fields = {**{field: fields[field] for field in kept}, **fields}
            _enter(nn[name], _LazyConv, fields, "conv")
        norm = {**_without(normalization_layers.BatchNorm1d.fields, "num_features")}
        _enter(nn[f"BatchNorm{rank}d"], _LazyNorm, norm, "batchnorm")
        _enter(nn[f"InstanceNorm{rank}d"], _LazyNorm, norm, "instancenorm")


_register()
