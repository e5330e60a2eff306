"""``torch.autograd.Function``, ``torch.func``, forward mode and their like: programs with what PyTorch printed.

``programs/higher_order.txt`` holds the programs; a name's first part is its group.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from autogradcli import events
from autogradcli.session import Session

PROGRAMS = Path(__file__).parent / "programs" / "higher_order.txt"


class Case(NamedTuple):
    name: str
    source: str
    prints: str
    raises: str


def cases() -> list[Case]:
    parts = re.split(r"^# ==== (.*)\n", PROGRAMS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    found = []
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        source, _, rest = body.partition("# ---- prints\n")
        prints, _, raises = rest.partition("# ---- raises\n")
        found.append(Case(name, source, prints, raises.removesuffix("\n")))
    return found


def outcome(source: str) -> tuple[str, str]:
    """What a program prints and the error that ends it, addresses hidden."""
    printed: list[str] = []
    failures: list[str] = []

    def emit(event: events.Event) -> None:
        if isinstance(event, events.Printed):
            printed.append(event.text)
        elif isinstance(event, events.Failed):
            failures.append(f"{event.type}: {event.message}")

    Session(seed=0).run(source, emit, echo=False)
    return hidden("".join(printed)), hidden("".join(failures))


def hidden(text: str) -> str:
    return re.sub(r"0x[0-9a-f]+", "0x...", text)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_prints_what_pytorch_prints(case: Case) -> None:
    printed, raised = outcome(case.source)
    assert raised == case.raises
    assert printed.removesuffix("\n") == case.prints.removesuffix("\n")


NODE = """
import torch
class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x
    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 2 * x * g
x = torch.tensor([1.0, 2.0], requires_grad=True)
"""


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("Square.apply(x).sum().backward(); print(x.grad)", "tensor([2., 4.])\n"),
        ("print(Square.apply(x).grad_fn)", "<torch.autograd.function.SquareBackward object at 0x...>\n"),
        ("print(torch.func.hessian(lambda x: Square.apply(x).sum())(x))", ""),
        ("print(Square.apply(x.double()).dtype)", "torch.float64\n"),
    ],
)
def test_a_function_of_the_program(program: str, says: str) -> None:
    printed, raised = outcome(NODE + program)
    assert printed == says
    assert bool(raised) == (not says)


def test_nothing_of_python_is_reachable_from_a_context() -> None:
    for name in ("definition", "__class__.__mro__", "__dict__", "kept", "edges", "function"):
        _, raised = outcome(NODE + f"y = Square.apply(x)\ny.grad_fn.{name}")
        assert (
            raised.startswith(("AttributeError: 'SquareBackward' object", "AttributeError: type object"))
            or "SyntaxError" in raised
        ), name
