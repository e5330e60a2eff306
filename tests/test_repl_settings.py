"""The prompt as its user has set it: the configuration file, a startup program, keys, a pager; a sign of life."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_ask import ENVIRON, run
from repl_driver import CTRL_C, LOOK, Screen, drive, entered, results
from test_repl_terminal import leave, spawn

from autogradcli.repl import sign_of_life
from autogradcli.session import Session


def opened(tmp_path: Path, settings: str, *arguments: str, **more: str) -> Any:
    """The prompt on a terminal of its own, with those settings."""
    folder = tmp_path / "config" / "autogradcli"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(settings)
    child = spawn(tmp_path, *arguments, XDG_CONFIG_HOME=str(tmp_path / "config"), **{"NO_COLOR": "1", **more})
    child.expect(">>>")
    return child


def test_settings_and_a_startup_program(tmp_path: Path) -> None:
    startup = tmp_path / "start.py"
    startup.write_text("def double(v): return v * 2\nw = torch.tensor([1/3], requires_grad=True)\n")
    child = opened(tmp_path, f'[repl]\ndigits = 2\nformat = "json"\nkeys = "vi"\nstartup = "{startup}"\n')
    child.send("'%d' % 4\r")
    child.expect('"data": "4"')
    child.send(":format plain\r")
    child.expect("format: plain")
    for line, answer in (
        ("torch.tensor([1/3])", r"tensor\(\[0\.33\]\)"),
        ("y = double(w).sum()", ">>>"),
        (":derive y", r"w\.grad = full_like\(w, 2\)"),
        (":set keys", "keys: vi"),
        ("del w", ">>>"),
        (":reset", "a fresh session"),
        ("double(w)", r"0\.67"),
        (":undo", "undone: :reset"),
        (":undo", "undone: del w"),
        (":undo", "undone: y = double"),
        (":undo", "there is nothing to take back"),
    ):
        child.send(line + "\r")
        child.expect(answer)
    leave(child)


def test_a_startup_program_that_fails_keeps_nobody_out(tmp_path: Path) -> None:
    startup = tmp_path / "start.py"
    startup.write_text("a = 1\nnope\n")
    child = opened(tmp_path, f'[repl]\nstartup = "{startup}"\n')
    assert "start.py:2:1: NameError" in child.before.replace("\r\n", "")
    child.send("a + 1\r")
    child.expect("2\r\n")
    leave(child)


def test_a_startup_program_that_is_not_there(tmp_path: Path) -> None:
    child = opened(tmp_path, f'[repl]\nstartup = "{tmp_path}/no.py"\n')
    assert "No such file" in child.before
    leave(child)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ('[repl]\nstartup = "start.py"', "a whole path, from / or ~ on, is needed"),
        ('[repl]\nkeys = "nano"', "one of emacs, vi is needed"),
        ("[repl]\ndigits = -1", "a whole number up to 20 is needed"),
        ("[repl]\npager = 3", "true or false is needed"),
        ('[repl]\nformat = "csv"', "one of plain, rich, json is needed"),
        ("[repl]\ndigit = 3", "did you mean `digits`?"),
        ('[run]\nkeys = "vi"', "there is no setting `keys`"),
    ],
)
def test_wrong_settings(tmp_path: Path, settings: str, says: str) -> None:
    (tmp_path / "autogradcli").mkdir()
    (tmp_path / "autogradcli" / "config.toml").write_text(settings)
    done = run("repl", env={**ENVIRON, "XDG_CONFIG_HOME": str(tmp_path)})
    assert done.returncode == 2 and says in done.stderr


def test_colours_of_the_prompt_alone(tmp_path: Path) -> None:
    child = opened(tmp_path, '[repl]\ncolor = "never"\n', NO_COLOR="")
    child.send("for\x15x = 'a' + nope\r")
    child.expect("NameError")
    assert "\x1b[0;32m" not in child.before and "\x1b[1;31m" not in child.before
    leave(child)


def test_variables_from_the_command_line(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", w=np.ones(3, np.float32))
    child = spawn(tmp_path, "repl", "--var", "k=2.5", "--load", str(tmp_path / "d.npz"), NO_COLOR="1")
    child.expect(">>>")
    child.send("w * k\r")
    child.expect(r"tensor\(\[2\.5000, 2\.5000, 2\.5000\]\)")
    child.send("del w\r:reset\rw.sum()\r")  # which goes back to what was given
    child.expect(r"tensor\(3\.\)")
    leave(child)
    wrong = spawn(tmp_path, "repl", "--var", "k=nope", NO_COLOR="1")
    wrong.expect("NameError")
    wrong.expect("\n")
    wrong.wait()
    assert wrong.exitstatus == 1


def test_the_mode_of_vis_keys_is_seen() -> None:
    def last(*keys: str | Callable[[], None]) -> str:
        return drive(Session(), *entered(":set keys vi"), *keys, LOOK, CTRL_C, screen=Screen(), cpr=True).looks[-1][-1]

    assert "| vi insert |" in last("a")
    assert "| vi normal |" in last("a", "\x1b", lambda: time.sleep(1.5))
    assert "vi" not in drive(Session(), "a", LOOK, CTRL_C, screen=Screen(), cpr=True).looks[-1][-1]


# -- a line while it takes long ------------------------------------------------------------------------------


def test_what_takes_long_says_so(tmp_path: Path) -> None:
    child = opened(tmp_path, "")
    child.send("while True: pass\r\r")
    child.expect("1 s; Ctrl-C stops it")
    child.expect("2 s; Ctrl-C stops it")
    child.sendintr()
    child.expect("\x1b\\[K")  # it is gone before anything else is written
    child.expect("KeyboardInterrupt")
    child.send("2 + 2\r")
    child.expect("4\r\n")
    leave(child)


def test_output_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_of_life, "AFTER", 0.05)
    monkeypatch.setattr(sign_of_life, "EVERY", 0.05)
    busy = "sum(range(10 ** 6))"
    program = (
        f"a = [{busy} for _ in range(9)]; print('one'); b = [{busy} for _ in range(9)]; print('two', end=''); a == b"
    )
    screen = drive(Session(), *entered(program, "'three'"))
    assert "Ctrl-C stops it" in screen.getvalue()
    assert results(screen.lines())[-3:] == ["one", "twoTrue", "'three'"]


# -- the pager -----------------------------------------------------------------------------------------------


def test_a_pager_on_request_and_where_it_is_set(tmp_path: Path) -> None:
    child = spawn(tmp_path, NO_COLOR="1", PAGER="sed s/^/paged:/")
    child.expect(">>>")
    child.send("x = torch.arange(1200)\r:page x\r")
    child.expect(r"paged:tensor\(\[")
    child.expect(r"paged: .* 600,")  # not by its edges
    child.expect("1199]\\)\r\n")
    child.send("'short'\r:page\r")
    child.expect("paged:'short'")
    child.send("[torch.eye(5)] * 9\r")
    child.expect("\\[tensor")
    assert "paged" not in child.before
    child.send(":set pager on\r[torch.eye(5)] * 9\r")
    child.expect("paged:\\[tensor")
    child.send("2 + 2\r")
    child.expect("[^:]4\r\n")
    leave(child)


def test_without_a_pager_it_is_shown(tmp_path: Path) -> None:
    child = spawn(tmp_path, NO_COLOR="1", PAGER="there-is-no-such-pager")
    child.expect(">>>")
    child.send(":page 'a' + 'b'\r")
    child.expect("'ab'\r\n")
    leave(child)
