"""Activation functions by name: ``torch.nn.functional``'s, and those of them that ``torch`` and ``Tensor`` have too.

Many of ``torch.nn.functional`` are Python functions with a parameter ``inplace``, which hand over to a built-in one
of the same name, or of that name with ``_``. So a wrong call is complained of by the one or by the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.inplace import inplace as change
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.random.generator import default_generator
from ...operations.dims import wrap_dim
from ...operations.elementwise import sign
from ...operations.nn import activation, leaky_activation, smooth_activation
from ...operations.refuse import NO_BOOLS
from ...operations.shape.view import view
from ..calls.argument_types import type_name
from ..calls.declare import define_both, in_place
from ..calls.overloads import Function, define
from ..calls.python_function import define_python
from ..calls.registry import namespace
from ..math.arithmetic import add, div, sub

Number = bool | int | float

_UNARY = "(Tensor input, *, Tensor out=None)"


def _built_in(
    name: str, schema: str, plain: Callable[..., Tensor], changing: Callable[..., Tensor] | None = None
) -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
    """The built-in function that a Python one hands over to, and its in-place form."""
    in_place_form = in_place(plain) if changing is None else changing
    return Function(name, [(schema, plain)], "torch"), Function(f"{name}_", [(schema, in_place_form)], "torch")


def _method_of(input: Tensor, name: str) -> None:
    """Raise AttributeError where PyTorch calls a method of what is no tensor."""
    if not isinstance(input, Tensor):
        raise AttributeError(f"'{type_name(input)}' object has no attribute '{name}'")


# -- sigmoid, tanh, relu ---------------------------------------------------------------------------------


def sigmoid(input: Tensor) -> Tensor:
    """Logistic function ``1 / (1 + exp(-input))``."""
    _method_of(input, "sigmoid")
    return activation.sigmoid(input)


def tanh(input: Tensor) -> Tensor:
    """Hyperbolic tangent."""
    _method_of(input, "tanh")
    return activation.tanh(input)


define_both("sigmoid", (_UNARY, activation.sigmoid))
define_both("tanh", (_UNARY, activation.tanh))
define("relu", ("(Tensor input)", activation.relu), into="torch Tensor")
define("relu_", ("(Tensor input)", in_place(activation.relu)), into="torch Tensor F")
define("logsigmoid", (_UNARY, activation.log_sigmoid), into="F", called="log_sigmoid")
_relu, _relu_ = _built_in("relu", "(Tensor input)", activation.relu)


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """``max(input, 0)``."""
    return (_relu_ if inplace else _relu)(input)


# -- with a threshold ------------------------------------------------------------------------------------

_SLOPE = "(Tensor input, Real negative_slope=0.01)"
_THRESHOLD = "(Tensor input, Real threshold, Real value)"
_RANGE = "(Tensor input, Scalar min_val=-1, Scalar max_val=1)"


def _within(input: Tensor, min_val: Number, max_val: Number) -> Tensor:
    """Elements brought into the range from ``min_val`` to ``max_val``; of integers the bounds are cut to integers."""
    kind = input.array.dtype.kind
    if kind == "b":
        raise NO_BOOLS.value("Bool inputs not supported for hardtanh")
    if kind == "c":
        raise NotImplementedError("clamp is not supported for complex types")
    if kind in "iu":
        min_val, max_val = int(min_val), int(max_val)
        if kind == "u" and min_val < 0 and input.array.dtype.itemsize == 1:
            raise RuntimeError("cannot do hardtanh on an unsigned type with negative limits")
    return activation.hardtanh(input, min_val, max_val)


def _within_six(input: Tensor) -> Tensor:
    """Elements brought into the range from 0 to 6."""
    return _within(input, 0, 6)


_leaky_relu, _leaky_relu_ = _built_in(
    "leaky_relu", _SLOPE, leaky_activation.leaky_relu, in_place(leaky_activation.leaky_relu)
)
_threshold_built_in, _threshold_ = _built_in(
    "threshold", _THRESHOLD, activation.threshold, in_place(activation.threshold)
)
_hardtanh, _hardtanh_ = _built_in("hardtanh", _RANGE, _within)
_relu6, _relu6_ = _built_in("relu6", "(Tensor input)", _within_six)
define("leaky_relu_", (_SLOPE, in_place(leaky_activation.leaky_relu)), into="F")
define("threshold", (f"{_THRESHOLD[:-1]}, *, Tensor out=None)", activation.threshold))
define("threshold_", (_THRESHOLD, in_place(activation.threshold)), into="torch F")
define("hardtanh_", (_RANGE, in_place(_within)), into="F")
_LAMBDA = "(Tensor input, Real lambd=0.5, *, Tensor out=None)"
define("hardshrink", (_LAMBDA, activation.hardshrink), into="torch Tensor F")
define("softshrink", (_LAMBDA, activation.softshrink), into="F")


def leaky_relu(input: Tensor, negative_slope: Number = 0.01, inplace: bool = False) -> Tensor:
    """``input`` where positive, else ``negative_slope * input``."""
    return (_leaky_relu_ if inplace else _leaky_relu)(input, negative_slope)


def _threshold(input: Tensor, threshold: Number, value: Number, inplace: bool = False) -> Tensor:
    """The elements above the threshold; ``value`` instead of the others."""
    return (_threshold_ if inplace else _threshold_built_in)(input, threshold, value)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """Elements brought into the range from ``min_val`` to ``max_val``."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return (_hardtanh_ if inplace else _hardtanh)(input, min_val, max_val)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Elements brought into the range from 0 to 6."""
    return (_relu6_ if inplace else _relu6)(input)


def tanhshrink(input: Tensor) -> Tensor:
    """``input - tanh(input)``."""
    _method_of(input, "tanh")
    return sub(input, activation.tanh(input), 1)


def softsign(input: Tensor) -> Tensor:
    """``input / (1 + abs(input))``."""
    _method_of(input, "abs")
    return div(input, add(sign.abs(input), 1, 1))


# -- with a slope for each channel, or a random one ------------------------------------------------------


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """``input`` where positive, else ``weight * input``, with one weight for all channels or one for each.

    Raises RuntimeError where the number of weights is neither, or the dtypes differ.
    """
    x, w = input.array, weight.array
    if x.dtype != w.dtype:
        have, other = input.dtype.type_name, weight.dtype.type_name
        raise RuntimeError(f"prelu: Type promoting not supported. Got {have} and {other}")
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
    return leaky_activation.prelu_kernel(input, weight)


def _sloped(input: Tensor, lower: Number, upper: Number, training: bool, generator: Any) -> Tensor:
    """``input`` where positive, else times a slope: in training drawn for each element, else the mean of both."""
    if not training:
        return leaky_activation.rrelu_with_slope(input, _mean_slope(lower, upper))
    return leaky_activation.rrelu_with_noise(input, _noise(input, lower, upper, generator))


def _sloped_in_place(input: Tensor, lower: Number, upper: Number, training: bool, generator: Any) -> Tensor:
    """``rrelu`` in place."""
    if not training:
        return change(leaky_activation.rrelu_with_slope.in_place, input, _mean_slope(lower, upper))
    return change(leaky_activation.rrelu_with_noise.in_place, input, _noise(input, lower, upper, generator))


def _mean_slope(lower: Number, upper: Number) -> float:
    if lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    return (lower + upper) / 2


def _noise(input: Tensor, lower: Number, upper: Number, generator: Any) -> Tensor:
    """A slope for each element: 1 where it is positive, else drawn."""
    _mean_slope(lower, upper)
    if any(level.rows for level in state.levels):
        raise RuntimeError("vmap: we do not yet support aten::rrelu. Please file an issue")
    if input.dtype.category != dtypes.FLOATING:
        raise NotImplementedError(f"\"rrelu_with_noise_out_cpu\" not implemented for '{input.dtype.type_name}'")
    drawn = input.array <= 0
    noise = np.ones(input.array.shape, input.array.dtype)
    source = default_generator if generator is None else generator
    noise[drawn] = source.doubles(int(drawn.sum())) * (upper - lower) + lower
    return wrap(noise)


_SLOPES = (
    "(Tensor input, Scalar lower=0.125, Scalar upper=0.3333333333333333, bool training=False, "
    "Generator? generator=None)"
)
_rrelu, _rrelu_ = _built_in("rrelu", _SLOPES, _sloped, _sloped_in_place)
define("prelu", ("(Tensor input, Tensor weight)", prelu), into="torch Tensor F")
define("rrelu", (_SLOPES, _sloped))
define("rrelu_", (_SLOPES, _sloped_in_place), into="torch F")


def rrelu(
    input: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Tensor:
    """``input`` where positive, else times a slope: in training drawn for each element, else the mean of both."""
    return (_rrelu_ if inplace else _rrelu)(input, lower, upper, training)


# -- smooth ones -----------------------------------------------------------------------------------------

#: The constants of selu: a layer keeps mean 0 and variance 1 (Klambauer et al. 2017, self-normalizing networks).
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def _scaled(input: Tensor) -> Tensor:
    """Scaled exponential linear unit, with constants that keep mean and variance."""
    return smooth_activation.elu(input, _SELU_ALPHA, _SELU_SCALE)


def _scaled_in_place(input: Tensor) -> Tensor:
    """``selu`` in place."""
    return change(smooth_activation.elu.in_place, input, _SELU_ALPHA, _SELU_SCALE)


_ELU = "(Tensor input, Real alpha=1, Real scale=1, Real input_scale=1)"
_CELU = "(Tensor input, Double alpha=1.0)"
_elu, _elu_ = _built_in("elu", _ELU, smooth_activation.elu, in_place(smooth_activation.elu))
_celu, _celu_ = _built_in("celu", _CELU, smooth_activation.celu, in_place(smooth_activation.celu))
_selu, _selu_ = _built_in("selu", "(Tensor input)", _scaled, _scaled_in_place)
_glu, _ = _built_in("glu", "(Tensor input, int dim=-1)", smooth_activation.glu)
define("selu", ("(Tensor input)", _scaled))
define("selu_", ("(Tensor input)", _scaled_in_place), into="torch F")
define("celu", (_CELU, smooth_activation.celu))
define("celu_", (_CELU, in_place(smooth_activation.celu)), into="torch F")
define("elu_", (_ELU, in_place(smooth_activation.elu)), into="F")
define("gelu", ('(Tensor input, *, str approximate="none", Tensor out=None)', smooth_activation.gelu), into="F")
define(
    "softplus",
    ("(Tensor input, Real beta=1, Real threshold=20, *, Tensor out=None)", smooth_activation.softplus),
    into="F",
)


def elu(input: Tensor, alpha: Number = 1.0, inplace: bool = False) -> Tensor:
    """``input`` where positive, else ``alpha * (exp(input) - 1)``."""
    return (_elu_ if inplace else _elu)(input, alpha)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """Scaled exponential linear unit, with constants that keep mean and variance."""
    return (_selu_ if inplace else _selu)(input)


def celu(input: Tensor, alpha: Number = 1.0, inplace: bool = False) -> Tensor:
    """``input`` where positive, else ``alpha * (exp(input / alpha) - 1)``."""
    return (_celu_ if inplace else _celu)(input, alpha)


def _with_inplace(name: str, operation: Callable[[Tensor], Tensor]) -> None:
    plain, changing = _built_in(name, "(Tensor input)", operation)

    def function(input: Tensor, inplace: bool = False) -> Tensor:
        return (changing if inplace else plain)(input)

    function.__doc__ = operation.__doc__
    define_python(name, function, into="F")


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """The first half along a dimension times the sigmoid of the second."""
    _method_of(input, "dim")
    shape = input.array.shape
    if not shape:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    if not isinstance(dim, int):
        return _glu(input, dim)
    dim = wrap_dim(dim, len(shape))
    if shape[dim] % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim} is size {shape[dim]}")
    return smooth_activation.glu(input, dim)


for _function in (
    sigmoid, tanh, relu, leaky_relu, _threshold, hardtanh, relu6, tanhshrink, softsign, rrelu, elu, selu, celu, glu,
):  # fmt: skip
    define_python(_function.__name__, _function, into="F")
namespace("torch.nn.functional")["threshold"] = namespace("torch.nn.functional")["_threshold"]
_with_inplace("hardsigmoid", activation.hardsigmoid)
_with_inplace("hardswish", activation.hardswish)
_with_inplace("silu", smooth_activation.silu)
_with_inplace("mish", smooth_activation.mish)
