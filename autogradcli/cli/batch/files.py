"""A batch of programs: which files, one after another or by workers, and what is said about them at the end."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import partial
from time import perf_counter
from typing import BinaryIO

from ...events import Failed
from ...numerics.memory import give_back
from ...numerics.records import Record
from ...session import Session
from ...show.errors import plain_error_text
from ...show.escape import escape_line
from ...show.plain import Display
from ...show.stream import StreamClosed
from .. import sessions
from ..environment import MAX_BYTES, Environment, UnreadableError, decoded
from ..exits import FAILED, OK, last_words
from ..request import Settings
from .ends import Ended
from .large_programs import large, run_pieces
from .progress import Progress
from .reports import Case, JUnit, Tap
from .results import Results

SUFFIXES = (".ag", ".py")
UNWRITTEN = "the results can't be written: {}"
#: Names of failed files that the summary gives.
NAMED = 10


class Options(Record):
    """What holds for each program of a batch."""

    format_: str
    echo: bool | None
    settings: Settings
    no_grad: bool
    timeout: float | None
    plots: str | None = None
    """The folder for pictures that programs draw."""
    why: bool = False
    """Whether what is known of an error, or of surprising gradients, is shown after them. It needs a ``seed``: mended
    lines are tried in sessions that begin alike."""
    variables: tuple[tuple[str, str], ...] = ()
    loads: tuple[str, ...] = ()
    going: bool = False
    """Whether a program goes on after a line of it that fails."""
    folder: str | None = None
    """The folder where programs may ``torch.save`` and ``torch.load``."""


def echoes(file: str, options: Options) -> bool:
    """Whether the values of bare expressions are shown: as asked, and of a Python script only then."""
    return not file.endswith(".py") if options.echo is None else options.echo


def expand(files: Iterable[str]) -> Iterator[str]:
    """The files, and for a folder the programs in it, sorted by name. Raises UnreadableError for one without."""
    for file in files:
        if file == "-" or not os.path.isdir(file):
            yield file
            continue
        with os.scandir(file) as entries:
            names = [e.name for e in entries if e.name.endswith(SUFFIXES) and not e.name.startswith(".")]
        paths = [path for name in sorted(names) if not os.path.isdir(path := os.path.join(file, name))]
        if not paths:
            raise UnreadableError(f"{file}: no *.ag or *.py in this folder")
        yield from paths


def title(file: str, format_: str) -> str:
    """What a program is called in front of its errors and in its events."""
    return "<stdin>" if file == "-" and format_ != "json" else file or "''"


def open_display(file: str, options: Options, environment: Environment) -> Display:
    environment.out.digits = options.settings.digits  # in a worker too
    named = title(file, options.format_)
    return sessions.open_display(options.format_, environment, named, batch=True, plots=options.plots)


def run_file(file: str, options: Options, environment: Environment) -> Ended:
    """Run one program in a fresh session and show what happens, its begin and end too.

    Raises KeyboardInterrupt and StreamClosed, the end shown even then.
    """
    display = open_display(file, options, environment)
    display.begin()
    ok, code = False, 0
    started = perf_counter()
    opened: BinaryIO | None = None
    try:
        opened = _open(file, environment)
        start, rest = large(opened)
        session = _session(options, file)
        echo = echoes(file, options)
        started = perf_counter()
        if not _given(session, options, environment):
            ok = False
        elif options.why:
            from .explained import run_explained

            text = decoded(start if rest is None else rest.read())
            fresh = partial(_prepared, options, file, environment)
            ok = run_explained(text, fresh, display, environment.err, echo=echo)
        elif file.lower().endswith(".ipynb"):
            from .notebooks import run_notebook

            text = decoded(start if rest is None else rest.read(MAX_BYTES + 1))
            shown = title(file, options.format_)
            ok = run_notebook(
                session, text, display, echo=echo, environment=environment, title=shown, going=options.going
            )
        elif rest is None:
            ok = sessions.run(session, decoded(start), display, echo=echo, going=options.going)
        else:
            ok = run_pieces(session, rest, display.show, echo=echo, going=options.going)
            if display.failure == "KeyboardInterrupt":
                raise KeyboardInterrupt
        code = (session.exit_code or 0) & 0xFF
    except (OSError, UnreadableError) as error:
        display.show(sessions.unreadable(error))
    except Exception as error:  # no fault of the files after it, which are still to run
        if environment.debug:
            raise
        message, hint = last_words(error)
        display.show(Failed(0, 0, 0, "MemoryError" if isinstance(error, MemoryError) else "Error", message, "", hint))
    finally:
        seconds = perf_counter() - started
        display.end(ok, seconds)
        if opened is not None and file != "-":
            opened.close()
        give_back()
    return Ended.of(display, ok, seconds)._replace(code=code)


def _session(options: Options, file: str) -> Session:
    session = sessions.open_session(
        **options.settings._asdict(), no_grad=options.no_grad, timeout=options.timeout, folder=options.folder
    )
    session.file = title(file, "")
    return session


def _prepared(options: Options, file: str, environment: Environment) -> Session:
    """A session with the variables that the command line gives, which were shown to be in order."""
    session = _session(options, file)
    _given(session, options, environment)
    return session


def _given(session: Session, options: Options, environment: Environment) -> bool:
    """Set the variables that the command line gives; False where that failed, which is shown."""
    return sessions.load_all(session, options.loads, options.format_, environment) and sessions.assign_all(
        session, options.variables, options.format_, environment
    )


def _open(file: str, environment: Environment) -> BinaryIO:
    return environment.stdin_file("a program") if file == "-" else open(file, "rb")


class Batch:
    """The files of one command and what becomes of them."""

    def __init__(
        self,
        files: list[str],
        options: Options,
        environment: Environment,
        *,
        keep_going: bool,
        time: bool,
        results: Results | None,
        junit: JUnit | None = None,
        tap: bool = False,
    ) -> None:
        self.files = files
        self.options = options
        self.environment = environment
        self.keep_going = keep_going
        self.time = time
        self.results = results
        self.junit = junit
        self.tap: Tap | None = None
        if tap:
            self.environment = environment.copied()
            self.environment.out = self.tap = Tap(environment.out, len(files))
        self.passed = self.failed = 0
        #: The exit code of a failed program, where it is the only one.
        self.code = FAILED
        self.failures: list[str] = []
        self.started = perf_counter()
        self.progress = Progress(self.environment, len(files))

    def run(self, *, watched: bool = False) -> int:
        """One after another in this process; the exit code. ``watched``: with a line about the loops of each."""
        if watched:
            from .loops import LoopProgress

            self.progress.possible = False
            with LoopProgress(self.environment):
                self._run_all()
        else:
            self._run_all()
        return self.finish()

    def _run_all(self) -> None:
        for file in self.files:
            case = None if self.junit is None else Case()
            if self.results is None:
                ended = run_file(file, self.options, self._environment(self.environment, case))
            else:
                ended = self._run_for_result(file, self.results, case)
            if not self.end(file, ended, case):
                break

    def _environment(self, environment: Environment, case: Case | None) -> Environment:
        return environment if case is None else case.recording(environment)

    def _run_for_result(self, file: str, results: Results, case: Case | None) -> Ended:
        environment = self.environment
        try:
            with results.open(file) as result:
                environment = self.environment.writing_to(result)
                return run_file(file, self.options, self._environment(environment, case))
        except OSError as error:
            reason = error
        except StreamClosed as closed:
            if environment is self.environment or closed is not environment.out.closed:
                raise
            reason = closed.reason
        said = self.unwritten(file, reason)
        self._environment(self.environment, case).err.raw(said)
        return Ended(False, 0.0, "OSError", UNWRITTEN.format(reason.strerror))

    def unwritten(self, file: str, reason: OSError) -> str:
        """What to say where a file's results can't be written: it has failed, and the others go on."""
        path = "" if self.results is None else self.results.path(file)
        return plain_error_text(path, UNWRITTEN.format(reason.strerror), self.environment.err)

    def end(self, file: str, ended: Ended, case: Case | None) -> bool:
        """Take note of a program's end; whether to go on."""
        if ended.ok:
            self.passed += 1
        else:
            self.failed += 1
            self.code = ended.code or FAILED
            if len(self.failures) < NAMED:
                self.failures.append(file)
        if self.tap is not None:
            self.tap.ended(title(file, ""), ended)
        if self.junit is not None and case is not None:
            self.junit.ended(title(file, ""), ended, case)
        if self.time:
            self.environment.err.raw(f"{escape_line(title(file, ''))}: {ended.seconds:.4f} s\n")
        self.progress.show(self.passed, self.failed)
        return ended.ok or self.keep_going

    def finish(self) -> int:
        """The last words; the exit code."""
        self.progress.erase()
        count = self.passed + self.failed
        if self.keep_going and len(self.files) > 1:
            seconds = perf_counter() - self.started
            text = f"{count} files: {self.passed} passed, {self.failed} failed, in {seconds:.2f} s\n"
            text += "".join(f"failed: {escape_line(title(file, ''))}\n" for file in self.failures)
            if self.failed > len(self.failures):
                text += f"failed: and {self.failed - len(self.failures)} more\n"
            self.environment.err.raw(text)
        if self._reported(count) and not self.failed:
            return OK
        return self.code if self.failed and len(self.files) == 1 else FAILED

    def _reported(self, count: int) -> bool:
        """Bring the reports to an end; whether that went well."""
        skipped = [title(file, "") for file in self.files[count:]]
        if self.tap is not None:
            self.tap.finish(skipped)
        if self.junit is not None:
            try:
                self.junit.finish(self.passed, self.failed, skipped)
            except OSError as error:
                said = f"the report can't be written: {error.strerror}"
                self.environment.err.raw(plain_error_text(self.junit.path, said, self.environment.err))
                return False
        return True
