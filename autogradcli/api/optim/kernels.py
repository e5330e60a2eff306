"""The steps that optimizers are made of, on arrays and rounded as PyTorch's kernels round them; ``F`` of a formula.

A sum with a multiple is one fused operation there: one rounding, not two. ``recorded`` has the same names for tensors.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import numpy as np

from ...engine.tensor import wrap
from ...engine.worlds import roles
from ...numerics.exact import fused_float32, fused_float64
from .options import number

Array = np.ndarray

_F32, _F64 = np.dtype("float32"), np.dtype("float64")


def fused(a: Array, b: Any, c: Array) -> Array:
    """``a * b + c`` with one rounding in float32 and float64, with two in other dtypes."""
    if a.dtype == _F32:
        return fused_float32(a, np.float32(b) if isinstance(b, float) else b, c)
    if a.dtype == _F64:
        return fused_float64(a, b, c)
    plain: Array = a * b + c
    return plain


def _put_fused(out: Array, a: Array, b: Any, c: Array) -> None:
    """``out = fused(a, b, c)``; in float32 putting the sum there is what rounds. Raises TypeError for complex numbers
    in a real ``out``, where an assignment would drop a part."""
    if out.dtype == _F32 and a.dtype == _F32:
        np.add(np.multiply(a, np.float32(b) if b.__class__ is float else b, dtype=_F64), c, out)
    else:
        np.copyto(out, fused(a, b, c))


def add(out: Array, other: Array, alpha: float) -> None:
    """``out += alpha * other``."""
    if alpha == 1:
        out += other
    else:
        _put_fused(out, other, float(alpha), out)


def added(a: Array, b: Array, alpha: float) -> Array:
    """``a + alpha * b``, a new array."""
    return a + b if alpha == 1 else fused(b, float(alpha), a)


def lerp(out: Array, end: Array, weight: float) -> None:
    """``out`` moved by ``weight`` of the way to ``end``, from the nearer of the two."""
    way = end - out
    if weight < 0.5:
        _put_fused(out, way, float(weight), out)
    else:
        _put_fused(out, -way, float(1 - out.dtype.type(weight)), end)


def addcmul(out: Array, a: Array, b: Array, value: float) -> None:
    """``out += value * a * b``."""
    _put_fused(out, a if value == 1 else a * float(value), b, out)


def addcdiv(out: Array, a: Array, b: Array, value: float) -> None:
    """``out += value * a / b``."""
    out += a / b if value == 1 else a * float(value) / b


def descend(out: Array, way: Array, rate: Any) -> None:
    """``out -= rate * way``."""
    _put_fused(out, way, -float(rate), out)


def decayed(g: Array, param: Array, decay: Any) -> Array:
    """A gradient with weight decay in it."""
    return added(g, param, number(decay))


def scale(out: Array, by: Any) -> None:
    """``out *= by``."""
    out *= by


def average_square(out: Array, g: Array, rate: float) -> None:
    """``out``, an average of squares, moved on: ``rate * out + (1 - rate) * g * g``."""
    out *= rate
    addcmul(out, g, g, 1 - rate)


def without_square(a: Array, b: Array) -> Array:
    """``a - b * b``."""
    return fused(-b, b, a)


def put(out: Array, value: Array) -> None:
    """``out = value``, in place."""
    np.copyto(out, value)


def limit(out: Array, least: float, most: float) -> None:
    """``out`` kept between two numbers."""
    np.clip(out, least, most, out=out)


def by_sign(sign: Array, below: float, zero: float, above: float) -> Array:
    """One of three numbers for each sign."""
    return np.where(sign > 0, above, np.where(sign < 0, below, zero)).astype(sign.dtype)


def without(x: Array, where: Array) -> Array:
    """``x``, and zero where a mask says so."""
    return np.where(where, x.dtype.type(0), x)


def pairs(x: Array) -> Array:
    """Complex numbers as two real ones each, in the same memory; others as they are."""
    if x.dtype.kind != "c":
        return x
    made: Array = roles.view_as_real(wrap(x)).array
    return made


def joined(x: Array, like: Array) -> Array:
    """What ``pairs`` took apart, where ``like`` is complex."""
    made: Array = roles.view_as_complex(wrap(x)).array if like.dtype.kind == "c" else x
    return made


def same(x: Any) -> Any:
    """Nothing to do: there is no graph that would need a copy or another kind of number."""
    return x


own = attrgetter("array")
array = count = seen = same
option = number
scalar = float
sqrt, absolute, sign, maximum = np.sqrt, np.abs, np.sign, np.maximum
