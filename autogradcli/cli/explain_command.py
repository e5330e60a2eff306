"""``autogradcli explain``: a derivation with the numbers of its point."""

from __future__ import annotations

import click

from .exits import FAILED, OK
from .options import ExpressionCommand, environment, format_option, perhaps_variables_argument, session_options


@click.command("explain", cls=ExpressionCommand)
@click.argument("expr")
@perhaps_variables_argument
@format_option("plain", "json")
@click.option("--gradient", metavar="VALUE", help="The gradient to start from, of the result's shape.")
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
    """Show how the gradient of EXPR comes about, with the numbers of this point.

    Forward each value on the way to the result, then backward what each operation passes on by its local rule, and
    the sum where branches meet. EXPR may be several statements, FILE.py:NAME, or - for the standard input.

    \b
      autogradcli explain 'mean(3 * (x + 2)**2)' 'x=ones(2, 2)'
      autogradcli explain 'a*a + a' a=2
      autogradcli explain net.py:loss
    """
    from . import playing, sessions
    from .explaining import explain
    from .request import Request

    if not variables and not playing.is_program(expr):
        raise click.UsageError("Missing argument 'NAME=VALUE...'.", ctx)
    env = environment(ctx)
    sessions.prepare(ctx, memory)
    session = sessions.open_session(dtype=dtype, seed=seed, memory=memory)
    request = Request(expr, variables, gradient, format_, dtype)
    ctx.exit(OK if explain(session, request, env) else FAILED)
