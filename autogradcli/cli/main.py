"""The command ``autogradcli``: whatever happens ends in an exit code and, if bad, in one clear line.

Click is imported within ``main``, so that the search for garbage rests meanwhile.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..show.errors import plain_error_text
from ..show.stream import StreamClosed
from . import interrupts
from .environment import Environment
from .exits import FAILED, INTERRUPTED, OK, last_words
from .limits import quick_end, quick_start

if TYPE_CHECKING:
    from click import ClickException

NAME = "autogradcli"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code. Never raises, unless asked to by ``--debug``."""
    interrupts.end_at_once()
    quick_start()
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    environment = Environment(own_process=True)
    environment.debug = environment.debug or "--debug" in arguments[:1]
    try:
        try:
            return _run(arguments, environment)
        except StreamClosed:
            raise
        except KeyboardInterrupt:
            return INTERRUPTED
        except BaseException as error:
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EPIPE):
                # Click writes its help texts by itself, past our streams.
                raise StreamClosed(error) from None
            if environment.debug:
                raise
            message, hint = last_words(error)
            environment.err.raw(plain_error_text(NAME, message, environment.err, hint))
            return FAILED
    except StreamClosed as closed:
        return _closed(closed, environment)
    finally:
        interrupts.end_at_once()
        quick_end()


def _run(arguments: list[str], environment: Environment) -> int:
    from warnings import simplefilter

    import click

    from .group import cli

    # A program's warnings are events of its session. What Python and the libraries warn about among themselves, with
    # the paths of this installation, is nobody's business here, whatever PYTHONWARNINGS says.
    simplefilter("ignore")

    try:
        code = cli.main(arguments, prog_name=NAME, standalone_mode=False, obj=environment)
    except click.ClickException as error:
        environment.err.raw(_usage_error(error, environment))
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except SystemExit:  # Click's own, when the reader of a help text has gone
        return OK
    return code if isinstance(code, int) else OK


def _usage_error(error: ClickException, environment: Environment) -> str:
    from click import UsageError

    if not isinstance(error, UsageError):
        return plain_error_text(NAME, error.format_message(), environment.err)
    if error.ctx is None:  # Click's, about an option without its value
        return plain_error_text(NAME, error.format_message(), environment.err) + f"more: {NAME} --help\n"
    name = error.ctx.command_path
    usage = "usage: " + error.ctx.get_usage().removeprefix("Usage: ")
    return plain_error_text(name, error.format_message(), environment.err) + f"{usage}\nmore: {name} --help\n"


def _closed(closed: StreamClosed, environment: Environment) -> int:
    """The reader of our output has gone, which ends a command quietly; a full disk does not."""
    quiet = isinstance(closed.reason, BrokenPipeError)
    if not quiet and closed is not environment.err.closed:
        said = f"the output can't be written: {closed.reason.strerror}"
        try:
            environment.err.raw(plain_error_text(NAME, said, environment.err))
        except StreamClosed:
            pass
    # What is still in the buffers would fail again when the interpreter ends.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(nowhere, stream.fileno())
        except (OSError, ValueError, AttributeError):
            continue
    return OK if quiet else FAILED
