"""Powers and roots of each element: names and overloads as in PyTorch."""

from __future__ import annotations

from ...engine.tensor import Tensor
from ...operations.elementwise import powers
from ..calls.declare import define_both
from ..calls.overloads import define

_UNARY = "(Tensor input, *, Tensor out=None)"
_BY_TENSOR = "(Tensor input, Tensor exponent, *, Tensor out=None)"
_OF_NUMBER = "(Scalar self, Tensor exponent, *, Tensor out=None)"
_TO_NUMBER = "(Tensor input, Scalar exponent, *, Tensor out=None)"
_POWERS = ((_BY_TENSOR, powers.pow_tensor_tensor), (_TO_NUMBER, powers.pow_tensor_scalar))
define("pow", _POWERS[0], (_OF_NUMBER, powers.pow_scalar_tensor), _POWERS[1])
define_both("pow", *_POWERS, into="Tensor")

for _name, _implementation in {
    "sqrt": powers.sqrt, "rsqrt": powers.rsqrt, "reciprocal": powers.reciprocal,
}.items():  # fmt: skip
    define_both(_name, (_UNARY, _implementation))


def _square(input: Tensor) -> Tensor:
    """The square of each element."""
    return powers.pow_tensor_scalar(input, 2)


define_both("square", (_UNARY, _square))
