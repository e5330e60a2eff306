"""Jupyter notebooks as programs: ``run note.ipynb`` and ``:load note.ipynb``; variables that the command line gives."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cli_ask import ask, run
from repl_driver import drive, entered, results

from autogradcli.session import Session


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def notebook(*sources: str) -> None:
    made = [{"cell_type": "markdown", "source": "# words\n1 + 1"}]
    made += [{"cell_type": "code", "source": source.splitlines(keepends=True), "outputs": []} for source in sources]
    Path("note.ipynb").write_text(json.dumps({"nbformat": 4, "cells": made, "metadata": {}}))


CELLS = (
    "%matplotlib inline\nimport torch\nx = torch.tensor([1., 2.], requires_grad=True)",
    "y = (x ** 2).sum()\nx\ny",
    "y.backward()\n!pip list\nx.grad",
    "%%bash\nrm -r nothing",
    "%%time\nx.grad * 3;",
    "x?\nprint('%d' % 5)",
    "",
    's = """\n%not a magic\n"""\ns',
)


def test_the_cells_are_run() -> None:
    notebook(*CELLS)
    answer = ask("run", "note.ipynb")
    assert answer.out.splitlines() == [
        "tensor(5., grad_fn=<SumBackward0>)",
        "tensor([2., 4.])",
        "5",
        "'\\n%not a magic\\n'",
    ]
    assert answer.err.splitlines() == [
        "note.ipynb:cell 1:1: %matplotlib inline is passed over",
        "note.ipynb:cell 3:2: !pip list is passed over",
        "note.ipynb:cell 4:1: %%bash is passed over",
        "note.ipynb:cell 5:1: %%time is passed over",
        "note.ipynb:cell 6:1: x? is passed over",
    ]
    assert ask("run", "--no-echo", "note.ipynb").out == "5\n"


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("a = 1\na + nope", "note.ipynb:cell 2:2:5: NameError: name 'nope' is not defined"),
        ("a = 1\na +", "note.ipynb:cell 2:2:4: SyntaxError: invalid syntax"),
        ("nope; a", "note.ipynb:cell 2:1:1: NameError"),
        ("a = 1; nope", "note.ipynb:cell 2:1:8: NameError"),
    ],
)
def test_errors_name_cell_and_line(cell: str, says: str) -> None:
    notebook("a = 3", cell, "print('never')")
    answer = ask("run", "note.ipynb")
    assert answer.code == 1 and answer.out == "" and answer.err.startswith(says)
    events = [json.loads(line) for line in ask("run", "--format", "json", "note.ipynb").out.splitlines()]
    assert (events[-2]["event"], events[-2]["file"], events[-2]["cell"]) == ("error", "note.ipynb", 2)
    assert "cell" not in events[0] and "cell" not in events[-1]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"cells": 3}',
        '{"worksheets": []}',
        "[" * 9999,
        '{"cells": [{"cell_type": "code", "source": [1]}]}',
    ],
)
def test_what_is_no_notebook(text: str) -> None:
    Path("note.ipynb").write_text(text)
    answer = ask("run", "note.ipynb")
    assert answer.code == 1 and "no notebook" in answer.err and "Traceback" not in answer.err
    assert "no notebook" in results(drive(Session(), *entered(":load note.ipynb")).lines())[0]


def test_a_notebook_has_a_time_limit() -> None:
    notebook("a = 1", "while True: pass")
    done = run("run", "--timeout", "0.5", "note.ipynb")
    assert done.returncode == 1 and "note.ipynb:cell 2:1:" in done.stderr and "TimeoutError" in done.stderr


def test_a_notebook_at_the_prompt() -> None:
    notebook("a = 3\na", "a + nope", "print('never')")
    session = Session()
    assert results(drive(session, *entered(":load note.ipynb", "a * 2")).lines())[:3] == [
        "3",
        "note.ipynb:cell 2:1:5: NameError: name 'nope' is not defined",
        "    a + nope",
    ]
    assert session.variables["a"] == 3


def test_run_takes_variables() -> None:
    Path("a.ag").write_text("print(lr * w.sum())\nw = 0")
    Path("b.ag").write_text("lr + w.sum()")
    np.savez("d.npz", w=np.ones(3))
    options = ("--var", "lr=0.5", "--load", "d.npz")
    for jobs in ((), ("--jobs", "2")):
        done = run("run", *jobs, *options, "a.ag", "b.ag")
        assert done.stdout.splitlines() == [
            "tensor(1.5000, dtype=torch.float64)",
            "tensor(3.5000, dtype=torch.float64)",
        ]
    answer = ask("run", "--var", "lr=nope", "a.ag")
    assert answer.code == 1 and answer.out == "" and answer.err.startswith("--var lr:1:1: NameError")
    assert "nosuch.npz" in ask("run", "--load", "nosuch.npz", "a.ag").err


def test_repl_without_a_terminal_takes_variables() -> None:
    assert ask("repl", "--var", "x=3", stdin="x * 2").out == "6\n"
