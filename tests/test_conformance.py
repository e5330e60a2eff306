"""Programs, and what PyTorch printed for them: values, graph names, gradients, error types and messages.

``tests/data/conformance/*.jsonl`` hold a program a line: ``name``, ``program``, ``stdout``, ``error`` (null, or type,
message and line) and ``digits``, which is true where only the last digits may differ: PyTorch's own function is less
exact there, or sums in another order. It is PyTorch 2.14 unless ``pytorch`` says another release; where the two differ
there is a case for each.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from autogradcli.events import Failed, Printed
from autogradcli.session import Session

DATA = Path(__file__).parent / "data" / "conformance"
ADDRESS = re.compile(r" at 0x[0-9a-zA-Z.…]+")
NUMBER = re.compile(r"-?(?:\d+\.?\d*(?:e[-+]\d+)?|inf|nan)")


def cases() -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in sorted(DATA.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            part = case["name"].split("/")
            groups[f"{file.stem}-{part[0] if file.stem == 'semantics' else part[1][0]}"].append(case)
    return groups


GROUPS = cases()


def run(program: str, pytorch: str | None = None) -> tuple[str, Failed | None]:
    printed: list[str] = []
    failed: list[Failed] = []

    def emit(event: object) -> None:
        if isinstance(event, Printed):
            printed.append(event.text)
        elif isinstance(event, Failed):
            failed.append(event)

    Session(seed=0, pytorch=pytorch).run(program, emit, echo=False)
    return ADDRESS.sub(" at 0x...", "".join(printed)), failed[0] if failed else None


def same_but_for_digits(ours: str, theirs: str) -> bool:
    def skeleton(text: str) -> str:
        return re.sub(r"\s+", "", NUMBER.sub("#", text))

    pairs = list(zip(NUMBER.findall(ours), NUMBER.findall(theirs), strict=False))
    return skeleton(ours) == skeleton(theirs) and all(
        math.isclose(float(a), float(b), rel_tol=1e-4, abs_tol=1e-6) or a == b for a, b in pairs
    )


def difference(case: dict[str, Any]) -> str:
    """What differs, in words; "" where nothing does."""
    printed, failed = run(case["program"], case.get("pytorch"))
    wanted = ADDRESS.sub(" at 0x...", case["stdout"])
    error = case["error"]
    if error is None and failed is not None:
        return f"line {failed.line}: {failed.type}: {failed.message}"
    if error is not None:
        if failed is None:
            return f"no error; PyTorch raises {error['type']}: {error['message']}"
        got = (failed.type, ADDRESS.sub(" at 0x...", failed.message).strip())
        if got != (error["type"], ADDRESS.sub(" at 0x...", error["message"]).strip()):
            return f"{got[0]}: {got[1]}\n    PyTorch: {error['type']}: {error['message']}"
        if error.get("line") and failed.line != error["line"]:
            return f"the error is on line {failed.line}, not {error['line']}"
    if printed == wanted or (case.get("digits") and same_but_for_digits(printed, wanted)):
        return ""
    return f"printed\n{printed}--- PyTorch\n{wanted}"


@pytest.mark.parametrize("group", GROUPS)
def test_programs_print_what_pytorch_printed(group: str) -> None:
    wrong = [f"{case['name']}: {what}" for case in GROUPS[group] if (what := difference(case))]
    assert not wrong, "\n" + "\n\n".join(wrong)


def test_the_programs_are_there() -> None:
    assert sum(len(group) for group in GROUPS.values()) > 1500
