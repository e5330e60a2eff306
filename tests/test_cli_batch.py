"""``run`` over many files: workers, limits, results, summaries, and programs larger than memory should be."""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from cli_ask import COMMAND, ENVIRON, ask, run
from hypothesis import given
from hypothesis import strategies as st

from autogradcli.cli.batch.ends import Ended
from autogradcli.cli.batch.files import Batch, Options
from autogradcli.cli.batch.large_programs import PIECE, split
from autogradcli.cli.batch.order import Ordered
from autogradcli.cli.batch.workers import DONE, OUT, pack_end
from autogradcli.cli.environment import Environment
from autogradcli.cli.request import Settings
from autogradcli.session import Session

HOSTILE = "print('begun')\nx = torch.ones(5000, 5000)\ny = x @ x @ x @ x @ x @ x @ x\nprint('never')\n"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("good.ag").write_text("print('a')\nx = 1\nx + 1\n")
    Path("bad.py").write_text("print('b')\nnope\n")
    Path("loop.py").write_text("print('l')\nwhile True: pass\n")
    Path("hostile.py").write_text(HOSTILE)
    return tmp_path


def summary(err: str) -> str:
    """What is said at the end, the time left out."""
    lines = err.splitlines()
    at = next(k for k, line in enumerate(lines) if " files: " in line)
    return "\n".join([lines[at].rpartition(", in ")[0], *lines[at + 1 :]])


def test_a_folder_stands_for_its_programs(files: Path) -> None:
    folder = Path("folder")
    folder.mkdir()
    for name in ("b.py", "a.ag", "c.txt", ".hidden.py"):
        (folder / name).write_text(f"print({name!r})\n")
    (folder / "dir.py").mkdir()
    assert ask("run", "folder", "good.ag", "--no-echo") == (0, "a.ag\nb.py\na\n", "")
    (folder / "dir.py").rmdir()
    empty = Path("empty")
    empty.mkdir()
    code, _, err = ask("run", "empty")
    assert code == 2 and "no *.ag or *.py in this folder" in err


@pytest.mark.parametrize("options", [[], ["--jobs", "1"], ["--jobs", "3"], ["-j", "0"], ["--timeout", "30"]])
@pytest.mark.parametrize("format_", ["plain", "json"])
def test_workers_change_nothing(files: Path, options: list[str], format_: str) -> None:
    """The same output, errors and exit code, in the order of the files, whoever runs them."""
    for k in range(30):
        # Later files are done before earlier ones.
        Path(f"f{k:02}.ag").write_text(
            f"for i in range({(30 - k) * 300}): pass\nprint({k})\n" + "nope\n" * (k % 7 == 3)
        )
    Path("much.py").write_text("for i in range(2000): print('x' * 1000)\n")
    names = ["much.py", *(f"f{k:02}.ag" for k in range(30)), "much.py", "nosuch.py", "-"]
    for going in ("--keep-going", "--fail-fast"):
        done = run("run", "--format", format_, going, *options, *names, input="print('in')\n")
        plain = ask("run", "--format", format_, going, *names, stdin="print('in')\n")
        assert done.returncode == plain.code == 1
        assert _without_times(done.stdout) == _without_times(plain.out)
        if going == "--keep-going":
            assert summary(done.stderr) == summary(plain.err)
            assert summary(done.stderr).startswith("34 files: 29 passed, 5 failed\nfailed: f03.ag\n")


def _without_times(text: str) -> list[str]:
    return [line.partition('"seconds"')[0] for line in text.splitlines()]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_hostile_file_does_not_hold_the_rest(files: Path, jobs: str) -> None:
    """One loops for ever, one is in a long call of NumPy's: each ends in time, with its place."""
    began = time.monotonic()
    done = run("run", "--keep-going", "--timeout", "1.5", "--jobs", jobs, "hostile.py", "loop.py", "good.ag")
    assert time.monotonic() - began < 10
    assert (done.returncode, done.stdout) == (1, "begun\nl\na\n2\n")
    assert "hostile.py:3:5: TimeoutError: stopped after 1.5 s\n    y = x @ x" in done.stderr
    assert "loop.py:2:7: TimeoutError: stopped after 1.5 s\n" in done.stderr
    assert summary(done.stderr) == "3 files: 1 passed, 2 failed\nfailed: hostile.py\nfailed: loop.py"


def test_a_file_that_can_not_even_be_read(files: Path) -> None:
    os.mkfifo("pipe.py")  # nobody will ever write to it
    done = run("run", "--keep-going", "--timeout", "0.3", "--format", "json", "pipe.py", "good.ag")
    kinds = [(e["file"], e["event"]) for e in map(json.loads, done.stdout.splitlines())]
    assert kinds[:3] == [("pipe.py", "begin"), ("pipe.py", "error"), ("pipe.py", "end")]
    assert kinds[-1] == ("good.ag", "end")


def test_a_worker_that_is_killed(files: Path) -> None:
    """As by the system when memory is short."""
    with subprocess.Popen(
        [*COMMAND, "run", "--keep-going", "-j", "2", "loop.py", "good.ag"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRON,
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        time.sleep(0.3)
        for task in Path(f"/proc/{process.pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
        assert process.stdout.read() == "a\n2\n"
        assert "loop.py: RuntimeError: the process that ran it was ended by SIGKILL" in process.stderr.read()
        assert process.wait(60) == 1


@pytest.mark.parametrize("format_", ["plain", "json"])
def test_ctrl_c_with_workers(files: Path, format_: str) -> None:
    with subprocess.Popen(
        [*COMMAND, "run", "--format", format_, "-j", "2", "loop.py", "loop.py", "good.ag"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRON,
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stderr is not None
        first = process.stdout.readline()
        while "l" not in first:
            first = process.stdout.readline()
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 130 and "Traceback" not in err
    if format_ == "json":
        events = [json.loads(line) for line in out.splitlines()]
        assert [e["event"] for e in events[-2:]] == ["error", "end"] and events[-2]["type"] == "KeyboardInterrupt"
    else:
        assert out == "" and err.startswith("loop.py:2:7: KeyboardInterrupt")


def test_no_worker_outlives_its_parent(files: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "run", "-j", "2", "loop.py", "loop.py"], stdout=subprocess.PIPE, text=True, env=ENVIRON
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        children = [
            int(child)
            for task in Path(f"/proc/{process.pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
        assert children
        process.kill()
        process.wait()
        until = time.monotonic() + 10
        while any(Path(f"/proc/{child}/stat").exists() and _alive(child) for child in children):
            assert time.monotonic() < until
            time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_reader_that_has_seen_enough(files: Path) -> None:
    Path("many.py").write_text("for i in range(100_000): print('line', i)\n")
    shell = " ".join([*COMMAND, "run -j 2 many.py many.py many.py"])
    done = subprocess.run(
        ["sh", "-c", f"{shell} | head -n 1"], capture_output=True, text=True, env=ENVIRON, check=False
    )
    assert (done.stdout, done.stderr) == ("line 0\n", "")


@pytest.mark.parametrize("jobs", [[], ["--jobs", "2"]])
def test_results_in_files(files: Path, jobs: list[str]) -> None:
    Path("sub").mkdir()
    Path("sub/good.ag").write_text("print('sub')\n")
    done = run("run", "--keep-going", "--output", "out", *jobs, "good.ag", "bad.py", "sub", "-", input="print('in')")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("bad.py:2:1: NameError")
    found = {str(path.relative_to("out")): path.read_text() for path in Path("out").rglob("*") if path.is_file()}
    assert found == {"good.ag.out": "a\n2\n", "bad.py.out": "b\n", "sub/good.ag.out": "sub\n", "stdin.out": "in\n"}
    done = run("run", "--format", "json", "--output", "out", *jobs, "good.ag", str(files / "sub" / "good.ag"))
    assert done.returncode == 2 and "would both have" in done.stderr
    run("run", "--format", "json", "--timeout", "0.3", "--output", "out", *jobs, "loop.py")
    events = [json.loads(line)["event"] for line in Path("out/loop.py.jsonl").read_text().splitlines()]
    assert events == ["begin", "print", "error", "end"]


def test_times(files: Path) -> None:
    code, _, err = ask("run", "--time", "good.ag", "-", stdin="1")
    assert code == 0
    names = [line.partition(": ") for line in err.splitlines()]
    assert [name for name, _, _ in names] == ["good.ag", "<stdin>"]
    assert all(took.endswith(" s") and float(took[:-2]) < 10 for _, _, took in names)


def test_progress_on_a_terminal_only(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autogradcli.cli.batch.progress.PATIENCE", 0.0)
    monkeypatch.setattr("autogradcli.cli.batch.progress.INTERVAL", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    shown = ask("run", "good.ag", "good.ag", terminal=True)
    assert "[############............] 1/2" in shown.err and shown.err.endswith("\r\x1b[K")
    assert "\x1b[K" not in ask("run", "good.ag", "good.ag").err
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in ask("run", "good.ag", "good.ag", terminal=True).err


# -- large programs ----------------------------------------------------------------------------------------


def peak(*arguments: str, folder: Path) -> tuple[int, int]:
    """The largest size of a process in KB, and its exit code."""
    program = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, done.returncode)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *COMMAND, *arguments], capture_output=True, text=True, env=ENVIRON, cwd=folder,
        check=True,
    )  # fmt: skip
    size, code = done.stdout.split()
    return int(size), int(code)


@pytest.mark.skipif(sys.platform == "darwin", reason="another unit of ru_maxrss")
def test_memory_does_not_grow_with_a_file(tmp_path: Path) -> None:
    """Four times the lines, the same size: scripts/bench does it with a million."""
    for count in (40_000, 160_000):
        with (tmp_path / f"{count}.py").open("w") as file:
            file.writelines(f"x = {k}\n" for k in range(count))
            file.write(f"assert x == {count - 1}\n")
    small, code = peak("run", "40000.py", folder=tmp_path)
    large, code_of_large = peak("run", "160000.py", folder=tmp_path)
    assert code == code_of_large == 0
    assert large < small * 1.3


def big(*parts: str) -> str:
    """A program of more than a megabyte around these lines, each of which stands between half of it."""
    filler = "".join(f"y = {k}  # {'.' * 40}\n" for k in range(12_000))
    return filler + filler.join(parts) + filler


def test_a_large_program_is_one_program(files: Path) -> None:
    text = big(
        'f = """\nx = 1\n"""\n',
        "def g():\n    '''text\nat the margin'''\n    return 1 / 0\n",
        "if y:\n    pass\n# comment\nelse:\n    nope\n",
        "print(len(f), y)\n",
        "g()\n",
    )
    Path("big.py").write_text(text)
    at = text[: text.index("    return 1 / 0")].count("\n") + 1
    code, out, err = ask("run", "big.py")
    assert (code, out) == (1, "7 11999\n") and f"\nbig.py:{at}:12: ZeroDivisionError" in err
    assert ask("run", "-", stdin=text)[:2] == (1, "7 11999\n")
    assert run("run", "-", input=text).stdout == "7 11999\n"
    assert ask("run", "big.py", "--timeout", "0.001").err.startswith("big.py:")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("x = = 2\n", "SyntaxError: invalid syntax\n"),
        ("return 3\n", "SyntaxError: 'return' outside function"),
        ('x = """\n', "SyntaxError: unterminated triple-quoted string literal"),
        ("x = (1,\n", "SyntaxError: '(' was never closed"),
    ],
)
def test_a_large_text_that_is_no_program_does_not_begin(files: Path, wrong: str, says: str) -> None:
    text = "print('begun')\n" + big(wrong, "")
    Path("big.py").write_text(text)
    code, out, err = ask("run", "big.py")
    line = text[: text.index(wrong)].count("\n") + 1
    assert (code, out) == (1, "") and err.startswith(f"big.py:{line}:") and says in err, err[:300]
    events = [json.loads(e) for e in ask("run", "--format", "json", "big.py").out.splitlines()]
    assert [e["event"] for e in events] == ["begin", "error", "end"] and events[1]["line"] == line


def test_a_large_file_that_is_no_text(files: Path) -> None:
    Path("big.py").write_bytes(big("").encode() + b"x = 1\ny = \xff\n")
    code, out, err = ask("run", "big.py")
    assert (code, out) == (1, "") and "SyntaxError: not UTF-8 text: byte 0xff" in err


STATEMENTS = st.sampled_from(
    [
        "x = 1\n",
        "if x:\n    y = 2\nelse:\n    y = 3\n",
        "z = '''a\nb = (\n'''\n",
        "f(1,\n2)\n",
        "w = 1 + \\\n2\n",
        "@f\ndef g():\n\n    return 1\n",
        "try:\n    pass\nexcept E:\n    pass\nfinally:\n    pass\n",
        "# c\n",
        "\n",
        "a = [\n1,\n]\n",
    ]
)


@given(st.lists(STATEMENTS, max_size=40), st.booleans())
def test_pieces_are_the_program(tmp_path_factory: pytest.TempPathFactory, statements: list[str], windows: bool) -> None:
    """Together they are the text, each begins where a statement does, and lines are counted right."""
    text = "".join(statements) + f"# {'.' * PIECE}\n" + "".join(statements) + f"# {'.' * PIECE}\n" + "".join(statements)
    data = text.replace("\n", "\r\n" if windows else "\n").encode()
    path = tmp_path_factory.mktemp("pieces") / "p.py"
    path.write_bytes(data)
    with path.open("rb") as file:
        pieces = list(split(file, Session()))
    assert not any(piece.wrong for piece in pieces)
    at = 0
    for piece in pieces:
        assert piece.offset == at
        assert piece.first_line == data[:at].count(b"\n") + 1
        at += piece.size
    assert at == len(data)


def test_results_in_what_is_no_folder_and_a_file_without_a_name() -> None:
    answer = ask("run", "--output", os.devnull, os.devnull)
    assert answer.code == 2 and f"{os.devnull}: Not a directory" in answer.err and "Errno" not in answer.err
    assert ask("run", "").err == "'': FileNotFoundError: No such file or directory\n"


def until(condition: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Wait for something that a process does; one that doesn't do it is ended."""
    end = time.monotonic() + 30
    while not condition():
        if time.monotonic() > end:
            process.kill()
            raise AssertionError("it never happened")
        time.sleep(0.02)


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_batch_that_is_asked_to_end_leaves_nothing_half_written(
    tmp_path: Path, number: signal.Signals, jobs: str
) -> None:
    (tmp_path / "quick.ag").write_text("1\n")
    (tmp_path / "slow.ag").write_text("print('x' * 10**5)\nwhile True:\n    pass\n")
    arguments = ["run", "--jobs", jobs, "--output", "made", "quick.ag", "slow.ag"]
    # SIGHUP ends it also where these tests themselves run under nohup, which has it ignored.
    heard = partial(signal.signal, signal.SIGHUP, signal.SIG_DFL)
    with subprocess.Popen(
        [*COMMAND, *arguments], cwd=tmp_path, env=ENVIRON, stderr=subprocess.PIPE, preexec_fn=heard
    ) as process:
        until((tmp_path / "made/quick.ag.out").exists, process)
        time.sleep(0.3)  # the slow one is under way
        process.send_signal(number)
        _, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (-number, b"")
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["quick.ag.out"]


def test_a_batch_under_nohup_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.ag").write_text("for i in range(300000): pass\n7\n")
    arguments = [*COMMAND, "run", "--jobs", "2", "--output", "made", "a.ag"]
    with subprocess.Popen(["nohup", *arguments], cwd=tmp_path, env=ENVIRON, stderr=subprocess.DEVNULL) as process:
        until((tmp_path / "made").exists, process)
        process.send_signal(signal.SIGHUP)
        assert process.wait(timeout=30) == 0
    assert (tmp_path / "made" / "a.ag.out").read_text() == "7\n"


def test_fewer_workers_than_wanted_are_enough(tmp_path: Path) -> None:
    """The system lets this process open so few files that there is no place for the pipes of all workers."""
    for number in range(40):
        (tmp_path / f"{number:02}.ag").write_text(f"{number}\n")
    done = subprocess.run(
        [*COMMAND, "run", "--keep-going", "--jobs", "40", "."],
        cwd=tmp_path,
        env=ENVIRON,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24)),
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "".join(f"{number}\n" for number in range(40))), done.stderr


def test_nothing_is_shown_behind_the_file_that_ended_a_batch() -> None:
    """Though another worker has its output on the way."""
    out, err = io.StringIO(), io.StringIO()
    environment = Environment(stdout=out, stderr=err)
    options = Options("plain", True, Settings(None, None, 4.0, None), False, None)
    files = Ordered(Batch(["a", "b"], options, environment, keep_going=False, time=False, results=None))
    first, second = files._next(), files._next()
    assert first is not None and second is not None
    files._frame(second, OUT, b"early")
    files._frame(first, OUT, b"shown")
    files._frame(first, DONE, pack_end(Ended(False, 0.0)))
    files._frame(second, OUT, b"late")
    assert out.getvalue() == "shown"
