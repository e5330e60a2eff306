"""Classes that programs derive from modules and optimizers: what they can do, and what they can't reach.

What layers, losses and containers print stands in ``tests/data/conformance/nn.jsonl``.
"""

from __future__ import annotations

import pytest

from autogradcli.events import Failed, Printed
from autogradcli.session import Session

START = "import torch\nfrom torch import nn\n"


def run(program: str, session: Session | None = None) -> str:
    """What a program prints; its error, if any, as the last line."""
    printed: list[str] = []

    def emit(event: object) -> None:
        if isinstance(event, Printed):
            printed.append(event.text)
        elif isinstance(event, Failed):
            printed.append(f"{event.type}: {event.message}")

    (session or Session(seed=0)).run(START + program, emit, echo=False)
    return "".join(printed).strip()


@pytest.mark.parametrize(
    "attribute",
    ["__class__.__mro__[-1].__subclasses__", "__class__.__members__", "forward.__func__", "forward.__self__",
     "__reduce__", "__getattribute__", "__init_subclass__", "__class__.__bases__[0].__subclasses__",
     "__class__.__subclasses__", "forward.__globals__"],
)  # fmt: skip
@pytest.mark.parametrize("value", ["nn.Linear(1, 1)", "Net()", "torch.optim.SGD([torch.ones(1)], lr=0.1)"])
def test_nothing_of_python_is_reachable(value: str, attribute: str) -> None:
    program = f"class Net(nn.Module):\n    def forward(self, x):\n        return x\nv = {value}\nprint(v.{attribute})"
    assert run(program).startswith("AttributeError: ")


@pytest.mark.parametrize("name", ["__dict__", "__class__", "__getattribute__", "__del__", "__reduce__"])
def test_special_names_can_be_neither_set_nor_defined(name: str) -> None:
    assert run(f"m = nn.Linear(1, 1)\nm.{name} = 3").startswith("AttributeError: ")
    defined = (
        f"class M(nn.Module):\n    def {name}(self, *args):\n        print('reached')\nm = M()\nprint(m == m)\ndel m"
    )
    assert run(defined) == "True"


def test_a_session_can_not_change_what_another_uses() -> None:
    assert run("nn.Linear.forward = lambda self, x: 7").startswith("TypeError: cannot set 'forward'")
    assert run("class L(nn.Linear):\n    pass\nL.forward = lambda self, x: 7\nprint(L(1, 1)(torch.ones(1)))") == "7"
    assert run("print(nn.Linear(1, 1)(torch.ones(1)).shape)") == "torch.Size([1])"


def test_a_class_goes_on_in_the_next_input() -> None:
    session = Session(seed=0)
    assert run("class A(nn.Module):\n    def forward(self, x):\n        return x + 1\na = A()", session) == ""
    assert run("class B(A):\n    def forward(self, x):\n        return super().forward(x) * 2", session) == ""
    assert run("print(B()(1), a(1), isinstance(B(), A))", session) == "4 2 True"


@pytest.mark.parametrize(
    ("program", "printed"),
    [
        ("print(super())", "RuntimeError: super(): no arguments"),
        ("super(int, 3).x", "TypeError: super() argument 1 must be a type, not type"),
        ("super(nn.Linear, nn.ReLU())", "TypeError: super(type, obj): obj must be an instance or subtype of type"),
        ("class A(nn.Module):\n    def f(self):\n        return super().nothing\nA().f()",
         "AttributeError: 'super' object has no attribute 'nothing'"),
        ("class A(nn.Module):\n    def f(self):\n        return [super(A, self).extra_repr() for _ in range(2)]\n"
         "print(A().f())", "['', '']"),
    ],
)  # fmt: skip
def test_super(program: str, printed: str) -> None:
    assert run(program) == printed


SPECIAL = """
class Table(nn.Module):
    size = 2
    def __init__(self):
        super().__init__()
        self.rows = nn.ModuleList([nn.Identity(), nn.ReLU()])
    def __len__(self):
        return len(self.rows)
    def __getitem__(self, k):
        return self.rows[k]
    def __iter__(self):
        return iter(self.rows)
    def __contains__(self, m):
        return m is self.rows[0]
    def __repr__(self):
        return 'a table'
    def __getattr__(self, name):
        return 7 if name == 'seven' else super().__getattr__(name)
    @classmethod
    def make(cls):
        return cls()
    @property
    def half(self):
        return self.size / 2
    @half.setter
    def half(self, value):
        self.size = 2 * value
t = Table.make()
print(len(t), t[1], [type(m).__name__ for m in t], t[0] in t, t, t.seven, t.half)
t.half = 5
print(t.size, Table.size)
t.forward = lambda x: x * 10
print(t(3))
del t.forward
t(3)
"""


def test_special_methods_properties_and_patches() -> None:
    assert run(SPECIAL).split("\n") == [
        "2 ReLU() ['Identity', 'ReLU'] True a table 7 1.0",
        "10 2",
        "30",
        'NotImplementedError: Module [Table] is missing the required "forward" function',
    ]


def test_completion_knows_what_an_object_has() -> None:
    from autogradcli.language.values.attribute_lookup import names_of

    session = Session(seed=0)
    run("class N(nn.Linear):\n    def mine(self):\n        pass\nn = N(1, 1)\nn.note = 3", session)
    found = names_of(session.variables["n"])
    assert {"weight", "mine", "note", "forward", "parameters", "in_features"} <= set(found)
    assert not [name for name in found if name.startswith("_")]


DOUBLED = "x = nn.Identity()\nfor i in range(60):\n    x = nn.Sequential(x, {})\n"


def test_modules_that_stand_for_endlessly_many_can_be_stopped() -> None:
    bounded = "MemoryError: "
    assert run(DOUBLED.format("x") + "print(x)").startswith(bounded)
    for action in ("x(torch.ones(1))", "x.train()", "x.apply(lambda m: None)"):
        twice = "x" if action.startswith("x(") else "nn.Sequential(x)"
        session = Session(seed=0, deadline_seconds=0.3)
        assert run(DOUBLED.format(twice) + f"{action}", session).split("\n")[-1].startswith("TimeoutError")
