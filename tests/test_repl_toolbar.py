"""The lines below the prompt: what the line would give, what the open call wants, the session's state. And colours."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from re import findall

import pytest
from repl_driver import CTRL_C, ENTER, LOOK, PAUSE, TAB, Screen, drive, entered, results

from autogradcli.engine.lazy import loader
from autogradcli.language.read.tokens import tokens
from autogradcli.numerics import limits
from autogradcli.numerics.away import away
from autogradcli.repl import preview
from autogradcli.repl.highlight import SessionLexer
from autogradcli.repl.preview import AVAILABLE, BUDGET, Preview
from autogradcli.repl.toolbar import duration, signature_help
from autogradcli.session import Session


@pytest.fixture
def session() -> Session:
    loader.load_all()  # as the prompt itself does in its first idle second
    return Session(seed=0)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a preview shows is one question, and whether it is quick another, on a machine with much else to do."""
    monkeypatch.setattr(preview, "BUDGET", 0.5)


def run(session: Session, text: str) -> None:
    assert session.run(text, lambda event: None)


def toolbar(session: Session, *keys: str, columns: int = 80) -> list[str]:
    """The lines below the prompt after those keys: the hint ("" where there is none) and the status."""
    screen = drive(session, *keys, LOOK, CTRL_C, screen=Screen(columns, 24), cpr=True)
    *_, hint, status = screen.looks[-1]
    return ["" if hint.startswith((">>>", "...", "no_grad")) else hint, status]


# -- signatures --------------------------------------------------------------------------------------------


def test_signature_help(session: Session) -> None:
    run(session, "x = torch.ones(2)\ndef f(a, b=1, *c, d, **e): return a")
    assert toolbar(session, "x.sum(")[0].startswith("sum(dim, keepdim=False, *, dtype=None)")
    assert toolbar(session, "y = [f(1, ")[0] == "f(a, b=1, *c, d, **e)"
    assert toolbar(session, "nothing_known(")[0] == ""
    assert toolbar(session, ":time f(")[0] == "f(a, b=1, *c, d, **e)"
    assert toolbar(session, "range(")[0] == "range(start=0, stop, step=1)"  # of which only help knows the parameters
    assert toolbar(session, "nn.LSTM(3, ")[0].startswith("LSTM(input_size, hidden_size, num_layers=1")
    run(session, "layer = nn.Linear(2, 1)\ndef range(a): return a")
    assert toolbar(session, "layer.parameters(")[0] == "parameters(recurse=True)"
    assert toolbar(session, "range(")[0] == "range(a)"
    run(session, "class Net(nn.Module):\n  def __init__(self, size, depth=2): super().__init__()")
    assert toolbar(session, "Net(3, ")[0] == "Net(size, depth=2)"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("torch.clamp(x, ", "min=None"),
        ("torch.sum(x, ", "dim"),
        ("torch.sum(f(1, 2), 0, dtype=", "dtype=None"),
        ("torch.sum(x, nope=", ""),
        ("F.mse_loss(x, y, reduction=", "reduction='mean'"),
        ("math.atan2(1, ", "x"),
        ("len(", "obj"),
        ("torch.nn.Linear(2, ", "out_features"),
        ("def f(a, ", ""),
        ("(1, 2", ""),
    ],
)
def test_the_parameter_being_written_is_marked(session: Session, text: str, marked: str) -> None:
    assert "".join(piece[1] for piece in signature_help(session, text) if "argument" in piece[0]) == marked


# -- the preview -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("x * 2", "= float32 [2, 3] MulBackward0"),
        ("y = x.sum(0)", "= y: float32 [3] SumBackward1"),
        ("x @ x", "= RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"),
        ("x.sum().backward()", "= x.grad float32 [2, 3]"),
        ("f(x)", "= float32 [6] ViewBackward0"),
        ("1 + 1", "= int 2"),
        ("x.shape", "= torch.Size([2, 3])"),
        ("x, x.detach() > 0", "= (float32 [2, 3] requires_grad, bool [2, 3])"),
        ("print(x)", ""),
        ("x +", ""),
        (":vars", ""),
        ("tor", ""),
        ("x.requires_gr", ""),
        (r"'\x1b[2J'", r"= str '\x1b[2J'"),
        ("torch.ones(5000, 5000) @ torch.ones(5000, 5000)", ""),
        ("while True: pass", ""),
    ],
)
@pytest.mark.usefixtures("unhurried")
def test_preview(session: Session, line: str, shown: str) -> None:
    run(session, "x = torch.ones(2, 3, requires_grad=True)\ndef f(v): return v.view(-1)")
    assert toolbar(session, line)[0] == shown


@pytest.mark.usefixtures("unhurried")
def test_a_preview_changes_nothing(session: Session) -> None:
    run(session, "x = torch.ones(2)\nl = []\nn = 0\ndef f():\n  global n\n  n += 1\n  print('seen')\n  return n")
    lines = ("x.add_(1)", "rand(3)", "l.append(1)", "f()", "x = 5", "torch.set_grad_enabled(False)", "del x")
    screen = drive(session, *[key for line in lines for key in (line, LOOK, CTRL_C)], cpr=True)
    assert sum(look[-2].startswith("= ") for look in screen.looks) == 5
    assert not any("seen" in line for look in screen.looks for line in look)
    after = entered("x, x._version, l, n, torch.is_grad_enabled()", "rand(2)")
    assert results(drive(session, *after).lines()) == [
        "(tensor([1., 1.]), 0, [], 0, True)",
        "tensor([0.4963, 0.7682])",  # what PyTorch draws first after the seed 0
    ]


def bare_fork() -> float:
    """Seconds that this process takes to be copied, the median of a few."""
    took = []
    for _ in range(5):
        began = time.perf_counter()
        child = os.fork()
        if not child:
            os._exit(0)
        took.append(time.perf_counter() - began)
        os.waitpid(child, 0)
    return sorted(took)[2]


def test_a_preview_keeps_to_its_budget(session: Session) -> None:
    """What the prompt itself waits for is the copying; the copy ends by its own timer."""

    async def previewed(source: str) -> tuple[float, float, str]:
        changed = asyncio.Event()
        seen = Preview(session, changed.set)
        began = time.perf_counter()
        seen.follow(source)
        await asyncio.sleep(0)
        blocked = time.perf_counter() - began
        await asyncio.wait_for(changed.wait(), 10)
        return blocked, time.perf_counter() - began, seen.text

    run(session, "x = torch.ones(300, 300)")
    # This process is many times the size of a prompt's, and to copy it takes accordingly longer. A machine with much
    # else to do may not get to it in time every time.
    quick = within = False
    for _ in range(40):
        blocked, whole, text = asyncio.run(previewed("while True: x @ x"))
        assert text == ""
        quick = quick or blocked < BUDGET + bare_fork()
        within = within or whole < 5 * BUDGET
        if quick and within:
            break
    assert quick and within
    assert any(asyncio.run(previewed("x.sum()"))[2].endswith("float32 []") for _ in range(40))


# -- the state ---------------------------------------------------------------------------------------------


def test_the_status(session: Session) -> None:
    status = toolbar(session, *entered(":no_grad", ":dtype float64", "a = 1", "b = 2", "a + b"))[1]
    assert status.startswith("grad off | float64 | 2 variables | ")
    assert status.split()[-1] in ("s", "ms", "us")
    assert toolbar(session, ":set toolbar off", ENTER)[1] == "no_grad >>>"


def test_durations() -> None:
    assert [duration(s) for s in (2.5, 0.0123, 4.5e-5, 3e-8, 1234.5)] == [
        "2.5 s",
        "12.3 ms",
        "45 us",
        "30 ns",
        "1234 s",
    ]


def test_a_narrow_terminal(session: Session) -> None:
    keys = entered("x = torch.ones(3, requires_grad=True)", "y = (x * 2).sum(); y.backward()", ":vars")
    screen = drive(session, *keys, "torch.sum(x, ", LOOK, CTRL_C, screen=Screen(40, 40), cpr=True)
    look = screen.looks[0]
    assert all(len(line) <= 40 for line in look)
    assert look[-2].startswith("sum(input, dim") and look[-2].endswith("...")
    assert look[-1].startswith("grad on | float32 | 2 variables")
    assert "x" in look and "  gradient norm  3.464" in look  # a list where the table doesn't fit


def test_a_terminal_that_changes_its_size(session: Session) -> None:
    screen = Screen(80, 24)
    drive(session, "1 + 1", LOOK, lambda: screen.resize(40, 20), " + 1", LOOK, ENTER, PAUSE, screen=screen, cpr=True)
    assert any(line.startswith(">>> 1 + 1 + 1") for line in screen.looks[-1])
    assert "3" in screen.lines()


# -- colours -----------------------------------------------------------------------------------------------


def test_colours_of_the_line(session: Session) -> None:
    run(session, "x = 1")
    pieces = SessionLexer(session).lines("x = sum(y.exp(), 2) # all\nfor s in 'a': nope")
    styles = {piece[1]: piece[0] for line in pieces for piece in line}
    assert styles["x"] == "class:variable" and styles["sum"] == styles["exp"] == "class:function"
    assert styles["2"] == "class:number" and styles["'a'"] == "class:string" and styles["# all"] == "class:comment"
    assert styles["for"] == "class:keyword" and styles["nope"] == styles["y"] == ""
    assert len(pieces) == 2


def test_only_the_terminals_own_colours(session: Session) -> None:
    keys = ("x = 'a'", ENTER, "f(x).su", TAB, PAUSE, CTRL_C, "for i in [1, sum(x)]: 2", LOOK, CTRL_C)
    written = drive(session, *keys, colour=True, cpr=True).getvalue()
    codes = {code for found in findall("\x1b\\[([0-9;]*)m", written) for code in found.split(";")}
    assert {"35", "34"} <= codes
    assert not codes & {"38", "48"}


def test_brackets_match(session: Session) -> None:
    def underlined(*keys: str) -> list[str]:
        screen = drive(session, *keys, LOOK, CTRL_C, colour=True, cpr=True)
        return findall("\x1b\\[[0-9;]*4[0-9;]*m([^\x1b]*)", screen.getvalue())

    assert [text for text in underlined("g(x", ")") if text.strip("()") == ""]
    assert not [text for text in underlined("g(x") if text and text.strip("()") == ""]


@pytest.mark.parametrize(
    "text", ["", "x", "f(x, 'a", "'''a\nb", "1e5+0x1F .5j", "a\\\nb", "x?$", "f'{a}' r'\\'", "é²", "'''", '"\\']
)
def test_words_are_the_text(text: str) -> None:
    assert "".join(token.text for token in tokens(text)) == text


@pytest.mark.skipif(not AVAILABLE, reason="needs fork")
def test_no_preview_is_begun_while_what_was_interrupted_still_computes(
    session: Session, unhurried: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy would wait for the threads of the linear algebra library, and the prompt for the copy."""
    let_go = threading.Event()

    def give_up() -> None:
        raise TimeoutError

    async def previewed() -> tuple[str, str]:
        changed = asyncio.Event()
        seen = Preview(session, changed.set)
        seen.follow("1 + 2")
        await asyncio.sleep(0.3)
        early = seen.text
        let_go.set()
        await asyncio.wait_for(changed.wait(), 10)
        return early, seen.text

    with monkeypatch.context() as patch, pytest.raises(TimeoutError):
        patch.setattr(limits.run, "poll", give_up)
        away(let_go.wait)
    assert asyncio.run(previewed()) == ("", "int 3")
