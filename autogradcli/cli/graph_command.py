"""``autogradcli graph``: the graph that made a value, as a picture."""

from __future__ import annotations

from functools import partial

import click

from ..show.graph.graph_options import OPTIONS, Wanted, depth_of
from .calculation import calculation, carry_out
from .options import declared_options
from .request import Request, Settings


@calculation("graph", "plain", "json", options=declared_options(OPTIONS))
def command(
    ctx: click.Context,
    request: Request,
    settings: Settings,
    values: bool,
    depth: str | None,
    full: bool,
    dot: bool,
    mermaid: bool,
    svg: str | None,
    html: str | None,
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
    from . import graphs

    try:
        levels = None if depth is None else depth_of(depth)
    except ValueError as error:
        raise click.UsageError(str(error), ctx) from None
    wanted = Wanted(values, levels, full, dot, mermaid, svg or "", html or "", request.format_ == "json")
    if problem := wanted.problem():
        raise click.UsageError(problem, ctx)
    carry_out(ctx, request, settings, partial(graphs.show, wanted=wanted))
