"""Exponential functions and logarithms of each element: names and overloads as in PyTorch."""

from __future__ import annotations

from ...operations.elementwise import exponential
from ..calls.declare import define_both, in_place
from ..calls.overloads import define

_UNARY = "(Tensor input, *, Tensor out=None)"
_BINARY = "(Tensor input, Tensor other, *, Tensor out=None)"

for _name, _implementation in {
    "exp": exponential.exp, "exp2": exponential.exp2, "expm1": exponential.expm1, "log": exponential.log,
    "log2": exponential.log2, "log10": exponential.log10, "log1p": exponential.log1p,
}.items():  # fmt: skip
    define_both(_name, (_UNARY, _implementation))
_LOGIT = "(Tensor input, float? eps=None"
define("logit", (_LOGIT + ", *, Tensor out=None)", exponential.logit), into="torch Tensor")
define("logit_", (_LOGIT + ")", in_place(exponential.logit)), into="torch Tensor")
define("logaddexp", (_BINARY, exponential.logaddexp), into="torch Tensor")
define("logaddexp2", (_BINARY, exponential.logaddexp2), into="torch Tensor")
define("ldexp", (_BINARY, exponential.ldexp), into="torch Tensor")
define("ldexp_", ("(Tensor input, Tensor other)", in_place(exponential.ldexp)), into="torch Tensor")
