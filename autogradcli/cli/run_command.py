"""``autogradcli run``: files of programs, each in a fresh session."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from .environment import UnreadableError
from .options import (
    FORMATS,
    MOST_JOBS,
    Positive,
    environment,
    files_option,
    format_option,
    load_option,
    no_grad_option,
    session_options,
    var_option,
)
from .request import Settings

if TYPE_CHECKING:
    from .batch.files import Batch


class KeepGoing(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has no argument there
    """After what fails one goes on: "file", "line", or "" for neither. A settings file has it as true or false too."""

    name = "choice"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if isinstance(value, bool):
            return "file" if value else ""
        if value in ("", "file", "line"):
            return str(value)
        self.fail(f"{value!r} is neither 'file' nor 'line'.", param, ctx)


class Run(click.Command):
    """``--keep-going`` alone means files. Its value follows a ``=``, so that a file's name may follow it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        alone = "--keep-going"
        return super().parse_args(ctx, [f"{alone}=file" if a == alone else a for a in args[:end]] + args[end:])


@click.command("run", cls=Run)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(allow_dash=True))
@format_option(*FORMATS)
@click.option(
    "--echo/--no-echo",
    default=None,
    help="Show the values of bare expressions, or only what is printed; *.py show none unless asked to.",
)
@click.option(
    "--keep-going",
    "keep_going",
    type=KeepGoing(),
    metavar="[file|line]",
    help="Run the remaining files after one has failed, and sum up at the end; =line: its remaining lines too.",
)
@click.option("--fail-fast", "keep_going", flag_value="", type=KeepGoing(), help="Stop there, which is the default.")
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
    "--dask",
    metavar="ADDRESS",
    help="Let the workers of a Dask cluster run them, tcp://HOST:PORT of its scheduler; local: of one made here.",
)
@click.option(
    "--timeout",
    type=Positive(),
    metavar="SECONDS",
    help="Stop each program that takes longer.",
)
@click.option(
    "--progress",
    is_flag=True,
    help="Show on a terminal in which of its loops a long program is, how far, and about how long it will take.",
)
@click.option("--time", is_flag=True, help="Say for each file how long it took.")
@click.option(
    "--output",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Write results to DIR/FILE.out (.jsonl with --format json), one for each file, in place of standard output.",
)
@click.option(
    "--junit",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write a report in JUnit's XML: a test case for each file, with its time, its error and what it shows.",
)
@click.option("--tap", is_flag=True, help="Show the results as TAP, what programs show as comments in it.")
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
@files_option
@var_option
@load_option
@session_options
@no_grad_option
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    format_: str,
    echo: bool | None,
    keep_going: str | None,
    jobs: int,
    dask: str | None,
    timeout: float | None,
    progress: bool,
    time: bool,
    output: str | None,
    junit: str | None,
    tap: bool,
    plots: str | None,
    why: bool,
    folder: str | None,
    variables: tuple[tuple[str, str], ...],
    loads: tuple[str, ...],
    settings: Settings,
    no_grad: bool,
) -> None:
    """Run programs from files, each in a fresh session; - is the standard input.

    Of a notebook (*.ipynb) the cells of code are run. A folder stands for the *.ag and *.py in it, sorted. What
    programs print and the values of their bare expressions go to the standard output as they happen, with --format
    json as one JSON object a line; a *.py shows what Python would, which is no bare expression. The first program
    that fails ends it all, unless --keep-going. --why says more on the standard error.

    \b
      autogradcli run model.py
      autogradcli run --var lr=0.1 --load data.npz model.py
      autogradcli run --jobs 4 --keep-going --timeout 10 --output results experiments/
    """
    from . import sessions as preparation
    from .batch import files as batch
    from .batch.reports import JUnit
    from .batch.results import Results

    env = environment(ctx)
    if dask is not None and "-" in files:
        raise click.UsageError("--dask takes files that the cluster can read, not the standard input")
    if progress and (jobs != 1 or dask is not None or timeout is not None):
        raise click.UsageError("--progress watches what this process runs: leave out --jobs, --dask and --timeout")
    if junit is not None and not os.access(folder := os.path.dirname(junit) or ".", os.W_OK):
        raise click.UsageError(f"--junit {junit}: no file can be written in {folder}")
    if why:
        settings = settings._replace(seed=preparation.some_seed(settings.seed))
    if why and (notebooks := [file for file in files if file.lower().endswith(".ipynb")]):
        raise click.UsageError(f"--why takes programs, not notebooks: {notebooks[0]}")
    if why and folder is not None:
        raise click.UsageError("--why runs lines of a program again, which must not write again: leave out --files")
    going = keep_going == "line"
    if why and going:
        raise click.UsageError("--why explains the error that ends a program, and --keep-going=line lets none end it")
    if tap and format_ == "auto":
        format_ = "plain"
    elif tap and format_ != "plain":
        raise click.UsageError(f"--tap is a format of its own: leave out --format {format_}")
    options = batch.Options(format_, echo, settings, no_grad, timeout, plots, why, variables, loads, going, folder)
    try:
        programs = list(batch.expand(files))
        results = None if output is None else Results(output, programs, format_)
    except OSError as error:
        raise click.UsageError(f"{error.filename}: {error.strerror}", ctx) from None
    except UnreadableError as error:
        raise click.UsageError(str(error), ctx) from None
    whole = batch.Batch(
        programs,
        options,
        env,
        keep_going=bool(keep_going),
        time=time,
        results=results,
        junit=None if junit is None else JUnit(junit),
        tap=tap,
    )
    if dask is not None:
        ctx.exit(_by_cluster(ctx, whole, dask, jobs))
    # Limits and signals of processes are ours to set only where the process is.
    if env.own_process and (jobs != 1 or timeout is not None):
        from .batch.pool import Pool

        preparation.prepare(ctx, None, insist=False)
        ctx.exit(Pool(whole, jobs or os.cpu_count() or 1).run())
    preparation.prepare(ctx, settings.memory)
    ctx.exit(whole.run(watched=progress))


def _by_cluster(ctx: click.Context, whole: Batch, address: str, jobs: int) -> int:
    """The exit code."""
    from . import sessions as preparation
    from .batch.cluster import LOCAL, ClusterBatch, ClusterError, cluster

    given = ctx.get_parameter_source("jobs") is click.core.ParameterSource.COMMANDLINE
    if given and address != LOCAL:
        raise click.UsageError("--jobs is for this machine: with --dask ADDRESS the cluster's workers say how many")
    preparation.prepare(ctx, None, insist=False)
    try:
        with cluster(address, (jobs if given else 0) or os.cpu_count() or 1) as client:
            return ClusterBatch(whole, client).run()
    except ClusterError as error:
        raise click.UsageError(str(error)) from None
