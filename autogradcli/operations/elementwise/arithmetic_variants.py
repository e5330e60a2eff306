"""Forms of arithmetic that have graph names of their own."""

from __future__ import annotations

import numpy as np

from ...engine.operation import Array, Number, operation
from ...numerics import dtypes
from .arithmetic import BOOL_PAIR


def _floating(input: Array) -> Array:
    """Integers in the default floating dtype."""
    return input.astype(dtypes.default.np) if input.dtype.kind in "iub" else input


@operation(
    takes=("all", "mul_cpu_reduced_float"),
    blocks=True,
    node="MulBackward1", spelling="mul", kind="linear",
    input=lambda F, g, other: F.mul_scalar(g, other),
    examples=lambda r: [(r(2, 3), 2.5)],
    overload="Tensor",
    in_vmap="arithmetic",
    rows="side by side",
)  # fmt: skip
def mul_scalar(input: Array, other: Number) -> Array:
    """Product with a number, as PyTorch's own functions multiply inside."""
    return np.multiply(_floating(input) if isinstance(other, float) else input, other)


@operation(
    takes=("all", "add_stub"),
    node="AddBackward1", spelling="add", kind="elementwise",
    input=lambda F, g: g,
    examples=lambda r: [(r(2, 3), 2.5)],
    overload="Tensor",
    in_vmap="broadcast",
)  # fmt: skip
def add_scalar(input: Array, other: Number) -> Array:
    """Sum with a number, as PyTorch's own functions add inside."""
    return np.add(_floating(input) if isinstance(other, float) else input, other)


@operation(
    takes=("all", "add_stub"),
    node="SubBackward1", spelling="sub", kind="elementwise",
    input=lambda F, g: g,
    examples=lambda r: [(r(2, 3), 2.5)],
    overload="Tensor",
    in_vmap="arithmetic",
)  # fmt: skip
def sub_scalar(input: Array, other: Number) -> Array:
    """Difference from a number, as PyTorch's own functions subtract inside."""
    return np.subtract(_floating(input) if isinstance(other, float) else input, other)


@operation(
    takes=("all", "div_cpu_reduced_float"),
    blocks=True,
    rows="each",
    node="DivBackward1", spelling="div", kind="linear",
    input=lambda F, g, other: F.div_scalar(g, other),
    examples=lambda r: [(r(2, 3), 2.5)],
    overload="Tensor",
    in_vmap="arithmetic",
)  # fmt: skip
def div_scalar(input: Array, other: Number) -> Array:
    """Quotient by a number, as PyTorch's own functions divide inside."""
    return np.true_divide(_floating(input), other)


@operation(
    blocks=True,
    rows="side by side",
    takes=("integer floating complex", "add_stub"),
    fits="alpha",
    node="RsubBackward0", spelling="rsub", promote="promote", kind="linear",
    input=lambda F, g, alpha: -g if alpha == 1 else g * -alpha,
    other=lambda F, g: g,
    examples=lambda r: [(r(2, 3), r(3)), (r(2), r(2), 0.5)],
)  # fmt: skip
def rsub_tensor(input: Array, other: Array, alpha: Number = 1) -> Array:
    """Difference ``other - alpha * input``, broadcast."""
    if input.dtype == np.bool_:
        raise RuntimeError(BOOL_PAIR)
    scaled = input if alpha == 1 else np.multiply(input, np.asarray(alpha).astype(input.dtype))
    return np.subtract(other, scaled)


@operation(
    node="DivBackward2", spelling="div", promote="float", kind="elementwise",
    input=lambda F, g, other: F.div(g, other),
    other=lambda F, g, input, other: -g * ((input / other) / other),
    examples=lambda r: [(r(2, 3), r(3, low=0.5, high=2))],
    overload="Tensor",
    in_vmap="arithmetic",
    half="exact",
)  # fmt: skip
def div_unrounded(input: Array, other: Array | Number) -> Array:
    """Quotient, where the rounding mode was given as None."""
    return np.true_divide(input, other)
