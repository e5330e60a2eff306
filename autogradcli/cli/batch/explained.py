"""``run --why``: a program is written down as it runs, and after it what is known of it is shown."""

from __future__ import annotations

from collections.abc import Callable

from ...session import Session
from ...show.errors import plain_error_text
from ...show.plain import Display
from ...show.stream import Stream
from ...why.asking import Question


def run_explained(text: str, fresh: Callable[[], Session], display: Display, err: Stream, *, echo: bool) -> bool:
    """Run a program and show it, then where its error comes from, or why gradients are NaN, infinite, 0 or None.

    Raises KeyboardInterrupt if that is what ended it. ``fresh`` makes the session, always with the same seed.
    """
    question = Question(text, fresh, emit=display.show, echo=echo)
    try:
        found = question.answers()
    except ValueError as error:  # too many operations were made
        err.raw(plain_error_text("--why", str(error), err))
        found = []
    for why in found:
        display.answer(why)
    return question.failure is None
