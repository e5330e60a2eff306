"""Ctrl-C and ``--timeout`` are heard within a second, whatever the process is doing. Each program would take seconds,
not hours, if the guard failed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pexpect
import pytest

from autogradcli.api.calls.registry import attributes_of
from autogradcli.engine import inplace
from autogradcli.session import Session

ROOT = Path(__file__).parent.parent
ENVIRON = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
COMMAND = [sys.executable, "-P", "-m", "autogradcli"]
#: What a loaded machine gets instead of one second.
SECONDS = 3.0
#: How often each command is interrupted at a moment by chance; AUTOGRADCLI_LONG=1 takes many.
ROUNDS = 20 if os.environ.get("AUTOGRADCLI_LONG") else 3

TEXTS = 'a = "a" * 4_000_000; b = "a" * 3_999_999 + "a"; n = 20_000'

#: name -> (what comes before, what takes long)
LONG = {
    "a loop": ("x = 1", "while True: x = 1"),
    "eigenvalues": ("x = torch.rand(1200, 1200)", "torch.linalg.eigvals(x)"),
    "singular values": ("x = torch.rand(2000, 2000, dtype=torch.float64)", "torch.linalg.svd(x)"),
    "a product of integers": ("x = torch.ones(1500, 1500, dtype=torch.int64)", "x @ x"),
    "a convolution": ("x, w = torch.rand(1, 1, 20_000), torch.rand(40, 1, 10_000)", "F.conv1d(x, w)"),
    "a wide average": ("x = torch.rand(1, 1, 150_000)", "F.avg_pool1d(x, 50_000, 1)"),
    "a wide average's gradient": (
        "x = torch.rand(1, 1, 30_000, requires_grad=True); y = F.avg_pool1d(x, 10_000, 1).sum()",
        "for k in range(20): y.backward(retain_graph=True)",
    ),
    "a function of SciPy's": ("x, y = torch.rand(5_000, 1), torch.rand(1, 5_000)", "torch.igamma(x, y)"),
    "sorting a tensor": ("x = torch.rand(30_000_000)", "x.sort()"),
    "a list into a tensor": ("x = [[0.5] * 1_000_000] * 30", "torch.tensor(x)"),
    "comparing": (TEXTS, "[a] * n == [b] * n"),
    "ordering": (TEXTS, "([a] * n, 1) < ([b] * n, 2)"),
    "counting": (TEXTS, "([a] * n).count(b)"),
    "finding": (TEXTS, "c = b[1:] + 'b'; c in [a] * n"),
    "sorting texts": (TEXTS, "sorted([a, b] * n)"),
    "keys of one hash": ("x = [i * (2 ** 61 - 1) for i in range(25_000)]", "set(x)"),
    "entries of one hash": ("x = [(i * (2 ** 61 - 1), 0) for i in range(25_000)]", "dict(x)"),
    "a filter that lets nothing through": ("import math", "list(filter(math.isnan, range(50_000_000)))"),
}  # fmt: skip


def program(name: str) -> str:
    before, long = LONG[name]
    return f"{before}\nprint('ready')\n{long}\n"


def start(*arguments: str, **more: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRON,
        start_new_session=True,
        **more,
    )


def end(process: subprocess.Popen[str]) -> tuple[int, str, float]:
    """Exit code, what it said, and how long that took."""
    began = time.monotonic()
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode, out + err, time.monotonic() - began


def clean(said: str) -> bool:
    return "Traceback" not in said and "Exception ignored" not in said and "internal error" not in said


@pytest.mark.parametrize("name", LONG)
def test_ctrl_c_is_heard(name: str) -> None:
    process = start("eval", program(name))
    assert process.stdout is not None
    while process.stdout.readline().strip() != "ready":
        assert process.poll() is None
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    code, said, seconds = end(process)
    # Where an operation was quick after all it is over: that it can be stopped is what others are for.
    assert code == 130 and clean(said), said
    assert seconds < SECONDS


@pytest.mark.parametrize("name", LONG)
def test_the_time_limit_is_heard(name: str, tmp_path: Path) -> None:
    file = tmp_path / "long.py"
    file.write_text(program(name).replace("print('ready')\n", ""))
    began = time.monotonic()
    process = start("run", "--timeout", "0.3", str(file))
    code, said, _ = end(process)
    assert code == 1 and "TimeoutError: stopped after 0.3 s" in said and clean(said), said
    assert time.monotonic() - began < 1 + 2 * SECONDS  # the start is slow on a loaded machine, too


@pytest.mark.parametrize("format_", ["plain", "json"])
@pytest.mark.parametrize("jobs", [[], ["--jobs", "2"]])
def test_ctrl_c_in_a_batch(jobs: list[str], format_: str, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.py", "b.py")]
    for file in files:
        file.write_text(program("eigenvalues"))
    process = start("run", "--format", format_, *jobs, *map(str, files))
    assert process.stdout is not None
    while "ready" not in process.stdout.readline():
        assert process.poll() is None
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    code, said, seconds = end(process)
    assert code == 130 and clean(said), said
    assert seconds < SECONDS


@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_ctrl_c_while_data_are_read(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"data.{suffix}"
    row = ",".join(["0.123456"] * 10)
    rows = [row] * 400_000
    file.write_text("[[" + "],\n[".join(rows) + "]]" if suffix == "json" else "\n".join(rows))
    process = start("eval", "--var", f"x=@{file}", "x.shape")
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    code, said, seconds = end(process)
    assert code == 130 and clean(said), said
    assert seconds < SECONDS


def test_a_table_with_a_line_that_is_too_long_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "line.csv"
    file.write_text("1,2\n" + "0," * (1 << 23) + "0\n")
    process = start("eval", "--var", f"x=@{file}", "x.shape")
    code, said, _ = end(process)
    assert code == 1 and "characters; a table may have 16777216 in a line" in said, said


COMMANDS = [
    ("eval", "[i * i for i in range(200_000)][0]"),
    ("grad", "x * 2", "x=3"),
    ("derive", "x ** 3", "x=2"),
    ("run", "short.py"),
    ("run", "--jobs", "2", "short.py", "short.py"),
    ("run", "--timeout", "9", "--format", "json", "short.py"),
    ("check-transcript", "short.md"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_ctrl_c_at_any_time(command: tuple[str, ...], tmp_path: Path) -> None:
    """From the first import to the end, once or in bursts: 130 or, if it came too late, 0, and nothing of Python's."""
    (tmp_path / "short.py").write_text("for i in range(20_000):\n    try: x = torch.ones(2) * i\n    except: pass\n")
    (tmp_path / "short.md").write_text("```\n>>> sum(range(10**5))\n4999950000\n```\n")
    chance = random.Random(str(command))
    for _ in range(ROUNDS):
        process = start(*command, cwd=tmp_path)
        time.sleep(chance.uniform(0.1, 1.0))
        for _ in range(chance.choice([1, 2, 8])):
            try:
                os.killpg(process.pid, signal.SIGINT)
            except ProcessLookupError:
                break
            time.sleep(chance.uniform(0.001, 0.01))
        code, said, seconds = end(process)
        if "autogradcli" not in said and "Traceback" in said:
            continue  # Python itself was not up yet
        assert code in (0, 130) and clean(said), said
        assert seconds < SECONDS


@pytest.mark.parametrize("name", ["eigenvalues", "a wide average", "a function of SciPy's", "comparing"])
def test_the_prompt_survives(name: str, tmp_path: Path) -> None:
    environ = {**ENVIRON, "XDG_STATE_HOME": str(tmp_path), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    child = pexpect.spawn(
        sys.executable, COMMAND[1:], env=environ, dimensions=(24, 200), encoding="utf-8", timeout=60
    )  # fmt: skip
    before, long = LONG[name]
    child.expect(">>>")
    child.send(f"{before}; print('ready' + '!')\r")
    child.expect("ready!")
    child.expect(">>>")
    child.send(long + "\r")
    child.expect("2004l")  # the evaluation begins
    time.sleep(0.5)
    began = time.monotonic()
    child.sendintr()
    child.expect("KeyboardInterrupt")
    assert time.monotonic() - began < SECONDS
    for text in ["'still '", " +", " 'here'", "\r"]:  # a preview of each, while what was interrupted still computes
        child.send(text)
        time.sleep(0.05)
    child.expect("'still here'\r\n")
    child.send("\x04")  # nor does a computation that goes on delay the end
    child.expect(pexpect.EOF, timeout=10)
    child.close()
    assert child.exitstatus == 0


#: Values whose methods and functions are dear, and what they are given.
VALUES = {
    str: (
        "v = 'a' * 200_000 + 'c'; w = 'b' + 'a' * 70_000; u = 'a' * 70_000 + 'b'; t = ''.join(map(chr, range(70_000)))",
        ["", "w", "u", "t", "[v] * 9", "w, v", "u, 2"],
    ),
    list: (TEXTS + "; v = [a] * n; w = [b] * n", ["", "b", "w", "0, b"]),
    tuple: (TEXTS + "; v = (a,) * n; w = (b,) * n", ["b", "w"]),
}  # fmt: skip
FUNCTIONS = ["sorted", "set", "dict", "list", "tuple", "max", "min", "any", "all", "sum", "repr", "str", "len", "hash"]
OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "&", "|", "^", "-", "+", "in"]


@pytest.mark.parametrize("kind", VALUES)
def test_each_method_function_and_operator_hears_the_time_limit(kind: type) -> None:
    """A crawl over what the language has: none is one long call in C."""
    before, arguments = VALUES[kind]
    steps = [f"v.{name}({each})" for name in attributes_of(kind) for each in arguments]
    steps += [f"{name}(v)" for name in FUNCTIONS] + [f"v {operator} w" for operator in OPERATORS]
    session = Session(deadline_seconds=0.3)
    unlimited = Session()
    late = []
    for step in steps:
        if len(session.variables.get("v", "")) < 20_000:  # at first, and when a method has taken something away
            unlimited.run(before, lambda event: None)
            session.variables.update(unlimited.variables)
        began = time.monotonic()
        session.run(step, lambda event: None)
        if time.monotonic() - began > 2.0:
            late.append(f"{step}: {time.monotonic() - began:.1f} s")
    assert not late


#: Changes of windows that slide over each other, which are computed one turn after the other.
SLIDING = ("w.add_(1)", "w.mul_(by)", "w += by", "w.exp_()", "w.sub_(by, alpha=2)", "w.clamp_(0.2, 0.6)")
WINDOWS = """import torch
x = torch.arange(8.) / 8
w = x.as_strided((3, 3), (1, 1))
by = torch.arange(9.).view(3, 3) + 2
"""


class _Interrupting:
    """NumPy, whose ``copyto`` is interrupted after so many calls: just before it copies, or just after."""

    def __init__(self, calls: int, after: bool) -> None:
        self.calls, self.after = calls, after

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def copyto(self, *args: Any, **kwargs: Any) -> None:
        self.calls -= 1
        if self.after or self.calls != 0:
            np.copyto(*args, **kwargs)
        if self.calls == 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("change", SLIDING)
def test_an_interrupt_leaves_no_half_of_windows_changed_in_place(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = 0
    for after in (False, True):
        for calls in range(1, 4):  # three elements at the most are one memory location
            session, events = Session(), []  # type: ignore[var-annotated]
            assert session.run(WINDOWS, events.append)
            before, version = session.variables["x"].array.copy(), session.variables["w"].version
            with monkeypatch.context() as patch:
                patch.setattr(inplace, "np", _Interrupting(calls, after))
                assert not session.run(change, events.append)
            assert events[-1].type == "KeyboardInterrupt"
            assert np.array_equal(session.variables["x"].array, before)
            assert session.variables["w"].version == version
            assert session.run(change, events.append)
            assert not np.array_equal(session.variables["x"].array, before)
            assert session.variables["w"].version == version + 1
            rounds += 1
    assert rounds == 6


def test_windows_changed_in_place_hear_an_interrupt() -> None:
    session, events = Session(), []  # type: ignore[var-annotated]
    assert session.run("import torch\nx = torch.zeros(20_000)\nw = x.as_strided((18_000, 400), (1, 1))", events.append)
    stop = threading.Timer(0.2, session.interrupt)
    stop.start()
    began = time.monotonic()
    assert not session.run("w.add_(1)", events.append)
    assert time.monotonic() - began < 0.2 + SECONDS
    stop.join()
    assert events[-1].type == "KeyboardInterrupt"
    assert not session.variables["x"].array.any() and session.variables["w"].version == 0
