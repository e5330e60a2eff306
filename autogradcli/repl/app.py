"""The prompt: reads, runs and shows until it is left. Everything it knows of the language is in the session."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.formatted_text import AnyFormattedText
from prompt_toolkit.history import History
from prompt_toolkit.input import Input
from prompt_toolkit.layout.processors import HighlightMatchingBracketProcessor
from prompt_toolkit.output import ColorDepth, Output

from ..events import Event, Failed, Value
from ..language.values.text_format import to_repr
from ..notes import Watch
from ..session import Session
from ..show.errors import error_text, plain_error_text
from ..show.plain import Display, PlainGradients
from ..show.plots import IN_A_FOLDER, Plots
from ..show.stream import Stream, StreamClosed
from ..why.known import QUICK, is_known
from .commands.table import CommandError
from .completion import SessionCompleter
from .guard import Guard, message, said
from .highlight import STYLE, SessionLexer
from .inputs import run_command, run_program
from .interruptible import Failure, Outcome, quietly, run
from .interrupts import Interrupts
from .journal import Program, added, quiet
from .keys import bindings, keys_mode
from .pager import page
from .preview import Preview
from .questions import as_command
from .readings import GuardedCompleter, GuardedLexer, GuardedSuggestions
from .sign_of_life import SignOfLife
from .steps import Steps
from .toolbar import hint_line, status_line
from .transcript import Draws, Recorded, Transcript
from .typed_line import GivenUp, TypedLine
from .wall import wall

#: Words by which people try to leave, where no variable has the name.
GOODBYES = {"exit", "quit", "exit()", "quit()"}

#: Errors of a text that is no program, of which nothing ran.
NO_PROGRAM = {"SyntaxError", "IndentationError", "TabError"}


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
        session.watch = Watch(lambda of: f":why {of}", numbered=False)
        self.transcript = Transcript()
        sign = SignOfLife(out)
        self.out = Recorded(sign.watch(out), self.transcript)
        self.err = Recorded(sign.watch(err), self.transcript)
        self.format = "plain"
        self._plots = Plots(self.out, self.err, None, IN_A_FOLDER)
        self.running = True
        self.draft = ""  # what the next line begins as: for ``:edit``
        self.guard = guard = Guard()
        self.interrupts = Interrupts(session)
        self.interrupts.sign = sign
        self.steps = Steps(session, self.say)
        self.program: Program = None
        self._start_program: Program = None
        #: Seconds that the session's program took so far.
        self._spent = 0.0
        #: The last input, where it ended with an error.
        self.failed = ""
        #: What the session came with, as it was: for running its program again.
        self.first_dtype, self.first_grad = session.state.default_dtype, session.state.grad_enabled
        self.given: dict[str, Any] = {}
        if session.variables:
            from ..recorded import copied

            self.given = copied(session.variables)
        #: Files of data that commands wrote.
        self.written: set[str] = set()
        self.preview: Preview = Preview(session, self._redraw, guard)
        self.show_toolbar, self.suggest, self.pages = True, True, False
        #: What is done before the first line is read.
        self.startup: Callable[[], None] | None = None
        self._line = 1
        self._seconds: float | None = None
        self.seed: int = quietly(session, "torch.initial_seed()")[0]
        self.draws = Draws(session, self.seed)
        self._start = self.steps.snapshot()
        self._toolbar = guard.wrap("the toolbar", self._draw_toolbar, "")
        self.reader: PromptSession[str] = PromptSession(
            guard.wrap("the prompt", self._message, ">>> "),
            multiline=True,
            prompt_continuation=_continuation,
            key_bindings=bindings(
                guard.wrap("reading the line", session.is_complete, True), lambda: self._typing.give_up()
            ),
            completer=GuardedCompleter(guard, SessionCompleter(session)),
            complete_while_typing=False,
            lexer=GuardedLexer(guard, SessionLexer(session)),
            style=STYLE,
            color_depth=ColorDepth.DEPTH_4_BIT if out.colour else ColorDepth.DEPTH_1_BIT,
            include_default_pygments_style=False,
            input_processors=[HighlightMatchingBracketProcessor(chars="[](){}")],
            auto_suggest=GuardedSuggestions(guard, lambda: self.suggest),
            enable_suspend=True,
            bottom_toolbar=self._toolbar,
            history=history,
            reserve_space_for_menu=4,
            input=input,
            output=output,
        )
        self.reader.default_buffer.on_text_changed += self._typed
        self._typing = TypedLine(self.reader, guard, session)
        self.interrupts.give_up = self._typing.interrupted

    def begin_here(self, program: Program) -> None:
        """What is there now is what ``:reset`` goes back to, and ``:undo`` not behind."""
        self.steps.forget()
        self._start, self._start_program = self.steps.snapshot(), program

    def run(self) -> None:
        """Read and run until ``:quit`` or Ctrl-D. Nothing else ends it but an output that is closed: what the prompt
        can't do it says in a line. Raises StreamClosed."""
        with wall.far(), self.interrupts.listening(), self.guard.over_the_screen():
            if self.startup:
                with self.interrupts.working():
                    self.startup()
            while self.running:
                for what, reason in self.guard.news().items():
                    self.say(f"{what} failed: {reason}")
                try:
                    text = self._read()
                except EOFError:
                    return
                if text is not None:
                    with self.interrupts.working():
                        self._work(text)

    def _work(self, text: str) -> None:
        """The boundary around one input: the variables are worth more than whatever went wrong in it."""
        try:
            self.handle(text)
        except StreamClosed:
            raise
        except KeyboardInterrupt:
            self.err.write("KeyboardInterrupt\n")
        except BaseException as error:  # of a command, or of our own
            if isinstance(error, MemoryError):
                self.steps.forget()
            self.say(message(error), type(error).__name__)

    def say(self, line: str, about: str = "prompt") -> None:
        try:
            self.err.raw(plain_error_text(about, line, self.err))
        except MemoryError:
            os.write(2, b"prompt: error: out of memory\n")

    # -- reading --------------------------------------------------------------------------------------------

    def _read(self) -> str | None:
        """The next input; None where it was given up. Raises EOFError."""
        draft, self.draft = self.draft, ""
        try:
            return self.reader.prompt(
                default=draft, pre_run=self._typing.begin, set_exception_handler=False, handle_sigint=False
            )
        except GivenUp:
            self.interrupts.heard = False
            return None
        except (EOFError, StreamClosed):
            raise
        except BaseException as error:  # of drawing, such as for want of memory: the line itself can still be read
            self.steps.forget()
            self.say(f"the line can't be shown as usual: {said(error)}")
            return self._typing.read_plainly()
        finally:
            self.preview.forget()

    # -- running --------------------------------------------------------------------------------------------

    def handle(self, text: str) -> None:
        """One input: a command, a question, a program or nothing."""
        text = as_command(text, self.session.variables)
        stripped = text.strip()
        if not stripped:
            return
        if stripped in GOODBYES and stripped.rstrip("()") not in self.session.variables:
            self.running = False
        elif stripped.startswith(":"):
            run_command(self, stripped)
        else:
            run_program(self, text, self._line)
            self._line += text.count("\n") + 1

    def evaluate(self, text: str, display: Display, *, first_line: int = 1, blocks: bool = False) -> Outcome:
        """Run a program of the user's; it can be undone, and what is interrupted is. ``blocks`` as in
        ``Session.run``."""
        before = self.steps.snapshot()
        held: list[Failed] = []
        long: list[str] = []

        def show(event: Event) -> None:
            if isinstance(event, Failed) and is_known(event, self._spent):
                held.append(event)
            elif self.pages and isinstance(event, Value) and self._is_long(text := to_repr(event.value)):
                long.append(text)
            else:
                display.show(event)

        try:
            outcome = run(self.interrupts, text, show, before, first_line=first_line, blocks=blocks)
            self._spent += outcome.seconds
            for event in held:
                display.show(event if self._spent > QUICK else self._explain(event, text))
        except BaseException:  # no program's, but of showing it: what it did can be taken back
            self.steps.done(text, before, self.program)
            raise
        display.end(outcome.ok, outcome.seconds)
        for each in long:
            self.page(each)
        self._seconds = outcome.seconds
        if outcome.failure == "MemoryError":
            self.steps.make_room()
        if outcome.interrupted:
            if not before.complete:
                outcome.put_back = False
                self.err.write("not everything could be put back: the session is larger than :undo can keep\n")
        elif outcome.done or outcome.failure not in NO_PROGRAM:
            self.steps.done(text, before, self.program)
            self.program = added(self.program, text, None if outcome.ok else outcome.done)
        self.failed = "" if outcome.ok or outcome.interrupted else text
        return outcome

    def _explain(self, event: Failed, text: str) -> Failed:
        """An error with what is known after another look; as it is, if that can't be had."""
        from .replayed import explained_again

        try:
            return explained_again(self, event, text)
        except (Failure, KeyboardInterrupt):
            return event

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
                problems.append(event.message or event.type)

        try:
            outcome = run(self.interrupts, source, note, before)
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
        self.program = self._start_program

    def show_failure(self, event: Failed) -> None:
        self.err.raw(error_text(event, "", self.err))

    def display(self, file: str = "") -> Display:
        """How results are shown now."""
        display = self._display(file)
        display.plots = self._plots
        return display

    def _display(self, file: str) -> Display:
        if self.format == "rich":
            from ..show.table import Rich

            return Rich(self.out, self.err, file, collect=False)
        if self.format == "json":
            from ..show.json_lines import JsonLines

            return JsonLines(self.out, file or "<prompt>", bounds=False, gradients=True)
        return PlainGradients(self.out, self.err, file)

    def _is_long(self, text: str) -> bool:
        return self.out.terminal and text.count("\n") + 2 > self.reader.output.get_size().rows

    def page(self, text: str) -> None:
        """Show a text in a pager, where this is a terminal and there is one."""
        if not (self.out.terminal and page(text)):
            self.out.write(text + "\n")
        self.interrupts.heard = False  # Ctrl-C was the pager's

    # -- the screen -----------------------------------------------------------------------------------------

    @property
    def grad_enabled(self) -> bool:
        return self.session.state.grad_enabled

    @property
    def dtype(self) -> str:
        return self.session.state.default_dtype.name

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        return self.reader.output.get_size().columns

    def _message(self) -> AnyFormattedText:
        return [("", ">>> ")] if self.grad_enabled else [("class:prompt-mode", "no_grad"), ("", " >>> ")]

    def _draw_toolbar(self) -> AnyFormattedText:
        width = self.width
        before = self.reader.default_buffer.document.text_before_cursor
        count = len(self.session.variables) - ("_" in self.session.variables)
        status = status_line(
            grad_enabled=self.grad_enabled,
            keys=keys_mode(self.reader.app.vi_state.input_mode) if self.vi else "",
            dtype=self.dtype,
            variables=count,
            seconds=self._seconds,
            width=width,
        )
        return [*hint_line(self.session, before, self.preview.text, width), ("", "\n"), *status]

    def _typed(self, buffer: Buffer) -> None:
        if self.show_toolbar and self.reader.app.is_running:
            self.preview.follow(as_command(buffer.text, self.session.variables))

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


def _continuation(width: int, line_number: int, is_soft_wrap: int) -> AnyFormattedText:
    return " " * width if is_soft_wrap else "... ".rjust(width)
