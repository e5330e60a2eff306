"""The line under an error that says what to do next; and that what it says works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autogradcli.events import Failed
from autogradcli.session import Session

X = "x = torch.tensor([1., 2.], requires_grad=True)\n"

#: program -> what its hint holds
HINTS = {
    "torch.rfft(torch.ones(4))": "it is torch.fft.rfft(x)",
    "import numpy as np\nnp.relu": "numpy.relu isn't here, torch.relu is",
    "torch.tensor([1, 2], requires_grad=True)": "dtype=torch.float32",
    "torch.tensor([1, 2]).requires_grad_()": "write 2. for 2",
    "x = torch.ones(2); x.sum().backward()": "no variable requires grad",
    X + "(x.detach() * 2).sum().backward()": "`x` requires grad, but nothing leads there",
    X + "y = x.clone()\n(y.data * 2).sum().backward()": "`x`, `y` require grad",
    X + "torch.set_grad_enabled(False); x.sum().backward()": "recording is off",
    X + "(x * 2).backward()": "y.backward(torch.ones_like(y))",
    X + "y = (x * x).sum(); y.backward(); y.backward()": "retain_graph=True",
    X + "x += 1": "under torch.no_grad()",
    X + "x[0] = 1": "change a clone()",
    X + "y = x.exp()\nz = y * y\n\ny += 1\nz.sum().backward()": "line 5 changed it in place",
    X + "y = x.exp()\ny[0].mul_(2)\ny.sum().backward()": "line 3 changed it in place",
    X
    + "y = x * 1\nz = y.sin()\nwith torch.no_grad():\n    y.zero_()\nz.sum().backward()": "line 5 changed it in place",
    "torch.ones(2, 3) @ torch.ones(2, 3)": "the shapes fit as x @ y.T or x.T @ y",
    "torch.ones(2) + torch.ones(3)": "one of them 1",
    "torch.ones(2).requires_gard": "did you mean `requires_grad`?",
    "torch.onse(2)": "did you mean `ones`?",
    'torch.load("x.pt")': "programs read no files; the command's option --load FILE gives tensors names",
    "[1][5]": "",
}


def hint_of(program: str) -> str:
    events: list[object] = []
    assert not Session().run(program, events.append)
    assert isinstance(events[-1], Failed)
    return events[-1].hint


@pytest.mark.parametrize("program", HINTS)
def test_hint(program: str) -> None:
    events: list[object] = []
    assert not Session().run(program, events.append)
    failed = events[-1]
    assert isinstance(failed, Failed)
    assert HINTS[program] in failed.hint if HINTS[program] else not failed.hint


#: Statements in which ``y`` is changed in place; the line of the change is the last of them.
CHANGING = {
    "an expression": "y.add_(1)",
    "an assignment": "a = y.add_(1)",
    "an assignment to several": "a = b = y.add_(1)",
    "an assignment to a part": "y[0] = 1",
    "an annotated assignment": "a: int = y.add_(1)",
    "an unpacking": "a, b = y.add_(1)",
    "an assignment in place": "y += 1",
    "an assignment in place to a part": "y[0] += 1",
    "a deletion": "a = [0]\ndel a[int(y.add_(1).numel()) - 2]",
    "an assertion": "assert y.add_(1) is not None",
    "a condition": "if y.add_(1) is None:\n    pass",
    "a loop": "for a in y.add_(1):\n    pass",
    "a loop with a condition": "while y.add_(1) is None:\n    pass",
    "a context": "with torch.set_grad_enabled(y.add_(1) is not None):\n    pass",
    "an exception": "try:\n    raise ValueError(y.add_(1))\nexcept ValueError:\n    pass",
    "a default": "def f(a=y.add_(1)):\n    pass",
    "a function's body": "def f():\n    y.add_(1)\nf()",
    "a function's result": "def f():\n    return y.add_(1)\nf()",
    "a class": "class M(nn.Module):\n    a = y.add_(1)",
    "a comprehension": "[y.add_(1) for a in [1]]",
    "a handler": "try:\n    1 / 0\nexcept ZeroDivisionError:\n    y.add_(1)",
    "the end of a try": "try:\n    pass\nfinally:\n    y.add_(1)",
    "a loop's else": "for a in []:\n    pass\nelse:\n    y.add_(1)",
}


@pytest.mark.parametrize("before", ["0\n0", "if True:\n    0"])
@pytest.mark.parametrize("statement", CHANGING)
def test_the_line_that_changed_it(statement: str, before: str) -> None:
    lines = CHANGING[statement].split("\n")
    number = 6 + next(k for k, line in enumerate(lines) if "y." in line or line.startswith("y"))
    inside = "    " if before.startswith("if") else ""
    program = X + f"y = x * 2\nz = y * y\n{before}\n{inside}" + f"\n{inside}".join(lines) + "\n\nz.sum().backward()"
    events: list[object] = []
    assert not Session().run(program, events.append)
    failed = events[-1]
    assert isinstance(failed, Failed)
    assert failed.line == 7 + len(lines)
    assert f"line {number} changed it in place" in failed.hint


MENDED = [
    "torch.tensor([1., 2.], requires_grad=True)",
    X + "y = x * 2\ny.backward(torch.ones_like(y))",
    X + "y = (x * x).sum(); y.backward(retain_graph=True); y.backward()",
    X + "with torch.no_grad():\n    x += 1",
    X + "x = x + 1",
    "torch.ones(2, 3) @ torch.ones(2, 3).T",
]


@pytest.mark.parametrize("program", MENDED)
def test_what_a_hint_says_works(program: str) -> None:
    events: list[object] = []
    assert Session().run(program, events.append), events


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("ln(2)", "`log` is the natural logarithm"),
        ("2x", "a product needs its sign: 2 * x"),
        ("y = 3 + 2.5sin(1)", "a product needs its sign: 2.5 * sin"),
        ("tensor(2.) ^ 2", "a power is x ** 2"),
        ("2. ^ 2", "a power is x ** 2"),
        ("x²", "a power is x ** 2"),
        ("y = (a + b)⁻¹", "** (-1)"),
        ("sin 2", "a call needs parentheses: sin(2)"),
        ("√2", "a square root is sqrt(x)"),
        ("3 × 4", "a product is x * y"),
        ("5!", "a factorial is math.factorial(n)"),
        ("|x|", "an absolute value is abs(x)"),
        ("f(x) = x**2", "a function is f = lambda x: x**2"),
        ("np.array([1.])", "import numpy as np"),
        ("tensor([1.]).shape()", "shape is no method"),
        ("tensor([1.]).astype(float)", "x.to(torch.float64)"),
        ("torch.tensor([1.], require_grad=True)", "did you mean `requires_grad`?"),
        ("tensor([1.]).sum(dimm=0)", "did you mean `dim`?"),
        ("torch.nn.Linear(2, 1, bais=False)", "did you mean `bias`?"),
        ("def f(first, second=1): return first\nf(1, secnd=2)", "did you mean `second`?"),
        ("ones(2, 3) @ ones(2, 5)", "the shapes fit as x.T @ y"),
        ("ones(2, 3) @ ones(5, 3)", "the shapes fit as x @ y.T"),
        ("ones(2, 3) @ ones(5, 2)", "the shapes fit as x.T @ y.T"),
        ("ones(2, 3) @ ones(4, 5)", "no transpose makes these fit"),
    ],
)  # fmt: skip
def test_advice_to_those_who_come_from_elsewhere(program: str, said: str) -> None:
    assert said in hint_of(program)


@pytest.mark.parametrize(
    "program",
    ["x y", "for x 3", "pi 2", "x = 3 +", "0x1g", "if 1 = 2: pass", "print 3", "1 != ", "a | b |",
     "def f(x) = 3", "torch.ones(2, qqq=1)", "tensor([1.]).frobnicate", "import nosuch"],
)  # fmt: skip
def test_no_advice_where_none_is_sure(program: str) -> None:
    assert hint_of(program) == ""


def test_advice_holds() -> None:
    """What is said of names and attributes exists."""
    from autogradcli.language import advice

    for text in (*advice.NAMES.values(), *advice.MODULES.values(), *advice.ATTRIBUTES.values()):
        for name in re.findall(r"\b(torch(?:\.\w+)+)", text):
            assert Session().run(name, lambda event: None), name


ABSENT = (Path(__file__).parent / "hostile" / "absent.txt").read_text().splitlines()


@pytest.mark.parametrize("line", ABSENT)
def test_what_is_not_there_says_in_one_line_what_to_use(line: str) -> None:
    """A name that a program brings along and that isn't here: the error says why, or what is."""
    events: list[object] = []
    assert not Session().run(line, events.append)
    (error,) = [event for event in events if isinstance(event, Failed)]
    told = error.hint or error.message.partition(": ")[2]
    assert len(told.split()) >= 3, error
    assert "\n" not in error.message and len(error.message) < 200
