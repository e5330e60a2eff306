"""``autogradcli check-transcript``: do the examples of a text still show what it says?"""

from __future__ import annotations

import click

from ..show.errors import plain_error_text
from ..show.escape import escape_line
from .environment import Environment, UnreadableError
from .exits import FAILED, OK
from .options import Positive, environment, session_options


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
@session_options
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    update: bool,
    tolerance: float,
    dtype: str | None,
    seed: int | None,
    memory: float,
) -> None:
    """Run the examples at >>> prompts in texts and compare what they show with what stands there.

    Differences are printed as a patch of the file; then the exit code is 1. In what is expected ... stands for
    any text, and of a Traceback only the last words count. All examples of a file share one session.

    \b
      autogradcli check-transcript README.md docs/*.md
      autogradcli check-transcript --update --tolerance 1e-4 notes.txt
    """
    from . import sessions

    env = environment(ctx)
    sessions.prepare(ctx, memory)
    code = OK
    for file in files:
        try:
            ok = _check(file, env, update, tolerance, sessions.open_session(dtype=dtype, seed=seed, memory=memory))
        except (OSError, UnreadableError) as error:
            from ..show.errors import error_text

            env.err.raw(error_text(sessions.unreadable(error), file, env.err))
            ok = False
        if not ok:
            code = FAILED
    ctx.exit(code)


def _check(file: str, env: Environment, update: bool, tolerance: float, session: object) -> bool:
    from ..data.drafts import write_atomically
    from ..session import Session
    from .transcript import check

    assert isinstance(session, Session)
    text = env.read_text(file)
    line_end = "\r\n" if "\r\n" in text else "\n"
    mark = b"" if file == "-" else _mark(file)
    text = text.replace("\r\n", "\n")
    checked = check(text, session, tolerance)
    name = "<stdin>" if file == "-" else file
    said = f"{escape_line(name)}: {checked.examples} example{'s' * (checked.examples != 1)}"
    if checked.differing:
        lines = ", ".join(map(str, checked.differing[:8])) + (", ..." if len(checked.differing) > 8 else "")
        said += f", {len(checked.differing)} {'updated' if update else 'differ'} (line {lines})"
    new = checked.text
    if update and checked.broken:
        said = "is left as it is: something that was shown would end the string that it stands in"
        env.err.raw(plain_error_text(name, said, env.err))
        return False
    if checked.differing and not update:
        _show_difference(name, text, new, env)
    env.err.raw(said + "\n")
    if update and checked.differing:
        if file == "-":
            env.out.write(new)
        else:
            data = mark + new.replace("\n", line_end).encode()
            write_atomically(file, lambda stream: stream.write(data))
    return update or not checked.differing


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
