"""``concurrent.futures``: what is handed in runs at once, one after the other."""

from __future__ import annotations

from typing import Any

from ...api.calls.program_classes import Plain
from ...api.calls.registry import namespace
from ...engine.state import state
from ...numerics.naming import shown_as
from ..compile.calls import Builtin, callable_of
from ..values.budget import UNCATCHABLE, budget
from ..values.foreign import entering as as_value
from .entries import entering


@shown_as("concurrent.futures._base.Future")
class Future(Plain):
    """What a call has given, or its error."""

    def __init__(self) -> None:
        self._result: Any = None
        self._error: BaseException | None = None

    def result(self, timeout: Any = None) -> Any:
        """What the call gave. Raises its error."""
        if self._error is not None:
            raise self._error
        return self._result

    def exception(self, timeout: Any = None) -> Any:
        """The call's error, or None."""
        return None if self._error is None else as_value(self._error)

    def done(self) -> bool:
        """Whether the call has ended: it has."""
        return True

    def running(self) -> bool:
        """Whether the call runs: it has ended."""
        return False

    def cancelled(self) -> bool:
        """Whether the call was taken back."""
        return False

    def cancel(self) -> bool:
        """Whether the call can be taken back: it has ended."""
        return False

    def add_done_callback(self, fn: Any) -> None:
        """Call with the future, at once."""
        callable_of(fn)(self)

    def __repr__(self) -> str:
        kind = type(self._result if self._error is None else self._error).__name__
        told = "returned" if self._error is None else "raised"
        return f"<Future at 0x{id(self):x} state=finished {told} {kind}>"


@shown_as("concurrent.futures.thread.ThreadPoolExecutor")
class ThreadPoolExecutor(Plain):
    """What runs calls: each when it is handed in, to its end."""

    def __init__(
        self, max_workers: Any = None, thread_name_prefix: Any = "", initializer: Any = None, initargs: Any = ()
    ) -> None:
        if max_workers is not None and max_workers <= 0:
            raise ValueError("max_workers must be greater than 0")
        self._open = True
        if initializer is not None:
            callable_of(initializer)(*budget.items(initargs))

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future:
        """Run a call; what it gives stands in a future."""
        if not self._open:
            raise RuntimeError("cannot schedule new futures after shutdown")
        made = Future()
        modes = state.grad, state.inference
        state.grad, state.inference = True, False  # as every thread begins
        try:
            made._result = callable_of(fn)(*args, **kwargs)
        except UNCATCHABLE:
            raise
        except BaseException as error:
            made._error = error
        finally:
            state.grad, state.inference = modes
        return made

    def map(self, fn: Any, *iterables: Any, timeout: Any = None, chunksize: Any = 1) -> Any:
        """The results of a call for each element, in order."""
        futures = [self.submit(fn, *values) for values in zip(*map(budget.items, iterables))]
        return iter([each.result() for each in futures])

    def shutdown(self, wait: Any = True, *, cancel_futures: Any = False) -> None:
        """Take no more calls."""
        self._open = False

    def __enter__(self) -> ThreadPoolExecutor:
        return self

    def __exit__(self, *problem: object) -> None:
        self.shutdown()


@entering("concurrent.futures")
def as_completed(fs: Any, timeout: Any = None) -> Any:
    """The futures, all of which are done, in their order."""
    return iter(budget.items(fs))


@entering("concurrent.futures")
def wait(fs: Any, timeout: Any = None, return_when: Any = "ALL_COMPLETED") -> Any:
    """Those that are done, which are all, and those that are not."""
    return set(budget.items(fs)), set()


def _processes(*args: Any, **kwargs: Any) -> Any:
    raise NotImplementedError("a program here is one process: concurrent.futures.ThreadPoolExecutor runs calls")


_table = namespace("concurrent.futures")
_table |= {
    "ThreadPoolExecutor": ThreadPoolExecutor, "Future": Future, "FIRST_COMPLETED": "FIRST_COMPLETED",
    "ALL_COMPLETED": "ALL_COMPLETED", "FIRST_EXCEPTION": "FIRST_EXCEPTION",
    "ProcessPoolExecutor": Builtin("ProcessPoolExecutor", _processes),
}  # fmt: skip
