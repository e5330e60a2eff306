"""Which errors more can be said of, once the program was run again; and how that becomes their hint."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..events import Failed

if TYPE_CHECKING:
    from ..session import Session

#: Words in the messages of errors that ``errors.py`` has an answer to.
KNOWN = (
    "element 0 of tensors does not require grad",
    "Trying to backward through the graph a second time",
    "modified by an inplace operation",
    "appears to not have been used in the graph",
    "has no attribute",
    "Mismatch in shape",
    "grad can be implicitly created only for scalar outputs",
    "dtype",
    "a leaf Variable that requires grad is being used in an in-place operation",
)
#: Seconds that a program may have taken, so that nobody waits for its hint.
QUICK = 0.5


def is_known(event: Failed, seconds: float) -> bool:
    """Whether it is worth the time to run a program again that ended so after so many seconds."""
    return seconds < QUICK and any(words in event.message for words in KNOWN)


def explained(event: Failed, text: str, fresh: Callable[[], Session], numbered: bool = True) -> Failed:
    """The error with a hint that names the line and the variable, where these are known."""
    from .asking import Question
    from .lines import one_a_line

    apart = one_a_line(text)
    question = Question(apart, fresh, numbered=numbered and apart == text)
    failure = question.failure
    if failure is None or (failure.type, failure.message) != (event.type, event.message):
        return event  # it doesn't fail the same way twice
    found = question.at_all()
    if found is None:
        return event
    lines = [found.text[0] + (f"; {found.text[1]}" if found.text[1:] else "")]
    if found.path.count(" -> ") + found.path.count(" -x- ") > 1:
        lines.append(f"      {found.path}")
    return event._replace(hint="\n".join(lines))
