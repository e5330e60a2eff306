"""``threading``: a thread runs from its first line to its last when it is started, and what a program starts runs one
after the other. What would wait for another thread would wait forever, and says so.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from ...api.calls.program_classes import Plain, get
from ...api.calls.registry import CONSTRUCTORS, Method, attributes_of, namespace
from ...engine.modes import ContextMode
from ...engine.state import state
from ...numerics.naming import shown_as
from ..compile.calls import callable_of
from ..values.attribute_lookup import get_attribute
from ..values.budget import UNCATCHABLE, budget
from ..values.foreign import entering as as_value
from .entries import entering
from .traceback_module import format_exception

_FOREVER = "{} would wait forever: threads run one after the other here, each from beginning to end when it is started"
#: The numbers in the names of threads.
_NUMBERS = "threads"


@shown_as("threading.Thread")
class Thread(Plain):
    """A function, or the ``run`` of a subclass, that runs when it is started."""

    def __init__(
        self, group: Any = None, target: Any = None, name: Any = None, args: Any = (), kwargs: Any = None, *,
        daemon: Any = None,
    ) -> None:  # fmt: skip
        if group is not None:
            raise AssertionError("group argument must be None for now")
        numbers = state.flags.setdefault(_NUMBERS, count(1))
        if name is None:
            name = f"Thread-{next(numbers)}"
            called = None if target is None else _name_of(target)
            name = f"{name} ({called})" if type(called) is str else name
        self.name = name
        self.daemon = bool(daemon)
        self._call = (target, tuple(budget.items(args)), dict(kwargs or {}))
        self._state = "initial"

    def run(self) -> None:
        """Call the function."""
        target, args, kwargs = self._call
        if target is not None:
            callable_of(target)(*args, **kwargs)

    def start(self) -> None:
        """Run to the end. An error is told, and ends the thread alone."""
        if self._state != "initial":
            raise RuntimeError("threads can only be started once")
        self._state = "started"
        modes = state.grad, state.inference
        running = state.flags.get("thread")
        state.grad, state.inference, state.flags["thread"] = True, False, self
        try:
            run_apart(f"Exception in thread {self.name}:", get(self, "run"))
        finally:
            state.grad, state.inference = modes
            state.flags["thread"] = running
            self._state = "stopped"

    def join(self, timeout: Any = None) -> None:
        """Nothing: it has ended."""
        if self._state == "initial":
            raise RuntimeError("cannot join thread before it is started")

    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._state == "started"

    @property
    def ident(self) -> Any:
        """A number of its own once it was started."""
        return None if self._state == "initial" else id(self)

    def __repr__(self) -> str:
        told = self._state if self.ident is None else f"{self._state} {self.ident}"
        return f"<{type(self).__name__}({self.name}, {told})>"


def run_apart(title: str, call: Any) -> None:
    """Run what can't end the program by an error, which is told."""
    try:
        call()
    except UNCATCHABLE:
        raise
    except SystemExit:
        return
    except BaseException as error:
        state.warn("stderr", f"{title}\n{''.join(format_exception(as_value(error)))}".rstrip("\n"))


def _name_of(target: Any) -> Any:
    try:
        return get_attribute(target, "__name__")
    except AttributeError:
        return None


class _Main(Thread):
    """The program itself."""

    def __init__(self) -> None:
        super().__init__(name="MainThread")
        self._state = "started"


@shown_as("_thread.lock", in_c=True)
class Lock(ContextMode):
    """What one may hold at a time."""

    __slots__ = ("held",)

    #: Whether whoever holds it may take it again.
    again = False

    def __init__(self) -> None:
        self.held = 0

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *problem: object) -> None:
        self.release()

    def acquire(self, blocking: Any = True, timeout: Any = -1) -> bool:
        """Take it; whether that was possible. Raises RuntimeError where it would never be."""
        if self.held and not self.again:
            if not blocking or timeout > 0:
                return False
            raise RuntimeError(_FOREVER.format("acquire()"))
        self.held += 1
        return True

    def release(self) -> None:
        """Give it back. Raises RuntimeError where nobody holds it."""
        if not self.held:
            raise RuntimeError("cannot release un-acquired lock" if self.again else "release unlocked lock")
        self.held -= 1

    def locked(self) -> bool:
        """Whether it is held."""
        return bool(self.held)

    def __repr__(self) -> str:
        told = "locked" if self.held else "unlocked"
        return f"<{told} {type(self).__name__} object at 0x{id(self):x}>"


@shown_as("_thread.RLock", in_c=True)
class RLock(Lock):
    """What one may hold at a time, more than once."""

    __slots__ = ()

    again = True


@shown_as("threading.Semaphore")
class Semaphore(Lock):
    """What so many may hold at a time."""

    __slots__ = ("left",)

    def __init__(self, value: Any = 1) -> None:
        super().__init__()
        if type(value) is not int or value < 0:
            raise ValueError("semaphore initial value must be >= 0")
        self.left = value

    def acquire(self, blocking: Any = True, timeout: Any = None) -> bool:
        if not self.left:
            if not blocking or timeout is not None:
                return False
            raise RuntimeError(_FOREVER.format("acquire()"))
        self.left -= 1
        return True

    def release(self) -> None:
        self.left += 1


@shown_as("threading.Event")
class Event:
    """Whether something has happened."""

    __slots__ = ("on",)

    def __init__(self) -> None:
        self.on = False

    def put(self, on: bool) -> None:
        self.on = on

    def wait(self, timeout: Any = None) -> bool:
        """True once it has happened. Raises RuntimeError where it never would."""
        if not self.on and timeout is None:
            raise RuntimeError(_FOREVER.format("wait()"))
        return self.on

    def __repr__(self) -> str:
        return f"<threading.Event at 0x{id(self):x}: {'set' if self.on else 'unset'}>"


@shown_as("_thread._local", in_c=True)
class Local(Plain):
    """What each thread has for itself: here all have the same."""


for _kind in (Lock, RLock, Semaphore):
    CONSTRUCTORS[_kind] = _kind
    attributes_of(_kind)["acquire"] = Method(_kind.acquire, "Take it.")
    attributes_of(_kind)["release"] = Method(_kind.release, "Give it back.")
    if _kind is not Semaphore:
        attributes_of(_kind)["locked"] = Method(Lock.locked, "Whether it is held.")
CONSTRUCTORS[Event] = Event
attributes_of(Event).update(
    {
        "set": Method(lambda event: event.put(True), "It has happened."),
        "clear": Method(lambda event: event.put(False), "It hasn't happened yet."),
        "is_set": Method(lambda event: event.on, "Whether it has happened."),
        "wait": Method(Event.wait, "True once it has happened."),
    }
)


@entering("threading")
def current_thread() -> Any:
    """What runs: the program itself, or the thread that it has started."""
    found = state.flags.get("thread")
    if found is None:
        found = state.flags.setdefault("main thread", _Main())
    return found


@entering("threading")
def main_thread() -> Any:
    """The program itself."""
    return state.flags.setdefault("main thread", _Main())


@entering("threading")
def active_count() -> int:
    """How many run: the program, and the thread that it has started."""
    return 1 + (state.flags.get("thread") is not None)


@entering("threading")
def get_ident() -> int:
    """The number of what runs."""
    found: int = get_attribute(current_thread(), "ident")
    return found


@entering("threading")
def enumerate_() -> list[Any]:
    """What runs."""
    running = state.flags.get("thread")
    return [main_thread(), *([] if running is None else [running])]


_table = namespace("threading")
_table |= {
    "Thread": Thread, "Lock": Lock, "RLock": RLock, "Semaphore": Semaphore, "BoundedSemaphore": Semaphore,
    "Event": Event, "local": Local,
}  # fmt: skip
