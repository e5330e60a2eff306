"""``check``: what the engine, finite differences and claims say of each element, and what is said where they differ."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_ask import ask

from autogradcli.explain.differences import JUMP, KINK, NOWHERE, ONE_SIDED, SMOOTH, STEEP, slopes

# -- finite differences ----------------------------------------------------------------------------------------

POINTS: list[tuple[Any, float, float, str]] = [
    (np.sin, 1.0, math.cos(1.0), SMOOTH),
    (np.cos, 0.0, 0.0, SMOOTH),
    (lambda x: x * x, 0.0, 0.0, SMOOTH),
    (lambda x: x * x, 1e8, 2e8, SMOOTH),
    (np.exp, 20.0, math.exp(20), SMOOTH),
    (np.exp, -30.0, math.exp(-30), SMOOTH),
    (np.log, 0.01, 100.0, SMOOTH),
    (np.log, 1e-6, 1e6, SMOOTH),
    (lambda x: 1 / x, 1e-4, -1e8, SMOOTH),
    (lambda x: np.tanh(1e6 * x), 0.0, 1e6, SMOOTH),
    (lambda x: np.sin(1000 * x), 1.0, 1000 * math.cos(1000), SMOOTH),
    (lambda x: abs(x) ** 1.5, 0.0, 0.0, SMOOTH),
    (lambda x: 1e10 + x, 1.0, 1.0, SMOOTH),
    (lambda x: 3.0 + 0 * x, 1.0, 0.0, SMOOTH),
    (lambda x: np.sin(x) / x if x else 1.0, 0.0, 0.0, SMOOTH),
    (lambda x: (1 - np.cos(x)) / x**2, 1e-4, -1e-4 / 12, SMOOTH),
    (lambda x: (1 - np.cos(x)) / x**2, float(np.float32(1e-4)), -1e-4 / 12, SMOOTH),
    (lambda x: max(x, 0.0), 1e-7, 1.0, SMOOTH),
    (lambda x: abs(x - 1), 1.0001, 1.0, SMOOTH),
    (lambda x: max(x, 0.0), 0.0, 0.5, KINK),
    (abs, 0.0, 0.0, KINK),
    (lambda x: abs(x - 1), 1.0, 0.0, KINK),
    (lambda x: 1e-5 * min(x, 1.0), 1.0, 5e-6, KINK),
    (np.floor, 2.0, math.nan, JUMP),
    (np.cbrt, 0.0, math.inf, STEEP),
    (np.sqrt, 0.0, math.inf, ONE_SIDED),
    (lambda x: x * np.sqrt(x), 0.0, 0.0, ONE_SIDED),
    (np.log, 0.0, math.nan, NOWHERE),
    (lambda x: math.nan, 1.0, math.nan, NOWHERE),
]


@pytest.mark.parametrize(("function", "at", "slope", "kind"), POINTS)
def test_slopes(function: Any, at: float, slope: float, kind: str) -> None:
    with np.errstate(all="ignore"):
        found = slopes(lambda t: np.array([function(np.float64(t)), 2 * t]), at, careful=True)
    assert found.kind == [kind, SMOOTH]
    assert found.value[1] == pytest.approx(2.0)
    if math.isfinite(slope):
        assert abs(found.value[0] - slope) <= 10 * found.error[0] + 1e-9 * abs(slope)
        assert found.error[0] <= 1e-3 * max(abs(slope), 1.0)
    elif kind != JUMP:
        assert found.value[0] == slope or (math.isnan(slope) and math.isnan(found.value[0]))
    if kind == KINK:
        assert found.left[0] != found.right[0]


# -- the command -------------------------------------------------------------------------------------------------

SQUARE = """
class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save_for_backward(a)
        return a * a
    @staticmethod
    def backward(ctx, g):
        (a,) = ctx.saved_tensors
        return g * a * FACTOR
    @staticmethod
    def jvp(ctx, t):
        return 7 * t
"""
RIGHT, WRONG = SQUARE.replace("FACTOR", "2"), SQUARE.replace("FACTOR", "3")
X = "x = torch.tensor([1., -2.], requires_grad=True)\n"


def program(*lines: str) -> str:
    return "\n".join(["import torch", *lines])


#: Arguments, the verdicts by element (those that only agree left out), and the exit code.
CHECKED: list[tuple[list[str], dict[str, str], int]] = [
    (["x**2 * y", "x=3", "y=2"], {}, 0),
    (["x**2 * y", "x=3", "y=2", "--claim", "x=2*x*y", "--claim", "y=x**2"], {}, 0),
    (["x**2 * y", "x=3", "y=2", "--claim", "x=2*x"], {"x": "claim is wrong"}, 1),
    (["x.sum()", "x=[1, 2, 3]", "--claim", "x=[1, 1, 0]"], {"x[2]": "claim is wrong"}, 1),
    (["x * 2", "x=1", "y=2", "--claim", "y=1"], {"y": "claim is wrong"}, 1),
    (["x * 2", "x=1", "y=2", "--claim", "y=0"], {}, 0),
    (["relu(x).sum()", "x=[-1, 0, 1]"], {"x[1]": "kink"}, 0),
    (["relu(x).sum()", "x=[-1, 0, 1]", "--claim", "x=[0, .5, 1]"], {"x[1]": "kink"}, 0),
    (["relu(x).sum()", "x=[-1, 0, 1]", "--claim", "x=[0, 2, 1]"], {"x[1]": "claim is wrong"}, 1),
    (["abs(x) + floor(y)", "x=0", "y=2"], {"x": "kink", "y": "kink"}, 0),
    (["where(x != 0, sin(x) / x, 1.)", "x=0"], {"x": "disagrees"}, 1),
    (["(1 - cos(x)) / x", "x=1e-4"], {"x": "digits lost"}, 0),
    (["(1 - cos(x)) / x**2", "x=1e-4"], {"x": "digits lost"}, 0),
    (["exp(x) / 1e30", "x=200"], {"x": "digits lost"}, 0),
    (["exp(x) + 1e16", "x=1"], {"x": "unsure"}, 1),
    (["log(x)", "x=-1"], {"x": "unsure"}, 1),
    (["sqrt(x)", "x=0"], {}, 0),
    (["softmax(x, 0)", "x=[1, 2, 3]"], {}, 0),
    (["(x * y).sum()", "x=[1, 2]", "y=[[1, 2], [3, 4]]", "--forward"], {}, 0),
    (["x @ A @ x", "x=[1, 2]", "A=[[1, 2], [3, 4]]", "--order", "2"], {}, 0),
    (["x**3", "x=[1, 2]", "--order", "2"], {}, 0),
    (["relu(x)**2", "x=0", "--order", "2"], {"x, x": "kink"}, 0),
    (["x * 2", "x=3", "--order", "2"], {}, 0),
    (["x**2", "x=[1, 2]", "--gradient", "[1, 10]"], {}, 0),
    (["abs(z)**2", "z=1+2j"], {}, 0),
    (["z * z", "z=1+2j"], {}, 0),
    (["z * z * w", "z=1+2j", "w=3", "--forward"], {}, 0),
    (["(z * z.conj()).real", "z=1+2j", "--claim", "z=2*z"], {}, 0),
    (["(z * z.conj()).real", "z=1+2j", "--claim", "z=2*z.conj()"], {"z": "claim is wrong"}, 1),
    (["abs(z)", "z=0j"], {"z": "kink"}, 0),
    (["x**2", "x=3", "--dtype", "float64"], {}, 0),
    (["(dropout(x, 0.5, True) * rrelu(-x, 0.1, 0.9, True)).sum()", "x=[1, 2]"], {}, 0),
    (["x**2", "x=3", "--dtype", "float16"], {}, 0),
    (["(x.to(torch.float32) ** 3).sum()", "x=[1, 2]", "--dtype", "float64"], {}, 0),
    # programs
    ([program(RIGHT, X, "Square.apply(x).sum()")], {}, 0),
    ([program(WRONG, X, "Square.apply(x).sum()")], {"x[0]": "disagrees", "x[1]": "disagrees"}, 1),
    ([program(RIGHT, X, "Square.apply(x).sum()"), "--forward"], {"x[0]": "disagrees", "x[1]": "disagrees"}, 1),
    ([program(WRONG, X, "h = Square.apply(x * 2)", "x[0] * h[0] + x[1]")], {"x[0]": "disagrees"}, 1),
    ([program(X, "h = x.register_hook(lambda g: g * 2)", "(x * x).sum()")],
     {"x[0]": "disagrees", "x[1]": "disagrees"}, 1),
    ([program(X, "h = x.register_hook(lambda g: print(g))", "(x * x).sum()")], {}, 0),
    ([program("lin = torch.nn.Linear(2, 2)", "lin(torch.ones(2)).pow(2).sum()"), "--seed", "1"], {}, 0),
    ([program("lin = torch.nn.Linear(2, 1)", "lin(torch.tensor([3., 4.])).sum()"), "--claim",
      "lin.weight=[[3, 4]]", "--claim", "lin.bias=ones(1)"], {}, 0),
    ([program("ws = [torch.tensor(2., requires_grad=True)]", "ws[0] ** 3"), "--claim", "ws[0]=12"], {}, 0),
    ([program(X, "y = torch.zeros(2)", "y[0] = x[0] * x[1]", "y.sum() + torch.relu(x).sum()")], {}, 0),
    ([program(X, "torch.set_grad_enabled(True)", "l = (x * x).sum()", "torch.set_grad_enabled(False)", "l")], {}, 0),
]  # fmt: skip


def event(*arguments: str) -> tuple[int, dict[str, Any]]:
    done = ask("check", *arguments, "--format", "json")
    return done.code, json.loads(done.out)


@pytest.mark.parametrize(("arguments", "verdicts", "code"), CHECKED, ids=lambda value: str(value)[:60])
def test_verdicts(arguments: list[str], verdicts: dict[str, str], code: int) -> None:
    exit_code, found = event(*arguments)
    rows = found["rows"]
    assert {r["element"]: r["verdict"] for r in rows if r["verdict"] != "agrees"} == verdicts
    assert exit_code == code and found["ok"] == (code == 0) and rows
    assert found["elements"] == len(rows)
    order = [r["verdict"] for r in rows]
    kinds = ["disagrees", "claim is wrong", "unsure", "digits lost", "kink", "agrees"]
    assert order == sorted(order, key=kinds.index)
    assert ask("check", *arguments).code == code


#: What is said beside the table.
SAID = [
    (["relu(x).sum()", "x=[-1, 0, 1]"], "x[1] is at a kink of relu: slopes 0 and 1; the engine takes 0\n"),
    (["abs(x) * 3", "x=0"], "x is at a kink of abs: slopes -3 and 3; the engine takes 0\n"),
    (["clamp(x, 0, 1) + sin(x)", "x=1"], "x is at a kink of clamp: slopes 1.5403 and 0.540302; the"),
    (["floor(x) * x", "x=2"], "x is at a jump of floor: there is no derivative; the engine takes 2\n"),
    (["abs(z)", "z=0j"], "slopes -1 and 1 along the real axis; the engine takes 0\n"),
    (["relu(x).sum()", "x=[-1, 0, 1]"], "the gradients with respect to x agree with finite differences, but for 1"),
    (["(1 - cos(x)) / x", "x=1e-4"], "x: float32 loses digits: in float64 the engine gives 0.5\n"),
    (["(1 - cos(x)) / x**2", "x=1e-4", "--dtype", "float64"], "x: rounding: in float64 too the engine is off"),
    (["x * 2", "x=1", "--claim", "x=3"], "x: claimed is 3, right is 2\n1 of 1 disagree\n"),
    (["exp(x) + 1e16", "x=1"], "1 of 1 can't be decided"),
    (["x * y", "x=[1, 2]", "y=3"], "note: x * y has the shape [2]: x -> [0] is the derivative of its element [0] by x"),
    (["x * y", "x=[1, 2]", "y=3", "--order", "2"], "the second derivatives are those of its sum\n"),
    (["x * 2", "x=1", "y=2"], "note: x * 2 doesn't depend on y\n"),
    (["(x**2).sum()", "x=linspace(0, 1, 5000)"], "note: 200 of 5000 elements were compared, some of"),
    (["sin(x)", "x=linspace(0, 1, 50)"], "note: 200 of 2500 elements were compared, some"),
    (["(x**3).sum()", "x=linspace(0, 1, 50)"], "... and 26 more that agree\n"),
    ([program(X, "k = 3", "h = x.register_hook(lambda g: g * 2)", "(x * x).sum()")],
     "x[1]: the hook of line 5 changes it on its way"),
    ([program(X, "y = (x * x).sum()", "with torch.no_grad(): x.mul_(2)", "y")],
     "note: backward() fails by now: a value that it needs was changed in place since"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "says"), SAID, ids=lambda value: str(value)[:60])
def test_what_is_said(arguments: list[str], says: str) -> None:
    assert says in ask("check", *arguments).out


#: What can't be checked: what is said, and the exit code.
REFUSED = [
    (["x", "x=1"], "x is a leaf: nothing was computed to get it", 1),
    (["3 + 4"], "3 + 4 is no tensor", 1),
    (["x > 1", "x=2"], "x > 1 has no history", 1),
    (["x.sum()", "x=[]"], "there is no element to compare", 1),
    (["x +", "x=2"], "SyntaxError", 1),
    (["x @ y", "x=[1, 2]", "y=[1, 2, 3]"], "inconsistent tensor size", 1),
    (["x.sum()", "x=[1, 2]", "--claim", "x=1"], "has the shape [], but x.grad has [2]", 1),
    (["x.sum()", "x=[1, 2]", "--claim", "x=[[1, 1]]"], "has the shape [1, 2], but x.grad has [2]", 1),
    (["x.sum()", "x=[1, 2]", "--claim", "y=1"], "--claim y: there is no such gradient; there are those of x", 1),
    (["x.sum()", "x=[1, 2]", "--claim", "x='a'"], "--claim x: a number or a tensor is needed, not str", 1),
    (["x.sum()", "x=[1, 2]", "--claim", "x=nope"], "name 'nope' is not defined", 1),
    (["x.sum()", "x=[1, 2]", "--claim", "x"], "--claim x is not of the form NAME=FORMULA", 2),
    (["x.sum()", "x=1", "--claim", "x=1", "--claim", "x=2"], "--claim x is given twice", 2),
    (["x.sum()", "x=1", "--claim", "x=1", "--order", "2"], "--order 2 compares the Hessian", 2),
    (["x.sum()", "x=1", "--order", "3"], "'3' is not one of '1', '2'", 2),
    (["x**2", "x=[1, 2]", "--gradient", "[1, 2, 3]"], "--gradient has the shape [3], the result [2]", 1),
    (["(z*z).real", "z=1j", "--order", "2"], "the leaves here are complex", 1),
    (["nosuch.py:loss"], "No such file or directory", 1),
    ([program(RIGHT.split("    @staticmethod\n    def jvp")[0], X, "Square.apply(x).sum()"), "--forward"],
     "You must implement the jvp function", 1),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "says", "code"), REFUSED, ids=lambda value: str(value)[:60])
def test_refusals(arguments: list[str], says: str, code: int) -> None:
    done = ask("check", *arguments)
    assert says in done.err and done.code == code and not done.out


def test_a_file_and_a_name_in_it(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(program(WRONG, X, "good = (x * x).sum()", "bad = Square.apply(x).sum()"))
    assert ask("check", f"{file}:good").code == 0
    assert ask("check", f"{file}:bad").code == 1
    assert ask("check", "-:good", stdin=file.read_text()).code == 0


def test_csv_has_the_numbers() -> None:
    done = ask("check", "x**2 * y", "x=3", "y=2", "--claim", "x=12", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [(r["element"], float(r["engine"]), r["claimed"], r["verdict"]) for r in rows] == [
        ("x", 12.0, "12.0", "agrees"),
        ("y", 9.0, "", "agrees"),
    ]


def test_a_terminal_shows_what_disagrees_in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    done = ask("check", "x * y", "x=3", "y=2", "--claim", "x=1", terminal=True)
    assert done.out.split("\n")[1].startswith("\x1b[1;31mx")
