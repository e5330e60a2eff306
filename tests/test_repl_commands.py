"""The commands of the prompt, each typed as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from prompt_toolkit.history import InMemoryHistory
from repl_driver import ENTER, PAUSE, Screen, drive, entered, results

from autogradcli.events import Value
from autogradcli.repl.app import Prompt
from autogradcli.repl.commands.table import COMMANDS, CommandError, find
from autogradcli.repl.journal import MAX_TRANSCRIPT, Transcript, beginning
from autogradcli.session import Session


@pytest.fixture
def session() -> Session:
    return Session(seed=0)


def shown(session: Session, *lines: str, columns: int = 100) -> list[str]:
    """What those lines show, each followed by Enter."""
    return results(drive(session, *entered(*lines), screen=Screen(columns, 100)).lines())


# -- the table ---------------------------------------------------------------------------------------------


def test_help_lists_and_tells(session: Session) -> None:
    listed = shown(session, ":help", columns=80)
    for name, command in COMMANDS.items():
        assert find(name) is command
        line = next(line for line in listed if line.split()[:1] == [name])
        assert line.endswith(command.summary)
        told = shown(session, f":help {name}", columns=80)
        assert told[0] == f"{name} {command.argument}".rstrip() and told[1].strip(" .") == command.summary


def test_wrong_commands(session: Session) -> None:
    assert "did you mean :help?" in shown(session, ":halp")[0]
    assert "on, off" in shown(session, ":no_grad maybe")[0]
    with pytest.raises(CommandError):
        find(":")
    assert find(":f") is COMMANDS[":format"]
    for line in (":load", ":save", ":graph", ":derive", ":time", ":set nope", ":seed x", ":dtype int64", ":format x"):
        said = shown(session, line)[0]
        assert said.startswith(f"{line.split()[0]}: error: ")


def test_an_error_of_our_own_leaves_the_session_alive(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(prompt: Prompt, argument: str) -> None:
        raise KeyError("spam\x1b")

    monkeypatch.setattr(COMMANDS[":vars"], "run", broken)
    assert shown(session, "x = 3", ":vars", "x") == ["KeyError: error: 'spam\\x1b'", "3"]


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


# -- modes and options -----------------------------------------------------------------------------------------


def test_no_grad_shows_in_the_prompt(session: Session) -> None:
    lines = [
        ":no_grad",
        "is_grad_enabled()",
        ":no_grad",
        "is_grad_enabled()",
        ":no_grad on",
        ":no_grad on",
        ":no_grad off",
    ]
    assert drive(session, *entered(*lines)).lines() == [
        ">>> :no_grad",
        "no_grad >>> is_grad_enabled()",
        "False",
        "no_grad >>> :no_grad",
        ">>> is_grad_enabled()",
        "True",
        ">>> :no_grad on",
        "no_grad >>> :no_grad on",
        "no_grad >>> :no_grad off",
        ">>>",
    ]


def test_no_grad_follows_the_program_and_keeps_the_variables(session: Session) -> None:
    keys = entered("is_grad_enabled = 5", "g = torch.set_grad_enabled(False)", "8", "_")
    lines = drive(session, *keys).lines()
    assert lines[-1] == "no_grad >>>"
    assert results(lines) == ["8", "8"]
    assert session.variables["is_grad_enabled"] == 5


def test_format(session: Session) -> None:
    lines = shown(session, ":format rich", "torch.ones(2)", ":format json", "2 + 2", ":format plain", "torch.ones(2)")
    assert lines[:4] == [
        "format: rich",
        "  expression     value     shape  dtype",
        "  torch.ones(2)  [1., 1.]  [2]    float32",
        "format: json",
    ]
    assert json.loads("".join(lines[4:-2]))["value"] == {"type": "int", "data": 4}
    assert lines[-2:] == ["format: plain", "tensor([1., 1.])"]


def test_dtype_and_seed(session: Session) -> None:
    lines = [
        ":dtype float64",
        ":dtype",
        ":undo",
        ":dtype",
        ":seed 3",
        "rand(1)",
        ":seed 3",
        "rand(1)",
    ]
    told = shown(session, *lines, ":seed")
    assert told[:3] == ["dtype: float64", "undone: torch.set_default_dtype(torch.float64)", "dtype: float32"]
    assert told[3] == told[4] and told[5] == "seed: 3"
    assert "unpacking" in shown(session, ":seed 99999999999999999999999")[0]


def test_options(session: Session) -> None:
    assert shown(session, ":set precision 2", ":set sci_mode on", ":set threshold 3", "tensor([1/3])") == [
        "precision: 2",
        "sci_mode: on",
        "threshold: 3",
        "tensor([3.33e-01])",
    ]
    assert shown(session, ":set sci_mode auto", "tensor([1/3])", ":set threshold inf", "zeros(4)") == [
        "sci_mode: auto",
        "tensor([0.33])",
        "threshold: inf",
        "tensor([0., 0., 0., 0.])",
    ]
    for name in ("preview", "suggestions", "toolbar"):
        assert shown(session, f":set {name} off", f":set {name} on") == [f"{name}: off", f"{name}: on"]
    listed = shown(session, ":set")
    assert [line.split()[0] for line in listed[1:]] == [
        *("precision", "threshold", "edgeitems", "linewidth", "sci_mode"),
        *("keys", "preview", "suggestions", "toolbar"),
    ]


# -- the session -------------------------------------------------------------------------------------------


def test_undo_and_redo(session: Session) -> None:
    lines = ["x = torch.ones(2)", "x.add_(1)", ":undo", "x, x._version", ":redo", ":undo", ":undo", ":undo"]
    assert shown(session, *lines)[1:] == [
        "undone: x.add_(1)",
        "(tensor([1., 1.]), 0)",
        "done again: x.add_(1)",
        "undone: x.add_(1)",
        "undone: x = torch.ones(2)",
        ":undo: error: there is nothing to take back",
    ]
    assert shown(session, "x = 1", "x = 2", ":undo", ":undo", ":redo", "x")[-1] == "1"
    lines = ["x = torch.ones(2)", "x + 1", "x.add_(1)", "x", ":undo", "x", "x * 2", ":redo", "x"]
    assert shown(session, *lines)[3:] == [
        "undone: x.add_(1)",
        "tensor([1., 1.])",
        "tensor([2., 2.])",
        "done again: x.add_(1)",
        "tensor([2., 2.])",
    ]


def test_undo_takes_back_the_statements_of_one_input(session: Session) -> None:
    assert shown(session, "a = 1; b = nope", "a", ":undo", ":undo", "a")[-3] == "NameError: name 'a' is not defined"


def test_reset(session: Session) -> None:
    lines = shown(session, "x = 1", ":no_grad", ":reset", "is_grad_enabled()", ":vars", ":undo", "x, is_grad_enabled()")
    assert lines == ["a fresh session", "True", "no variables yet", "undone: :reset", "(1, False)"]


def test_save_rebuilds_the_session(tmp_path: Path, session: Session) -> None:
    file = tmp_path / "a session.py"
    lines = [
        "x = torch.rand(2, requires_grad=True)",
        "bad = nope",
        "a = 1; b = nope; c = 3",
        ":no_grad",
        "z = x * 2",
        ":no_grad",
        "q = 5",
        ":undo",
        "def f(v):\n    return v * a\n\n",
        "f(x).sum().backward()",
        "2 + 2",
        "five = _ + 1",
        ":seed 4",
        f":save {file}",
    ]
    assert shown(session, *lines, columns=200)[-1].startswith("10 entries written to ")
    again = Session(seed=99)
    assert again.run(file.read_text(), lambda event: None)
    mine, theirs = session.variables, again.variables
    assert set(mine) == set(theirs) == {"x", "a", "z", "f", "five", "_"}
    for name in ("x", "z"):
        assert (mine[name].array == theirs[name].array).all()
    assert (mine["x"].grad.array == theirs["x"].grad.array).all()
    assert theirs["five"] == 5 and theirs["z"].requires_grad is False
    loaded = Session(seed=5)
    assert shown(loaded, f":load {file}", "five")[-1] == "5"


def test_files(tmp_path: Path, session: Session) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text("x = 1\nx +\n")
    assert "exists and is not a saved session" in shown(session, f":save {mine}", columns=200)[0]
    assert shown(session, f":load {mine}", columns=200)[0] == f"{mine}:2:4: SyntaxError: invalid syntax"
    assert "No such file" in shown(session, f":load {tmp_path}/nope", columns=200)[0]
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    assert "no UTF-8" in shown(session, f":load {tmp_path}/bytes", columns=200)[0]
    saved = tmp_path / "s.py"
    assert shown(session, f":save {saved}", "x = 1", f":save {saved}", columns=200)[1].startswith("1 entry written")
    assert "No such file" in shown(session, f":save {tmp_path}/no/s.py", columns=200)[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bytes", "mine.py", "s.py"]


@pytest.mark.parametrize(
    ("text", "count", "kept"),
    [
        ("a = 1\nb = 2", 1, "a = 1"),
        ("a = 1; b = 2", 1, "a = 1"),
        ("a = 'é'; b = 2\nc = 3", 2, "a = 'é'; b = 2"),
        ("a = 1  # one\n# two\nb = 2", 1, "a = 1  # one\n# two"),
        ("def f():\n    pass\n@g\ndef h(): pass", 1, "def f():\n    pass"),
        ("a = 1", 0, ""),
        ("a = 1", 1, "a = 1"),
    ],
)
def test_the_statements_that_ended_well(text: str, count: int, kept: str) -> None:
    assert beginning(text, count) == kept


def test_transcript(tmp_path: Path, session: Session) -> None:
    file = tmp_path / "seen.txt"
    keys = entered("x = 2", ":no_grad", "for i in range(2):\nprint(i * x)\n\n", "x + nope", f":transcript {file}")
    drive(session, *keys, colour=True)
    assert file.read_text().split("\n")[:9] == [
        ">>> x = 2",
        ">>> :no_grad",
        "no_grad >>> for i in range(2):",
        "        ...     print(i * x)",
        "        ...     ",
        "0",
        "2",
        "no_grad >>> x + nope",
        "NameError: name 'nope' is not defined",
    ]
    assert "exists" in shown(session, f":transcript {file}", columns=200)[0]


def test_a_transcript_is_bounded() -> None:
    transcript = Transcript()
    for _ in range(5):
        transcript.add("x" * MAX_TRANSCRIPT)
    assert len(transcript.text()) <= 2 * MAX_TRANSCRIPT


def test_history_command(session: Session) -> None:
    history = InMemoryHistory(["earlier", "def f():\n    pass"])
    screen = drive(session, "x = 1", ENTER, PAUSE, ":history 2", ENTER, ":history f", ENTER, history=history)
    assert results(screen.lines()) == ["    def f():", "        pass", "    x = 1", "    def f():", "        pass"]


def test_edit(tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "sed -i s/11/22/")
    assert results(drive(session, "11 + 1", ENTER, PAUSE, ":edit", ENTER, PAUSE, ENTER).lines()) == ["12", "23"]
    monkeypatch.setenv("EDITOR", "false")
    assert "false ended with 1" in shown(session, ":edit")[0]
    monkeypatch.setenv("EDITOR", "there-is-no-such-editor")
    assert "there-is-no-such-editor" in shown(session, ":edit")[0]
