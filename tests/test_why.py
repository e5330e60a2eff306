"""Why a gradient is what it is: each program of ``data/whys.txt`` with the answer that a teacher would give.

A case is a title with what is asked (``x``; "" for the error or the first surprise), the program after it, and after
``=>`` the answer as it is shown. What a mended line gives was computed by running it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli_ask import ask
from repl_driver import Screen, drive, entered, results

from autogradcli.engine.tensor import Tensor
from autogradcli.events import Event, Failed, Value
from autogradcli.session import Session
from autogradcli.show.whys import NOTHING, why_event, why_text
from autogradcli.why import errors
from autogradcli.why.asking import Question
from autogradcli.why.inquiry import Why
from autogradcli.why.known import KNOWN

CASES = (Path(__file__).parent / "data" / "whys.txt").read_text().removesuffix("\n").split("\n---\n")


def question(program: str) -> Question:
    return Question(program, lambda: Session(seed=0))


def asked(program: str, name: str = "") -> Why | None:
    made = question(program)
    return made.about(name) if name else made.at_all()


@pytest.mark.parametrize("case", CASES, ids=[case.partition("\n")[0].partition(" |")[0] for case in CASES])
def test_whys(case: str) -> None:
    head, _, rest = case.partition("\n")
    program, _, answer = rest.partition("\n=>\n")
    found = asked(program, head.partition("|")[2].strip())
    shown = why_text(found) if found is not None else NOTHING
    assert shown.rstrip("\n") == answer
    if found is not None and found.mended is not None:
        assert runs(program, found) == found.mended.gives


def runs(program: str, found: Why) -> str:
    """What the mended program gives, in the words of the answer."""
    assert found.mended is not None
    lines = program.split("\n")
    old = lines[found.mended.line - 1]
    indent = old[: len(old) - len(old.lstrip())]
    lines[found.mended.line - 1] = "\n".join(indent + line for line in found.mended.source.split("\n"))
    session = Session(seed=0)
    events: list[Event] = []
    session.run("\n".join(lines), events.append)
    assert not [event for event in events if isinstance(event, Failed)]
    name, equals, _ = found.mended.gives.partition(" = ")
    if not equals:
        return found.mended.gives
    session.run(name, events.append)
    (value,) = (event.value for event in events[-1:] if isinstance(event, Value))
    assert isinstance(value, Tensor)
    from autogradcli.language.values.text_format import to_repr

    return f"{name} = {' '.join(to_repr(value).split())}"


def test_a_mended_line_that_does_not_help_is_not_shown() -> None:
    found = asked("x = torch.tensor([-1.], requires_grad=True)\ny = torch.sqrt(x)\ny.sum().backward()", "x")
    assert found is not None and found.kind == "nan" and found.line == 2 and found.mended is None


def test_what_is_no_tensor_of_the_program() -> None:
    with pytest.raises(ValueError, match=r"w is no tensor of the program; the leaves are x"):
        asked("x = torch.tensor(1., requires_grad=True)", "w.grad")
    with pytest.raises(ValueError, match="nothing in it requires grad"):
        asked("x = 1", "x")


def test_an_event_has_all_of_it() -> None:
    program = "x = torch.tensor([1., 2.], requires_grad=True)\nd = x.detach()\nd.sum().backward()"
    found = asked(program)
    assert found is not None
    event = why_event(found)
    assert (event["kind"], event["line"], event["path"]) == ("error", 2, "x -x- d (line 2) -> d.sum() (line 3)")
    assert event["mended"] == {"line": 2, "source": "d = x", "gives": "x.grad = tensor([1., 1.])"}


def test_a_session_is_not_slowed_by_what_it_does_not_ask() -> None:
    """Nobody is told anything while no recording runs."""
    from autogradcli.engine.state import state

    session = Session()
    session.run("x = torch.ones(2, requires_grad=True); (x * 2).sum().backward(); x.detach()", lambda event: None)
    assert state.tape is None


HINTS = [
    (
        ["x = torch.ones(2, requires_grad=True)", "h = x * x", "d = h.detach()", "d.sum().backward()"],
        "hint: d.sum() comes of x, but line 3 (`d = h.detach()`) cut it off; use h itself",
        "x -> h (line 2) -x- d (line 3) -> d.sum() (line 4)",
    ),
    (
        ["x = torch.ones(2, requires_grad=True); y = exp(x)", "y += 1; y.sum().backward()"],
        "hint: `y += 1` changed y in place: `y = exp(x)` needs y as it was; write y = y + 1",
        "",
    ),
]


@pytest.mark.parametrize(("lines", "hint", "path"), HINTS, ids=["a line each", "several on a line"])
def test_hints_name_the_line(lines: list[str], hint: str, path: str) -> None:
    shown = ask("eval", *lines).err
    assert hint in shown and path in shown


def test_the_prompt_says_why() -> None:
    lines = ["w = torch.tensor(2., requires_grad=True)", "z = (w * 2).detach()", "z.backward()"]
    shown = "\n".join(results(drive(Session(), *entered(*lines, ":why", ":why w"), screen=Screen(120, 60)).lines()))
    assert "hint: z comes of w, but `z = (w * 2).detach()` cut it off" in shown
    assert "mended:\n    z = (w * 2)\n  then w.grad = tensor(2.)" in shown
    assert "w.grad: z comes of w, but" in shown


def test_what_is_known_of_errors_is_what_is_answered() -> None:
    assert set(KNOWN) == set(errors._ANSWERS)


@pytest.mark.parametrize("case", CASES, ids=[case.partition("\n")[0].partition(" |")[0] for case in CASES])
def test_run_says_why_beside_what_it_shows(case: str, tmp_path: Path) -> None:
    """Nothing of the program's own text changes: with ``--why`` more follows on the standard error."""
    program = case.partition("\n")[2].partition("\n=>\n")[0]
    file = tmp_path / "p.py"
    file.write_text(program)
    plain, explained = (ask("run", "--seed", "0", *options, str(file)) for options in ([], ["--why"]))
    addresses = re.compile("0x[0-9a-f]+")
    assert addresses.sub("", explained.out) == addresses.sub("", plain.out) and explained.code == plain.code
    question_ = question(program)
    assert explained.err == plain.err + "".join(why_text(found) for found in question_.answers())
    assert bool(question_.answers()) == (question_.at_all() is not None)


QUIET = [
    "net = torch.nn.Linear(2, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nfor k in range(3):\n"
    "    loss = net(torch.ones(4, 2)).pow(2).mean()\n    loss.backward()\n    opt.step()\n    opt.zero_grad()",
    "x = torch.ones(2, requires_grad=True)\n(x * 2).sum().backward()",
    "x = torch.ones(2, requires_grad=True)\ny = x * 2",
]


@pytest.mark.parametrize("program", QUIET, ids=["zero_grad at the end", "fine", "no backward"])
def test_what_is_no_surprise(program: str) -> None:
    assert question(program).answers() == []
