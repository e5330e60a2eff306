"""The commands of the prompt, ``:name``: one table from which dispatch, help and completion come."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...session import Session
from .prompt import Prompt

Run = Callable[[Prompt, str], None]
Words = Callable[[Session], Iterable[str]]


class Command:
    """One command. ``summary`` is one line, ``words`` what completion offers for its argument; ``expression`` says
    that the argument is one of the language, ``path`` that it is a file, to be completed as such."""

    __slots__ = ("aliases", "argument", "expression", "name", "path", "run", "summary", "text", "words")

    def __init__(
        self,
        name: str,
        argument: str,
        text: str,
        run: Run,
        words: Words,
        aliases: tuple[str, ...],
        *,
        expression: bool,
        path: bool,
    ) -> None:
        self.name = name
        self.argument = argument
        self.text = text
        self.summary = text.split("\n")[0].rstrip(".")
        self.run = run
        self.words = words
        self.aliases = aliases
        self.expression = expression
        self.path = path


COMMANDS: dict[str, Command] = {}


class CommandError(Exception):
    """What was typed after the colon makes no sense."""


def command(
    name: str,
    argument: str = "",
    *aliases: str,
    words: Words = lambda session: (),
    expression: bool = False,
    path: bool = False,
) -> Callable[[Run], Run]:
    """Enter a function into the table. The first line of its docstring is the summary, the whole of it the help."""

    def enter(run: Run) -> Run:
        from inspect import cleandoc

        text = cleandoc(run.__doc__ or "")
        COMMANDS[name] = Command(name, argument, text, run, words, aliases, expression=expression, path=path)
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


def takes_expression(word: str) -> bool:
    try:
        return find(word).expression
    except CommandError:
        return False


def takes_paths(word: str) -> bool:
    try:
        return find(word).path
    except CommandError:
        return False


def choice(argument: str, choices: Iterable[str]) -> str:
    """The argument, which has to be one of the choices. Raises CommandError."""
    choices = list(choices)
    if argument not in choices:
        raise CommandError(f"one of {', '.join(choices)} is needed, not {argument or 'nothing'}")
    return argument


def needed(argument: str, what: str) -> str:
    """The argument, which must not be empty. Raises CommandError."""
    if not argument:
        raise CommandError(f"{what} is needed")
    return argument
