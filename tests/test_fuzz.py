"""``scripts/fuzz``: a bounded run finds nothing, and what it looks for it would see."""

from __future__ import annotations

import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from autogradcli.api.functional.loss_reduction import size_of
from autogradcli.language.values import budget

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    loader = SourceFileLoader("autogradcli_fuzz", str(ROOT / "scripts" / "fuzz"))
    module = ModuleType(loader.name)
    module.__file__ = loader.path
    loader.exec_module(module)
    return module


def test_programs_at_random(fuzz: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "SLACK", 60.0)  # a busy machine is no fault
    words = fuzz.Words()
    ran = 0
    for seed in range(40):
        inputs = fuzz.Maker(words, seed).inputs()
        assert inputs == fuzz.Maker(words, seed).inputs()
        ran += len(inputs)
        assert fuzz.faults(inputs) == [], seed
    assert ran > 200


def test_it_sees_foreign_objects(fuzz: ModuleType) -> None:
    variables = {"a": [1, {"k": (np.float64(1.0),)}], "b": "text", "c": ValueError(np.add)}
    assert fuzz.foreign(variables) == [
        "c.args[] is of <class 'numpy.ufunc'>",
        "a[][k][] is of <class 'numpy.float64'>",
    ]


def test_it_sees_inner_names(fuzz: ModuleType) -> None:
    for told in ("'ndarray' object", "must be int, not numpy.float64", "autogradcli.engine", "got (str, ndarray)"):
        assert fuzz.INNER.search(told), told
    for shown in ("must be Tensor, not numpy.ndarray", "<class 'numpy.ndarray'>", "'numpy.ndarray' object"):
        assert not fuzz.INNER.search(shown), shown


def test_it_sees_accidents(fuzz: ModuleType) -> None:
    try:
        size_of(5)  # type: ignore[arg-type]
    except AttributeError as error:
        assert fuzz._accident(error).startswith("autogradcli.")
    else:
        raise AssertionError
    try:
        budget.check_items(1 << 60)
    except MemoryError as error:
        assert fuzz._accident(error) == ""


def test_the_command() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "fuzz"), "--programs", "5", "--seed", "3", "--seconds", "60"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "programs: 5\n"), done
