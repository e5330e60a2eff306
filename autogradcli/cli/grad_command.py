"""``autogradcli grad``: the value of an expression and its gradients, without a program."""

from __future__ import annotations

import click

from .exits import FAILED, OK
from .options import (
    TABLE_FORMATS,
    ExpressionCommand,
    environment,
    format_option,
    save_option,
    session_options,
    variables_argument,
)


@click.command("grad", cls=ExpressionCommand)
@click.argument("expr")
@variables_argument
@format_option(*TABLE_FORMATS)
@click.option(
    "--gradient",
    metavar="VALUE",
    help="The gradient to start from, of the result's shape: its product with the Jacobian is shown.",
)
@save_option
@session_options
@click.pass_context
def command(
    ctx: click.Context,
    expr: str,
    variables: tuple[tuple[str, str], ...],
    format_: str,
    gradient: str | None,
    saves: tuple[str, ...],
    dtype: str | None,
    seed: int | None,
    memory: float,
) -> None:
    """Show the value of EXPR and its gradient with respect to each NAME.

    \b
      autogradcli grad 'x**2 + sin(y)' x=3 y=0.5
      autogradcli grad 'w @ v' 'w=[1, 2]' 'v=[3, 4]'
      autogradcli grad 'x**2' 'x=[1, 2, 3]' --gradient '[1, 0, 0]'
      autogradcli grad 'sum(x**2)' x=@data.csv:height --save out.npz:x.grad
    """
    from . import gradients, sessions
    from .request import Request

    env = environment(ctx)
    sessions.prepare(ctx, memory)
    session = sessions.open_session(dtype=dtype, seed=seed, memory=memory)
    request = Request(expr, variables, gradient, format_, dtype)
    ok = gradients.show(session, request, env) and sessions.save_all(session, saves, format_, env)
    ctx.exit(OK if ok else FAILED)
