"""The prompt, driven by keys and seen on a screen; once in a real terminal."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pexpect
import pyte
import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from autogradcli.repl.app import Prompt
from autogradcli.repl.commands import COMMANDS, CommandError, find
from autogradcli.repl.completion import SessionCompleter
from autogradcli.repl.history import MAX_BYTES, history_path, open_history
from autogradcli.repl.keys import pasted
from autogradcli.session import Session
from autogradcli.show.stream import Stream

ENTER, ALT_ENTER, CTRL_C, CTRL_D, UP, TAB = "\r", "\x1b\r", "\x03", "\x04", "\x1b[A", "\t"
PAUSE = "pause"
ROWS, COLUMNS = 60, 80


class Screen(io.StringIO):
    """A terminal's end of a stream: line feeds return the carriage, as the terminal's driver makes them."""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return super().write(text.replace("\r\n", "\n").replace("\n", "\r\n"))

    def lines(self) -> list[str]:
        screen = pyte.Screen(COLUMNS, ROWS)
        pyte.Stream(screen).feed(self.getvalue())
        return [line.rstrip() for line in screen.display if line.strip()]


Type = Callable[..., list[str]]


def slowly(pipe: PipeInput, keys: tuple[str, ...]) -> None:
    """As a person types: the history is read while a prompt waits for keys."""
    for key in (*keys, CTRL_D):
        if key == PAUSE:
            time.sleep(0.3)
        else:
            pipe.send_text(key)


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def type_(session: Session) -> Type:
    """Types keys at a prompt, leaves it by Ctrl-D, and returns the lines of the screen."""

    def typed(*keys: str) -> list[str]:
        screen = Screen()
        with create_pipe_input() as pipe:
            if PAUSE in keys:
                Thread(target=slowly, args=(pipe, keys)).start()
            else:
                pipe.send_text("".join(keys) + CTRL_D)
            output = Vt100_Output(screen, lambda: Size(ROWS, COLUMNS), term="xterm", enable_cpr=False)
            stream = Stream(screen, environ={"NO_COLOR": "1"})
            Prompt(session, stream, stream, history=InMemoryHistory(), input=pipe, output=output).run()
        return screen.lines()

    return typed


def results(lines: list[str]) -> list[str]:
    """The lines that are no prompt."""
    return [line for line in lines if not line.startswith((">>>", "...", "no_grad >>>"))]


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
    lines = results(type_("x = 3", ENTER, "x + nope", ENTER, "x", ENTER))
    assert lines == ["NameError: name 'nope' is not defined", "    x + nope", "        ^^^^", "3"]


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


# -- commands ----------------------------------------------------------------------------------------------


def test_no_grad_shows_in_the_prompt(type_: Type) -> None:
    lines = type_(":no_grad", ENTER, "is_grad_enabled()", ENTER, ":no_grad off", ENTER, "is_grad_enabled()", ENTER)
    assert lines == [
        ">>> :no_grad",
        "no_grad >>> is_grad_enabled()",
        "False",
        "no_grad >>> :no_grad off",
        ">>> is_grad_enabled()",
        "True",
        ">>>",
    ]


def test_no_grad_follows_the_program_and_keeps_the_variables(type_: Type, session: Session) -> None:
    lines = type_("is_grad_enabled = 5", ENTER, "g = torch.set_grad_enabled(False)", ENTER, "8", ENTER, "_", ENTER)
    assert lines[-1] == "no_grad >>>"
    assert results(lines) == ["8", "8"]
    assert session.variables["is_grad_enabled"] == 5


def test_vars_and_grads(type_: Type) -> None:
    keys = [":vars", ":grads", "x = torch.tensor([1., 2.], requires_grad=True)", "n = 'a'", ":vars"]
    keys += ["(x * x).sum().backward()", ":grads"]
    lines = results(type_(*[part for key in keys for part in (key, ENTER)]))
    assert lines[0] == "no variables yet" and lines[1].startswith("no variable has a gradient")
    assert lines[2:] == ["x  float32 [2], requires_grad", "n  'a'", "x.grad = tensor([2., 4.])"]


def test_format(type_: Type) -> None:
    lines = results(type_(":format", ENTER, "torch.ones(2)", ENTER, ":format plain", ENTER, "torch.ones(2)", ENTER))
    assert lines == [
        "format: rich",
        "  expression     value     shape  dtype",
        "  torch.ones(2)  [1., 1.]  [2]    float32",
        "format: plain",
        "tensor([1., 1.])",
    ]


def test_help(type_: Type) -> None:
    listed = "\n".join(results(type_(":help", ENTER)))
    assert all(f"  {name}" in listed for name in COMMANDS)
    assert results(type_("x = torch.ones(2)", ENTER, ":help x.sum", ENTER))[0].startswith("x.sum, of a Tensor")
    assert len(results(type_(":help exp", ENTER))) > 1
    assert "there is nothing" in results(type_(":help nope", ENTER))[0]
    for name, command in COMMANDS.items():
        assert command.summary and find(name) is command
        assert results(type_(f":help {name}", ENTER))[1].strip() == command.summary


def test_wrong_commands(type_: Type) -> None:
    assert "did you mean :help?" in results(type_(":halp", ENTER))[0]
    assert "on, off" in results(type_(":no_grad maybe", ENTER))[0]
    with pytest.raises(CommandError):
        find(":")
    assert find(":f") is COMMANDS[":format"]


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
    assert completions(session, "whi") == ["while"]
    assert completions(session, ":no") == [":no_grad"]
    assert completions(session, ":no_grad o") == ["off", "on"]
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


# -- a real terminal ---------------------------------------------------------------------------------------


def test_ctrl_c_stops_an_evaluation_and_ctrl_d_leaves(tmp_path: Path) -> None:
    environ = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parent.parent),
        "XDG_STATE_HOME": str(tmp_path),
        "TERM": "xterm",
        "NO_COLOR": "1",
        "PROMPT_TOOLKIT_NO_CPR": "1",
    }
    child = pexpect.spawn(
        sys.executable, ["-P", "-m", "autogradcli"], env=environ, dimensions=(24, 80), encoding="utf-8", timeout=30
    )
    child.expect(">>>")
    child.send("m = 41; n = 1\r")
    child.send("while n: n = n if n > 99 else print('run' + 'ning') or 100\r\r")
    child.expect("running")
    child.sendintr()
    child.expect("KeyboardInterrupt")
    child.expect(">>>")
    child.send("m + 1\r")
    child.expect("42\r\n")
    child.expect(">>>")
    child.send(CTRL_D)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "m + 1" in (tmp_path / "autogradcli" / "history").read_text()
