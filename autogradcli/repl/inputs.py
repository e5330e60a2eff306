"""One input at the prompt, a command or a program, run and noted for ``:transcript``."""

from __future__ import annotations

from ..show.errors import plain_error_text
from .commands.prompt import Prompt
from .commands.table import CommandError, dispatch
from .interruptible import Failure
from .transcript import Heard


def run_command(prompt: Prompt, line: str) -> None:
    """Run a line that begins with a colon; what is wrong with it is shown."""
    prompt.transcript.begin_command()
    try:
        dispatch(prompt, line)
    except CommandError as error:
        prompt.err.raw(plain_error_text(line.split()[0], str(error), prompt.err))
    except Failure as failure:
        prompt.show_failure(failure.event)
    finally:
        prompt.transcript.end_command(line)


def run_program(prompt: Prompt, text: str, first_line: int) -> None:
    """Run a program and show it."""
    heard = Heard(prompt.display())
    try:
        heard.outcome = prompt.evaluate(text, heard, first_line=first_line, blocks=True)
    finally:
        prompt.transcript.add(text, heard)
    prompt.draws.note()
