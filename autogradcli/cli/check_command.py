"""``autogradcli check``: are the gradients right?"""

from __future__ import annotations

from functools import partial

import click

from ..show.check_options import OPTIONS
from .calculation import calculation, carry_out
from .options import declared_options
from .request import Request, Settings


@calculation("check", "plain", "json", "csv", "markdown", options=declared_options(OPTIONS))
def command(
    ctx: click.Context,
    request: Request,
    settings: Settings,
    claim: tuple[str, ...],
    order: str | None,
    forward: bool,
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
    from . import checks

    try:
        asked = asked_of(int(order or 1), forward, claim)
    except ValueError as error:
        raise click.UsageError(str(error), ctx) from None
    carry_out(ctx, request, settings, partial(checks.show, asked=asked))
