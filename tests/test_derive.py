"""Gradients as formulas: what a textbook prints, and what is true at two points."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autogradcli.cli import sessions
from autogradcli.engine.tensor import Tensor
from autogradcli.events import Event, Failed, Printed, Warned
from autogradcli.explain.derived import Shown, Subject, agrees, derive
from autogradcli.language.compile.evaluate import evaluate
from autogradcli.session import Session

CASES = [
    json.loads(line)
    for file in ("derivatives.jsonl", "textbook.jsonl")
    for line in (Path(__file__).parent / "data" / file).read_text(encoding="utf-8").splitlines()
]

#: Cases whose formula is right and longer than a textbook's, and why.
LONGER = {
    "log det": "the sign of the determinant is asked for",
    "tanh rnn step": "1 - tanh(u)**2 is used twice, with and without the vector",
    "batch norm (training)": "the normalized input has no name in the formula",
    "layer norm": "the same",
    "log det of gram": "the sign of the determinant is asked for",
    "rms norm": "the root of the mean of squares is named without its root",
    "two layers tanh": "a column scales the rows where a textbook forms an outer product that it names",
    "temperature softmax": "a sum of three factors is no product of vectors",
    "swish gated": "sigmoid(a) is used twice, and a name saves nothing",
    "cosine loss": "over one denominator",
    "prelu": "the one slope is expanded beside the vector, and its gradient to its shape",
    "max": "equal elements share the gradient, which a textbook leaves out",
}


class Screen:
    """A display that keeps nothing but errors."""

    failure = ""

    @property
    def out(self) -> Screen:
        """Where the failure of what was typed is noted."""
        return self

    def show(self, event: Event) -> None:
        if isinstance(event, Failed):
            raise AssertionError(f"{event.type}: {event.message}")
        assert isinstance(event, (Printed, Warned))


def run(session: Session, source: str) -> Any:
    events: list[Event] = []
    assert session.run(source, events.append), events
    return session.variables.get("_")


class Case:
    """An expression and its variables, derived in a session of its own."""

    def __init__(self, expression: str, values: dict[str, str]) -> None:
        self.session = Session()
        self.names = list(values)
        for name, value in values.items():
            tensor = value if "(" in value else f"torch.tensor({value}, dtype=torch.float32)"
            run(self.session, f"{name} = {tensor}")
        function = run(self.session, f"lambda {', '.join(values)}: ({expression}\n)")
        variables = {name: self.session.variables[name] for name in values}
        self.values = dict(variables)

        def work() -> None:
            self.shown = derive(Subject(lambda given: function(**given), variables), evaluate=self.evaluate)

        assert sessions.within(self.session, work, expression, Screen())  # type: ignore[arg-type]
        self.expression = expression

    def evaluate(self, lines: list[tuple[str, str]], text: str, values: Any) -> Any:
        return evaluate(lines, text, values, self.session.prelude)

    def gradients(self) -> dict[str, np.ndarray]:
        """What ``backward()`` gives."""
        names = "".join(f"{name} = {name}.clone().requires_grad_()\n" for name in self.names)
        run(self.session, f"{names}({self.expression}).backward()")
        found = {name: self.session.variables[name].grad for name in self.names}
        return {name: grad.array for name, grad in found.items() if grad is not None}

    def of_text(self, name: str) -> np.ndarray:
        """What the shown text gives, run as a program of the user's."""
        for variable, value in self.values.items():
            self.session.variables[variable] = value
        lines = "".join(f"{n} = {meaning}\n" for n, meaning in self.shown.where)
        made = run(self.session, f"{lines}{dict(self.shown.gradients)[name]}")
        return np.asarray(made.array if isinstance(made, Tensor) else made, np.float32)


def operations(text: str) -> int:
    """Operators, calls, subscripts and transposes: what a reader has to follow."""
    counted = (ast.BinOp, ast.UnaryOp, ast.Call, ast.Subscript, ast.Compare, ast.Lambda)
    return sum(
        isinstance(node, counted) or (isinstance(node, ast.Attribute) and node.attr in ("T", "mT"))
        for node in ast.walk(ast.parse(text, mode="eval"))
    )


def length(shown: Shown) -> int:
    return sum(operations(text) for _, text in [*shown.gradients, *shown.where] if text != "None")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_textbook(case: dict[str, Any]) -> None:
    found = Case(case["expr"], case["values"])
    assert not found.shown.missing
    for name, true in found.gradients().items():
        assert agrees(found.of_text(name), true), f"{name}.grad = {dict(found.shown.gradients)[name]}"
    if set(case["textbook"]) == set(dict(found.shown.gradients)) and case["name"] not in LONGER:
        wanted = sum(map(operations, [*case["textbook"].values(), *case["defs"].values()]))
        assert length(found.shown) <= wanted, found.shown


ROW = "torch.tensor([[[[0.3, -0.5, 0.9, 0.1, 0.7]]]])"
GRID = "torch.tensor([[[[0.3, -0.5, 0.9], [1.2, 0.4, -0.7], [0.6, 0.2, 0.8]]]])"

#: Formulas that no textbook prints; they hold all the same.
RIGHT = {
    "F.avg_pool2d(x, (1, 3), (1, 1)).pow(2).sum()": ROW,
    "F.avg_pool2d(x, (1, 2), (1, 2)).pow(2).sum()": ROW,
    "F.avg_pool2d(x, (1, 3), (1, 2), (0, 1)).pow(2).sum()": ROW,
    "F.avg_pool2d(x, (2, 2), (1, 1)).pow(2).sum()": GRID,
    "F.avg_pool2d(x, (3, 2), (1, 1), (1, 1), count_include_pad=False).pow(2).sum()": GRID,
    "F.avg_pool2d(x, 2, 1, divisor_override=3).pow(2).sum()": GRID,
    "F.avg_pool2d(x, 2, 2, ceil_mode=True).pow(2).sum()": GRID,
    "F.adaptive_avg_pool2d(x, (1, 2)).pow(2).sum()": ROW,
    "F.adaptive_avg_pool2d(x, 2).pow(2).sum()": GRID,
    "F.interpolate(x, size=(1, 3)).pow(2).sum()": ROW,
    "F.interpolate(x, scale_factor=2, mode='bilinear').pow(2).sum()": GRID,
    "F.pad(x, (1, 1, 0, 0), mode='reflect').pow(2).sum()": ROW,
    "F.unfold(x, (1, 2)).pow(2).sum()": ROW,
    "F.max_pool2d(x, (1, 2)).pow(2).sum()": ROW,
}


@pytest.mark.parametrize("expression", RIGHT)
def test_the_formula_is_right(expression: str) -> None:
    found = Case(expression, {"x": RIGHT[expression]})
    assert not found.shown.missing
    assert agrees(found.of_text("x"), found.gradients()["x"]), found.shown


@pytest.mark.parametrize(
    ("expression", "through"),
    [
        ("F.ctc_loss(log_softmax(x, -1)[:, None], tensor([[1, 2]]), (3,), (2,))", "ctc_loss"),
        ("F.grid_sample(x[None, None], tanh(x[:1, :2])[None, None], align_corners=False).sum()", "grid_sample"),
        ("F.embedding_bag(tensor([[1, 0]]), x, mode='max').sum()", "embedding_bag"),
    ],
)
def test_what_cant_be_said_is_named(expression: str, through: str) -> None:
    found = Case(f"{expression} + y**2", {"x": "[[0.1,0.2,0.5],[0.2,0.1,0.4],[0.3,0.3,0.1]]", "y": "3"})
    assert found.shown.missing == {"x": f"it goes through {through}"}
    assert dict(found.shown.gradients) == {"y": "2 * y"}
