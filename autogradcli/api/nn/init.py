"""``torch.nn.init``: starting values of parameters, drawn as PyTorch draws them.

Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010); He et al.,
"Delving deep into rectifiers" (2015); Saxe et al., "Exact solutions to the nonlinear dynamics of learning" (2013).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.inplace import check_inplace
from ...engine.mirrors import store
from ...engine.state import state
from ...engine.tensor import MetaTensor, Tensor
from ...numerics.limits import shown
from ...numerics.random.generator import Generator, default_generator
from ..calls.argument_types import type_name
from ..calls.overloads import PLACES
from ..calls.python_function import define_python
from ..calls.registry import namespace
from ..calls.written_signature import signed
from .functions_by_attribute import M, T

PLACES["init"] = ("torch.nn.init", "")


def _unrecorded(name: str, tensor: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """``tensor.name(...)`` under no_grad; nothing is drawn for a tensor without numbers."""
    if not isinstance(tensor, Tensor):
        raise AttributeError(f"'{type_name(tensor)}' object has no attribute '{name}'")
    if isinstance(tensor, MetaTensor):
        return tensor
    before, state.grad = state.grad, False
    try:
        getattr(M, name)(tensor, *args, **kwargs)
    finally:
        state.grad = before
    return tensor


def _write(tensor: Tensor, values: np.ndarray) -> Tensor:
    if isinstance(tensor, MetaTensor):
        return tensor
    before, state.grad = state.grad, False
    try:
        check_inplace(tensor)
        store(tensor, values)
        tensor.bump()
    finally:
        state.grad = before
    return tensor


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with uniform random numbers in [a, b)."""
    return _unrecorded("uniform_", tensor, a, b, generator=generator)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with normal random numbers."""
    return _unrecorded("normal_", tensor, mean, std, generator=generator)


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Fill with normal random numbers inside [a, b], by rejection: of normal draws where few fall outside, else of
    uniform ones by the density."""

    def below(x: float) -> float:
        return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0

    if mean < a - 2 * std or mean > b + 2 * std:
        state.warn(
            "UserWarning",
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be "
            "incorrect.",
        )
    source = default_generator if generator is None else generator
    shape, kind = tensor.array.shape, tensor.array.dtype
    if below((b - mean) / std) - below((a - mean) / std) > 0.3:
        low, high = kind.type(a), kind.type(b)
        values = source.normal_(np.empty(shape, kind), mean, std)
        while (outside := (values < low) | (values > high)).any():
            values = np.where(outside, source.normal_(np.empty(shape, kind), mean, std), values)
        return _write(tensor, values)
    peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2

    def refused(values: np.ndarray) -> np.ndarray:
        density = (((values - kind.type(mean)) / kind.type(std)) ** 2) * kind.type(-0.5) - kind.type(peak)
        above: np.ndarray = np.log(source.uniform_(np.empty(shape, kind), 0.0, 1.0)) > density
        return above

    values = source.uniform_(np.empty(shape, kind), a, b)
    pending = refused(values)
    while pending.any():
        candidates = source.uniform_(np.empty(shape, kind), a, b)
        values = np.where(pending, candidates, values)
        pending = np.where(pending, refused(candidates), pending)
    return _write(tensor, values)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one value."""
    return _unrecorded("fill_", tensor, val)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones."""
    return _unrecorded("fill_", tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros."""
    return _unrecorded("zero_", tensor)


def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix with the identity. Raises ValueError for another shape."""
    if tensor.array.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    return _write(tensor, np.eye(*tensor.array.shape))


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Fill the kernel of a convolution so that it passes channels on. Raises ValueError for a wrong shape."""
    shape = tensor.array.shape
    if len(shape) not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    if shape[0] % groups:
        raise ValueError("dim 0 must be divisible by groups")
    per_group = shape[0] // groups
    values = np.zeros(shape)
    middle = tuple(n // 2 for n in shape[2:])
    for group in range(groups):
        for d in range(min(per_group, shape[1])):
            values[(group * per_group + d, d, *middle)] = 1
    return _write(tensor, values)


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Generator | None = None) -> Tensor:
    """Fill with a (semi-)orthogonal matrix, rows over all other dimensions. Raises ValueError below 2 dimensions."""
    if tensor.array.ndim < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.array.size == 0:
        return tensor
    rows = tensor.array.shape[0]
    columns = tensor.array.size // rows
    flat = np.empty((rows, columns), tensor.array.dtype)
    source = default_generator if generator is None else generator
    source.normal_(flat, 0.0, 1.0)
    q, r = np.linalg.qr(flat.T if rows < columns else flat)
    q *= np.sign(np.diagonal(r))
    values = (q.T if rows < columns else q).reshape(tensor.array.shape)
    return _write(tensor, values * values.dtype.type(gain))


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None) -> Tensor:
    """Fill a matrix with normal random numbers, a share of each column zero. Raises ValueError for another shape."""
    if tensor.array.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.array.shape
    zeros = math.ceil(sparsity * rows)
    _unrecorded("normal_", tensor, 0, std, generator=generator)
    values = tensor.array.copy()
    for column in range(columns):
        values[default_generator.randperm(rows, np.dtype("int64"))[:zeros], column] = 0
    return _write(tensor, values)


# -- by the sizes of a layer -----------------------------------------------------------------------------------

_SAME_GAIN = frozenset(
    {
        "linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "sigmoid",
    }
)  # fmt: skip


def calculate_gain(nonlinearity: str, param: Any = None) -> float:
    """By how much a nonlinearity shrinks the standard deviation. Raises ValueError for an unknown one."""
    if nonlinearity in _SAME_GAIN:
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        if param is None:
            slope = 0.01
        elif isinstance(param, (int, float)) and not isinstance(param, bool):
            slope = param
        else:
            raise ValueError(f"negative_slope {shown(param)} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {shown(nonlinearity)}")


def fans(tensor: Tensor) -> tuple[int, int]:
    """How many inputs an output of a layer with this weight has, and how many outputs an input."""
    shape = tensor.array.shape
    if len(shape) < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with uniform random numbers of variance 2 gain^2 / (fan in + fan out)."""
    fan_in, fan_out = fans(tensor)
    std = gain * math.sqrt(2.0 / float(fan_in + fan_out))
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with normal random numbers of variance 2 gain^2 / (fan in + fan out)."""
    fan_in, fan_out = fans(tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / float(fan_in + fan_out)), generator)


def _fan(tensor: Tensor, mode: str) -> int:
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {shown(mode)} not supported, please use one of ['fan_in', 'fan_out']")
    return fans(tensor)[mode == "fan_out"]


def _kaiming(draw: Callable[..., Tensor], doc: str) -> Callable[..., Tensor]:
    """A filling whose standard deviation keeps that of what comes through a layer (He et al. 2015)."""

    def fill(tensor: Tensor, a: float, mode: str, nonlinearity: str, generator: Generator | None) -> Tensor:
        if 0 in tensor.array.shape:
            state.warn("UserWarning", "Initializing zero-element tensors is a no-op")
            return tensor
        return draw(tensor, calculate_gain(nonlinearity, a) / math.sqrt(_fan(tensor, mode)), generator)

    words = (
        'tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", '
        "generator: Generator | None = None"
    )
    return signed("kaiming", words, call=fill, doc=doc)


def _within_bound(tensor: Tensor, std: float, generator: Generator | None) -> Tensor:
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


kaiming_uniform_ = _kaiming(_within_bound, "Fill with uniform random numbers of variance gain^2 / fan.")
kaiming_normal_ = _kaiming(
    lambda tensor, std, generator: normal_(tensor, 0.0, std, generator),
    "Fill with normal random numbers of variance gain^2 / fan.",
)


for _function in (
    uniform_, normal_, trunc_normal_, constant_, ones_, zeros_, eye_, dirac_, orthogonal_, sparse_, calculate_gain,
    xavier_uniform_, xavier_normal_,
):  # fmt: skip
    define_python(_function.__name__, _function, into="init")
define_python("kaiming_uniform_", kaiming_uniform_, into="init")
define_python("kaiming_normal_", kaiming_normal_, into="init")
define_python("_calculate_fan_in_and_fan_out", fans, into="init")


def _older(name: str, fill: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def call(tensor: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        state.warn("FutureWarning", f"`nn.init.{name}` is now deprecated in favor of `nn.init.{name}_`.")
        return fill(tensor, *args, **kwargs)

    call.__doc__ = f"The old name of `nn.init.{name}_`, which says so."
    return call


for _name in (
    "uniform", "normal", "constant", "eye", "dirac", "xavier_uniform", "xavier_normal", "kaiming_uniform",
    "kaiming_normal", "orthogonal", "sparse",
):  # fmt: skip
    define_python(_name, _older(_name, namespace("torch.nn.init")[_name + "_"]), into="init")


def empty(*shape: int, dtype: Any = None) -> Tensor:
    """A parameter's memory, to be filled by one of the above."""
    made: Tensor = T.empty(shape, dtype=dtype)
    return made
