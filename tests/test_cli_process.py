"""What only a process shows: exit codes, signals, closed pipes, limits, and what a start loads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-P", "-m", "autogradcli"]
ROOT = Path(__file__).parent.parent
ENVIRON = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}


def run(*arguments: str, command: list[str] | None = None, **options: object) -> subprocess.CompletedProcess[str]:
    defaults = {"capture_output": True, "text": True, "timeout": 60, "env": ENVIRON, "stdin": subprocess.DEVNULL}
    return subprocess.run([*(command or COMMAND), *arguments], **{**defaults, **options})  # type: ignore[call-overload, no-any-return]


def test_help_and_version_load_nothing_heavy() -> None:
    """Each of them in turn, in one process: what is loaded stays loaded."""
    program = """
import sys
from autogradcli.cli.main import main
lines = "--version|--help|-h|help|help grad|sin|eval --help|run -h|repl -h|--nope|evl"
for arguments in lines.split("|"):
    main(arguments.split())
    heavy = {"numpy", "rich", "prompt_toolkit", "scipy"} & set(sys.modules)
    assert not heavy, (arguments, heavy)
print("light")
"""
    done = run(command=[sys.executable, "-c", program])
    assert done.stdout.endswith("light\n"), done.stderr


def test_a_plain_evaluation_loads_no_more_than_it_needs() -> None:
    program = """
import sys
from autogradcli.cli.main import main
main(["eval", "2 + 2"])
heavy = "rich prompt_toolkit scipy json dataclasses argparse difflib shutil signal"
print(sorted(set(heavy.split()) & set(sys.modules)))
"""
    assert run(command=[sys.executable, "-c", program]).stdout == "4\n[]\n"


def test_streams_and_exit_codes() -> None:
    done = run("eval", "print('out'); nope")
    assert (done.returncode, done.stdout) == (1, "out\n")
    assert done.stderr.startswith("<eval>:1:15: NameError")
    assert run("--nope").returncode == 2


@pytest.mark.parametrize("format_", ["plain", "json", "rich"])
def test_a_closed_pipe_ends_quietly(tmp_path: Path, format_: str) -> None:
    program = tmp_path / "many.py"
    program.write_text("for i in range(200_000):\n    print('line', i)\n")
    with subprocess.Popen(
        [*COMMAND, "run", "--format", format_, str(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRON,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0


def test_help_for_a_reader_that_has_gone() -> None:
    read, write = os.pipe()
    os.close(read)
    done = run("--help", stdout=write, capture_output=False, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_an_error() -> None:
    with Path("/dev/full").open("w") as full:
        done = run("eval", "2 + 2", stdout=full, capture_output=False, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert done.stderr == "autogradcli: error: the output can't be written: No space left on device\n"


@pytest.mark.parametrize("format_", ["plain", "json"])
def test_output_comes_as_things_happen_and_ctrl_c_ends_it(tmp_path: Path, format_: str) -> None:
    program = tmp_path / "endless.py"
    program.write_text("print('first')\nwhile True: pass\n")
    with subprocess.Popen(
        [*COMMAND, "run", "--keep-going", "--format", format_, str(program), str(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRON,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        lines = [process.stdout.readline()]
        while "first" not in lines[-1]:
            lines.append(process.stdout.readline())
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        err = process.stderr.read()
        assert process.wait(timeout=60) == 130
    assert "Traceback" not in err and "begin" not in rest
    if format_ == "json":
        assert '"ok": false' in rest.splitlines()[-1]


def test_memory_is_bounded() -> None:
    """Allocations that the system would grant at once, and charge for later."""
    for program in (
        "torch.ones(10**6, 10**6)",
        "x = torch.ones(2 * 10**7); y = [x.cumsum(0) for i in range(100)]; len(y)",
        "x = torch.ones(2 * 10**7); y = [x * i for i in range(100)]; print([t[0].item() for t in y])",
    ):
        done = run("eval", "--memory", "0.5", program)
        assert (done.returncode, done.stdout) == (1, ""), program
        assert len(done.stderr.splitlines()) <= 4 and "Traceback" not in done.stderr, done.stderr
    assert run("eval", "--memory", "0.5", "torch.ones(10**7).shape[0]").stdout == "10000000\n"


def test_letters_that_the_encoding_lacks() -> None:
    env = {**ENVIRON, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    assert run("eval", "print('é')", "'\\ud800'", env=env).stdout == "\\xe9\n'\\ud800'\n"


def test_closed_standard_streams() -> None:
    shell = " ".join([*COMMAND, "eval", "2+2", "nope"])
    assert run(command=["sh", "-c", f"{shell} <&- >&-"]).returncode == 1
    assert run(command=["sh", "-c", f"{shell} <&- >&- 2>&-"]).returncode == 1


def test_ctrl_c_says_nothing_while_modules_are_loaded() -> None:
    program = """
import importlib.abc, os, signal, sys
class Interrupted(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == WHERE:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupted())
sys.argv = ["autogradcli", "eval", "2 + 2"]
from autogradcli.__main__ import main
main()
"""
    for where in ("autogradcli.cli.main", "autogradcli.cli.limits", "click", "numpy", "autogradcli.session", "-"):
        done = run(command=[sys.executable, "-c", program.replace("WHERE", repr(where))])
        assert (done.returncode, done.stderr) == (0 if where == "-" else 130, ""), (where, done)
