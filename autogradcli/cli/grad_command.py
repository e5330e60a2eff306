"""``autogradcli grad``: the value of an expression and its gradients, without a program."""

from __future__ import annotations

import click

from .exits import FAILED, OK
from .options import ASSIGNMENT, FORMATS, ExpressionCommand, environment, format_option, session_options


@click.command("grad", cls=ExpressionCommand)
@click.argument("expr")
@click.argument("variables", nargs=-1, required=True, type=ASSIGNMENT, metavar="NAME=VALUE...")
@format_option(*FORMATS)
@click.option(
    "--gradient",
    metavar="VALUE",
    help="The gradient to start from, of the result's shape: its product with the Jacobian is shown.",
)
@session_options
@click.pass_context
def command(
    ctx: click.Context,
    expr: str,
    variables: tuple[tuple[str, str], ...],
    format_: str,
    gradient: str | None,
    dtype: str | None,
    seed: int | None,
    memory: float,
) -> None:
    """Show the value of EXPR and its gradient with respect to each NAME.

    \b
      autogradcli grad 'x**2 + sin(y)' x=3 y=0.5
      autogradcli grad 'w @ v' 'w=[1, 2]' 'v=[3, 4]'
      autogradcli grad 'x**2' 'x=[1, 2, 3]' --gradient '[1, 0, 0]'
    """
    from . import gradients, programs

    env = environment(ctx)
    programs.prepare(env, memory)
    session = programs.open_session(dtype=dtype, seed=seed, memory=memory)
    request = gradients.Request(expr, variables, gradient, format_, dtype)
    ctx.exit(OK if gradients.show(session, request, env) else FAILED)
