"""``time``: clocks, and ``sleep``, which an interrupt or a time limit ends."""

from __future__ import annotations

import time
from typing import Any

from ...api.calls.registry import namespace
from ..compile.calls import Builtin
from ..values.budget import budget
from .entries import entering, is_number

_table = namespace("time")
for _name in (
    "time", "time_ns", "perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "process_time",
    "process_time_ns", "thread_time",
):  # fmt: skip
    _table[_name] = Builtin(_name, vars(time)[_name])

#: Seconds between two looks at whether to stop.
_PIECE = 0.05


@entering("time")
def sleep(seconds: Any, /) -> None:
    """Wait so many seconds. Raises ValueError for a negative number."""
    if not is_number(seconds):
        raise TypeError(f"'{type(seconds).__name__}' object cannot be interpreted as an integer")
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _PIECE))
        budget.poll()


@entering("time")
def ctime() -> str:
    """Now, as text."""
    return time.ctime()


@entering("time")
def strftime(format: Any, /) -> str:
    """Now, in a format."""
    if type(format) is not str:
        raise TypeError(f"strftime() argument 1 must be str, not {type(format).__name__}")
    return time.strftime(format[:1000])
