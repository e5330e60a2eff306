"""Optimizers as properties; what each prints after some steps stands in ``tests/data/conformance/optim.jsonl``."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogradcli import api as api  # fills the registry
from autogradcli.api.calls.registry import namespace
from autogradcli.api.optim.kernels import add, addcmul, fused
from autogradcli.api.optim.rule import Rule
from autogradcli.engine.tensor import Tensor
from autogradcli.events import Event, Failed
from autogradcli.session import Session

NAMES = ("SGD", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "Adagrad", "Adadelta", "RMSprop", "Rprop", "ASGD")


def stepped(name: str, values: np.ndarray, maximize: bool = False, steps: int = 3) -> Tensor:
    """A parameter after some steps along the gradient of the sum of its squares."""
    w = Tensor(values.copy(), requires_grad=True)
    optimizer = namespace("torch.optim")[name]([w], maximize=maximize)
    for _ in range(steps):
        w.store_grad(Tensor((-2 if maximize else 2) * w.array))
        optimizer.step()
    return w


@pytest.mark.parametrize("name", NAMES)
def test_a_step_goes_down_and_counts_as_a_change(name: str) -> None:
    start = np.array([3.0, -2.0, 0.5])
    w = stepped(name, start)
    assert (np.abs(w.array) < np.abs(start)).all()
    assert w.version == 3 * {"AdamW": 2, "NAdam": 2, "ASGD": 2}.get(name, 1)  # as often as PyTorch's writes to it
    assert np.array_equal(stepped(name, start, maximize=True).array, w.array)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_dtype_stays_and_no_gradient_means_no_step(name: str, dtype: str) -> None:
    start = np.array([1.0, -2.0], dtype)
    assert stepped(name, start).array.dtype == dtype
    w = Tensor(start.copy(), requires_grad=True)
    namespace("torch.optim")[name]([w]).step()
    assert np.array_equal(w.array, start)
    assert w.version == 0


@pytest.mark.parametrize("name", NAMES)
def test_loading_a_state_goes_on_where_it_was(name: str) -> None:
    make = namespace("torch.optim")[name]
    w = Tensor(np.array([1.0, -2.0]), requires_grad=True)
    first = make([w])
    for _ in range(3):
        w.store_grad(Tensor(2 * w.array))
        first.step()
    twin = Tensor(w.array.copy(), requires_grad=True)
    second = make([twin])
    second.load_state_dict(first.state_dict())
    for p, optimizer in ((w, first), (twin, second)):
        p.store_grad(Tensor(2 * p.array))
        optimizer.step()
    assert np.allclose(w.array, twin.array, rtol=1e-7, atol=0)  # a product kept in float32 goes on in float64


numbers = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6)


@given(numbers, numbers, numbers)
def test_fused_steps_round_once(a: float, b: float, c: float) -> None:
    from fractions import Fraction

    exact = Fraction(a) * Fraction(b) + Fraction(c)
    (got,) = fused(np.array([a]), b, np.array([c]))
    assert abs(Fraction(float(got)) - exact) <= Fraction(np.spacing(abs(float(got)))) * Fraction(1001, 2000)
    single = np.array([a], np.float32)
    add(single, np.array([b], np.float32), c)
    want = float(np.float32(b)) * float(np.float32(c)) + float(np.float32(a))
    assert single[0] == np.float32(want)
    addcmul(single, np.array([a], np.float32), np.array([b], np.float32), 1)
    assert single.dtype == np.float32


@pytest.mark.parametrize("defaults", ["'0'", "5", "[1]", "None"])
def test_defaults_that_are_no_dict(defaults: str) -> None:
    """In PyTorch's words, and on purpose: an error that our own code runs into counts as an internal one."""
    events: list[Event] = []
    Session().run(f"torch.optim.Optimizer([torch.ones(2)], {defaults})", events.append)
    (failed,) = events
    assert isinstance(failed, Failed) and failed.type == "AttributeError"
    assert failed.message.endswith("object has no attribute 'get'")


def test_small_parameters_are_changed_together_from_their_second_step_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """And those that share memory one after the other."""
    steps: list[int] = []
    alone = Rule.step
    monkeypatch.setattr(Rule, "step", lambda self, *args: (steps.append(1), alone(self, *args))[1])
    own = [Tensor(np.ones(n), requires_grad=True) for n in (3, 5)]
    memory = np.ones(4)
    shared = [Tensor(memory, requires_grad=True), Tensor(memory, requires_grad=True)]
    counts = []
    for params in (own, shared):
        optimizer = namespace("torch.optim")["Adam"](params)
        for _ in range(3):
            for p in params:
                p.store_grad(Tensor(np.ones(p.array.shape)))
            optimizer.step()
        counts.append(len(steps))
    assert counts == [2, 2 + 6]
