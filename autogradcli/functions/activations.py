"""Activation functions by name: ``torch.nn.functional``'s, and those of them that ``torch`` and ``Tensor`` have too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..engine.inplace import inplace
from ..engine.random import default_generator
from ..engine.tensor import Tensor, wrap
from ..operations import activation, sign, smooth_activation
from ..operations.dims import wrap_dim
from ..operations.view import view
from .arithmetic import add, div, sub
from .declare import define_both, in_place
from .function import define
from .python_function import define_python

Number = bool | int | float

_UNARY = "(Tensor input, *, Tensor out=None)"

# -- sigmoid, tanh, relu ---------------------------------------------------------------------------------


def _sigmoid(input: Tensor) -> Tensor:
    """Logistic function ``1 / (1 + exp(-input))``."""
    return activation.sigmoid(input)  # type: ignore[no-any-return]


def _tanh(input: Tensor) -> Tensor:
    """Hyperbolic tangent."""
    return activation.tanh(input)  # type: ignore[no-any-return]


define_both("sigmoid", (_UNARY, activation.sigmoid))
define_both("tanh", (_UNARY, activation.tanh))
define_python("sigmoid", _sigmoid, into="F")
define_python("tanh", _tanh, into="F")
define("relu", ("(Tensor input)", activation.relu), into="torch Tensor")
define("relu_", ("(Tensor input)", in_place(activation.relu)), into="torch Tensor F")
define("logsigmoid", ("(Tensor input, *, Tensor out=None)", activation.log_sigmoid), into="F", called="log_sigmoid")


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """``max(input, 0)``."""
    return _relu_in_place(input) if inplace else activation.relu(input)


_relu_in_place = in_place(activation.relu)

# -- with a threshold ------------------------------------------------------------------------------------

_SLOPE = "(Tensor input, Scalar negative_slope=0.01)"
define("leaky_relu_", (_SLOPE, in_place(activation.leaky_relu_in_place)), into="F")


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """``input`` where positive, else ``negative_slope * input``."""
    if inplace:
        return in_place(activation.leaky_relu_in_place)(input, negative_slope)
    return activation.leaky_relu(input, negative_slope)  # type: ignore[no-any-return]


_THRESHOLD = "(Tensor input, Scalar threshold, Scalar value"
define("threshold", (_THRESHOLD + ", *, Tensor out=None)", activation.threshold))
define("threshold_", (_THRESHOLD + ")", in_place(activation.threshold_in_place)), into="torch F")


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """The elements above the threshold; ``value`` instead of the others."""
    if inplace:
        return in_place(activation.threshold_in_place)(input, threshold, value)
    return activation.threshold(input, threshold, value)  # type: ignore[no-any-return]


def _hardtanh(input: Tensor, min_val: Number, max_val: Number) -> Tensor:
    """Elements brought into the range from ``min_val`` to ``max_val``; of integers the bounds are cut to integers."""
    kind = input.array.dtype.kind
    if kind == "b":
        raise RuntimeError("Bool inputs not supported for hardtanh")
    if kind == "c":
        raise NotImplementedError("clamp is not supported for complex types")
    if kind in "iu":
        min_val, max_val = int(min_val), int(max_val)
        if kind == "u" and min_val < 0:
            raise RuntimeError("cannot do hardtanh on an unsigned type with negative limits")
    return activation.hardtanh(input, min_val, max_val)  # type: ignore[no-any-return]


define("hardtanh_", ("(Tensor input, Scalar min_val=-1, Scalar max_val=1)", in_place(_hardtanh)), into="F")


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """Elements brought into the range from ``min_val`` to ``max_val``."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return in_place(_hardtanh)(input, min_val, max_val) if inplace else _hardtanh(input, min_val, max_val)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Elements brought into the range from 0 to 6."""
    return in_place(_hardtanh)(input, 0, 6) if inplace else _hardtanh(input, 0, 6)


define(
    "hardshrink", ("(Tensor input, Scalar lambd=0.5, *, Tensor out=None)", activation.hardshrink), into="torch Tensor F"
)
define("softshrink", ("(Tensor input, Scalar lambd=0.5, *, Tensor out=None)", activation.softshrink), into="F")


def tanhshrink(input: Tensor) -> Tensor:
    """``input - tanh(input)``."""
    return sub(input, activation.tanh(input), 1)


def softsign(input: Tensor) -> Tensor:
    """``input / (1 + abs(input))``."""
    return div(input, add(sign.abs(input), 1, 1))


# -- with a slope for each channel, or a random one ------------------------------------------------------


def _prelu(input: Tensor, weight: Tensor) -> Tensor:
    """``input`` where positive, else ``weight * input``, with one weight for all channels or one for each.

    Raises RuntimeError where the number of weights is neither, or the dtypes differ.
    """
    x, w = input.array, weight.array
    if x.dtype != w.dtype:
        raise RuntimeError(
            f"prelu: Type promoting not supported. Got {input.dtype.type_name} and {weight.dtype.type_name}"
        )
    if w.size != 1:
        if x.ndim == 0:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = x.shape[1] if x.ndim > 1 else 1
        if channels != w.size:
            raise RuntimeError(
                "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
                f"{w.size} and channel size = {channels}."
            )
    if w.ndim > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {w.ndim}")
    if w.ndim != x.ndim:
        weight = view(weight, tuple(w.size if k == 1 else 1 for k in range(x.ndim)))
    return activation.prelu_kernel(input, weight)  # type: ignore[no-any-return]


define("prelu", ("(Tensor input, Tensor weight)", _prelu), into="torch Tensor F")


def _rrelu(
    input: Tensor, lower: Number, upper: Number, training: bool, generator: object, changing: bool = False
) -> Tensor:
    """``input`` where positive, else times a slope: in training drawn for each element, else the mean of both."""
    if lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    if not training:
        mean = (lower + upper) / 2
        if changing:
            return inplace(activation.rrelu_with_slope_in_place, input, mean)
        return activation.rrelu_with_slope(input, mean)  # type: ignore[no-any-return]
    array = input.array
    noise = np.ones(array.shape, array.dtype)
    negative = array <= 0
    draws = default_generator.doubles(int(negative.sum()))
    noise[negative] = draws * (upper - lower) + lower
    if changing:
        return inplace(activation.rrelu_with_noise_in_place, input, wrap(noise))
    return activation.rrelu_with_noise(input, wrap(noise))  # type: ignore[no-any-return]


def _rrelu_in_place(input: Tensor, lower: Number, upper: Number, training: bool, generator: object) -> Tensor:
    """``rrelu`` in place."""
    return _rrelu(input, lower, upper, training, generator, changing=True)


_RRELU = (
    "(Tensor input, Scalar lower=0.125, Scalar upper=0.3333333333333333, bool training=False, "
    "Generator? generator=None)"
)
define("rrelu", (_RRELU, _rrelu))
define("rrelu_", (_RRELU, _rrelu_in_place), into="torch F")


def rrelu(
    input: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Tensor:
    """``input`` where positive, else times a slope: in training drawn for each element, else the mean of both."""
    return _rrelu(input, lower, upper, training, None, inplace)


# -- smooth ones -----------------------------------------------------------------------------------------

_ALPHA, _SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def _selu(input: Tensor) -> Tensor:
    """Scaled exponential linear unit, with constants that keep mean and variance."""
    return smooth_activation.elu(input, _ALPHA, _SCALE)  # type: ignore[no-any-return]


def _selu_in_place(input: Tensor) -> Tensor:
    """``selu`` in place."""
    return inplace(smooth_activation.elu_in_place, input, _ALPHA, _SCALE)


_CELU = "(Tensor input, Scalar alpha=1.0)"
define("selu", ("(Tensor input)", _selu))
define("selu_", ("(Tensor input)", _selu_in_place), into="torch F")
define("celu", (_CELU, smooth_activation.celu))
define("celu_", (_CELU, in_place(smooth_activation.celu_in_place)), into="torch F")
define(
    "elu_",
    ("(Tensor input, Scalar alpha=1, Scalar scale=1, Scalar input_scale=1)", in_place(smooth_activation.elu_in_place)),
    into="F",
)
define("gelu", ('(Tensor input, *, str approximate="none", Tensor out=None)', smooth_activation.gelu), into="F")
define(
    "softplus",
    ("(Tensor input, Scalar beta=1, Scalar threshold=20, *, Tensor out=None)", smooth_activation.softplus),
    into="F",
)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """``input`` where positive, else ``alpha * (exp(input) - 1)``."""
    if inplace:
        return in_place(smooth_activation.elu_in_place)(input, alpha, 1, 1)
    return smooth_activation.elu(input, alpha)  # type: ignore[no-any-return]


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """Scaled exponential linear unit, with constants that keep mean and variance."""
    return _selu_in_place(input) if inplace else _selu(input)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """``input`` where positive, else ``alpha * (exp(input / alpha) - 1)``."""
    if inplace:
        return in_place(smooth_activation.celu_in_place)(input, alpha)
    return smooth_activation.celu(input, alpha)  # type: ignore[no-any-return]


def _with_inplace(operation: Callable[[Tensor], Tensor], name: str) -> None:
    def function(input: Tensor, inplace: bool = False) -> Tensor:
        return change(input) if inplace else operation(input)

    change = in_place(operation)
    function.__doc__ = operation.__doc__
    define_python(name, function, into="F")


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """The first half along a dimension times the sigmoid of the second."""
    shape = input.array.shape
    if not shape:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    dim = wrap_dim(dim, len(shape))
    if shape[dim] % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim} is size {shape[dim]}")
    return smooth_activation.glu(input, dim)  # type: ignore[no-any-return]


for _function in (
    relu, leaky_relu, threshold, hardtanh, relu6, tanhshrink, softsign, rrelu, elu, selu, celu, glu,
):  # fmt: skip
    define_python(_function.__name__, _function, into="F")
_with_inplace(activation.hardsigmoid, "hardsigmoid")
_with_inplace(activation.hardswish, "hardswish")
_with_inplace(smooth_activation.silu, "silu")
_with_inplace(smooth_activation.mish, "mish")
