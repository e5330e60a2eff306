"""Opening the prompt: with the user's history, settings and startup program."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import partial
from typing import Any

from ..language.values.budget import MAX_SOURCE
from ..session import Session
from ..show.errors import plain_error_text
from ..show.plain import Plain
from ..show.stream import Stream
from .app import Prompt
from .history import history_path, open_history
from .interruptible import quietly


def run_prompt(session: Session, out: Stream, err: Stream, settings: Mapping[str, Any]) -> bool:
    """The prompt on the terminal, with the user's history and settings (``cli/config.py``). On a terminal that can't
    show one (TERM=dumb) the input is read to its end and run as a program. False if that failed."""
    if os.environ.get("TERM") == "dumb":
        return session.run(sys.stdin.read(), Plain(out, err, "<stdin>").show)
    from .. import __version__

    if "digits" in settings:
        quietly(session, f"torch.set_printoptions(precision={settings['digits']})")
    out.write(f"autogradcli {__version__}. :help lists the commands, Ctrl-D leaves.\n")
    history = open_history(history_path(), lambda line: err.raw(plain_error_text("prompt", line, err)))
    prompt = Prompt(session, out, err, history=history)
    apply(prompt, settings)
    prompt.run()
    return True


def apply(prompt: Prompt, settings: Mapping[str, Any]) -> None:
    """Give a prompt its settings, before it runs."""
    prompt.format = settings.get("format", prompt.format)
    prompt.set_vi(settings.get("keys") == "vi")
    prompt.preview.enabled = prompt.preview.enabled and settings.get("preview", True)
    prompt.suggest = settings.get("suggestions", True)
    prompt.set_toolbar(settings.get("toolbar", True))
    prompt.pages = settings.get("pager", False)
    if "startup" in settings:
        prompt.startup = partial(_start_up, prompt, settings["startup"])


def _start_up(prompt: Prompt, path: str) -> None:
    """Run a program in the session, whose variables are there from the beginning then."""
    try:
        with open(path, "rb") as file:
            text = file.read(MAX_SOURCE + 1).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        prompt.say(f"{path}: {error.strerror if isinstance(error, OSError) else 'it is no UTF-8 text'}", "startup")
        return
    prompt.evaluate(text, prompt.display(path))
    prompt.begin_here(prompt.program)
