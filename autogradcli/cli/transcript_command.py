"""``autogradcli check-transcript``: do the examples of a text still show what it says?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ..show.errors import plain_error_text
from ..show.escape import escape_line
from .environment import Environment, UnreadableError
from .exits import FAILED, OK
from .options import Positive, environment, session_options
from .request import Settings

if TYPE_CHECKING:
    from ..session import Session
    from .transcripts.check import Checked
    from .transcripts.console import Console

#: What a folder stands for: the texts in it and in its folders.
ENDINGS = (".md", ".rst", ".txt", ".py")
#: Lines of console blocks that were not run, of which the reason is said.
MOST_NOTES = 5


@click.command("check-transcript")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(allow_dash=True))
@click.option("--update", is_flag=True, help="Rewrite the files: what is expected becomes what came.")
@click.option(
    "--tolerance",
    type=Positive(or_zero=True),
    default=0.0,
    metavar="X",
    help="Let numbers differ by so much, relative to those above 1; blanks don't count then.",
)
@click.option("--timeout", type=Positive(), metavar="SECONDS", help="Stop each example that takes longer.")
@session_options
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    update: bool,
    tolerance: float,
    timeout: float | None,
    settings: Settings,
) -> None:
    """Run the examples in texts and compare what they show with what stands there.

    Examples stand at >>> prompts, and at $ autogradcli in blocks of Markdown marked console or shell. A folder
    stands for the *.md, *.rst, *.txt and *.py in it and below. Differences are printed as a patch of the file; then
    the exit code is 1. In what is expected ... stands for any text, and of a Traceback only the last words count;
    options of doctest such as # doctest: +SKIP are heeded. All examples of a file share one session.

    \b
      autogradcli check-transcript README.md docs/
      autogradcli check-transcript --update --tolerance 1e-4 notes.txt
    """
    from . import sessions

    env = environment(ctx)
    sessions.prepare(ctx, settings.memory)
    code = OK
    texts, folders = _texts(files)
    for file in texts:
        try:
            session = sessions.open_session(**settings._asdict(), timeout=timeout)
            ok = _check(file, env, update, tolerance, session, timeout, quiet=file in folders)
        except (OSError, UnreadableError) as error:
            from ..show.errors import error_text

            env.err.raw(error_text(sessions.unreadable(error), file, env.err))
            ok = False
        if not ok:
            code = FAILED
    if not texts:
        said = f"no {', '.join('*' + ending for ending in ENDINGS)} in it"
        env.err.raw(plain_error_text(files[0], said, env.err))
        code = FAILED
    ctx.exit(code)


def _texts(files: tuple[str, ...]) -> tuple[list[str], set[str]]:
    """The files, and those of them that a folder stands for, which may well hold no example."""
    found: list[str] = []
    of_folders: set[str] = set()
    for file in files:
        if file == "-" or not os.path.isdir(file):
            found.append(file)
            continue
        for folder, below, names in os.walk(file):
            below[:] = sorted(name for name in below if not name.startswith((".", "__")))
            here = [os.path.join(folder, n) for n in sorted(names) if n.endswith(ENDINGS) and not n.startswith(".")]
            found += here
            of_folders.update(here)
    return found, of_folders


def _check(
    file: str,
    env: Environment,
    update: bool,
    tolerance: float,
    session: Session,
    timeout: float | None,
    quiet: bool,
) -> bool:
    from ..data.drafts import write_atomically
    from .transcripts.check import OptionError, check

    text = env.read_text(file)
    line_end = "\r\n" if "\r\n" in text else "\n"
    mark = b"" if file == "-" else _mark(file)
    text = text.replace("\r\n", "\n")
    name = "<stdin>" if file == "-" else file
    console = _console(file, timeout)
    try:
        checked = check(text, session, tolerance, console)
    except OptionError as error:
        env.err.raw(plain_error_text(name, str(error), env.err))
        return False
    finally:
        if console is not None:
            console.close()
    new = checked.text
    if update and checked.broken:
        said = "is left as it is: something that was shown would end the string that it stands in"
        env.err.raw(plain_error_text(name, said, env.err))
        return False
    if checked.differing and not update:
        _show_difference(name, text, new, env)
    if checked.examples or checked.notes or not quiet:
        env.err.raw(_summary(name, checked, update))
    if update and checked.differing:
        if file == "-":
            env.out.write(new)
        else:
            data = mark + new.replace("\n", line_end).encode()
            write_atomically(file, lambda stream: stream.write(data))
    return update or not checked.differing


def _console(file: str, timeout: float | None) -> Console | None:
    """Where console blocks are run; None within one."""
    from .transcripts.console import WITHIN, Console

    if os.environ.get(WITHIN):
        return None
    return Console("" if file == "-" else os.path.dirname(os.path.abspath(file)), timeout)


def _summary(name: str, checked: Checked, update: bool) -> str:
    """A line about a file, and one for each line that was not run."""
    said = f"{escape_line(name)}: {checked.examples} example{'s' * (checked.examples != 1)}"
    if checked.skipped:
        said += f", {checked.skipped} skipped"
    if checked.differing:
        lines = ", ".join(map(str, checked.differing[:8])) + (", ..." if len(checked.differing) > 8 else "")
        said += f", {len(checked.differing)} {'updated' if update else 'differ'} (line {lines})"
    notes = [escape_line(f"{name}: {note}") for note in checked.notes[:MOST_NOTES]]
    if len(checked.notes) > MOST_NOTES:
        notes.append(escape_line(f"{name}: and {len(checked.notes) - MOST_NOTES} more lines are not run"))
    return "".join([line + "\n" for line in (*notes, said)])


def _mark(file: str) -> bytes:
    """The byte order mark that a file begins with, which is no part of its text and stays when it is rewritten."""
    with open(file, "rb") as stream:
        start = stream.read(3)
    return start if start == b"\xef\xbb\xbf" else b""


def _show_difference(name: str, old: str, new: str, env: Environment) -> None:
    from difflib import unified_diff

    styles = {"-": "31", "+": "32", "@": "36"}
    before, behind = f"{name} (expected)", f"{name} (shown)"
    for line in unified_diff(old.split("\n"), new.split("\n"), before, behind, lineterm=""):
        env.out.raw(env.out.style(escape_line(line).replace("\\t", "\t"), styles.get(line[:1], "")) + "\n")
