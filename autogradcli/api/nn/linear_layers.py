"""Linear layers, and those that compute nothing."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ..calls.class_fields import REQUIRED, Fields
from . import init
from .functions_by_attribute import F, M
from .module import Module
from .simple import PLACE, Simple, enter, words


class Identity(Module):
    """Gives back what it gets; any arguments are taken and ignored."""

    __module__ = "torch.nn.modules.linear"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:
        return input


class Linear(Simple):
    """``input @ weight.T + bias``, the parameters uniform within 1 / sqrt(in_features)."""

    __module__ = "torch.nn.modules.linear"

    fields: ClassVar[Fields] = {"in_features": REQUIRED, "out_features": REQUIRED, "bias": True, **PLACE}
    shown = words("in_features out_features ?bias")

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        bias = values.pop("bias")
        super()._make(values, dtype)
        rows = (self.out_features,)
        self._put_parameters(dtype, weight=(*rows, self.in_features), bias=rows if bias else None)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        init.kaiming_uniform_(self.weight, math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init.fans(self.weight)
            bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Any) -> Any:
        return F.linear(input, self.weight, self.bias)


class NonDynamicallyQuantizableLinear(Linear):
    """The output projection of attention: a Linear by another name."""


class Bilinear(Simple):
    """``x1^T W x2 + b`` for each output."""

    __module__ = "torch.nn.modules.linear"

    fields: ClassVar[Fields] = {
        "in1_features": REQUIRED,
        "in2_features": REQUIRED,
        "out_features": REQUIRED,
        "bias": True,
        **PLACE,
    }
    shown = words("in1_features in2_features out_features ?bias")

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        if values["in1_features"] <= 0:
            raise ValueError(f"in1_features must be > 0, but got {values['in1_features']}")
        bias = values.pop("bias")
        super()._make(values, dtype)
        rows = (self.out_features,)
        weight = (*rows, self.in1_features, self.in2_features)
        self._put_parameters(dtype, weight=weight, bias=rows if bias else None)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        bound = 1 / math.sqrt(self.weight.array.shape[1])
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Any, input2: Any) -> Any:
        return F.bilinear(input1, input2, self.weight, self.bias)


class Flatten(Simple):
    """A range of dimensions as one."""

    __module__ = "torch.nn.modules.flatten"

    fields: ClassVar[Fields] = {"start_dim": 1, "end_dim": -1}
    shown = words("start_dim end_dim")

    def forward(self, input: Any) -> Any:
        return M.flatten(input, self.start_dim, self.end_dim)


class Unflatten(Simple):
    """One dimension as several."""

    __module__ = "torch.nn.modules.flatten"

    fields: ClassVar[Fields] = {"dim": REQUIRED, "unflattened_size": REQUIRED}
    shown = words("dim unflattened_size")

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        dim, unflattened_size = values["dim"], values["unflattened_size"]
        if isinstance(dim, int) and not isinstance(unflattened_size, (tuple, list)):
            raise TypeError(
                f"unflattened_size must be a tuple of ints, but found type {type(unflattened_size).__name__}"
            )
        for k, n in enumerate(unflattened_size):
            if not isinstance(n, int):
                raise TypeError(
                    f"unflattened_size must be tuple of ints, but found element of type {type(n).__name__} at pos {k}"
                )
        super()._make(values, dtype)

    def forward(self, input: Any) -> Any:
        return M.unflatten(input, self.dim, self.unflattened_size)


enter(Identity, Linear, Bilinear, Flatten, Unflatten)
