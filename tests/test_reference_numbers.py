"""Small programs about numbers and what PyTorch 2.13 printed for them, to the character and to the last digit.

``data/reference_numbers.jsonl`` holds a program a line: dtypes and bfloat16, sums, products and elementary functions
in PyTorch's order of rounding, evenly spaced numbers, random numbers, whole trainings, printing, and errors.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autogradcli.events import Failed, Printed
from autogradcli.session import Session

DATA = Path(__file__).parent / "data" / "reference_numbers.jsonl"
CASES = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_pytorch_printed(case: dict[str, Any]) -> None:
    printed: list[str] = []
    failed: list[Failed] = []

    def emit(event: object) -> None:
        if isinstance(event, Printed):
            printed.append(event.text)
        elif isinstance(event, Failed):
            failed.append(event)

    Session(seed=0).run(case["program"], emit, echo=False)
    error = {"type": failed[0].type, "message": failed[0].message, "line": failed[0].line} if failed else None
    assert ("".join(printed), error) == (case["stdout"], case["error"])
