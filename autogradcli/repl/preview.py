"""What a line would give, while it is typed: its shape, dtype and grad_fn, or its error.

The line is run, in a copy of the process. So whatever it does (numbers changed in place, random numbers drawn, a text
printed, a function of the user's called) happens to the copy; and the copy is ended by the system's own timer, be it in
the middle of a matrix product. Copying the process takes a millisecond: its memory is shared until one side writes.
Where the system has no ``fork`` there is no preview.
"""

from __future__ import annotations

import ast
import asyncio
import gc
import os
import signal
import warnings
from collections.abc import Callable
from typing import Any

from ..api.tensor.tensor_repr import shown_name
from ..engine.tensor import Tensor
from ..events import Event, Failed, Gradients, Value
from ..language.read.syntax import parse
from ..language.values.budget import resident_bytes
from ..language.values.text_format import to_repr
from ..numerics.away import threads
from ..session import Session
from ..show.escape import escape_line
from .guard import Guard
from .name_search import dotted, is_attributes_beginning, is_beginning

#: Seconds that a preview may take, the copying included.
BUDGET = 0.020
#: Seconds after which a preview is asked for again that could not be begun.
RETRY = 0.1
#: The longest text that is previewed, and what is shown of a value or a message.
MAX_SOURCE = 4000
MAX_TEXT = 200
#: Where the process is larger, copying its page tables alone would be felt.
MAX_RESIDENT = 4 << 30

AVAILABLE = hasattr(os, "fork")


class Preview:
    """Follows what is typed: ``follow`` with each text, and ``text`` has the answer once ``changed`` was called."""

    def __init__(self, session: Session, changed: Callable[[], None], guard: Guard | None = None) -> None:
        self.session = session
        guard = guard or Guard()
        self.follow = guard.wrap("the preview", self._follow, None)
        self.forget = guard.wrap("the preview", self._forget, None)
        self._ask = guard.wrap("the preview", self._begin, None)
        self._arrived = guard.wrap("the preview", self._read_answer, None)
        self.changed = changed
        self.enabled = AVAILABLE
        self.text = ""
        self._asked = ""
        self._wanted = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._scheduled = False
        self._child = 0
        self._pipe = -1
        self._ended: list[int] = []

    def _follow(self, source: str) -> None:
        """Find out about this text, once all keys that have arrived are in it. Needs a running event loop."""
        self._wanted = source.strip()
        self._loop = asyncio.get_running_loop()
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._ask)

    def _forget(self) -> None:
        """The line was submitted: the next one is asked anew, even if it is the same."""
        self._stop()
        self._scheduled = False
        self._asked = self._wanted = self.text = ""
        self._reap()

    @property
    def busy(self) -> bool:
        """Whether an answer is to come."""
        return self._scheduled or self._child != 0

    def _begin(self) -> None:
        if not self._scheduled or self._loop is None:
            return
        self._scheduled = False
        source = self._wanted
        if source == self._asked:
            return
        if threads.alive:
            # What was interrupted still computes. A linear algebra library asked to copy the process waits for the end
            # of its own threads, and so would the prompt.
            self.text = ""
            self._scheduled = True
            self._loop.call_later(RETRY, self._ask)
            return
        self._stop()
        self._asked = source
        if not self.enabled or not worth_trying(source) or resident_bytes() > MAX_RESIDENT:
            self.text = ""
            self.changed()
            return
        read, write = os.pipe()
        try:
            child = _fork()
            if not child:
                _answer(self.session, source, write)
        except OSError:  # no more processes, or no memory for one
            os.close(read)
            raise
        finally:
            os.close(write)
        self._child, self._pipe = child, read
        self._loop.add_reader(read, self._arrived)

    def _read_answer(self) -> None:
        answer = os.read(self._pipe, 4096)
        self._close()
        self.text = answer.decode(errors="replace")
        self._reap()
        self.changed()

    def _stop(self) -> None:
        if self._child:
            os.kill(self._child, signal.SIGKILL)
            self._close()

    def _close(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._pipe)
        os.close(self._pipe)
        self._ended.append(self._child)
        self._child, self._pipe = 0, -1

    def _reap(self) -> None:
        """Let the system forget the copies that have ended, without waiting for one that is about to."""
        self._ended = [child for child in self._ended if not _has_ended(child)]


def _has_ended(child: int) -> bool:
    try:
        return os.waitpid(child, os.WNOHANG)[0] != 0
    except ChildProcessError:  # whoever started us has told the system to forget them at once
        return True


def _fork() -> int:
    """A copy of the process, in which Ctrl-C is nobody's concern from its first moment on. Raises OSError."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        with warnings.catch_warnings():
            # About locks that other threads may hold. Whatever the copy waits for, its timer ends it.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
    except BaseException:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))
        raise
    if child:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))
    return child


def worth_trying(source: str) -> bool:
    """Whether a text is a program and not a command, an unfinished line or nothing."""
    if not source or source.startswith(":") or len(source) > MAX_SOURCE:
        return False
    try:
        return bool(parse(source).body)
    except (SyntaxError, RecursionError, MemoryError):
        return False


def _answer(session: Session, source: str, pipe: int) -> None:
    """In the copy: run the text, write what it gave into the pipe, and end."""
    try:
        gc.disable()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):  # what a library has to say is not for the screen
            os.dup2(nowhere, stream)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # which ends the process
        signal.setitimer(signal.ITIMER_REAL, BUDGET)
        os.write(pipe, outcome(session, source).encode(errors="replace")[:4096])
    finally:
        os._exit(0)


def outcome(session: Session, source: str) -> str:
    """Run a text and say in one line what came of it. This has all the effects that the text has."""
    events: list[Event] = []
    session.run(source, events.append)
    for event in reversed(events):
        if isinstance(event, Failed):
            return _error(event, session, source)
        if isinstance(event, Value):
            return description(event.value)
        if isinstance(event, Gradients):
            return ", ".join(f"{name}.grad {description(leaf.grad)}" for name, leaf in event.leaves)
    last = parse(source).body[-1]
    targets = last.targets if isinstance(last, ast.Assign) else [last.target] if isinstance(last, _TARGETED) else []
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return ", ".join(f"{name}: {description(session.variables.get(name))}" for name in names)


_TARGETED = (ast.AugAssign, ast.AnnAssign)


def _error(event: Failed, session: Session, source: str) -> str:
    """The error, unless it is that a name at the end of the line is not finished."""
    if event.type in ("NameError", "AttributeError"):
        name = dotted(source)[-1]
        known = is_attributes_beginning(name) if event.type == "AttributeError" else is_beginning(session, name)
        if name and known and f"'{name}'" in event.message:
            return ""
    return _cut(f"{event.type}: {event.message}")


#: Types that don't stand in the text of their values.
_NAMED = frozenset({int, float, complex, str, list, tuple, dict, set})


def description(value: Any) -> str:
    """A tensor's shape, dtype and grad_fn; the text of anything else. One line, escaped."""
    if not isinstance(value, Tensor):
        if isinstance(value, (tuple, list)) and value and all(isinstance(item, Tensor) for item in value):
            return _cut("(" + ", ".join(description(item) for item in value[:4]) + (", ...)" if value[4:] else ")"))
        kind = type(value)
        return _cut(f"{kind.__name__} {to_repr(value)}" if kind in _NAMED else to_repr(value))
    text = f"{value.dtype.name} {list(value.array.shape)}"
    if value.grad_fn is not None:
        return f"{text} {escape_line(shown_name(value.grad_fn))}"
    return f"{text} requires_grad" if value.requires_grad else text


def _cut(text: str) -> str:
    text = escape_line(" ".join(text.split()))
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 3] + "..."
