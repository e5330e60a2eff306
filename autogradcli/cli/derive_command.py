"""``autogradcli derive``: the gradient as a formula."""

from __future__ import annotations

import click

from .exits import FAILED, OK
from .options import ExpressionCommand, environment, format_option, session_options, variables_argument


@click.command("derive", cls=ExpressionCommand)
@click.argument("expr")
@variables_argument
@format_option("plain", "json")
@click.option(
    "--gradient",
    metavar="VALUE",
    help="The gradient to start from, of the result's shape; the formulas call it g.",
)
@click.option("--steps", is_flag=True, help="Show the derivation, one named rule after the other.")
@session_options
@click.pass_context
def command(
    ctx: click.Context,
    expr: str,
    variables: tuple[tuple[str, str], ...],
    format_: str,
    gradient: str | None,
    steps: bool,
    dtype: str | None,
    seed: int | None,
    memory: float,
) -> None:
    """Print the gradient of EXPR with respect to each NAME as a formula.

    The values give the variables their shapes, and decide which branch of the expression is taken.

    \b
      autogradcli derive '(1.5 * (x + 2)**2).sum()' 'x=[1, 2]'
      autogradcli derive 'exp(-x**2) * x' x=1 --steps
    """
    from . import gradients, sessions

    env = environment(ctx)
    sessions.prepare(ctx, memory)
    session = sessions.open_session(dtype=dtype, seed=seed, memory=memory)
    request = gradients.Request(expr, variables, gradient, format_, dtype, steps)
    ctx.exit(OK if gradients.derive(session, request, env) else FAILED)
