"""``autogradcli jacobian``, ``hessian``, ``jvp`` and ``vjp``: derivatives without a program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from .exits import FAILED, OK
from .options import (
    ASSIGNMENT,
    TABLE_FORMATS,
    ExpressionCommand,
    environment,
    format_option,
    session_options,
    variables_argument,
)


def _command(name: str, *options: Callable[..., Any]) -> Callable[..., click.Command]:
    """A command of EXPR and NAME=VALUE... with the options that all four share, and its own."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        decorated = click.pass_context(function)
        for option in (session_options, *options, format_option(*TABLE_FORMATS)):
            decorated = option(decorated)
        return click.command(name, cls=ExpressionCommand)(click.argument("expr")(variables_argument(decorated)))

    return decorate


matrix_option = click.option(
    "--matrix", is_flag=True, help="One matrix over the elements of all variables, in place of a tensor for each."
)
tangent_option = click.option(
    "--tangent",
    "directions",
    type=ASSIGNMENT,
    multiple=True,
    help="The direction of one variable, of its shape; zero for variables without. May be given again.",
)
gradient_option = click.option("--gradient", metavar="VALUE", help="The vector of the product, of the result's shape.")


def _run(
    ctx: click.Context,
    what: str,
    expr: str,
    variables: tuple[tuple[str, str], ...],
    format_: str,
    *,
    directions: tuple[tuple[str, str], ...] = (),
    matrix: bool = False,
    dtype: str | None,
    seed: int | None,
    memory: float,
) -> None:
    from . import derivatives, sessions

    env = environment(ctx)
    sessions.prepare(ctx, memory)
    session = sessions.open_session(dtype=dtype, seed=seed, memory=memory)
    request = derivatives.Request(what, expr, variables, directions, format_, dtype, matrix)
    ctx.exit(OK if derivatives.show(session, request, env) else FAILED)


@_command("jacobian", matrix_option)
def jacobian(ctx: click.Context, **options: Any) -> None:
    """Show the Jacobian of EXPR with respect to each NAME.

    It has the shape of the result followed by the variable's, as from torch.autograd.functional.jacobian.
    With --format csv it is one matrix: a row an element of the result, a column an element of a variable.

    \b
      autogradcli jacobian 'x**2' 'x=[1, 2]'
      autogradcli jacobian 'a * x' a=2 'x=[1, 2]' --matrix
    """
    _run(ctx, "jacobian", **options)


@_command("hessian", matrix_option)
def hessian(ctx: click.Context, **options: Any) -> None:
    """Show the matrix of second derivatives of EXPR, which has to give one number.

    For several variables there is a block for each pair, as from torch.autograd.functional.hessian; --matrix
    and --format csv make one matrix of them.

    \b
      autogradcli hessian 'sum(x**3)' 'x=[1, 2]'
      autogradcli hessian 'x**2 * y' x=1 y=2 --matrix
    """
    _run(ctx, "hessian", **options)


@_command("jvp", tangent_option)
def jvp(ctx: click.Context, **options: Any) -> None:
    """Show the value of EXPR and its derivative along a direction: the Jacobian times a vector.

    A single variable that is a number needs no --tangent: it is 1.

    \b
      autogradcli jvp 'x**2' 'x=[1, 2]' --tangent 'x=[1, 0]'
    """
    _run(ctx, "jvp", **options)


@_command("vjp", gradient_option)
def vjp(ctx: click.Context, gradient: str | None, **options: Any) -> None:
    """Show the value of EXPR and the product of a vector with its Jacobian, for each NAME.

    A result that is a number needs no --gradient: it is 1.

    \b
      autogradcli vjp 'x**2' 'x=[1, 2]' --gradient '[1, 0]'
    """
    _run(ctx, "vjp", directions=() if gradient is None else (("", gradient),), **options)
