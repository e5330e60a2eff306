"""``scripts/fuzz_formulas``: a bounded run finds no formula that is not the gradient, and it would see one."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    loader = SourceFileLoader("autogradcli_fuzz_formulas", str(ROOT / "scripts" / "fuzz_formulas"))
    module = ModuleType(loader.name)
    module.__file__ = loader.path
    loader.exec_module(module)
    return module


def test_formulas_at_random(fuzz: ModuleType) -> None:
    counts = fuzz.run(seed=1, count=100, seconds=600)
    assert counts["expressions"] == 100
    assert counts["faults"] == 0
    assert counts["short"] > 100


def test_a_seed_is_one_expression(fuzz: ModuleType) -> None:
    assert fuzz.Maker(5).expression() == fuzz.Maker(5).expression()


def test_it_sees_a_wrong_formula(fuzz: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:

    def halved(mine: np.ndarray, true: np.ndarray) -> bool:
        return bool(np.allclose(mine, true))

    monkeypatch.setattr(fuzz, "_alike", halved)
    maker = fuzz.Maker(0)
    found = fuzz.examine(maker, "(x * y).sum()", ["x", "y"])
    assert found is not None and not found.faults and len(found.short) == 2
    monkeypatch.setattr(fuzz, "_alike", lambda mine, true: halved(mine * 2, true))
    found = fuzz.examine(maker, "(x * y).sum()", ["x", "y"])
    assert found is not None and len(found.faults) == 2
