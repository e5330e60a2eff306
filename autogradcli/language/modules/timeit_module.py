"""``timeit``: how long a function takes."""

from __future__ import annotations

import time
from typing import Any

from ...api.calls.registry import namespace
from ..compile.calls import Builtin, callable_of
from ..values.budget import budget, check_items
from .entries import entering

namespace("timeit")["default_timer"] = Builtin("perf_counter", time.perf_counter)


@entering("timeit")
def timeit(stmt: Any = "pass", setup: Any = "pass", timer: Any = None, number: Any = 1000000) -> float:
    """Seconds that so many calls of a function take. Raises NotImplementedError for a program in a text."""
    if type(stmt) is str or type(setup) is not str or setup != "pass" or timer is not None:
        raise NotImplementedError("timeit() takes a function here: timeit.timeit(lambda: f(x), number=100)")
    call = callable_of(stmt)
    begun = time.perf_counter()
    for _ in budget.polled(range(number)):
        call()
    return time.perf_counter() - begun


@entering("timeit")
def repeat(
    stmt: Any = "pass", setup: Any = "pass", timer: Any = None, repeat: Any = 5, number: Any = 1000000
) -> list[float]:
    """``timeit`` so many times."""
    check_items(repeat)
    return [timeit(stmt, setup, timer, number) for _ in budget.polled(range(repeat))]
