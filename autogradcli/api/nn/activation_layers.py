"""Activation functions as modules."""

from __future__ import annotations

from typing import Any

from ...numerics.limits import shown
from ...numerics.releases import Difference, varying
from ..calls.class_fields import REQUIRED
from ..calls.registry import namespace
from . import init
from .functions_by_attribute import F, T, check_tensors, made_on
from .module import Module
from .simple import fresh, layer

_HOME = "activation"
_INPLACE = {"inplace": False}


for _name in ("LogSigmoid", "Softsign", "Tanhshrink"):
    layer(_name, _HOME, {}, f"{_name.lower()} input")
layer("Sigmoid", _HOME, {}, lambda self, input: T.sigmoid(input))
layer("Tanh", _HOME, {}, lambda self, input: T.tanh(input))


def _with_inplace(name: str, function: str, shown: str = "~inplace") -> None:
    layer(name, _HOME, _INPLACE, lambda self, input: getattr(F, function)(input, inplace=self.inplace), shown)


for _name in ("ReLU", "SELU", "SiLU", "Mish"):
    _with_inplace(_name, _name.lower())
_with_inplace("Hardsigmoid", "hardsigmoid", "")
_with_inplace("Hardswish", "hardswish", "")

layer(
    "Threshold", _HOME, {"threshold": REQUIRED, "value": REQUIRED, "inplace": False},
    "threshold input", "threshold value ~inplace",
)  # fmt: skip
layer(
    "RReLU", _HOME, {"lower": 1.0 / 8, "upper": 1.0 / 3, "inplace": False},
    lambda self, input: F.rrelu(input, self.lower, self.upper, self.training, self.inplace), "lower upper ~inplace",
)  # fmt: skip


def _check_range(module: Any, values: dict[str, Any]) -> None:
    for old, new in (("min_value", "min_val"), ("max_value", "max_val")):
        if values.get(old) is not None:
            values[new] = values[old]
        values.pop(old, None)
    if not values["max_val"] > values["min_val"]:
        raise AssertionError(
            f"max_val ({shown(values['max_val'])}) must be greater than min_val ({shown(values['min_val'])})"
        )


Hardtanh = layer(
    "Hardtanh", _HOME, {"min_val": -1.0, "max_val": 1.0, "inplace": False, "min_value": None, "max_value": None},
    lambda self, input: F.hardtanh(input, self.min_val, self.max_val, self.inplace), "min_val max_val ~inplace",
    _check_range,
)  # fmt: skip


def _as_relu6(module: Any, values: dict[str, Any]) -> None:
    values.update(min_val=0.0, max_val=6.0)


layer(
    "ReLU6", _HOME, _INPLACE, lambda self, input: F.hardtanh(input, self.min_val, self.max_val, self.inplace),
    "~inplace", _as_relu6, Hardtanh,
)  # fmt: skip
for _name, _function in (("ELU", "elu"), ("CELU", "celu")):
    layer(_name, _HOME, {"alpha": 1.0, "inplace": False}, f"{_function} input", "alpha ~inplace")
layer(
    "LeakyReLU", _HOME, {"negative_slope": 1e-2, "inplace": False},
    "leaky_relu input", "negative_slope ~inplace",
)  # fmt: skip
layer("GLU", _HOME, {"dim": -1}, "glu input", "dim")
layer(
    "GELU", _HOME, {"approximate": "none"}, lambda self, input: F.gelu(input, approximate=self.approximate),
    "!approximate",
)  # fmt: skip
layer("Hardshrink", _HOME, {"lambd": 0.5}, "hardshrink input", "=lambd")
layer("Softshrink", _HOME, {"lambd": 0.5}, "softshrink input", "=lambd")
layer(
    "Softplus", _HOME, {"beta": 1.0, "threshold": 20.0},
    "softplus input", "beta threshold",
)  # fmt: skip


def _any_dim(module: Any, values: dict[str, Any]) -> None:
    """The call is what fails."""


@varying(
    Difference(
        "nn.Softmax, nn.LogSoftmax",
        "A dim that is no integer is refused when the module is made: TypeError.",
        "A dim that is no integer is found out when the module is called.",
        "torch.nn.Softmax(1.5)",
    ),
    before=_any_dim,
)
def _check_dim(module: Any, values: dict[str, Any]) -> None:
    dim = values["dim"]
    if dim is not None and (not isinstance(dim, int) or isinstance(dim, bool)):
        raise TypeError(f"dim must be an int or None, got {type(dim)}")


for _name, _function, _prepare in (
    ("Softmin", "softmin", None), ("Softmax", "softmax", _check_dim), ("LogSoftmax", "log_softmax", _check_dim),
):  # fmt: skip
    layer(
        _name, _HOME, {"dim": None},
        lambda self, input, call=_function: getattr(F, call)(input, self.dim, _stacklevel=5), "dim", _prepare,
    )  # fmt: skip


def _softmax_of_channels(self: Any, input: Any) -> Any:
    check_tensors("forward()", input)
    if input.array.ndim not in (3, 4):
        raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.array.ndim}D instead")
    return F.softmax(input, -3, _stacklevel=5)


layer("Softmax2d", _HOME, {}, _softmax_of_channels)


class PReLU(Module):
    """``max(0, x) + weight * min(0, x)`` with a learned weight."""

    __module__ = "torch.nn.modules.activation"

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None) -> None:
        self.__dict__["num_parameters"] = num_parameters
        super().__init__()
        self.init = init
        with made_on(device):
            self.weight = fresh(num_parameters, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Fill the weight anew."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Any) -> Any:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


namespace("torch.nn")["PReLU"] = PReLU
