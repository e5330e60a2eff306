"""The table of commands, loaded one by one, and what a first argument that is no command means."""

from __future__ import annotations

from typing import Any

import click

from .. import __version__
from .environment import Environment
from .exits import INTERRUPTED

#: command -> its module in this package, which has it under the name behind the colon.
COMMANDS = {
    "eval": "eval_command:command",
    "grad": "grad_command:command",
    "jacobian": "derivative_commands:jacobian",
    "hessian": "derivative_commands:hessian",
    "jvp": "derivative_commands:jvp",
    "vjp": "derivative_commands:vjp",
    "derive": "derive_command:command",
    "run": "run_command:command",
    "check-transcript": "transcript_command:command",
    "export": "export_command:command",
    "completion": "completion_command:command",
    "config": "config_command:command",
    "repl": "repl_command:command",
}


class Calculator(click.Group):
    """``autogradcli 'x**2'`` is ``autogradcli eval 'x**2'``; a plain word has to be a command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        from importlib import import_module

        module, _, name = place.partition(":")
        command: click.Command = getattr(import_module(f"{__package__}.{module}"), name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        first = next((k for k, word in enumerate(args) if word not in own), len(args))
        if first < len(args) and not args[first].isidentifier():
            args = [*args[:first], "eval", *args[first:]]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        if word not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(word, COMMANDS, 1)
            said = f"did you mean `{near[0]}`?" if near else f"to evaluate it: {ctx.command_path} eval {word}"
            raise click.UsageError(f"there is no command `{word}`; {said}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:  # here, since Click would write a line of its own about it
            ctx.exit(INTERRUPTED)


@click.group(
    cls=Calculator,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Any other argument that is not a plain word is an expression: autogradcli '2 ** 10'.",
)
@click.version_option(__version__, prog_name="autogradcli", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, hidden=True, help="Show the traceback of an internal error.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """A gradient calculator: tensor expressions in PyTorch's language, their values and their gradients.

    Without a command it opens a prompt, or runs the program that comes in on the standard input.
    """
    if ctx.obj is None:
        ctx.obj = Environment()
    if ctx.invoked_subcommand is None:
        name = "repl" if ctx.obj.interactive else "eval"
        command = cli.get_command(ctx, name)
        assert command is not None
        ctx.exit(command.main([], prog_name=f"{ctx.command_path} {name}", standalone_mode=False, parent=ctx))
