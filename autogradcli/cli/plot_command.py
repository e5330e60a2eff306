"""``autogradcli plot``: functions and lists as pictures."""

from __future__ import annotations

import click

from ..show.pictures.plot_options import OPTIONS
from .exits import FAILED, OK
from .options import (
    ExpressionCommand,
    declared_options,
    environment,
    format_option,
    perhaps_variables_argument,
    session_options,
)


@click.command("plot", cls=ExpressionCommand)
@click.argument("expr")
@perhaps_variables_argument
@format_option("plain", "json")
@declared_options(OPTIONS)
@session_options
@click.pass_context
def command(
    ctx: click.Context,
    expr: str,
    variables: tuple[tuple[str, str], ...],
    format_: str,
    path: tuple[str, ...],
    start: str | None,
    lr: str | None,
    steps: str | None,
    svg: str | None,
    png: str | None,
    html: str | None,
    dtype: str | None,
    seed: int | None,
    memory: float,
) -> None:
    """Draw EXPR and its derivative over an interval, NAME=START:STOP or NAME=START:STOP:STEP.

    Two intervals give contours with arrows along the gradient; a list of numbers needs none. EXPR may be a program,
    as for table. Pictures go into the terminal, or into files. What draws them is installed by
    pip install 'autogradcli[plot]'.

    \b
      autogradcli plot 'sin(x) * exp(-x / 4)' x=0:12
      autogradcli plot 'x**2 + 3 * y**2' x=-2:2 y=-2:2 --path sgd --path adam --start -1.5,1
      autogradcli plot 'tanh(x)' x=-3:3 --svg tanh.svg
      autogradcli plot train.py:losses
    """
    from ..show.pictures.output import wanted
    from . import pictures, sessions
    from .request import Request

    given = {"path": path, "start": start, "lr": lr, "steps": steps, "svg": svg, "png": png, "html": html}
    texts = {name: [value] if isinstance(value, str) else list(value or ()) for name, value in given.items()}
    try:
        asked = wanted(texts)
    except ValueError as error:
        raise click.UsageError(str(error), ctx) from None
    env = environment(ctx)
    sessions.prepare(ctx, memory)
    session = sessions.open_session(dtype=dtype, seed=seed, memory=memory)
    request = Request(expr, variables, None, format_, dtype)
    ctx.exit(OK if pictures.plot(session, request, env, asked) else FAILED)
