"""A kernel that takes long runs on a thread of its own, while the program's thread listens for an interrupt.

NumPy and SciPy let other threads run while they compute, but nothing can stop them. So the program's thread waits in
short steps and asks ``run.poll`` between them whether it is time to stop. If it is, it goes on without the result:
a kernel writes nothing but arrays of its own, which vanish when the thread comes to its end.

Which kernels may take long their declarations say (``cost``); which call does is judged by the sizes of its operands,
generously, since a thread costs less than a tenth of a millisecond.
"""

from __future__ import annotations

import math
from _thread import allocate_lock, get_ident, start_new_thread
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from numpy import ndarray

from .libraries import NUMPY, SHARED
from .limits import run

#: Steps of arithmetic from which a call is worth a thread: some hundredths of a second.
HEAVY = 1 << 27
#: Elements of which each takes long (a function of SciPy's, a place in a sort).
MANY = 1 << 20
#: Elements of which each takes no time.
HUGE = 1 << 24
#: Seconds between two questions.
LISTEN = 0.05
#: Threads whose results nobody waits for any more, that there may be before the next one is started.
ABANDONED = 3


class _Threads:
    """The threads that compute now, by their identity."""

    def __init__(self) -> None:
        self.running: set[int] = set()
        self.started = 0
        self.ended = 0

    @property
    def alive(self) -> int:
        return self.started - self.ended


threads = _Threads()


def away(kernel: Callable[..., Any], *args: Any) -> Any:
    """``kernel(*args)``. Raises what it raises, and what ``run.poll`` does."""
    if get_ident() in threads.running:
        return kernel(*args)
    pause = allocate_lock()
    pause.acquire()
    while threads.alive > ABANDONED:
        pause.acquire(timeout=LISTEN)
        run.poll()
    done = allocate_lock()
    done.acquire()
    results: list[Any] = []
    errors: list[BaseException] = []
    context = copy_context()  # NumPy keeps there what it is to do about divisions by zero

    def compute() -> None:
        me = get_ident()
        threads.running.add(me)
        try:
            results.append(context.run(kernel, *args))
        except BaseException as error:
            errors.append(error)
        threads.running.discard(me)
        threads.ended += 1
        done.release()

    threads.started += 1
    start_new_thread(compute, ())
    while not done.acquire(timeout=LISTEN):
        run.poll()
    if errors:
        raise errors.pop()
    return results.pop()


def away_if(heavy: bool, kernel: Callable[..., Any], *args: Any) -> Any:
    return away(kernel, *args) if heavy else kernel(*args)


def by_product(args: tuple[Any, ...]) -> bool:
    """Each element of an operand meets each of the other, or each other of its own: convolutions, distances."""
    steps = operands = 1
    for value in args:
        if value.__class__ is ndarray:
            operands += 1
            steps *= value.size or 1
    return steps > HEAVY or (operands == 2 and steps * steps > HEAVY)


def by_taps(args: tuple[Any, ...]) -> bool:
    """Each place of a channel of the first operand meets what the second has for the channel: convolutions."""
    x, w = args[:2]
    return bool(x.size // max(x.shape[1], 1) * w.size > HEAVY)


def by_correlation(args: tuple[Any, ...]) -> bool:
    """Each element of the first operand meets a window, whose size is the third, on each channel of the second."""
    g, x, kernel = args[:3]
    return bool(g.size * x.shape[1] * math.prod(kernel) > HEAVY)


def by_windows(args: tuple[Any, ...]) -> bool:
    """Each element meets each of a window, whose size is the first thing that the arguments tell of one."""
    sizes = (math.prod(window) for window in map(_first_ints, args) if window)
    return bool(args[0].size * next(sizes, 1) > HEAVY)


def _first_ints(value: Any) -> tuple[int, ...]:
    if value.__class__ is not tuple:
        return ()
    if value and all(v.__class__ is int for v in value):
        return value
    return next((found for found in map(_first_ints, value) if found), ())


def _steps_of_rows(args: tuple[Any, ...]) -> float:
    return max([a.size * math.sqrt(a.size) for a in args if a.__class__ is ndarray], default=0.0)


def by_rows(args: tuple[Any, ...]) -> bool:
    """Each row of a matrix meets each column, as where one is solved or factored."""
    return _steps_of_rows(args) > HEAVY


def by_iterations(args: tuple[Any, ...]) -> bool:
    """A matrix meets itself again and again, as for eigenvalues and singular values."""
    return 10 * _steps_of_rows(args) > HEAVY


def by_size(args: tuple[Any, ...]) -> bool:
    """Each element takes long."""
    return any(value.__class__ is ndarray and value.size > MANY for value in args)


def listening(kernel: Callable[..., Any], heavy: Callable[[tuple[Any, ...]], bool]) -> Callable[..., Any]:
    """The kernel, run on a thread where ``heavy`` says so of its arguments."""
    if heavy in (by_rows, by_iterations):  # LAPACK's

        def by_lapack(*args: Any) -> Any:
            steps = _steps_of_rows(args)
            if steps < SHARED:
                return kernel(*args)
            return away_if(heavy(args), NUMPY.run, steps, kernel, *args)

        return by_lapack

    def call(*args: Any) -> Any:
        return away(kernel, *args) if heavy(args) else kernel(*args)

    return call
