"""``autogradcli run``: files of programs, each in a fresh session."""

from __future__ import annotations

import click

from .environment import UnreadableError
from .exits import FAILED, OK
from .options import FORMATS, environment, format_option, no_grad_option, session_options


@click.command("run")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(allow_dash=True))
@format_option(*FORMATS)
@click.option("--no-echo", is_flag=True, help="Don't show the values of bare expressions: only what is printed.")
@click.option("--keep-going", is_flag=True, help="Run the remaining files after one has failed.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Stop each program that takes longer.",
)
@session_options
@no_grad_option
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    format_: str,
    no_echo: bool,
    keep_going: bool,
    timeout: float | None,
    dtype: str | None,
    seed: int | None,
    no_grad: bool,
    memory: float,
) -> None:
    """Run programs from files, each in a fresh session; - is the standard input.

    What they print and the values of their bare expressions go to the standard output as they happen; with
    --format json as one JSON object a line. The first program that fails ends it all, unless --keep-going.
    """
    from time import perf_counter

    from . import programs

    env = environment(ctx)
    programs.prepare(env, memory)
    code = OK
    for file in files:
        shown_as = "<stdin>" if file == "-" and format_ != "json" else file
        display = programs.open_display(format_, env, shown_as, batch=True)
        display.begin()
        ok = False
        started = perf_counter()
        try:
            source = env.read_program(file)
            session = programs.open_session(dtype=dtype, seed=seed, no_grad=no_grad, memory=memory, timeout=timeout)
            started = perf_counter()
            ok = programs.run(session, source, display, echo=not no_echo)
        except (OSError, UnreadableError) as error:
            display.show(programs.unreadable(error))
        finally:
            display.end(ok, perf_counter() - started)
        if not ok:
            code = FAILED
            if not keep_going:
                break
    ctx.exit(code)
