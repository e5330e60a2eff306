"""What becomes of the figures of a program: text in a terminal, files in a folder, or a note of what to type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..events import Drawn
from .escape import escape_line
from .stream import CYAN, Stream, terminal_size

#: Columns and lines of a picture where the terminal doesn't say.
_COLUMNS, _LINES = 80, 25
#: Characters that Matplotlib's words are cut to.
_LONGEST = 200

#: What a prompt says of pictures that would need a folder.
IN_A_FOLDER = "a program that `autogradcli run --plots DIR` runs is drawn into a folder"


class Plots:
    """``write`` puts bytes into a file of a name in the folder for pictures; None where there is no such folder.
    ``advice`` is what to type for one."""

    def __init__(self, out: Stream, err: Stream, write: Callable[[str, bytes], None] | None, advice: str) -> None:
        self.out, self.err = out, err
        self.write = write
        self.advice = advice
        self._count = 0
        self._noted = False

    def show(self, event: Drawn) -> None:
        """Show or write; what goes wrong is said in a note, since the program could not know."""
        try:
            if event.file:
                self._save(event.figures, event.file)
            elif self.write is not None:
                for figure in event.figures:
                    self._count += 1
                    self._save((figure,), f"figure-{self._count}.png")
            elif self.out.terminal:
                self._draw(event)
        except (ValueError, OSError) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self._note(f"the figure of line {event.line}: {said[:_LONGEST]}")

    def _draw(self, event: Drawn) -> None:
        from .pictures.output import MissingError, figure_as_text

        columns, lines = terminal_size(_COLUMNS, _LINES)
        for figure in event.figures:
            try:
                self.out.raw(figure_as_text(figure, columns, lines - 2, self.out.colour))
            except MissingError as error:
                self._note_once(str(error))

    def _save(self, figures: Sequence[Any], file: str) -> None:
        if self.write is None:
            self._note_once(f"{file} is not written: {self.advice}")
            return
        from .pictures.output import MissingError, figures_as_file

        try:
            self.write(file, figures_as_file(figures, file.rpartition(".")[2].lower()))
        except MissingError as error:
            self._note_once(f"{file} is not written: {error}")

    def _note_once(self, text: str) -> None:
        if not self._noted:
            self._noted = True
            self._note(text)

    def _note(self, text: str) -> None:
        self.err.raw(self.err.style("note:", CYAN) + f" {escape_line(text)}\n")
