"""Arithmetic: sums, products, quotients and powers."""

from __future__ import annotations

import numpy as np

from ...engine.operation import Array, Number, operation
from ...engine.worlds import roles
from ..refuse import NO_BOOLS, check_usual


@operation(
    takes=("usual", "add_stub"),
    blocks=True,
    fits="alpha",
    promote="promote",
    kind="linear",
    input=lambda F, g: g,
    other=lambda F, g, alpha: g if alpha == 1 else g * alpha,
    overload="Tensor",
    in_vmap="broadcast",
    half="alpha",
    rows="side by side",
)
def add(input: Array, other: Array | Number, alpha: Number = 1) -> Array:
    """Sum ``input + alpha * other``, broadcast."""
    return np.add(input, other if alpha == 1 else _scaled(other, alpha, input))


@operation(
    takes=("integer floating complex", "add_stub"),
    blocks=True,
    fits="alpha",
    promote="promote",
    kind="linear",
    input=lambda F, g: g,
    other=lambda F, g, alpha: -g if alpha == 1 else -g * alpha,
    overload="Tensor",
    in_vmap="arithmetic",
    half="alpha",
    rows="side by side",
)
def sub(input: Array, other: Array | Number, alpha: Number = 1) -> Array:
    """Difference ``input - alpha * other``, broadcast."""
    if input.dtype == np.bool_:
        raise NO_BOOLS.value(BOOL_PAIR)
    return np.subtract(input, other if alpha == 1 else _scaled(other, alpha, input))


@operation(
    takes=("all", "add_stub"),
    fits="alpha",
    node="RsubBackward1",
    promote="promote",
    kind="elementwise",
    spelling="rsub",
    examples=lambda r: [(r(2, 3), 2.5), (r(3), -1.5, 2.0)],
    input=lambda F, g, alpha: -g if alpha == 1 else g * -alpha,
    half="alpha",
    rows="side by side",
)
def rsub(input: Array, other: Array | Number, alpha: Number = 1) -> Array:
    """Difference ``other - alpha * input`` of a number and a tensor."""
    if input.dtype == np.bool_:
        raise NO_BOOLS.value(BOOL_ONE)
    if input.dtype.kind == "u":
        check_usual("add_stub", input)
    return np.subtract(other, input if alpha == 1 else _scaled(input, alpha, input))


BOOL_PAIR = (
    "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator "
    "instead."
)
BOOL_ONE = (
    "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the "
    "`~` or `logical_not()` operator instead."
)


def _scaled(x: Array | Number, alpha: Number, like: Array) -> Array:
    return np.multiply(x, np.asarray(alpha).astype(like.dtype))


@operation(
    blocks=True,
    kernel=np.multiply,
    promote="promote",
    kind="bilinear",
    # by name: here a number is an operand, in the graph too, where ``g * other`` would be a product with a mere number
    input=lambda F, g, other: F.mul(g, other),
    other=lambda F, g, input: F.mul(g, input),
    overload="Tensor",
    in_vmap="arithmetic",
    half="exact",
    rows="side by side",
)
def mul(input: Array, other: Array | Number) -> Array:
    """Product ``input * other``, broadcast."""


@operation(
    kernel=np.true_divide,
    promote="float",
    kind="elementwise",
    input=lambda F, g, other: F.div(g, other),
    other=lambda F, g, input, other: -g * ((input / other) / other),
    overload="Tensor",
    in_vmap="arithmetic",
    half="exact",
)
def div(input: Array, other: Array | Number) -> Array:
    """Quotient ``input / other``, broadcast."""


@operation(
    blocks=True,
    takes=("integer floating complex", "neg_cpu"),
    promote="promote",
    kind="linear",
    input=lambda F, g: -g,
    rows="side by side",
)
def neg(input: Array) -> Array:
    """Negation."""
    if input.dtype == np.bool_:
        raise NO_BOOLS.value(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use "
            "the `~` or `logical_not()` operator instead."
        )
    return np.negative(input)


roles.add = add
