"""Whole programs print here what they print under PyTorch (2.14.1, CPU), recorded in ``tests/data/examples``.

After adding one: ``python examples/NAME.py > tests/data/examples/NAME.txt`` where PyTorch is installed.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_ask import ask

EXAMPLES = Path(__file__).parent.parent / "examples"
RECORDED = Path(__file__).parent / "data" / "examples"


@pytest.mark.parametrize("name", sorted(path.stem for path in RECORDED.glob("*.txt")))
def test_prints_what_pytorch_prints(name: str) -> None:
    answer = ask("run", str(EXAMPLES / f"{name}.py"))
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == (RECORDED / f"{name}.txt").read_text()
