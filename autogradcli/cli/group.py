"""The table of commands, loaded one by one, and what a first argument that is no command means."""

from __future__ import annotations

from os import fsencode
from typing import Any

import click

from .. import __version__
from ..numerics.releases import NEWEST, VERSIONS, using
from ..show.stream import terminal_size
from .environment import Environment
from .exits import INTERRUPTED
from .options import COLORS, PROMPT_SETTINGS

#: command -> its module in this package, which has it under the name behind the colon.
COMMANDS = {
    "eval": "eval_command:command",
    "grad": "grad_command:command",
    "jacobian": "derivative_commands:jacobian",
    "hessian": "derivative_commands:hessian",
    "jvp": "derivative_commands:jvp",
    "vjp": "derivative_commands:vjp",
    "derive": "derive_command:command",
    "explain": "explain_command:command",
    "why": "why_command:command",
    "check": "check_command:command",
    "table": "table_command:command",
    "plot": "plot_command:command",
    "graph": "graph_command:command",
    "run": "run_command:command",
    "check-transcript": "transcript_command:command",
    "compare-pytorch": "compare_command:command",
    "export": "export_command:command",
    "completion": "completion_command:command",
    "config": "config_command:command",
    "repl": "repl_command:command",
    "help": "help_command:command",
}
#: What each does, in a line of the help text, for which no command is loaded.
SUMMARIES = {
    "eval": "Evaluate expressions and show their values",
    "grad": "The value of an expression and its gradients",
    "jacobian": "The Jacobian of an expression",
    "hessian": "The matrix of second derivatives",
    "jvp": "The derivative along a direction",
    "vjp": "The product of a vector with the Jacobian",
    "derive": "The gradient as a formula, LaTeX or code",
    "explain": "How a gradient comes about, with its numbers",
    "why": "Why a gradient is None, NaN, 0 or unexpected",
    "check": "Compare gradients with finite differences",
    "table": "A function and its derivative at points",
    "plot": "Draw a function and its derivative",
    "graph": "The graph that made a value, as a picture",
    "run": "Run programs from files",
    "check-transcript": "Do the examples in a text still hold?",
    "compare-pytorch": "What another release changes for a program",
    "export": "A program as plain PyTorch",
    "completion": "What makes your shell complete commands",
    "config": "Your settings: where they are, what they can be",
    "repl": "Open the prompt",
    "help": "About a command, a function or a word",
}
EXAMPLES = """\
Examples:
  autogradcli grad 'x**2 * y' x=3 y=2
  autogradcli 'x = tensor([1., 2.]); x.exp()'
  autogradcli derive 'exp(-x**2)' x=1
  autogradcli help softmax
"""
#: Names of the language that are values.
CONSTANTS = frozenset({"pi", "e", "inf", "nan", "tau", "newaxis"})
#: Columns of a help text at most.
WIDTH = 80
#: The key of ``Context.meta`` that says whether a help text is wanted.
ASKS_HELP = "autogradcli.help"


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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_help_text(ctx, formatter)
        formatter.write_paragraph()
        formatter.write(EXAMPLES)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for word in args:
            if not _is_text(word):
                raise click.UsageError(f"an argument holds what is no character: {word[:40]!r}", ctx)
        # As Click would find it, which imports ``shutil`` for that.
        ctx.terminal_width = max(min(terminal_size()[0], WIDTH) - 2, 50)
        args = own_first(args)
        before = args[: args.index("--")] if "--" in args else args
        ctx.meta[ASKS_HELP] = any(word in ctx.help_option_names for word in before)
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        first = next((k for k, word in enumerate(args) if word.partition("=")[0] not in own), len(args))
        if first < len(args) and not _is_word(args[first]):
            args = [*args[:first], "eval", *args[first:]]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        if word not in COMMANDS:
            args = self._other(ctx, args)
        return super().resolve_command(ctx, args)

    def _other(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Arguments whose first is a plain word and no command: what is meant by them. Raises UsageError with what to
        type where nothing is."""
        from difflib import get_close_matches

        word = args[0]
        is_name = _is_name(word)
        if is_name and word in CONSTANTS:
            return ["eval", *args]
        near = get_close_matches(word, COMMANDS, 1)
        if is_name:
            value = " ".join(args[1:]) or "2"
            said = f"`{word}` is a function, not a command: {ctx.command_path} '{word}({value})' calls it"
            raise click.UsageError(f"{said}, {ctx.command_path} help {word} tells about it", ctx)
        said = f"did you mean `{near[0]}`?" if near else f"to evaluate it: {ctx.command_path} eval {word}"
        raise click.UsageError(f"there is no command `{word}`; {said}", ctx)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:  # here, since Click would write a line of its own about it
            ctx.exit(INTERRUPTED)


def _is_text(word: str) -> bool:
    """Whether the system could have given us this argument, and so could a file be called."""
    try:
        fsencode(word)
    except UnicodeEncodeError:
        return False
    return "\0" not in word


def _is_name(word: str) -> bool:
    """Whether the language has something under a name, as far as its help texts say: no function is loaded."""
    from ..repl.help.texts import parts

    return word in parts() or f"math.{word}" in parts()


def _is_word(arg: str) -> bool:
    """Whether an argument has to be a command: a plain word, or nearly one of the commands with a hyphen."""
    return arg.isidentifier() or arg.startswith(("check-", "compare-"))


def own_first(args: list[str]) -> list[str]:
    """The same arguments with ``--color``, ``--pytorch`` and ``--no-config``, which may stand anywhere, in front."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(args)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--no-config" or word.startswith(("--color=", "--pytorch=")):
            front.append(word)
        elif word in ("--color", "--pytorch") and (value := next(words, None)) is not None:
            front.append(f"{word}={value}")
        else:
            rest.append(word)
    return front + rest


@click.group(
    cls=Calculator,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH},
    epilog="Any other argument that is not a plain word is an expression: autogradcli '2 ** 10'. More about a command: "
    "autogradcli help COMMAND.",
)
@click.version_option(__version__, prog_name="autogradcli", message="%(prog)s %(version)s")
@click.option(
    "--color",
    type=click.Choice(COLORS),
    help="Use colours; auto, the default, does on a terminal unless NO_COLOR is set. May stand anywhere.",
)
@click.option(
    "--pytorch",
    type=click.Choice(tuple(VERSIONS)),
    help=f"The release of PyTorch to agree with: {NEWEST} unless said otherwise. May stand anywhere.",
)
@click.option("--no-config", is_flag=True, help="Read no settings file. May stand anywhere.")
@click.option("--debug", is_flag=True, hidden=True, help="Show the traceback of an internal error.")
@click.pass_context
def cli(ctx: click.Context, color: str | None, pytorch: str | None, no_config: bool, debug: bool) -> None:
    """A gradient calculator: tensor expressions in PyTorch's language, their values and their gradients.

    Without a command it opens a prompt, or runs the program on the standard input.
    """
    if ctx.obj is None:
        ctx.obj = Environment()
    name = ctx.invoked_subcommand or ("repl" if ctx.obj.interactive else "eval")
    command = cli.get_command(ctx, name)
    # A wrong settings file must not keep one from finding out where it is.
    # Nor from a help text.
    spared = name in ("config", "completion") or ctx.meta.get(ASKS_HELP)
    if not no_config and command is not None and not spared:
        from . import config

        settings = config.load(COMMANDS)
        color = color or config.color(settings, name)
        pytorch = pytorch or settings.get("pytorch")
        ctx.meta[PROMPT_SETTINGS] = config.of_prompt(settings)
        found = config.defaults(settings, name, command)
        ctx.default_map = {name: found, f"{ctx.command_path} {name}": found}
    if color in ("always", "never"):
        ctx.obj.out.colour = ctx.obj.err.colour = color == "always"
    ctx.with_resource(using(pytorch or NEWEST))
    if ctx.invoked_subcommand is None:
        assert command is not None
        ctx.exit(command.main([], prog_name=f"{ctx.command_path} {name}", standalone_mode=False, parent=ctx))
