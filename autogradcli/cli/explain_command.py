"""``autogradcli explain``: a derivation with the numbers of its point."""

from __future__ import annotations

import click

from .calculation import calculation, carry_out, needed
from .request import Request, Settings


@calculation("explain", "plain", "json")
def command(ctx: click.Context, request: Request, settings: Settings) -> None:
    """Show how the gradient of EXPR comes about, with the numbers of this point.

    Forward each value on the way to the result, then backward what each operation passes on by its local rule, and
    the sum where branches meet. EXPR may be several statements, FILE.py:NAME, or - for the standard input.

    \b
      autogradcli explain 'mean(3 * (x + 2)**2)' 'x=ones(2, 2)'
      autogradcli explain 'a*a + a' a=2
      autogradcli explain net.py:loss
    """
    from .explaining import explain

    needed(ctx, request)
    carry_out(ctx, request, settings, explain)
