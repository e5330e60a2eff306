"""``autogradcli help``: a command, a name of the language, or what has to do with a word."""

from __future__ import annotations

import click

from ..show.errors import plain_error_text
from ..show.stream import terminal_size
from .exits import FAILED, OK
from .options import environment

#: Columns of a page where nobody says how many there are.
WIDTH = 80
#: Names that a search shows.
MOST = 20


@click.command("help")
@click.argument("words", nargs=-1, metavar="[COMMAND | NAME | WORD]")
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Tell about a command, a function or a word.

    About a name of the language it says what it does, with shapes, errors, its gradient, and examples that are run at
    that moment. A word that is no name is searched for in names and texts.

    \b
      autogradcli help grad
      autogradcli help softmax
      autogradcli help conv
    """
    from .group import COMMANDS, cli

    env = environment(ctx)
    root = ctx.find_root()
    word = " ".join(words)
    if not word:
        env.out.write(root.get_help() + "\n")
        ctx.exit(OK)
    if word in COMMANDS:
        found = cli.get_command(root, word)
        assert found is not None
        with click.Context(found, info_name=word, parent=root) as about:
            env.out.write(found.get_help(about) + "\n")
        ctx.exit(OK)
    from ..repl.help.search import near, search
    from ..repl.help.texts import parts
    from . import sessions

    sessions.prepare(ctx, None)
    session = sessions.open_session(dtype=None, seed=0, memory=4.0)
    if word.startswith(":") or word in parts() or "." in word:
        from ..repl.headless import Headless

        ctx.exit(OK if Headless(session, env.out, env.err).told(f":help {word}") else FAILED)
    found_names = search(session, word)[:MOST]
    if not found_names:
        close = near(session, word)
        hint = f"did you mean {' or '.join(close)}?" if close else "autogradcli help lists the commands"
        env.err.raw(plain_error_text("help", f"there is nothing about {word}", env.err, hint))
        ctx.exit(FAILED)
    width = terminal_size(WIDTH)[0] if env.out.terminal else WIDTH
    longest = max(len(name) for name, _ in found_names)
    for name, said in found_names:
        line = f"  {name.ljust(longest)}  {said}"
        env.out.write((line if len(line) <= width else line[: width - 3].rstrip() + "...") + "\n")
