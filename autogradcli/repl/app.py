"""The prompt: reads, runs and shows until it is left. Everything it knows of the language is in the session."""

from __future__ import annotations

import asyncio
import os
import sys

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.formatted_text import AnyFormattedText
from prompt_toolkit.history import History
from prompt_toolkit.input import Input
from prompt_toolkit.layout.processors import HighlightMatchingBracketProcessor
from prompt_toolkit.output import ColorDepth, Output

from ..events import Event, Failed
from ..session import Session
from ..show.errors import error_text, plain_error_text
from ..show.plain import Display, Plain, PlainGradients
from ..show.stream import Stream
from .commands import CommandError, dispatch
from .completion import SessionCompleter
from .definitions import Definitions
from .highlight import STYLE, SessionLexer
from .history import history_path, open_history
from .journal import Program, Recorded, Transcript, added, quiet
from .keys import bindings
from .names import loading
from .preview import Preview
from .running import Failure, Outcome, quietly, run
from .toolbar import hint_line, status_line
from .undo import Steps

#: Words by which people try to leave, where no variable has the name.
GOODBYES = {"exit", "quit", "exit()", "quit()"}

#: Seconds from the prompt to the loading of more modules, and between two of them.
IDLE, PAUSE = 0.3, 0.005

_STATUS = "(torch.is_grad_enabled(), torch.get_default_dtype())"


class Prompt:
    """The state of one prompt beside the session's: the format of results, what can be undone, whether to go on."""

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
        self.transcript = Transcript()
        self.out = Recorded(out, self.transcript)
        self.err = Recorded(err, self.transcript)
        self.format = "plain"
        self.running = True
        #: What the next line begins as: for ``:edit``.
        self.draft = ""
        self.steps = Steps(session)
        self.program: Program = None
        self.definitions = Definitions()
        self.preview: Preview = Preview(session, self._redraw)
        self.show_toolbar: bool = True
        self.suggest: bool = True
        self._line = 1
        self._seconds: float | None = None
        self.seed: int = quietly(session, "torch.initial_seed()")[0]
        self._loading = loading()
        self._start = self.steps.snapshot()
        self._look_at_modes()
        self.reader: PromptSession[str] = PromptSession(
            self._message,
            multiline=True,
            prompt_continuation=_continuation,
            key_bindings=bindings(session),
            completer=SessionCompleter(session),
            complete_while_typing=False,
            lexer=SessionLexer(session),
            style=STYLE,
            color_depth=None if os.environ.get("NO_COLOR") else ColorDepth.DEPTH_4_BIT,
            include_default_pygments_style=False,
            input_processors=[HighlightMatchingBracketProcessor(chars="[](){}")],
            auto_suggest=_Suggestions(self),
            enable_suspend=True,
            bottom_toolbar=self._toolbar,
            history=history,
            reserve_space_for_menu=4,
            input=input,
            output=output,
        )
        self.reader.default_buffer.on_text_changed += self._typed

    # -- reading --------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Read and run until ``:quit`` or Ctrl-D."""
        while self.running:
            draft, self.draft = self.draft, ""
            try:
                text = self.reader.prompt(default=draft, pre_run=self._warm_up)
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            finally:
                self.preview.forget()
            try:
                self.handle(text)
            except KeyboardInterrupt:
                self.err.write("KeyboardInterrupt\n")
            except Exception as error:  # of a command, or of our own: the variables are worth more than the line
                self.err.raw(plain_error_text(type(error).__name__, str(error), self.err))

    def _warm_up(self) -> None:
        """Load the rest of the functions, bit by bit, while nothing else is to be done."""
        loop = asyncio.get_running_loop()

        def load() -> None:
            if next(self._loading, self) is not self:
                loop.call_later(PAUSE, load)

        loop.call_later(IDLE, load)

    def handle(self, text: str) -> None:
        """One input: a command, a program or nothing."""
        stripped = text.strip()
        if not stripped:
            return
        self.transcript.typed(text, ">>> " if self.grad_enabled else "no_grad >>> ")
        if stripped in GOODBYES and stripped.rstrip("()") not in self.session.variables:
            self.running = False
        elif stripped.startswith(":"):
            try:
                dispatch(self, stripped)
            except CommandError as error:
                self.err.raw(plain_error_text(stripped.split()[0], str(error), self.err))
            except Failure as failure:
                self.show_failure(failure.event)
            self._look_at_modes()
        else:
            self.evaluate(text, self.display(), first_line=self._line)
            self._line += text.count("\n") + 1

    # -- running --------------------------------------------------------------------------------------------

    def evaluate(self, text: str, display: Display, *, first_line: int = 1) -> Outcome:
        """Run a program of the user's; it can be undone, and what is interrupted is."""
        before = self.steps.snapshot()
        outcome = run(self.session, text, display.show, before, first_line=first_line)
        display.end(outcome.ok, outcome.seconds)
        self._seconds = outcome.seconds
        if outcome.interrupted:
            if not before.complete:
                self.err.write("not everything could be put back: the session is larger than :undo can keep\n")
        elif outcome.done or outcome.failure != "SyntaxError":
            self.steps.done(text, before, self.program)
            self.program = added(self.program, text, None if outcome.ok else outcome.done)
            if outcome.ok:
                self.definitions.note(text, before.variables, self.session.variables)
        self._look_at_modes()
        return outcome

    def change(self, source: str) -> None:
        """Run a program of our own that changes modes: it can be undone, and ``:save`` writes it. It takes no variable
        for a function, and shows nothing. Raises CommandError if it fails."""
        self._change(source, hide=True)

    def assign(self, source: str) -> None:
        """The same for a program that is about the variables."""
        self._change(source, hide=False)

    def _change(self, source: str, *, hide: bool) -> None:
        before = self.steps.snapshot()
        kept = dict(self.session.variables)
        if hide:
            self.session.variables.clear()
        problems: list[str] = []

        def note(event: Event) -> None:
            if isinstance(event, Failed):
                problems.append(event.message)

        try:
            outcome = run(self.session, source, note, before)
        finally:
            if hide:
                self.session.variables.clear()
                self.session.variables.update(kept)
        if not outcome.ok:
            before.restore(self.session)
            raise CommandError(problems[0])
        self.steps.done(source, before, self.program)
        self.program = added(self.program, quiet(source) if hide else source)

    def reset(self) -> None:
        """A session as it was when the prompt began, variables that it was given included. It can be undone."""
        self.steps.done(":reset", self.steps.snapshot(), self.program)
        self._start.restore(self.session)
        self.program = None
        self.definitions = Definitions()

    def show_failure(self, event: Failed) -> None:
        self.err.raw(error_text(event, "", self.err))

    def display(self, file: str = "") -> Display:
        """How results are shown now."""
        if self.format == "rich":
            from ..show.table import Rich

            return Rich(self.out, self.err, file, collect=False)
        if self.format == "json":
            from ..show.json_lines import JsonLines

            return JsonLines(self.out, file or "<prompt>", bounds=False, gradients=True)
        return PlainGradients(self.out, self.err, file)

    def _look_at_modes(self) -> None:
        self.grad_enabled: bool
        values = quietly(self.session, _STATUS)
        self.grad_enabled, dtype = values[0] if values else (True, "")
        self.dtype = str(dtype).removeprefix("torch.")

    # -- the screen -----------------------------------------------------------------------------------------

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        return self.reader.output.get_size().columns

    def _message(self) -> AnyFormattedText:
        return [("", ">>> ")] if self.grad_enabled else [("class:prompt-mode", "no_grad"), ("", " >>> ")]

    def _toolbar(self) -> AnyFormattedText:
        width = self.width
        before = self.reader.default_buffer.document.text_before_cursor
        count = len(self.session.variables) - ("_" in self.session.variables)
        status = status_line(
            grad_enabled=self.grad_enabled, dtype=self.dtype, variables=count, seconds=self._seconds, width=width
        )
        return [*hint_line(self.session, before, self.preview.text, width), ("", "\n"), *status]

    def _typed(self, buffer: Buffer) -> None:
        if self.show_toolbar and self.reader.app.is_running:
            self.preview.follow(buffer.text)

    def _redraw(self) -> None:
        self.reader.app.invalidate()

    def set_toolbar(self, shown: bool) -> None:
        self.show_toolbar = shown
        self.reader.bottom_toolbar = self._toolbar if shown else None

    @property
    def vi(self) -> bool:
        return self.reader.editing_mode == EditingMode.VI

    def set_vi(self, vi: bool) -> None:
        self.reader.editing_mode = EditingMode.VI if vi else EditingMode.EMACS


class _Suggestions(AutoSuggestFromHistory):
    def __init__(self, prompt: Prompt) -> None:
        self.prompt = prompt

    def get_suggestion(self, buffer, document):  # type: ignore[no-untyped-def]
        return super().get_suggestion(buffer, document) if self.prompt.suggest else None


def _continuation(width: int, line_number: int, is_soft_wrap: int) -> AnyFormattedText:
    return " " * width if is_soft_wrap else "... ".rjust(width)


def run_prompt(session: Session, out: Stream, err: Stream) -> bool:
    """The prompt on the terminal, with the user's history. On a terminal that can't show one (TERM=dumb) the input is
    read to its end and run as a program. False if that failed."""
    if os.environ.get("TERM") == "dumb":
        return session.run(sys.stdin.read(), Plain(out, err, "<stdin>").show)
    from .. import __version__

    out.write(f"autogradcli {__version__}. :help lists the commands, Ctrl-D leaves.\n")
    Prompt(session, out, err, history=open_history(history_path())).run()
    return True
