"""Nothing ends a session but its user: what the prompt can't do it says in a line, and the variables are there."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pexpect
import pytest
from interrupt_rounds import run as interrupt_rounds
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory
from repl_driver import CTRL_C, ENTER, PAUSE, TAB, Screen, drive, entered, results
from test_repl_terminal import leave, spawn

from autogradcli.events import Printed
from autogradcli.language.values.budget import budget
from autogradcli.repl import app, preview
from autogradcli.repl.app import Prompt
from autogradcli.repl.completion import SessionCompleter
from autogradcli.repl.guard import MAX_TEXT, Guard, said
from autogradcli.repl.highlight import SessionLexer
from autogradcli.repl.history import open_history
from autogradcli.repl.interrupts import Interrupts
from autogradcli.repl.toolbar import hint_line
from autogradcli.repl.undo import Snapshot
from autogradcli.session import Session

# -- Memory --------------------------------------------------------------------------------------------------


def test_no_memory_for_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    keep = Snapshot._keep_array

    def short_of_memory(self: Snapshot, array: Any, known: Any, room: int) -> int:
        if "full" in self.variables:
            raise MemoryError
        return keep(self, array, known, room)

    monkeypatch.setattr(Snapshot, "_keep_array", short_of_memory)
    session = Session()
    lines = ["x = torch.ones(2)", "full = 1", "x.add_(1)", ":undo", "x * 3", "del full", "x.mul_(2)", ":undo", "x"]
    shown = results(drive(session, *entered(*lines)).lines())
    assert shown == [
        "prompt: error: out of memory: what :undo kept of the inputs so far is given up",
        "prompt: error: out of memory: :undo can't take back this input",
        "tensor([2., 2.])",
        ":undo: error: there is nothing to take back",
        "prompt: error: out of memory: :undo can't take back this input",
        "tensor([6., 6.])",
        "prompt: error: out of memory: :undo can't take back this input",
        "tensor([4., 4.])",
        "undone: x.mul_(2)",
        "tensor([2., 2.])",
    ]


def test_a_program_that_took_all_memory_leaves_some_to_the_prompt(tmp_path: Path) -> None:
    child = spawn(tmp_path, "repl", "--memory", "0.1", NO_COLOR="1")
    child.expect(">>>")
    child.send("taken = []; kept = torch.arange(4.)\r")
    for size in (100_000, 1_000, 10):
        child.send(f"while True: taken.append(torch.ones({size}))\r\r")
        child.expect("MemoryError")
        child.expect(">>>")
    for line, answer in (
        ("added = 1", ">>>"),
        (":undo", "undone: added = 1"),
        ("kept.sum()", r"tensor\(6\.\)"),
        ("del taken", ">>>"),
        ("torch.ones(20000000).sum()", "given up for its memory: you may try again"),
        ("torch.ones(1000000).sum() + kept.sum()", r"tensor\(1000006\.\)"),
    ):
        child.send(line + "\r")
        child.expect(answer)
    leave(child)


# -- The prompt's own readings -------------------------------------------------------------------------------

READINGS: list[tuple[str, Any, str, str]] = [
    ("completion", SessionCompleter, "get_completions", "ke"),
    ("colouring", SessionLexer, "lex_document", "kept"),
    ("a suggestion", AutoSuggestFromHistory, "get_suggestion", "ke"),
    ("the toolbar", app, "status_line", "kept"),
    ("the preview", preview, "worth_trying", "kept"),
    ("the preview", preview.os, "fork", "kept"),
    ("reading the line", Session, "is_complete", "kept"),
    ("the prompt", Prompt, "_message", "kept"),
]
ERRORS = [ValueError("spam"), MemoryError(), SystemExit(3), RecursionError("deep"), OSError(5)]


@pytest.mark.parametrize("k", range(len(READINGS)), ids=[f"{reading[0]}-{reading[2]}" for reading in READINGS])
def test_a_reading_that_fails(monkeypatch: pytest.MonkeyPatch, k: int) -> None:
    """It is told once, and the session goes on."""
    what, owner, name, typed = READINGS[k]
    error = ERRORS[k % len(ERRORS)]
    broken = threading.Event()
    whole = getattr(owner, name)

    def failing(*args: Any, **kwargs: Any) -> Any:
        if broken.is_set():
            raise error
        return whole(*args, **kwargs)

    monkeypatch.setattr(owner, name, staticmethod(failing) if isinstance(vars(owner)[name], staticmethod) else failing)
    lines = [*entered("kept = 41"), PAUSE, broken.set, typed, TAB, PAUSE, CTRL_C, PAUSE, *entered("k = kept + 1")]
    text = drive(Session(), *lines, PAUSE, *entered("k"), PAUSE, cpr=True).getvalue()
    assert "42" in text
    assert "Traceback" not in text and "Press ENTER" not in text
    assert text.count(f"prompt: error: {what} failed: {said(error)}") == 1


def test_a_line_that_can_not_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, reader: Any) -> None:
            self._reader = reader

        def __getattr__(self, name: str) -> Any:
            return getattr(self._reader, name)

        def prompt(self, **options: Any) -> str:
            raise MemoryError

    typed = iter(["for i in range(2):", "    kept = kept + i", "", "kept", ":vars"])

    def line(prompt: str) -> str:
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", line)
    session = Session()
    session.variables["kept"] = 41
    made = Prompt.__init__

    def init(self: Prompt, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        self.reader = Broken(self.reader)  # type: ignore[assignment]

    monkeypatch.setattr(Prompt, "__init__", init)
    shown = drive(session).lines()
    assert "prompt: error: the line can't be shown as usual: MemoryError" in shown
    assert "42" in shown and "kept  42" in shown


def test_errors_without_a_text() -> None:
    class Silent(Exception):
        def __str__(self) -> str:
            raise SystemExit(1)

    assert said(Silent()) == "Silent: (an error whose text can't be made: SystemExit)"
    assert len(said(ValueError("a\n" * 10_000))) < MAX_TEXT + 20
    guard = Guard()
    for _ in range(2):
        guard.note("it", KeyError("k"))
    assert guard.news() == {"it": "KeyError: 'k'"}
    guard.note("it", KeyError("k"))
    assert guard.news() == {}


# -- Objects of programs -------------------------------------------------------------------------------------

OBJECTS = """
class Spy(torch.nn.Module):
    def __getattr__(self, name):
        print("asked for", name)
        return 5
    def __repr__(self):
        print("asked for a text")
        raise ValueError("none")
    def __len__(self):
        print("asked for a length")
        return 3
    def __dir__(self):
        print("asked for names")
        return []
spy = Spy()
spies = [spy, (spy,), {"a": spy}]
def f(a=spy, *, b=spy): return a
"""


def test_readings_run_nothing_of_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    printed: list[str] = []
    session.run(OBJECTS, lambda event: printed.append(event.text) if isinstance(event, Printed) else None)
    printed.clear()
    monkeypatch.setattr(budget, "write", printed.append)
    typed = [
        "",
        "s",
        "spy.",
        "spy.f",
        "Spy.",
        "f(",
        "spy(",
        "spies.",
        "x = spy.a.b.",
        "torch.sum(spy, ",
        ":help s",
        "Spy(",
    ]
    for text in typed:
        list(SessionCompleter(session).get_completions(Document(text), CompleteEvent()))
        hint_line(session, text, "", 80)
        SessionLexer(session).lines(text)
    Snapshot(session).restore(session)
    assert printed == []


def test_values_without_a_text(tmp_path: Path) -> None:
    file = tmp_path / "objects.py"
    file.write_text(OBJECTS.replace("print", "str"))
    lines = [f":load {file}", "kept = 41", "spy", ":vars", ":help spy", "spies", ":format rich", "spy", "kept + 1"]
    shown = results(drive(Session(), *entered(*lines), screen=Screen(80, 100)).lines())
    assert shown.count("ValueError: none") == 4
    assert "spy    (no text: ValueError: none)" in shown and "kept   41" in shown
    assert any(line.split()[-2:] == ["42", "int"] for line in shown) or "42" in shown[-1]


# -- The history's file --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pipe", "device", "endless device", "folder", "link to itself"])
def test_a_history_that_is_no_file(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "history"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to({"device": "/dev/null", "endless device": "/dev/zero"}.get(kind, path))
    said_: list[str] = []
    history = open_history(str(path), said_.append)
    assert isinstance(history, InMemoryHistory)
    assert [line.startswith("inputs are not kept for later sessions") for line in said_] == [True]
    history.append_string("x")
    assert history.get_strings() == ["x"]


def test_a_history_that_becomes_something_else(tmp_path: Path) -> None:
    path = tmp_path / "history"
    said_: list[str] = []
    history = open_history(str(path), said_.append)
    history.append_string("kept")
    path.unlink()
    os.mkfifo(path)
    history.append_string("one")
    history.append_string("two")
    assert history.get_strings() == ["two", "one", "kept"][::-1]
    assert len(said_) == 1
    assert list(open_history(str(path)).load_history_strings()) == []


def test_a_lock_that_is_never_given_back(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    path = tmp_path / "history"
    history = open_history(str(path))
    with path.open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        history.append_string("kept")
    assert list(open_history(str(path)).load_history_strings()) == ["kept"]


# -- Ctrl-C --------------------------------------------------------------------------------------------------


def test_one_handler_for_the_life_of_a_prompt() -> None:
    """Whatever the prompt does, a signal finds the same handler: there is no gap in which it raises."""
    assert threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)
    found: Counter[Any] = Counter()
    install = signal.signal

    def watched(number: int, handler: Any) -> Any:
        if number == signal.SIGINT:
            found[handler] += 1
        return install(number, handler)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signal, "signal", watched)
        screen = Screen()
        lines = ["1 + 1", ":vars", "while True: 1 +", ":time 1", ":undo"]
        drive(Session(), *entered(*lines), CTRL_C, PAUSE, "x", CTRL_C, screen=screen, cpr=True)
    prompt = screen.prompt
    assert prompt is not None
    assert found == {prompt.interrupts._on_interrupt: 1, before[0]: 1}
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)) == before


def test_an_alarm_raises_only_where_a_run_is_under_way() -> None:
    session = Session()
    interrupts = Interrupts(session)
    given_up: list[int] = []
    interrupts.give_up = lambda: bool(given_up.append(1))
    with interrupts.listening():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGALRM)
        assert given_up == [1] and not interrupts.heard
        with interrupts.working():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGALRM)
            assert interrupts.heard
            with pytest.raises(KeyboardInterrupt), interrupts.running():
                raise AssertionError
            with interrupts.running():
                signal.raise_signal(signal.SIGALRM)  # the session runs nothing
                session._running = True
                with pytest.raises(KeyboardInterrupt):
                    signal.raise_signal(signal.SIGALRM)
                session._running = False
            signal.raise_signal(signal.SIGALRM)
        assert given_up == [1] and not interrupts.heard


def test_bursts_of_signals() -> None:
    """``scripts/interrupt_rounds`` does hundreds of these."""
    told: list[str] = []
    counts = interrupt_rounds(3, 3, told.append)
    assert counts == {"right": 3}, told


def test_a_signal_before_the_line_is_run_stops_it(tmp_path: Path) -> None:
    """An interrupt that comes while the snapshot is made is about the program behind it."""
    session = Session()
    keep = Snapshot.__init__

    def interrupted(self: Snapshot, of: Session, *args: Any, **kwargs: Any) -> None:
        keep(self, of, *args, **kwargs)
        if "x" in of.variables and threading.current_thread() is threading.main_thread():
            signal.raise_signal(signal.SIGINT)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Snapshot, "__init__", interrupted)
        shown = results(drive(session, "x = 1", ENTER, "x = 2", ENTER, "while True: pass\r", ENTER).lines())
    assert shown == ["KeyboardInterrupt", "KeyboardInterrupt"]
    assert session.variables["x"] == 1


def test_the_terminal_goes(tmp_path: Path) -> None:
    child = spawn(tmp_path, NO_COLOR="1")
    child.expect(">>>")
    child.kill(signal.SIGHUP)
    child.expect(pexpect.EOF)
    child.close()
