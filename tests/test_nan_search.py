"""``grad`` says where a gradient that is not a number began."""

from __future__ import annotations

import json

import pytest
from cli_ask import ask

#: (expression, variables): what is said, with the operation, the element and the numbers that meet there
ORIGINS = {
    ("where(x > 0, sqrt(x), 0.).sum()", "x=[1,0]"): (
        "derivative of sqrt(x) at element [1], where x is 0, the value is 0 and the gradient that arrives is 0",
        "harmless input",
    ),
    ("torch.where(x != 0, sin(x) / x, 1.)", "x=0"): ("derivative of sin(x) / x, where sin(x) is 0",),
    ("(x ** 2).sum().sqrt()", "x=[0,0]"): ("derivative of x ** 2 at element [0]", "the gradient that arrives is inf"),
    ("x / y", "x=0 y=0"): ("derivative of x / y, where y is 0",),
    ("log(x) * 0", "x=0"): ("derivative of log(x), where x is 0, the value is -inf",),
    ("exp(x) / exp(x)", "x=1000"): ("where exp(x) is inf, the value is nan and the gradient that arrives is 1",),
    ("x ** y", "x=-2 y=1.5"): ("derivative of x ** y",),
    ("(x * [[1, 2], [3, 0]]).sqrt().sum() * 0", "x=1"): ("sqrt", "at element [1, 1]"),
}


@pytest.mark.parametrize(("expression", "variables"), ORIGINS)
def test_origin(expression: str, variables: str) -> None:
    code, out, err = ask("grad", expression, *variables.split())
    assert code == 0
    assert "nan" in out
    assert all(part in err for part in ORIGINS[expression, variables]), err


@pytest.mark.parametrize("expression", ["where(x > 0, sqrt(torch.where(x > 0, x, 1.)), 0.)", "norm(x)", "x * nan"])
def test_nothing_is_said(expression: str) -> None:
    """Where there is no NaN; or the program itself put it there, and no derivative made it."""
    assert ask("grad", expression, "x=0", "nan=1").err == ""


def test_the_mended_expression_has_a_gradient() -> None:
    """What the advice means."""
    assert "x.grad = tensor(0.)\n" in ask("grad", "where(x > 0, sqrt(where(x > 0, x, 1.)), 0.)", "x=0").out


def test_json() -> None:
    *_, last = ask("grad", "x / y", "x=0", "y=0", "--format", "json").out.splitlines()
    event = json.loads(last)
    assert (event["event"], event["category"]) == ("warning", "note")
    assert "x / y" in event["message"]
