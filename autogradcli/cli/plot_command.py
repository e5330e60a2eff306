"""``autogradcli plot``: functions and lists as pictures."""

from __future__ import annotations

from functools import partial

import click

from ..show.pictures.plot_options import OPTIONS
from .calculation import calculation, carry_out
from .options import declared_options
from .request import Request, Settings


@calculation("plot", "plain", "json", gradient=None, wrt=False, options=declared_options(OPTIONS))
def command(
    ctx: click.Context,
    request: Request,
    settings: Settings,
    path: tuple[str, ...],
    start: str | None,
    lr: str | None,
    steps: str | None,
    svg: str | None,
    png: str | None,
    html: str | None,
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
    from . import pictures

    given = {"path": path, "start": start, "lr": lr, "steps": steps, "svg": svg, "png": png, "html": html}
    texts = {name: [value] if isinstance(value, str) else list(value or ()) for name, value in given.items()}
    try:
        asked = wanted(texts)
    except ValueError as error:
        raise click.UsageError(str(error), ctx) from None
    carry_out(ctx, request, settings, partial(pictures.plot, asked=asked))
