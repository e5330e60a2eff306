"""``autogradcli export``: a program of the calculator as one of PyTorch's."""

from __future__ import annotations

import click

from .environment import UnreadableError
from .exits import FAILED, OK
from .options import environment


@click.command("export")
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--no-echo", is_flag=True, help="Leave bare expressions alone, which show nothing in a Python script.")
@click.option("--output", "-o", type=click.Path(dir_okay=False), metavar="FILE", help="Write to a file.")
@click.pass_context
def command(ctx: click.Context, file: str, no_echo: bool, output: str | None) -> None:
    """Write the program of FILE as plain Python that runs under PyTorch and prints the same; - is standard input.

    Bare names become torch.NAME, lists of numbers that stand for tensors become torch.tensor([...]), and values
    that the calculator shows are shown. The rest of the text stays as it is.

    \b
      autogradcli export model.ag -o model.py && python model.py
    """
    from ..data.drafts import write_atomically
    from ..language.errors import failed
    from ..language.export.program_export import export
    from ..language.read.syntax import Source
    from ..show.errors import error_text
    from . import sessions

    env = environment(ctx)
    name = "<stdin>" if file == "-" else file
    text = ""
    try:
        text = env.read_text(file)
        made = export(text, echo=not no_echo)
        if output is not None:
            name = output
            data = made.encode()
            write_atomically(output, lambda stream: stream.write(data))
        else:
            env.out.write(made)
    except (OSError, UnreadableError) as error:
        env.err.raw(error_text(sessions.unreadable(error), name, env.err))
        ctx.exit(FAILED)
    except (SyntaxError, RecursionError, MemoryError) as error:
        env.err.raw(error_text(failed(error, Source(text), {}, {}), name, env.err))
        ctx.exit(FAILED)
    ctx.exit(OK)
