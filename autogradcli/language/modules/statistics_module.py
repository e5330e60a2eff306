"""``statistics``: Python's functions on real numbers."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

from ...api.calls.registry import namespace
from ...numerics.naming import shown_as
from ..compile.calls import Builtin
from ..values.budget import budget
from .entries import is_number


@shown_as("statistics.StatisticsError")
class StatisticsError(ValueError):
    """There are too few numbers."""


def _numbers(name: str, values: Any) -> list[Any]:
    items = budget.items(values)
    for item in items:
        if not is_number(item):
            raise TypeError(f"can't convert type '{type(item).__name__}' to numerator/denominator")
    return items


def _of_numbers(name: str) -> Callable[..., Any]:
    function = vars(statistics)[name]

    def call(data: Any, /, **options: Any) -> Any:
        if not all(is_number(option) or type(option) is str for option in options.values()):
            raise TypeError(f"{name}() takes numbers")
        try:
            return function(_numbers(name, data), **options)
        except statistics.StatisticsError as error:
            raise StatisticsError(str(error)) from None

    return call


_table = namespace("statistics")
for _name in (
    "mean", "fmean", "geometric_mean", "harmonic_mean", "median", "median_low", "median_high", "mode", "multimode",
    "pstdev", "pvariance", "stdev", "variance", "quantiles",
):  # fmt: skip
    _table[_name] = Builtin(_name, _of_numbers(_name))
_table["StatisticsError"] = StatisticsError
