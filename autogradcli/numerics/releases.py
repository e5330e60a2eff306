"""Which release of PyTorch is meant, and what differs between the two that are known.

What differs is declared where the thing is declared that differs, with a program that shows it: an operation by its
option ``before_2_14`` (``engine/operation.py``), a function by ``varying``, a value (the class of an error, a name) by
``Varying``. ``use`` puts all of them in force at once: code that runs never asks which release it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any, TypeVar, cast

from .records import Record

#: By the names that users give them, the newest first: what ``torch.__version__`` says.
VERSIONS = {"2.14": "2.14.1+cpu", "2.13": "2.13.0+cpu"}
NEWEST, BEFORE = VERSIONS

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Difference(Record):
    """What one release does in another way: of which names, in words for both, and the program that shows it."""

    names: str
    now: str
    before: str
    program: str


#: Every difference that was declared, in the order of the declarations.
DIFFERENCES: list[Difference] = []


class Releases:
    """The release in force."""

    __slots__ = ("current", "switches")

    def __init__(self) -> None:
        self.current = NEWEST
        self.switches: list[Callable[[bool], None]] = []

    def use(self, name: str) -> None:
        """Put a release in force. Raises KeyError for another name than those of ``VERSIONS``."""
        if name == self.current:
            return
        VERSIONS[name]
        self.current = name
        for switch in self.switches:
            switch(name == NEWEST)

    def declare(self, difference: Difference, switch: Callable[[bool], None]) -> None:
        """Note what differs, and how to switch it: at once, where the release before is in force already."""
        if difference not in DIFFERENCES:
            DIFFERENCES.append(difference)
        self.watch(switch)

    def watch(self, switch: Callable[[bool], None]) -> None:
        """Call ``switch`` now and at every change, with whether the newest release is in force."""
        self.switches.append(switch)
        switch(self.current == NEWEST)


releases = Releases()


@contextmanager
def using(name: str) -> Iterator[None]:
    """A release in force for a while. Raises KeyError for an unknown one."""
    outer = releases.current
    releases.use(name)
    try:
        yield
    finally:
        releases.use(outer)


class Varying:
    """A value that depends on the release: ``value`` is that of the one in force."""

    __slots__ = ("before", "now", "value")

    def __init__(self, now: Any, before: Any, difference: Difference) -> None:
        self.now, self.before = now, before
        self.value = now
        releases.declare(difference, self._switch)

    def _switch(self, newest: bool) -> None:
        self.value = self.now if newest else self.before


def varying(difference: Difference, before: Callable[..., Any]) -> Callable[[_Function], _Function]:
    """Decorate a function of the newest release: in the one before it is ``before``.

    Both are plain functions of one module, without closures and with the same parameters: it is the code of the
    decorated function that changes, so that whoever holds it has the right one. Raises TypeError for others.
    """

    def declare(now: _Function) -> _Function:
        newer, older = cast(FunctionType, now), cast(FunctionType, before)
        if newer.__globals__ is not older.__globals__ or newer.__closure__ or older.__closure__:
            raise TypeError(f"{newer.__name__} and {older.__name__} can't stand for each other")
        codes = older.__code__, newer.__code__

        def switch(newest: bool) -> None:
            newer.__code__ = codes[newest]

        releases.declare(difference, switch)
        return now

    return declare
