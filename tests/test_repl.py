"""The prompt, driven by keys and seen on a screen: lines, completion, history, pasting."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from repl_driver import ALT_ENTER, BACKSPACE, CTRL_C, ENTER, PAUSE, RIGHT, TAB, UP, Type, drive, entered, paste, results

from autogradcli.language.read.tokens import next_indentation
from autogradcli.repl.app import Prompt
from autogradcli.repl.commands.table import COMMANDS
from autogradcli.repl.completion import SessionCompleter
from autogradcli.repl.history import MAX_BYTES, history_path, open_history
from autogradcli.repl.keys import pasted
from autogradcli.session import Session

ROOT = Path(__file__).parent.parent


@pytest.fixture
def session() -> Session:
    return Session(seed=0)


@pytest.fixture
def type_(session: Session) -> Type:
    """Types keys at a prompt, leaves it by Ctrl-D, and returns the lines of the screen."""

    def typed(*keys: str) -> list[str]:
        return drive(session, *keys).lines()

    return typed


def test_values_and_the_last_one(type_: Type) -> None:
    lines = type_("2 + 3", ENTER, "_ * 2", ENTER, ENTER, "'a'", ENTER)
    assert lines == [">>> 2 + 3", "5", ">>> _ * 2", "10", ">>>", ">>> 'a'", "'a'", ">>>"]


def test_incomplete_input_goes_on(type_: Type, session: Session) -> None:
    assert results(type_("(1 +", ENTER, "2)", ENTER)) == ["3"]
    lines = type_("for i in range(2):", ENTER, "print(i)", ENTER, ENTER)
    assert lines[:3] == [">>> for i in range(2):", "...     print(i)", "..."]
    assert results(lines) == ["0", "1"]
    type_("def f(x):", ENTER, "return x + 1", ENTER, ENTER)
    assert results(type_("f(1)", ENTER)) == ["2"]


def test_alt_enter_always_begins_a_line(type_: Type) -> None:
    lines = type_("a = 1", ALT_ENTER, "a + 1", ENTER)
    assert lines[:2] == [">>> a = 1", "... a + 1"]
    assert results(lines) == ["2"]


def test_errors_leave_the_session_alive(type_: Type) -> None:
    lines = results(type_("x = 3", ENTER, "x + qqqq", ENTER, "x", ENTER))
    assert lines == ["NameError: name 'qqqq' is not defined", "    x + qqqq", "        ^^^^", "3"]


def test_ctrl_c_clears_the_line(type_: Type) -> None:
    assert results(type_("1 + 1", CTRL_C, "2 + 2", ENTER)) == ["4"]


def test_history_by_up(type_: Type) -> None:
    assert results(type_("1 + 1", ENTER, PAUSE, UP, ENTER)) == ["2", "2"]


def test_escapes_do_not_reach_the_screen(type_: Type) -> None:
    assert results(type_("print('\\x1b[2Jx')", ENTER)) == ["\\x1b[2Jx"]


def test_an_error_of_our_own_leaves_the_session_alive(type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(prompt: Prompt, argument: str) -> None:
        raise KeyError("spam\x1b")

    monkeypatch.setattr(COMMANDS[":vars"], "run", broken)
    assert results(type_("x = 3", ENTER, ":vars", ENTER, "x", ENTER)) == ["KeyError: error: 'spam\\x1b'", "3"]


@pytest.mark.parametrize("word", [":quit", ":q", "exit", "quit()"])
def test_leaving(type_: Type, word: str) -> None:
    assert results(type_(word, ENTER, "1 + 1", ENTER)) == []


def test_a_variable_is_no_goodbye(type_: Type) -> None:
    assert results(type_("exit = 3", ENTER, "exit", ENTER)) == ["3"]


# -- completion, history, pasting --------------------------------------------------------------------------


def completions(session: Session, text: str) -> list[str]:
    return [c.text for c in SessionCompleter(session).get_completions(Document(text), CompleteEvent())]


def test_completion(session: Session) -> None:
    session.run("import torch\nmy_tensor = torch.ones(2)\nmy_text = 'a'", lambda event: None)
    assert completions(session, "sin(my_t") == ["my_tensor", "my_text"]
    assert "requires_grad_" in completions(session, "my_tensor.req")
    assert completions(session, "my_text.upp") == ["upper"]
    assert "relu" in completions(session, "torch.nn.functional.re")
    assert completions(session, "1 + torch.ones_l") == ["ones_like"]
    assert completions(session, "whi") == ["while", "while_loop"]
    assert completions(session, ":no") == [":no_grad"]
    assert completions(session, ":no_grad o") == ["off", "on"]
    assert completions(session, ":time sin(my_t") == ["my_tensor", "my_text"]
    assert not any(name.startswith("_") for name in completions(session, "my_tensor."))


@pytest.mark.parametrize("text", ["'my_t", "# my_t", "f(x).su", "3.", "my_tensor.grad.su", "nope.su", ":nope "])
def test_nothing_is_offered_where_nothing_is_known(session: Session, text: str) -> None:
    session.run("import torch\nmy_tensor = torch.ones(2)", lambda event: None)
    assert completions(session, text) == []


def test_tab_completes_and_indents(type_: Type) -> None:
    assert results(type_("set_grad_ena", TAB, PAUSE, "(True); 5", ENTER))[-1] == "5"
    assert type_("if 1:", ALT_ENTER, "\x15", TAB, "7", ENTER, ENTER)[1] == "...     7"


def test_history_is_private(tmp_path: Path) -> None:
    path = Path(history_path({"XDG_STATE_HOME": str(tmp_path / "state")}))
    history = open_history(str(path))
    history.append_string("1 + 1\n2")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(open_history(str(path)).load_history_strings()) == ["1 + 1\n2"]
    count = 3 * MAX_BYTES // 40
    path.write_text("".join(f"\n# 2030-01-01 00:00:00\n+entry {k:010}\n" for k in range(count)))
    entries = list(open_history(str(path)).load_history_strings())
    assert path.stat().st_size <= MAX_BYTES // 2
    assert entries[0] == f"entry {count - 1:010}" and all(entry.startswith("entry ") for entry in entries)


def test_history_that_can_not_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    history = open_history(str(tmp_path / "file" / "autogradcli" / "history"))
    history.append_string("x")
    assert history.get_strings() == ["x"]
    assert history_path({"XDG_STATE_HOME": "relative", "HOME": "/h"}).endswith("/.local/state/autogradcli/history")


@pytest.mark.parametrize(
    ("text", "inserted"),
    [
        (">>> x = 1\n>>> x\n1\n", "x = 1\nx"),
        (">>> for i in x:\n...     i\n...\n0\n", "for i in x:\n    i\n"),
        ("  >>> x\r\n  1", "x"),
        ("x >>> 1\n... y", "x >>> 1\n... y"),
    ],
)
def test_a_paste_loses_its_prompts(text: str, inserted: str) -> None:
    assert pasted(text) == inserted


def test_a_tutorial(type_: Type) -> None:
    lines = results(
        type_(
            *entered(
                "import torch",
                "x = torch.tensor([1., 2., 3.], requires_grad=True)",
                "y = x ** 2 + 1",
                "y",
                "loss = y.mean()",
                "loss.backward()",
                "x.grad.norm()",
                "loss.backward()",
                "_",
            )
        )
    )
    assert lines[:3] == [
        "tensor([ 2.,  5., 10.], grad_fn=<AddBackward0>)",
        "x.grad = tensor([0.6667, 1.3333, 2.0000])",
        "tensor(2.4944)",
    ]
    assert lines[3].startswith("RuntimeError: Trying to backward through the graph a second time")
    assert lines[-1] == "tensor(2.4944)"


@pytest.mark.parametrize(
    ("text", "indentation"),
    [
        ("x = 1", 0),
        ("if x:", 4),
        ("for i in x:  # all", 4),
        ("    if x:", 8),
        ("def f(x):\n    return x", 0),
        ("while 1:\n    if 1:\n        break", 4),
        ("    y = 2", 4),
        ("sum(", 4),
        ("sum(x,", 4),
        ("a = [1,", 5),
        ("a = [\n    1,", 4),
        ("if x:\n    f(y,\n      z)", 4),
        ("d = {'a': (1,", 11),
        ("a = '''", 0),
        ("print(')')", 0),
    ],
)
def test_indentation_of_the_next_line(text: str, indentation: int) -> None:
    assert next_indentation(text) == " " * indentation


def test_backspace_takes_a_level_of_indentation(type_: Type) -> None:
    lines = type_("if 1:", ENTER, "if 1:", ENTER, "5", ENTER, BACKSPACE, "6", CTRL_C)
    assert lines == [">>> if 1:", "...     if 1:", "...         5", "...     6", ">>>"]


def test_keywords_of_the_open_call_come_first(session: Session) -> None:
    session.run("def f(a, *, beta=2): return a\nx = torch.ones(2)", lambda event: None)
    assert completions(session, "f(1, b")[0] == "beta="
    assert completions(session, "torch.sum(x, d")[0] == "dim="
    assert completions(session, "torch.sum(x, dim=0, d")[0] == "dtype="
    assert completions(session, "x.sum(k")[0] == "keepdim="
    assert "beta=" not in completions(session, "f(1, beta=b")
    assert "dim=" not in completions(session, "(x, d")


def test_completions_say_what_they_are(session: Session) -> None:
    session.run("x = torch.ones(2, 3, requires_grad=True)\ny = x * 2\ndef f(a, b=1): return a", lambda event: None)
    said = {}
    for text in ("x", "y", "f", "ex", "x.su", "x.gra", ":no", "torch.nn.functional.rel"):
        for completion in SessionCompleter(session).get_completions(Document(text), CompleteEvent()):
            said[completion.text] = completion.display_meta_text
    assert said["x"] == "float32 [2, 3] requires_grad"
    assert said["y"] == "float32 [2, 3] MulBackward0"
    assert said["f"] == "(a, b=1)"
    assert said[":no_grad"] == COMMANDS[":no_grad"].summary
    assert said["exp"] and said["sum"] and said["grad"] and said["relu"]


def test_every_name_has_a_line_beside_it(session: Session) -> None:
    session.run("x = torch.ones(2)", lambda event: None)
    for text in ("", "x.", "torch.", "torch.linalg.", "torch.nn.functional.", ":"):
        found = list(SessionCompleter(session).get_completions(Document(text), CompleteEvent()))
        assert found and all(completion.display_meta_text for completion in found)


def test_completion_evaluates_nothing(session: Session) -> None:
    session.run("x = torch.ones(2, requires_grad=True)\ny = x.view(2)", lambda event: None)
    before = session.variables["x"].meta, session.variables["y"].node
    completions(session, "y.")
    completions(session, "x.gr")
    assert (session.variables["x"].meta, session.variables["y"].node) == before


def test_vi_keys(type_: Type) -> None:
    keys = (":set keys vi", ENTER, PAUSE, "1 + 1", "\x1b", PAUSE, PAUSE, PAUSE, "0", "i", "5", ENTER)
    assert results(type_(*keys)) == ["keys: vi", "52"]
    assert results(type_(":set keys emacs", ENTER, "1 + 1", "\x01", "5", ENTER)) == ["keys: emacs", "52"]


def test_a_paste_of_many_lines_runs_as_one(type_: Type) -> None:
    text = "def f(x):\n\n    return x * 2\n\nfor i in range(2):\n    print(f(i))\n"
    assert results(type_(paste(text), ENTER)) == ["0", "2"]
    assert results(type_(paste(">>> x = 3\n>>> x * 2\n6\n"), ENTER)) == ["6"]


def test_suggestions_from_the_history(type_: Type) -> None:
    assert results(type_("1234 + 1", ENTER, PAUSE, "123", PAUSE, RIGHT, ENTER)) == ["1235", "1235"]
    assert results(type_(":set suggestions off", ENTER, "77 + 1", ENTER, PAUSE, "7", PAUSE, RIGHT, ENTER))[-1] == "7"


def test_unicode(type_: Type, session: Session) -> None:
    lines = type_(*entered("β = 2", "'größe 尺寸' * β", "print('😀')"), "'尺寸", BACKSPACE, "'", ENTER)
    assert [line.replace(" ", "") for line in results(lines)] == ["'größe尺寸größe尺寸'", "😀", "'尺'"]
    assert session.variables["β"] == 2


def test_two_sessions_share_a_history(tmp_path: Path) -> None:
    path = str(tmp_path / "history")
    one, two = open_history(path), open_history(path)
    for k in range(20):
        one.append_string(f"one {k}\nmore")
        two.append_string(f"two {k} " + "long " * 5000)
    entries = list(open_history(path).load_history_strings())
    assert len(entries) == 40
    assert entries[0].startswith("two 19") and entries[1] == "one 19\nmore"


def test_history_written_by_processes_at_once(tmp_path: Path) -> None:
    """While others shorten it, too: nothing is torn, and what was written last is there."""
    path = tmp_path / "history"
    code = (
        "import sys\nfrom autogradcli.repl.history import open_history\n"
        "for k in range(60):\n"
        "    open_history(sys.argv[1]).append_string(sys.argv[2] + ' ' + str(k) + ' ' + 'x' * 20000)\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(path), name], cwd=ROOT) for name in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    entries = list(open_history(str(path)).load_history_strings())
    assert path.stat().st_size <= MAX_BYTES + 3 * 20100
    assert all(len(entry.split()[2]) == 20000 for entry in entries)
    kept = [(name, int(k)) for name, k, _ in map(str.split, reversed(entries))]
    for name in "abc":  # of each the last ones, without a gap
        mine = [k for other, k in kept if other == name]
        assert mine == list(range(60 - len(mine), 60))
    assert kept[-1][1] == 59
