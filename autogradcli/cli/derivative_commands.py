"""``autogradcli jacobian``, ``hessian``, ``jvp`` and ``vjp``: derivatives without a program."""

from __future__ import annotations

from functools import partial

import click

from .calculation import calculation, carry_out
from .options import ASSIGNMENT, TABLE_FORMATS
from .request import Request, Settings, Variables

_matrix = click.option(
    "--matrix", is_flag=True, help="One matrix over the elements of all variables, in place of a tensor for each."
)
_tangent = click.option(
    "--tangent",
    "directions",
    type=ASSIGNMENT,
    multiple=True,
    help="The direction of one variable, of its shape; zero for variables without. May be given again.",
)


def _run(
    ctx: click.Context,
    request: Request,
    settings: Settings,
    what: str,
    directions: Variables = (),
    matrix: bool = False,
) -> None:
    from . import derivatives

    wanted = derivatives.Wanted(what, directions, matrix)
    carry_out(ctx, request, settings, partial(derivatives.show, wanted=wanted))


@calculation("jacobian", *TABLE_FORMATS, needs_variables=True, gradient=None, options=_matrix)
def jacobian(ctx: click.Context, request: Request, settings: Settings, matrix: bool) -> None:
    """Show the Jacobian of EXPR with respect to each NAME.

    It has the shape of the result followed by the variable's, as from torch.autograd.functional.jacobian.
    With --format csv it is one matrix: a row an element of the result, a column an element of a variable.

    \b
      autogradcli jacobian 'x**2' 'x=[1, 2]'
      autogradcli jacobian 'a * x' a=2 'x=[1, 2]' --matrix
    """
    _run(ctx, request, settings, "jacobian", matrix=matrix)


@calculation("hessian", *TABLE_FORMATS, needs_variables=True, gradient=None, options=_matrix)
def hessian(ctx: click.Context, request: Request, settings: Settings, matrix: bool) -> None:
    """Show the matrix of second derivatives of EXPR, which has to give one number.

    For several variables there is a block for each pair, as from torch.autograd.functional.hessian; --matrix
    and --format csv make one matrix of them.

    \b
      autogradcli hessian 'sum(x**3)' 'x=[1, 2]'
      autogradcli hessian 'x**2 * y' x=1 y=2 --matrix
    """
    _run(ctx, request, settings, "hessian", matrix=matrix)


@calculation("jvp", *TABLE_FORMATS, needs_variables=True, gradient=None, options=_tangent)
def jvp(ctx: click.Context, request: Request, settings: Settings, directions: Variables) -> None:
    """Show the value of EXPR and its derivative along a direction: the Jacobian times a vector.

    A single variable that is a number needs no --tangent: it is 1.

    \b
      autogradcli jvp 'x**2' 'x=[1, 2]' --tangent 'x=[1, 0]'
    """
    _run(ctx, request, settings, "jvp", directions)


@calculation("vjp", *TABLE_FORMATS, needs_variables=True, gradient="The vector of the product, of the result's shape.")
def vjp(ctx: click.Context, request: Request, settings: Settings) -> None:
    """Show the value of EXPR and the product of a vector with its Jacobian, for each NAME.

    A result that is a number needs no --gradient: it is 1.

    \b
      autogradcli vjp 'x**2' 'x=[1, 2]' --gradient '[1, 0]'
    """
    _run(ctx, request, settings, "vjp", () if request.gradient is None else (("", request.gradient),))
