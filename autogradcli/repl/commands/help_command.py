"""``:help``: the commands, or what is known about a name, with examples that are run at that moment."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent

from ...language.read.tokens import NAME, tokens
from ...show.escape import escape, escape_line
from ...show.stream import BOLD
from ..help.texts import SETUP
from ..interruptible import within
from .prompt import Prompt
from .table import COMMANDS, CommandError, command, find


@command(":help", "[NAME]", ":h", ":?", words=lambda session: {*session.variables, *session.prelude, *COMMANDS})
def _help(prompt: Prompt, argument: str) -> None:
    """Tell about the commands, or about a name.

    The examples are run at that moment, in a session of their own.
    """
    out = prompt.out
    if not argument:
        width = max(len(f"{one.name} {one.argument}") for one in COMMANDS.values())
        for one in COMMANDS.values():
            out.write(f"  {f'{one.name} {one.argument}'.ljust(width)}  {one.summary}\n")
        out.write(
            "\nAnything else is a program: an expression shows its value, _ is the last one.\n"
            "Enter runs what is complete, Alt-Enter begins another line, Tab completes,\n"
            "Ctrl-C stops, Ctrl-D leaves.\n"
        )
    elif argument.startswith(":"):
        one = find(argument)
        out.write(f"{one.name} {one.argument}".rstrip() + f"\n{_indented(one.text)}\n")
        if one.aliases:
            out.write(f"  also: {', '.join(one.aliases)}\n")
    else:
        from ..help.pages import NoSuchName, documentation, facts_of, filled, live_examples

        session = prompt.session
        texts: list[str] = []

        def work() -> None:
            try:
                texts.append(documentation(session, argument, prompt.width))
            except NoSuchName as error:
                refused.append(CommandError(str(error)))

        refused: list[CommandError] = []
        within(prompt.interrupts, work, argument)
        if refused:
            raise refused[0]
        out.write(escape(texts[0]).rstrip() + "\n")
        ran = list(live_examples(session, argument))
        for fact in facts_of(session, argument):
            out.write(escape("\n" + filled(fact, prompt.width)) + "\n")
        names = {word for source, _ in ran for word in _words(source)}
        given = [line for line in SETUP.strip().split("\n") if line.partition(" ")[0] in names]
        if ran:
            out.raw("".join(f"\n  {line}" for line in given) + "\n")
        for source, result in ran:
            prompted = "\n  ... ".join(escape_line(line) for line in source.split("\n"))
            out.raw(out.style(f"  >>> {prompted}", BOLD) + "\n" + indent(escape(result), "  ") + "\n")


def _words(source: str) -> Iterator[str]:
    return (token.text for token in tokens(source) if token.kind == NAME)


def _indented(text: str) -> str:
    from inspect import cleandoc

    return "\n".join(f"  {line}".rstrip() for line in cleandoc(text).split("\n")) if text else ""
