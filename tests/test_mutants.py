"""The small wrong edits of ``scripts/mutate``: what they are, what they are called, and which lines they concern."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _loaded() -> ModuleType:
    path = Path(__file__).parent.parent / "scripts" / "_mutants.py"
    spec = importlib.util.spec_from_file_location("_mutants", path)
    assert spec and spec.loader
    module = sys.modules["_mutants"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Source = _loaded().Source

TEXT = """\
LIMIT = 10

@declared(scale=2, examples=lambda r: [r(3)])
def f(a: int, b=4) -> int:
    if a < b and not b:
        raise ValueError("no")
    return g(a, -b)

TABLE = {"x": lambda v: v + 5, "examples": 6}
"""


def test_each_edit_is_python_and_another_program() -> None:
    source = Source("f.py", TEXT)
    found = {(m.what, TEXT[m.start : m.end], m.new) for m in source.mutants()}
    assert found == {
        ("off by one", "10", "11"), ("off by one", "2", "3"), ("off by one", "4", "5"), ("off by one", "5", "6"),
        ("comparison", "<", "<="), ("and/or", "and", "or"), ("dropped not", "not b", "(b)"),
        ("condition turned round", "a < b and not b", "(not (a < b and not b))"),
        ("removed statement", 'raise ValueError("no")', "pass"), ("dropped minus", "-b", "(b)"),
        ("swapped arguments", "a, -b", "-b, a"), ("returns nothing", "g(a, -b)", "None"), ("arithmetic", "+", "-"),
    }  # fmt: skip
    assert all(source.differs(m) for m in source.mutants())


def test_a_name_stays_when_other_lines_change() -> None:
    before = {m.name for m in Source("f.py", TEXT).mutants()}
    after = {m.name for m in Source("f.py", "import math\n\n" + TEXT + "x = 1\n").mutants()}
    assert len(before) == 13 and before < after and len(after) == 14


@pytest.mark.parametrize(
    ("old", "lines", "inside"),
    [
        ("10", set(), False), ("2", {3, 5, 6, 7}, False), ("4", {3, 5, 6, 7}, False), ("<", {5}, True),
        ('raise ValueError("no")', {6}, True), ("-b", {7}, True), ("+", {9}, True),
    ],
)  # fmt: skip
def test_which_lines_a_test_must_run(old: str, lines: set[int], inside: bool) -> None:
    source = Source("f.py", TEXT)
    mutant = next(m for m in source.mutants() if TEXT[m.start : m.end] == old)
    assert source.reach(mutant) == (lines, inside)
