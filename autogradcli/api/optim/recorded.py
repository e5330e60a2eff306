"""The steps that optimizers are made of, on tensors and recorded: ``F`` of a formula where ``differentiable=True``.

A step is then an operation like any other, through which gradients flow: to the gradients that it used, and to an
option that is itself a tensor. What a rule keeps is changed in place here too; a formula says ``seen`` where the
derivative of one step must outlive the next. ``kernels`` has the same names for arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.tensor import Tensor, wrap
from ..nn.functions_by_attribute import M, T
from .options import number


def own(x: Tensor) -> Tensor:
    """A tensor of the state, as formulas take it."""
    return x


def array(x: Tensor) -> Any:
    """The values alone."""
    return x.array


def _wants_grad(value: Any) -> bool:
    return isinstance(value, Tensor) and value.requires_grad


def option(value: Any) -> Any:
    """An option: a number, or a tensor where a gradient is wanted for it."""
    return value if _wants_grad(value) else number(value)


def count(t: float) -> Tensor:
    """The number of a step, in the dtype that the state keeps it in: corrections by it round to that."""
    return wrap(np.array(t, np.float32))


def scalar(x: Tensor) -> Tensor:
    """A number that the state keeps."""
    return x


def seen(x: Tensor) -> Any:
    """A copy, for a derivative that a later step may not overwrite."""
    return M.clone(x)


def add(out: Tensor, other: Tensor, alpha: float) -> None:
    """``out += alpha * other``."""
    M.add_(out, other, alpha=alpha)


def added(a: Tensor, b: Tensor, alpha: float) -> Any:
    """``a + alpha * b``."""
    return M.add(a, b, alpha=alpha)


def descend(out: Tensor, way: Tensor, rate: Any) -> None:
    """``out -= rate * way``."""
    if isinstance(rate, Tensor):
        M.addcmul_(out, way, rate, value=-1)
    else:
        M.add_(out, way, alpha=-rate)


def decayed(g: Tensor, param: Tensor, decay: Any) -> Any:
    """A gradient with weight decay in it; ``g`` itself changes where a gradient is wanted for the decay."""
    if _wants_grad(decay):
        return M.addcmul_(g, M.clone(param), decay)
    return added(g, param, number(decay))


def scale(out: Tensor, by: Any) -> None:
    """``out *= by``."""
    M.mul_(out, by)


def lerp(out: Tensor, end: Tensor, weight: Any) -> None:
    """``out`` moved by ``weight`` of the way to ``end``."""
    M.lerp_(out, end, weight)


def addcmul(out: Tensor, a: Tensor, b: Tensor, value: float) -> None:
    """``out += value * a * b``."""
    M.addcmul_(out, a, b, value=value)


def addcdiv(out: Tensor, a: Any, b: Tensor, value: Any) -> None:
    """``out += value * a / b``."""
    if isinstance(value, Tensor):
        M.addcdiv_(out, a * value, b)
    else:
        M.addcdiv_(out, a, b, value=value)


def average_square(out: Tensor, g: Tensor, rate: Any) -> None:
    """``out``, an average of squares, moved on: ``rate * out + (1 - rate) * g * g``."""
    if _wants_grad(rate):
        M.lerp_(out, M.square(g), 1 - rate)
    else:
        M.addcmul_(M.mul_(out, rate), g, g, value=1 - rate)


def without_square(a: Tensor, b: Tensor) -> Any:
    """``a - b * b``."""
    return M.addcmul(a, b, b, value=-1)


def put(out: Tensor, value: Tensor) -> None:
    """``out = value``, in place."""
    M.copy_(out, value)


def limit(out: Tensor, least: float, most: float) -> None:
    """``out`` kept between two numbers."""
    M.clamp_(out, least, most)


def by_sign(sign: Any, below: float, zero: float, above: float) -> Any:
    """One of three numbers for each sign. They hang in the graph by the sign, though its derivative is zero."""
    chosen = sign
    for where, value in ((sign > 0, above), (sign < 0, below), (sign == 0, zero)):
        chosen = M.masked_fill(chosen, where, value)
    return chosen


def without(x: Tensor, where: Tensor) -> Any:
    """``x``, and zero where a mask says so."""
    return M.masked_fill(x, where, 0)


def pairs(x: Tensor) -> Tensor:
    """Complex numbers as two real ones each, in the same memory; others as they are."""
    return T.view_as_real(x) if x.array.dtype.kind == "c" else x


def joined(x: Tensor, like: Tensor) -> Tensor:
    """What ``pairs`` took apart, where ``like`` is complex."""
    return T.view_as_complex(x) if like.array.dtype.kind == "c" else x


def sqrt(x: Tensor) -> Any:
    return M.sqrt(x)


def absolute(x: Tensor) -> Any:
    return M.abs(x)


def sign(x: Tensor) -> Any:
    return M.sign(x)


def maximum(a: Tensor, b: Tensor) -> Any:
    return T.maximum(a, b)
