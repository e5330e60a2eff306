"""``cmath``: Python's functions on complex numbers."""

from __future__ import annotations

import cmath
from collections.abc import Callable
from typing import Any

from ...api.calls.registry import namespace
from ..compile.calls import Builtin

_NUMBERS = (int, float, complex, bool)


def _on_numbers(name: str) -> Callable[..., Any]:
    function = vars(cmath)[name]

    def call(*args: Any, **options: Any) -> Any:
        for value in (*args, *options.values()):
            if type(value) not in _NUMBERS:
                raise TypeError(f"must be a number, not {type(value).__name__}")
        return function(*args, **options)

    return call


_table = namespace("cmath")
for _name in [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "cos",
    "cosh",
    "exp",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "log",
    "log10",
    "phase",
    "polar",
    "rect",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
]:
    _table[_name] = Builtin(_name, _on_numbers(_name))
for _name in ("pi", "e", "tau", "inf", "nan", "infj", "nanj"):
    _table[_name] = vars(cmath)[_name]
