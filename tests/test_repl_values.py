"""Commands of the prompt about values: variables, gradients, graphs, formulas, checks, times; data files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from repl_driver import Screen, drive, entered, results

from autogradcli.events import Value
from autogradcli.session import Session


@pytest.fixture
def session() -> Session:
    return Session(seed=0)


def shown(session: Session, *lines: str, columns: int = 100) -> list[str]:
    """What those lines show, each followed by Enter."""
    return results(drive(session, *entered(*lines), screen=Screen(columns, 100)).lines())


# -- variables and gradients ---------------------------------------------------------------------------------


def test_vars(session: Session) -> None:
    assert shown(session, ":vars") == ["no variables yet"]
    lines = ["x = torch.tensor([3., 4.], requires_grad=True)", "y = x * x", "n = 'a\\x1b'", "y.sum().backward()", "7"]
    assert shown(session, *lines, ":vars")[-4:] == [
        "name  value    shape  dtype    requires_grad  grad_fn       gradient norm",
        "x              [2]    float32  True                         10",
        "y              [2]    float32  True           MulBackward0",
        "n     'a\\x1b'",
    ]


def test_grads_and_zero_grad(session: Session) -> None:
    lines = ["x = torch.tensor([1., 2.], requires_grad=True)", "w = torch.ones(2, requires_grad=True)", "n = 1"]
    assert shown(session, *lines, ":grads")[0].startswith("no variable has a gradient")
    lines = ["(x * x * w).sum().backward()", ":grads", ":zero_grad w", "w.grad is None, x.grad", ":zero_grad", ":grads"]
    assert shown(session, *lines) == [
        "x.grad = tensor([2., 4.])",
        "w.grad = tensor([1., 4.])",
        "x.grad = tensor([2., 4.])",
        "w.grad = tensor([1., 4.])",
        "forgotten: w.grad",
        "(True, tensor([2., 4.]))",
        "forgotten: x.grad",
        "no variable has a gradient: call backward() on a result first",
    ]
    assert shown(session, ":zero_grad", ":zero_grad n") == ["forgotten: nothing", ":zero_grad: error: n is no tensor"]


def test_graph(session: Session) -> None:
    lines = ["x = torch.ones(3, requires_grad=True)", "h = x.exp()", "loss = (h * h).sum()", ":graph loss"]
    assert shown(session, *lines) == [
        "loss = SumBackward0 []      line 3: loss = (h * h).sum()",
        "└─ MulBackward0 [3]         line 3",
        "   ├─ h = ExpBackward0 [3]  line 2: h = x.exp()",
        "   │  └─ x [3]",
        "   └─ h (above)",
    ]
    session.variables.clear()
    leaf = "x = torch.tensor(2., requires_grad=True)"
    assert shown(session, leaf, ":graph x.sin() + 1")[0] == "x.sin() + 1 = AddBackward0 []  line 2: x.sin() + 1"
    assert shown(session, leaf, ":graph x * x --values --depth 1")[1:] == [
        "x * x = MulBackward0 []  4      1          line 2: x * x",
        "├─ x []                  2      2 + 2 = 4",
        "└─ x",
    ]
    assert "has no history" in shown(session, ":graph x.detach()")[0]
    assert "is no tensor but a int" in shown(session, ":graph 3")[0]
    assert "NameError" in shown(session, ":graph nope")[0]
    assert shown(session, "_ is None")[0].startswith("NameError")  # :graph has not set it


def test_a_graph_of_a_million_nodes(session: Session) -> None:
    session.run("y = torch.ones(1, requires_grad=True)\nfor i in range(100000): y = y + 1", lambda event: None)
    assert shown(session, ":graph y") == [
        "y = AddBackward0 x 100,000",
        "└─ a leaf without a name [1]",
        "no shapes and no lines: the session's program, run again, gives something else",
    ]


def test_pictures_of_graphs_go_into_files(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").write_text("mine")
    leaf = "x = torch.tensor(2., requires_grad=True)"
    files = [":graph x * x --svg a.svg", ":graph x * x --html a.svg", ":graph x * x --svg mine"]
    assert shown(session, leaf, *files) == [
        "written to a.svg",
        "written to a.svg",
        ":graph: error: mine exists and is not a picture of a graph",
    ]
    assert "x.grad = 2 * x" in (tmp_path / "a.svg").read_text() and (tmp_path / "mine").read_text() == "mine"
    assert shown(session, ":graph x * x --mermaid")[0] == "flowchart TD"
    assert "different forms" in shown(session, ":graph x * x --dot --mermaid")[0]
    assert "number of levels" in shown(session, ":graph x * x --depth many")[0]


def test_a_graph_after_backward_and_of_what_was_given() -> None:
    given = Session(seed=0)
    given.run("y = torch.ones(2, requires_grad=True).exp()", lambda event: None)
    assert shown(given, ":graph y")[0] == "y = ExpBackward0"
    lines = ["x = torch.tensor(2., requires_grad=True)", "y = x * x", "y.backward()", ":graph y --values"]
    assert shown(Session(), *lines)[2:4] == [
        "y = MulBackward0 []     4      1          line 2: y = x * x",
        "├─ x [] has a gradient  2      2 + 2 = 4",
    ]


def test_derive(session: Session) -> None:
    lines = ["x = torch.tensor([1., 2.], requires_grad=True)", "y = x ** 2", "loss = 3 * y.sum()"]
    (formula,) = shown(session, *lines, ":derive loss")
    name, text = formula.split(" = ")
    values: list[object] = []
    session.run(f"({text}).tolist()", lambda event: values.append(event.value) if isinstance(event, Value) else None)
    assert name == "x.grad" and values == [[6.0, 12.0]]
    assert shown(session, ":derive sin(x)") == ["x.grad = g * cos(x)"]
    by_steps = "".join(shown(session, ":derive x * sin(x) --steps"))
    assert "product rule" in by_steps and "sum over the branches" in by_steps
    assert "no floating tensor" in shown(session, ":derive 1 + 1")[0]
    (nothing,) = shown(session, ":nan sin(x)")
    assert nothing == "no derivative makes a NaN of numbers here"
    lines = ["z = tensor([1., 0.], requires_grad=True)", "s = z.sqrt()", "l = where(z > 0, s, 0.).sum()", ":nan l"]
    assert "NaN begins in the derivative of sqrt(z) at element [1], where z is 0" in " ".join(shown(session, *lines))
    assert "an expression is needed" in shown(session, ":derive x = 1")[0]
    assert "not known: it was there before this prompt" in " ".join(shown(session, ":derive loss"))
    lines = ["y = x ** 2", "loss = y.sum()", "with no_grad(): x.add_(1)\n", ":derive loss"]
    assert shown(session, *lines) == ["x.grad = 2 * x", "note: x was changed in place after loss was computed"]
    assert "x is a leaf" in shown(session, ":derive x")[0]
    assert "y has no history" in " ".join(shown(session, "y = loss.detach()", ":derive y"))


def test_derive_reads_what_ran(session: Session) -> None:
    """Not what stands in the text: loops, functions, modules, a seed, a change of the default dtype."""
    leaf = "x = torch.tensor(3., requires_grad=True)"
    assert shown(session, leaf, "a, b = x * 2, x * 3", "y = a * x", ":derive y", ":check y") == [
        "x.grad = 4 * x",
        "element  engine  finite difference  error",
        "x        12      12                 0",
        "the gradients with respect to x agree with finite differences",
    ]
    lines = ["def f(v): return v * 2\n", "d = {'h': f(x)}", "y = d['h'] * x", ":derive y", "x.grad is None"]
    assert shown(Session(), leaf, *lines) == ["x.grad = 4 * x", "True"]
    lines = ["lin = torch.nn.Linear(2, 1)", "y = lin(torch.ones(2)).sum()", ":derive y"]
    assert shown(Session(), *lines) == [
        "lin.weight.grad = ones_like(lin.weight)",
        "lin.bias.grad = ones_like(lin.bias)",
    ]
    lines = [
        "ws = [tensor(2., requires_grad=True)]",
        "y = ws[0] ** 3",
        ":derive y --order 2",
        ":derive y --wrt ws[0] --latex",
    ]
    assert shown(Session(), *lines, ":graph y") == [
        "hessian(ws[0], ws[0]) = 6 * ws[0]",
        r"\nabla_{\mathrm{ws[0]}} = 3 \, \mathrm{ws[0]}^{2}",
        "y = PowBackward0 []  line 2: y = ws[0] ** 3",
        "└─ ws[0] []",
    ]
    lines = ["w = torch.rand(2, requires_grad=True)", ":dtype float64", "y = (w * w).sum()", ":undo", "y = w @ w"]
    assert shown(Session(), *lines, ":derive y")[-1] == "w.grad = 2 * w"
    hook = ["h = x.register_hook(lambda g: print(g))", "y = x * x", ":derive y", "h = x.register_hook(lambda g: g * 2)"]
    assert shown(Session(), leaf, *hook, ":derive y") == [
        "x.grad = 2 * x",
        "no formula for x.grad: the hook of line 4 changes it on its way",
    ]


def test_nan_where_branches_meet(session: Session) -> None:
    lines = ["x = torch.tensor(1000., requires_grad=True)", "y = torch.exp(x) - torch.exp(x)", ":nan y", ":nan x"]
    said = "NaN begins where branches meet in the gradient of x: -inf + inf"
    assert shown(session, *lines, ":nan x.grad") == [said] * 3


def test_check_goes_to_the_leaves(session: Session) -> None:
    lines = ["x = torch.tensor(0., requires_grad=True)", "y = torch.where(x != 0, torch.sin(x) / x, torch.tensor(1.))"]
    assert shown(session, *lines, ":check y")[1:] == [
        "x        nan     0                  nan    disagrees",
        "x: the engine gives nan: `grad` says where it begins",
        "1 of 1 disagree",
    ]


def test_check(session: Session) -> None:
    lines = shown(session, "x = torch.tensor([1., 2.], requires_grad=True)", ":check (x ** 3).sum()", "x.dtype, x.grad")
    assert [line.split() for line in lines[1:3]] == [["x[0]", "3", "3", "0"], ["x[1]", "12", "12", "0"]]
    assert lines[3:] == ["the gradients with respect to x agree with finite differences", "(torch.float32, None)"]
    session.run(
        "class Wrong(torch.autograd.Function):\n"
        "    @staticmethod\n    def forward(ctx, a): return a * 2\n"
        "    @staticmethod\n    def backward(ctx, g): return g * 3\n",
        lambda event: None,
    )
    for wrong in (":check Wrong.apply(x)", ":check Wrong.apply(x).sum()"):
        said = shown(session, wrong)
        assert said[1].split()[-4:] == ["3", "2", "1.0e+00", "disagrees"] and " disagree" in said[-1]
    assert shown(session, ":check (x ** 3).sum() --claim x='3 * x ** 2' --forward")[-1].endswith("what is claimed")
    assert shown(session, ":check x.prod() --order 2")[-1].startswith("the second derivatives with respect to x agree")
    assert json.loads(shown(session, ":format json", ":check x.prod()", columns=1000)[-1])["ok"]
    for line, says in {
        "x.prod() --claim y=3": "there is no such gradient; there are those of x",
        "x.prod() --claim x=3": "has the shape [], but x.grad has [2]",
        "x.prod() --claim": "--claim needs a value",
        "x.prod() --order 3": "--order is one of 1, 2",
        "x.prod() --order 2 --forward": "leave out --claim and --forward",
        "3 + 4": "there is no floating tensor in it",
    }.items():
        assert says in " ".join(shown(session, f":check {line}"))


def test_time_changes_nothing(session: Session) -> None:
    lines = shown(session, "x = torch.zeros(2)", ":time x.add_(1)", "x, x._version", ":time nope", ":time x = 1")
    assert " us (median of " in lines[0] or " ms (median of " in lines[0]
    assert lines[1] == "(tensor([0., 0.]), 0)"
    assert lines[2].startswith("NameError") and "an expression is needed" in lines[-1]


# -- modules, containers, objects --------------------------------------------------------------------------------

#: A module with a list that it doesn't know of, a list, a dict, an object.
MADE = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 1)
        self.extra = [torch.tensor(3., requires_grad=True)]
    def forward(self, v): return self.fc(v) * self.extra[0]
class Plain:
    def __init__(self): self.w = torch.tensor(2., requires_grad=True)
net = Net()
nn.init.ones_(net.fc.weight); nn.init.zeros_(net.fc.bias)
ws = [torch.tensor(1., requires_grad=True)]
d = {"k, 1": torch.tensor(2., requires_grad=True)}
p = Plain()
X = torch.ones(3, 2)
"""
LOSS = "(net(X).sum() * ws[0] * d['k, 1'] * p.w).backward()"


def test_a_backward_shows_the_leaves_that_variables_lead_to(session: Session) -> None:
    session.run(MADE, lambda event: None)
    gradients = [
        "net.fc.weight.grad = tensor([[36., 36.]])",
        "net.fc.bias.grad = tensor([36.])",
        "ws[0].grad = tensor(72.)",
        "d['k, 1'].grad = tensor(36.)",
        "p.w.grad = tensor(36.)",
        "net.extra[0].grad = tensor(24.)",
    ]
    assert shown(session, LOSS) == gradients == shown(session, ":grads")
    assert shown(session, "net.fc.zero_grad()", ":grads") == gradients[2:]
    assert shown(session, "w = net.fc.weight", "w.sum().backward()") == [
        "w.grad = tensor([[1., 1.]])"
    ]  # its first name


def test_gradients_are_forgotten_by_name(session: Session) -> None:
    session.run(f"{MADE}{LOSS}", lambda event: None)
    assert shown(session, ":zero_grad ws[0] d['k, 1']", "ws[0].grad is None") == [
        "forgotten: ws[0].grad, d['k, 1'].grad",
        "True",
    ]
    assert shown(session, ":zero_grad ws, p.w") == ["forgotten: p.w.grad"]
    assert shown(session, ":zero_grad net.fc") == ["forgotten: net.fc.weight.grad, net.fc.bias.grad"]
    assert shown(session, ":zero_grad net.fc") == ["forgotten: nothing"]
    assert shown(session, ":zero_grad net.fcc") == [":zero_grad: error: net.fcc is no tensor"]
    assert shown(session, ":zero_grad") == ["forgotten: net.extra[0].grad"]


def test_vars_shows_the_tensors_inside(session: Session) -> None:
    session.run(f"{MADE}{LOSS}", lambda event: None)
    rows = {line.split("  ")[0]: line.split() for line in shown(session, "y = X.sum()", ":vars", columns=110)}
    assert rows["net.fc.weight"][1:] == ["[1,", "2]", "float32", "True", "50.91"]
    assert {"ws[0]", "d['k, 1']", "p.w", "net.extra[0]", "net", "X"} <= {*rows}
    session.run("many = [torch.ones(1) for _ in range(30)]", lambda event: None)
    assert "(10 more in many)" in shown(session, ":vars")
    narrow = shown(Session(), "lin = nn.Linear(2, 1)", ":vars", columns=70)
    assert len(narrow) == 4 and all(len(line) <= 70 for line in narrow) and "..." in narrow[1]


def test_graphs_and_checks_know_the_names(session: Session) -> None:
    lines = ["ws = [torch.tensor(2., requires_grad=True)]", "lin = nn.Linear(1, 1)", "o = torch.ones(1)"]
    text = "\n".join(shown(session, *lines, ":graph lin(o).sum() * ws[0]"))
    assert all(name in text for name in ("lin.weight [1, 1]", "lin.bias [1]", "ws[0] []"))
    checked = shown(session, ":check lin(o).sum() * ws[0]")
    assert {line.split()[0] for line in checked[1:-1]} == {"o[0]", "lin.weight[0,0]", "lin.bias[0]", "ws[0]"}


# -- data files ------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    np.savez("data.npz", w=np.array([1.0, 2.0]), b=np.float32(3), **{"odd name": np.ones(1)})
    np.save("x.npy", np.arange(3.0))
    Path("h.csv").write_text("height;weight\n1,5;\n2,5;60\n")
    Path("program.txt").write_text("q = 3\nq\n")
    Path("table.txt").write_text("1 2\n3 4\n")
    return tmp_path


def test_load_sets_variables(session: Session, folder: Path) -> None:
    assert shown(session, ":load data.npz") == [
        "`odd name` can't be a name and is left out; :load NAME=data.npz:odd name takes it",
        "name  shape  dtype",
        "w     [2]    float64",
        "b     []     float32",
    ]
    assert (
        shown(session, ":load o=data.npz:odd name", ":load x.npy", ":load v=data.npz:w", "o, x, v", columns=150)[-1]
        == (
            "(tensor([1.], dtype=torch.float64), tensor([0., 1., 2.], dtype=torch.float64), tensor([1., 2.], "
            "dtype=torch.float64))"
        )
        or "x" in session.variables
    )
    assert shown(session, ":load h.csv:weight", "weight")[:2] == [
        "h.csv: commas in its numbers are read as points",
        "h.csv: 1 empty cell is read as nan, the first in line 2, column 2",
    ]
    assert shown(session, ":load table.txt", "table")[-2:] == ["tensor([[1, 2],", "        [3, 4]])"]
    assert shown(session, ":load program.txt") == ["3"]  # which is no table
    for wrong, says in {
        "nope.npz": "No such file or directory",
        "data.npz:q": "there is no `q` in it; it has `w`, `b`, `odd name`",
        "h.csv:q": "there is no `q`",
        "x.json": "No such file",
    }.items():
        (line,) = shown(session, f":load {wrong}")
        assert line.startswith(":load: error: ") and says in line


def test_what_was_loaded_is_the_sessions(session: Session, folder: Path) -> None:
    lines = [":load data.npz:w", "w.requires_grad_()", "y = (w * w).sum()", ":derive y", ":undo", ":undo", ":undo", "w"]
    said = shown(session, *lines)
    assert (
        "w.grad = 2 * w" in said and said[-2].startswith("NameError: name 'w'")
    ) or "undone: :load data.npz:w" in said
    shown(session, ":load data.npz:w", "k = w * 2", ":save s.py")
    again = Session()
    assert again.run((folder / "s.py").read_text(), lambda event: None)
    assert again.variables["w"].array.tolist() == [1, 2] and again.variables["k"].array.tolist() == [2, 4]


def test_save_writes_data(session: Session, folder: Path) -> None:
    session.run("x = torch.tensor([1., 2.], requires_grad=True); y = (x * x).sum(); y.backward()", lambda event: None)
    assert shown(session, ":save y.npy", ":save out.npz:x,x.grad", ":save all.safetensors", ":save t.csv:x") == [
        "y written to y.npy",
        "x, x.grad written to out.npz",
        "x, y written to all.safetensors",
        "x written to t.csv",
    ]
    assert np.load("y.npy") == 5 and np.load("out.npz")["x.grad"].tolist() == [2, 4]
    assert shown(session, ":save x.npy") == [":save: error: x.npy exists, and this prompt has not written it"]
    assert np.load("x.npy").tolist() == [0, 1, 2]
    assert shown(session, ":save m.npy:y", "y = y * 2", ":save m.npy:y")[-1] == "y written to m.npy"  # its own
    assert shown(session, ":save n.npy:nope")[0] == ":save: error: n.npy: name 'nope' is not defined"
    assert shown(session, ":save n.npy")[0].startswith(":save: error: n.npy: it holds one array: say which")
