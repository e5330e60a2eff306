"""``autogradcli compare-pytorch``: what does another release of PyTorch change for a program?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .environment import Environment, UnreadableError
from .exits import FAILED, OK
from .options import Positive, environment, format_option, session_options
from .request import Settings

if TYPE_CHECKING:
    from ..studies.upgrade import Differing


@click.command("compare-pytorch")
@click.argument("file", metavar="FILE", type=click.Path(allow_dash=True))
@format_option("plain", "json")
@click.option("--timeout", type=Positive(), metavar="SECONDS", help="Stop a statement that takes longer.")
@session_options
@click.pass_context
def command(
    ctx: click.Context,
    file: str,
    format_: str,
    timeout: float | None,
    settings: Settings,
) -> None:
    """Run a program as two releases of PyTorch would, and say which of its lines differ.

    Compared are what is printed, the tensors that variables lead to, and their gradients, also where nothing prints
    them. The exit code is 1 where anything differs, or where the program fails. With --format json each difference is
    an object in a line of its own. - is the standard input.

    \b
      autogradcli compare-pytorch train.py
    """
    from . import sessions

    env = environment(ctx)
    sessions.prepare(ctx, settings.memory)
    ctx.exit(OK if _compare(file, env, format_, settings, timeout) else FAILED)


def _compare(
    file: str,
    env: Environment,
    format_: str,
    settings: Settings,
    timeout: float | None,
) -> bool:
    """Whether nothing differs. What differs is shown as it is found."""
    from ..numerics.releases import BEFORE, NEWEST
    from ..session import Session
    from ..studies.upgrade import Differing, differences
    from . import sessions

    releases = BEFORE, NEWEST

    def make(release: str) -> Session:
        session = sessions.open_session(**(settings._asdict() | {"seed": settings.seed or 0}), timeout=timeout)
        session.state.use_pytorch(release)
        return session

    display = sessions.open_display(format_, env, "<stdin>" if file == "-" else file, batch=False)
    found = 0
    try:
        source = env.read_text(file)
        for each in differences(source, make, releases):
            if isinstance(each, Differing):
                found += 1
                text = _as_json(each, releases, file) if format_ == "json" else _as_text(each, releases, env)
                env.out.raw(text)
            elif each.failed is not None:
                display.show(each.failed)
                return False
    except (OSError, UnreadableError) as error:
        display.show(sessions.unreadable(error))
        return False
    except (SyntaxError, RecursionError, MemoryError):
        make(NEWEST).run(source, display.show)  # which words the error
        return False
    if format_ != "json":
        what = "nothing differs" if not found else f"{found} difference{'s' * (found != 1)}"
        env.err.raw(f"{what} between PyTorch {BEFORE} and {NEWEST}\n")
    return not found


def _as_json(each: Differing, releases: tuple[str, str], file: str) -> str:
    from json import dumps

    fields = {"file": file, "line": each.line, "source": each.source, "what": each.what, "name": each.name}
    return dumps({"event": "difference", **fields, **dict(zip(releases, each.texts, strict=True))}) + "\n"


def _as_text(each: Differing, releases: tuple[str, str], env: Environment) -> str:
    """The line, and below it what each release makes of it."""
    from ..show.escape import escape_line

    what = each.name or each.what
    lines = [env.out.style(f"{each.line}: {escape_line(each.source)}", "1")]
    for release, text in zip(releases, each.texts, strict=True):
        begin = f"    {escape_line(what)}, {release}: "
        shown = text.rstrip("\n").split("\n") if text else ["nothing"]
        lines += [begin + escape_line(shown[0]), *(" " * len(begin) + escape_line(line) for line in shown[1:])]
    return "\n".join(lines) + "\n"
