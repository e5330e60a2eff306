"""``jacobian``, ``hessian``, ``jvp`` and ``vjp``: against finite differences, and in every format."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

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
    assert lines[0].split() == ["expression", "value", "shape", "type"]
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


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        # What is of an integer, a bool or a string keeps its type, and gets no gradient.
        (["F.cross_entropy(z, y)", "z=[[1.,2.]]", "y=torch.tensor([1])"], "z.grad = tensor([[ 0.2689, -0.2689]])\n"),
        (["F.cross_entropy(z, y)", "z=[[1.,2.]]", "y=[1]"], "z.grad = tensor([[ 0.2689, -0.2689]])\n"),
        (["x[i] * a", "x=[1,2,3]", "i=0", "a=2"], "x.grad = tensor([2., 0., 0.])\na.grad = tensor(1.)\n"),
        (["x[i, j]", "x=[[1,2],[3,4]]", "i=0", "j=1"], "x.grad = tensor([[0., 1.],\n                 [0., 0.]])\n"),
        (["sum(x, dim=d).sum()", "x=[1,2]", "d=0"], "x.grad = tensor([1., 1.])\n"),
        (["where(m, x, 0.).sum()", "m=[True, False]", "x=[1,2]"], "x.grad = tensor([1., 0.])\n"),
        (["F.mse_loss(x, y, reduction=r)", "x=1", "y=3.", "r='sum'"], "x.grad = tensor(-4.)\ny.grad = tensor(4.)\n"),
        # What is not needed as a whole number is none.
        (["x ** n", "x=2", "n=3"], "x.grad = tensor(12.)\nn.grad = tensor(5.5452)\n"),
        # Held constant, one way and the other.
        (["a * x", "x=3", "--const", "a=2.5"], "x.grad = tensor(2.5000)\n"),
        (["(A @ x).sum()", "x=[3, 4]", "--const", "A=[[1, 2], [3, 4]]"], "x.grad = tensor([4., 6.])\n"),
        (["x[i]", "x=[1., 2.]", "--const", "i=1"], "x.grad = tensor([0., 1.])\n"),
        (["x * y * z", "x=3", "y=2", "z=5", "--wrt", "x", "--wrt", "z"], "x.grad = tensor(10.)\nz.grad = tensor(6.)\n"),
        # Statements, and what they require a gradient of themselves.
        (["y = x ** 2; y * 2", "x=3"], "x.grad = tensor(12.)\n"),
        (["lin = torch.nn.Linear(2, 1); lin(x).sum()", "x=[1, 2]", "--seed", "0"],
         "x.grad = tensor([-0.0053,  0.3793])\nlin.weight.grad = tensor([[1., 2.]])\nlin.bias.grad = tensor([1.])\n"),
        (["w = tensor(3., requires_grad=True); (w * w).backward(); w * 2"], "w.grad = tensor(2.)\n"),
    ],
)  # fmt: skip
def test_what_gets_a_gradient(arguments: list[str], shown: str) -> None:
    answer = ask("grad", *arguments)
    assert answer.code == 0, answer.err
    assert answer.out.partition("\n")[2] == shown


@pytest.mark.parametrize(
    "arguments",
    [
        ["jacobian", "y = x**2; y * a", "x=3", "--const", "a=2."], ["hessian", "y = x**3; y", "x=2", "a=1."],
        ["jvp", "y = x**2; y * a", "x=3", "--const", "a=2."], ["vjp", "y = x**2; y * a", "x=3", "--const", "a=2."],
        ["check", "y = x[i]**2; y * a", "x=[3., 2.]", "i=0", "--const", "a=2."],
        ["derive", "y = x[i]**2; y * a", "x=[3., 2.]", "i=0", "--const", "a=2."],
        ["explain", "y = x[i]**2; y * a", "x=[3., 2.]", "i=0", "--const", "a=2."],
        ["graph", "y = x[i]**2; y * a", "x=[3., 2.]", "i=0", "--const", "a=2."],
        ["why", "y = x[i]**2; y * a", "x=[3., 2.]", "i=0", "--const", "a=2."],
        ["table", "y = x**2; y * a", "x=0:1:1", "--const", "a=2."],
    ],
)  # fmt: skip
def test_every_command_takes_statements_constants_and_whole_numbers(arguments: list[str]) -> None:
    answer = ask(*arguments)
    assert (answer.code, answer.err) == (0, "") and answer.out, answer
    only = [word for word in arguments if word not in ("--const", "a=2.")] + (
        ["a=2.", "--wrt", "x"] if arguments[0] not in ("hessian", "table", "derive") else ["a=2."]
    )
    if arguments[0] not in ("hessian", "table", "derive"):
        assert ask(*only).out == answer.out


def test_what_can_not_be_held_or_differentiated() -> None:
    assert "--wrt z: the variables are x" in ask("grad", "x", "x=1", "--wrt", "z").err
    assert "x is given as a variable and with --const" in ask("grad", "x", "x=1", "--const", "x=2").err
    answer = ask("grad", "x.sum()", "x=torch.arange(3)")
    assert answer.code == 1 and "hint: x is an int64 tensor, and only floating numbers have gradients" in answer.err
    assert ask("grad", "x.sum()", "x=torch.arange(3)", "--wrt", "x").out.endswith("x.grad = tensor([1., 1., 1.])\n")
    assert "--wrt s: a str has no gradient" in ask("grad", "x", "x=1", "s='a'", "--wrt", "s").err


def test_two_precisions_are_told_what_to_type(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones((2, 2)))
    arguments = ["(x @ w).sum()", "w=[1, 2]", f"x=@{tmp_path}/x.npy"]
    for command in ("grad", "check", "explain"):
        hint = "hint: x is float64, w is float32: with --dtype float64 all numbers that are typed here are float64\n"
        assert ask(command, *arguments).err.endswith(hint)
        assert ask(command, *arguments, "--dtype", "float64").code == 0


def test_printed_text_comes_once_where_whole_numbers_are_tried_out() -> None:
    assert ask("grad", "print('p'); x[i]", "x=[1., 2.]", "i=1").out.startswith("p\ntensor(2.")
    failing = ask("grad", "print('p'); x[i] + nope", "x=[1., 2.]", "i=1")
    assert failing.out == "p\n" and failing.err.count("Error") == 1


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["grad", "x**2", "X=3"], "give it a value: x=VALUE (given: X)"),
        (["check", "x**2 * z", "x=3"], "give it a value: z=VALUE (given: x)"),
        (["grad", "y = x * x", "x=3"], "end with what is asked: y = x * x; y"),
        (["grad", "x.sum()", "x=data.npy"], "a file is read by x=@data.npy"),
        (["x**2"], "--var x=VALUE gives it a value, autogradcli grad 'x**2' x=VALUE differentiates"),
    ],
)
def test_what_is_missing_is_said(
    arguments: list[str], hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("data.npy", np.ones(2))
    answer = ask(*arguments)
    assert answer.code == 1 and answer.err.endswith(f"hint: {hint}\n")
