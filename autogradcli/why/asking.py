"""A question about a program: it is run again in a session of its own, and what is known is asked."""

from __future__ import annotations

from collections.abc import Callable

from ..engine.tensor import Tensor
from ..events import Event, Failed
from ..recorded import inside
from ..session import Session
from ..tensor_names import named_tensors
from .errors import why_failed
from .gradients import why
from .inquiry import Inquiry, Ran, Why
from .lineage import Lineage
from .surprises import surprises

#: Surprises that a reader of a whole program is told of, the worst first.
_SURPRISES = ("nan", "inf", "none", "zero", "hook", "data", "shapes", "number", "digits", "norms", "sum")


class Question:
    """``fresh`` makes the session that the program begins in. What is run is ``made`` of the text that the user knows,
    with the same lines; ``numbered``: whether the user knows these by numbers."""

    def __init__(
        self, text: str, fresh: Callable[[], Session], made: Callable[[str], str] = str, numbered: bool = True
    ) -> None:
        self._fresh = fresh
        self._made = made
        self.session = session = fresh()
        recording = Lineage(session.variables)
        session.state.trace(recording)
        try:
            self.failure = _run(session, made(text))
        finally:
            session.state.trace(None)
        named = dict(named_tensors({name: v for name, v in session.variables.items() if name != "_"}))
        self.inquiry = Inquiry(text, recording, named, self.failure, self._again, numbered)

    def _again(self, text: str) -> Ran:
        session = self._fresh()
        failure = _run(session, self._made(text))
        return Ran(session.variables, failure)

    def about(self, name: str) -> Why:
        """``NAME.grad``. Raises ValueError for a name that is no tensor's."""
        found: list[Why] = []
        inside(self.session, lambda: found.append(why(self.inquiry, name.removesuffix(".grad"))))
        return found[0]

    def at_all(self) -> Why | None:
        """The error that ended the program, or its first surprise; None where there is neither."""
        found: list[Why | None] = []
        inside(self.session, lambda: found.append(self._at_all()))
        return found[0]

    def _at_all(self) -> Why | None:
        if self.failure is not None:
            return why_failed(self.inquiry, self.failure)
        inquiry = self.inquiry
        seen: list[Why] = []
        for name in inquiry.leaves():
            tensor = inquiry.named[name]
            if _strange(tensor) and (inquiry.recording.passes or tensor.grad is not None):
                seen.append(why(inquiry, name))
            seen += surprises(inquiry, name)
        seen = [found for found in seen if found.kind in _SURPRISES]
        return min(seen, key=lambda found: _SURPRISES.index(found.kind), default=None)


def _strange(tensor: Tensor) -> bool:
    """Whether a leaf's gradient is None, not finite or zero."""
    if tensor.grad is None:
        return True
    array = tensor.grad.array
    return not array.any() or bool((array - array).any() or (array != array).any())


def _run(session: Session, text: str) -> Failed | None:
    failures: list[Failed] = []

    def keep(event: Event) -> None:
        if isinstance(event, Failed):
            if event.type == "KeyboardInterrupt":
                raise KeyboardInterrupt
            failures.append(event)

    session.run(text, keep)
    return failures[0] if failures else None
