"""The commands of the prompt, ``:name``: one table from which dispatch, help and completion come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ..engine.tensor import Tensor
from ..functions.registry import NAMESPACES
from ..language.attributes import entry_of, get_attribute
from ..language.text_format import to_repr
from ..session import Session
from ..show.escape import escape, escape_line
from ..show.plain import named

if TYPE_CHECKING:
    from .app import Prompt

Run = Callable[["Prompt", str], None]


class Command:
    """One command. ``summary`` is one line, ``words`` what completion offers for its argument."""

    __slots__ = ("aliases", "argument", "name", "run", "summary", "words")

    def __init__(
        self,
        name: str,
        argument: str,
        summary: str,
        run: Run,
        words: Callable[[Session], Iterable[str]],
        aliases: tuple[str, ...],
    ) -> None:
        self.name = name
        self.argument = argument
        self.summary = summary
        self.run = run
        self.words = words
        self.aliases = aliases


COMMANDS: dict[str, Command] = {}


class CommandError(Exception):
    """What was typed after the colon makes no sense."""


def command(
    name: str,
    argument: str = "",
    *aliases: str,
    words: Callable[[Session], Iterable[str]] = lambda session: (),
) -> Callable[[Run], Run]:
    """Enter a function into the table. The first line of its docstring is the summary."""

    def enter(run: Run) -> Run:
        summary = (run.__doc__ or "").split("\n")[0].rstrip(".")
        COMMANDS[name] = Command(name, argument, summary, run, words, aliases)
        return run

    return enter


def find(word: str) -> Command:
    """The command of that name, alias or unambiguous beginning. Raises CommandError."""
    for one in COMMANDS.values():
        if word == one.name or word in one.aliases:
            return one
    begun = [one for one in COMMANDS.values() if len(word) > 1 and one.name.startswith(word)]
    if len(begun) == 1:
        return begun[0]
    from difflib import get_close_matches

    near = [one.name for one in begun] or get_close_matches(word, COMMANDS, 1)
    raise CommandError(
        f"there is no command {word}; " + (f"did you mean {' or '.join(near)}?" if near else "see :help")
    )


def dispatch(prompt: Prompt, line: str) -> None:
    """Run a line that begins with a colon. Raises CommandError."""
    word, _, argument = line.strip().partition(" ")
    find(word).run(prompt, argument.strip())


def complete_command(word: str, session: Session) -> Iterable[str]:
    """What the argument of a command may be."""
    try:
        return find(word).words(session)
    except CommandError:
        return ()


def _choice(argument: str, choices: tuple[str, ...]) -> str:
    if argument not in choices:
        raise CommandError(f"one of {', '.join(choices)} is needed, not {argument}")
    return argument


@command(":help", "[NAME]", ":h", ":?", words=lambda session: {*session.variables, *session.prelude, *COMMANDS})
def _help(prompt: Prompt, argument: str) -> None:
    """List the commands, or tell about a name of the language."""
    if not argument:
        width = max(len(f"{one.name} {one.argument}") for one in COMMANDS.values())
        for one in COMMANDS.values():
            prompt.out.write(f"  {f'{one.name} {one.argument}'.ljust(width)}  {one.summary}\n")
        prompt.out.write(
            "\nAnything else is a program: an expression shows its value, _ is the last one.\n"
            "Enter runs what is complete, Alt-Enter begins another line, Tab completes,\n"
            "Ctrl-C stops, Ctrl-D leaves.\n"
        )
        return
    if argument.startswith(":"):
        one = find(argument)
        prompt.out.write(f"{one.name} {one.argument}".rstrip() + f"\n  {one.summary}\n")
        return
    prompt.out.write(escape(documentation(prompt.session, argument)).rstrip() + "\n")


def documentation(session: Session, dotted: str) -> str:
    """What is known about a dotted name. Raises CommandError where there is no such name.

    The last name may be a method or a property, whose value is not asked for.
    """
    first, *rest = dotted.split(".")
    names: dict[str, Any] = {**session.prelude, **session.variables}
    if first not in names:
        raise CommandError(f"there is nothing under the name {escape_line(first)}")
    value = names[first]
    owner: Any = None
    for k, name in enumerate(rest):
        entry = entry_of(value, name)
        if entry is not None:
            if k + 1 < len(rest):
                raise CommandError(f"help ends at {'.'.join([first, *rest[: k + 1]])}")
            owner, value = value, entry
            break
        try:
            value = get_attribute(value, name)
        except AttributeError as error:
            raise CommandError(str(error)) from None
    text = getattr(value, "doc", "")
    if not rest and not text:  # a bare name that is Python's on numbers and the tensor's on tensors
        text = getattr(NAMESPACES.get("torch", {}).get(first), "doc", "")
    if owner is not None:
        text = text or getattr(getattr(value, "call", None), "doc", "")
        return f"{dotted}, of a {type(owner).__name__}\n{_indented(text)}"
    return f"{dotted} is {to_repr(value)}\n{_indented(text if isinstance(text, str) else '')}"


def _indented(text: str) -> str:
    from inspect import cleandoc

    return "\n".join(f"  {line}".rstrip() for line in cleandoc(text).split("\n")) if text else ""


@command(":no_grad", "[on|off]", words=lambda session: ("on", "off"))
def _no_grad(prompt: Prompt, argument: str) -> None:
    """Record no history, or again; without a word, change it."""
    wanted = not prompt.grad_enabled if not argument else _choice(argument, ("on", "off")) == "off"
    prompt.set_grad_enabled(wanted)


@command(":vars")
def _vars(prompt: Prompt, argument: str) -> None:
    """List the variables."""
    named = [(name, value) for name, value in prompt.session.variables.items() if name != "_"]
    if not named:
        prompt.out.write("no variables yet\n")
    width = max((len(name) for name, _ in named), default=0)
    for name, value in named:
        prompt.out.write(f"{name.ljust(width)}  {_summary(value)}\n")


def _summary(value: Any) -> str:
    if not isinstance(value, Tensor):
        text = " ".join(to_repr(value).split())
        return text if len(text) <= 60 else text[:57] + "..."
    parts = [f"{value.dtype.name} {list(value.array.shape)}"]
    if value.grad_fn is not None:
        parts.append(f"grad_fn=<{type(value.grad_fn).__name__}>")
    elif value.requires_grad:
        parts.append("requires_grad" if value.grad is None else "requires_grad, has a gradient")
    return ", ".join(parts)


@command(":grads")
def _grads(prompt: Prompt, argument: str) -> None:
    """Show the gradients that the variables have."""
    found = False
    for name, value in prompt.session.variables.items():
        if isinstance(value, Tensor) and name != "_" and value.grad is not None:
            found = True
            prompt.out.write(named(f"{name}.grad", to_repr(value.grad)))
    if not found:
        prompt.out.write("no variable has a gradient: call backward() on a result first\n")


@command(":format", "[plain|rich]", words=lambda session: ("plain", "rich"))
def _format(prompt: Prompt, argument: str) -> None:
    """PyTorch's text or a table for values; without a word, change it."""
    prompt.format = _choice(argument, ("plain", "rich")) if argument else _other(prompt.format)
    prompt.out.write(f"format: {prompt.format}\n")


def _other(format_: str) -> str:
    return "rich" if format_ == "plain" else "plain"


@command(":quit", "", ":q", ":exit")
def _quit(prompt: Prompt, argument: str) -> None:
    """Leave, as Ctrl-D does."""
    prompt.running = False
