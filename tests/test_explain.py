"""``explain``: each line of a derivation, evaluated, has the number that stands beside it."""

from __future__ import annotations

import numpy as np
import pytest
from cli_ask import ask
from repl_driver import Screen, drive, entered, results

from autogradcli.engine.tensor import Tensor, wrap
from autogradcli.events import Event, Failed, Value
from autogradcli.explain.derived import agrees
from autogradcli.recorded import inside, play
from autogradcli.session import Session
from autogradcli.why.explaining import Explanation, explanation

X = "x = torch.tensor([1., 2., -3.], requires_grad=True)\n"
PROGRAMS = {
    "the tutorial's": "x = torch.ones(2, 2, requires_grad=True)\ny = x + 2\nz = y * y * 3\nloss = z.mean()",
    "branches": X + "h = x * x\nloss = (h * x + torch.sin(h) - x).sum()",
    "a network": (
        "W = torch.tensor([[1., -1.], [.5, 2.]], requires_grad=True)\nX = torch.tensor([[1., 2.], [3., 4.]])\n"
        "b = torch.tensor([0., 1.], requires_grad=True)\nloss = (torch.relu(X @ W + b) ** 2).mean()"
    ),
    "softmax": X + "p = torch.softmax(x, 0)\nloss = -torch.log(p[0])",
    "in place": X + "h = x * 1\nh[0] = x[1] * 2\nloss = h.prod()",
    "a loop": X + "h = x\nfor k in range(3): h = torch.tanh(h) + x\n\nloss = h.sum()",
    "sorted": X + "loss = x.sort()[0] @ torch.tensor([1., 2., 3.])",
    "a cut": X + "h = (x * 2).detach()\nloss = (h * x).sum()",
}


def made(text: str, asked: str = "loss") -> Explanation:
    program = play(Session(seed=0), [text], asked)
    found: list[Explanation] = []
    inside(program.session, lambda: found.append(explanation(program)))
    return found[0]


def value_of(session: Session, text: str) -> np.ndarray:
    events: list[Event] = []
    session.run(f"torch.as_tensor({text})", events.append)
    assert not [e for e in events if isinstance(e, Failed)], text
    (event,) = (e for e in events if isinstance(e, Value))
    assert isinstance(event.value, Tensor)
    return event.value.array


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_line_gives_its_number(name: str) -> None:
    found = made(PROGRAMS[name])
    session = Session()
    session.variables.update({n: wrap(array) for n, array in found.given})
    for line in found.forward:
        assert agrees(value_of(session, line.text).astype(line.value.dtype), line.value), line
        session.variables[line.name] = wrap(line.value)
    gradients = {n: wrap(array) for n, array in found.sums.items()}
    total: dict[str, np.ndarray] = {}
    for passed in found.backward:
        text = passed.text
        for n, gradient in sorted(gradients.items(), key=lambda item: -len(item[0])):
            session.variables[f"{n}_gradient"] = gradient
            text = text.replace(f"{n}.grad", f"{n}_gradient")
        assert agrees(value_of(session, text).astype(passed.value.dtype), passed.value), passed
        total[passed.name] = total.get(passed.name, np.zeros_like(passed.value)) + passed.value
    for n, array in total.items():
        assert agrees(array, found.sums[n])


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_ends_in_what_backward_gives(name: str) -> None:
    found = made(PROGRAMS[name])
    session = Session(seed=0)
    assert session.run(PROGRAMS[name] + "\nloss.backward()", lambda event: None)
    for leaf in found.leaves:
        assert agrees(found.sums[leaf], session.variables[leaf].grad.array)


def test_what_is_too_long_is_refused() -> None:
    answer = ask("explain", "[h := x, [h := h * x for i in range(100)], h][2]", "x=2")
    assert answer.code == 1 and "it takes 100 operations, more than somebody reads" in answer.err


def test_at_the_prompt() -> None:
    lines = ["a = torch.tensor(2., requires_grad=True)", "out = a * a + a", ":explain out"]
    shown = results(drive(Session(), *entered(*lines), screen=Screen(100, 60)).lines())
    assert shown[-1] == "  a.grad = the sum of 2                        = 5"
