"""What ``derive`` says of a program: evaluated, it is what ``backward()`` gives, or it says why there is no formula."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from derive_programs import Maker, derived, ran, read_as, wrong

from autogradcli.events import Value
from autogradcli.explain.derived import Subject, agrees
from autogradcli.recorded import NoFormula
from autogradcli.session import Session
from autogradcli.show.derive_options import Wanted
from autogradcli.show.formulas import answer


def answered(text: str, **wanted: Any) -> tuple[str, Subject]:
    def read(read: Subject, evaluate: Any) -> tuple[str, Subject]:
        return answer("loss", read, evaluate=evaluate, wanted=Wanted(**wanted)).text, read

    return read_as(text, "loss", read)


X = "x = torch.tensor(3., requires_grad=True)\n"
V = "x = torch.tensor([1., 2., 3.], requires_grad=True)\n"

#: Programs that make ``loss``, and how many gradients have a formula.
PROGRAMS = {
    "tuple": (X + "a, b = x * 2, x * 3\nloss = a * x", 1),
    "for": (X + "for k in range(1): a = x * 2\n\nloss = a * x", 1),
    "if": (X + "if True: a = x * 2\n\nloss = a * x", 1),
    "chained": (X + "a = b = x * 2\nloss = a * x", 1),
    "list": (X + "a = [x * 2]\nloss = a[0] * x", 1),
    "dict": (X + "d = {'h': x * 2}\nloss = d['h'] * x", 1),
    "def": (X + "def f(): return x * 2\n\nloss = f() * x", 1),
    "changed by *=": (X + "loss = x * 2\nloss *= x", 1),
    "while": (X + "loss = x * 1\nwhile loss < 50: loss = loss * x\n", 1),
    "comprehension": (X + "loss = sum([x ** k for k in range(3)])", 1),
    "a class": (
        X + "class C(torch.nn.Module):\n  def __init__(self, v): super().__init__(); self.v = v * 2\n\n"
        "loss = C(x).v * x",
        1,
    ),
    "unrolled step": (
        "a = torch.tensor(2., requires_grad=True)\n" + X + "inner = (a * x - 1) ** 2\n"
        "g1, = torch.autograd.grad(inner, x, create_graph=True)\nx2 = x - 0.1 * g1\nloss = (a * x2 - 1) ** 2",
        2,
    ),
    "rnn": (
        "W = torch.tensor([[.5, .1], [.2, .3]], requires_grad=True)\nh = torch.tensor([1., 2.])\n"
        "for k in range(2): h = torch.tanh(W @ h)\n\nloss = h.sum()",
        1,
    ),
    "a leaf that was cut off": (X + "h = (x * 2).detach().requires_grad_()\nloss = h * h", 1),
    "a value that was cut off": (X + "with torch.no_grad(): c = x * 2\n\nloss = c * x", 1),
    "an element in place": (V + "h = x * x\nh[0] = x[1] * x[2]\nloss = h.sum()", 1),
    "rows in place": (V + "h = torch.zeros(2, 3)\nh[0] = x\nh[1, 1:] = x[0] * x[:2]\nloss = (h * h).sum()", 1),
    "a column in place": (V + "h = torch.ones(3, 2)\nh[:, 1] = x * x\nh[::2, 0] *= x[1]\nloss = (h ** 2).sum()", 1),
    "through a view": (V + "h = x * 1\nv = h[1:]\nv.mul_(x[0])\nv.mul_(2)\nloss = (h * v.sum()).sum()", 1),
    "a mask in place": (V + "h = x * x\nh[x > 1.5] = 0\nloss = h.sum()", 1),
    "list of leaves": (
        "ws = [torch.tensor(2., requires_grad=True), torch.tensor(3., requires_grad=True)]\nloss = ws[0] * ws[1] ** 2",
        2,
    ),
    "module": ("torch.manual_seed(0)\nlin = torch.nn.Linear(2, 1)\nloss = lin(torch.ones(1, 2)).pow(2).sum()", 2),
    "network": (
        "torch.manual_seed(0)\nnet = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU(), torch.nn.Linear(2, 1))"
        "\nloss = (net(torch.ones(3, 2)) ** 2).mean()",
        4,
    ),
    "a hook that looks": (X + "x.register_hook(lambda g: None)\nloss = x * x", 1),
    "after its own backward": (V + "loss = (x * x).sum()\nloss.backward(retain_graph=True)", 1),
    "a gradient as a number": (X + "(x * x).backward()\ng = x.grad * 1\nloss = g * x", 1),
    "torch.func": (X + "loss = torch.func.grad(lambda v: v ** 3)(x) * x", 1),
    "dropout": ("torch.manual_seed(1)\n" + V + "loss = torch.nn.functional.dropout(x * x).sum()", 1),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(name: str) -> None:
    text, wanted = PROGRAMS[name]
    found, count, missing = wrong(text)
    assert not found and not missing
    assert count == wanted


@pytest.mark.parametrize(
    ("text", "formula"),
    [(X + "x = x * 2\nloss = x * x", "8 * x"), (V + "loss = (x * x).sum()\nloss.backward()", "2 * x")],
)
def test_what_backward_can_not_be_asked_for_any_more(text: str, formula: str) -> None:
    assert dict(derived(text).gradients) == {"x": formula}


#: Programs whose formulas NumPy has the functions for.
CODED = ["for", "unrolled step", "rnn", "list of leaves", "module", "network", "torch.func"]


@pytest.mark.parametrize("name", CODED)
def test_the_code_of_a_program_gives_its_value_and_gradients(name: str) -> None:
    text, _ = PROGRAMS[name]
    code, read = answered(text, code="numpy")
    names: dict[str, Any] = {}
    exec(code, names)
    function = names["value_and_gradients"]
    used = inspect.signature(function).parameters
    value, gradients = function(**{name: v.array for name, v in read.variables.items() if name in used})
    session = Session(seed=0)
    ran(session, f"{text}\nloss.backward()")
    true = [e.value.array for e in ran(session, "loss.detach()") if isinstance(e, Value)]
    assert agrees(np.asarray(value, true[0].dtype), true[0])
    for word, mine in gradients.items():
        (event,) = (e for e in ran(session, f"{read.names[word]}.grad") if isinstance(e, Value))
        assert agrees(np.asarray(mine, event.value.array.dtype), event.value.array), word


@pytest.mark.parametrize("name", ["for", "rnn", "list of leaves", "module", "through a view"])
def test_the_steps_of_a_program_end_in_its_formulas(name: str) -> None:
    text, _ = PROGRAMS[name]
    formulas, _ = answered(text)
    steps, _ = answered(text, steps=True)
    assert steps.startswith(" 1  ") and steps.endswith(formulas)


def test_options_know_the_names_of_a_program() -> None:
    text, _ = PROGRAMS["module"]
    assert answered(text, wrt=("lin.bias",))[0].startswith("lin.bias.grad = ")
    assert r"\nabla_{\mathrm{lin.bias}}" in answered(text, latex=True)[0]
    assert "hessian(lin.bias, lin.bias) = " in answered(text, order=2)[0]
    with pytest.raises(ValueError, match="--wrt w: there is no such variable; they are"):
        answered(text, wrt=("w",))
    hook = X + "w = x.detach().requires_grad_()\nx.register_hook(lambda g: g * 2)\nloss = x * x * w"
    assert "no formula for hessian(x, w): the hook of line 3" in answered(hook, order=2)[0]
    with pytest.raises(NoFormula, match=r"there are no steps to x\.grad: the hook of line 3"):
        answered(hook, steps=True)


def test_a_value_that_doubles_forty_times() -> None:
    text = X + "y = x * 1\nfor k in range(40): y = y + y\n"
    assert np.float32(dict(derived(text, "y").gradients)["x"]) == 2.0**40


HOOK = "hook of line 2 changes it on its way"
FUNCTION = (
    "class Twice(torch.autograd.Function):\n"
    "    @staticmethod\n    def forward(ctx, a): return a * 2\n"
    "    @staticmethod\n    def backward(ctx, g): return g * 3\n\n"
)


@pytest.mark.parametrize(
    ("text", "why", "others"),
    [
        (X + "x.register_hook(lambda g: g * 2)\nloss = x * x", HOOK, {}),
        (X + "x.register_post_accumulate_grad_hook(lambda p: None)\nloss = x * x", HOOK, {}),
        (
            X
            + "w = torch.tensor(2., requires_grad=True)\nh = x * 2\nh.register_hook(lambda g: g * 2)\nloss = h * x + w",
            "hook of line 4",
            {"w": "1"},
        ),
        (FUNCTION + X + "w = x.detach().requires_grad_()\nloss = Twice.apply(x) * w", "Twice, a Function", {"w": "6"}),
        (X + "h = x * x\nloss = h * h\nh.data.mul_(2)", "through .data", {}),
        (X + "h = x * x\nh.data.mul_(2)\nloss = h * h", "through .data", {}),
    ],
)
def test_what_has_no_formula(text: str, why: str, others: dict[str, str]) -> None:
    shown = derived(text)
    assert dict(shown.gradients) == others
    assert why in shown.missing["x"]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (X + "loss = x * x\nloss.backward()\nwith torch.no_grad(): x -= 0.1 * x.grad\n", "x was changed in place"),
        (X + "x = x * 2\nloss = x * x", "by now x is another tensor"),
        (V + "h = x * x\nloss = (h * h).sum()\nh.add_(1)", "backward() fails by now"),
        ("def f():\n    x = torch.tensor(3., requires_grad=True)\n    return x * w\n\n"
         "w = torch.tensor(2., requires_grad=True)\nloss = f()", "a leaf that no variable names"),
    ],
)  # fmt: skip
def test_what_has_to_be_known(text: str, note: str) -> None:
    assert note in " ".join(derived(text).notes)


@pytest.mark.parametrize("text", ["loss = torch.tensor(2.)", X + "loss = (x * 2).detach()", "loss = 3", X + "loss = x"])
def test_what_has_no_gradient(text: str) -> None:
    with pytest.raises(NoFormula):
        derived(text)


def test_random_programs() -> None:
    said = 0
    for seed in range(120):
        text = Maker(seed).text()
        found, count, _ = wrong(text)
        assert not found, text + "\n".join(found)
        said += count
    assert said > 200
