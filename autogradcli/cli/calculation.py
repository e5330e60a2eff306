"""The one declaration of what all commands share that differentiate an expression of named values."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from .exits import FAILED, OK
from .options import (
    ASSIGNMENT,
    Decorated,
    ExpressionCommand,
    environment,
    format_option,
    once_each,
    perhaps_variables_argument,
    session_options,
    variables_argument,
)
from .request import Request, Settings

if TYPE_CHECKING:
    from ..session import Session
    from .environment import Environment

    Work = Callable[[Session, Request, Environment], bool]

GRADIENT = "The gradient to start from, of the result's shape."


def calculation(
    name: str,
    *formats: str,
    target: str = "expr",
    needs_variables: bool = False,
    gradient: str | None = GRADIENT,
    wrt: bool = True,
    options: Callable[[Decorated], Decorated] = lambda command: command,
) -> Callable[[Decorated], click.Command]:
    """A command of an expression and NAME=VALUE..., with the options that all such commands have, and its own.

    The function is called as ``f(ctx, request, settings, **own)``.
    """

    def decorate(function: Decorated) -> click.Command:
        @wraps(function)
        def called(ctx: click.Context, settings: Settings, **given: Any) -> Any:
            request = Request(
                given.pop(target),
                given.pop("variables"),
                given.pop("gradient", None),
                given.pop("format_"),
                settings.dtype,
                given.pop("only", ()),
                given.pop("constants"),
            )
            _check(ctx, request)
            return function(ctx, request, settings, **given)

        command = session_options(click.pass_context(called))
        command = click.option(
            "--const",
            "constants",
            type=ASSIGNMENT,
            multiple=True,
            callback=once_each,
            help="A variable that gets no gradient; a whole number stays one. May be given again.",
        )(command)
        if wrt:
            command = click.option(
                "--wrt",
                "only",
                metavar="NAME",
                multiple=True,
                help="Give a gradient to this variable and hold the others constant. May be given again.",
            )(command)
        command = options(command)
        if gradient is not None:
            command = click.option("--gradient", metavar="VALUE", help=gradient)(command)
        command = format_option(*formats)(command)
        argument = variables_argument if needs_variables else perhaps_variables_argument
        return click.command(name, cls=ExpressionCommand)(click.argument(target)(argument(command)))

    return decorate


def _check(ctx: click.Context, request: Request) -> None:
    """Raises UsageError for options that don't fit together."""
    names = [name for name, _ in request.variables]
    for name, _ in request.constants:
        if name in names:
            raise click.UsageError(f"{name} is given as a variable and with --const", ctx)
    for name in request.wrt:
        if name not in names:
            told = f"the variables are {', '.join(names)}" if names else "there are no variables"
            raise click.UsageError(f"--wrt {name}: {told}", ctx)


def needed(ctx: click.Context, request: Request) -> bool:
    """Whether an expression is a program, which may have leaves of its own. Raises UsageError where there are neither
    these nor variables."""
    from . import playing

    program = playing.is_program(request.expression)
    if not program and not request.variables:
        raise click.UsageError("Missing argument 'NAME=VALUE...'.", ctx)
    return program


def carry_out(ctx: click.Context, request: Request, settings: Settings, work: Work) -> None:
    """Do a command's work in a fresh session, and end with its exit code.

    Numbers that were typed without a point are taken for floating ones, which have gradients. Where that makes an
    error, those that make none as whole numbers are taken as such: an index, a class, a dimension.
    """
    from . import sessions
    from .attempts import attempts

    env = environment(ctx)
    sessions.prepare(ctx, settings.memory)

    def once(asked: Request, where: Environment) -> bool:
        return work(sessions.open_session(**settings._asdict()), asked, where)

    ctx.exit(OK if attempts(request, env, once) else FAILED)
