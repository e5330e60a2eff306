"""``autogradcli graph``: the graph that made a value, as a picture."""

from __future__ import annotations

import click

from ..show.graph.graph_options import OPTIONS, Wanted, depth_of
from .exits import FAILED, OK
from .options import (
    ExpressionCommand,
    declared_options,
    environment,
    format_option,
    perhaps_variables_argument,
    session_options,
)


@click.command("graph", cls=ExpressionCommand)
@click.argument("expr")
@perhaps_variables_argument
@format_option("plain", "json")
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
    values: bool,
    depth: str | None,
    full: bool,
    dot: bool,
    mermaid: bool,
    svg: str | None,
    html: str | None,
    dtype: str | None,
    seed: int | None,
    memory: float,
) -> None:
    """Show the graph that made EXPR: the nodes that backward() goes through, from the result down to the leaves.

    Each with the variable that holds it, its shape and the line that made it; hooks, and where history was cut off;
    chains of one kind as one. EXPR may be a program too: several statements that end in an expression,
    FILE.py:NAME, or - for the standard input.

    \b
      autogradcli graph 'a*a + a' a=2 --values
      autogradcli graph 'h = tanh(W @ x); (h - t).pow(2).sum()' W=eye(2) x=ones(2) t=zeros(2)
      autogradcli graph net.py:loss --html net.html
      autogradcli graph net.py:loss --dot | dot -Tpdf -o net.pdf
    """
    from . import graphs, sessions
    from .request import Request

    try:
        levels = None if depth is None else depth_of(depth)
    except ValueError as error:
        raise click.UsageError(str(error), ctx) from None
    wanted = Wanted(values, levels, full, dot, mermaid, svg or "", html or "", format_ == "json")
    if problem := wanted.problem():
        raise click.UsageError(problem, ctx)
    env = environment(ctx)
    sessions.prepare(ctx, memory)
    session = sessions.open_session(dtype=dtype, seed=seed, memory=memory)
    request = Request(expr, variables, gradient, format_, dtype)
    ctx.exit(OK if graphs.show(session, request, env, wanted) else FAILED)
