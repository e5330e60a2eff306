"""``numbers``: words for ``isinstance`` over the numbers of Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...api.arrays.values import NumPyScalar
from ...api.calls.registry import namespace
from .collections_module import Ability
from .exact_numbers import Exact


def _of(*kinds: type, exact: bool = True) -> Callable[[Any], bool]:
    def test(value: Any) -> bool:
        return (
            type(value) in kinds
            or (exact and isinstance(value, Exact) and type(value).__name__ == "Fraction")
            or (isinstance(value, NumPyScalar) and any(map(value.is_python, kinds)))
        )

    return test


_table = namespace("numbers")
_table["Number"] = Ability("Number", _of(int, bool, float, complex))
_table["Complex"] = Ability("Complex", _of(int, bool, float, complex))
_table["Real"] = Ability("Real", _of(int, bool, float))
_table["Rational"] = Ability("Rational", _of(int, bool))
_table["Integral"] = Ability("Integral", _of(int, bool, exact=False))
