"""``autogradcli why``: why a gradient is what it is, and where an error comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .exits import FAILED, OK
from .options import ExpressionCommand, environment, format_option, perhaps_variables_argument, session_options

if TYPE_CHECKING:
    from ..session import Session


@click.command("why", cls=ExpressionCommand)
@click.argument("target")
@perhaps_variables_argument
@format_option("plain", "json")
@session_options
@click.pass_context
def command(
    ctx: click.Context,
    target: str,
    variables: tuple[tuple[str, str], ...],
    format_: str,
    dtype: str | None,
    seed: int | None,
    memory: float,
) -> None:
    """Say why a gradient is what it is, or where an error comes from.

    TARGET is FILE.py:NAME.grad, a file alone (the error that ends it, or its first surprise), - for the standard
    input, or a program or an expression of the variables NAME, which is differentiated then. The program is run
    again and looked at; a mended line is shown only after it was run.

    \b
      autogradcli why net.py:w.grad
      autogradcli why net.py
      autogradcli why 'where(x > 0, sqrt(x), 0.).sum()' 'x=[0, 4]'
      autogradcli why 'd = (x * x).detach(); y = (d * 2).sum(); y.backward()' 'x=[1, 2]'
    """
    from . import sessions, whys

    env = environment(ctx)
    sessions.prepare(ctx, memory)
    seed = sessions.some_seed(seed)

    def fresh() -> Session:
        return sessions.open_session(dtype=dtype, seed=seed, memory=memory)

    ok = whys.answer(fresh, whys.Request(target, variables, format_, dtype), env)
    ctx.exit(OK if ok else FAILED)
