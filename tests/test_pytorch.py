"""The release of PyTorch that is meant: how it is chosen, what follows from it, and the page about it."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest
from cli_ask import COMMAND, ENVIRON, ROOT, ask
from repl_driver import Screen, drive, entered, results

from autogradcli.engine.operation import OPERATIONS
from autogradcli.engine.parameters import Before
from autogradcli.events import Failed, Printed
from autogradcli.numerics.releases import BEFORE, DIFFERENCES, NEWEST, Difference, releases, using, varying
from autogradcli.session import Session


def _page() -> Any:
    loader = SourceFileLoader("autogradcli_pytorch_page", str(ROOT / "scripts" / "pytorch_page"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


PAGE = _page()

CLAMP = "x = torch.tensor([0.0, 0.5, 1.0], requires_grad=True)\ny = x.clamp(0, 1).sum()\n"
GRADIENTS = {NEWEST: "tensor([0., 1., 0.])", BEFORE: "tensor([1., 1., 1.])"}


def printed(program: str, session: Session) -> str:
    said: list[str] = []

    def emit(event: object) -> None:
        if isinstance(event, Printed):
            said.append(event.text)
        elif isinstance(event, Failed):
            said.append(f"{event.type}: {event.message}")

    session.run(program, emit, echo=False)
    return "".join(said).rstrip("\n")


# -- the page --------------------------------------------------------------------------------------------------


def test_the_page_is_current() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "pytorch_page"), "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("difference", PAGE.differences(), ids=lambda each: each.names)
def test_a_difference_shows(difference: Difference) -> None:
    assert PAGE.shown(difference.program, NEWEST) != PAGE.shown(difference.program, BEFORE)


@pytest.mark.parametrize("case", PAGE.defects(), ids=lambda case: case["name"])
def test_where_pytorch_is_wrong_ours_is_another_answer(case: dict[str, str]) -> None:
    for release in (NEWEST, BEFORE):
        ours = PAGE.shown(case["program"], release)
        assert "Error" not in ours and ours != case[release]
    assert case["mathematics"]


def test_the_table_holds_what_is_known_to_differ() -> None:
    names = " ".join(each.names for each in DIFFERENCES)
    for name in (
        "clamp",
        "fmax",
        "group_norm",
        "combinations",
        "scaled_dot_product_attention",
        "neg",
        "qr",
        "cholesky",
    ):
        assert name in names
    assert len({each.names for each in DIFFERENCES}) == len(DIFFERENCES)


# -- one process, two releases -----------------------------------------------------------------------------------


def test_sessions_keep_apart() -> None:
    sessions = {release: Session(pytorch=release) for release in (NEWEST, BEFORE)}
    program = CLAMP + "y.backward()\nprint(x.grad)"
    for _ in range(2):
        for release, session in sessions.items():
            assert printed(program, session) == GRADIENTS[release]
    assert releases.current == NEWEST


def test_what_was_made_before_a_switch() -> None:
    """A graph keeps its rules, in the array world and in that of tensors; functions and names go with the release."""
    for first, second in ((NEWEST, BEFORE), (BEFORE, NEWEST)):
        for rest in ("y.backward()\nprint(x.grad)", "print(torch.autograd.grad(y, x, create_graph=True)[0].detach())"):
            session = Session(pytorch=first)
            printed(
                CLAMP + "def f(x): return x.clamp(0, 1).sum()\nold = torch.__version__\nclamp = torch.clamp", session
            )
            session.state.use_pytorch(second)
            assert printed(rest, session) == GRADIENTS[first]
            assert printed("x.grad = None\nf(x).backward()\nprint(x.grad)", session) == GRADIENTS[second]
            assert (
                printed("x.grad = None\nclamp(x, 0, 1).sum().backward()\nprint(x.grad)", session) == GRADIENTS[second]
            )
            assert printed("print(old[:4], torch.__version__[:4])", session) == f"{first} {second}"


def test_ties_and_nan() -> None:
    program = (
        "x = torch.tensor([1.0, 1.0, torch.nan, 1.0], requires_grad=True)\n"
        "o = torch.tensor([1.0, 2.0, 1.0, torch.nan], requires_grad=True)\n"
        "for f in (torch.fmax, torch.fmin, torch.clamp_min, torch.clamp_max):\n"
        "    print(*torch.autograd.grad(f(x, o).sum(), (x, o)))\n"
        "    print(torch.func.jvp(f, (x.detach(), o.detach()), (torch.ones(4), 3 * torch.ones(4)))[1])\n"
    )
    half, one = "tensor([0.5000, 0.0000, 1.0000, 1.0000])", "tensor([0.5000, 1.0000, 1.0000, 1.0000])"
    assert printed(program, Session()).splitlines() == [
        f"{half} {one}", "tensor([2., 3., 3., 3.])", f"{one} {half}", "tensor([2., 1., 3., 3.])",
        f"{half} {one}", "tensor([2., 3., 3., 3.])", f"{one} {half}", "tensor([2., 1., 3., 3.])",
    ]  # fmt: skip
    assert printed(program, Session(pytorch=BEFORE)).splitlines() == [
        "tensor([1., 0., 0., 1.]) tensor([0., 1., 1., 0.])", "tensor([3., 3., 3., 1.])",
        "tensor([1., 1., 0., 1.]) tensor([0., 0., 1., 0.])", "tensor([1., 1., 3., 3.])",
        "tensor([1., 0., 0., 0.]) tensor([0., 1., 0., 0.])", "tensor([1., 3., 3., 3.])",
        "tensor([1., 1., 0., 0.]) tensor([0., 0., 0., 0.])", "tensor([1., 1., 3., 3.])",
    ]  # fmt: skip


def test_the_version_is_ordered_as_versions_are() -> None:
    program = """v = torch.__version__
print(v, type(v), isinstance(v, str), v == "2.14.1+cpu", hash(v) == hash(str(v)), torch.version.cuda)
print(v >= (2, 0), v >= "2.9", v > "2.14.1", v < "2.14.1.post1", v > "2.14.1rc1", v >= "2.14.2.dev1", (2, 14) <= v)
print(v > "2.14.1.dev3", v < "1!0", v == "parrot", v > "parrot", v < "2.14.1+cu130", v != "2.14.1")
try: v > 2
except TypeError as e: print(e)"""
    assert printed(program, Session()).splitlines() == [
        "2.14.1+cpu <class 'torch.torch_version.TorchVersion'> True True True None",
        "True True True True True False True",
        "True True False False True True",
        "'>' not supported between instances of 'TorchVersion' and 'int'",
    ]


def test_declarations_are_checked() -> None:
    difference = DIFFERENCES[0]
    with pytest.raises(TypeError, match="kernels"):
        Before(difference, kernel=abs)
    captured = 1
    with pytest.raises(TypeError, match="can't stand for"):
        varying(difference, before=lambda: captured)(lambda: 2)
    with pytest.raises(KeyError), using("1.0"):
        pass
    for session in (Session(), Session(pytorch=BEFORE)):
        with pytest.raises(KeyError):
            session.state.use_pytorch("2")
    assert OPERATIONS["clamp"].call.__dict__["op"] is OPERATIONS["clamp"]


# -- the command line and the prompt -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["--pytorch", BEFORE, "grad", "clamp(x, 0, 1)", "x=1"],
        ["grad", f"--pytorch={BEFORE}", "clamp(x, 0, 1)", "x=1"],
        ["grad", "clamp(x, 0, 1)", "x=1", "--pytorch", BEFORE],
    ],
)
def test_the_option_stands_anywhere(arguments: list[str]) -> None:
    assert "x.grad = tensor(1.)" in ask(*arguments).out
    assert releases.current == NEWEST
    assert "x.grad = tensor(0.)" in ask("grad", "clamp(x, 0, 1)", "x=1").out


def test_only_known_releases() -> None:
    answer = ask("--pytorch", "1.0", "eval", "1")
    assert answer.code == 2 and NEWEST in answer.err and BEFORE in answer.err


def test_the_setting(tmp_path: Path) -> None:
    folder = tmp_path / "autogradcli"
    folder.mkdir()
    (folder / "config.toml").write_text(f'pytorch = "{BEFORE}"\n')

    def said(*options: str) -> str:
        return subprocess.run(
            [*COMMAND, *options, "eval", "torch.__version__"], capture_output=True, text=True,
            env={**ENVIRON, "XDG_CONFIG_HOME": str(tmp_path)}, stdin=subprocess.DEVNULL,
        ).stdout  # fmt: skip

    assert BEFORE in said() and NEWEST in said("--pytorch", NEWEST) and NEWEST in said("--no-config")


def test_jobs_of_a_batch_mean_the_same_release(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.py").write_text("import torch\nprint(torch.__version__)\n")
    done = subprocess.run(
        [*COMMAND, "run", "--jobs", "2", "--pytorch", BEFORE, str(tmp_path)],
        capture_output=True,
        text=True,
        env=ENVIRON,
    )
    assert done.stdout.count(f"{BEFORE}.0+cpu") == 2


def test_at_the_prompt() -> None:
    session = Session(seed=0)
    lines = ["x = tensor(1., requires_grad=True)", ":pytorch", f":pytorch {BEFORE}", "clamp(x, 0, 1).backward()"]
    shown = results(drive(session, *entered(*lines, ":pytorch 1.0"), screen=Screen(100, 100)).lines())
    assert shown[:2] == [f"pytorch: {NEWEST}", f"pytorch: {BEFORE}"] and "x.grad = tensor(1.)" in shown
    assert f"{NEWEST}, {BEFORE}" in shown[-1]


# -- what an upgrade changes ---------------------------------------------------------------------------------------

PROGRAM = """\
import torch
x = torch.tensor([0., 1., 2.], requires_grad=True)
y = x.clamp(0, 1); z = 3
y.sum().backward()
def f(t):
    return torch.combinations(t)
print(f(x).grad_fn)
g, = torch.autograd.grad(x.clamp(min=1.).sum(), x)
print(x, torch.rand(2))
x.grad = None
@torch.no_grad()
def h(): return x.sum()
-torch.tensor(h() > 1)
"""


def test_compare_says_which_lines() -> None:
    answer = ask("compare-pytorch", "--format", "json", "-", stdin=PROGRAM)
    rows = [json.loads(line) for line in answer.out.splitlines()]
    assert answer.code == 1
    assert [(row["line"], row["what"], row["name"]) for row in rows] == [
        (4, "gradient", "x.grad"), (7, "printed", ""), (8, "value", "g"), (13, "error", ""),
    ]  # fmt: skip
    assert (rows[0][BEFORE], rows[0][NEWEST]) == ("tensor([1., 1., 0.])", "tensor([0., 0., 0.])")
    assert (rows[1][BEFORE], rows[1][NEWEST]) == (
        "<StackBackward0 object at 0x...>\n", "<IndexBackward0 object at 0x...>\n",
    )  # fmt: skip
    assert rows[3][NEWEST].startswith("NotImplementedError") and rows[3][BEFORE].startswith("RuntimeError")
    assert rows[2]["source"] == "g, = torch.autograd.grad(x.clamp(min=1.).sum(), x)"
    plain = ask("compare-pytorch", "-", stdin=PROGRAM)
    assert (
        "4: y.sum().backward()\n    x.grad, 2.13: tensor([1., 1., 0.])\n    x.grad, 2.14: tensor([0., 0., 0.])\n"
        in plain.out
    )
    assert plain.err == f"4 differences between PyTorch {BEFORE} and {NEWEST}\n"


def test_compare_where_nothing_differs_or_nothing_runs() -> None:
    same = ask("compare-pytorch", "-", stdin="x = torch.rand(3)\nprint(x, 'ä'); x.sum()\n")
    assert (same.code, same.out) == (0, "") and "nothing differs" in same.err
    failing = ask("compare-pytorch", "-", stdin="print(1)\n1 / 0\n")
    assert failing.code == 1 and "<stdin>:2:1: ZeroDivisionError: division by zero" in failing.err
    wrong = ask("compare-pytorch", "-", stdin="print(1)\nx = (\n")
    assert wrong.code == 1 and "SyntaxError" in wrong.err and wrong.out == ""
    assert ask("compare-pytorch", "nosuch.py").code == 1
