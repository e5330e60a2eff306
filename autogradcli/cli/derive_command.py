"""``autogradcli derive``: the gradient as a formula."""

from __future__ import annotations

from functools import partial

import click

from ..show.derive_options import OPTIONS, Wanted
from .calculation import calculation, carry_out, needed
from .options import declared_options
from .request import Request, Settings


@calculation(
    "derive",
    "plain",
    "json",
    gradient="The gradient to start from, of the result's shape; the formulas call it g.",
    wrt=False,
    options=declared_options(OPTIONS),
)
def command(
    ctx: click.Context,
    request: Request,
    settings: Settings,
    wrt: tuple[str, ...],
    order: str | None,
    plain: bool,
    latex: bool,
    markdown: bool,
    code: str | None,
    steps: bool,
) -> None:
    """Print the gradient of EXPR with respect to each NAME as a formula.

    The values give the variables their shapes, and decide which branch of the expression is taken. EXPR may be
    a program too: several statements that end in an expression, FILE.py:NAME, or - for the standard input. What
    it requires a gradient of is differentiated by then, the parameters of modules included.

    \b
      autogradcli derive '(1.5 * (x + 2)**2).sum()' 'x=[1, 2]'
      autogradcli derive 'exp(-x**2) * x' x=1 --steps
      autogradcli derive 'x @ A @ x' 'x=[1, 2]' 'A=ones(2, 2)' --wrt x --latex
      autogradcli derive 'sin(x**2)' x=2 --code python
      autogradcli derive 'h = tanh(W @ x); (h - t).pow(2).sum()' W=eye(2) x=ones(2) t=zeros(2)
      autogradcli derive net.py:loss
    """
    from . import gradients

    program = needed(ctx, request)
    wanted = Wanted(wrt, int(order or 1), plain, latex, markdown, code or "", steps)
    problem = wanted.problem(None if program else tuple(name for name, _ in request.variables))
    if problem or (wanted.order == 2 and request.gradient is not None):
        raise click.UsageError(problem or "--order 2 is of a result that is one number: leave out --gradient", ctx)
    carry_out(ctx, request, settings, partial(gradients.derive, wanted=wanted))
