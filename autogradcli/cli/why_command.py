"""``autogradcli why``: why a gradient is what it is, and where an error comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .calculation import calculation, carry_out
from .request import Request, Settings

if TYPE_CHECKING:
    from ..session import Session
    from .environment import Environment


@calculation("why", "plain", "json", target="target", gradient=None)
def command(ctx: click.Context, request: Request, settings: Settings) -> None:
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

    settings = settings._replace(seed=sessions.some_seed(settings.seed))

    def fresh() -> Session:
        return sessions.open_session(**settings._asdict())

    def work(_: Session, asked: Request, env: Environment) -> bool:
        return whys.answer(fresh, asked, env)

    carry_out(ctx, request, settings, work)
