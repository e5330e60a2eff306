"""``autogradcli config``: the settings file and where it belongs."""

from __future__ import annotations

import os

import click

from ..show.errors import plain_error_text
from .exits import FAILED, OK
from .options import environment


@click.command("config")
@click.option("--path", "only_path", is_flag=True, help="Print where the file is, or would be.")
@click.option("--write", is_flag=True, help="Make the file, all of it comments, unless there is one.")
@click.pass_context
def command(ctx: click.Context, only_path: bool, write: bool) -> None:
    """Print a settings file in which every setting stands as a comment.

    Settings are defaults of options. They are read from $XDG_CONFIG_HOME/autogradcli/config.toml (without that
    variable, ~/.config/autogradcli/config.toml) and nowhere else; autogradcli --no-config reads none.
    """
    from ..data.drafts import write_atomically
    from . import config

    env = environment(ctx)
    file = config.path()
    if only_path:
        env.out.write(file + "\n")
    elif not write:
        env.out.write(config.TEMPLATE)
    elif os.path.exists(file):
        env.err.raw(plain_error_text(file, "it is there already", env.err, "remove it first, or edit it"))
        ctx.exit(FAILED)
    else:
        try:
            os.makedirs(os.path.dirname(file), exist_ok=True)
            write_atomically(file, lambda stream: stream.write(config.TEMPLATE.encode()))
        except OSError as error:
            env.err.raw(plain_error_text(file, error.strerror or str(error), env.err))
            ctx.exit(FAILED)
        env.out.write(file + "\n")
    ctx.exit(OK)
