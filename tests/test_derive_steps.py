"""``derive --steps``: named rules, each line of which is true, ending in the formula that ``derive`` shows."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from test_derive import CASES, Case, Screen, run

from autogradcli.cli import sessions
from autogradcli.engine.tensor import Tensor
from autogradcli.explain.derived import Subject, agrees
from autogradcli.explain.steps import Steps, derived_by_steps
from autogradcli.session import Session
from autogradcli.show.formulas import formula_text, steps_event, steps_text

#: An expression, its values, and each step as "rule: what it is applied to -> what it gives | ...".
GOLDEN: list[tuple[str, dict[str, str], list[str]]] = [
    ("x**3", {"x": "2"}, ["power rule: y = x**3 -> x.grad = 3 * x**2"]),
    (
        "sin(x**2)",
        {"x": "1.5"},
        [
            "chain rule: y = sin(u) with u = x**2 -> u.grad = cos(u)",
            "power rule: u = x**2 -> x.grad = 2 * x * u.grad = 2 * x * cos(u)",
        ],
    ),
    (
        "exp(-x**2) * x",
        {"x": "1"},
        [
            "product rule: y = u * x with u = exp(-v) -> u.grad = x | x.grad += u",
            "chain rule: u = exp(-v) with v = x**2 -> v.grad = -u.grad * exp(-v) = -x * exp(-v)",
            "power rule: v = x**2 -> x.grad += 2 * x * v.grad",
            "sum over the branches: x -> x.grad = 2 * x * v.grad + u",
        ],
    ),
    ("x**x", {"x": "2"}, ["power and exponential rule: y = x**x -> x.grad = x**x * (log(x) + 1)"]),
    (
        "sin(x) / cos(t)",
        {"x": "1", "t": "0.5"},
        [
            "quotient rule: y = u / v with u = sin(x), v = cos(t) -> u.grad = 1 / v | v.grad = -u / v**2",
            "chain rule: v = cos(t) -> t.grad = -v.grad * sin(t) = u * sin(t) / v**2",
            "chain rule: u = sin(x) -> x.grad = u.grad * cos(x) = cos(x) / v",
        ],
    ),
    ("trace(A @ X)", {"A": "[[1,2],[3,4]]", "X": "[[1,2],[3,5]]"},
     ["trace of a product: y = (A * X.T).sum() -> A.grad = X.T | X.grad = A.T"]),
    (
        "x @ A @ x",
        {"A": "[[1,2],[3,4]]", "x": "[1,2]"},
        [
            "inner product: y = u @ x with u = A.T @ x -> u.grad = x | x.grad += u",
            "matrix product: u = A.T @ x -> A.grad = outer(x, u.grad) = outer(x, x) | x.grad += A @ u.grad",
            "sum over the branches: x -> x.grad = A @ u.grad + u",
        ],
    ),
    ("x.sum()", {"x": "[1,2]"}, ["sum: y = x.sum() -> x.grad = ones_like(x)"]),
    (
        "((A @ x - b)**2).mean()",
        {"A": "[[1,2],[3,4]]", "x": "[1,2]", "b": "[1,0]"},
        [
            "mean: y = u.mean() with u = (v - b)**2 -> u.grad = full_like(u, 1/2)",
            "power rule: u = (v - b)**2 with v = A @ x -> "
            "v.grad = 2 * u.grad * (v - b) = v - b | b.grad = 2 * u.grad * (b - v) = b - v",
            "matrix product: v = A @ x -> "
            "A.grad = outer(v.grad, x) = outer(v - b, x) | x.grad = A.T @ v.grad = A.T @ (v - b)",
        ],
    ),
    (
        "sigmoid(w @ x)",
        {"w": "[0.1,0.2]", "x": "[1,2]"},
        [
            "chain rule: y = sigmoid(u) with u = w @ x -> u.grad = y - y**2",
            "inner product: u = w @ x -> w.grad = u.grad * x = y * (1 - y) * x | x.grad = u.grad * w = y * (1 - y) * w",
        ],
    ),
    (
        "relu(W @ x).sum()",
        {"W": "[[1,2],[3,-4]]", "x": "[1,2]"},
        [
            "sum: y = u.sum() with u = relu(v) -> u.grad = ones_like(u)",
            "derivative of relu, piece by piece: u = relu(v) with v = W @ x -> "
            "v.grad = where(v > 0, u.grad, 0.) = where(v > 0, 1., 0.)",
            "matrix product: v = W @ x -> W.grad = outer(v.grad, x) = outer(where(v > 0, 1., 0.), x) | "
            "x.grad = W.T @ v.grad = W.T @ where(v > 0, 1., 0.)",
        ],
    ),
    ("2*a - 3*b", {"a": "1", "b": "2"}, ["sum rule: y = 2 * a - 3 * b -> a.grad = 2 | b.grad = -3"]),
]  # fmt: skip


def steps_of(case: Case) -> Steps:
    function = run(case.session, f"lambda {', '.join(case.values)}: ({case.expression}\n)")
    found: list[Steps] = []

    def work() -> None:
        found.append(derived_by_steps(Subject(lambda given: function(**given), case.values), evaluate=case.evaluate))

    assert sessions.within(case.session, work, case.expression, Screen())  # type: ignore[arg-type]
    return found[0]


@pytest.mark.parametrize(("expression", "values", "wanted"), GOLDEN, ids=[g[0] for g in GOLDEN])
def test_golden(expression: str, values: dict[str, str], wanted: list[str]) -> None:
    found = steps_of(Case(expression, values))
    assert [f"{s.rule}: {s.of} -> {' | '.join(s.gives)}" for s in found.steps] == wanted


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_line_holds(case: dict[str, Any]) -> None:
    """The steps as a program: parts from below, gradients from above, all of them true at the point."""
    one = Case(case["expr"], case["values"])
    found = steps_of(one)
    assert found.shown == one.shown
    assert steps_text(found).endswith(formula_text(one.shown))
    true = one.gradients()
    session = Session()
    for name, value in one.values.items():
        session.variables[name] = Tensor(value.array) if isinstance(value, Tensor) else value
    if any(" = " not in step.of and step.rule != "sum over the branches" for step in found.steps):
        return  # a part without a text: its lines are in terms of its value alone
    for step in reversed(found.steps):
        definition = step.of.split(" with ")[0]
        if " = " in definition and "," not in definition.split(" = ")[0]:
            run(session, definition)
        elif " = " in definition:
            return
    reached: dict[str, Any] = {}
    for step in found.steps:
        for line in step.gives:
            target, text = line.split(" = " if " += " not in line else " += ", 1)
            if " += " in line:
                continue
            name = target.removesuffix(".grad")
            shape = session.variables[name].array.shape if isinstance(session.variables[name], Tensor) else ()
            ways = [np.asarray(_value(session, way), np.float32) for way in text.split(" = ")]
            assert all(way.shape == shape and agrees(way, ways[0]) for way in ways), line
            session.variables[name].store_grad(Tensor(ways[0]))
            reached[name] = ways[0]
    for name, gradient in reached.items():
        if name in true:
            assert agrees(gradient, true[name]), name


def _value(session: Session, text: str) -> Any:
    value = run(session, text)
    return value.array if isinstance(value, Tensor) else value


def test_command_line() -> None:
    args = [sys.executable, "-m", "autogradcli", "derive", "x * sin(x)", "x=2", "--steps"]
    plain = subprocess.run(args, capture_output=True, text=True, check=True).stdout
    assert "product rule" in plain and "sum over the branches" in plain
    assert plain.endswith("x.grad = x * cos(x) + sin(x)\n")
    made = json.loads(subprocess.run([*args, "--format", "json"], capture_output=True, text=True, check=True).stdout)
    assert made["steps"][0]["rule"] == "product rule"
    assert set(made["steps"][0]) == {"rule", "of", "gives"}


def test_event_has_the_formula_too() -> None:
    found = steps_of(Case("x**2", {"x": "3"}))
    assert steps_event("x**2", found)["gradients"] == {"x": "2 * x"}
