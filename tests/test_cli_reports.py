"""``run`` for other tools: JUnit's XML, TAP, and programs that go on after a line that fails."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pexpect
import pytest
from cli_ask import ENVIRON, ask, run

from autogradcli.cli.batch.reports import KEPT

#: Who runs them: this process, a worker, two workers.
WAYS = [[], ["--timeout", "30"], ["--jobs", "2"]]


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.ag").write_text("print('a')\n1 + 1\n")
    Path("bad.ag").write_text("print('b')\n1 / 0\nz = x\nprint('c', end='')\n")
    Path("odd.ag").write_text("print('<&\"]]>', chr(27), chr(0), end='')\nprint('y' * 100000)\n")


@pytest.mark.parametrize("way", WAYS)
def test_a_program_may_go_on_after_a_line_that_fails(way: list[str]) -> None:
    done = run("run", "--keep-going=line", *way, "bad.ag", "good.ag")
    assert (done.returncode, done.stdout) == (1, "b\nca\n2\n")
    assert [line for line in done.stderr.splitlines() if "Error" in line or "failed" in line][:3] == [
        "bad.ag:2:1: ZeroDivisionError: division by zero",
        "bad.ag:3:5: NameError: name 'x' is not defined",
        re.search(r"2 files: 1 passed, 1 failed.*", done.stderr)[0],  # type: ignore[index]
    ]
    for going in ("--keep-going", "--keep-going=file"):
        done = run("run", going, *way, "bad.ag", "good.ag")
        assert (done.returncode, done.stdout) == (1, "b\na\n2\n")


def test_some_ends_are_final_even_so() -> None:
    """No program, no time left: nothing goes on after that. A long file and a notebook go on as a short one does."""
    Path("no.ag").write_text("print('never')\n)\nprint('never')\n")
    Path("loop.ag").write_text("while True: pass\nprint('never')\n")
    Path("long.ag").write_text("nope\n" + "y = 1  # a line\n" * 10_000 + "print('end')\n")
    cells = [{"cell_type": "code", "source": text} for text in ("nope\nprint('one')", "2")]
    Path("n.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4}))
    for way in WAYS:
        done = run("run", "--keep-going=line", "--timeout", "2", *way[2:], "no.ag", "loop.ag", "long.ag", "n.ipynb")
        assert (done.returncode, done.stdout) == (1, "end\none\n2\n")
        assert "4 files: 0 passed, 4 failed" in done.stderr


def test_what_keep_going_can_be(tmp_path: Path) -> None:
    code, _, err = ask("run", "--keep-going=often", "good.ag")
    assert code == 2 and "'often' is neither 'file' nor 'line'" in err
    code, _, err = ask("run", "--keep-going=line", "--why", "good.ag")
    assert code == 2 and "--why explains the error that ends a program" in err
    assert ask("run", "--keep-going", "--fail-fast", "bad.ag", "good.ag").out == "b\n"
    assert ask("run", "--fail-fast", "--keep-going", "bad.ag", "good.ag").out == "b\na\n2\n"
    settings = tmp_path / "autogradcli" / "config.toml"
    settings.parent.mkdir()
    environ = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parent.parent)}
    for value, shown in (("true", "b\na\n2\n"), ('"line"', "b\nca\n2\n"), ("false", "b\n")):
        settings.write_text(f"[run]\nkeep-going = {value}\n")
        assert run("run", "bad.ag", "good.ag", env=environ).stdout == shown


@pytest.mark.parametrize("format_", ["plain", "json"])
@pytest.mark.parametrize("output", [[], ["--output", "out"]])
@pytest.mark.parametrize("way", WAYS)
def test_junit(way: list[str], output: list[str], format_: str) -> None:
    names = ["good.ag", "bad.ag", "odd.ag", "nosuch.ag"]
    done = run("run", "--keep-going", "--format", format_, *output, *way, "--junit", "r.xml", *names)
    assert done.returncode == 1
    suite = ElementTree.parse("r.xml").getroot()[0]
    assert [suite.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["4", "2", "0", "0"]
    cases = list(suite)
    assert [case.get("name") for case in cases] == names
    assert all(float(case.get("time", "")) >= 0 for case in cases)
    failures = [case.find("failure") for case in cases]
    assert [failure is None for failure in failures] == [True, False, True, False]
    failure = failures[1]
    assert failure is not None and failure.text is not None
    assert (failure.get("type"), failure.get("message")) == ("ZeroDivisionError", "division by zero")
    assert failure.text.startswith("bad.ag:2")
    shown = [case.findtext("system-out") or "" for case in cases]
    if format_ == "plain":
        assert shown[:2] == ["a\n2\n", "b\n"]
        assert shown[2].startswith('<&"]]> \\x1b \\x00yyy') and "characters more" in shown[2]
    assert all(len(text) < KEPT + 100 for text in shown)


def test_junit_of_what_did_not_run() -> None:
    assert run("run", "--junit", "r.xml", "bad.ag", "good.ag").returncode == 1
    suite = ElementTree.parse("r.xml").getroot()[0]
    assert [suite.get("tests"), suite.get("skipped")] == ["2", "1"]
    assert suite[1].find("skipped") is not None
    code, _, err = ask("run", "--junit", "no/r.xml", "good.ag")
    assert code == 2 and "no file can be written in no" in err


@pytest.mark.parametrize("way", WAYS)
def test_tap(way: list[str]) -> None:
    Path("a # b.ag").write_text("print('x', end='')")
    done = run("run", "--tap", "--keep-going", *way, "good.ag", "bad.ag", "a # b.ag")
    assert done.returncode == 1 and "ZeroDivisionError" in done.stderr
    assert re.sub(r"time=[\d.]+ms", "time", done.stdout) == (
        "TAP version 14\n1..3\n# a\n# 2\nok 1 - good.ag # time\n# b\nnot ok 2 - bad.ag # time\n"
        '  ---\n  message: "division by zero"\n  severity: fail\n  type: "ZeroDivisionError"\n'
        '  at:\n    file: "bad.ag"\n    line: 2\n  ...\n# x\nok 3 - a \\# b.ag # time\n'
    )
    done = run("run", "--tap", "--output", "out", *way, "bad.ag", "good.ag")
    assert done.stdout.startswith("TAP version 14\n1..2\nnot ok 1") and "\nBail out!" in done.stdout
    code, _, err = ask("run", "--tap", "--format", "json", "good.ag")
    assert code == 2 and "--tap is a format of its own" in err


def test_progress_of_one_long_program() -> None:
    """On a terminal: the loops with their lines, how far they are, and about how long it will take; then it is gone."""
    Path("long.ag").write_text(
        "import time\nfor i in range(30):\n    for j in [1, 2, 3]:\n        time.sleep(0.04)\nprint('end')\n"
    )
    environ = {**ENVIRON, "TERM": "xterm"}
    arguments = ["-P", "-m", "autogradcli", "run", "--progress", "long.ag"]
    child = pexpect.spawn(sys.executable, arguments, env=environ, encoding="utf-8", timeout=60, dimensions=(24, 100))
    child.expect(r"\[#*\.*\] line 2: (\d+)/30, line 3: [0-2]/3, \d+ s, about \d+ s left")
    assert 0 < int(child.match[1]) < 30
    child.expect_exact("\r\x1b[Kend\r\n")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "line" not in child.before
    done = run("run", "--progress", "long.ag")
    assert (done.stdout, done.stderr) == ("end\n", "")
    code, _, err = ask("run", "--progress", "--jobs", "2", "long.ag")
    assert code == 2 and "--progress watches what this process runs" in err
