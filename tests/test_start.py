"""What a start costs: how much it does beside ``import numpy``, how it finds modules, what its records are."""

from __future__ import annotations

import compileall
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from autogradcli.cli.quick_imports import PACKAGES, _Finder
from autogradcli.numerics.records import Record

ROOT = Path(__file__).parent.parent
PROGRAM = """\
import torch
x = torch.tensor([1., 2., 3.], requires_grad=True)
y = (x ** 2).sum()
y.backward()
print(x.grad)
"""
#: What is typed -> how many times the instructions of ``python -c 'import numpy'`` it may take.
COSTS: list[tuple[list[str], float]] = [
    (["--help"], 0.48),
    (["eval", "--format", "plain", "2 ** 10"], 1.29),
    (["eval", "--format", "plain", "x = tensor([1., 2.], requires_grad=True); (x**2).sum()"], 1.32),
    (["eval", "--format", "rich", "x = tensor([1., 2.], requires_grad=True); (x**2).sum()"], 1.33),
    (["grad", "x**2", "x=3"], 1.47),
    (["run", "program.py"], 1.35),
]
#: Modules of the project's that an evaluation loads at most.
MODULES = 182


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with all its bytecode and its index, and a program beside it."""
    folder = tmp_path_factory.mktemp("start")
    shutil.copytree(ROOT / "autogradcli", folder / "autogradcli")
    compileall.compile_dir(folder / "autogradcli", quiet=2)
    (folder / "program.py").write_text(PROGRAM)
    python(folder, "-m", "autogradcli", "eval", "1")
    return folder


def python(folder: Path, *arguments: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    unwanted = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONPATH")
    settings = {name: value for name, value in os.environ.items() if name not in unwanted}
    done = subprocess.run(
        [*before, sys.executable, *arguments],
        cwd=folder, env=settings | {"OPENBLAS_NUM_THREADS": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done


def instructions(folder: Path, *arguments: str) -> int:
    kept = f"--callgrind-out-file={os.devnull}"
    done = python(folder, *arguments, before=("valgrind", "--tool=callgrind", kept))
    found = re.search(r"Collected : (\d+)", done.stderr)
    assert found, done.stderr
    return int(found[1])


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="instructions are counted by valgrind")
def test_a_start_is_little_more_than_import_numpy(folder: Path) -> None:
    numpy = instructions(folder, "-c", "import numpy")
    over = {}
    for arguments, most in COSTS:
        times = instructions(folder, "-m", "autogradcli", *arguments) / numpy
        if times > most:
            over[" ".join(arguments)] = round(times, 3)
    assert not over


def test_an_evaluation_loads_few_modules(folder: Path) -> None:
    count = "import sys, autogradcli.cli.main as m; m.main(['eval', 'x = tensor([1., 2.]); (x**2).sum()'])"
    listed = "print(len([n for n in sys.modules if n.startswith('autogradcli')]))"
    shown, loaded = python(folder, "-c", f"{count}; {listed}").stdout.split()
    assert shown == "tensor(5.)" and int(loaded) <= MODULES


def sources(package: str) -> Iterator[tuple[str, str]]:
    """Each module of a package by its dotted name, and the folder that it is to be found in."""
    home = Path(str(import_module(package).__file__)).parent
    for path in sorted(home.rglob("*.py")):
        parts = path.relative_to(home).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if parts:
            yield ".".join([package, *parts]), str(home.joinpath(*parts).parent)


def test_modules_are_found_where_python_finds_them(folder: Path) -> None:
    """All of them, so that none in machine code is passed over."""
    found = 0
    for package in sorted(PACKAGES):
        for name, inside in sources(package):
            ours = _Finder.find_spec(name, [inside])
            if ours is not None:
                theirs = PathFinder.find_spec(name, [inside])
                assert theirs is not None and type(theirs.loader) in type(ours.loader).__mro__, name
                assert (ours.origin, ours.cached, ours.has_location) == (theirs.origin, theirs.cached, True)
                assert ours.submodule_search_locations == theirs.submodule_search_locations
                found += 1
    assert found > 100


def test_bytecode_of_another_source_is_not_used(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    path = [str(tmp_path)]
    module.write_text("value = 1")
    assert _Finder.find_spec("numpy.module", path) is None  # without bytecode
    compileall.compile_dir(tmp_path, quiet=2)
    assert _Finder.find_spec("numpy.module", path) is not None
    assert _Finder.find_spec("other.module", path) is None and _Finder.find_spec("numpy", None) is None
    module.write_text("value = 12")
    assert _Finder.find_spec("numpy.module", path) is None
    compileall.compile_dir(tmp_path, quiet=2)
    os.utime(module, (1, 1))
    assert _Finder.find_spec("numpy.module", path) is None


class Ours(Record):
    """A record."""

    line: int
    text: str
    hint: str = ""
    calls: tuple[int, ...] = ()
    """The calls."""


class Theirs(NamedTuple):
    """A record."""

    line: int
    text: str
    hint: str = ""
    calls: tuple[int, ...] = ()
    """The calls."""


@pytest.mark.parametrize(
    ("given", "named"),
    [((1, "a"), {}), ((1,), {"text": "b"}), ((1, "a", "h", (2,)), {}), ((), {"calls": (3,), "line": 2, "text": ""})],
)
def test_records_are_named_tuples(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    ours, theirs = Ours(*given, **named), Theirs(*given, **named)
    assert ours == theirs and repr(ours) == repr(theirs).replace("Theirs", "Ours") and hash(ours) == hash(theirs)
    assert (ours.line, ours.calls) == (theirs.line, theirs.calls) and ours._asdict() == theirs._asdict()
    assert ours._replace(hint="z") == theirs._replace(hint="z") and type(ours._replace(line=0)) is Ours
    assert pickle.loads(pickle.dumps(ours)) == ours and type(pickle.loads(pickle.dumps(ours))) is Ours
    assert Ours._fields == Theirs._fields == Ours.__match_args__ and Ours._make(ours) == ours
    with pytest.raises(AttributeError):
        ours.line = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("given", "named"), [((1,), {}), ((1, "a", "h", (), 5), {}), ((1, "a"), {"no": 1}), ((1, "a"), {"line": 1})]
)
def test_records_take_their_fields_only(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    for kind in (Ours, Theirs):
        with pytest.raises(TypeError):
            kind(*given, **named)
