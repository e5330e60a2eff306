"""What was typed and what it showed, for ``:transcript``: a text that ``autogradcli check-transcript`` agrees with.

What a program shows is kept as a transcript has it, whatever the format on the screen; a command's text as it stood
there. An input that was interrupted left no trace in the session, and is marked as one to skip.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..events import Event
from ..session import Session
from ..show.plain import Display
from ..show.stream import Stream
from ..show.transcript_text import BEGAN, MORE, PROMPT, Shown, expected, typed
from .interruptible import Outcome, quietly

#: Characters that are kept, the oldest inputs going first.
MOST = 1 << 23
SKIP = "# doctest: +SKIP"
#: What stands where the beginning is missing, or can't be had again: from there on nothing would be as it was.
LOST = "(What follows can't be run again by itself: {}.)\n"
_COLOURS = re.compile("\x1b\\[[0-9;]*m")


class Entry(NamedTuple):
    """One input and what it showed. ``skip``: it is not to be run again; ``lost``: why nothing after it can be."""

    source: str
    shown: str
    skip: bool = False
    lost: str = ""


class Heard(Display):
    """A display before which another hears what is shown, for the transcript."""

    __slots__ = ("display", "outcome", "shown")

    def __init__(self, display: Display) -> None:
        super().__init__(display.out)
        self.display = display
        self.shown = Shown()
        self.outcome: Outcome | None = None
        """How the run ended; None while it hasn't, or where it could not be shown."""

    def show(self, event: Event) -> None:
        self.shown.show(event)
        self.display.show(event)

    def end(self, ok: bool, seconds: float) -> None:
        self.display.end(ok, seconds)

    @property
    def skip(self) -> bool:
        return self.outcome is None or self.outcome.interrupted

    @property
    def lost(self) -> str:
        if self.outcome is None:
            return "an input before it could not be shown"
        return "" if self.outcome.put_back else "an interrupted input could not be taken back"


class Draws:
    """Whether random numbers were drawn that came from the seed with which a session began."""

    def __init__(self, session: Session, seed: int) -> None:
        self._session = session
        self._seed = seed
        self._state = self._look()[1]
        self.drawn = False

    def _look(self) -> tuple[int, bytes]:
        [found] = quietly(self._session, "torch.initial_seed(), torch.get_rng_state()")
        return found[0], found[1].array.tobytes()

    def note(self) -> None:
        """To be called after each program."""
        if not self.drawn:
            seed, state = self._look()
            self.drawn = seed == self._seed and state != self._state
            self._state = state


class Recorded(Stream):
    """A stream that tells a transcript of what a command writes."""

    __slots__ = ("_kept",)

    def __init__(self, stream: Stream, kept: Transcript) -> None:
        super().__init__(stream.file)
        self.always_escape, self.colour, self.digits = stream.always_escape, stream.colour, stream.digits
        self._kept = kept

    def raw(self, text: str) -> None:
        super().raw(text)
        self._kept.heard(text)


class Transcript:
    """The inputs of one prompt."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._size = 0
        self._truncated = False
        self._pieces: list[str] | None = None

    def heard(self, text: str) -> None:
        """Take note of what a command writes."""
        if self._pieces is not None:
            self._pieces.append(text)

    def begin_command(self) -> None:
        self._pieces = []

    def end_command(self, line: str) -> None:
        shown = _COLOURS.sub("", "".join(self._pieces or ()))
        self._pieces = None
        self._add(Entry(line, expected(shown) if shown.strip() else ""))

    def add(self, source: str, heard: Heard) -> None:
        """A program and what it showed."""
        self._add(Entry(source, heard.shown.text(), heard.skip, heard.lost))

    def _add(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._size += len(entry.source) + len(entry.shown)
        while self._size > MOST and len(self._entries) > 1:
            gone = self._entries.pop(0)
            self._size -= len(gone.source) + len(gone.shown)
            self._truncated = True

    def text(self, options: str = "", lost: str = "") -> str:
        """The whole, line end included, without the commands that wrote it.

        ``options`` are those of the command line with which the session began; ``lost`` says why it can't begin so.
        """
        parts = [f"{PROMPT} {BEGAN}{options}\n"] if options else []
        lost = lost or ("its beginning is too long ago" if self._truncated else "")
        if lost:
            parts.append("\n" + LOST.format(lost) + "\n")
        for source, shown, skip, after in self._entries:
            lines = typed(source)
            if skip or (lost and not source.startswith(":")):
                lines = f"{PROMPT} {SKIP}\n{MORE}" + lines.removeprefix(PROMPT)
            parts.append(lines + "\n" + (f"{shown}\n" if shown else ""))
            if after and not lost:
                lost = after
                parts.append("\n" + LOST.format(lost) + "\n")
        return "".join(parts)
