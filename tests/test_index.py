"""The index of names is what the modules say; with it a start loads few of them, and without it all names are there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SETTINGS = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONPATH")

#: Whether a start has loaded few modules of operations or all, whether two names are there, and how many there are.
ASK = (
    "import sys, autogradcli.api; from autogradcli.api.calls import registry; "
    "from autogradcli.engine.operation import OPERATIONS; "
    "loaded = sum(m.startswith('autogradcli.operations') for m in sys.modules); t = registry.NAMESPACES['torch']; "
    "print('few' if loaded < 25 else 'all', 'mv' in t, 'mw' in t, len(t), len(OPERATIONS))"
)


class Tree:
    """A copy of the package, without bytecode and without an index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package = folder / "autogradcli"
        shutil.copytree(ROOT / "autogradcli", self.package, ignore=shutil.ignore_patterns("__pycache__"))
        self.index = self.package / "api" / "__pycache__" / "names.index"

    def begin(self, code: str = ASK, **settings: str) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if name not in SETTINGS} | settings
        return subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder, env=environment,
        )  # fmt: skip

    def ask(self, code: str = ASK, **settings: str) -> str:
        out, error = self.begin(code, **settings).communicate()
        assert not error, error
        return out.strip()

    def edit(self, module: str, old: str, new: str) -> None:
        file = self.package / module
        text = file.read_text()
        assert text.count(old) == 1
        file.write_text(text.replace(old, new))


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def test_the_first_start_makes_it_and_the_next_loads_few_modules(tree: Tree) -> None:
    first = tree.ask()
    assert first.startswith("all True False")
    assert [file.name for file in tree.index.parent.iterdir() if file.suffix != ".pyc"] == [tree.index.name]
    assert tree.ask() == first.replace("all", "few")


def test_an_edit_is_seen_at_once(tree: Tree) -> None:
    """A name that became another, with the index of before: also where the module keeps its size."""
    assert tree.ask() and tree.ask().startswith("few True False")
    tree.edit("api/linalg/matmul.py", '("mv"', '("mw"')
    assert tree.ask().startswith("all False True") and tree.ask().startswith("few False True")
    module = tree.package / "api" / "math" / "another.py"
    module.write_text("from ..calls.registry import namespace\n\nnamespace('torch')['mv'] = abs\n")
    assert tree.ask().startswith("all True True") and tree.ask().startswith("few True True")
    module.unlink()
    assert tree.ask().startswith("all False True") and tree.ask().startswith("few False True")


def test_other_times_of_the_same_contents_are_none(tree: Tree) -> None:
    """As an installation leaves them: contents are compared, and where it can be the new times are kept."""
    tree.ask()
    for file in tree.package.rglob("*.py"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    before = tree.index.read_bytes()
    assert tree.ask().startswith("few") and tree.index.read_bytes() != before


def test_where_it_cannot_be_kept_all_names_are_there(tree: Tree) -> None:
    prefix = tree.folder / "file"
    prefix.touch()
    for _ in range(2):
        assert tree.ask(PYTHONPYCACHEPREFIX=str(prefix)).startswith("all True")
        assert tree.ask(PYTHONDONTWRITEBYTECODE="1").startswith("all True")
    assert not tree.index.parent.exists()


def test_it_lies_where_the_bytecode_does(tree: Tree) -> None:
    elsewhere = tree.folder / "elsewhere"
    assert tree.ask(PYTHONPYCACHEPREFIX=str(elsewhere)).startswith("all")
    assert tree.ask(PYTHONPYCACHEPREFIX=str(elsewhere)).startswith("few")
    assert not tree.index.parent.exists() and list(elsewhere.rglob(tree.index.name))
    tree.index.parent.mkdir()  # somebody keeps bytecode here, so the index has its place beside it
    assert tree.ask(PYTHONDONTWRITEBYTECODE="1").startswith("all")
    assert tree.ask(PYTHONDONTWRITEBYTECODE="1").startswith("few")
    assert [file.name for file in tree.index.parent.iterdir()] == [tree.index.name]


def test_two_may_start_at_once(tree: Tree) -> None:
    for process in [tree.begin() for _ in range(3)]:
        out, error = process.communicate()
        assert not error and out.startswith(("all True", "few True"))
    assert [file.name for file in tree.index.parent.iterdir() if file.suffix != ".pyc"] == [tree.index.name]
    assert tree.ask().startswith("few True")


@pytest.mark.parametrize("spoiled", [b"", b"(", b"index", b"i\x01\x00\x00\x00", "half"])
def test_a_spoiled_one_is_made_anew(tree: Tree, spoiled: bytes | str) -> None:
    first = tree.ask()
    whole = tree.index.read_bytes()
    tree.index.write_bytes(spoiled if isinstance(spoiled, bytes) else whole[: len(whole) // 2])
    assert tree.ask() == first and tree.index.read_bytes() == whole


def test_none_is_made_of_modules_that_were_there_before(tree: Tree) -> None:
    """Whose their names are nobody saw; an index without them would be a wrong one."""
    assert tree.ask("import autogradcli.operations.linalg.matmul; " + ASK).startswith("all True")
    assert not tree.index.exists()


def test_a_name_of_two_modules_is_told(tree: Tree) -> None:
    """Which one counted would depend on the order of imports."""
    module = tree.package / "api" / "math" / "another.py"
    module.write_text("from ..calls.registry import namespace\n\nnamespace('torch')['mv'] = abs\n")
    _, error = tree.begin().communicate()
    assert "torch.mv is defined twice: in api.linalg.matmul and in api.math.another" in error


#: The classes whose attributes several modules fill in, module by module of the index.
FILLED = """
import autogradcli.api
from collections import defaultdict
from autogradcli.api.calls.registry import ATTRIBUTES
from autogradcli.engine.lazy import loader
from autogradcli.engine.tensor import Tensor
seen, by = set(), defaultdict(set)
for module in ["", *loader.all_modules()]:
    module and loader.load(module)
    for kind, table in list(ATTRIBUTES.items()):
        for name in set(dict.keys(table)) - {name for other, name in seen if other is kind}:
            seen.add((kind, name))
            by[kind].add(module)
print(*sorted(kind.__name__ for kind, modules in by.items() if len(modules) > 1 and kind is not Tensor))
"""
DRAWS = """
from autogradcli.session import Session
program = "import matplotlib.pyplot as plt"
program += "\\nfigure, axes = plt.subplots()\\nprint(axes.xaxis is None, figure.canvas is figure)"
program += "\\nimport torch\\ne = torch.nn.Embedding(5, 2, sparse=True)\\ne(torch.tensor([1, 3])).sum().backward()"
program += "\\nprint(e.weight.grad.is_leaf)"
assert Session().run(program, lambda event: print(event.text, end=""), echo=False)
"""


def test_attributes_of_a_class_come_with_the_class(tree: Tree) -> None:
    """What nobody asks the index for must be loaded by who makes the first of the class."""
    tree.ask()
    assert tree.ask(FILLED) == "Artist Axes AxesArray Figure Tensor"  # sparse ones, that is
    assert tree.ask(DRAWS) == "False True\nTrue"
