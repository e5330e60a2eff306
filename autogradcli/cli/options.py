"""What several commands share: options, names with values, expressions that begin with a minus."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import wraps
from math import isfinite
from typing import TYPE_CHECKING, Any

import click

from .environment import Environment
from .request import Settings

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ..show.arguments import Option

FORMATS = ("auto", "rich", "plain", "json")
#: Of the commands whose result is a table of numbers.
TABLE_FORMATS = (*FORMATS, "csv", "markdown")
COLORS = ("auto", "always", "never")
DTYPES = ("float32", "float64", "float16", "float", "double", "half")

#: The key of ``Context.meta`` under which the settings are that the prompt has for itself.
PROMPT_SETTINGS = "autogradcli.prompt"

Decorated = Callable[..., Any]


#: Gigabytes below and above which a number can only be a mistake, and so many processes at a time.
LEAST_MEMORY, MOST_MEMORY = 0.001, 1_000_000
MOST_JOBS = 10_000
#: More than a float64 has.
MOST_DIGITS = 20


class Positive(click.FloatRange):
    """A number above 0 that is one: neither infinite nor nan, which is below and above nothing."""

    def __init__(self, *, or_zero: bool = False, least: float = 0, most: float | None = None) -> None:
        super().__init__(min=least, max=most, min_open=not (or_zero or least))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"{value} is no finite number.", param, ctx)
        return number


class ExpressionCommand(click.Command):
    """A command whose words may begin with a minus: what is none of its options is an expression."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        flags: set[str] = set()
        valued: set[str] = set()
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Option):
                (flags if parameter.is_flag else valued).update(parameter.opts)
        return super().parse_args(ctx, words_last(args, flags, valued))


def words_last(args: list[str], flags: set[str], valued: set[str]) -> list[str]:
    """The same arguments, options first, then ``--``, then the words.

    An option is what is one, and anything of the form ``--word`` or ``--word=...``: a misspelt option is not
    to be taken for an expression.
    """
    options: list[str] = []
    words: list[str] = []
    rest = iter(args)
    for arg in rest:
        if arg == "--":
            words += rest
        elif arg in valued:
            value = next(rest, None)
            if value is None:
                return args  # which the parser refuses, by name
            options += [arg, value]
        elif arg in flags or (arg.startswith("--") and arg[2:].partition("=")[0].replace("-", "").isalpha()):
            options.append(arg)
        else:
            words.append(arg)
    return [*options, "--", *words]


class Assignment(click.ParamType):  # type: ignore[type-arg]  # no generic before Click 8.5
    """``NAME=VALUE``, as a pair of strings. VALUE is an expression of the language or ``@FILE``."""

    name = "NAME=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        from keyword import iskeyword

        name, equals, text = value.partition("=")
        name, text = name.strip(), text.strip()
        if equals and iskeyword(name):
            self.fail(f"{value!r} is not of the form NAME=VALUE: {name} is a word of the language", param, ctx)
        if not equals or not name.isidentifier() or not text or text.startswith("="):
            self.fail(f"{value!r} is not of the form NAME=VALUE", param, ctx)
        if text == "@":
            self.fail(f"{value!r} names no file: {name}=@FILE", param, ctx)
        return name, text

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        name, at, start = incomplete.partition("=@")
        return _files(start, f"{name}=@") if at else []


class DataFile(click.ParamType):  # type: ignore[type-arg]  # no generic before Click 8.5
    """A text that begins with the name of a file."""

    name = "FILE"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return _files(incomplete)


def _files(start: str, before: str = "") -> list[CompletionItem]:
    """Files and folders that begin so, and keys in a file, as completions that stand behind ``before``.

    Listed here, since shells complete files by themselves only where a word is nothing but one.
    """
    from click.shell_completion import CompletionItem

    file, colon, key = start.rpartition(":")
    if colon and os.path.isfile(file):
        from ..data.values import keys_of

        return [CompletionItem(f"{before}{file}:{name}") for name in keys_of(file) if name.startswith(key)]
    folder, base = os.path.split(start)
    try:
        with os.scandir(folder or ".") as entries:
            found = sorted(
                os.path.join(folder, e.name) + "/" * e.is_dir()
                for e in entries
                if e.name.startswith(base) and (base or not e.name.startswith("."))
            )
    except OSError:
        return []
    return [CompletionItem(before + name) for name in found]


ASSIGNMENT = Assignment()


def once_each(
    ctx: click.Context, param: click.Parameter, value: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """The assignments, where a second one of a name could only be a mistake."""
    names = [name for name, _ in value]
    for name in names:
        if names.count(name) > 1:
            raise click.BadParameter(f"{name} is given {names.count(name)} times", ctx, param)
    return value


#: The variables of ``grad`` and its like.
variables_argument = click.argument(
    "variables", nargs=-1, required=True, type=ASSIGNMENT, callback=once_each, metavar="NAME=VALUE..."
)

#: The same where there may be none.
perhaps_variables_argument = click.argument(
    "variables", nargs=-1, type=ASSIGNMENT, callback=once_each, metavar="[NAME=VALUE...]"
)


#: What a file of data can be written as, by its suffix.
WRITTEN = (".npy", ".npz", ".csv", ".tsv", ".json", ".safetensors")


def _data_files(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    for text in value:
        ends = [text.rfind(f"{suffix}:") + len(suffix) for suffix in WRITTEN if f"{suffix}:" in text]
        file = text[: max(ends)] if ends else text
        base, suffix = os.path.splitext(os.path.basename(file))
        if suffix not in WRITTEN or not base or base.startswith("."):
            kinds = ", ".join(WRITTEN)
            raise click.BadParameter(
                f"{text!r} is not of the form FILE or FILE:NAME,NAME with one of {kinds}", ctx, param
            )
    return value


var_option = click.option(
    "--var",
    "variables",
    type=ASSIGNMENT,
    multiple=True,
    help="Set a variable first: an expression, where a list of numbers becomes a tensor, or @FILE. May be given again.",
)
load_option = click.option(
    "--load",
    "loads",
    type=DataFile(),
    multiple=True,
    metavar="FILE[:NAME,...]",
    help="Set a variable for each array of an .npz file (or .safetensors, .json, columns of .csv), or for those named; "
    "for an .npy file one of its name.",
)
save_option = click.option(
    "--save",
    "saves",
    type=DataFile(),
    multiple=True,
    callback=_data_files,
    metavar="FILE[:NAME,...]",
    help="When all went well, write all tensors and numbers that have names, or those named; NAME.grad is a gradient. "
    "The suffix says how: .npy, .npz, .csv, .tsv, .json, .safetensors.",
)
files_option = click.option(
    "--files",
    "folder",
    type=click.Path(exists=True, file_okay=False),
    metavar="DIR",
    help="Let programs torch.save and torch.load files in this folder, and nowhere else; they are safetensors.",
)


def format_option(*formats: str) -> Decorated:
    return click.option(
        "--format",
        "format_",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How results are written; auto is rich on a terminal and plain elsewhere.",
    )


def declared_options(options: Sequence[Option]) -> Callable[[Decorated], Decorated]:
    """The options that a command has at the prompt too (``show/arguments.py``)."""

    def decorate(command: Decorated) -> Decorated:
        for option in reversed(options):
            flag = f"--{option.name}"
            if not option.value:
                command = click.option(flag, is_flag=True, help=option.help)(command)
            elif option.choices:
                kind = click.Choice(option.choices)
                command = click.option(flag, type=kind, multiple=option.many, help=option.help)(command)
            else:
                text = DataFile() if option.value == "FILE" else click.STRING
                command = click.option(flag, type=text, metavar=option.value, multiple=option.many, help=option.help)(
                    command
                )
        return command

    return decorate


def _seed(ctx: click.Context, param: click.Parameter, value: int | None) -> int | None:
    if value is not None and not -(2**63) <= value < 2**64:
        raise click.BadParameter("a seed has at most 64 bits", ctx, param)
    return value


no_grad_option = click.option("--no-grad", is_flag=True, help="Record no history, as under torch.no_grad().")


def session_options(command: Decorated) -> Decorated:
    """--dtype, --seed, --memory and --digits, handed on as ``settings``."""

    @wraps(command)
    def called(*args: Any, dtype: str | None, seed: int | None, memory: float, digits: int | None, **given: Any) -> Any:
        environment(click.get_current_context()).out.digits = digits
        return command(*args, settings=Settings(dtype, seed, memory, digits), **given)

    decorated: Decorated = called
    for option in (
        click.option(
            "--digits",
            type=click.IntRange(0, MOST_DIGITS),
            metavar="N",
            help="Show numbers with so many digits behind the point, as by torch.set_printoptions(precision=N).",
        ),
        click.option(
            "--memory",
            type=Positive(least=LEAST_MEMORY, most=MOST_MEMORY),
            default=4.0,
            show_default=True,
            metavar="GB",
            help="How much memory the calculation may take.",
        ),
        click.option(
            "--seed",
            type=int,
            callback=_seed,
            metavar="N",
            help="Seed of the random numbers, as by torch.manual_seed(N).",
        ),
        click.option("--dtype", type=click.Choice(DTYPES), help="The default dtype of floating tensors."),
    ):
        decorated = option(decorated)
    return decorated


def environment(ctx: click.Context) -> Environment:
    """The streams and so on; those of the process if the caller gave none."""
    if ctx.obj is None:
        ctx.obj = Environment()
    found: Environment = ctx.obj
    return found
