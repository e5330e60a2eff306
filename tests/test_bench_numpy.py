"""The benchmark's programs in NumPy compute what the programs themselves compute.

``compute`` of ``NAME.numpy.py`` names its parameters as NAME.py names what it has before its last top-level ``for``,
and returns results by the expression that has them at its end.
"""

from __future__ import annotations

import inspect
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autogradcli.session import Session

#: What is changed in a program for this: a product that overflows makes the whole gradient NaN.
CHANGED = {"reductions": ("/ 977", "/ 977 - 0.5")}
FOLDER = Path(__file__).parent.parent / "scripts" / "bench_programs"


def arrays(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: arrays(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [arrays(one) for one in value]
    return np.array(value.array)


FILES = [file for file in sorted(FOLDER.glob("*.numpy.py")) if "1e7" not in file.name]  # that one is 1e6, but slower


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.split(".")[0])
def test_results_of_numpy_by_hand(file: Path) -> None:
    name = file.name.split(".")[0]
    program = (FOLDER / f"{name}.py").read_text().replace(*CHANGED.get(name, ("", "")))
    head, loop, rest = program.rpartition("\nfor ")
    session = Session()

    def run(text: str) -> Any:
        failed: list[Any] = []
        assert session.run(text, failed.append, echo=False), failed
        return session.variables

    run(head)
    by_hand = runpy.run_path(str(file))
    given = {}
    for name in inspect.signature(by_hand["compute"]).parameters:
        value = run(name + "_given = " + name)[name + "_given"]
        if hasattr(value, "parameters"):
            value = run(f"{name}_given = [p.detach().clone() for p in {name}.parameters()]")[name + "_given"]
        given[name] = arrays(value)
    run(loop + rest)
    for expression, found in by_hand["compute"](**given).items():
        expected = arrays(run(f"expected = {expression}")["expected"])
        for one, other in zip(*(x if isinstance(x, list) else [x] for x in (expected, found)), strict=True):
            one = one.astype(np.complex128)
            assert np.linalg.norm(one - other) <= 1e-4 * np.linalg.norm(one), expression
    by_hand["run"]()
