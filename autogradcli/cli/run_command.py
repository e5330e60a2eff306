"""``autogradcli run``: files of programs, each in a fresh session."""

from __future__ import annotations

import os

import click

from .environment import UnreadableError
from .options import (
    FORMATS,
    MOST_JOBS,
    Positive,
    environment,
    format_option,
    load_option,
    no_grad_option,
    session_options,
    var_option,
)


@click.command("run")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(allow_dash=True))
@format_option(*FORMATS)
@click.option("--no-echo", is_flag=True, help="Don't show the values of bare expressions: only what is printed.")
@click.option(
    "--keep-going/--fail-fast",
    help="Run the remaining files after one has failed, and sum up at the end; or stop there, which is the default.",
)
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(0, MOST_JOBS),
    default=1,
    show_default=True,
    metavar="N",
    help="Run so many files at a time, their output in the order of the files; 0: as many as there are processors.",
)
@click.option(
    "--timeout",
    type=Positive(),
    metavar="SECONDS",
    help="Stop each program that takes longer.",
)
@click.option("--time", is_flag=True, help="Say for each file how long it took.")
@click.option(
    "--output",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Write results to DIR/FILE.out (.jsonl with --format json), one for each file, in place of standard output.",
)
@click.option(
    "--plots",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Write the pictures that programs draw with pyplot into this folder: savefig('a.png') and show().",
)
@click.option(
    "--why",
    is_flag=True,
    help="Say after a program where its error comes from, or why gradients of it are NaN, infinite, 0 or None.",
)
@var_option
@load_option
@session_options
@no_grad_option
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    format_: str,
    no_echo: bool,
    keep_going: bool,
    jobs: int,
    timeout: float | None,
    time: bool,
    output: str | None,
    plots: str | None,
    why: bool,
    variables: tuple[tuple[str, str], ...],
    loads: tuple[str, ...],
    dtype: str | None,
    seed: int | None,
    no_grad: bool,
    memory: float,
) -> None:
    """Run programs from files, each in a fresh session; - is the standard input.

    Of a notebook (*.ipynb) the cells of code are run. A folder stands for the *.ag and *.py in it, sorted. What
    programs print and the values of their bare expressions go to the standard output as they happen; with --format
    json as one JSON object a line. The first program that fails ends it all, unless --keep-going. --why says more on
    the standard error.

    \b
      autogradcli run model.py
      autogradcli run --var lr=0.1 --load data.npz model.py
      autogradcli run --jobs 4 --keep-going --timeout 10 --output results experiments/
    """
    from . import sessions as preparation
    from .batch import files as batch
    from .batch.results import Results

    env = environment(ctx)
    seed = preparation.some_seed(seed) if why else seed
    if why and (notebooks := [file for file in files if file.lower().endswith(".ipynb")]):
        raise click.UsageError(f"--why takes programs, not notebooks: {notebooks[0]}")
    options = batch.Options(format_, not no_echo, dtype, seed, no_grad, memory, timeout, plots, why, variables, loads)
    try:
        programs = list(batch.expand(files))
        results = None if output is None else Results(output, programs, format_)
    except OSError as error:
        raise click.UsageError(f"{error.filename}: {error.strerror}", ctx) from None
    except UnreadableError as error:
        raise click.UsageError(str(error), ctx) from None
    whole = batch.Batch(programs, options, env, keep_going=keep_going, time=time, results=results)
    # Limits and signals of processes are ours to set only where the process is.
    if env.own_process and (jobs != 1 or timeout is not None):
        from .batch.pool import Pool

        preparation.prepare(ctx, None, insist=False)
        ctx.exit(Pool(whole, jobs or os.cpu_count() or 1).run())
    preparation.prepare(ctx, memory)
    ctx.exit(whole.run())
