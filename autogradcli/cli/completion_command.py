"""``autogradcli completion``: what makes a shell complete commands, options and files."""

from __future__ import annotations

import click

from .options import environment


@click.command("completion")
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    \b
      bash: autogradcli completion bash > ~/.local/share/bash-completion/completions/autogradcli
      zsh:  autogradcli completion zsh > ~/.zfunc/_autogradcli    (with ~/.zfunc in fpath, before compinit)
      fish: autogradcli completion fish > ~/.config/fish/completions/autogradcli.fish
    """
    from click.shell_completion import get_completion_class

    from .group import cli
    from .main import NAME

    kind = get_completion_class(shell)
    assert kind is not None
    maker = kind(cli, {}, NAME, f"_{NAME.upper()}_COMPLETE")
    # Not source(): for bash that starts one to see its version.
    environment(ctx).out.write(maker.source_template % maker.source_vars() + "\n")
