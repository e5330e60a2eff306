"""Bounds on what costs nothing to name and for ever to use.

Memory that is really allocated is bounded from outside (``--memory``). A window that repeats its memory isn't: a tensor
expanded to 10**15 elements takes no room, and a sum over it never ends, deep inside NumPy where no interrupt reaches.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

#: Elements of a window that repeats memory: a pass over so many takes seconds.
MAX_ELEMENTS = 1 << 32

#: Numbers in nested lists that become a tensor; sharing makes ``[[...] * 10] * 10`` grow without costing memory.
MAX_NUMBERS = 1 << 26


#: Numbers that one call may add up without keeping any: a minute's work.
MAX_STEPS = 1 << 36


def check_steps(count: int) -> None:
    """Raise RuntimeError for a call that would take far more time than memory."""
    if count > MAX_STEPS:
        raise RuntimeError(f"windows of {count} elements in all are too many (the limit is {MAX_STEPS})")


def check_window(size: Sequence[int]) -> None:
    """Raise RuntimeError for a window of more elements than could ever be used."""
    if len(size) and prod(size) > MAX_ELEMENTS:
        raise RuntimeError(f"a tensor of {prod(size)} elements is too large to be used (the limit is {MAX_ELEMENTS})")


def check_numbers(shape: Sequence[int]) -> None:
    """Raise RuntimeError for nested data of too many numbers."""
    if prod(shape) > MAX_NUMBERS:
        raise RuntimeError(f"{prod(shape)} numbers are too many for a list (the limit is {MAX_NUMBERS})")
