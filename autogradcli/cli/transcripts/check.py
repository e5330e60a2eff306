"""Transcripts: texts with ``>>> `` prompts and what was shown, as in docstrings and papers.

    >>> x = torch.tensor([1., 2.])
    >>> x * 2
    tensor([2., 4.])

What is expected ends at an empty line, at the next prompt, at the end of a code block (```) and, in a Python file, at
the end of the string that it stands in. As in Python's doctest, ``...`` stands for any text, ``<BLANKLINE>`` for an
empty line, of a ``Traceback`` only the last words count, and comments set options. Addresses of objects always agree.
The lines ``x.grad = ...`` that the prompt shows after a ``backward()`` may stand there or not. A command of the prompt
is run where it changes the session; what it shows is not compared. All examples of a file share one session.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from ...numerics import dtypes
from ...session import Session
from ...show.transcript_text import BEGAN, Shown
from . import docstrings
from .agreement import agree
from .examples import Example, examples
from .flags import DEFAULT, Flags, flags_of

if TYPE_CHECKING:
    from .console import Console

#: Commands of the prompt on which later examples may depend. No other is run: some write files, some wait for keys.
CHANGING = frozenset({":no_grad", ":dtype", ":seed", ":undo", ":redo", ":reset", ":zero_grad", ":load", ":set"})


class Checked(NamedTuple):
    """A transcript after its examples ran: the text as it should be, how many examples, and which differ.

    ``broken``: as it should be, a Python file would be another program, since something that was shown ends the string
    that it would stand in. ``skipped``: examples that say so. ``notes``: lines of console blocks that were not run,
    each with the reason.
    """

    text: str
    broken: bool
    examples: int
    differing: list[int]
    skipped: int = 0
    notes: tuple[str, ...] = ()


class OptionError(ValueError):
    """An example's comment asks for what doctest doesn't have."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")


def check(text: str, session: Session, tolerance: float, console: Console | None = None) -> Checked:
    """Run the examples of a text, those of console blocks by ``console``. Raises OptionError, KeyboardInterrupt."""
    read = docstrings.read(text)
    lines = read.lines
    made: list[str] = []
    differing: list[int] = []
    notes: list[str] = []
    found = list(examples(read))
    player = Player(session, found)
    at = count = skipped = 0
    for example in found:
        flags = _flags(example)
        wanted = "\n".join([line[len(example.indent) :].rstrip() for line in lines[example.first : example.last]])
        made += lines[at : example.first]
        at = example.last
        texts: list[str] | None = None
        if example.console:
            if console is None:
                texts = [wanted]
                count -= 1
            else:
                got, reason = console.run(example.source)
                if reason:
                    notes.append(f"line {example.line} is not run: {reason}")
                    count -= 1
                texts = None if reason else [got]
        elif flags.skip:
            skipped += 1
        else:
            texts = player.run(example)
        count += 1
        if texts is None or any(agree(wanted, text, tolerance, flags) for text in texts):
            made += lines[example.first : example.last]
            continue
        differing.append(example.line)
        made += [(example.indent + line).rstrip() for line in texts[0].split("\n")] if texts[0] else []
        if flags.fail_fast:
            break
    new = docstrings.joined([*made, *lines[at:]])
    broken = read.tree is not None and not docstrings.same_program(read.tree, new)
    return Checked(new, broken, count, differing, skipped, tuple(notes))


def _flags(example: Example) -> Flags:
    if example.console:
        return DEFAULT
    try:
        return flags_of(example.source)
    except ValueError as error:
        raise OptionError(example.line, str(error)) from None


def _is_command(example: Example) -> bool:
    return not example.console and example.source.startswith(":")


class Player:
    """Runs a text's examples in one session, at a prompt without a terminal where there are commands among them."""

    def __init__(self, session: Session, found: list[Example]) -> None:
        self.session = session
        for example in found[:1]:
            begin(session, example.source)
        self.prompt: Any = None
        if any(map(_is_command, found)):
            from ...repl.headless import headless

            self.prompt = headless(session)

    def run(self, example: Example) -> list[str] | None:
        """What an example shows, as it stands in a transcript: once as PyTorch shows it, and once with the gradients
        that the prompt adds. None for a command, which shows what it likes."""
        shown = Shown()
        if self.prompt is None:
            self.session.run(example.source, shown.show, first_line=example.line, blocks=True)
        elif _is_command(example):
            self.prompt.command(example.source.strip(), CHANGING)
            return None
        else:
            self.prompt.program(example.source.removesuffix("\n"), shown.show, example.line)
        if shown.interrupted:
            raise KeyboardInterrupt
        return [shown.text(gradients=False), shown.text()]


def begin(session: Session, source: str) -> None:
    """Where an example says with which options its session began, begin so."""
    words = source.removeprefix(BEGAN).split() if source.startswith(BEGAN) else []
    lines = ["torch.set_grad_enabled(False)"] if "--no-grad" in words else []
    for option, value in pairwise(words):
        if option == "--seed" and value.removeprefix("-").isdecimal():
            lines.append(f"torch.manual_seed({int(value)})")
        elif option == "--dtype" and value in dtypes.NAMES:
            lines.append(f"torch.set_default_dtype(torch.{value})")
    session.run("\n".join(lines), lambda event: None, echo=False)
