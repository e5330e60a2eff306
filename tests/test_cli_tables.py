"""Tables of the command line: on a terminal, as Markdown and CSV, and in as many digits as are asked for."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from cli_ask import ask


def test_a_matrix_has_labelled_rows_and_columns() -> None:
    arguments = ["hessian", "x[0] ** 2 * y + x[1]", "x=[1, 2]", "y=3", "--matrix"]
    assert ask(*arguments, "--format", "rich").out == (
        "      x[0]  x[1]  y\nx[0]     6     0  2\nx[1]     0     0  0\ny        2     0  0\n"
    )
    arguments = ["jacobian", "a * x", "a=2", "x=[1, 2]", "--matrix"]
    assert ask(*arguments, "--color", "never", terminal=True).out.splitlines()[1].split() == ["[0]", "1", "2", "0"]


def test_a_wide_matrix_is_shown_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    text = ask("jacobian", "x * 2", "x=arange(12.)", "--matrix", "--format", "rich").out
    assert max(map(len, text.splitlines())) <= 40 and text.count("\n\n") >= 1
    heads = [word for line in text.splitlines() if "x[" in line for word in line.split()]
    assert heads == [f"x[{k}]" for k in range(12)]


@pytest.mark.parametrize(
    ("arguments", "markdown"),
    [
        (["grad", "x**2 * y", "x=3", "y=2"],
         "| expression | value | gradient |\n| ---------- | ----- | -------- |\n| `x**2 * y` | 18.   |          |\n"
         "| `x`        | 3.    | 12.      |\n| `y`        | 2.    | 9.       |\n"),
        (["jacobian", "a * x", "a=2", "x=[1, 2]"],
         "|     |   a | x[0] | x[1] |\n| --- | --: | ---: | ---: |\n| [0] | 1.0 |  2.0 |  0.0 |\n"
         "| [1] | 2.0 |  0.0 |  2.0 |\n"),
        (["table", "x**2", "x=0:1:1"],
         "|   x |   f |  f' |\n| --: | --: | --: |\n| 0.0 | 0.0 | 0.0 |\n| 1.0 | 1.0 | 2.0 |\n"),
        (["check", "x**2", "x=1"],
         "| element | engine | difference | claimed | error | verdict |\n"
         "| ------- | -----: | ---------: | ------- | ----: | ------- |\n"
         "| x       |    2.0 |        2.0 |         |   0.0 | agrees  |\n"),
    ],
)  # fmt: skip
def test_markdown(arguments: list[str], markdown: str) -> None:
    assert ask(*arguments, "--format", "markdown") == (0, markdown, "")


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["eval", "1/3", "torch.tensor(1/3)", "[2/3, (1., 1e-9)]", "2"],
         "0.33\ntensor(0.33)\n[0.67, (1.0, 1.00e-09)]\n2\n"),
        (["run", "-"], "0.33\n"),
        (["grad", "x / 3", "x=1"], "tensor(0.33, grad_fn=<DivBackward0>)\nx.grad = tensor(0.33)\n"),
        (["grad", "x / 3", "x=1", "--format", "csv"], "x\n0.33\n"),
        (["table", "x / 3", "x=0:1:1"], "x  f     f'\n0  0     0.33\n1  0.33  0.33\n"),
        (["jacobian", "x / 3", "x=1", "--matrix", "--format", "rich"], "          x\nvalue  0.33\n"),
    ],
)  # fmt: skip
def test_digits(arguments: list[str], shown: str) -> None:
    assert ask(*arguments, "--digits", "2", stdin="1/3") == (0, shown, "")


@pytest.mark.parametrize(
    "arguments", [["check", "x / 3", "x=1"], ["explain", "x / 3", "x=1"], ["graph", "x / 3", "x=1", "--values"]]
)
def test_digits_of_what_is_explained(arguments: list[str]) -> None:
    assert "0.33" in ask(*arguments, "--digits", "2").out and "0.333" not in ask(*arguments, "--digits", "2").out
    assert "0.333" in ask(*arguments).out


def test_digits_of_files_in_workers(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.ag").write_text("1/3\n")
    assert ask("run", "--jobs", "2", "--digits", "2", str(tmp_path)).out == "0.33\n0.33\n"


def test_an_error_in_json_carries_its_hint() -> None:
    event = json.loads(ask("eval", "--format", "json", "expp(1)").out)
    assert event["hint"] == "did you mean `exp`?"
    assert "hint" not in json.loads(ask("eval", "--format", "json", "1 / 0").out)


def test_results_of_eval_as_a_table_for_other_programs() -> None:
    program = [
        "x = tensor([1., 2.], requires_grad=True)",
        "print('p')",
        "(x * x).sum().backward()",
        "x",
        "[1, 'a']",
        "2",
    ]
    code, out, err = ask("eval", "--format", "csv", *program)
    assert (code, err) == (0, "p\n")
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[0] == ["expression", "value", "shape", "type", "requires_grad", "gradient"]
    assert rows[1] == rows[2] == ["x", "[1., 2.]", "[2]", "float32", "leaf", "[2., 4.]"]
    assert rows[3:] == [["[1, 'a']", "[1, 'a']", "", "list", "", ""], ["2", "2", "", "int", "", ""]]
    lines = ask("eval", "--format", "markdown", *program).out.splitlines()
    assert lines[1].startswith("| ---") and len(lines) == 6 and {line.count(" | ") for line in lines} == {5}
