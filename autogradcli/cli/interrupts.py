"""Ctrl-C in a process of our own: exit code 130 within a second, whatever the process is doing.

There are three stages. While modules are imported, and when the work is done, there is nothing to tidy up: the
handler ends the process (``end_at_once``). While programs run and files are read it raises KeyboardInterrupt, so that
the end of a program is shown and no file is left half written (``unwind``). And should nothing come of that within
PATIENCE seconds, because the process is in a long call of NumPy's, a thread ends it; the system tells it of the signal
through a pipe, without the interpreter's help.

A worker of a batch and the prompt have handlers of their own. Ignored signals (``nohup``) stay ignored.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # quicker than signal, which makes enumerations
import os
import sys
from _thread import start_new_thread
from time import sleep
from typing import TYPE_CHECKING, Any, NoReturn

from .exits import INTERRUPTED

if TYPE_CHECKING:
    from types import FrameType

#: Seconds that the process has for an orderly end.
PATIENCE = 0.6
#: Seconds after which an interrupt that got lost in a destructor is raised again.
AGAIN = 0.02


def _end(number: int, frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)


class _Heard:
    """Whether an interrupt was raised already: a second one must not fall into the middle of tidying up."""

    once = False


def _raise(number: int, frame: FrameType | None) -> None:
    if not _Heard.once:
        _Heard.once = True
        raise KeyboardInterrupt


def _raise_again(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _handle(handler: Any) -> bool:
    try:
        if _signal.getsignal(_signal.SIGINT) == _signal.SIG_IGN:
            return False
        _signal.signal(_signal.SIGINT, handler)
    except ValueError:  # not the main thread
        return False
    return True


def end_at_once() -> None:
    """From now on an interrupt ends the process: there is nothing to tidy up."""
    _handle(_end)


def leave(code: int) -> NoReturn:
    """End the process, which is ours, with this exit code.

    Where only commands ran, that is at once: what lives is not taken apart object by object, which may take seconds,
    nor is a computation waited for that nobody wants any more, and no interrupt can fall into the interpreter's end.
    """
    if "autogradcli.repl.app" in sys.modules and not computing():
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # its reader has gone, or it was closed from the beginning
            continue
    os._exit(code)


def computing() -> bool:
    """Whether a thread still computes what an interrupt has made superfluous."""
    away = sys.modules.get("autogradcli.numerics.away")
    return away is not None and away.threads.alive > 0


def leave_alone() -> None:
    """From now on an interrupt is Python's own affair, until the prompt says what it is."""
    _handle(_signal.default_int_handler)


def unwind(*, insist: bool = True) -> None:
    """From now on an interrupt raises KeyboardInterrupt, and with ``insist`` ends the process if that does not.

    Without ``insist`` no thread is started, which a process that forks should not have.
    """
    if not _handle(_raise):
        return
    sys.unraisablehook = _unraisable
    if insist:
        reads, writes = os.pipe()
        os.set_blocking(writes, False)
        _signal.set_wakeup_fd(writes)
        start_new_thread(_watch, (reads,))


def _watch(reads: int) -> None:
    """The thread."""
    while _signal.SIGINT not in os.read(reads, 64):
        pass
    sleep(PATIENCE)
    os._exit(INTERRUPTED)  # what was written has been flushed


def _unraisable(problem: Any) -> None:
    """An error in a destructor is told, by Python, and forgotten. An interrupt must be neither."""
    if problem.exc_type is not KeyboardInterrupt or not hasattr(_signal, "setitimer"):
        sys.__unraisablehook__(problem)
        return
    _signal.signal(_signal.SIGALRM, _raise_again)
    _signal.setitimer(_signal.ITIMER_REAL, AGAIN)
