"""``table`` and ``plot``: functions at points, as numbers and as pictures."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest
from cli_ask import ask
from repl_driver import Screen, drive, entered, results

from autogradcli.session import Session
from autogradcli.studies.intervals import interval, parts, trailing


@pytest.fixture
def session() -> Session:
    return Session(seed=0)


def shown(session: Session, *lines: str, columns: int = 100) -> list[str]:
    return results(drive(session, *entered(*lines), screen=Screen(columns, 100)).lines())


# -- intervals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("-3:3", ["-3", "3"]),
        ("0:6:0.5", ["0", "6", "0.5"]),
        ("-pi : 2*pi : pi/8", ["-pi", "2*pi", "pi/8"]),
        ("0:len([1, 2][0:1])", ["0", "len([1, 2][0:1])"]),
        ("3", None),
        ("[1, 2][0:1]", None),
        ("{1: 2}[1]", None),
        ("'a:b'", None),
        ("@data.csv:height", None),
        ("lambda: 3", None),
        (":3", ["", "3"]),
        ("1:2:3:4", ["1", "2", "3", "4"]),
    ],
)
def test_what_an_interval_is(text: str, found: list[str] | None) -> None:
    assert parts(text) == found


def test_points() -> None:
    assert interval("x", [0, 0.3, 0.1], []).points(5) == [0.0, 0.1, 0.2, 0.3]
    assert interval("x", [0, 1, 0.3], []).points(5) == [0.0, 0.3, 0.6, 0.9]
    assert interval("x", [1, -1, -1], []).points(5) == [1.0, 0.0, -1.0]
    assert interval("x", [-1, 1], []).points(5) == [-1.0, -0.5, 0.0, 0.5, 1.0]


def test_words_behind_an_expression() -> None:
    assert trailing("sin(a * x) x=0:pi a=2") == ("sin(a * x)", [("x", "0:pi"), ("a", "2")])
    assert trailing("sum(x, dim=0)") == ("sum(x, dim=0)", [])
    assert trailing("x == 3 x=0:1") == ("x == 3", [("x", "0:1")])
    assert trailing("x=3") == ("x=3", [])


# -- table -------------------------------------------------------------------------------------------------------


def rows(*arguments: str, stdin: str = "") -> list[list[float]]:
    done = ask("table", *arguments, "--format", "csv", stdin=stdin)
    assert done.code == 0, done.err
    return [[float(cell) for cell in row] for row in list(csv.reader(io.StringIO(done.out)))[1:]]


#: Arguments, the value and the derivatives as Python's functions of the variables.
FUNCTIONS: list[tuple[list[str], Any]] = [
    (["x * exp(-x)", "x=0:6:0.5"], lambda x: (x * math.exp(-x), (1 - x) * math.exp(-x))),
    (["a * sin(x)", "x=0:pi:pi/8", "a=2"], lambda x: (2 * math.sin(x), 2 * math.cos(x))),
    (["x * y**2", "x=-1:1:1", "y=0:2:1"], lambda x, y: (x * y * y, y * y, 2 * x * y)),
    (["x if x > 0 else 2 * x", "x=-1.5:1.5:1"], lambda x: (x, 1) if x > 0 else (2 * x, 2)),
    (["(x * v).sum()", "x=0:1:1", "v=[1, 2]"], lambda x: (3 * x, 3)),
    (["3", "x=0:1:1"], lambda x: (3, 0)),
    (["float(x)", "x=0:1:1"], lambda x: (x, 0)),
    (["x.detach() * x", "x=0:2:1"], lambda x: (x * x, x)),
    (["w = tensor(2., requires_grad=True); relu(w * x)", "x=-1:1:0.5"], lambda x: (max(2 * x, 0), 2 * (x > 0))),
    (["w = tensor(2., requires_grad=True); relu(w * x)", "w=-1:1:0.5", "x=2"], lambda w: (max(2 * w, 0), 2 * (w > 0))),
]


@pytest.mark.parametrize(("arguments", "function"), FUNCTIONS, ids=lambda value: str(value)[:50])
def test_table(arguments: list[str], function: Any) -> None:
    variables = sum(":" in argument for argument in arguments[1:])
    found = rows(*arguments)
    assert len(found) > 1
    for row in found:
        assert row[variables:] == pytest.approx(function(*row[:variables]), abs=1e-6), row


def test_a_file_and_a_name_in_it(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text("import torch\nw = torch.tensor(3., requires_grad=True)\nloss = (w - 1) ** 2\n")
    assert rows(f"{file}:loss", "w=0:2:1") == [[0, 1, -2], [1, 0, 0], [2, 1, 2]]
    assert rows("-:loss", "w=0:2:1", stdin=file.read_text())[2] == [2, 1, 2]


def test_where_there_is_no_value() -> None:
    done = ask("table", "log(x)", "x=-1:1:1")
    assert done.out.splitlines() == ["x   f     f'", "-1  nan   nan", "0   -inf  inf", "1   0     1"]
    found = json.loads(ask("table", "1 / int(x.item())", "x=0:2:1", "--format", "json").out)
    assert found["rows"][0] == [0, "NaN", "NaN"] and found["rows"][1][:2] == [1, 1]
    assert found["notes"] == ["no value at 1 of 3 points: division by zero"]


REFUSED = [
    (["x", "x=1"], "an interval is needed, such as x=-3:3 or x=0:6:0.5"),
    (["x", "x=0:1", "y=0:1", "z=0:1"], "at most two intervals"),
    (["x", "x=1:2:-1"], "x=1:2:-1: steps of -1 don't lead from 1 to 2"),
    (["x", "x=1:2:0"], "steps of 0 don't lead"),
    (["x", "x=1:1"], "the interval begins where it ends"),
    (["x", "x=0:1:1e-9"], "more than 10000 points: take a larger step"),
    (["x", "x=0:999:1", "y=0:999:1"], "at most 10000 go into a table"),
    (["x", "x=0:inf"], "an interval is of finite numbers"),
    (["x", "x=0:1:2:3"], "more than three numbers"),
    (["x", "x=:3"], "an interval is of numbers, not nothing"),
    (["x", "x=0:[1, 2]"], "an interval is of numbers"),
    (["x", "x=0:nope"], "name 'nope' is not defined"),
    (["nope * x", "x=0:1"], "name 'nope' is not defined"),
    (["x +", "x=0:1"], "SyntaxError"),
    (["x * ones(2)", "x=0:1"], "it has the shape [2]: one number is needed, such as its sum()"),
    (["x * 1j", "x=0:1"], "it is a complex number: a real one is needed"),
    (["'a'", "x=0:1"], "it is no number but str"),
    (["1 / int(0 * x)", "x=0:1"], "division by zero"),
    (["w = tensor(2., requires_grad=True); w * 2", "x=0:1"], "doesn't depend on a leaf x; its leaves are w"),
    (["w = ones(2, requires_grad=True); w.sum()", "w=0:1"], "w has the shape [2]: an interval is of one number"),
]


@pytest.mark.parametrize(("arguments", "says"), REFUSED, ids=lambda value: str(value)[:50])
def test_refusals(arguments: list[str], says: str) -> None:
    done = ask("table", *arguments)
    assert says in done.err and done.code == 1 and not done.out


def test_table_at_the_prompt(session: Session) -> None:
    assert shown(session, "a = 2.", ":table a * x**2 x=0:2:1") == ["x  f  f'", "0  0  0", "1  2  4", "2  8  8"]
    assert shown(session, ":table b * x x=0:1:1 b=3")[1:] == ["0  0  3", "1  3  3"]
    lines = [
        "w = tensor(3., requires_grad=True)",
        "h = w * w",
        "h = relu(h - 1)",
        ":table h w=0:2:1",
        "'w' in globals()",
    ]
    assert shown(session, *lines)[:4] == ["w  f  f'", "0  0  0", "1  0  0", "2  3  4"]
    (line,) = shown(session, ":format json", ":table x x=0:1:1", columns=1000)[1:]
    assert json.loads(line)["rows"] == [[0, 0, 1], [1, 1, 1]]
    for argument, says in {
        "": "an expression is needed",
        "x * 2": "an interval is needed after the expression",
        "x x=1:2 x=3": "x is given twice",
        "x x=1:'a'": "an interval is of numbers",
        "x x=1:2:-1": "don't lead from",
        "h w=0:1 x=3": "only its leaves can have an interval",
        "h x=0:1": "doesn't depend on a leaf x; its leaves are w",
        "x y=0:1 x=[1,2]": "it is no number but list",
        "x = 3 x=0:1": "an expression is needed",
        "1 + 'a' x=0:1": "unsupported operand",
    }.items():
        assert says in " ".join(shown(session, *lines[:3], f":table {argument}")), argument
    assert session.variables["w"].array == 3.0 and "x" not in session.variables
