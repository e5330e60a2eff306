"""Large tensors: what is computed later and block by block is what it would have been at its statement, to the bit.

Every program here runs twice: as it is, and with deferral switched off, where each operation computes its result at
once. Events and the bytes of all tensors must be the same.
"""

from __future__ import annotations

import gc
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autogradcli.engine import deferred, in_blocks
from autogradcli.engine.operation import OPERATIONS
from autogradcli.engine.state import state
from autogradcli.engine.tensor import Tensor
from autogradcli.engine.worlds import ARRAYS
from autogradcli.events import Failed, Printed
from autogradcli.numerics import adding, blocks, memory
from autogradcli.operations.shape import spacing
from autogradcli.session import Session
from tests.operation_samples import samples

N = blocks.LARGE + 3 * blocks.BLOCK + 17


@contextmanager
def at_once() -> Iterator[None]:
    """Every operation computes its result at its statement."""
    before, in_blocks.LARGE = in_blocks.LARGE, 1 << 62
    try:
        yield
    finally:
        in_blocks.LARGE = before


def ran(program: str) -> tuple[list[str], dict[str, bytes]]:
    """What a program said, and the bytes of its tensors and of their gradients."""
    said: list[str] = []
    session = Session()

    def note(event: Any) -> None:
        if isinstance(event, Failed):
            said.append(f"line {event.line}: {event.type}: {event.message}")
        elif isinstance(event, Printed):
            said.append(event.text)

    session.run("import torch\n" + program, note)
    found = {}
    for name, value in session.variables.items():
        if isinstance(value, Tensor):
            found[name] = value.array.tobytes()
            if value.grad is not None:
                found[f"{name}.grad"] = value.grad.array.tobytes()
    session.variables.clear()
    return said, found


@pytest.fixture(autouse=True, scope="module")
def _nothing_waits_afterwards() -> Iterator[None]:
    """Sessions are cycles: what waits in one is only forgotten with it."""
    yield
    gc.collect()
    assert state.deferred == 0


#: Name -> program; ``N`` is a size from which results are deferred.
PROGRAMS = {
    text.partition("\n")[0]: text.partition("\n")[2]
    for text in (Path(__file__).parent / "data/deferred.txt").read_text().split("# ")[1:]
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_if_at_once(name: str) -> None:
    program = f"N = {N}\n{PROGRAMS[name]}"
    found = ran(program)
    with at_once():
        assert found == ran(program)


def test_something_is_deferred() -> None:
    """Else all of the above would prove nothing."""
    session = Session()
    session.run(f"import torch\na = torch.ones({N}, requires_grad=True)\nb = a.exp() * 2", lambda event: None)
    b = session.variables["b"]
    held = deferred.held_by(b)
    assert held is not None and held.value is None
    assert b.array[0] == np.exp(np.float32(1)) * 2 and deferred.held_by(b) is None


STEPS = """
{0}.exp()         {0}.sin()         {0}.tanh()           {0} * {0}          {0} * 1.5           {0} + 2
-{0}              {0}.abs()         torch.relu({0})      {0}.clamp(-1, 1)   torch.sigmoid({0})  {0} ** 2
{0} * {1}         {0} + {1}         {0} - {1}            torch.maximum({0}, {1})                {0} / ({1} * {1} + 1)
torch.where({0} > {1}, {0}, {1})    torch.addcmul({0}, {0}, {1})            {0}.masked_fill({1} > 0, 0.5)
{0}.detach()      {0}.clone()       {0}.view(-1)         {0}[:3].sum() * {1}                    {0}.mean() + {1}
"""
CHANGES = ["{0}.add_(1)", "{0}[1] = 2", "{0}.view(-1)[2:].mul_(2)", "{0}.detach().zero_()", "{0}.copy_({1})"]


@pytest.mark.parametrize("seed", range(30))
def test_any_program(seed: int) -> None:
    """Programs drawn at random: elementwise steps, and whatever looks at a tensor or changes one between them."""
    draw = random.Random(seed)
    lines = [f"v0 = torch.linspace(-1, 2, {N}, requires_grad=True)", f"v1 = torch.linspace(1, 0, {N})", "total = 0"]
    steps = re.split(r"\s{2,}|\n", STEPS.strip())
    for k in range(2, 14):
        x, y = (f"v{draw.randrange(k)}" for _ in "xy")
        lines.append(f"v{k} = {draw.choice(steps).format(x, y)}")
        if draw.random() < 0.25:
            lines.append(f"with torch.no_grad():\n    {draw.choice(CHANGES).format(x, y)}")
    lines.append(f"(v{k} * v{k - 1} + v{k - 2}).sum().backward()")
    program = "\n".join(lines)
    found = ran(program)
    with at_once():
        assert found == ran(program), program


def operations_in_blocks() -> list[str]:
    return [name for name, op in sorted(OPERATIONS.items()) if op.parse().blocks and op.parts is None]


@pytest.mark.parametrize("name", operations_in_blocks())
def test_an_operation_does_with_a_part_what_it_does_with_the_whole(name: str) -> None:
    """Its kernel and its rules."""
    op = OPERATIONS[name]
    for sample in samples(op):
        arrays = [a.array if isinstance(a, Tensor) else a for a in sample.args]
        shapes = {a.shape for a in arrays if isinstance(a, np.ndarray) and a.ndim}
        if len(shapes) != 1:
            continue
        lines = [np.resize(a, SIZE) if isinstance(a, np.ndarray) and a.ndim else a for a in arrays]
        if all_same(op.kernel, lines) is None:
            continue
        given = {p.name: a for p, a in zip(op.params, lines, strict=True)}
        with np.errstate(all="ignore"):
            given["result"] = op.kernel(*lines)
        for p in op.edges:
            if isinstance(given[p.name], np.ndarray) and all(save in given for save in op.given[p.name]):
                rule = op.rules[p.name]
                g = np.linspace(-1, 1, SIZE).astype(given["result"].dtype)
                all_same(lambda *args, rule=rule: rule(ARRAYS, *args), [g, *(given[n] for n in op.given[p.name])])


SIZE, PART = 6000, 1500


def all_same(function: Any, lines: list[Any]) -> Any:
    """Check that a function of lines of numbers gives for parts of them the parts of its result."""
    with np.errstate(all="ignore"):
        whole = function(*lines)
        if not isinstance(whole, np.ndarray) or whole.shape != (SIZE,):
            return None
        cut = [
            function(*[a[b : b + PART] if isinstance(a, np.ndarray) and a.shape == (SIZE,) else a for a in lines])
            for b in range(0, SIZE, PART)
        ]
    assert whole.tobytes() == np.concatenate(cut).tobytes()
    return whole


# -- memory ------------------------------------------------------------------------------------------------


def test_the_steps_between_are_never_stored() -> None:
    """Sixteen steps over a hundred megabytes, in room for four results."""
    n = 25_000_000
    steps = "\n".join("y = torch.sin(y) * 1.01" for _ in range(8))
    session = Session(memory_bytes=450 << 20)
    said: list[Any] = []
    program = (
        f"import torch\nx = torch.ones({n}, requires_grad=True)\ny = x\n{steps}\ny.sum().backward()\ng = x.grad[:2]"
    )
    assert session.run(program, said.append), said


def test_freed_memory_does_not_count_against_a_program() -> None:
    memory.keep()
    session = Session(memory_bytes=300 << 20)
    said: list[Any] = []
    loop = "import torch\nfor k in range(12):\n    a = torch.ones(20_000_000)\n    a = None"
    assert session.run(loop, said.append), said
    too_much = "b = [torch.ones(20_000_000) for k in range(12)]"
    assert not session.run(too_much, said.append) and isinstance(said[-1], Failed)


# -- adding at places ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_adding_at_places(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    r = np.random.default_rng(seed)
    monkeypatch.setattr(adding._scipys, "_done", 1 << 40 if seed % 2 else 0)
    for _ in range(20):
        shape = tuple(r.integers(1, 40, r.integers(1, 4)))
        out = (r.standard_normal(shape) * (seed % 3 > 0)).astype(r.choice(["f4", "f8", "i8", "c8", "f2"]))
        places = tuple(r.integers(1, 30, r.integers(1, 3)))
        kind = r.integers(0, 4)
        key: Any
        if kind == 0:
            key = tuple(r.integers(-n, n, places) for n in shape[: r.integers(1, len(shape) + 1)])
        elif kind == 1:
            key = (*(slice(None),) * (len(shape) - 1), r.integers(0, shape[-1], places))
        elif kind == 2:
            key = tuple(np.nonzero(r.random(shape) > 0.3))
        else:
            key = r.integers(0, shape[0], places)
        values = np.asarray(r.standard_normal(np.shape(out[key])) * 100).astype(out.dtype)
        wanted = out.copy()
        np.add.at(wanted, key, values)
        adding.add_at(out, key, values)
        assert out.tobytes() == wanted.tobytes()


@pytest.mark.parametrize(("start", "step"), [(0.0, 1.0), (0.0, 0.1), (-3.7, 0.0123), (5.0, -0.25), (1e6, 3.3)])
def test_arange_in_blocks(start: float, step: float, monkeypatch: pytest.MonkeyPatch) -> None:
    single = np.dtype(np.float32)
    count = spacing._MANY + 12_345
    found = spacing.stepped(start, step, count, single)
    monkeypatch.setattr(spacing, "_MANY", 1 << 40)
    assert found.tobytes() == spacing.stepped(start, step, count, single).tobytes()


@pytest.mark.parametrize("shape", [(600, 1000), (3, 700, 100), (100, 20, 99), (2000, 70)])
def test_running_sums_and_products(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    x[0] = -0.0
    for name, ufunc in (("cumsum", np.add), ("cumprod", np.multiply)):
        for at in range(len(shape)):
            wanted = ufunc.accumulate(x, at, np.float64).astype(np.float32)
            if name == "cumsum":
                wanted += 0.0  # a sum begins with zero, so that it is never the negative one
            assert OPERATIONS[name].kernel(x, at, None).tobytes() == wanted.tobytes()


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_some_rows_at_a_time(name: str) -> None:
    """What a part of the rows gives is that part of what all give."""
    x = np.random.default_rng(1).standard_normal((700, 300)).astype(np.float32)
    kernel, back = OPERATIONS[name].kernel, OPERATIONS[f"{name}_backward_data"].kernel
    whole = kernel(x, 1)
    assert whole.tobytes() == np.concatenate([kernel(x[k : k + 7], 1) for k in range(0, 700, 7)]).tobytes()
    g = x[::-1].copy()
    parts = [back(g[k : k + 7], whole[k : k + 7], -1) for k in range(0, 700, 7)]
    assert back(g, whole, -1).tobytes() == np.concatenate(parts).tobytes()
