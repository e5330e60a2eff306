"""What one operation of a run may make, and who counts the turns of its loops: the one place for both.

A few characters can ask for a hundred million parts, characters or turns. Whatever makes many things asks here
*before* it makes them (``charge_items``, ``charge_text``, ``check_window``, ``check_numbers``), and whatever loops in
Python as often as a program says goes through ``counted``, so that Ctrl-C and a time limit are heard. The language
puts its budget behind it (``run.spend``); without one nothing is counted, and the bounds hold all the same.

Memory that is really allocated is bounded from outside, too (``--memory``). A window that repeats its memory isn't: a
tensor expanded to 10**15 elements takes no room, and a sum over it never ends, deep inside NumPy where no interrupt
reaches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from math import prod
from typing import Any, TypeVar

from .memory import LARGE, keep

#: Elements of a list, tuple, set or dict that one operation may make.
MAX_ITEMS = 1 << 20

#: Characters of a string that one operation may make.
MAX_TEXT = 1 << 24

#: Elements of a window that repeats memory: a pass over so many takes seconds.
MAX_ELEMENTS = 1 << 32

#: Numbers in nested lists that become a tensor; sharing makes ``[[...] * 10] * 10`` grow without costing memory.
MAX_NUMBERS = 1 << 26

#: Bytes of an array: more than any machine has.
MAX_BYTES = 1 << 43

#: The least number of dimensions that no array has.
TOO_MANY_DIMENSIONS = 65

T = TypeVar("T")


class Run:
    """The run under way, told by whoever counts it. ``spend(n)`` counts one turn that takes about n bytes, and raises
    what ends the run: an interrupt, the time limit, more memory than there is to be for it. ``poll()`` only asks for
    that, for whoever waits. ``warn(category, message)`` is where warnings go."""

    __slots__ = ("poll", "spend", "warn")

    poll: Callable[[], Any]
    spend: Callable[[int], Any]
    warn: Callable[[str, str], Any]

    def __init__(self) -> None:
        self.poll = lambda: None
        self.spend = lambda size: None
        self.warn = lambda category, message: None


run = Run()


def check_items(count: int) -> None:
    """Raise MemoryError for more elements than one value may have."""
    if count > MAX_ITEMS:
        raise MemoryError(f"{count} elements are more than the {MAX_ITEMS} that one value may have")


def check_text(count: int) -> None:
    """Raise MemoryError for more characters than one string may have."""
    if count > MAX_TEXT:
        raise MemoryError(f"{count} characters are more than the {MAX_TEXT} that one string may have")


def charge_items(count: int) -> None:
    """So many things are about to be made by one operation. Raises MemoryError for too many, and what ends a run."""
    if count > 64:
        check_items(count)
        run.spend(64 * count)


def charge_parts(count: int) -> None:
    """``charge_items`` where each is a tensor."""
    if count > 64:
        check_items(count)
        run.spend(1024 * count)


def charge_array(shape: Sequence[int], itemsize: int = 8) -> None:
    """An array of this shape is about to be made. Raises RuntimeError in PyTorch's words where there is no room for
    it: more than the run may use, or than there could ever be."""
    size = elements(shape) * itemsize
    if size > 1 << 16:
        if size >= LARGE:
            keep()
        try:
            if size > MAX_BYTES:
                raise MemoryError
            run.spend(size)
        except MemoryError as error:
            limit = f": {error}" if error.args else ""
            raise RuntimeError(
                "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried "
                f"to allocate {size} bytes. Error code 12 (Cannot allocate memory){limit}"
            ) from None


def charge_text(count: int) -> None:
    """So many characters are about to be made. Raises MemoryError for too many, and what ends a run."""
    check_text(count)
    run.spend(count)


def counted(turns: Iterable[T], many: int = 1) -> Iterator[T]:
    """The same, one by one, each (or so many together) a turn of a loop that can be stopped."""
    spend = run.spend
    if many == 1:
        for turn in turns:
            spend(0)
            yield turn
        return
    left = iter(turns)
    while some := list(islice(left, many)):
        spend(0)
        yield from some


def elements(shape: Sequence[int]) -> int:
    """The product of a shape; 0 for one of more dimensions than an array can have, which NumPy refuses by itself.
    (The product of a million sizes is a number of a million digits.)"""
    return prod(shape) if len(shape) < TOO_MANY_DIMENSIONS else 0


def shown(value: Any) -> str:
    """A program's value inside a message of ours: its text where that is short. What stands in a few lists may be
    endless once it is written out, for they can share their parts."""
    kind = type(value)
    if isinstance(value, str):
        return value if len(value) <= _SHOWN else value[:_SHOWN] + "..."
    return str(value) if _is_short(value, _SHOWN) else f"<a {kind.__name__} of too many values to be shown>"


def shown_sizes(sizes: Iterable[int]) -> str:
    """Sizes in brackets inside a message of ours, if they are not too many."""
    return shown(list(sizes))


def check_shown(*values: Any) -> None:
    """Raise MemoryError where the text of one of these would be endless."""
    for value in values:
        if isinstance(value, (list, tuple, dict, set)) and not _is_short(value, MAX_ITEMS):
            raise MemoryError(f"a value of more than {MAX_ITEMS} elements or characters, shared ones counted each time")


def _is_short(value: Any, room: int) -> bool:
    """Whether a value has at most so many characters and parts, those that it shares counted each time."""
    inside = [value]
    while inside and room >= 0:
        part = inside.pop()
        if isinstance(part, (slice, BaseException)):
            return False
        room -= len(part) if isinstance(part, str) else 1
        if isinstance(part, (list, tuple, dict, set)):
            room -= len(part)
            if room > 0:
                inside += [*part, *part.values()] if isinstance(part, dict) else part
    return room >= 0


#: Characters and values of a value that a message shows.
_SHOWN = 2000


def turns(values: list[T]) -> Iterator[T]:
    """The same, for a loop whose turns take next to nothing: heard after every few thousand."""
    for start in range(0, len(values), _BLOCK):
        run.spend(_BLOCK << 3)
        yield from values[start : start + _BLOCK]


_BLOCK = 1 << 13


#: Numbers that one call may add up without keeping any: a minute's work.
MAX_STEPS = 1 << 36


def check_steps(count: int) -> None:
    """Raise RuntimeError for a call that would take far more time than memory."""
    if count > MAX_STEPS:
        raise RuntimeError(f"windows of {count} elements in all are too many (the limit is {MAX_STEPS})")


def check_window(size: Sequence[int]) -> None:
    """Raise RuntimeError for a window of more elements than could ever be used."""
    count = elements(size)
    if count > MAX_ELEMENTS:
        raise RuntimeError(f"a tensor of {count} elements is too large to be used (the limit is {MAX_ELEMENTS})")


def check_numbers(shape: Sequence[int]) -> None:
    """Raise RuntimeError for nested data of too many numbers."""
    if elements(shape) > MAX_NUMBERS:
        raise RuntimeError(f"{elements(shape)} numbers are too many for a list (the limit is {MAX_NUMBERS})")
