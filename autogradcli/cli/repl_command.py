"""``autogradcli repl``: the prompt."""

from __future__ import annotations

import click

from .exits import FAILED
from .options import environment, no_grad_option, session_options
from .request import Settings


@click.command("repl")
@session_options
@no_grad_option
@click.pass_context
def command(ctx: click.Context, settings: Settings, no_grad: bool) -> None:
    """Open a prompt: type an expression, see its value; :help tells the rest.

    Where the standard input is no terminal, it is run as a program, as eval does.
    """
    env = environment(ctx)
    if not env.interactive:
        from .eval_command import command as evaluate

        given = {**settings._asdict(), "no_grad": no_grad}
        ctx.invoke(evaluate, expr=(), format_="auto", variables=(), loads=(), saves=(), **given)
    from ..repl.app import run_prompt
    from . import sessions

    sessions.prepare(ctx, settings.memory, prompt=True)
    session = sessions.open_session(**settings._asdict(), no_grad=no_grad)
    if not run_prompt(session, env.out, env.err):
        ctx.exit(FAILED)
