"""What a program may cost: sizes, depth, printed text, memory, time, and the interrupt.

There is one, ``budget``, for the run under way, as the engine has one state. Loops and calls spend its
``fuel``; when that runs out, :meth:`Budget.poll` looks at what costs more to look at: the interrupt, the
deadline and the memory in use. So Ctrl-C, a time limit and "no limit at all" are the same mechanism, and a
tight loop pays a subtraction.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from time import monotonic
from typing import Any

from ...engine.state import state
from ...engine.stops import Stop
from ...numerics import limits
from ...numerics.limits import MAX_ITEMS as MAX_ITEMS
from ...numerics.limits import MAX_TEXT as MAX_TEXT
from ...numerics.limits import check_items as check_items
from ...numerics.limits import check_text as check_text
from ...numerics.memory import give_back

#: Characters that one run may print.
MAX_PRINTED = 1 << 27
#: Bits of an integer; dividing two of this size takes milliseconds.
MAX_BITS = 1 << 18
#: Width and precision of a format.
MAX_WIDTH = 100_000
#: Calls of user functions inside one another, as Python's own limit allows them.
MAX_DEPTH = 980
#: Characters of a program, and levels of its expressions.
MAX_SOURCE = 1 << 24
#: Containers inside one another, for operations that Python carries out by recursion in C.
MAX_NESTING = 400
#: Elements that repr, comparison or hashing of one value may visit, shared ones counted each time.
MAX_VISITS = 1 << 21
#: Bytes by which a program may make the process grow.
MAX_MEMORY = 1 << 31
#: Iterators over iterators: each level is a level of the C stack.
MAX_LAZY = 50

#: Python frames that evaluation may use: MAX_DEPTH calls of a usual size, and small enough that code in C
#: that honours this limit (``repr`` of nested lists) stays inside a stack of 8 MB.
PYTHON_FRAMES = 14_000

_FUEL = 128
#: Bytes from which an allocation is compared with what there is before it is made.
_LARGE = 1 << 24
_CHUNK = 1 << 14


class OutOfTime(Stop):
    """The deadline passed."""


#: What a program must never catch, and what runs none of its ``finally`` blocks: stop means stop.
UNCATCHABLE = (KeyboardInterrupt, SystemExit, GeneratorExit, Stop)

#: Classes whose objects tell at once how many elements they have: too many are refused before the first is made.
SIZED: set[type] = set()


class Budget:
    """The costs of the run under way, and its current line for whoever wants to name it."""

    __slots__ = ("_base", "_deadline", "_seconds", "depth", "fuel", "interrupted", "line", "memory", "printed", "write")

    def __init__(self) -> None:
        self.memory = sys.maxsize  # outside a run nothing is bounded
        self.line = 0
        self.depth = 0
        self.fuel = _FUEL
        self.printed = 0
        #: Where ``print`` writes.
        self.write: Callable[[str], None] = _nowhere
        self.interrupted = False
        self._deadline: float | None = None
        self._seconds = 0.0
        self._base = 0

    def start(self, seconds: float | None, memory: int | None = None) -> None:
        """Begin a run that may last so many seconds (None: as long as it likes) and grow by so many bytes."""
        self.memory = MAX_MEMORY if memory is None else memory
        self.line = self.depth = self.printed = 0
        self.fuel = _FUEL
        self.interrupted = False
        self._deadline = None if seconds is None else monotonic() + seconds
        self._seconds = seconds or 0.0
        self._base = resident_bytes()
        if self._base > self.memory >> 2:  # what earlier runs freed and the process kept isn't this run's
            give_back()
            self._base = resident_bytes()

    def limits(self) -> tuple[Any, ...]:
        """What bounds the run that is under way, for ``resume``."""
        return self._deadline, self._seconds, self._base, self.memory

    def resume(self, limits: tuple[Any, ...]) -> None:
        """After a run within another: the outer one's bounds hold again, or none."""
        self._deadline, self._seconds, self._base, self.memory = limits

    def poll(self) -> None:
        """Raises KeyboardInterrupt, OutOfTime or MemoryError if it is time to stop; else gives new fuel."""
        self.fuel = _FUEL
        if self.interrupted:
            self.interrupted = False
            raise KeyboardInterrupt
        if self._deadline is not None and monotonic() > self._deadline:
            raise OutOfTime(f"stopped after {self._seconds:g} s")
        if peak_bytes() - self._base > self.memory and self._grown() > self.memory:
            raise MemoryError(f"the program uses more than {self.memory >> 20} MB")

    def spend(self, bytes_: int) -> None:
        """Count an allocation, so that many large ones bring the next poll nearer. Raises MemoryError, before anything
        is allocated, for one that the run has no room for, and what ``poll`` raises."""
        if bytes_ > _LARGE and self._grown(bytes_) + bytes_ > self.memory:
            raise MemoryError(f"{bytes_ >> 20} MB more would be over the {self.memory >> 20} MB that a program may use")
        self.fuel -= 1 + (bytes_ >> 16)
        if self.fuel < 0:
            self.poll()

    def _grown(self, more: int = 0) -> int:
        """By how many bytes the run made the process larger; memory that it freed doesn't count where that matters."""
        grown = resident_bytes() - self._base
        if grown + more > self.memory:
            give_back()
            grown = resident_bytes() - self._base
        return grown

    def items(self, iterable: Iterable[Any]) -> list[Any]:
        """The elements as a new list, interruptible. Raises MemoryError past MAX_ITEMS."""
        kind = type(iterable)
        if kind is list or kind is tuple or kind is dict or kind is set:
            check_items(len(iterable))  # type: ignore[arg-type]
            self.spend(8 * len(iterable))  # type: ignore[arg-type]
            return list(iterable)
        iterator = iter(iterable)
        if kind is range or kind in SIZED:
            check_items(len(iterable))  # type: ignore[arg-type]
        result = list(islice(iterator, _CHUNK))
        while len(result) % _CHUNK == 0 and result:
            self.spend(8 * _CHUNK)
            before = len(result)
            result.extend(islice(iterator, _CHUNK))
            if len(result) == before:
                break
            check_items(len(result))
        return result

    def polled(self, iterable: Iterable[Any]) -> Iterator[Any]:
        """The elements one by one, so that a loop over them in C can be interrupted."""
        for value in iterable:
            self.fuel -= 1
            if self.fuel < 0:
                self.poll()
            yield value

    def print(self, text: str) -> None:
        """Write printed text. Raises MemoryError past MAX_PRINTED characters of a run."""
        self.check_printed(len(text))
        self.printed += len(text)
        self.write(text)

    def check_printed(self, count: int) -> None:
        """Raises MemoryError if so many characters more are too many."""
        if self.printed + count > MAX_PRINTED:
            raise MemoryError(f"the program printed more than {MAX_PRINTED} characters")


def _nowhere(text: str) -> None:
    """Where text goes while no run is under way."""


def check_bits(count: int) -> None:
    if count > MAX_BITS:
        raise OverflowError(f"an integer of {count} bits is larger than the {MAX_BITS} bits that one may have")


#: Python's own containers: what compares and hashes by its elements.
CONTAINERS: frozenset[type] = frozenset(
    {list, tuple, dict, set, frozenset, type({}.keys()), type({}.values()), type({}.items())}
)

Parts = Callable[[Any], Iterable[Any]]


class _PartsOf(dict[type, "Parts | None"]):
    """type -> what a value of it has inside that Python's own ``repr`` goes into; None for what has nothing."""

    def __missing__(self, kind: type) -> Parts | None:
        found: Parts | None = None
        if issubclass(kind, (*CONTAINERS, deque)):
            found = (lambda value: [*value, *value.values()]) if issubclass(kind, dict) else iter
        elif issubclass(kind, BaseException):
            found = _arguments
        elif issubclass(kind, slice):
            found = _slice_parts
        elif issubclass(kind, staticmethod | classmethod):
            found = _wrapped
        if kind.__module__ != "__main__":  # a program's own class must not be kept alive
            self[kind] = found
        return found


def _arguments(error: BaseException) -> Iterable[Any]:
    return error.args


def _slice_parts(value: slice) -> Iterable[Any]:
    return value.start, value.stop, value.step


def _wrapped(value: Any) -> Iterable[Any]:
    return (value.__func__,)


#: What a value has inside, by its type: containers, errors, slices and wrapped functions, each inside the others.
PARTS = _PartsOf()


def measure(value: Any, what: str = "", *, text: bool = False) -> int:
    """Check that an operation which recurses over ``value`` in C is affordable; about how much it will visit.

    ``what`` ends Python's own message (" in comparison"). With ``text`` the operation is ``repr``: characters
    count, and a value may contain itself. Raises RecursionError past MAX_NESTING levels and MemoryError past
    MAX_VISITS elements: a list of ten lists of ten lists ... takes ten lines to write and for ever to print.
    """
    if PARTS[type(value)] is None:
        return 0
    visits = _weight(value) if text else 0
    contents = _inner(value)
    if contents is None:
        _check_visits(visits)
        return visits
    path: list[Any] = [value]
    on_path = {id(value)}
    levels = [contents]
    while levels:
        for inner in levels[-1]:
            if id(inner) in on_path:
                if text:
                    continue
                raise RecursionError("maximum recursion depth exceeded" + what)
            visits += _weight(inner) if text else 1 + (len(inner) if type(inner) in CONTAINERS else 3)
            _check_visits(visits)
            contents = _inner(inner)
            if contents is None:
                continue
            if len(levels) >= MAX_NESTING:
                raise RecursionError("maximum recursion depth exceeded" + what)
            path.append(inner)
            on_path.add(id(inner))
            levels.append(contents)
            break
        else:
            levels.pop()
            on_path.discard(id(path.pop()))
    _check_visits(visits)
    return visits


def _check_visits(count: int) -> None:
    if count > MAX_VISITS:
        raise MemoryError(f"a value of more than {MAX_VISITS} elements or characters, shared ones counted each time")


def _contents(value: Any) -> Iterable[Any]:
    parts = PARTS[type(value)]
    return () if parts is None else parts(value)


#: The types that were met: those that have nothing inside, and those that have. A program's own are in neither.
_LEAVES: set[type] = {int, float, bool, str, complex, type(None)}
_BRANCHES: set[type] = set(CONTAINERS)
_KNOWN = _LEAVES | _BRANCHES


def _inner(value: Any) -> Iterator[Any] | None:
    """An iterator over what has something inside among the parts of a value; None if there is none."""
    kind = type(value)
    contents = value if kind is tuple or kind is list else list(_contents(value))
    if _LEAVES.issuperset(map(type, contents)):
        return None
    if _KNOWN.issuperset(map(type, contents)):
        return iter([item for item in contents if type(item) in _BRANCHES])
    for other in set(map(type, contents)):
        (_LEAVES if PARTS[other] is None else _BRANCHES).update({other} & PARTS.keys())
    _KNOWN.update(_LEAVES, _BRANCHES)
    found = [item for item in contents if PARTS[type(item)] is not None]
    return iter(found) if found else None


def _weight(value: Any) -> int:
    """About the characters that a value's own parts take."""
    kind = type(value)
    contents = value if kind is tuple or kind is list else list(_contents(value))
    weight = 2 * len(contents) + 2
    for item in contents:
        if type(item) is str:
            weight += len(item)
        elif type(item) is int:
            weight += item.bit_length() >> 2
        elif isinstance(item, type):
            weight += len(item.__name__)
    return weight


def hashable(value: Any) -> Any:
    """``value`` itself, once hashing it is known to be affordable: tuples hash by unchecked recursion."""
    if type(value) is tuple or type(value) is slice or type(value) is frozenset:
        measure(value)
    return value


def peak_bytes() -> int:
    """The largest size in bytes that the process had; 0 where the system does not tell."""
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:  # Windows has no such module
        return 0
    return getrusage(RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def resident_bytes() -> int:
    """The size of the process now, or the peak where the system tells only that."""
    try:
        with open("/proc/self/statm", "rb") as status:
            return int(status.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return peak_bytes()


budget = Budget()
state.where = lambda: budget.line
limits.run.spend = budget.spend
limits.run.poll = budget.poll
