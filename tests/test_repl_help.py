"""What the prompt says about names: ``:help``, ``x?``, ``help(x)``, ``dir(x)``, searches, completion."""

from __future__ import annotations

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from repl_driver import Screen, drive, entered, results

from autogradcli.repl.completion import SessionCompleter
from autogradcli.session import Session


@pytest.fixture
def session() -> Session:
    return Session(seed=0)


def shown(session: Session, *lines: str, columns: int = 100) -> list[str]:
    """What those lines show, each followed by Enter."""
    return results(drive(session, *entered(*lines), screen=Screen(columns, 150)).lines())


def offered(session: Session, text: str) -> list[str]:
    """What completion offers at the end of a text."""
    return [each.text for each in SessionCompleter(session).get_completions(Document(text), CompleteEvent())]


def test_help_for_names(session: Session) -> None:
    assert shown(session, "x = torch.ones(2)", ":help x.sum")[:2] == ["x.sum, of a Tensor", "  sum(*, dtype=None)"]
    told = shown(session, ":help exp", columns=60)
    assert told[:3] == [
        "exp",
        "  exp(input, *, out=None)",
        "  e to the power of each element: exp(x) = 1 + x + x²/2! +",
    ]
    assert "there is nothing" in shown(session, ":help nope")[0]
    assert "no attribute 'nope'" in shown(session, ":help torch.nope")[0]
    assert "help ends at" in shown(session, "x = torch.ones(2)", ":help x.T.sum")[0]
    assert shown(session, "def f(a, *, b=1): return a\n", ":help f")[-1] == "  f(a, *, b=1)"
    assert shown(session, "k = 5", ":help k") == ["k is 5"]


def test_help_runs_its_examples(session: Session) -> None:
    lines = shown(session, ":help torch.sum")
    assert lines[-7:-3] == ["  >>> torch.sum(a)", "  tensor(10.)", "  >>> torch.sum(a, dim=0)", "  tensor([4., 6.])"]
    assert shown(session, ":help x.tanh") == [":help: error: there is nothing under the name x"]
    assert shown(session, ":help torch.Tensor.tanh")[-1].startswith("  tensor([0.2449, 0.4621, 0.6351], grad_fn=<Tanh")
    assert session.variables == {}  # the examples have a session of their own


def test_help_adds_what_a_trial_says(session: Session) -> None:
    lines = " ".join(shown(session, ":help torch.exp", columns=300))
    assert "Dtypes: floating, complex stay; integer, bool give float32." in lines
    assert "Gradient: dx = g * exp(x)." in lines
    lines = " ".join(shown(session, ":help torch.floor", columns=300))
    assert "complex, bool raise NotImplementedError" in lines
    for name in ("torch.Tensor.exp_", "torch.clamp", "torch.return_types.max"):
        assert "Dtypes:" not in " ".join(shown(session, f":help {name}"))
    lines = " ".join(shown(session, ":help torch.bitwise_not", columns=300))  # which no trial tells
    assert "Dtypes: integer, bool; floating, complex raise NotImplementedError." in lines
    assert shown(session, ":help torch.eye")[-2:] == ["  tensor([[1., 0.],", "          [0., 1.]])"]


# -- questions -----------------------------------------------------------------------------------------------


def test_a_question_mark_asks(session: Session) -> None:
    lines = ["x = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)", "(x * x).sum().backward()"]
    assert shown(session, *lines, "x?")[2:] == [
        "x is a tensor of shape [2, 2], float32, a leaf that requires grad",
        "  tensor([[1., 2.],",
        "          [3., 4.]], requires_grad=True)",
        "  x.grad = tensor([[2., 4.],",
        "                   [6., 8.]])",
    ]
    page = shown(session, ":help softmax")
    for question in ("softmax?", "?softmax", "softmax??", "help(softmax)", "help('softmax')"):
        assert shown(session, question) == page
    assert shown(session, "help(x.sum)")[0] == "x.sum, of a Tensor"
    assert shown(session, "help(x.sum())")[0] == "x.sum() is a tensor of shape [], float32, made by SumBackward0"
    assert shown(session, "d = {'a': [1]}", "d?", "help(None)")[:2] == ["d is {'a': [1]}", "None is None"]
    assert shown(session, "help")[0].startswith("  :help [NAME|WORD]") and shown(session, "help()") == shown(
        session, "help"
    )
    assert shown(session, "m = nn.Sequential(nn.ReLU(), nn.Tanh())", "m?") == [
        "m is Sequential(",
        "       (0): ReLU()",
        "       (1): Tanh()",
        "     )",
        "  Modules one after the other: each gets what the one before gives. They have numbers for names, or",
        "  those of a dict; indexing and slices work as on a list. :help torch.nn.Sequential tells more.",
    ]
    imported = ["from torch.optim import Adam as Best", "Best?"]
    assert shown(session, *imported) == shown(session, ":help torch.optim.Adam")


def test_dir_lists(session: Session) -> None:
    names = " ".join(shown(session, "x = torch.ones(2)", "dir(x)", columns=200)).split()
    assert {"sum", "grad", "backward", "shape"} <= {*names} and not any(name.startswith("_") for name in names)
    assert " ".join(shown(session, "dir(nn)")).split() == " ".join(shown(session, ":dir nn")).split()
    assert shown(session, "dir()") == ["  x"]
    assert "append" in " ".join(shown(session, "dir([1])"))


def test_a_variable_goes_before_a_question(session: Session) -> None:
    assert shown(session, "def help(v): return v + 1\n", "dir = help", "help(1)", "dir(2)") == ["2", "3"]
    assert shown(session, "'a?'") == ["'a?'"]


# -- searches ------------------------------------------------------------------------------------------------


MISSPELT = {"softmx": "softmax", "torch.softmx": "torch.softmax", "F.rleu": "F.relu", "nn.Liner": "nn.Linear"}


def test_a_word_that_is_no_name_is_searched(session: Session) -> None:
    found = [line.split()[0] for line in shown(session, ":help conv")]
    assert "nn.Conv2d" in found and found.index("F.conv2d") < len(found)
    assert [line.split()[0] for line in shown(session, ":help cross entropy")][:2] == [
        "F.cross_entropy",
        "nn.CrossEntropyLoss",
    ]
    assert shown(session, ":help undo")[0].split()[0] == ":undo"
    assert "more: add a word" in shown(session, ":help tensor of")[-1]
    assert shown(session, ":help qqqq") == [":help: error: there is nothing under the name qqqq"]
    for wrong, meant in {
        "softmx": "softmax",
        "torch.softmx": "torch.softmax",
        "F.rleu": "F.relu",
        "nn.Liner": "nn.Linear",
    }.items():
        assert f"did you mean {meant}" in " ".join(shown(session, f":help {wrong}", columns=300))


def test_signatures_say_their_defaults(session: Session) -> None:
    lines = shown(session, ":help torch.optim.Adam", columns=60)
    assert lines[1:4] == [
        "  Adam(params, lr=0.001, betas=(0.9, 0.999), eps=1e-08,",
        "       weight_decay=0, amsgrad=False, *, foreach=None,",
        "       maximize=False, capturable=False,",
    ]


# -- completion ----------------------------------------------------------------------------------------------

SETUP = """
x = torch.ones(2, 2, requires_grad=True)
lin, xs, d = nn.Linear(2, 1), [x], {'k': x}
calls = 0
def f(v):
    global calls
    calls += 1
    x.data.fill_(9.)
    torch.rand(2)
    return v * 2
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x.sum().bac", ["backward"]),
        ("f(x).bac", ["backward"]),
        ("y = [f(v)[0].bac", ["backward"]),
        ("(x @ x).bac", ["backward"]),
        ("xs[0].bac", ["backward"]),
        ("d['k'].T.bac", ["backward"]),
        ("lin.weight.bac", ["backward"]),
        ("x.mul(2).grad_fn.next_f", ["next_functions"]),
        ("[1, 2].app", ["append"]),
        ("'a'.upp", ["upper"]),
        ("lin(x).sum(keep", ["keepdim="]),
        ("f(x)(keep", []),
        ("torch.optim.Adam([x], lr", ["lr="]),
        ("torch.optim.Adam([x], lr=1, bet", ["betas="]),
        ("nn.Linear(2, 3, bia", ["bias="]),
        ("nn.Linear(2, 3).wei", ["weight"]),
        ("nope(x).bac", []),
        ("while True: pass\nx.bac", ["backward"]),
        ("(lambda: [0 for _ in range(10 ** 9)])().app", []),
        ("3.bac", []),
        ("'x.sum().bac", []),
        (":graph f(x).bac", ["backward"]),
    ],
)
def test_completion_after_an_expression(session: Session, text: str, expected: list[str]) -> None:
    """What it takes to know happens to a copy of the process."""
    session.run(SETUP, lambda event: None)
    before = session.state.kept()
    if text.startswith("y = [f(v)"):
        text = text.replace("v", "x")
    found = offered(session, text)
    assert [name for name in found if name in expected] == expected and (expected or not found)
    assert session.variables["calls"] == 0 and session.variables["x"].array.max() == 1
    assert session.state.kept() == before and "_" not in session.variables


def test_variables_come_before_builtins(session: Session) -> None:
    session.run("total = 1; tanker = 2", lambda event: None)
    assert offered(session, "t")[:2] == ["tanker", "total"]
    assert offered(session, "print(1, s")[0] == "sep="
