"""Running the examples of ``:help``, each in order in one session of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...events import Event, Failed, Printed, Value
from ...language.values.text_format import to_repr
from ...session import Session
from .texts import SETUP

#: Seconds that an example may take.
DEADLINE = 1.0


def shown(sources: Sequence[str], prepare: str = "") -> Iterator[tuple[bool, str]]:
    """Of each example whether it ended well, and what it printed and showed, or how it failed."""
    session = Session(seed=0, deadline_seconds=DEADLINE)
    session.run(SETUP + prepare, lambda event: None)
    for source in sources:
        events: list[Event] = []
        ok = session.run(source, events.append)
        texts = []
        for event in events:
            if isinstance(event, Printed):
                texts.append(event.text)
            elif isinstance(event, Value):
                texts.append(to_repr(event.value) + "\n")
            elif isinstance(event, Failed):
                texts.append(f"{event.type}: {event.message}\n")
        yield ok, "".join(texts).rstrip("\n")
