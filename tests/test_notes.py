"""The line of note after a ``backward()`` at the prompt and in ``eval``: when there is one, which, and how often."""

from __future__ import annotations

import json

import pytest
from cli_ask import ask
from repl_driver import Screen, drive, entered, results

from autogradcli.session import Session

LEAF = "x = torch.tensor([0., 4.], requires_grad=True); "
LOOP = "w = torch.tensor(1., requires_grad=True)\nfor k in range(9):\n    loss = (w - 3) ** 2\n    loss.backward()"
ACCUMULATING = (
    "w = torch.tensor(1., requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.1)\nfor k in range(4):\n"
    "    for part in range(2):\n        ((w - part) ** 2).backward()\n    opt.step()\n    opt.zero_grad()"
)

#: Lines of a program, and the words of its note; "" for none.
NOTES = [
    ([LEAF + "x.sqrt().sum().backward()"], "x.grad is infinite in 1 of 2 elements"),
    ([LEAF + "(x * x.sqrt() / x).sum().backward()"], "x.grad is NaN in 1 of 2 elements"),
    ([LEAF + "x.round().sum().backward()"], "x.grad is 0 everywhere"),
    ([LEAF + "w = torch.ones(1, requires_grad=True)", "x.sum().backward()"], "w.grad is None: the backward() of"),
    ([LEAF, "x.sum().backward()", "x.sum().backward()"], "x.grad was added to the gradient of line 2"),
    ([LOOP], "w.grad was added to what the backward() of line 4 gave before"),
    ([LOOP + "\nw.grad = None"], ""),
    ([LOOP + "\n    w.grad = None"], ""),
    ([LOOP + "\n    w.grad.zero_()"], ""),
    ([LEAF, "x.sum().backward()", "(x * 2).sum().backward()"], ""),
    ([LEAF, "torch.autograd.grad(x.sqrt().sum(), x)"], ""),
    ([LEAF, "x.sum().backward()", "w = torch.tensor(1., requires_grad=True)"], ""),
    ([LEAF, "x.sqrt().sum().backward(); 1 / 0"], ""),
    (["net = nn.Linear(2, 1); (net(torch.ones(2)) * nan).backward()"], "net.weight.grad and net.bias.grad are NaN"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "words"), NOTES, ids=[f"{lines[-1][-40:]}" for lines, _ in NOTES])
def test_notes_of_eval(lines: list[str], words: str) -> None:
    shown = ask("eval", *lines).err
    notes = [line for line in shown.splitlines() if line.startswith("note: ")]
    assert len(notes) == bool(words)
    if words:
        assert words in notes[0] and notes[0].endswith("`autogradcli why` in place of `eval` says more")
    events = [json.loads(line) for line in ask("eval", "--format", "json", *lines).out.splitlines()]
    assert [words in event["text"] for event in events if event["event"] == "note"] == [True] * bool(words)


def test_a_run_has_no_notes() -> None:
    assert ask("run", "-", stdin=NOTES[0][0][0]).err == ""


def notes_at_prompt(*lines: str) -> list[str]:
    shown = results(drive(Session(), *entered(*lines), screen=Screen(120, 60)).lines())
    return [line for line in shown if line.startswith("note: ")]


def test_the_prompt_names_what_to_type() -> None:
    assert notes_at_prompt(LEAF, "x.sqrt().sum().backward()", "x") == [
        "note: x.grad is infinite in 1 of 2 elements; :why x.grad"
    ]


def test_who_accumulates_on_purpose_is_told_once() -> None:
    once = "note: x.grad was added to what `x.sum().backward()` gave before; :why x.grad"
    assert notes_at_prompt(LEAF, *["x.sum().backward()"] * 5) == [once]


def test_a_loop_with_parts_is_told_once() -> None:
    assert len([line for line in ask("eval", ACCUMULATING).err.splitlines() if "note" in line]) == 0
    within = ACCUMULATING.replace("\n    opt.zero_grad()", "")
    assert len([line for line in ask("eval", within).err.splitlines() if "note" in line]) == 1


def test_a_leaf_that_is_left_out_on_purpose_is_told_once() -> None:
    found = notes_at_prompt(
        LEAF, "w = torch.tensor(1., requires_grad=True)", *["x.sum().backward(); x.grad = None"] * 3
    )
    assert found == ["note: w.grad is None: `x.sum().backward(); x.grad = None` doesn't lead there; :why w.grad"]
