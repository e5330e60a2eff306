"""The prompt on a real pseudo-terminal, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from autogradcli.repl.commands.table import COMMANDS

ROOT = Path(__file__).parent.parent
CTRL_D = "\x04"


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")},
        "PYTHONPATH": str(ROOT),
        "XDG_STATE_HOME": str(tmp_path),
        "TERM": "xterm",
        "PROMPT_TOOLKIT_NO_CPR": "1",
        **more,
    }


def spawn(tmp_path: Path, *arguments: str, **more: str) -> Any:
    return pexpect.spawn(
        sys.executable,
        ["-P", "-m", "autogradcli", *arguments],
        env=environ(tmp_path, **more),
        dimensions=(24, 80),
        encoding="utf-8",
        timeout=60,
    )


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Any]:
    child = spawn(tmp_path, NO_COLOR="1")
    child.expect(">>>")
    yield child
    child.close(force=True)


def leave(child: Any) -> None:
    child.send(CTRL_D)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_ctrl_c_stops_an_evaluation_and_ctrl_d_leaves(child: Any, tmp_path: Path) -> None:
    child.send("m = 41; n = 1\r")
    child.send("while n: n = n if n > 99 else print('run' + 'ning') or 100\r\r")
    child.expect("running")
    child.sendintr()
    child.expect("KeyboardInterrupt")
    child.expect(">>>")
    child.send("m + n\r")  # n is what it was before the statement
    child.expect("42\r\n")
    child.expect(">>>")
    leave(child)
    assert "m + n" in (tmp_path / "autogradcli" / "history").read_text()


def test_ctrl_c_in_while_true(child: Any) -> None:
    child.send("while True: pass\r\r")
    child.expect("2004l")  # the prompt gives the terminal back, and the evaluation begins
    time.sleep(0.3)
    child.sendintr()
    child.expect("KeyboardInterrupt")
    child.send("'still ' + 'here'\r")
    child.expect("'still here'\r\n")
    leave(child)


def test_a_crash_loses_no_history(child: Any, tmp_path: Path) -> None:
    child.send("'before ' + 'the crash'\r")
    child.expect("'before the crash'\r\n")
    child.kill(9)
    child.wait()
    history = tmp_path / "autogradcli" / "history"
    assert "+'before ' + 'the crash'" in history.read_text()
    assert history.stat().st_mode & 0o777 == 0o600
    again = spawn(tmp_path, NO_COLOR="1")
    again.expect(">>>")
    again.send("\x1b[A\r")
    again.expect("'before the crash'\r\n")
    leave(again)


def test_two_sessions_at_once(child: Any, tmp_path: Path) -> None:
    other = spawn(tmp_path, NO_COLOR="1")
    other.expect(">>>")
    for k in range(3):
        child.send(f"'one' * 1{k}\r")
        child.expect("'oneone")
        other.send(f"'two' * 1{k}\r")
        other.expect("'twotwo")
    leave(child)
    leave(other)
    text = (tmp_path / "autogradcli" / "history").read_text()
    assert all(f"+'{name}' * 1{k}\n" in text for name in ("one", "two") for k in range(3))


def test_colours_are_the_terminals(tmp_path: Path) -> None:
    child = spawn(tmp_path)
    child.expect(">>>")
    child.send("for\x15x = 'a' + nope\r")
    child.expect("\x1b\\[1;31mNameError")
    assert "\x1b[0;32m'" in child.before and "38;" not in child.before
    leave(child)


def test_a_dumb_terminal_has_no_prompt(tmp_path: Path) -> None:
    child = spawn(tmp_path, TERM="dumb")
    child.setecho(False)
    child.send("x = 2\n\nfor i in range(2):\n    print(i + x)\n\nx * 21\n" + CTRL_D)
    child.expect(pexpect.EOF)
    assert child.before.replace("\r", "").split("\n")[-4:] == ["2", "3", "42", ""]
    assert ">>>" not in child.before and "\x1b" not in child.before and ":help" not in child.before
    child.close()


def test_the_screens_in_the_documentation_are_true() -> None:
    script = [sys.executable, str(ROOT / "scripts" / "repl_screens"), "--check", "--only", "vars", "--only", "undo"]
    assert subprocess.run(script, check=False).returncode == 0


def test_every_command_is_documented() -> None:
    written = (ROOT / "docs" / "repl.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`{name}" not in written] == []
