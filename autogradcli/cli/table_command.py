"""``autogradcli table``: a function and its derivative at points."""

from __future__ import annotations

import click

from .exits import FAILED, OK
from .options import (
    ExpressionCommand,
    environment,
    format_option,
    session_options,
    variables_argument,
)


@click.command("table", cls=ExpressionCommand)
@click.argument("expr")
@variables_argument
@format_option("plain", "json", "csv")
@session_options
@click.pass_context
def command(
    ctx: click.Context,
    expr: str,
    variables: tuple[tuple[str, str], ...],
    format_: str,
    dtype: str | None,
    seed: int | None,
    memory: float,
) -> None:
    """Print EXPR and its derivative at the points of an interval, NAME=START:STOP or NAME=START:STOP:STEP.

    Other variables have one value, as NAME=VALUE. With two intervals it is all pairs of their points. EXPR may be a
    program: the interval's variable is one of its leaves then, or one that it doesn't set itself.

    \b
      autogradcli table 'x * exp(-x)' x=0:6:0.5
      autogradcli table 'a * sin(x)' x=0:pi:pi/8 a=2 --format csv
    """
    from . import curves, sessions
    from .request import Request

    env = environment(ctx)
    sessions.prepare(ctx, memory)
    session = sessions.open_session(dtype=dtype, seed=seed, memory=memory)
    request = Request(expr, variables, None, format_, dtype)
    ctx.exit(OK if curves.table(session, request, env) else FAILED)
