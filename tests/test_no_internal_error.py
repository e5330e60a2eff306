"""Whatever is typed, given or met on the way: an answer or an error in plain words, never a word about the inside.

Tables of programs, options, settings and data that are wrong in every way that we could think of, and properties over
all commands and all functions. Each entry is harmless: it shows that something is refused.
"""

from __future__ import annotations

import io
import json
import os
import re
import struct
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest
from cli_ask import COMMAND, ENVIRON, Answer, ask, run

from autogradcli.api.calls.registry import NAMESPACES
from autogradcli.engine.lazy import LazyTable
from autogradcli.events import Failed, Value
from autogradcli.language.modules import NAMES as MODULES
from autogradcli.language.values.attribute_lookup import names_of
from autogradcli.session import Session

#: What no message has: names of our own code, of Python's machinery, and what Python and NumPy say among themselves.
INSIDE = re.compile(
    r"autogradcli\.\w|Traceback|internal error|Exception ignored|site-packages|\w+Warning: |<lambda>|<locals>"
    r"|object has no attribute '(array|node|np|call)'|Lazy(?!Batch|Conv|Instance|Linear)[A-Z]|_ArrayMemoryError"
    r"|BadZipFile"
)

# -- errors whose text can't be made ----------------------------------------------------------------------------------

MODULE = "class M(torch.nn.Module):\n    def __repr__(self):\n        {}\n"

#: what a program's ``__repr__`` or its error is -> what is said of it.
ERRORS = {
    MODULE.format("raise RuntimeError('no')") + "raise ValueError(M())": "ValueError: <exception str() failed>",
    MODULE.format("raise BaseException('no')") + "raise ValueError(M())": "ValueError: <exception str() failed>",
    MODULE.format("return 3") + "raise ValueError(M(), 1)": "ValueError: <exception str() failed>",
    MODULE.format("return repr(self)") + "raise ValueError(M())": "ValueError: (an error whose text is too long)",
    MODULE.format("raise KeyError(self)") + "assert 0, M()": "AssertionError: <exception str() failed>",
    MODULE.format("raise KeyError(self)") + "{}[M()]": "KeyError: <exception str() failed>",
    "raise SyntaxError('x', ('f', 'a', [], 3))": "SyntaxError: x (f)",
    "raise SyntaxError('x', ('<program>', 10**30, -5, 3))": "SyntaxError: x",
    "raise SyntaxError('a', ('f', 2.5, 1e9, 'text', 'x', 'y'))": "SyntaxError: a",
    "raise IndentationError('x', ('f', -1, -1, None))": "IndentationError: x",
    "raise NameError('x', name=3)": "NameError: x",
    "raise AttributeError('x', name=3, obj=4)": "AttributeError: x",
    "raise AttributeError('x', name='y', obj=torch)": "AttributeError: x",
    "raise OSError(2, torch.ones(2), [1])": "FileNotFoundError: [Errno 2] tensor([1., 1.]): [1]",
    "raise ValueError('\\ud800')": "ValueError: \\ud800",
    "raise ValueError('x' * 10**7)": "ValueError: (an error whose text is too long)",
    "raise ValueError('\\0\\x1b[31m')": "ValueError: \\x00\\x1b[31m",
    "raise RecursionError(torch.ones(1))": "RecursionError: tensor([1.])",
    "a = [1]\nfor i in range(30): a = [a, a]\nraise ValueError(a)": "ValueError: (an error whose text is too long)",
}


@pytest.mark.parametrize("format_", ["plain", "json"])
@pytest.mark.parametrize(("program", "says"), ERRORS.items())
def test_the_text_of_any_error(program: str, says: str, format_: str) -> None:
    answer = ask("eval", "--format", format_, program)
    text = answer.out.encode().decode("unicode_escape", "replace") if format_ == "json" else answer.err
    assert answer.code == 1 and not INSIDE.search(answer.err)
    assert (json.loads(answer.out.splitlines()[-1])["type"] if format_ == "json" else says) in says, text
    if format_ == "plain":
        assert says in answer.err and program.split("\n")[-1] in answer.err


@pytest.mark.parametrize("options", [[], ["--jobs", "2"], ["--timeout", "20"], ["--output", "made"]])
def test_the_next_file_runs_whatever_the_one_before_did(tmp_path: Path, options: list[str]) -> None:
    for number, program in enumerate(ERRORS):
        (tmp_path / f"{number:02}.py").write_text(f"import torch\n{program}\n")
    (tmp_path / "big.py").write_text("print('é' * 10**6)\n")
    (tmp_path / "last.py").write_text("print('done', '\\ud800')\n")
    done = run("run", "--keep-going", *options, ".", cwd=tmp_path)
    assert f"{len(ERRORS) + 2} files: 2 passed, {len(ERRORS)} failed" in done.stderr, done.stderr[-2000:]
    assert done.returncode == 1 and not INSIDE.search(done.stderr)
    last = (tmp_path / "made" / "last.py.out").read_text() if options[:1] == ["--output"] else done.stdout[-20:]
    assert last.endswith("done \\ud800\n")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_results_that_can_not_be_written_are_one_files_failure(tmp_path: Path, jobs: str) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("1\n")
    (tmp_path / "made" / "a.py.out").mkdir(parents=True)
    done = run("run", "--keep-going", "--jobs", jobs, "--output", "made", "a.py", "b.py", cwd=tmp_path)
    assert done.returncode == 1 and not INSIDE.search(done.stderr)
    assert "made/a.py.out: error: the results can't be written: Is a directory\n" in done.stderr
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == ["a.py.out", "b.py.out"]


def test_an_internal_error_is_one_files_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from autogradcli.cli.batch import files as batch

    monkeypatch.chdir(tmp_path)
    for name in ("a.ag", "b.ag"):
        Path(name).write_text("1\n")
    opened = batch.sessions.open_session
    problems = [KeyError("spam"), MemoryError()]

    def broken(**options: object) -> Session:
        if problems:
            raise problems.pop()
        return opened(**options)  # type: ignore[arg-type]

    monkeypatch.setattr(batch.sessions, "open_session", broken)
    Path("c.ag").write_text("3\n")
    code, out, err = ask("run", "--keep-going", "a.ag", "b.ag", "c.ag")
    assert (code, out) == (1, "3\n")
    assert "a.ag: MemoryError: out of memory\n" in err and "b.ag: Error: internal error: KeyError: 'spam'\n" in err


@pytest.mark.parametrize("format_", ["plain", "json", "rich"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_program_that_catches_all_ends_when_its_reader_has_gone(tmp_path: Path, format_: str, jobs: str) -> None:
    program = tmp_path / "a.py"
    program.write_text(
        "while True:\n    try:\n        print(1)\n    except:\n        pass\n    finally:\n        pass\n"
    )
    with subprocess.Popen(
        [*COMMAND, "run", "--format", format_, "--jobs", jobs, str(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRON,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        try:
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
        assert process.stderr is not None and process.stderr.read() == b""


@pytest.mark.parametrize("warnings", ["default", "error"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["grad", "x * 2", "x=1e300"], ["jvp", "x ** 2", "x=1", "--tangent", "x=1e300"],
        ["vjp", "x ** 2", "x=1", "--gradient", "1e300"], ["eval", "--var", "x=[1e300, 1]", "x"],
        ["derive", "x ** 2", "x=1e300"], ["hessian", "x ** 3", "x=1e300"],
    ],
)  # fmt: skip
def test_no_warning_of_python_is_shown(arguments: list[str], warnings: str) -> None:
    done = run(*arguments, env={**ENVIRON, "PYTHONWARNINGS": warnings})
    assert (done.returncode, done.stderr) == (0, "")


# -- options and settings ---------------------------------------------------------------------------------------------

NUMBERS = ["1e308", "1e400", "nan", "-1", "-inf", "", "x", "0x10", "1_0", "9" * 5000, "1e-320", "٣", "\ud800", "true"]


@pytest.mark.parametrize("value", NUMBERS)
@pytest.mark.parametrize(
    "command",
    [
        ["eval", "--memory", "{}", "1"], ["eval", "--seed", "{}", "1"], ["eval", "--dtype", "{}", "1"],
        ["eval", "--format", "{}", "1"], ["run", "--jobs", "{}", os.devnull], ["run", "--timeout", "{}", os.devnull],
        ["check-transcript", "--tolerance", "{}", os.devnull], ["--color", "{}", "eval", "1"],
        ["completion", "{}"], ["eval", "--save", "{}", "1"], ["eval", "--var", "{}", "1"],
        ["eval", "--load", "{}", "1"],
    ],
)  # fmt: skip
def test_a_wrong_value_of_an_option_is_wrong_usage(command: list[str], value: str) -> None:
    answer = ask(*[part.format(value) for part in command])
    assert answer.code in (0, 1, 2) and not INSIDE.search(answer.err), answer.err
    if answer.code == 2:
        assert ": error: " in answer.err and len(answer.err.splitlines()) <= 3


SETTINGS = [
    "memory = " + "[" * 5000 + "]" * 5000, "x = " + "{a=" * 2000 + "1" + "}" * 2000, "memory = 1e308",
    "memory = " + "9" * 400, "memory = " + "9" * 5000, "memory = nan", "memory = true", "memory = 1979-05-27",
    "seed = 1e3", "jobs = 99999999", "timeout = 1e400", "format = []", "format = {}", "[[eval]]\nx = 1", "eval = 3",
    "a" * 100_000 + " = 1", "format = '" + "x" * 3000 + "'", ".".join(["a"] * 3000) + " = 1", "=", "[", "'''", "\0",
]  # fmt: skip


@pytest.mark.parametrize("text", SETTINGS, ids=lambda text: text[:20])
def test_wrong_settings_are_wrong_usage(text: str, tmp_path: Path) -> None:
    path = tmp_path / "autogradcli" / "config.toml"
    path.parent.mkdir()
    path.write_text(text)
    done = run("eval", "1", env={**ENVIRON, "XDG_CONFIG_HOME": str(tmp_path)})
    assert (done.returncode, done.stdout) == (2, "") and not INSIDE.search(done.stderr)
    first, hint = done.stderr.splitlines()
    assert first.startswith(f"autogradcli: error: {path}: ") and len(first) < len(str(path)) + 250
    assert hint.startswith("hint: ")


# -- data files -------------------------------------------------------------------------------------------------------


def npy(value: object) -> bytes:
    file = io.BytesIO()
    np.save(file, value)
    return file.getvalue()


def header(shape: object, descr: object = "<f8", data: bytes = b"") -> bytes:
    text = repr({"descr": descr, "fortran_order": False, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def archive(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, data in members:
            made.writestr(name, data)
    return file.getvalue()


TENSORS = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
GOOD = {
    ".npy": [npy(np.arange(6.0).reshape(2, 3)), npy(np.array(1)), npy(np.ones(2, dtype="c8"))],
    ".npz": [archive(("a.npy", npy(np.ones(3))), ("b.npy", npy(np.arange(2))))],
    ".csv": [b"1,2\n3,4\n", b"a,b\n1,2.5\n"],
    ".tsv": [b"1\t2\n3\t4\n"],
    ".json": [b"[[1,2],[3,4]]", b'{"a":[1,2]}', b'{"data":[1,2],"dtype":"float64","shape":[2]}'],
    ".safetensors": [struct.pack("<Q", len(TENSORS)) + TENSORS + b"\0" * 8],
}
BAD = {
    ".npy": [
        b"", b"\x93NUMPY", b"PK", b"\0" * 100, header((10**13,)), header((10**30,)), header((-1,)), header((1,) * 65),
        header((2.5,)), header("x"), header((1,), "O"), header((1,), "<U3", b"\0" * 12), header((1,), "\n"),
        header((1,), [("a", "<f8")], b"\0" * 8), header((1,), "<M8[s]", b"\0" * 8), header((0, 10**18)),
    ],
    ".npz": [b"", b"PK", b"PK\x03\x04" + b"\0" * 50, archive(), archive(("a.npy", b"junk")),
             archive(("a.npy", header((10**13,)))), archive(("\x1b[31m.npy", npy(1))), archive(("for.npy", npy(1)))],
    ".csv": [b"", b",", b"a,b\n", b'"', b"1,2\n3\n", b"a,a\n1,2\n", b"\0\n1\n", b"9" * 5000, b"\xff", b"1,\n2,\n",
             b"x" * 200_000 + b"\n1\n", b"a,b\n1,2\n3\n", b"nan\n1e999\n", b"9223372036854775808\n"],
    ".json": [b"", b"{", b"{}", b"null", b"[1,[2]]", b"[" * 900 + b"]" * 900, b"[" * 100_000, b'{"a":' * 900,
              b'{"data":' * 100 + b"1" + b"}" * 100, b"[" + b"9" * 5000 + b"]", b"[1e999]", b'{"data":null}',
              b'{"data":[1],"dtype":"float64","shape":"x"}', b'{"data":[1],"dtype":[]}', b'["\\ud800"]',
              b'{"data":[1],"dtype":"int8","shape":[99999999999999999999]}', b'{"data":[1,2,3],"dtype":"complex64"}',
              b'{"data":["NaN"],"dtype":"int64"}', b'{"event":"value","value":3}', b"\xff\xfe", b"\0"],
    ".safetensors": [b"", b"\0" * 8, b"\xff" * 16, struct.pack("<Q", 2) + b"{}"],
}  # fmt: skip
BAD[".tsv"] = BAD[".csv"]


def damaged(data: bytes, random: Random) -> bytes:
    """Some bytes cut off, changed, left out or put in."""
    kind = random.randrange(4)
    if not kind:
        return data[: random.randrange(len(data))]
    made = bytearray(data)
    for _ in range(random.randrange(1, 5)):
        at = random.randrange(len(made))
        made[at : at + (kind > 1)] = [b"\0", b"\xff", b"9" * 20, b"[", b'"', b"\n", b"{", b"-"][random.randrange(8)]
        if kind == 3:
            del made[at : at + 1]
        made = made or bytearray(b"0")
    return bytes(made)


def files(suffix: str) -> Iterator[bytes]:
    random = Random(suffix)
    yield from GOOD[suffix]
    yield from BAD[suffix]
    for data in GOOD[suffix]:
        for _ in range(int(os.environ.get("DAMAGED_FILES", "8"))):
            yield damaged(data, random)


def is_plain(answer: Answer) -> bool:
    said = answer.err or '"error"' in answer.out
    return (
        answer.code in (0, 1) and not INSIDE.search(answer.err) and len(answer.err) < 700 and (not answer.code or said)
    )


@pytest.mark.parametrize("suffix", GOOD)
def test_a_damaged_file_is_an_error_in_plain_words(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for data in files(suffix):
        Path(f"f{suffix}").write_bytes(data)
        for command in (
            ["eval", "--var", f"x=@f{suffix}", "x"],
            ["eval", "--load", f"f{suffix}", "1"],
            ["eval", "--format", "json", "--var", "x=@-", "x"],
        ):
            answer = ask(*command, stdin=data)
            assert is_plain(answer), (data[:100], command, answer)


def test_what_is_no_file(tmp_path: Path) -> None:
    locked = tmp_path / "locked.npy"
    locked.write_bytes(b"")
    locked.chmod(0)
    for path in (tmp_path, tmp_path / "none.npy", locked, os.devnull, "\0", "a" * 5000, tmp_path / "x.npy" / "y.npy"):
        for command in (["eval", "--var", f"x=@{path}", "1"], ["run", str(path)], ["check-transcript", str(path)]):
            answer = ask(*command)
            assert answer.code in (0, 1, 2) and not INSIDE.search(answer.err), (command, answer)


# -- names in messages ------------------------------------------------------------------------------------------------

VALUES = [
    "[1]", "(1,)", "{1: 2}", "{1}", "'a'", "3", "2.5", "1j", "slice(1)", "range(3)", "x", "torch.float32", "y.grad_fn",
    "x.shape", "m", "torch.Generator()", "f", "ValueError(1)", "torch.finfo()", "zip()", "{}.items()", "torch.exp",
    "torch.optim.SGD([torch.ones(2, requires_grad=True)], lr=1)", "torch.nn.ModuleDict()", "torch.device('cpu')",
]  # fmt: skip
ARGUMENTS = ["", "nope=1", "*range(20)", "x, m", "None"]
#: PyTorch's own messages, which call functions by these names.
THEIRS = re.compile(
    r"^(_unique2|_make_subclass|_unpack_dual|_calculate_fan_in_and_fan_out|_LinAlgError|_threshold|_set_deterministic_algorithms|__new__)\(\)"
)


def callables(session: Session) -> Iterator[str]:
    """Everything that can be called, as a program writes it."""
    yield from sorted(set(session.prelude) - {"print"})
    for place, table in sorted(NAMESPACES.items()):
        yield from (f"{place}.{name}" for name in sorted(table.keys() if isinstance(table, LazyTable) else table))
    for text in VALUES:
        found: list[object] = []
        session.run(text, found.append)
        [value] = [event.value for event in found if isinstance(event, Value)]
        yield from (f"({text}).{name}" for name in names_of(value))


def test_messages_name_nothing_of_the_inside() -> None:
    session = Session(deadline_seconds=5, memory_bytes=1 << 28)
    session.run(
        "import torch\nimport math\nx = torch.ones(2, 3)\ny = x.requires_grad_() * 2\n"
        "class M(torch.nn.Module):\n    pass\nm = M()\ndef f(a):\n    return a\n",
        lambda event: None,
    )
    found: list[object] = []
    session.run("".join(f"import {module}\n" for module in MODULES), lambda event: None)
    for name in sorted({*callables(session)} - {"sys.exit"}):
        inner = name.rpartition(".")[2].startswith("_")
        for arguments in ARGUMENTS:
            session.run(f"_ = {name}({arguments})", found.append, echo=False)
            for event in found:
                if isinstance(event, Failed):
                    text = f"{event.type}: {event.message}"
                    assert not INSIDE.search(text), (name, arguments, text)
                    assert inner or THEIRS.match(event.message) or not re.match(r"_\w+\(\)", event.message), (
                        name,
                        text,
                    )
            found.clear()
