"""``autogradcli grad``: the value of an expression and its gradients, without a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .calculation import calculation, carry_out, needed
from .options import TABLE_FORMATS, save_option
from .request import Request, Settings

if TYPE_CHECKING:
    from ..session import Session
    from .environment import Environment


@calculation(
    "grad",
    *TABLE_FORMATS,
    gradient="The gradient to start from, of the result's shape: its product with the Jacobian is shown.",
    options=save_option,
)
def command(ctx: click.Context, request: Request, settings: Settings, saves: tuple[str, ...]) -> None:
    """Show the value of EXPR and its gradient with respect to each NAME.

    \b
      autogradcli grad 'x**2 + sin(y)' x=3 y=0.5
      autogradcli grad 'w @ v' 'w=[1, 2]' 'v=[3, 4]'
      autogradcli grad 'x**2' 'x=[1, 2, 3]' --gradient '[1, 0, 0]'
      autogradcli grad 'sum(x**2)' x=@data.csv:height --save out.npz:x.grad
    """
    from . import gradients, sessions

    needed(ctx, request)

    def work(session: Session, asked: Request, env: Environment) -> bool:
        return gradients.show(session, asked, env) and sessions.save_all(session, saves, asked.format_, env)

    carry_out(ctx, request, settings, work)
