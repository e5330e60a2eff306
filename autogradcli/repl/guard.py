"""What goes wrong in the prompt itself costs no session: the boundary around its own readings, and the words for it.

While a line is typed the prompt asks much of the session: names to complete, kinds of names to colour, signatures,
previews, the history's file. None of these is worth a variable. Each goes through ``Guard.wrap``: whatever it raises is
kept as one line, to be shown before the next prompt, and its place is taken by something harmless.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from ..language.values.text_format import to_str
from ..show.escape import escape_line
from ..show.stream import StreamClosed

P = ParamSpec("P")
T = TypeVar("T")

#: Characters of an error's text in such a line.
MAX_TEXT = 300


class Guard:
    """Keeps what the prompt could not do, each thing once until it is told."""

    def __init__(self) -> None:
        self._failed: dict[str, str] = {}
        self._told: set[str] = set()

    def wrap(self, what: str, reading: Callable[P, T], otherwise: T) -> Callable[P, T]:
        """``reading``, which gives ``otherwise`` where it fails. ``what`` names it in ``... failed: ...``."""

        @wraps(reading)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return reading(*args, **kwargs)
            except StreamClosed:
                raise
            except BaseException as error:
                self.note(what, error)
                return otherwise

        return guarded

    @contextmanager
    def over_the_screen(self) -> Iterator[None]:
        """Python itself writes nothing there: no warning of a library's, and nothing about what fails while a value is
        released. That is noted; an alarm that comes up there comes again."""

        def keep(failed: sys.UnraisableHookArgs) -> None:
            if failed.exc_value is not None and not isinstance(failed.exc_value, KeyboardInterrupt):
                self.note("releasing a value", failed.exc_value)

        before, sys.unraisablehook = sys.unraisablehook, keep
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        finally:
            sys.unraisablehook = before

    def note(self, what: str, error: BaseException) -> None:
        """Something failed that nobody waits for."""
        if what not in self._told:
            self._failed.setdefault(what, said(error))

    def news(self) -> dict[str, str]:
        """What failed since the last time, and by what: each thing once in the life of a prompt."""
        news, self._failed = self._failed, {}
        self._told.update(news)
        return news


def said(error: BaseException) -> str:
    """``ValueError: its message``, in one escaped line. Raises nothing, whatever the error holds."""
    text = message(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def message(error: BaseException) -> str:
    """The same without the type."""
    try:
        return escape_line(" ".join(to_str(error).split())[:MAX_TEXT])
    except BaseException as another:
        return f"(an error whose text can't be made: {type(another).__name__})"
