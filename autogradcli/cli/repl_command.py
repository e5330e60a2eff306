"""``autogradcli repl``: the prompt."""

from __future__ import annotations

import click

from .exits import FAILED
from .options import environment, no_grad_option, session_options


@click.command("repl")
@session_options
@no_grad_option
@click.pass_context
def command(ctx: click.Context, dtype: str | None, seed: int | None, no_grad: bool, memory: float) -> None:
    """Open a prompt: type an expression, see its value; :help tells the rest.

    Where the standard input is no terminal, it is run as a program, as eval does.
    """
    env = environment(ctx)
    if not env.interactive:
        from .eval_command import command as evaluate

        options = {"dtype": dtype, "seed": seed, "no_grad": no_grad, "memory": memory}
        ctx.invoke(evaluate, expr=(), format_="auto", variables=(), loads=(), saves=(), **options)
    from ..repl.app import run_prompt
    from . import sessions

    sessions.prepare(ctx, memory, prompt=True)
    session = sessions.open_session(dtype=dtype, seed=seed, no_grad=no_grad, memory=memory)
    if not run_prompt(session, env.out, env.err):
        ctx.exit(FAILED)
