"""What a line would give, while it is typed: its shape, dtype and grad_fn, or its error.

The line is run, in a copy of the process (``copies.py``). Where the system can't copy one there is no preview.
"""

from __future__ import annotations

import ast
import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any

from ..api.tensor.tensor_repr import shown_name
from ..engine.tensor import Parameter, Tensor
from ..events import Event, Failed, Gradients, Value
from ..language.read.syntax import parse
from ..language.values.text_format import to_repr
from ..numerics.away import threads
from ..session import Session
from ..show.escape import escape_line
from .copies import AVAILABLE, begin, possible
from .guard import Guard
from .name_search import dotted, is_attributes_beginning, is_beginning

#: Seconds that a preview may take, the copying included.
BUDGET = 0.020
#: Seconds after which a preview is asked for again that could not be begun.
RETRY = 0.1
#: The longest text that is previewed, and what is shown of a value or a message.
MAX_SOURCE = 4000
MAX_TEXT = 200


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
            # What was interrupted still computes.
            self.text = ""
            self._scheduled = True
            self._loop.call_later(RETRY, self._ask)
            return
        self._stop()
        self._asked = source
        if not (self.enabled and worth_trying(source) and possible()):
            self.text = ""
            self.changed()
            return
        self._child, self._pipe = begin(lambda: outcome(self.session, source), BUDGET)
        self._loop.add_reader(self._pipe, self._arrived)

    def _read_answer(self) -> None:
        answer = os.read(self._pipe, 4096)  # a line, which is written in one piece
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


def worth_trying(source: str) -> bool:
    """Whether a text is a program and not a command, an unfinished line or nothing."""
    if not source or source.startswith(":") or len(source) > MAX_SOURCE:
        return False
    try:
        return bool(parse(source).body)
    except (SyntaxError, RecursionError, MemoryError):
        return False


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
    """A tensor's number if it is one, its shape, dtype and grad_fn; the text of anything else. One line, escaped."""
    if not isinstance(value, Tensor):
        if isinstance(value, (tuple, list)) and value and all(isinstance(item, Tensor) for item in value):
            return _cut("(" + ", ".join(description(item) for item in value[:4]) + (", ...)" if value[4:] else ")"))
        kind = type(value)
        return _cut(f"{kind.__name__} {to_repr(value)}" if kind in _NAMED else to_repr(value))
    text = f"{value.dtype.name} {list(value.array.shape)}"
    if value.array.ndim == 0 and type(value) in _WITH_NUMBERS:
        text = f"{_number(value)}  {text}"
    if value.grad_fn is not None:
        return f"{text} {escape_line(shown_name(value.grad_fn))}"
    return f"{text} requires_grad" if value.requires_grad else text


#: Classes of tensors that have numbers, as those of the meta device have not.
_WITH_NUMBERS = (Tensor, Parameter)


def _number(value: Tensor) -> str:
    """The number of a scalar, as short as it says which one it is among those of its dtype."""
    return str(value.array[()])


def _cut(text: str) -> str:
    text = escape_line(" ".join(text.split()))
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 3] + "..."
