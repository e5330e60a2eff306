"""Trigonometric and hyperbolic functions of each element: names and overloads as in PyTorch."""

from __future__ import annotations

from ...operations.elementwise import trigonometric
from ..calls.declare import define_both

_UNARY = "(Tensor input, *, Tensor out=None)"
_BINARY = "(Tensor input, Tensor other, *, Tensor out=None)"

for _name, _implementation in {
    "sin": trigonometric.sin, "cos": trigonometric.cos, "tan": trigonometric.tan, "sinh": trigonometric.sinh,
    "cosh": trigonometric.cosh, "sinc": trigonometric.sinc, "deg2rad": trigonometric.deg2rad,
    "rad2deg": trigonometric.rad2deg,
}.items():  # fmt: skip
    define_both(_name, (_UNARY, _implementation))
define_both("asin", (_UNARY, trigonometric.asin), aliases=("arcsin",))
define_both("acos", (_UNARY, trigonometric.acos), aliases=("arccos",))
define_both("atan", (_UNARY, trigonometric.atan), aliases=("arctan",))
define_both("asinh", (_UNARY, trigonometric.asinh), aliases=("arcsinh",))
define_both("acosh", (_UNARY, trigonometric.acosh), aliases=("arccosh",))
define_both("atanh", (_UNARY, trigonometric.atanh), aliases=("arctanh",))
define_both("hypot", (_BINARY, trigonometric.hypot))
define_both("atan2", (_BINARY, trigonometric.atan2), aliases=("arctan2",))
