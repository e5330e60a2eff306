"""Functions of functions: what must hold whatever the function is.

Forward mode, reverse mode and finite differences give one Jacobian; every nesting of the transforms gives one Hessian;
``vmap`` of a function is the function row by row.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogradcli import api as api  # fills the tables
from autogradcli.api.calls.registry import ATTRIBUTES, NAMESPACES
from autogradcli.engine.state import state
from autogradcli.engine.tensor import Tensor, wrap
from autogradcli.session import Session

func = NAMESPACES["torch.func"]
functional = NAMESPACES["torch.autograd.functional"]

#: Smooth functions of a vector of three, to a vector of three.
STEPS = {
    "sin": lambda x: method(x, "sin"),
    "tanh": lambda x: method(x, "tanh"),
    "scaled": lambda x: x * 2.0 - 1.0,
    "by_sum": lambda x: x * method(x, "sum"),
    "flipped": lambda x: method(x, "flip", (0,)),
    "softmax": lambda x: method(x, "softmax", 0),
    "rolled": lambda x: NAMESPACES["torch"]["cat"]([x[1:], x[:1]]),
    "in_place": lambda x: overwritten(x),
    "outer": lambda x: method(x[:, None] * x[None, :], "mean", 1),
    "logsumexp": lambda x: x - method(x, "logsumexp", 0),
}
chains = st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=4)
points = st.lists(st.floats(-1.5, 1.5), min_size=3, max_size=3).map(lambda v: np.array(v))


def method(x: Tensor, name: str, *args: object) -> Tensor:
    return ATTRIBUTES[Tensor][name].call(x, *args)


def overwritten(x: Tensor) -> Tensor:
    y = method(x, "clone")
    method(y, "mul_", 3.0)
    y[1] = x[0] * x[2]
    return y


def composed(chain: list[str]):
    def function(x: Tensor) -> Tensor:
        for name in chain:
            x = STEPS[name](x)
        return x

    return function


def differences(function, x: np.ndarray, eps: float = 1e-6) -> np.ndarray:
    columns = []
    for k in range(x.size):
        step = np.zeros_like(x)
        step.reshape(-1)[k] = eps
        columns.append((function(wrap(x + step)).array - function(wrap(x - step)).array) / (2 * eps))
    return np.stack(columns, -1)


def total(function):
    return lambda x: method(function(x), "sum")


@given(chains, points)
def test_all_ways_to_a_jacobian_agree(chain: list[str], point: np.ndarray) -> None:
    function = composed(chain)
    wanted = differences(function, point)
    scale = 1e-5 * (1 + np.abs(wanted).max())
    ways = {
        "jacrev": func["jacrev"](function)(wrap(point)),
        "jacfwd": func["jacfwd"](function)(wrap(point)),
        "jacobian": functional["jacobian"](function, wrap(point)),
        "forward jacobian": functional["jacobian"](function, wrap(point), strategy="forward-mode", vectorize=True),
    }
    for name, found in ways.items():
        np.testing.assert_allclose(found.array, wanted, atol=scale, rtol=1e-5, err_msg=name)


@given(chains, points)
def test_all_nestings_give_one_hessian(chain: list[str], point: np.ndarray) -> None:
    function = total(composed(chain))
    jacrev, jacfwd, grad = func["jacrev"], func["jacfwd"], func["grad"]
    wanted = functional["hessian"](function, wrap(point)).array
    scale = 1e-9 * (1 + np.abs(wanted).max())
    for found in (
        jacfwd(jacrev(function)),
        jacrev(jacfwd(function)),
        jacfwd(jacfwd(function)),
        jacrev(jacrev(function)),
        jacrev(grad(function)),
    ):
        np.testing.assert_allclose(found(wrap(point)).array, wanted, atol=scale, rtol=1e-7)
    np.testing.assert_allclose(wanted, wanted.T, atol=scale, rtol=1e-7)


@given(chains, points, points)
def test_products_with_a_hessian(chain: list[str], point: np.ndarray, along: np.ndarray) -> None:
    function = total(composed(chain))
    hessian = functional["hessian"](function, wrap(point)).array
    wanted = hessian @ along
    scale = 1e-9 * (1 + np.abs(hessian).max() * np.abs(along).max())
    _, by_jvp = func["jvp"](func["grad"](function), (wrap(point),), (wrap(along),))
    _, pull = func["vjp"](func["grad"](function), wrap(point))
    _, push = func["linearize"](func["grad"](function), wrap(point))
    for found in (
        by_jvp,
        pull(wrap(along))[0],
        push(wrap(along)),
        functional["hvp"](function, wrap(point), wrap(along))[1],
        functional["vhp"](function, wrap(point), wrap(along))[1],
    ):
        np.testing.assert_allclose(found.array, wanted, atol=scale, rtol=1e-7)


@given(chains, st.integers(1, 3), st.data())
def test_vmap_is_row_by_row(chain: list[str], rows: int, data: st.DataObject) -> None:
    matrix = np.array([data.draw(points) for _ in range(rows)]).reshape(rows, 3)
    function = composed(chain)
    for transformed in (function, func["grad"](total(function)), func["jacrev"](function)):
        found = func["vmap"](transformed)(wrap(matrix)).array
        assert found.shape[0] == rows
        for k in range(rows):
            np.testing.assert_allclose(found[k], transformed(wrap(matrix[k])).array, rtol=1e-9, atol=1e-12)


@given(chains, points)
def test_gradcheck_accepts_them(chain: list[str], point: np.ndarray) -> None:
    autograd = NAMESPACES["torch.autograd"]
    x = Tensor(point.copy(), requires_grad=True)
    assert autograd["gradcheck"](composed(chain), (x,), check_forward_ad=True)
    assert np.array_equal(x.array, point)  # perturbed, and put back


@pytest.mark.parametrize("name", ["grad", "vjp", "jvp", "vmap", "jacrev", "jacfwd"])
def test_an_error_inside_leaves_no_level_behind(name: str) -> None:
    program = {
        "vjp": "torch.func.vjp(f, x)",
        "jvp": "torch.func.jvp(f, (x,), (x,))",
    }.get(name, f"torch.func.{name}(f)(x)")
    text = f"""
import torch
x = torch.ones(2)
def f(x):
    raise ValueError('no')
try:
    {program}
except ValueError:
    pass
assert repr(torch.ones(2) + 1) == 'tensor([2., 2.])'
"""
    failed: list[object] = []
    Session().run(text, failed.append, echo=False)
    assert failed == []
    assert state.levels == []
    assert not state.special
