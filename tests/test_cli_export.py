"""``export``: a program of PyTorch's of what is written in the language."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from cli_ask import ask, run

from autogradcli.language.export.program_export import export


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("x = randn(3)  # so\n", "import torch\nx = torch.randn(3)  # so\n"),
        ("# c\nimport torch\nx = 1\nx\n", "# c\nimport sys\nimport torch\nx = 1\nsys.displayhook(x)\n"),
        ("print(exp([0, 1]))", "import torch\nprint(torch.exp(torch.tensor([0, 1])))"),
        ("x = ones(2); y = [1, 2] * x", "import torch\nx = torch.ones(2); y = torch.tensor([1, 2]) * x"),
        ("y = [0] * 3", "y = [0] * 3"),
        ("y = sqrt(2) + sin(pi)", "import math\nimport torch\ny = math.sqrt(2) + math.sin(torch.pi)"),
        ("y = sqrt(ones(2))", "import torch\ny = torch.sqrt(torch.ones(2))"),
        ("y = stack([ones(2), zeros(2)])", "import torch\ny = torch.stack([torch.ones(2), torch.zeros(2)])"),
        ("y = zeros([2, 3])", "import torch\ny = torch.zeros([2, 3])"),
        ("y = max(ones(2), 0)", "import torch\ny = torch.max(torch.ones(2), 0)"),
        ("def relu(x):\n    return x\ny = relu(3)", "def relu(x):\n    return x\ny = relu(3)"),
        ("f = lambda exp: exp(1)", "f = lambda exp: exp(1)"),
        ("y = [exp for exp in (1, 2)]", "y = [exp for exp in (1, 2)]"),
        ("print(f'{ones(2)} é')", "import torch\nprint(f'{torch.ones(2)} é')"),
        ("é = 'é'; x = ones(1)", "import torch\né = 'é'; x = torch.ones(1)"),
        ("y = nn.functional.relu(x)", "from torch import nn\ny = nn.functional.relu(x)"),
        ("y = F.relu(x)", "import torch.nn.functional as F\ny = F.relu(x)"),
        ("ones(2)\n_ * 2", "import sys\nimport torch\nsys.displayhook(torch.ones(2))\nsys.displayhook(_ * 2)"),
        ("print(1)\nx = []\nx.append(1)\nNone", "print(1)\nx = []\nx.append(1)\nNone"),
        ("1, 2", "import sys\nsys.displayhook((1, 2))"),
        ("(1), (2)", "import sys\nsys.displayhook(((1), (2)))"),
        ("(1, 2)", "import sys\nsys.displayhook((1, 2))"),
        ("()", "import sys\nsys.displayhook(())"),
        ("y = mean([1, -2])", "import torch\ny = torch.mean(torch.tensor([1., -2.]))"),
        ("y = mean(3)", "import torch\ny = torch.mean(torch.tensor(3.))"),
        ("y = softmax([1, 2], 0)", "import torch\ny = torch.softmax(torch.tensor([1., 2.]), 0)"),
        ("v = [1, 2]; y = mean(v)", "import torch\nv = [1, 2]; y = torch.mean(torch.tensor(v) * 1.0)"),
        ("y = sort([2, 1])", "import torch\ny = torch.sort(torch.tensor([2, 1]))"),
        ("x = ones(2)\nx += [1, 2]", "import torch\nx = torch.ones(2)\nx += torch.tensor([1, 2])"),
        ("x = []\nx += [1, 2]", "x = []\nx += [1, 2]"),
        ("y = ones(2) < [1, 2]", "import torch\ny = torch.ones(2) < torch.tensor([1, 2])"),
        ("y = [1, 2] >= ones(2)", "import torch\ny = torch.tensor([1, 2]) >= torch.ones(2)"),
        ("y = 0 < 1 < 2", "y = 0 < 1 < 2"),
        ("y = ones(2) == [1, 2]", "import torch\ny = torch.ones(2) == [1, 2]"),
        ("y = vstack([[1], [2]])", "import torch\ny = torch.vstack([torch.tensor([1]), torch.tensor([2])])"),
        ("import torch\nv = max(*v)", "import torch\nv = max(*v)"),
    ],
)  # fmt: skip
def test_export(text: str, made: str) -> None:
    assert export(text) == made


def test_a_program_of_pytorch_stays_as_it_is() -> None:
    from cli_ask import ROOT

    text = (ROOT / "examples" / "tutorial.py").read_text()
    assert export(text, echo=False) == text
    assert export(export(text)).count("sys.displayhook(sys") == 0


def test_the_exported_program_prints_the_same() -> None:
    """It is a program of the calculator's too, but for what its head needs."""
    text = "x = tensor([1., 2.], requires_grad=True)\ny = exp([0., 1.]) * [1, 2] * x\n"
    text += "y.sum().backward()\nprint(x.grad, y)\n"
    made = ask("export", "-", stdin=text)
    assert made.code == 0
    assert ask("eval", "-", stdin=made.out) == ask("eval", "-", stdin=text)


def test_a_choice_between_pythons_function_and_the_tensors_of_arguments_that_are_not_in_the_text() -> None:
    made = export("def f(*a):\n    return max(*a)\nf(1, 2)\n")
    assert "return _max(*a)" in made and "_max = _python_or_tensor('max')" in made


def test_export_to_a_file_and_what_is_no_program(tmp_path: Path) -> None:
    path = tmp_path / "out.py"
    assert ask("export", "-", "-o", str(path), "--no-echo", stdin="ones(2)\n") == (0, "", "")
    assert path.read_text() == "import torch\ntorch.ones(2)\n"
    code, out, err = ask("export", "-", stdin="x = = 2\n")
    assert (code, out) == (1, "") and err.startswith("<stdin>:1:5: SyntaxError")
    assert ask("export", "nosuch.py").err.startswith("nosuch.py: FileNotFoundError")


def test_an_empty_line_that_is_printed() -> None:
    assert ask("check-transcript", "-", stdin=">>> print()\n<BLANKLINE>\n>>> x = 1\n") == (
        0,
        "",
        "<stdin>: 2 examples\n",
    )


def test_a_rewritten_file_keeps_its_mark_and_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(b"\xef\xbb\xbf>>> 1 + 1\r\n3\r\n")
    assert ask("check-transcript", "--update", str(path)).code == 0
    assert path.read_bytes() == b"\xef\xbb\xbf>>> 1 + 1\r\n2\r\n"


@pytest.mark.parametrize("tolerance", ["nan", "inf", "-1"])
def test_a_tolerance_is_a_number(tolerance: str) -> None:
    assert ask("check-transcript", "--tolerance", tolerance, "-", stdin=">>> 1\n5\n").code == 2


def test_an_exported_program_goes_into_a_pipe_that_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        try:
            done = run("export", "-", "-o", str(pipe), "--no-echo", input="ones(2)\n")
            assert (done.returncode, done.stderr, pipe.is_fifo()) == (0, "", True)
            assert reader.communicate(timeout=10)[0] == b"import torch\ntorch.ones(2)\n"
        finally:
            reader.kill()


def test_an_export_that_cannot_be_written_names_where_to() -> None:
    answer = ask("export", "-", "-o", "/nosuch/folder/x.py", stdin="1\n")
    assert answer.code == 1 and answer.err.startswith("/nosuch/folder/x.py: FileNotFoundError")
