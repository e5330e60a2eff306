"""The commands of the prompt, each typed as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from prompt_toolkit.history import InMemoryHistory
from repl_driver import ENTER, PAUSE, Screen, drive, entered, results

from autogradcli.repl.app import Prompt
from autogradcli.repl.commands.table import COMMANDS, CommandError, find
from autogradcli.repl.journal import MAX_TRANSCRIPT, Transcript, beginning
from autogradcli.session import Session


@pytest.fixture
def session() -> Session:
    return Session(seed=0)


def shown(session: Session, *lines: str, columns: int = 100) -> list[str]:
    """What those lines show, each followed by Enter."""
    return results(drive(session, *entered(*lines), screen=Screen(columns, 100)).lines())


# -- the table ---------------------------------------------------------------------------------------------


def test_help_lists_and_tells(session: Session) -> None:
    listed = shown(session, ":help", columns=80)
    for name, command in COMMANDS.items():
        assert find(name) is command
        line = next(line for line in listed if line.split()[:1] == [name])
        assert line.endswith(command.summary)
        told = shown(session, f":help {name}", columns=80)
        assert told[0] == f"{name} {command.argument}".rstrip() and told[1].strip(" .") == command.summary


def test_wrong_commands(session: Session) -> None:
    assert "did you mean :help?" in shown(session, ":halp")[0]
    assert "on, off" in shown(session, ":no_grad maybe")[0]
    with pytest.raises(CommandError):
        find(":")
    assert find(":f") is COMMANDS[":format"]
    for line in (":load", ":save", ":graph", ":derive", ":time", ":set nope", ":seed x", ":dtype int64", ":format x"):
        said = shown(session, line)[0]
        assert said.startswith(f"{line.split()[0]}: error: ")


def test_an_error_of_our_own_leaves_the_session_alive(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(prompt: Prompt, argument: str) -> None:
        raise KeyError("spam\x1b")

    monkeypatch.setattr(COMMANDS[":vars"], "run", broken)
    assert shown(session, "x = 3", ":vars", "x") == ["KeyError: error: 'spam\\x1b'", "3"]


# -- modes and options -----------------------------------------------------------------------------------------


def test_no_grad_shows_in_the_prompt(session: Session) -> None:
    lines = [
        ":no_grad",
        "is_grad_enabled()",
        ":no_grad",
        "is_grad_enabled()",
        ":no_grad on",
        ":no_grad on",
        ":no_grad off",
    ]
    assert drive(session, *entered(*lines)).lines() == [
        ">>> :no_grad",
        "no_grad >>> is_grad_enabled()",
        "False",
        "no_grad >>> :no_grad",
        ">>> is_grad_enabled()",
        "True",
        ">>> :no_grad on",
        "no_grad >>> :no_grad on",
        "no_grad >>> :no_grad off",
        ">>>",
    ]


def test_no_grad_follows_the_program_and_keeps_the_variables(session: Session) -> None:
    keys = entered("is_grad_enabled = 5", "g = torch.set_grad_enabled(False)", "8", "_")
    lines = drive(session, *keys).lines()
    assert lines[-1] == "no_grad >>>"
    assert results(lines) == ["8", "8"]
    assert session.variables["is_grad_enabled"] == 5


def test_format(session: Session) -> None:
    lines = shown(session, ":format rich", "torch.ones(2)", ":format json", "2 + 2", ":format plain", "torch.ones(2)")
    assert lines[:4] == [
        "format: rich",
        "  expression     value     shape  dtype",
        "  torch.ones(2)  [1., 1.]  [2]    float32",
        "format: json",
    ]
    assert json.loads("".join(lines[4:-2]))["value"] == {"type": "int", "data": 4}
    assert lines[-2:] == ["format: plain", "tensor([1., 1.])"]


def test_dtype_and_seed(session: Session) -> None:
    lines = [
        ":dtype float64",
        ":dtype",
        ":undo",
        ":dtype",
        ":seed 3",
        "rand(1)",
        ":seed 3",
        "rand(1)",
    ]
    told = shown(session, *lines, ":seed")
    assert told[:3] == ["dtype: float64", "undone: torch.set_default_dtype(torch.float64)", "dtype: float32"]
    assert told[3] == told[4] and told[5] == "seed: 3"
    assert "unpacking" in shown(session, ":seed 99999999999999999999999")[0]


def test_options(session: Session) -> None:
    assert shown(session, ":set precision 2", ":set sci_mode on", ":set threshold 3", "tensor([1/3])") == [
        "precision: 2",
        "sci_mode: on",
        "threshold: 3",
        "tensor([3.33e-01])",
    ]
    assert shown(session, ":set sci_mode auto", "tensor([1/3])", ":set threshold inf", "zeros(4)") == [
        "sci_mode: auto",
        "tensor([0.33])",
        "threshold: inf",
        "tensor([0., 0., 0., 0.])",
    ]
    for name in ("preview", "suggestions", "toolbar"):
        assert shown(session, f":set {name} off", f":set {name} on") == [f"{name}: off", f"{name}: on"]
    listed = shown(session, ":set")
    assert [line.split()[0] for line in listed[1:]] == [
        *("precision", "threshold", "edgeitems", "linewidth", "sci_mode"),
        *("keys", "preview", "suggestions", "toolbar", "pager"),
    ]


# -- the session -------------------------------------------------------------------------------------------


def test_undo_and_redo(session: Session) -> None:
    lines = ["x = torch.ones(2)", "x.add_(1)", ":undo", "x, x._version", ":redo", ":undo", ":undo", ":undo"]
    assert shown(session, *lines)[1:] == [
        "undone: x.add_(1)",
        "(tensor([1., 1.]), 0)",
        "done again: x.add_(1)",
        "undone: x.add_(1)",
        "undone: x = torch.ones(2)",
        ":undo: error: there is nothing to take back",
    ]
    assert shown(session, "x = 1", "x = 2", ":undo", ":undo", ":redo", "x")[-1] == "1"
    lines = ["x = torch.ones(2)", "x + 1", "x.add_(1)", "x", ":undo", "x", "x * 2", ":redo", "x"]
    assert shown(session, *lines)[3:] == [
        "undone: x.add_(1)",
        "tensor([1., 1.])",
        "tensor([2., 2.])",
        "done again: x.add_(1)",
        "tensor([2., 2.])",
    ]


def test_undo_takes_back_the_statements_of_one_input(session: Session) -> None:
    assert shown(session, "a = 1; b = nope", "a", ":undo", ":undo", "a")[-3] == "NameError: name 'a' is not defined"


def test_reset(session: Session) -> None:
    lines = shown(session, "x = 1", ":no_grad", ":reset", "is_grad_enabled()", ":vars", ":undo", "x, is_grad_enabled()")
    assert lines == ["a fresh session", "True", "no variables yet", "undone: :reset", "(1, False)"]


def test_save_rebuilds_the_session(tmp_path: Path, session: Session) -> None:
    file = tmp_path / "a session.py"
    lines = [
        "x = torch.rand(2, requires_grad=True)",
        "bad = nope",
        "a = 1; b = nope; c = 3",
        ":no_grad",
        "z = x * 2",
        ":no_grad",
        "q = 5",
        ":undo",
        "def f(v):\n    return v * a\n\n",
        "f(x).sum().backward()",
        "2 + 2",
        "five = _ + 1",
        ":seed 4",
        f":save {file}",
    ]
    assert shown(session, *lines, columns=200)[-1].startswith("10 entries written to ")
    again = Session(seed=99)
    assert again.run(file.read_text(), lambda event: None)
    mine, theirs = session.variables, again.variables
    assert set(mine) == set(theirs) == {"x", "a", "z", "f", "five", "_"}
    for name in ("x", "z"):
        assert (mine[name].array == theirs[name].array).all()
    assert (mine["x"].grad.array == theirs["x"].grad.array).all()
    assert theirs["five"] == 5 and theirs["z"].requires_grad is False
    loaded = Session(seed=5)
    assert shown(loaded, f":load {file}", "five")[-1] == "5"


def test_files(tmp_path: Path, session: Session) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text("x = 1\nx +\n")
    assert "exists and is not a saved session" in shown(session, f":save {mine}", columns=200)[0]
    assert shown(session, f":load {mine}", columns=200)[0] == f"{mine}:2:4: SyntaxError: invalid syntax"
    assert "No such file" in shown(session, f":load {tmp_path}/nope", columns=200)[0]
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    assert "no UTF-8" in shown(session, f":load {tmp_path}/bytes", columns=200)[0]
    saved = tmp_path / "s.py"
    assert shown(session, f":save {saved}", "x = 1", f":save {saved}", columns=200)[1].startswith("1 entry written")
    assert "No such file" in shown(session, f":save {tmp_path}/no/s.py", columns=200)[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bytes", "mine.py", "s.py"]


@pytest.mark.parametrize(
    ("text", "count", "kept"),
    [
        ("a = 1\nb = 2", 1, "a = 1"),
        ("a = 1; b = 2", 1, "a = 1"),
        ("a = 'é'; b = 2\nc = 3", 2, "a = 'é'; b = 2"),
        ("a = 1  # one\n# two\nb = 2", 1, "a = 1  # one\n# two"),
        ("def f():\n    pass\n@g\ndef h(): pass", 1, "def f():\n    pass"),
        ("a = 1", 0, ""),
        ("a = 1", 1, "a = 1"),
    ],
)
def test_the_statements_that_ended_well(text: str, count: int, kept: str) -> None:
    assert beginning(text, count) == kept


def test_transcript(tmp_path: Path, session: Session) -> None:
    file = tmp_path / "seen.txt"
    keys = entered("x = 2", ":no_grad", "for i in range(2):\nprint(i * x)\n\n", "x + nope", f":transcript {file}")
    drive(session, *keys, colour=True)
    assert file.read_text().split("\n")[:9] == [
        ">>> x = 2",
        ">>> :no_grad",
        "no_grad >>> for i in range(2):",
        "        ...     print(i * x)",
        "        ...     ",
        "0",
        "2",
        "no_grad >>> x + nope",
        "NameError: name 'nope' is not defined",
    ]
    assert "exists" in shown(session, f":transcript {file}", columns=200)[0]


def test_a_transcript_is_bounded() -> None:
    transcript = Transcript()
    for _ in range(5):
        transcript.add("x" * MAX_TRANSCRIPT)
    assert len(transcript.text()) <= 2 * MAX_TRANSCRIPT


def test_history_command(session: Session) -> None:
    history = InMemoryHistory(["earlier", "def f():\n    pass"])
    screen = drive(session, "x = 1", ENTER, PAUSE, ":history 2", ENTER, ":history f", ENTER, history=history)
    assert results(screen.lines()) == ["    def f():", "        pass", "    x = 1", "    def f():", "        pass"]


def test_edit(tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "sed -i s/11/22/")
    assert results(drive(session, "11 + 1", ENTER, PAUSE, ":edit", ENTER, PAUSE, ENTER).lines()) == ["12", "23"]
    monkeypatch.setenv("EDITOR", "false")
    assert "false ended with 1" in shown(session, ":edit")[0]
    monkeypatch.setenv("EDITOR", "there-is-no-such-editor")
    assert "there-is-no-such-editor" in shown(session, ":edit")[0]
