"""``table`` and ``plot``: functions at points, as numbers and as pictures."""

from __future__ import annotations

import builtins
import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_ask import ask, run
from repl_driver import Screen, drive, entered, results

from autogradcli.session import Session
from autogradcli.show.pictures.picture import Line, levels_of, unbroken
from autogradcli.show.pictures.plot_options import WAYS
from autogradcli.show.pictures.terminal import ticks
from autogradcli.studies.curves import optimizers
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


@pytest.mark.parametrize(
    ("arguments", "function"), FUNCTIONS, ids=lambda value: None if callable(value) else str(value)[:50]
)
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


# -- plot: what is in it -----------------------------------------------------------------------------------------


def plotted(*arguments: str, **options: str) -> dict[str, Any]:
    done = ask("plot", *arguments, "--format", "json", **options)
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_a_function_and_its_derivative() -> None:
    found = plotted("sin(x)", "x=-3:3")
    function, derivative = found["lines"]
    assert [function["label"], derivative["label"]] == ["sin(x)", "derivative"] and found["contours"] is None
    assert len(function["x"]) == 241 and function["x"][0] == -3 and function["x"][-1] == 3
    assert function["y"] == pytest.approx(np.sin(function["x"]), abs=1e-6)
    assert derivative["y"] == pytest.approx(np.cos(derivative["x"]), abs=1e-6)


def test_gaps_where_there_is_no_value_and_where_it_jumps() -> None:
    log = plotted("log(x)", "x=-1:1:0.5")["lines"][0]
    assert log["y"][:2] == ["NaN", "NaN"] and log["y"][-1] == 0
    floor = plotted("floor(x)", "x=-1:1")["lines"][0]
    assert floor["y"].count("NaN") == 2
    assert plotted("sin(9 * x)", "x=-1:1")["lines"][0]["y"].count("NaN") == 0
    assert list(unbroken(Line("", [0, 1, 2, 3], [1, math.nan, 2, math.inf]))) == [([0], [1]), ([2], [2])]


def test_contours() -> None:
    found = plotted("x**2 * y", "x=-1:1:0.5", "y=0:2:1")["contours"]
    assert found["x"] == [-1, -0.5, 0, 0.5, 1] and found["y"] == [0, 1, 2]
    assert found["values"] == [[x * x * y for x in found["x"]] for y in found["y"]]
    assert found["gradients"] and all(
        (gx, gy) == pytest.approx((2 * x * y, x * x)) for x, y, gx, gy in found["gradients"]
    )


@pytest.mark.parametrize("way", WAYS)
def test_descents(way: str) -> None:
    found = plotted("x**2 + y**2", "x=-2:2:1", "y=-2:2:1", "--path", way, "--start", "1.5,-1", "--steps", "30")
    (line,) = found["lines"]
    assert line["label"] == f"{way}, 30 steps" and len(line["x"]) == 31
    assert (line["x"][0], line["y"][0]) == (1.5, -1)
    assert line["x"][-1] ** 2 + line["y"][-1] ** 2 < 1.5**2 + 1
    if way == "sgd":
        assert line["x"][:3] == pytest.approx([1.5, 1.5 * 0.8, 1.5 * 0.64])


def test_the_optimizers_are_those_of_the_language() -> None:
    assert set(WAYS) == set(optimizers())


def test_a_descent_ends_where_numbers_do() -> None:
    (_, _, path) = plotted("x**4", "x=-3:3:1", "--path", "sgd", "--start", "3", "--lr", "1", "--steps", "40")["lines"]
    assert len(path["x"]) < 20 and all(isinstance(x, float) for x in path["x"])


LISTS: list[tuple[str, list[tuple[str, list[Any]]]]] = [
    ("[3, 2, 1.5]", [("[3, 2, 1.5]", [3, 2, 1.5])]),
    ("tensor([1., 2.])", [("tensor([1., 2.])", [1, 2])]),
    ("[tensor(1.), tensor(2.)]", [("[tensor(1.), tensor(2.)]", [1, 2])]),
    ("{'a': [1, 2], 'b': [3]}", [("a", [1, 2]), ("b", [3])]),
    ("a = [1, 2]; b = [3, 4]; (a, b)", [("a", [1, 2]), ("b", [3, 4])]),
    ("m = tensor([[1, 2], [3, 4]]); m", [("m[:, 0]", [1, 3]), ("m[:, 1]", [2, 4])]),
    ("(1, 2)", [("(1, 2)", [1, 2])]),
    ("range(3)", [("range(3)", [0, 1, 2])]),
]


@pytest.mark.parametrize(("text", "lines"), LISTS)
def test_lists(text: str, lines: list[tuple[str, list[Any]]]) -> None:
    found = plotted(text)["lines"]
    assert [line["y"] for line in found] == [numbers for _, numbers in lines]
    if ";" not in text:
        assert [line["label"] for line in found] == [label for label, _ in lines]


def test_a_list_of_a_program(tmp_path: Path) -> None:
    file = tmp_path / "train.py"
    file.write_text("w = torch.tensor(2., requires_grad=True)\nlosses = [3., 1.]\nloss = w * w\n")
    assert plotted(f"{file}:losses")["lines"] == [{"label": "losses", "x": [0, 1], "y": [3, 1]}]
    assert plotted(f"{file}:loss", "w=0:1:1")["lines"][0] == {"label": "loss", "x": [0, 1], "y": [0, 1]}


WRONG = [
    (["3"], "a list of numbers or a tensor is needed, not int; or an interval, such as x=-3:3", 1),
    (["'a'"], "not str", 1),
    (["[1, 'a']"], "not str", 1),
    (["[]"], "a list of numbers is needed", 1),
    (["[[1, 2], [3]]"], "the lists in it differ in length", 1),
    (["[1j]"], "not complex", 1),
    (["tensor([1j])"], "real numbers are needed", 1),
    (["ones(2, 2, 2)"], "has the shape [2, 2, 2]", 1),
    (["[float('nan')]"], "has no finite number", 1),
    (["zeros(100001)"], "has more than 100000 numbers", 1),
    (["log(x)", "x=-2:-1"], "it has no value anywhere in the interval", 1),
    (["x", "x=0:1:0.0002"], "at most 2000 go into a picture", 1),
    (["x * y", "x=0:1:0.001", "y=0:1:0.001"], "make contours", 1),
    (["x", "x=0:1", "--path", "lbfgs"], "'lbfgs' is not one of 'sgd'", 2),
    (["x", "x=0:1", "--path", "sgd", "--start", "1,2"], "--start needs a number for each of x", 1),
    (["x", "x=0:1", "--path", "sgd", "--start", "a"], "--start: a is no number", 2),
    (["x", "x=0:1", "--path", "sgd", "--lr", "0"], "--lr is above 0", 2),
    (["x", "x=0:1", "--path", "sgd", "--steps", "1e3"], "--steps is a number from 1 to 10000", 2),
    (["x", "x=0:1", "--lr", "1"], "say with --path which", 2),
    (["[1]", "--path", "sgd"], "--path: an interval is needed", 1),
    (["x", "x=0:1", "--png", "a.svg"], "its name should end in .png", 2),
    (["x", "x=0:1", "--svg", "-", "--png", "-"], "only one picture can go to the standard output", 2),
    (["x", "x=0:1", "--svg", "/nosuch/a.svg"], "No such file or directory", 1),
]


@pytest.mark.parametrize(("arguments", "says", "code"), WRONG, ids=lambda value: str(value)[:50])
def test_what_cant_be_drawn(arguments: list[str], says: str, code: int) -> None:
    done = ask("plot", *arguments)
    assert says in done.err and done.code == code and not done.out


# -- plot: how it is drawn ---------------------------------------------------------------------------------------


def test_ticks_and_levels() -> None:
    assert ticks(-3, 3, 4) == [-2, 0, 2]
    assert ticks(0, 1, 5) == [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert ticks(1e-9, 2e-9, 2) == [1e-9, 1.5e-9, 2e-9]
    assert levels_of(np.arange(101.0), 4) == [20, 40, 60, 80]
    assert levels_of(np.ones(3), 4) == [] and levels_of(np.array([math.nan]), 4) == []


def test_the_terminals_text() -> None:
    out = ask("plot", "x**2", "x=-2:2").out
    lines = out.splitlines()
    assert len(lines) <= 24 and max(map(len, lines)) <= 80
    assert lines[0].strip() == "x**2" and lines[-3].strip() == "x"
    assert lines[-2].split() == ["⠤⠤⠤", "x**2"] and lines[-1].split() == ["⠄⠄⠄", "derivative"]
    axis = next(line for line in lines if "└" in line)
    numbers = lines[lines.index(axis) + 1].split()
    assert axis.count("┬") == len(numbers) and numbers[0] == "-2" and numbers[-1] == "2"
    beside = [line[:9].strip() for line in lines if "┤" in line]
    assert beside == ["4", "2", "0", "-2", "-4"]
    assert "\x1b" not in out


def test_the_terminals_contours() -> None:
    out = ask("plot", "x**2 + y**2", "x=-2:2", "y=-2:2", "--path", "sgd").out
    assert out.startswith("x**2 + y**2: contours, and arrows along the gradient\n")
    assert all(arrow in out for arrow in "→↗↖←↙↘") and "S" in out and "E" in out
    assert out.rstrip().endswith("SoE sgd, 50 steps")
    assert max(map(len, out.splitlines())) <= 80


def test_colours_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[34m" in ask("plot", "x", "x=0:1", terminal=True).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in ask("plot", "x", "x=0:1", terminal=True).out


def test_files(tmp_path: Path) -> None:
    names = {kind: tmp_path / f"a.{kind}" for kind in ("svg", "png", "html")}
    options = [word for kind, file in names.items() for word in (f"--{kind}", str(file))]
    done = ask("plot", "x**2 + y", "x=-1:1:0.5", "y=-1:1:0.5", "--path", "adam", *options)
    assert (done.code, done.out, done.err) == (0, "", "")
    svg, html = names["svg"].read_text(), names["html"].read_text()
    assert svg.startswith("<?xml") and "<style>" in svg and "prefers-color-scheme: dark" in svg and "adam, 50" in svg
    assert html.startswith("<!doctype html>") and "<title>x**2 + y: contours" in html and html.count("<svg") == 1
    assert names["png"].read_bytes().startswith(b"\x89PNG")
    for text in (svg, html):
        assert "var(--ink)" in text and "#123456" not in text and "http://" not in text.replace("http://www.w3.org", "")
    ask("plot", "'$a<b>$' and x", "x=0:1", "--svg", str(names["svg"]))
    assert "$a&lt;b&gt;$" in names["svg"].read_text()


def test_a_picture_into_a_pipe() -> None:
    done = run("plot", "x", "x=0:1", "--png", "-", text=False)
    assert done.stdout.startswith(b"\x89PNG") and not done.stderr  # type: ignore[arg-type]


@pytest.mark.parametrize(("options", "library"), [([], "plotille"), (["--svg", "-"], "Matplotlib")])
def test_without_the_libraries(monkeypatch: pytest.MonkeyPatch, options: list[str], library: str) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] in ("plotille", "matplotlib"):
            raise ImportError(f"No module named {name!r}", name=name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    done = ask("plot", "x", "x=0:1", *options)
    assert f"it needs {library}, which isn't installed: pip install 'autogradcli[plot]'" in done.err
    assert done.code == 1 and "internal" not in done.err and ask("table", "x", "x=0:1:1").code == 0


def test_nothing_that_draws_is_loaded_for_anything_else() -> None:
    program = (
        "import sys\nfrom autogradcli.cli.main import main\nmain(['table', 'x', 'x=0:1'])\n"
        "print(sorted({'plotille', 'matplotlib', 'contourpy', 'rich'} & set(sys.modules)))"
    )
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_plot_at_the_prompt(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = shown(session, "losses = [3., 2., 1.5]", ":plot losses", columns=80)
    assert lines[0].strip() == "losses" and lines[-1].strip() == "place" and any("⠤" in line for line in lines)
    lines = ["w = tensor(3., requires_grad=True)", "h = w * w", ":plot h w=-1:1", "w.item()"]
    assert shown(session, *lines, columns=80)[-2:] == ["           ⠄⠄⠄ derivative", "3.0"]
    assert "⠤⠤⠤ h" in "\n".join(shown(session, *lines[:3], columns=80))
    assert (
        "arrows along the gradient" in shown(session, ":plot a * b a=-1:1 b=-1:1 --path sgd --steps 3", columns=80)[0]
    )
    assert shown(session, ":plot x**2 x=-1:1 --svg a.svg") == ["written to a.svg"]
    assert (tmp_path / "a.svg").read_text().startswith("<?xml")
    assert json.loads(shown(session, ":format json", ":plot [1, 2]", columns=1000)[-1])["lines"][0]["y"] == [1, 2]
    for argument, says in {
        "": "a list of numbers, or an expression and an interval, is needed",
        "3": "a list of numbers or a tensor is needed, not int",
        "nope": "name 'nope' is not defined",
        "x x=3": "an interval is needed after the expression",
        "losses --path sgd": "an interval is needed after the expression",
        "x x=0:1 --path lbfgs": "--path is one of sgd",
        "x x=0:1 --svg a.png": "its name should end in .svg",
        "x x=0:1 --svg /nosuch/a.svg": "No such file or directory",
        "x x=0:1 --svg -": "--svg needs a file",
        "log(x) x=-2:-1": "it has no value anywhere in the interval",
    }.items():
        assert says in " ".join(shown(session, f":plot {argument}")), argument
