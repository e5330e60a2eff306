"""Contexts that wait for an error: ``assertRaises`` of unittest, ``raises`` of pytest."""

from __future__ import annotations

from typing import Any

from ...api.calls.registry import Property, attributes_of
from ...engine.modes import ContextMode
from ...numerics.naming import shown_as
from ..values.budget import UNCATCHABLE, budget
from ..values.foreign import entering
from ..values.text_format import to_str

_SPECIAL = frozenset("\\^$*+?{}[]|()")


@shown_as("unittest.case._AssertRaisesContext")
class Expecting(ContextMode):
    """Ends quietly with an error of a class, which is its ``exception`` then. Raises AssertionError where none comes,
    or where its text has not in it what is wanted."""

    __slots__ = ("depth", "error", "kinds", "text", "words")

    def __init__(self, kinds: Any, text: Any = None, words: str = "{} not raised") -> None:
        wanted = kinds if type(kinds) is tuple else (kinds,)
        if not all(isinstance(kind, type) and issubclass(kind, BaseException) for kind in wanted):
            raise TypeError("what is expected is an exception class, or a tuple of them")
        if text is not None and type(text) is not str:
            raise TypeError("what its text is to have in it is a text")
        plain = (text or "").replace("\\", "") if text is not None else None
        if text is not None and any(c in _SPECIAL for c in _unescaped(text)):
            raise NotImplementedError("patterns aren't here: give a part of the message, letter by letter")
        self.kinds, self.text, self.words = wanted, plain, words
        self.depth = 0
        self.error: BaseException | None = None

    def __enter__(self) -> Expecting:
        self.depth = budget.depth
        return self

    def __exit__(self, *problem: object) -> Any:
        error = problem[1]
        names = ", ".join(kind.__name__ for kind in self.kinds)
        if error is None:
            raise AssertionError(self.words.format(names))
        if not isinstance(error, BaseException) or isinstance(error, UNCATCHABLE) or not isinstance(error, self.kinds):
            return False
        budget.depth = self.depth
        self.error = entering(error)
        if self.text is not None and self.text not in to_str(self.error):
            raise AssertionError(f"{self.text!r} is not in {to_str(self.error)!r}")
        return True

    def __call__(self, function: Any) -> Any:
        raise TypeError("what waits for an error stands in a with")


def _unescaped(text: str) -> str:
    """A pattern without what is taken letter by letter in it, a point among that."""
    kept, at = [], 0
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text) and not text[at + 1].isalnum():
            at += 2
            continue
        kept.append(text[at])
        at += 1
    return "".join(kept)


attributes_of(Expecting)["exception"] = Property(lambda context: context.error)
attributes_of(Expecting)["value"] = Property(lambda context: context.error)
attributes_of(Expecting)["type"] = Property(lambda context: type(context.error))
