"""``autogradcli derive``: the gradient as a formula."""

from __future__ import annotations

import click

from ..show.derive_options import OPTIONS, Wanted
from .exits import FAILED, OK
from .options import (
    ExpressionCommand,
    declared_options,
    environment,
    format_option,
    perhaps_variables_argument,
    session_options,
)


@click.command("derive", cls=ExpressionCommand)
@click.argument("expr")
@perhaps_variables_argument
@format_option("plain", "json")
@click.option(
    "--gradient",
    metavar="VALUE",
    help="The gradient to start from, of the result's shape; the formulas call it g.",
)
@declared_options(OPTIONS)
@session_options
@click.pass_context
def command(
    ctx: click.Context,
    expr: str,
    variables: tuple[tuple[str, str], ...],
    format_: str,
    gradient: str | None,
    wrt: tuple[str, ...],
    order: str | None,
    plain: bool,
    latex: bool,
    markdown: bool,
    code: str | None,
    steps: bool,
    dtype: str | None,
    seed: int | None,
    memory: float,
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
    from . import gradients, playing, sessions
    from .request import Request

    program = playing.is_program(expr)
    if not variables and not program:
        raise click.UsageError("Missing argument 'NAME=VALUE...'.", ctx)
    wanted = Wanted(wrt, int(order or 1), plain, latex, markdown, code or "", steps)
    problem = wanted.problem(None if program else tuple(name for name, _ in variables))
    if problem or (wanted.order == 2 and gradient is not None):
        raise click.UsageError(problem or "--order 2 is of a result that is one number: leave out --gradient", ctx)
    env = environment(ctx)
    sessions.prepare(ctx, memory)
    session = sessions.open_session(dtype=dtype, seed=seed, memory=memory)
    request = Request(expr, variables, gradient, format_, dtype)
    ctx.exit(OK if gradients.derive(session, request, env, wanted) else FAILED)
