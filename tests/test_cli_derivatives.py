"""``jacobian``, ``hessian``, ``jvp`` and ``vjp``: against finite differences, and in every format."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from cli_ask import ask


def table(*arguments: str) -> tuple[list[str], np.ndarray]:
    """The heads and the numbers of an answer in CSV."""
    code, out, err = ask(*arguments, "--format", "csv", "--dtype", "float64")
    assert (code, err) == (0, "")
    heads, *rows = csv.reader(io.StringIO(out))
    return heads, np.array(rows, dtype=float)


def value(expression: str, x: list[float], y: float) -> np.ndarray:
    answer = ask("eval", "--dtype", "float64", "--format", "json", "--var", f"x={x}", "--var", f"y={y}", expression)
    return np.array(json.loads(answer.out)["value"]["data"], dtype=float).reshape(-1)


X, Y = [0.3, 0.7], 1.2
GIVEN = f"x={X}", f"y={Y}"
F = "sin(x * y) * x.sum()"


def differences(expression: str) -> np.ndarray:
    """The Jacobian by central differences, columns x[0], x[1], y."""
    step = 1e-6
    columns = []
    for k in range(3):
        sides = []
        for sign in (1, -1):
            moved = [*X, Y]
            moved[k] += sign * step
            sides.append(value(expression, moved[:2], moved[2]))
        columns.append((sides[0] - sides[1]) / (2 * step))
    return np.stack(columns, axis=1)


def test_against_differences() -> None:
    heads, jacobian = table("jacobian", F, *GIVEN)
    assert heads == ["x[0]", "x[1]", "y"]
    np.testing.assert_allclose(jacobian, differences(F), atol=1e-8)

    heads, hessian = table("hessian", f"({F}).sum()", *GIVEN)
    assert heads == ["x[0]", "x[1]", "y"]
    np.testing.assert_allclose(hessian, hessian.T)
    moved = {}
    for sign in (1, -1):
        _, moved[sign] = table("jacobian", f"({F}).sum()", f"x={X}", f"y={Y + sign * 1e-5}")
    np.testing.assert_allclose(hessian[2], ((moved[1] - moved[-1]) / 2e-5)[0], atol=1e-8)

    heads, product = table("jvp", F, *GIVEN, "--tangent", "x=[1, -2]", "--tangent", "y=3")
    assert heads == ["jvp"]
    np.testing.assert_allclose(product[:, 0], jacobian @ [1, -2, 3])
    _, product = table("jvp", F, *GIVEN, "--tangent", "y=1")
    np.testing.assert_allclose(product[:, 0], jacobian[:, 2])

    heads, product = table("vjp", F, *GIVEN, "--gradient", "[2, 5]")
    np.testing.assert_allclose(product[0], np.array([2, 5]) @ jacobian)
    heads, gradient = table("grad", f"({F}).sum()", *GIVEN)
    np.testing.assert_allclose(gradient[0], jacobian.sum(axis=0))


@pytest.mark.parametrize(
    ("arguments", "out"),
    [
        (["jacobian", "x**2", "x=[1, 2]"], "tensor([[2., 0.],\n        [0., 4.]])\n"),
        (["hessian", "sum(x**3)", "x=[1,2]"], "tensor([[ 6.,  0.],\n        [ 0., 12.]])\n"),
        (["hessian", "x * x", "x=1"], "tensor(2.)\n"),
        (["jacobian", "x * y", "x=1", "y=2"], "x = tensor(2.)\ny = tensor(1.)\n"),
        (["hessian", "x * y", "x=1", "y=2", "--matrix"], "tensor([[0., 1.],\n        [1., 0.]])\n"),
        (["jacobian", "-x", "x=3"], "tensor(-1.)\n"),
        (["jvp", "x * x", "x=3"], "tensor(9.)\njvp = tensor(6.)\n"),
        (["vjp", "x * x", "x=3"], "tensor(9.)\nx.vjp = tensor(6.)\n"),
        (["vjp", "x * x", "x=3", "--gradient", "-1"], "tensor(9.)\nx.vjp = tensor(-6.)\n"),
    ],
)  # fmt: skip
def test_plain(arguments: list[str], out: str) -> None:
    assert ask(*arguments) == (0, out, "")


def test_on_a_terminal() -> None:
    lines = ask("jacobian", "a * x", "a=2", "x=[1, 2]", "--color", "never", terminal=True).out.splitlines()
    assert lines[0].split() == ["expression", "value", "shape", "dtype"]
    assert lines[1].split()[:2] == ["jacobian", "a"] and lines[2].split()[:2] == ["jacobian", "x"]
    assert "jvp" in ask("jvp", "x * x", "x=3", "--format", "rich").out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["hessian", "x * 2", "x=[1, 2]"], "differentiate its sum()"),
        (["jacobian", "3", "x=1"], "a tensor is needed"),
        (["jacobian", "x +", "x=1"], "<expression>:1:"),
        (["jacobian", "x * nope", "x=1"], "NameError: name 'nope'"),
        (["jvp", "x * 2", "x=[1, 2]"], "--tangent x=VALUE"),
        (["jvp", "x * y", "x=1", "y=2"], "--tangent x=VALUE"),
        (["jvp", "x * 2", "x=[1, 2]", "--tangent", "z=1"], "there is no variable z"),
        (["jvp", "x * 2", "x=[1, 2]", "--tangent", "x=[1]"], "the shape [2] is needed"),
        (["vjp", "x * 2", "x=[1, 2]"], "--gradient VALUE"),
        (["vjp", "x * 2", "x=[1, 2]", "--gradient", "[1"], "--gradient:1:"),
        (["vjp", "x * 2", "x='a'"], "TypeError"),
    ],
)
def test_that_make_no_sense(arguments: list[str], says: str) -> None:
    code, out, err = ask(*arguments)
    assert (code, out) == (1, "") and says in err, err
    event = json.loads(ask(*arguments, "--format", "json").out)
    assert event["event"] == "error"


def test_words_of_errors() -> None:
    assert "the shapes are x [], y [2]" in ask("jvp", "x*y", "x=1", "y=[1,2]").err
    assert "the shape is x [2]" in ask("jvp", "x", "x=[1,2]").err
    assert "gives an int, which" in ask("grad", "3", "x=1").err
    assert "needed, not a tuple" in ask("hessian", "x,", "x=1").err


@pytest.mark.parametrize("command", ["grad", "jacobian", "derive"])
def test_a_variable_is_given_once(command: str) -> None:
    answer = ask(command, "x**2", "x=3", "x=4")
    assert (answer.code, answer.out) == (2, "") and "x is given 2 times" in answer.err
