"""What is said of wrong arguments: never a name from inside of the implementation, nor what NumPy calls a thing.

Every function and every method is called with arguments of wrong kinds; the table has messages in full.
"""

from __future__ import annotations

import re

import pytest

from autogradcli.api.calls.registry import ATTRIBUTES, NAMESPACES, Method
from autogradcli.engine.lazy import loader
from autogradcli.engine.tensor import Tensor
from autogradcli.events import Event, Failed, Value
from autogradcli.session import Session

SETUP = """import torch
v = torch.tensor([1., 2., 3.])
m = torch.tensor([[0.5, -1., 2.], [3., 0.25, -2.]])
i = torch.tensor([0, 2, 1])
r = torch.tensor([1., 2., 3.], requires_grad=True)
"""

#: Attributes of our own objects, NumPy's vocabulary, and what Python says about a call inside of an implementation.
INTERNAL = re.compile(
    r"no attribute '(array|meta|node|np|category|counter|extra|edges|_\w+)'|(?<!expected np\.)ndarray|dtype\('"
    r"|zip\(\) argument|too deep|could not be broadcast|inhomogeneous (?!total_count)|0-dimensional arrays"
    r"|array of size|autogradcli|UFunc|\b_new_[a-z]"
)
ARGUMENTS = (
    "'a'", "None", "[v, 'a']", "{}", "v, 'a'", "m, None", "m, [v]", "v, v, {}", "m, 0, 'a'", "m, -9", "i, i, i",
    "v, m, m", "[[1.], 2.]", "m, 1.5, v", "r, dim='a'",
)  # fmt: skip
#: They ask the terminal, or change what the next call does.
NOT_CALLED = re.compile(r"\.(set_\w+|manual_seed|seed)$|_dual_level$")


def failures(session: Session, program: str) -> list[Failed]:
    events: list[Event] = []
    session.run(program, events.append)
    return [event for event in events if isinstance(event, Failed)]


def _functions() -> dict[str, list[str]]:
    loader.load_all()
    names: dict[str, list[str]] = {}
    for place, table in NAMESPACES.items():
        names[place] = [f"{place}.{name}" for name, value in table.items() if callable(value)]
    attributes = ATTRIBUTES[Tensor].items()
    names["Tensor"] = [f"(m * 1).{name}" for name, entry in attributes if isinstance(entry, Method)]
    return names


FUNCTIONS = _functions()


@pytest.mark.parametrize("place", FUNCTIONS)
def test_nothing_internal_is_said(place: str) -> None:
    session = Session(memory_bytes=1 << 30)
    leaks = []
    for function in FUNCTIONS[place]:
        if NOT_CALLED.search(function):
            continue
        assert not failures(session, SETUP)
        for arguments in ARGUMENTS:
            call = f"{function}({arguments})"
            leaks += [f"{call}: {failed.type}: {failed.message}" for failed in failures(session, call)
                      if INTERNAL.search(failed.message)]  # fmt: skip
    assert not leaks, "\n" + "\n".join(leaks)


MESSAGES = {
    "torch.chain_matmul(m, 0)": "expected Tensor as element 1 in argument 0, but got int",
    "torch.chain_matmul(v)": "Tensor dimension is 1, expected 2 instead.",
    "torch.atleast_2d(v, 1.5)": "expected Tensor as element 1 in argument 0, but got float",
    "torch.broadcast_tensors(v, 'a')": "expected Tensor as element 1 in argument 0, but got str",
    "torch.broadcast_shapes(v)": "Input shapes should be of type ints, a tuple of ints, or a list of ints, got "
    "tensor([1., 2., 3.])",
    "torch.nn.functional.hinge_embedding_loss(m, 3.)": "hinge_embedding_loss(): argument 'target' (position 2) must be "
    "Tensor, not float",
    "torch.nn.functional.layer_norm(m, 1.5)": "layer_norm(): argument 'normalized_shape' (position 2) must be tuple of "
    "ints, not float",
    "torch.nn.functional.alpha_dropout([])": "alpha_dropout(): argument 'input' (position 1) must be Tensor, not list",
    "torch.nn.functional.max_pool1d(m, None)": "max_pool1d(): argument 'kernel_size' (position 2) must be tuple of "
    "ints, not NoneType",
    "torch.conv1d(m, i)": "weight should have at least three dimensions",
    "torch.finfo('a')": "finfo(): argument 'type' (position 1) must be torch.dtype, not str",
    "torch.unique(v, 0)": "_unique2(): argument 'sorted' must be bool, not int",
    "m.norm(v)": "linalg_vector_norm(): argument 'ord' (position 2) must be Number, not Tensor",
    "torch.histogram(v, 0)": "torch.histogram(): bins must be > 0, but got 0 for dimension 0",
    "torch.histogramdd(v, (2,))": "torch.histogramdd: input tensor should have at least 2 dimensions",
    "torch.Size(['a'])": "torch.Size() takes an iterable of 'int' (item 0 is 'str')",
    "torch.nn.Parameter(v, 'a')": "_make_subclass(): argument 'require_grad' (position 3) must be bool, not str",
    "torch.ones([1] * 65)": "a tensor can have at most 64 dimensions here",
    "torch.nn.functional.mse_loss(3)": "mse_loss() missing 1 required positional argument: 'target'",
    "(v > 1).greater_(1j)": "\"gt_cpu\" not implemented for 'ComplexFloat'",
    "torch.func.grad(lambda x: x.foo)(v)": "'Tensor' object has no attribute 'foo'",
    "torch.func.grad(lambda x: x + 'a')(v)": "unsupported operand type(s) for +: 'Tensor' and 'str'",
}


@pytest.mark.parametrize("call", MESSAGES)
def test_messages(call: str) -> None:
    assert [failed.message for failed in failures(Session(), SETUP + call)] == [MESSAGES[call]]


#: Calls that once gave wrong numbers, no gradient, or an error of our own making; and what they give.
RESULTS = {
    "torch.any(m, dim=()).shape": "torch.Size([2, 3])",
    "torch.logit(v / 4, 1)": "tensor([inf, inf, inf])",
    "torch.fft.irfftn(m, [-1]).shape": "torch.Size([2, 4])",
    "torch.Tensor(r)": "tensor([1., 2., 3.], grad_fn=<AliasBackward0>)",
    "torch.as_tensor(r, dtype=torch.float64).grad_fn is not None": "True",
    "q = torch.tensor([0.3, 0.7], requires_grad=True); (v / 10).quantile(q).sum().backward(); q.grad": (
        "tensor([0.2000, 0.2000])"
    ),
    "torch.copysign(i, r).sum().backward(); r.grad": "tensor([0., 0., 0.])",
    "torch.unique_consecutive(torch.tensor(1.5))": "tensor([1.5000])",
    "torch.nn.functional.soft_margin_loss(v, i.to(torch.uint8))": "tensor(0.2533)",
    "m.to(0.5).dtype": "torch.float64",
    "torch.special.laguerre_polynomial_l(v * float('nan'), 2**40)": "tensor([nan, nan, nan])",
    "repr(torch.set_grad_enabled(True))": "'torch.autograd.grad_mode.set_grad_enabled(mode=True)'",
}


@pytest.mark.parametrize("program", RESULTS)
def test_results(program: str) -> None:
    events: list[Event] = []
    Session().run(SETUP + program, events.append)
    values = [event.value for event in events if isinstance(event, Value)]
    assert values and repr(values[-1]) == RESULTS[program], events


def test_no_class_of_a_value_shows_an_inner_name() -> None:
    """What ``type(x)`` prints stands in messages too."""
    from autogradcli.api.calls.registry import ATTRIBUTES, NAMESPACES
    from autogradcli.engine.lazy import loader

    loader.load_all()
    values = [value for table in NAMESPACES.values() for value in table.values()]
    kinds = {value if isinstance(value, type) else type(value) for value in values}
    kinds |= {kind for kind in ATTRIBUTES if kind.__name__ != "CustomNode"}  # whose objects are shown as their Function
    assert not sorted(repr(kind) for kind in kinds if "autogradcli" in repr(kind))
    source = "with torch.autograd.graph.save_on_cpu() as c: print(type(torch.autograd.graph.save_on_cpu()))"
    session, printed = Session(), []  # type: ignore[var-annotated]
    session.run(source, printed.append)
    assert printed[0].text == "<class 'torch.autograd.graph.save_on_cpu'>\n"
