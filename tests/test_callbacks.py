"""What a program passes as a function is called as the language calls it, wherever our own code does the calling.

To Python a class is callable, and ``type`` makes classes, ``set`` hashes by recursion in C. ``Trap`` is a class that no
table has: a program that gets it called anywhere got past the language.
"""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from autogradcli.api.calls.python_function import PythonFunction
from autogradcli.api.calls.registry import NAMESPACES
from autogradcli.engine.lazy import loader
from autogradcli.events import Event, Failed
from autogradcli.session import Session

SETUP = """import torch
import torch.nn as nn
x = torch.tensor([1., 2., 3.], requires_grad=True)
v = torch.ones(3)
y = x * 2
m = nn.Linear(3, 3)
o = torch.optim.SGD([x], lr=0.1)
"""


class Trap:
    made: ClassVar[list[tuple[Any, ...]]] = []

    def __new__(cls, *args: Any, **kwargs: Any) -> Trap:
        cls.made.append(args)
        return object.__new__(cls)


def run(program: str) -> list[Event]:
    session = Session()
    session.variables["Trap"] = Trap
    events: list[Event] = []
    session.run(SETUP + program, events.append)
    return events


def assert_not_called(program: str) -> None:
    Trap.made.clear()
    run(program)
    assert not Trap.made, program


def _takers() -> list[str]:
    loader.load_all()
    return sorted(
        f"{place}.{name}"
        for place, table in NAMESPACES.items()
        for name, value in table.items()
        if isinstance(value, PythonFunction) and value.takes_functions
    )


CALLS = ("({})", "({}, x)", "({}, (x,), (x,))", "({})(x)", "({})(v, v)", "({}, {})", "({}, x, use_reentrant=False)",
         "(x, x, x, distance_function={})", "([{}], 1, x)")  # fmt: skip


@pytest.mark.parametrize("function", _takers())
def test_functions_that_take_functions(function: str) -> None:
    for call in CALLS:
        assert_not_called(f"{function}{call.replace('{}', 'Trap')}")


PLACES = """
torch.no_grad()(Trap)(1)
torch.no_grad(Trap)(1)
torch.enable_grad(Trap)(1)
torch.inference_mode()(Trap)(1)
torch.set_grad_enabled(False)(Trap)(1)
torch.autograd.function.once_differentiable(Trap)(1)
staticmethod(Trap)(1)
x.register_hook(Trap); y.sum().backward()
y.register_hook(Trap); y.sum().backward()
x.register_post_accumulate_grad_hook(Trap); y.sum().backward()
y.grad_fn.register_hook(Trap); y.sum().backward()
y.grad_fn.register_prehook(Trap); y.sum().backward()
torch.autograd.graph.register_multi_grad_hook([x], Trap); y.sum().backward()
with torch.autograd.graph.saved_tensors_hooks(Trap, Trap): x * x
with torch.autograd.graph.saved_tensors_hooks(lambda t: t, Trap): (x * x).sum().backward()
torch.utils.checkpoint.checkpoint_sequential([Trap, Trap], 1, x)
m.apply(Trap)
m.register_forward_hook(Trap); m(x)
m.register_forward_pre_hook(Trap); m(x)
m.register_full_backward_hook(Trap); m(x).sum().backward()
m.register_full_backward_pre_hook(Trap); m(x).sum().backward()
m.forward = Trap; m(x)
o.step(Trap)
o.register_step_pre_hook(Trap); o.step()
o.register_step_post_hook(Trap); o.step()
torch.optim.LBFGS([x]).step(Trap)
torch.optim.lr_scheduler.LambdaLR(o, Trap)
torch.optim.lr_scheduler.LambdaLR(o, [Trap])
torch.optim.lr_scheduler.CyclicLR(o, 0.1, 0.2, scale_fn=Trap)
s = torch.optim.lr_scheduler.StepLR(o, 1); s.load_state_dict({'_closed': Trap}); s.step(1)
nn.TripletMarginWithDistanceLoss(distance_function=Trap)(x, x, x)
sorted([1], key=Trap)
list(map(Trap, [1]))
""".strip().split("\n")


@pytest.mark.parametrize("program", PLACES)
def test_places_that_keep_functions(program: str) -> None:
    assert_not_called(program)


BASES = ("torch.autograd.Function", "nn.Module", "nn.Linear", "torch.optim.SGD", "torch.optim.lr_scheduler.LRScheduler")
MEMBERS = ("forward", "backward", "setup_context", "vmap", "jvp", "step", "get_lr", "extra_repr", "train", "apply",
           "__init__", "__call__", "__repr__", "__len__", "__iter__", "__getitem__", "__getattr__", "__setattr__",
           "__add__", "__contains__", "__enter__")  # fmt: skip
USES = ("a = A()", "a = A(3, 3)", "a = A([x], lr=0.1)", "a = A(o)", "A.apply(x).sum().backward()",
        "torch.vmap(A.apply)(x)", "torch.func.jvp(A.apply, (v,), (v,))", "a(x)",
        "a.member", "a.missing", "repr(a)", "len(a)",
        "list(a)", "a[0]", "a + 1",
        "1 in a", "a.b = 1", "a.step()", "a.eval()", "a.apply(print)", "with a: pass")  # fmt: skip
WRAPPED = ("Trap", "staticmethod(Trap)", "classmethod(Trap)", "property(Trap)")


@pytest.mark.parametrize("base", BASES)
def test_classes_of_programs(base: str) -> None:
    forward = "\n    @staticmethod\n    def forward(*a): return a[-1] * 2" if base.endswith("Function") else ""
    for member in (*MEMBERS, "member"):
        for wrapped in WRAPPED:
            kept = "" if member == "forward" else forward
            program = f"class A({base}):\n    {member} = {wrapped}{kept}\n"
            uses = "".join(f"try: {use}\nexcept Exception: pass\n" for use in USES if ":" not in use)
            assert_not_called(program + uses)


@pytest.mark.parametrize("made", ["type('X', ())", "set([t])", "list(range(10 ** 9))"])
def test_what_python_would_do(made: str) -> None:
    """The classes that a program really has: no class is made, no hash overflows the stack, no list eats the memory."""
    name, _, rest = made.partition("(")
    events = run(f"t = ()\nfor i in range(100000): t = (t,)\ntorch.no_grad()({name})({rest}")
    assert [event.type for event in events if isinstance(event, Failed)] in (
        ["TypeError"], ["RecursionError"], ["MemoryError"]
    )  # fmt: skip


def test_a_class_keeps_its_meaning() -> None:
    program = """
assert torch.no_grad()(list)(range(3)) == [0, 1, 2]
class A(nn.Module):
    kind = list
    def forward(self, value):
        return self.kind([value])
assert A()(1) == [1] and A.kind is list and A().kind is list
"""
    assert not [event for event in run(program) if isinstance(event, Failed)]
