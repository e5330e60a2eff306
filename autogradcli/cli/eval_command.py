"""``autogradcli eval``: the arguments, or the standard input, as one program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from .environment import UnreadableError
from .exits import FAILED, OK
from .options import (
    FORMATS,
    ExpressionCommand,
    environment,
    format_option,
    load_option,
    no_grad_option,
    save_option,
    session_options,
    var_option,
)

if TYPE_CHECKING:
    from ..session import Session


@click.command("eval", cls=ExpressionCommand)
@click.argument("expr", nargs=-1)
@format_option(*FORMATS)
@var_option
@load_option
@save_option
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
    dtype: str | None,
    seed: int | None,
    no_grad: bool,
    memory: float,
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
    sessions.prepare(ctx, memory)
    from_stdin = not expr or expr == ("-",)
    display = sessions.open_display(format_, env, "<stdin>" if from_stdin else "<eval>", batch=False)

    def opened() -> tuple[Session, bool]:
        session = sessions.open_session(dtype=dtype, seed=seed, no_grad=no_grad, memory=memory)
        loaded = sessions.load_all(session, loads, format_, env)
        return session, loaded and sessions.assign_all(session, variables, format_, env)

    try:
        source = env.read_stdin() if from_stdin else "\n".join(expr)
    except (OSError, UnreadableError) as error:
        display.show(sessions.unreadable(error))
        ctx.exit(FAILED)
    session, ok = opened()
    session.file = "<stdin>" if from_stdin else "<eval>"
    session.watch = Watch(lambda of: "`autogradcli why` in place of `eval` says more", numbered=True)
    ok = ok and sessions.run(session, source, display, again=lambda: opened()[0])
    display.end(ok, 0.0)
    ok = ok and sessions.save_all(session, saves, format_, env)
    if not ok and len(expr) == 1 and os.path.isfile(expr[0]):
        env.err.write(f"hint: this is a file; to run it: autogradcli run {expr[0]}\n")
    ctx.exit(OK if ok else FAILED)
