"""A little library of activations with unit tests in the style of pytest and unittest, and a runner for them."""
import math
import warnings
from typing import Callable, List

import torch
import torch.nn.functional as F
from torch.autograd import gradcheck, gradgradcheck


# --- the code under test ----------------------------------------------------
def swish(x, beta=1.0):
    return x * torch.sigmoid(beta * x)


class Mish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.tanh(F.softplus(x))

    @staticmethod
    def backward(ctx, grad):
        x, = ctx.saved_tensors
        t = torch.tanh(F.softplus(x))
        return grad * (t + x * (1 - t * t) * torch.sigmoid(x))


class RunningMean:
    def __init__(self):
        self.count, self.value = 0, 0.0

    def update(self, x):
        if not math.isfinite(x):
            raise ValueError(f"not finite: {x}")
        self.count += 1
        self.value += (x - self.value) / self.count
        return self


# --- the tests ---------------------------------------------------------------
TESTS: List[Callable] = []


def test(function):
    TESTS.append(function)
    return function


class raises:
    """with raises(ValueError, match="..."): ..."""

    def __init__(self, kind, match=""):
        self.kind, self.match = kind, match

    def __enter__(self):
        return self

    def __exit__(self, kind, value, tb):
        if kind is None:
            raise AssertionError(f"DID NOT RAISE {self.kind.__name__}")
        return issubclass(kind, self.kind) and self.match in str(value)


@test
def swish_is_silu():
    x = torch.linspace(-3, 3, 7)
    torch.testing.assert_close(swish(x), F.silu(x))


@test
def gradients_by_finite_differences():
    x = torch.randn(5, dtype=torch.double, requires_grad=True)
    assert gradcheck(Mish.apply, (x,))
    assert gradcheck(swish, (x,)) and gradgradcheck(swish, (x,))


@test
def mish_agrees_with_torch():
    x = torch.randn(4, 3, requires_grad=True)
    ours, = torch.autograd.grad(Mish.apply(x).sum(), x)
    theirs, = torch.autograd.grad(F.mish(x).sum(), x)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)


@test
def running_mean():
    mean = RunningMean()
    for v in (1.0, 2.0, 6.0):
        mean.update(v)
    assert mean.value == 3.0, f"mean is {mean.value}"
    with raises(ValueError, match="not finite"):
        mean.update(float("nan"))


@test
def this_one_fails():
    assert swish(torch.tensor(1.0)) == 1.0, "swish(1) should be sigmoid(1)"


@test
def tensors_that_differ():
    torch.testing.assert_close(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 2.5, 3.0]))


@test
def an_error_where_none_is_expected():
    torch.ones(2, 3) @ torch.ones(2, 3)


@test
def a_warning_is_recorded():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        F.mse_loss(torch.ones(2), torch.ones(2, 1))
        warnings.warn("ours", DeprecationWarning)
    assert [w.category.__name__ for w in caught] == ["UserWarning", "DeprecationWarning"]


def main() -> int:
    torch.manual_seed(0)
    failures = 0
    for function in TESTS:
        name = function.__name__.replace("_", " ")
        try:
            function()
        except AssertionError as error:
            failures += 1
            print(f"FAIL  {name}")
            for line in str(error).splitlines():
                print("      " + line if line else "")
        except Exception as error:
            failures += 1
            print(f"ERROR {name}: {type(error).__name__}: {error}")
        else:
            print(f"ok    {name}")
    print(f"{len(TESTS)} tests, {failures} failures")
    return failures


if __name__ == "__main__":
    main()
