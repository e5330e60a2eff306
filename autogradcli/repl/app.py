"""The prompt: reads, runs and shows until it is left. Everything it knows of the language is in the session."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.formatted_text import AnyFormattedText
from prompt_toolkit.history import History
from prompt_toolkit.input import Input
from prompt_toolkit.output import Output

from ..events import Event, Value
from ..session import Session
from ..show.errors import plain_error_text
from ..show.plain import Display, Plain
from ..show.stream import Stream
from .commands import CommandError, dispatch
from .completion import SessionCompleter
from .history import history_path, open_history
from .keys import bindings

#: Words by which people try to leave, where no variable has the name.
GOODBYES = {"exit", "quit", "exit()", "quit()"}


class Prompt:
    """The state of one prompt beside the session's: the format of results and whether to go on."""

    def __init__(
        self,
        session: Session,
        out: Stream,
        err: Stream,
        *,
        history: History | None = None,
        input: Input | None = None,
        output: Output | None = None,
    ) -> None:
        self.session = session
        self.out = out
        self.err = err
        self.format = "plain"
        self.running = True
        self.grad_enabled = self._ask_grad_enabled()
        self.reader: PromptSession[str] = PromptSession(
            self._message,
            multiline=True,
            prompt_continuation=_continuation,
            key_bindings=bindings(session),
            completer=SessionCompleter(session),
            complete_while_typing=False,
            auto_suggest=AutoSuggestFromHistory(),
            history=history,
            reserve_space_for_menu=4,
            input=input,
            output=output,
        )

    def run(self) -> None:
        """Read and run until ``:quit`` or Ctrl-D."""
        while self.running:
            try:
                text = self.reader.prompt()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            try:
                self.handle(text)
            except KeyboardInterrupt:
                self.err.write("KeyboardInterrupt\n")
            except Exception as error:  # of a command, or of our own: the variables are worth more than the line
                self.err.raw(plain_error_text(type(error).__name__, str(error), self.err))

    def handle(self, text: str) -> None:
        """One input: a command, a program or nothing."""
        stripped = text.strip()
        if not stripped:
            return
        if stripped in GOODBYES and stripped.rstrip("()") not in self.session.variables:
            self.running = False
        elif stripped.startswith(":"):
            try:
                dispatch(self, stripped)
            except CommandError as error:
                self.err.raw(plain_error_text(stripped.split()[0], str(error), self.err))
        else:
            self._evaluate(text)
            self.grad_enabled = self._ask_grad_enabled()

    def set_grad_enabled(self, enabled: bool) -> None:
        """``torch.set_grad_enabled`` for what comes."""
        self._quietly(f"set_grad_enabled({enabled})")
        self.grad_enabled = self._ask_grad_enabled()

    def _ask_grad_enabled(self) -> bool:
        values = self._quietly("is_grad_enabled()")
        return values != [False]

    def _quietly(self, source: str) -> list[Any]:
        """The values of a program of our own, which leaves no trace in the variables."""
        values: list[Any] = []

        def keep(event: Event) -> None:
            if isinstance(event, Value):
                values.append(event.value)

        variables = self.session.variables
        kept = dict(variables)
        variables.clear()  # a variable may have the name of a function
        try:
            self.session.run(source, keep)
        finally:
            variables.clear()
            variables.update(kept)
        return values

    def _evaluate(self, text: str) -> None:
        display = self._display()
        with Interruptible(self.session):
            ok = self.session.run(text, display.show)
            display.end(ok, 0.0)

    def _display(self) -> Display:
        if self.format == "rich":
            from ..show.table import Rich

            return Rich(self.out, self.err, "", collect=False)
        return Plain(self.out, self.err, "")

    def _message(self) -> AnyFormattedText:
        return [("", ">>> ")] if self.grad_enabled else [("ansiyellow", "no_grad"), ("", " >>> ")]


def _continuation(width: int, line_number: int, is_soft_wrap: int) -> AnyFormattedText:
    return " " * width if is_soft_wrap else "... ".rjust(width)


class Interruptible:
    """While it is entered, Ctrl-C stops the session's run; a second one does not wait for it to notice."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.asked = False

    def __enter__(self) -> None:
        self.before = signal.signal(signal.SIGINT, self._stop)

    def __exit__(self, *problem: object) -> None:
        signal.signal(signal.SIGINT, self.before)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        self.session.interrupt()


def run_prompt(session: Session, out: Stream, err: Stream) -> None:
    """The prompt on the terminal, with the user's history."""
    from .. import __version__

    out.write(f"autogradcli {__version__}. :help lists the commands, Ctrl-D leaves.\n")
    Prompt(session, out, err, history=open_history(history_path())).run()
