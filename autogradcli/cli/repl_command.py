"""``autogradcli repl``: the prompt."""

from __future__ import annotations

import click

from .exits import FAILED
from .options import (
    PROMPT_SETTINGS,
    environment,
    files_option,
    load_option,
    no_grad_option,
    session_options,
    var_option,
)
from .request import Settings


@click.command("repl")
@files_option
@var_option
@load_option
@session_options
@no_grad_option
@click.pass_context
def command(
    ctx: click.Context,
    folder: str | None,
    variables: tuple[tuple[str, str], ...],
    loads: tuple[str, ...],
    settings: Settings,
    no_grad: bool,
) -> None:
    """Open a prompt: type an expression, see its value; :help tells the rest.

    Where the standard input is no terminal, it is run as a program, as eval does.
    """
    env = environment(ctx)
    if not env.interactive:
        from .eval_command import command as evaluate

        options = {**settings._asdict(), "no_grad": no_grad, "folder": folder}
        ctx.invoke(evaluate, expr=(), format_="auto", variables=variables, loads=loads, saves=(), **options)
    from ..repl.opening import run_prompt
    from . import sessions

    sessions.prepare(ctx, settings.memory, prompt=True)
    session = sessions.open_session(**settings._asdict(), no_grad=no_grad, folder=folder)
    given = sessions.load_all(session, loads, "auto", env) and sessions.assign_all(session, variables, "auto", env)
    if not given or not run_prompt(session, env.out, env.err, ctx.meta.get(PROMPT_SETTINGS, {})):
        ctx.exit(FAILED)
