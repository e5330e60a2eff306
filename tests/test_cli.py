"""The command line: what is asked, what is answered, where and with which exit code."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

from autogradcli import __version__
from autogradcli.cli import main as entry
from autogradcli.cli import sessions
from autogradcli.cli.environment import Environment
from autogradcli.cli.group import COMMANDS, cli


class Answer(NamedTuple):
    code: int
    out: str
    err: str


class Pipe(io.StringIO):
    """Standard input from a pipe; ``Pipe(b"...")`` gives bytes that may be no text."""

    def __init__(self, data: bytes | str = "") -> None:
        super().__init__()
        self.buffer = io.BytesIO(data if isinstance(data, bytes) else data.encode())


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


Ask = Callable[..., Answer]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """The whole command but for the process: arguments in, exit code and both streams out."""

    def run(*arguments: str, stdin: bytes | str = "", terminal: bool = False) -> Answer:
        out, err = (Terminal(), Terminal()) if terminal else (io.StringIO(), io.StringIO())

        def environment(**options: Any) -> Environment:
            return Environment(Pipe(stdin), out, err)

        monkeypatch.setattr(entry, "Environment", environment)
        code = entry.main(list(arguments))
        return Answer(code, out.getvalue(), err.getvalue())

    # Click writes help and version by itself; tests of these use the capture of pytest.
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    return run


# -- eval --------------------------------------------------------------------------------------------------

X = "x = torch.tensor([1., 2.], requires_grad=True)"


@pytest.mark.parametrize(
    ("arguments", "out"),
    [
        (["eval", "2 + 2"], "4\n"),
        (["2 + 2"], "4\n"),
        (["eval", "x = 3", "x * 2; x"], "6\n3\n"),
        (["eval", "'a\\tb'"], "'a\\tb'\n"),
        (["eval", "None"], ""),
        (["eval", ""], ""),
        (["eval", X, "y = x * x", "y"], "tensor([1., 4.], grad_fn=<MulBackward0>)\n"),
        (["eval", X, "(x * x).sum().backward()", "x.grad"], "tensor([2., 4.])\n"),
        (["eval", "print('[red]a')"], "[red]a\n"),
        (["eval", "for i in range(2):\n  print(i)"], "0\n1\n"),
        (["eval", "--var", "x=3", "--var", "y=x + 1", "y"], "4\n"),
        (["eval", "--var", "x=[1, 2]", "x"], "tensor([1, 2])\n"),
        (["eval", "--var", "x=-[1, 2][1]", "x"], "-2\n"),
        (["eval", "--dtype", "float64", "--var", "x=[1, 2.]", "x.dtype"], "torch.float64\n"),
        (["eval", "--dtype=float16", "torch.tensor(1.)"], "tensor(1.)\n"),
        (["eval", "--no-grad", X, "x * 2"], "tensor([2., 4.])\n"),
        (["eval", "--format", "plain", "1"], "1\n"),
        (["--format", "plain", "1"], "1\n"),
        (["--no-grad", "torch.is_grad_enabled()"], "False\n"),
        # A leading minus.
        (["eval", "-2**2"], "-4\n"),
        (["-2**2"], "-4\n"),
        (["eval", "--", "-2**2"], "-4\n"),
        (["--", "-2**2"], "-4\n"),
        (["-3", "--format", "plain"], "-3\n"),
        (["eval", "--(2)"], "2\n"),
        (["eval", "1", "-1", "--no-grad"], "1\n-1\n"),
        (["--debug", "2 + 2"], "4\n"),
    ],
)  # fmt: skip
def test_eval(ask: Ask, arguments: list[str], out: str) -> None:
    assert ask(*arguments) == (0, out, "")


@pytest.mark.parametrize("arguments", [["eval"], ["eval", "-"], ["-"], [], ["repl"]])
def test_the_program_from_standard_input(ask: Ask, arguments: list[str]) -> None:
    program = b"\xef\xbb\xbfx = 2\r\nx ** 10\r\n"
    assert ask(*arguments, stdin=program) == (0, "1024\n", "")
    assert ask(*arguments, stdin="") == (0, "", "")
    code, out, err = ask(*arguments, stdin="1\n2 +")
    assert (code, out) == (1, "") and err.startswith("<stdin>:2:")


def test_seed(ask: Ask) -> None:
    first = ask("eval", "--seed", "7", "torch.rand(3)")
    assert first.code == 0
    assert first.out == ask("eval", "g = torch.manual_seed(7)", "torch.rand(3)").out
    assert first.out != ask("eval", "--seed", "8", "torch.rand(3)").out


def test_on_a_terminal_results_stand_in_a_table(ask: Ask) -> None:
    code, out, err = ask(X, "y = x * x", "y", "y.sum().backward()", terminal=True)
    assert (code, err) == (0, "")
    assert out == (
        "  expression  value         shape  type     requires_grad\n"
        "  y           [1., 4.]      [2]    float32  MulBackward0\n"
        "  expression  value         shape  type     requires_grad  gradient\n"
        "  x           [1., 2.]      [2]    float32  leaf           [2., 4.]\n"
    )
    assert ask("eval", "--format", "plain", "2 + 2", terminal=True).out == "4\n"
    assert ask("eval", "--format", "rich", "2 + 2").out.splitlines()[1].split() == ["2", "+", "2", "4", "int"]


def test_a_terminal_gets_no_escape_of_a_program(ask: Ask) -> None:
    program = r"print('\x1b[31mred'); '\x9b'", r"raise ValueError('\x1b[2J')"
    assert "\x1b" in ask("eval", *program).out
    for format_ in ("plain", "rich"):
        answer = ask("eval", "--format", format_, *program, terminal=True)
        assert "\\x1b[31mred" in answer.out
        assert "\x1b" not in answer.out + answer.err and "\x9b" not in answer.out


def test_eval_in_json(ask: Ask) -> None:
    code, out, err = ask("eval", "--format", "json", X, "(x * x).sum().backward()", "2 + 2", "nope")
    assert (code, err) == (1, "")
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events] == ["gradients", "value", "error"]
    assert events[0]["leaves"]["x"]["grad"]["data"] == [2.0, 4.0]
    assert events[1]["value"] == {"type": "int", "data": 4}


# -- what goes wrong ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["evl", "1"], "did you mean `eval`?"),
        (["x"], "autogradcli eval x"),
        (["eval", "--formt", "json"], "--format"),
        (["--formt", "json"], "--format"),
        (["eval", "--format", "xml", "1"], "xml"),
        (["eval", "--format"], "--format"),
        (["eval", "--x", "1"], "--x"),
        (["eval", "--var", "3=x", "1"], "NAME=VALUE"),
        (["eval", "--var", "x==3", "1"], "NAME=VALUE"),
        (["eval", "--var", "if=3", "1"], "NAME=VALUE"),
        (["eval", "--seed", "x", "1"], "seed"),
        (["eval", "--seed", str(2**64), "1"], "64 bits"),
        (["eval", "--dtype", "int64", "1"], "int64"),
        (["eval", "--memory", "0", "1"], "memory"),
        (["grad", "x"], "NAME=VALUE"),
        (["grad", "x", "y"], "NAME=VALUE"),
        (["grad"], "EXPR"),
        (["run"], "FILE"),
        (["run", "--timeout", "-1", "x"], "timeout"),
        (["run", "--timeout", "nan", "x"], "timeout"),
        (["run", "--memory", "inf", "x"], "memory"),
        (["\x1b[2J\x1b"], ""),
    ],
)
def test_wrong_usage(ask: Ask, arguments: list[str], says: str) -> None:
    code, out, err = ask(*arguments)
    assert out == ""
    assert code == (2 if says else 1)
    assert says in err and "\x1b" not in err and "Traceback" not in err


@pytest.mark.parametrize(
    ("program", "err"),
    [
        ("1 +", "<eval>:1:4: SyntaxError: invalid syntax\n    1 +\n       ^\n"),
        ("x = 1\nx + foo1", "<eval>:2:5: NameError: name 'foo1' is not defined\n    x + foo1\n        ^^^^\n"),
        ("1 / 0", "<eval>:1:1: ZeroDivisionError: division by zero\n    1 / 0\n    ^^^^^\n"),
    ],
)  # fmt: skip
def test_an_error_has_its_place(ask: Ask, program: str, err: str) -> None:
    code, out, said = ask("eval", program)
    assert (code, out) == (1, "")
    # Python's column at the end of a line differs between versions by one.
    assert said == err or said.splitlines()[0].split(": ", 1)[1] == err.splitlines()[0].split(": ", 1)[1]


def test_an_error_suggests(ask: Ask) -> None:
    assert "hint: did you mean `total`?" in ask("eval", "total = 1", "totl").err


def test_the_name_of_a_file_is_no_program(ask: Ask, files: Path) -> None:
    code, out, err = ask("good.ag")
    assert (code, out) == (1, "") and err.endswith("hint: this is a file; to run it: autogradcli run good.ag\n")


def test_an_error_in_a_variable_names_it(ask: Ask) -> None:
    assert ask("eval", "--var", "x=3 + nope", "x").err.startswith("--var x:1:5: NameError")
    assert ask("eval", "--var", "x=y = 3", "x").code == 1
    assert ask("eval", "--var", "x=[1, 'a']", "x").err.startswith("--var x:1:1: ")
    assert ask("grad", "x", "x=1 + []").err.startswith("x:1:1: TypeError")


def test_internal_errors_are_one_line(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    problems: list[BaseException] = [KeyError("spam\x1b")]

    def broken(**options: Any) -> Any:
        raise problems[-1]

    monkeypatch.setattr(sessions, "open_session", broken)
    code, out, err = ask("eval", "1")
    assert (code, out) == (1, "")
    assert "internal error: KeyError: 'spam\\x1b'" in err and "report" in err and "Traceback" not in err
    with pytest.raises(KeyError):
        ask("--debug", "eval", "1")
    for problem, code, says in (
        (MemoryError(), 1, "out of memory"),
        (RecursionError("deep"), 1, "RecursionError"),
        (KeyboardInterrupt(), 130, ""),
        (ZeroDivisionError(), 1, "internal error: ZeroDivisionError"),
    ):
        problems.append(problem)
        answer = ask("eval", "1")
        assert answer.code == code and says in answer.err and "Traceback" not in answer.err
    monkeypatch.setenv("AUTOGRADCLI_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        ask("eval", "1")


# -- grad and derive ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "out"),
    [
        (["x * x", "x=3"], "tensor(9., grad_fn=<MulBackward0>)\nx.grad = tensor(6.)\n"),
        (["x * y", "x=2", "y=-x"], "tensor(-4., grad_fn=<MulBackward0>)\nx.grad = tensor(-2.)\ny.grad = tensor(2.)\n"),
        (
            ["(x * 2).sum()", "x=[[1, 2], [3, 4]]"],
            "tensor(20., grad_fn=<SumBackward0>)\nx.grad = tensor([[2., 2.],\n                 [2., 2.]])\n",
        ),
        (["-x", "x=1"], "tensor(-1., grad_fn=<NegBackward0>)\nx.grad = tensor(-1.)\n"),
        (
            ["x * x", "x=[1, 2]", "--gradient", "[1, 0]"],
            "tensor([1., 4.], grad_fn=<MulBackward0>)\nx.grad = tensor([2., 0.])\n",
        ),
        (["x * x", "x=3", "--gradient", "-1"], "tensor(9., grad_fn=<MulBackward0>)\nx.grad = tensor(-6.)\n"),
        (["x * 1", "x=3", "y=4"], "tensor(3., grad_fn=<MulBackward0>)\nx.grad = tensor(1.)\ny.grad = None\n"),
        (["x * x", "x=[3]", "--dtype", "float64"], "tensor([9.], grad_fn=<MulBackward0>)\nx.grad = tensor([6.])\n"),
    ],
)  # fmt: skip
def test_grad(ask: Ask, arguments: list[str], out: str) -> None:
    assert ask("grad", *arguments) == (0, out, "")


def test_grad_in_other_formats(ask: Ask) -> None:
    value, gradients = map(json.loads, ask("grad", "x * x", "x=3", "--format", "json").out.splitlines())
    assert value["value"]["data"] == 9.0 and value["source"] == "x * x"
    assert gradients["leaves"]["x"]["grad"] == {"dtype": "float32", "shape": [], "data": 6.0}
    table = ask("grad", "x * x", "x=3", terminal=True).out.splitlines()
    assert table[1].split()[-1] == "MulBackward0" and table[2].split() == ["x", "3.", "[]", "float32", "leaf", "6."]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["x * x", "x=[1, 2]"], ("scalar outputs", "--gradient", "[2]")),
        (["x * x", "x=[1, 2]", "--gradient", "[1]"], ("shape [2]",)),
        (["2 + 2", "x=1"], ("TypeError", "int")),
        (["torch.tensor(1.)", "x=1"], ("does not require grad", "depend")),
        (["x +", "x=1"], ("SyntaxError",)),
        (["y = x", "x=1"], ("value is needed",)),
    ],
)
def test_grad_that_makes_no_sense(ask: Ask, arguments: list[str], says: tuple[str, ...]) -> None:
    for command in ("grad", "derive"):
        code, out, err = ask(command, *arguments)
        assert (code, out) == (1, "")
        assert all(word in err for word in says), err


def test_derive(ask: Ask) -> None:
    assert ask("derive", "x * y", "x=3", "y=2") == (0, "x.grad = y\ny.grad = x\n", "")
    formula = json.loads(ask("derive", "x * y", "x=3", "y=2", "--format", "json").out)
    assert formula["gradients"] == {"x": "y", "y": "x"}


# -- run ---------------------------------------------------------------------------------------------------

GOOD = "x = 1\nprint('a')\nx + 1\n"
BAD = "print('b')\n\nx + 1\n"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.ag").write_text(GOOD)
    (tmp_path / "bad.py").write_text(BAD)
    (tmp_path / "empty.py").write_text("")
    (tmp_path / "zero.py").write_bytes(b"\0\0")
    (tmp_path / "rubbish.py").write_bytes(b"x = 1\ny\xff\xfe")
    (tmp_path / "endless.py").write_text("while True: pass")
    return tmp_path


def test_run(ask: Ask, files: Path) -> None:
    assert ask("run", "good.ag", "good.ag") == (0, "a\n2\na\n2\n", "")
    assert ask("run", "--no-echo", "good.ag", "empty.py") == (0, "a\n", "")
    assert ask("run", "-", stdin=GOOD) == (0, "a\n2\n", "")


def test_each_file_is_a_fresh_session(ask: Ask, files: Path) -> None:
    said = "bad.py:3:1: NameError: name 'x' is not defined\n    x + 1\n    ^\n"
    assert ask("run", "good.ag", "bad.py", "good.ag") == (1, "a\n2\nb\n", said)
    code, out, err = ask("run", "--keep-going", "good.ag", "bad.py", "good.ag")
    assert (code, out) == (1, "a\n2\nb\na\n2\n")
    assert err.startswith(f"{said}3 files: 2 passed, 1 failed, in ") and err.endswith(" s\nfailed: bad.py\n")


def test_a_python_script_shows_what_python_shows(ask: Ask, files: Path) -> None:
    """And nothing shows where in memory an object lies."""
    text = "torch.manual_seed(0)\nx = torch.ones(1)\nx\ndef f(): pass\n[f, '<f at 0x12>']\nprint(x)\n"
    shown = "<torch._C.Generator object at 0x...>\ntensor([1.])\n[<function f at 0x...>, '<f at 0x12>']\ntensor([1.])\n"
    for name in ("script.py", "script.ag"):
        Path(name).write_text(text)
    assert ask("run", "script.py").out == ask("run", "--no-echo", "script.ag").out == "tensor([1.])\n"
    for echoing in (("--echo", "script.py"), ("script.ag",), ("-",)):
        assert ask("run", *echoing, stdin=text).out == shown
    assert ask("run", "script.ag", "script.py", "--jobs", "2").out == shown + "tensor([1.])\n"
    assert "0x7" not in ask("run", "--format", "json", "script.ag").out
    assert "0x7" not in ask(text).out


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("nosuch.py", "nosuch.py: FileNotFoundError: No such file or directory\n"),
        ("rubbish.py", "rubbish.py:2:2: SyntaxError: not UTF-8 text: byte 0xff\n"),
        ("no\x1b.py", "no\\x1b.py: FileNotFoundError: No such file or directory\n"),
        ("zero.py", "zero.py:1:1: SyntaxError: source code string cannot contain null bytes\n"),
    ],
)
def test_files_that_are_no_programs(ask: Ask, files: Path, file: str, says: str) -> None:
    code, out, err = ask("run", file)
    assert (code, out) == (1, "")
    assert err.startswith(says)
    assert ask("run", "--keep-going", file, "good.ag").out == "a\n2\n"
    events = [json.loads(line) for line in ask("run", "--format", "json", file).out.splitlines()]
    assert [event["event"] for event in events] == ["begin", "error", "end"]
    assert events[1]["line"] >= 1 and events[1]["column"] >= 1


SCHEMAS: dict[str, dict[str, Any]] = {
    "begin": {},
    "print": {"line": int, "text": str},
    "value": {"line": int, "source": str, "value": dict},
    "warning": {"line": int, "category": str, "message": str},
    "error": {"line": int, "column": int, "type": str, "message": str},
    "end": {"ok": bool, "seconds": float},
}


def test_the_contract(ask: Ask, files: Path) -> None:
    """Every line has exactly the fields that the contract gives it."""
    code, out, err = ask("run", "--keep-going", "--format", "json", "good.ag", "bad.py", "empty.py")
    assert code == 1 and err.startswith("3 files: 2 passed, 1 failed")
    events = [json.loads(line) for line in out.splitlines()]
    for event in events:
        fields = SCHEMAS[event["event"]]
        assert list(event) == ["event", "file", *fields]
        assert all(type(event[name]) is kind for name, kind in fields.items())
    assert [(e["file"], e["event"]) for e in events] == [
        *(("good.ag", kind) for kind in ("begin", "print", "value", "end")),
        *(("bad.py", kind) for kind in ("begin", "print", "error", "end")),
        *(("empty.py", kind) for kind in ("begin", "end")),
    ]
    assert [e["ok"] for e in events if e["event"] == "end"] == [True, False, True]
    assert [events[2][name] for name in ("line", "source", "value")] == [3, "x + 1", {"type": "int", "data": 2}]


def test_a_time_limit(ask: Ask, files: Path) -> None:
    code, out, err = ask("run", "--timeout", "0.1", "--keep-going", "endless.py", "good.ag")
    assert (code, out) == (1, "a\n2\n")
    assert err.startswith("endless.py:1:") and "TimeoutError" in err


# -- help --------------------------------------------------------------------------------------------------


def test_every_command_has_help_and_is_listed(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    for flag in ("--help", "-h"):
        assert ask(flag).code == 0
        listed = capsys.readouterr().out
        assert all(f"\n  {name} " in listed for name in COMMANDS)
    for name in COMMANDS:
        for flag in ("--help", "-h"):
            assert ask(name, flag).code == 0
            text = capsys.readouterr().out
            assert f"autogradcli {name}" in text
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None and command.help
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{name} {option.name}"


def test_version(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("--version").code == 0
    assert capsys.readouterr().out == f"autogradcli {__version__}\n"
