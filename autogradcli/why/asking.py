"""A question about a program: it is run again in a session of its own, and what is known is asked."""

from __future__ import annotations

from collections.abc import Callable

from ..engine.tensor import Tensor
from ..events import Emit, Event, Failed
from ..explain.recording import MOST_OPERATIONS
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
#: How many of them are told, where all are asked for.
_MOST = 3


class Question:
    """``fresh`` makes the session that the program begins in. What is run is ``made`` of the text that the user knows,
    with the same lines; ``numbered``: whether the user knows these by numbers. ``emit`` gets the events of the first
    run, with values of bare expressions if ``echo``."""

    def __init__(
        self,
        text: str,
        fresh: Callable[[], Session],
        made: Callable[[str], str] = str,
        numbered: bool = True,
        emit: Emit | None = None,
        echo: bool = True,
    ) -> None:
        self._fresh = fresh
        self._made = made
        self.session = session = fresh()
        recording = Lineage(session.variables)
        session.state.trace(recording)
        try:
            self.failure = _run(session, made(text), emit, echo)
        finally:
            session.state.trace(None)
        self._full = recording.full
        named = dict(named_tensors({name: v for name, v in session.variables.items() if name != "_"}))
        self.inquiry = Inquiry(text, recording, named, self.failure, self._again, numbered)

    def _again(self, text: str) -> Ran:
        session = self._fresh()
        failure = _run(session, self._made(text))
        return Ran(session.variables, failure)

    def about(self, name: str) -> Why:
        """``NAME.grad``. Raises ValueError for a name that is no tensor's."""
        found: list[Why] = []
        self._check()
        inside(self.session, lambda: found.append(why(self.inquiry, name.removesuffix(".grad"))))
        return found[0]

    def _check(self) -> None:
        if self._full:
            raise ValueError(f"the program takes more than {MOST_OPERATIONS:,} operations: too many to be written down")

    def at_all(self) -> Why | None:
        """The error that ended the program, or its first surprise; None where there is neither. Raises ValueError for a
        program that is too long."""
        return next(iter(self.answers(1)), None)

    def answers(self, most: int = _MOST) -> list[Why]:
        """What is known of the error that ended the program, or else of what is surprising in it: at most so many
        surprises, the worst first, of each cause one. Raises ValueError for a program that is too long."""
        self._check()
        found: list[Why] = []
        inside(self.session, lambda: found.extend(self._answers(most)))
        return found

    def _answers(self, most: int) -> list[Why]:
        if self.failure is not None:
            known = why_failed(self.inquiry, self.failure)
            return [] if known is None else [known]
        inquiry = self.inquiry
        seen: list[Why] = []
        for name in inquiry.leaves():
            tensor = inquiry.named[name]
            if tensor.grad is None and (inquiry.arrivals(name) or not inquiry.recording.passes):
                continue  # it was taken away on purpose, as zero_grad() does, or nobody asked for it
            seen += [why(inquiry, name)] if _strange(tensor) else surprises(inquiry, name)
        causes: dict[tuple[str, int], Why] = {}
        for found in seen:
            if found.kind in _SURPRISES:
                causes.setdefault((found.kind, found.line), found)
        return sorted(causes.values(), key=lambda found: _SURPRISES.index(found.kind))[:most]


def _strange(tensor: Tensor) -> bool:
    """Whether a leaf's gradient is None, not finite or zero."""
    if tensor.grad is None:
        return True
    array = tensor.grad.array
    return not array.any() or bool((array - array).any() or (array != array).any())


def _run(session: Session, text: str, emit: Emit | None = None, echo: bool = True) -> Failed | None:
    failures: list[Failed] = []

    def keep(event: Event) -> None:
        if emit is not None:
            emit(event)
        if isinstance(event, Failed):
            if event.type == "KeyboardInterrupt":
                raise KeyboardInterrupt
            failures.append(event)

    session.run(text, keep, echo=echo)
    return failures[0] if failures else None
