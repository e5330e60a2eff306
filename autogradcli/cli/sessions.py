"""From options to a session and a display: what ``eval``, ``grad``, ``derive`` and ``run`` have in common."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from ..events import Event, Failed, Value
from ..numerics import dtypes
from ..session import Session
from ..show.escape import escape_line
from ..show.plain import Display, Plain
from ..show.plots import Plots
from . import interrupts
from .environment import Environment, UnreadableError
from .limits import limit_memory, started
from .options import environment as environment_of

if TYPE_CHECKING:
    import click

    from ..data.values import Reference

#: What to type for a picture in a file.
ADVICE = "autogradcli run --plots DIR puts it into a folder"


def prepare(ctx: click.Context, memory: float | None, *, prompt: bool = False, insist: bool = True) -> None:
    """What is set once for a command, when all modules are loaded and before anything runs.

    Overflows are values like any others, here and in whatever the command does outside a session: NumPy is told so
    until the command ends. In a process of our own ``memory`` (GB) bounds its growth, and Ctrl-C is heard as
    ``interrupts`` says: not so at the prompt, and without ``insist`` where the process forks.
    """
    ctx.with_resource(np.errstate(all="ignore"))
    if environment_of(ctx).own_process:
        if prompt:
            interrupts.leave_alone()
        else:
            interrupts.unwind(insist=insist)
        started()
        if memory is not None:
            limit_memory(memory)


def open_session(
    *,
    dtype: str | None,
    seed: int | None,
    memory: float,
    digits: int | None = None,
    no_grad: bool = False,
    timeout: float | None = None,
    folder: str | None = None,
) -> Session:
    """A fresh session, from the options as the command line has them. ``folder`` is that of ``--files``."""
    session = Session(
        seed=seed,
        default_dtype=None if dtype is None else dtypes.NAMES[dtype],
        grad_enabled=not no_grad,
        deadline_seconds=timeout,
        memory_bytes=int(memory * (1 << 30)),
        digits=digits,
    )
    if folder is not None:
        from ..data.kept_folder import Folder

        session.files = Folder(folder, int(memory * (1 << 30)))
    return session


def some_seed(seed: int | None) -> int:
    """A seed for sessions that are to begin alike: the user's, or one that can't be foreseen."""
    return int.from_bytes(os.urandom(6), "little") if seed is None else seed


def open_display(
    format_: str,
    environment: Environment,
    file: str,
    *,
    batch: bool,
    collect: bool | None = None,
    plots: str | None = None,
) -> Display:
    """The display of one program. ``batch``: as things happen and between bounds. ``collect``: results as one
    table at the end, which is for commands whose results come at once; not so in a batch. ``plots`` is the folder for
    pictures that the program draws."""
    display = _display(format_, environment, file, batch, not batch if collect is None else collect)
    return drawing(display, environment, plots)


def drawing(display: Display, environment: Environment, plots: str | None = None) -> Display:
    """The display, with what becomes of pictures."""
    write = None
    if plots is not None:
        from .plots_folder import writer

        write = writer(plots)
    display.plots = Plots(environment.out, environment.err, write, ADVICE)
    return display


def _display(format_: str, environment: Environment, file: str, batch: bool, collect: bool) -> Display:
    if format_ == "auto":
        format_ = "rich" if environment.out.terminal else "plain"
    if format_ == "json":
        from ..show.json_lines import JsonLines

        return JsonLines(environment.out, file, bounds=batch, gradients=not batch)
    if format_ == "rich":
        from ..show.table import Rich

        return Rich(environment.out, environment.err, file, collect=collect)
    # Also for csv: the command writes its table itself, what else there is to say goes to stderr.
    return Plain(environment.out, environment.err, file)


def run(
    session: Session,
    source: str,
    display: Display,
    *,
    echo: bool = True,
    again: Callable[[], Session] | None = None,
    mend: Callable[[Failed], Failed] = lambda event: event,
    going: bool = False,
) -> bool:
    """Run a program and show it. Raises KeyboardInterrupt if that is what ended it.

    ``again`` makes the session that it began in once more: then an error that is better explained after another look
    is. ``mend`` may add to an error what to do.
    """
    if again is None:
        ok = session.run(source, display.show, echo=echo, going=going)
    else:
        ok = _run_explained(session, source, display, echo, again, mend)
    if display.failure == "KeyboardInterrupt":
        raise KeyboardInterrupt
    return ok


def _run_explained(
    session: Session,
    source: str,
    display: Display,
    echo: bool,
    again: Callable[[], Session],
    mend: Callable[[Failed], Failed],
) -> bool:
    began = perf_counter()
    held: list[Failed] = []

    def show(event: Event) -> None:
        if not isinstance(event, Failed):
            display.show(event)
            return
        from ..why.known import is_known

        if is_known(event, perf_counter() - began):
            held.append(event)
        else:
            display.show(mend(event))

    ok = session.run(source, show, echo=echo)
    for event in held:
        from ..why.known import explained

        display.show(explained(event, source, again))
    return ok


def unreadable(error: OSError | UnreadableError) -> Failed:
    """The event for a file that could not be read."""
    if isinstance(error, UnreadableError):
        return Failed(error.line, error.column, error.column + 1, "SyntaxError", str(error), "")
    return Failed(0, 0, 0, type(error).__name__, error.strerror or str(error), "")


def refused(display: Display, event: Failed) -> None:
    """Show the error of a program that was typed or named, and take note of it for ``attempts``."""
    display.out.failure = event.type
    display.show(event)


def value_of(
    session: Session,
    source: str,
    display: Display,
    shown_as: str | None = "",
    *,
    line: int = 1,
    mend: Callable[[Failed], Failed] = lambda event: event,
) -> tuple[bool, Any]:
    """The value of an expression of that line, and whether there is one: what goes wrong is shown.

    ``shown_as`` is the text that the user wrote, where ``source`` is another; None if there is no such text.
    ``mend`` may add to an error what to do.
    """
    values: list[Any] = []

    def keep(event: Event) -> None:
        if isinstance(event, Value):
            values.append(event.value)
        elif isinstance(event, Failed) and shown_as is None:
            refused(display, Failed(0, 0, 0, event.type, event.message, ""))
        elif isinstance(event, Failed):
            refused(display, about(shown_as, event.type, event.message) if shown_as else mend(event))
        else:
            display.show(event)

    if not session.run(source, keep, first_line=line):
        if display.failure == "KeyboardInterrupt":
            raise KeyboardInterrupt
        return False, None
    if len(values) != 1:
        display.show(about(source, "ValueError", "an expression with a value is needed here", _named_last(source)))
        return False, None
    return True, values[0]


def _named_last(source: str) -> str:
    """Where a program ends in an assignment: to end with its name."""
    from ..language.read.syntax import assigned_last

    name = assigned_last(source)
    return f"end with what is asked: {source.rstrip().rstrip(';')}; {name}" if name and "\n" not in source else ""


def within(session: Session, work: Callable[[], None], shown_as: str, display: Display) -> bool:
    """Do something under the session's modes, default dtype and print options; False if it raised.

    What it raises is shown as an error of the text ``shown_as``.
    """

    def emit(event: Event) -> None:
        if isinstance(event, Value):
            work()
        elif isinstance(event, Failed):
            refused(display, about(shown_as, event.type, event.message))
        else:
            display.show(event)

    session.variables["_"] = True
    ok = session.run("_", emit)
    if display.failure == "KeyboardInterrupt":
        raise KeyboardInterrupt
    return ok


def article(noun: str) -> str:
    """``an int``, ``a str``."""
    return f"{'an' if noun[:1] in 'aeio' else 'a'} {noun}"


def about(text: str, type_: str, message: str, hint: str = "") -> Failed:
    """The event for an error of the whole of a text of the command line."""
    line = text.split("\n", 1)[0]
    return Failed(1, 1, len(line) + 1, type_, message, line, hint)


def evaluated(
    session: Session,
    name: str,
    text: str,
    format_: str,
    environment: Environment,
    title: str = "",
    lists: set[str] | None = None,
) -> tuple[bool, Any]:
    """The value of a text of the command line, an expression or ``@FILE``, and whether there is one.

    A list of numbers becomes a tensor. ``name`` is the variable's, ``title`` stands before errors in place of it.
    ``lists`` takes the name where it was a list. What goes wrong is shown.
    """
    from_file = text.startswith("@") or text == "-"
    shown_as = text
    if from_file:
        from ..data import values as data

        wanted = data.reference(text.removeprefix("@"))
        display = open_display(format_, environment, wanted.shown, batch=False)
        ok, value = _read(
            partial(data.read, wanted, name, environment.stdin_bytes, _noted(wanted, environment)), display
        )
        shown_as = ""
    else:
        display = open_display(format_, environment, title or name, batch=False)
        ok, value = value_of(session, text, display, mend=partial(_as_file, name=name, text=text))
    if ok and isinstance(value, list):
        ok, value = _as_tensor(session, value, display, shown_as)
        if lists is not None:
            lists.add(name)
    session.variables.pop("_", None)
    display.end(ok, 0.0)
    return ok, value


def _as_file(event: Failed, *, name: str, text: str) -> Failed:
    """An error in a value, with how a file is named, where there is one of that name."""
    return event._replace(hint=f"a file is read by {name}=@{text}") if os.path.isfile(text) else event


def _as_tensor(session: Session, value: list[Any], display: Display, shown_as: str) -> tuple[bool, Any]:
    """A list of numbers as a tensor, made in the session for its default dtype."""
    session.variables["_"] = value
    return value_of(session, "torch.tensor(_)", display, shown_as=shown_as or None)


def _noted(wanted: Reference, environment: Environment) -> Callable[[str], None]:
    """Says how a file was taken, where that isn't plain."""
    return lambda line: environment.err.raw(f"{escape_line(wanted.shown)}: {escape_line(line)}\n")


def _read(read: Callable[[], Any], display: Display) -> tuple[bool, Any]:
    """What ``read`` returns, and whether it did; its errors are shown as errors of the whole file."""
    from ..data.reading import DataError

    try:
        return True, read()
    except DataError as error:
        display.show(Failed(0, 0, 0, "ValueError", str(error), ""))
    except (OSError, UnreadableError) as error:
        display.show(unreadable(error))
    except MemoryError:
        display.show(Failed(0, 0, 0, "MemoryError", "it is larger than --memory allows", ""))
    return False, None


def assign_all(
    session: Session, variables: tuple[tuple[str, str], ...], format_: str, environment: Environment
) -> bool:
    """Set the variables of ``--var``, in their order. What goes wrong is shown."""
    for name, text in variables:
        ok, value = evaluated(session, name, text, format_, environment, f"--var {name}")
        if not ok:
            return False
        session.variables[name] = value
    return True


def load_all(session: Session, files: tuple[str, ...], format_: str, environment: Environment) -> bool:
    """Set the variables of ``--load``. What goes wrong is shown; keys that can't be names are passed over, and said."""
    for text in files:
        from keyword import iskeyword
        from shlex import quote

        from ..data import values as data

        wanted = data.reference(text)
        display = open_display(format_, environment, wanted.shown, batch=False)
        ok, values = _read(
            partial(data.read_all, wanted, environment.stdin_bytes, _noted(wanted, environment)), display
        )
        for name, value in values.items() if ok else ():
            if not name.isidentifier() or iskeyword(name):
                hint = f"--var {quote(f'NAME=@{wanted.file}:{name}')} takes it"
                said = f"{wanted.shown}: `{name}` can't be a name and is left out"
                environment.err.raw(f"{escape_line(said)}; {escape_line(hint)}\n")
                continue
            if isinstance(value, list):
                ok, value = _as_tensor(session, value, display, "")
                if not ok:
                    break
            session.variables[name] = value
        session.variables.pop("_", None)
        display.end(ok, 0.0)
        if not ok:
            return False
    return True


def save_all(session: Session, files: tuple[str, ...], format_: str, environment: Environment) -> bool:
    """Write the files of ``--save``. What goes wrong is shown."""
    for text in files:
        from ..data import values as data
        from ..data.writing import SUFFIXES, save

        wanted = data.reference(text, SUFFIXES)
        try:
            save(wanted, session.variables)
        except (OSError, NameError, TypeError, ValueError) as error:
            display = open_display(format_, environment, wanted.shown, batch=False)
            message = (isinstance(error, OSError) and error.strerror) or str(error)
            display.show(Failed(0, 0, 0, type(error).__name__, message, ""))
            display.end(False, 0.0)
            return False
    return True
