"""Every line of ``--format json`` is what the published schema says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli_ask import ROOT, ask, run

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "schema" / "events.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

PROGRAM = """
import torch
x = torch.tensor([1., float('nan')], requires_grad=True)
y = x * x
y
y.sum().backward()
x
print('text')
3, 2.5, 1j, 'a', None, True, [x], {1: x}, {2}, range(3), x.shape, torch.float32, print, float('inf')
torch.max(torch.eye(2), 0)
torch.tensor([1+2j]), torch.zeros(0, 3), torch.ones(2, dtype=torch.bool), torch.ones(1025, 1025)
z = []
z.append(z)
z
torch.tensor(2.).grad
y.grad
1 / 0
"""


def strict(text: str) -> list[Any]:
    def refuse(word: str) -> Any:
        raise AssertionError(f"{word} is no JSON")

    return [json.loads(line, parse_constant=refuse) for line in text.splitlines()]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("options", [[], ["--jobs", "2"], ["--timeout", "20"], ["--no-echo"], ["--why"]])
def test_run(tmp_path: Path, options: list[str]) -> None:
    program = tmp_path / "a.py"
    program.write_text(PROGRAM)
    done = run("run", "--format", "json", "--keep-going", *options, str(program), "nosuch.py", str(program))
    events = strict(done.stdout)
    for event in events:
        VALIDATOR.validate(event)
    kinds = {event["event"] for event in events}
    assert kinds >= {"begin", "print", "error", "end"} and ("value" in kinds) != ("--no-echo" in options)
    begun = [event["file"] for event in events if event["event"] == "begin"]
    assert (
        begun
        == [event["file"] for event in events if event["event"] == "end"]
        == [str(program), "nosuch.py", str(program)]
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["eval", PROGRAM],
        ["grad", "x * x", "x=3"],
        ["why", "where(x > 0, sqrt(x), 0.).sum()", "x=[0, 4]"],
        ["why", "x * y", "x=3", "y=2"],
        ["explain", "h = x * y; (h + x).sum()", "x=[3, 4]", "y=2"],
        ["why", "x.detach()", "x=3"],
        ["derive", "x * y", "x=3", "y=2"],
        ["derive", "norm(x) * y", "x=[3, 4]", "y=2", "--latex"],
        ["derive", "norm(x) * y", "x=[3, 4]", "y=2", "--markdown"],
        ["derive", "norm(x) * y", "x=[3, 4]", "y=2", "--code", "numpy"],
        ["derive", "x @ A @ x", "x=[3, 4]", "A=ones(2, 2)", "--order", "2"],
        ["graph", "x * y", "x=3", "y=2"],
        ["graph", "(x / y).sqrt().detach() * x + x.unbind()[0]", "x=[0, nan, 3]", "y=0", "--values"],
        ["check", "relu(x) * y", "x=[0, 2]", "y=2"],
        ["check", "x * y", "x=3", "y=2", "--claim", "x=1"],
        ["check", "z * w", "z=1+2j", "w=nan"],
        ["check", "x * y", "x=3", "y=2", "--order", "2"],
        ["table", "sqrt(x) / y", "x=-1:1:1", "y=0:2:1"],
        ["plot", "log(x)", "x=-1:1:0.1"],
        ["plot", "log(x) * y", "x=-1:1:0.5", "y=0:1:0.5", "--path", "sgd"],
        ["plot", "[1, float('nan'), 3]"],
        ["jacobian", "x * y", "x=[1, 2]", "y=2"],
        ["jacobian", "x * y", "x=[1, 2]", "y=2", "--matrix"],
        ["hessian", "x * y", "x=1", "y=2"],
        ["hessian", "x * y", "x=1", "y=2", "--matrix"],
        ["jvp", "x * x", "x=1"],
        ["vjp", "x * x", "x=1"],
        ["vjp", "x +", "x=1"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_other_commands(arguments: list[str]) -> None:
    events = strict(ask(*arguments, "--format", "json").out)
    assert events
    for event in events:
        VALIDATOR.validate(event)


@pytest.mark.parametrize(
    "wrong",
    [
        {"event": "begin"},
        {"event": "begin", "file": "a", "more": 1},
        {"event": "value", "file": "a", "line": 0, "source": "x", "value": {"type": "int", "data": 1}},
        {"event": "value", "file": "a", "line": 1, "source": "x", "value": {"type": "tensor", "data": [1]}},
        {"event": "other", "file": "a"},
    ],
)
def test_the_schema_refuses(wrong: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(wrong)
