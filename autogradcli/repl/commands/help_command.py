"""``:help``: the commands, or what is known about a name, with examples that are run at that moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from keyword import iskeyword
from textwrap import indent

from ...language.read.tokens import NAME, tokens
from ...language.values.attribute_lookup import names_of
from ...show.escape import escape, escape_line
from ...show.stream import BOLD
from ..help.names import home_of, short_name
from ..help.texts import SETUP
from ..interruptible import value_of, within
from .prompt import Prompt
from .table import COMMANDS, CommandError, command, find

#: Results of a search that are shown, and names that may have been meant.
MOST_FOUND, MOST_NEAR = 20, 3


@command(":help", "[NAME|WORD]", ":h", ":?", words=lambda session: {*session.variables, *session.prelude, *COMMANDS})
def _help(prompt: Prompt, argument: str) -> None:
    """Tell about the commands, about a name, or search.

    The examples are run at that moment, in a session of their own. What is no name
    is looked for in all names and texts: :help conv, :help cross entropy.
    NAME? and help(NAME) ask the same.
    """
    out = prompt.out
    if not argument:
        width = max(len(f"{one.name} {one.argument}") for one in COMMANDS.values())
        for one in COMMANDS.values():
            out.write(f"  {f'{one.name} {one.argument}'.ljust(width)}  {one.summary}\n")
        out.write(
            "\nAnything else is a program: an expression shows its value, _ is the last one.\n"
            "Enter runs what is complete, Alt-Enter begins another line, Tab completes,\n"
            "Ctrl-C stops, Ctrl-D leaves. NAME? tells about a name, :help WORD searches.\n"
        )
    elif argument.startswith(":"):
        one = find(argument)
        out.write(f"{one.name} {one.argument}".rstrip() + f"\n{_indented(one.text)}\n")
        if one.aliases:
            out.write(f"  also: {', '.join(one.aliases)}\n")
    elif all(part.isidentifier() and not iskeyword(part) for part in argument.split(".")):
        _page(prompt, argument)
    elif argument in ("None", "True", "False") or any(mark in argument for mark in "([{'\""):
        _of_value(prompt, argument)
    else:
        _search(prompt, argument)


def _page(prompt: Prompt, name: str) -> None:
    """Show the page of a name, or what a search for it finds."""
    from ..help.pages import NoSuchName, documentation, facts_of, filled, live_examples

    session, out = prompt.session, prompt.out
    name = home_of(session.variables.get(name)) or name  # what was imported under a name is ours still
    texts: list[str] = []
    refused: list[NoSuchName] = []

    def work() -> None:
        try:
            texts.append(documentation(session, name, prompt.width))
        except NoSuchName as error:
            refused.append(error)

    within(prompt.interrupts, work, name)
    if refused:
        _search(prompt, name, str(refused[0]))
        return
    out.write(escape(texts[0]).rstrip() + "\n")
    ran = list(live_examples(session, name))
    for fact in facts_of(session, name):
        out.write(escape("\n" + filled(fact, prompt.width)) + "\n")
    names = {word for source, _ in ran for word in _words(source)}
    given = [line for line in SETUP.strip().split("\n") if line.partition(" ")[0] in names]
    if ran:
        out.raw("".join(f"\n  {line}" for line in given) + "\n")
    for source, result in ran:
        prompted = "\n  ... ".join(escape_line(line) for line in source.split("\n"))
        shown = indent(escape(result), "  ") + "\n" if result else ""
        out.raw(out.style(f"  >>> {prompted}", BOLD) + "\n" + shown)


def _of_value(prompt: Prompt, text: str) -> None:
    """Tell about the value of an expression: its type's page, or its own where it is a function."""
    from ..help.pages import described, filled
    from ..help.texts import entry

    value = value_of(prompt.interrupts, text, or_none=True)
    told: list[str] = []
    within(prompt.interrupts, lambda: told.append(described(text, value)), text)
    prompt.out.write(escape(told[0]) + "\n")
    about = next(filter(None, (entry(f"{room}.{short_name(type(value))}") for room in ("torch", "nn", "python"))), None)
    if about is not None:
        prompt.out.write(escape(filled(about.text.partition("\n")[0], prompt.width)) + "\n")
    prompt.out.write(f"  :dir {escape_line(text)} lists its attributes and methods\n")


def _search(prompt: Prompt, words: str, refusal: str = "") -> None:
    """Show the names that have the words in them or in their texts. Raises CommandError where there are none, with
    those that may have been meant."""
    from ..help.search import Found, near, search

    found = search(prompt.session, words) if not refusal or "." not in words else []
    commands = [
        Found(one.name, one.summary)
        for one in COMMANDS.values()
        if len(words) > 2 and words.lower() in f"{one.name} {one.summary}".lower()
    ]
    if not found and not commands:
        meant = near(prompt.session, words, MOST_NEAR)
        hint = f"; did you mean {_either(meant)}?" if meant else ""
        raise CommandError((refusal or f"no name and no text has {escape_line(words)} in it") + hint)
    shown = [
        *[one for one in commands if words in one.name],
        *found,
        *[one for one in commands if words not in one.name],
    ]
    wide = max(len(one.name) for one in shown[:MOST_FOUND])
    for one in shown[:MOST_FOUND]:
        room = max(prompt.width - wide - 5, 20)
        about = one.about.replace("`", "")
        about = about if len(about) <= room else about[: room - 3].rstrip() + "..."
        prompt.out.write(f"  {one.name.ljust(wide)}  {about}".rstrip() + "\n")
    if shown[MOST_FOUND:]:
        prompt.out.write(f"  and {len(shown) - MOST_FOUND} more: add a word to narrow it down\n")


def _either(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


@command(":dir", "[EXPR]", expression=True)
def _dir(prompt: Prompt, argument: str) -> None:
    """List the attributes and methods of a value.

    Of a namespace its names; without an argument the variables. dir(EXPR) asks
    the same.
    """
    from ..help.pages import in_columns

    if argument:
        names = list(names_of(value_of(prompt.interrupts, argument, or_none=True)))
    else:
        names = [name for name in prompt.session.variables if name != "_"]
    names = sorted((name for name in {*names} if not name.startswith("_")), key=str.lower)
    prompt.out.write(escape(in_columns(names, prompt.width)) + "\n" if names else "nothing\n")


def _words(source: str) -> Iterator[str]:
    return (token.text for token in tokens(source) if token.kind == NAME)


def _indented(text: str) -> str:
    from inspect import cleandoc

    return "\n".join(f"  {line}".rstrip() for line in cleandoc(text).split("\n")) if text else ""
