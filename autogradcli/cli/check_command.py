"""``autogradcli check``: are the gradients right?"""

from __future__ import annotations

import click

from ..show.check_options import OPTIONS
from .exits import FAILED, OK
from .options import (
    ExpressionCommand,
    declared_options,
    environment,
    format_option,
    perhaps_variables_argument,
    session_options,
)


@click.command("check", cls=ExpressionCommand)
@click.argument("expr")
@perhaps_variables_argument
@format_option("plain", "json", "csv")
@click.option("--gradient", metavar="VALUE", help="The gradient to start from, of the result's shape.")
@declared_options(OPTIONS)
@session_options
@click.pass_context
def command(
    ctx: click.Context,
    expr: str,
    variables: tuple[tuple[str, str], ...],
    format_: str,
    gradient: str | None,
    claim: tuple[str, ...],
    order: str | None,
    forward: bool,
    dtype: str | None,
    seed: int | None,
    memory: float,
) -> None:
    """Compare the gradients of EXPR with finite differences, element by element.

    What disagrees comes first, and the exit code is 1 then. A formula that is claimed is compared too. EXPR may be a
    program: several statements that end in an expression, FILE.py:NAME, or - for the standard input.

    \b
      autogradcli check 'x**2 * y' x=3 y=2 --claim x='2*x*y'
      autogradcli check 'relu(x).sum()' 'x=[-1, 0, 1]'
      autogradcli check 'x @ A @ x' 'x=[1, 2]' 'A=[[1, 2], [3, 4]]' --order 2
      autogradcli check net.py:loss --forward
    """
    from ..show.check_text import asked_of
    from . import checks, sessions
    from .request import Request

    try:
        asked = asked_of(int(order or 1), forward, claim)
    except ValueError as error:
        raise click.UsageError(str(error), ctx) from None
    env = environment(ctx)
    sessions.prepare(ctx, memory)
    session = sessions.open_session(dtype=dtype, seed=seed, memory=memory)
    request = Request(expr, variables, gradient, format_, dtype)
    ctx.exit(OK if checks.show(session, request, env, asked) else FAILED)
