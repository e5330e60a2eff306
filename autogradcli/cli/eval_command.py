"""``autogradcli eval``: the arguments, or the standard input, as one program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from .environment import UnreadableError
from .exits import FAILED, OK
from .options import (
    TABLE_FORMATS,
    ExpressionCommand,
    environment,
    files_option,
    format_option,
    load_option,
    no_grad_option,
    save_option,
    session_options,
    var_option,
)
from .request import Settings

if TYPE_CHECKING:
    from ..events import Failed
    from ..session import Session


@click.command("eval", cls=ExpressionCommand)
@click.argument("expr", nargs=-1)
@format_option(*TABLE_FORMATS)
@var_option
@load_option
@save_option
@files_option
@session_options
@no_grad_option
@click.pass_context
def command(
    ctx: click.Context,
    expr: tuple[str, ...],
    format_: str,
    variables: tuple[tuple[str, str], ...],
    loads: tuple[str, ...],
    saves: tuple[str, ...],
    folder: str | None,
    settings: Settings,
    no_grad: bool,
) -> None:
    """Evaluate expressions and show their values.

    The arguments are the lines of one program; a semicolon separates statements within a line. Without an
    argument, or with - alone, the program is read from the standard input.

    \b
      autogradcli eval '2 ** 10'
      autogradcli eval 'x = tensor([1., 2.], requires_grad=True); (x**2).sum().backward()' x.grad
      autogradcli eval --var x=3 '-x**2 + sin(x)'
      autogradcli eval --var x=@data.csv --save out.npz:y 'y = exp(x)'
    """
    from ..notes import Watch
    from . import sessions

    env = environment(ctx)
    sessions.prepare(ctx, settings.memory)
    from_stdin = not expr or expr == ("-",)
    title = "<stdin>" if from_stdin else "<eval>"
    display = sessions.open_display(format_, env, title, batch=False, collect=False)
    if format_ in ("csv", "markdown"):
        from ..show.rows import Rows

        display = sessions.drawing(Rows(env.out, env.err, title, markdown=format_ == "markdown"), env)

    def opened() -> tuple[Session, bool]:
        session = sessions.open_session(**settings._asdict(), no_grad=no_grad, folder=folder)
        loaded = sessions.load_all(session, loads, format_, env)
        return session, loaded and sessions.assign_all(session, variables, format_, env)

    try:
        source = env.read_stdin() if from_stdin else joined(expr)
    except (OSError, UnreadableError) as error:
        display.show(sessions.unreadable(error))
        ctx.exit(FAILED)
    session, ok = opened()
    session.file = "<stdin>" if from_stdin else "<eval>"
    session.watch = Watch(lambda of: "`autogradcli why` in place of `eval` says more", numbered=True)

    def mend(event: Failed) -> Failed:
        from .named_values import missing_name

        missing = missing_name(event)
        if not missing or from_stdin:
            return event
        hint = f"--var {missing}=VALUE gives it a value"
        if source.strip() != missing:
            from shlex import quote

            hint += f", autogradcli grad {quote(source)} {missing}=VALUE differentiates"
        return event._replace(hint=hint)

    # What writes files is not run again, not even to explain an error.
    again = None if folder is not None else lambda: opened()[0]
    ok = ok and sessions.run(session, source, display, again=again, mend=mend)
    display.end(ok, 0.0)
    ok = ok and sessions.save_all(session, saves, format_, env)
    if not ok and len(expr) == 1 and os.path.isfile(expr[0]):
        env.err.write(f"hint: this is a file; to run it: autogradcli run {expr[0]}\n")
    ctx.exit(OK if ok else FAILED)


def joined(words: tuple[str, ...]) -> str:
    """The arguments as the lines of a program; where they are none but one expression in several words, as that."""
    lines = "\n".join(words)
    if len(words) == 1 or _reads(lines):
        return lines
    return " ".join(words) if _reads(" ".join(words)) else lines


def _reads(text: str) -> bool:
    from ..language.read.syntax import parse

    try:
        parse(text)
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        return False
    return True
