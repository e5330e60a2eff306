"""The ``math`` namespace: Python's functions on numbers, those that could take for ever bounded."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...api.calls.registry import namespace
from ..compile.calls import Builtin
from .budget import MAX_BITS, budget, check_bits
from .checked_operators import mul

_PLAIN = (
    "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh degrees erf erfc exp exp2 expm1 fabs floor "
    "fmod frexp gamma gcd hypot isclose isfinite isinf isnan isqrt lcm ldexp lgamma log log10 log1p log2 modf "
    "nextafter pow radians remainder sin sinh sqrt tan tanh trunc ulp"
)


def _factorial(x: Any, /) -> int:
    if type(x) is int and x > 1:
        check_bits(int(x * (math.log2(x) - 1.44)) if x < 1 << 62 else MAX_BITS + 1)
    return math.factorial(x)


def _perm(n: Any, k: Any = None, /) -> int:
    if k is None:
        return _factorial(n)
    if type(n) is int and type(k) is int:
        check_bits(n.bit_length() * min(k, max(n, 0)))
    return math.perm(n, k)


def _comb(n: Any, k: Any, /) -> int:
    if type(n) is int and type(k) is int:
        check_bits(min(n, n.bit_length() * max(min(k, n - k), 0)))
    return math.comb(n, k)


def _fsum(iterable: Any, /) -> float:
    return math.fsum(budget.items(iterable))


def _prod(iterable: Any, /, *, start: Any = 1) -> Any:
    for value in budget.items(iterable):
        start = mul(start, value)
    return start


def _dist(p: Any, q: Any, /) -> float:
    return math.dist(budget.items(p), budget.items(q))


_BOUNDED: dict[str, Callable[..., Any]] = {
    "factorial": _factorial, "perm": _perm, "comb": _comb, "fsum": _fsum, "prod": _prod, "dist": _dist,
}  # fmt: skip

_table = namespace("math")
for _name in _PLAIN.split():
    _table[_name] = Builtin(_name, vars(math)[_name])
for _name, _function in _BOUNDED.items():
    _table[_name] = Builtin(_name, _function)
for _name in ("pi", "e", "tau", "inf", "nan"):
    _table[_name] = vars(math)[_name]
