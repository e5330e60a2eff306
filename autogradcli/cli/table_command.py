"""``autogradcli table``: a function and its derivative at points."""

from __future__ import annotations

import click

from .calculation import calculation, carry_out
from .request import Request, Settings


@calculation("table", "plain", "json", "csv", "markdown", needs_variables=True, gradient=None, wrt=False)
def command(ctx: click.Context, request: Request, settings: Settings) -> None:
    """Print EXPR and its derivative at the points of an interval, NAME=START:STOP or NAME=START:STOP:STEP.

    Other variables have one value, as NAME=VALUE. With two intervals it is all pairs of their points. EXPR may be a
    program: the interval's variable is one of its leaves then, or one that it doesn't set itself.

    \b
      autogradcli table 'x * exp(-x)' x=0:6:0.5
      autogradcli table 'a * sin(x)' x=0:pi:pi/8 a=2 --format csv
    """
    from . import curves

    carry_out(ctx, request, settings, curves.table)
