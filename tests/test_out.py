"""Every function that takes ``out=`` writes there by one mechanism.

What PyTorch printed for some 340 of them (dtypes, sizes, views, gradients, shared memory) is in
``data/conformance/operators.jsonl``; here it is asked of all of them that none writes on its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from autogradcli.api.calls.call_plans import unnamed_out
from autogradcli.api.calls.overloads import Function
from autogradcli.api.calls.registry import namespace
from autogradcli.events import Failed, Printed
from autogradcli.session import Session

PLACES = ("torch", "torch.nn.functional", "torch.linalg", "torch.special", "torch.fft")
CASES = Path(__file__).parent / "data" / "conformance" / "operators.jsonl"


def functions() -> Iterator[tuple[str, Function]]:
    for place in PLACES:
        table = namespace(place)
        for name in table:
            function = table[name]
            if isinstance(function, Function) and any(" out=" in overload[0] for overload in function.overloads):
                yield f"{place}.{name}", function


def test_no_implementation_has_an_out_of_its_own() -> None:
    found = dict(functions())
    assert len(found) > 360
    own = [
        name
        for name, function in found.items()
        for schema, overload in zip(function.schemas, function.overloads, strict=True)
        if any(p.name == "out" for p in schema.parameters) and unnamed_out(schema.parameters, overload[1]) is None
    ]
    assert not own, own


def test_most_of_them_are_among_the_cases() -> None:
    programs = "".join(
        json.loads(line)["program"] for line in CASES.read_text(encoding="utf-8").splitlines() if "/out/" in line
    )
    assert sum(f"({name}" in programs.replace("F.", "torch.nn.functional.") for name, _ in functions()) > 250


@pytest.mark.parametrize(
    ("program", "wanted"),
    [
        ("x = torch.zeros(6); torch.arange(3, out=x[1:4]); x", "tensor([0., 0., 1., 2., 0., 0.])"),
        ("x = torch.zeros(2); torch.sum(torch.ones(2, 2), 0, out=x) is x", "True"),
        ("x = torch.zeros(2, dtype=torch.int64); torch.sum(torch.tensor([[.9, 1.9]]), 0, out=x)", "tensor([0, 1])"),
    ],
)
def test_the_tensor_given_is_written(program: str, wanted: str) -> None:
    events: list[object] = []
    Session(seed=0).run(f"print({program.rpartition(';')[2].strip()})" if ";" not in program else
                        f"{program.rpartition(';')[0]}\nprint({program.rpartition(';')[2].strip()})",
                        events.append, echo=False)  # fmt: skip
    assert not [e for e in events if isinstance(e, Failed)]
    assert "".join(e.text for e in events if isinstance(e, Printed)).strip() == wanted


def test_sizes_that_differ_warn_and_gradients_are_refused() -> None:
    events: list[object] = []
    Session(seed=0).run("torch.exp(torch.ones(2), out=torch.zeros(3))", events.append, echo=False)
    assert any("was resized since it had shape [3]" in str(vars(e) if hasattr(e, "__dict__") else e) for e in events)
    events.clear()
    Session(seed=0).run("torch.exp(torch.ones(2, requires_grad=True), out=torch.zeros(2))", events.append, echo=False)
    assert [e.message for e in events if isinstance(e, Failed)] == [
        "exp(): functions with out=... arguments don't support automatic differentiation, but one of the arguments "
        "requires grad."
    ]
