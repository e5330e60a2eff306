"""What a program gives never gets to Python's or NumPy's own look-ups, and nothing of theirs gets to a program.

The spies are harmless: they write down which names they were asked for.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import pytest
from crawl import calls, everything

from autogradcli.api.calls.gate import foreign_value
from autogradcli.api.calls.program_classes import SPECIAL, Kind, Object, is_program_class
from autogradcli.api.calls.python_function import PythonFunction
from autogradcli.api.calls.registry import NAMESPACES
from autogradcli.engine.callbacks import callee
from autogradcli.engine.modes import restore, snapshot
from autogradcli.events import Event, Failed, Printed
from autogradcli.language.values.budget import budget
from autogradcli.language.values.foreign import entering, is_value
from autogradcli.session import Session


def run(program: str) -> list[Event]:
    session, events = Session(), []  # type: ignore[var-annotated]
    session.run("import torch\nfrom torch import nn\nimport torch.nn.functional as F\n" + program, events.append)
    return events


def failed(program: str) -> str:
    """``type: message`` of the error that a program ends with; empty if it ends well."""
    found = [event for event in run(program) if isinstance(event, Failed)]
    return f"{found[0].type}: {found[0].message}" if found else ""


def printed(program: str) -> str:
    events = run(program)
    assert not [event for event in events if isinstance(event, Failed)], events
    return "".join(event.text for event in events if isinstance(event, Printed))


# -- spies as every argument ----------------------------------------------------------------------------------


class Asked:
    """What the spies were asked for, while the crawl is on."""

    on = False
    place = ""
    names: ClassVar[dict[str, str]] = {}

    @classmethod
    def note(cls, name: str) -> None:
        if cls.on:
            cls.names.setdefault(name, cls.place)


class SpyKind(type):
    def __getattribute__(cls, name: str) -> Any:
        Asked.note(name)
        return type.__getattribute__(cls, name)


class Spy(metaclass=SpyKind):
    """An object that no program has."""

    def __getattribute__(self, name: str) -> Any:
        Asked.note(name)
        return object.__getattribute__(self, name)


#: What our own code asks any object for: its class, and the name of that, for a message.
ORDINARY = {"__class__", "__name__", "__qualname__", "__module__", "__mro__", "__flags__", "__dict__"}


def crawl(odd: list[Any]) -> tuple[int, dict[str, str]]:
    """How many calls were made with these values, and the names that the spies were asked for, each with a place."""
    modes, count = snapshot(), 0
    budget.start(None)  # no deadline that another test's session left
    Asked.names = {}
    try:
        for place, call in calls(odd):
            Asked.place, Asked.on = place, True
            count += 1
            try:
                call()
            except (Exception, SystemExit):
                continue  # refused, as it should be; what matters is what was asked before
            finally:
                Asked.on = False
    finally:
        restore(modes)
    return count, Asked.names


FORMS = {"it": lambda spy: spy, "list": lambda spy: [spy], "tuple": lambda spy: (spy, spy)}


@pytest.mark.parametrize("form", FORMS)
def test_a_foreign_object_as_each_argument(form: str) -> None:
    count, asked = crawl([FORMS[form](Spy())])
    assert count > 20_000
    assert not {name: place for name, place in asked.items() if name not in ORDINARY}


#: What Python's and NumPy's C code looks up in an object that it does not know.
SOUGHT = (
    "dtype", "shape", "ndim", "size", "strides", "data", "flat", "base", "itemsize", "tolist", "item", "fields",
    "conjugate", "real", "imag", "sqrt", "exp", "log", "read", "keys", "fileno",
)  # fmt: skip
SPYING = "names = []\nclass Spying(nn.Module):\n    def __getattr__(self, name): names.append(name)\n" + "".join(
    f"    def {name}(self, *args): names.append('{name}')\n" for name in SOUGHT
)


def test_an_object_of_a_program_as_each_argument() -> None:
    session = Session()
    session.run("import torch\nfrom torch import nn\n" + SPYING + "spy = Spying()\n", lambda event: None)
    names, spy = session.variables["names"], session.variables["spy"]
    names.clear()
    count, _ = crawl([spy])
    assert count > 20_000
    # ``ModuleDict(spy)`` and the like ask for the keys of what may be a dict, ``json.load(spy)`` and its kin read what
    # may be a file of the program's own; a module's own names are ours to ask for.
    assert not set(names) & ({*SOUGHT} - {"keys", "read"})
    assert not [name for name in names if name.startswith("__")]


#: Complex numbers where real ones are usual: dropped parts are PyTorch's to drop (a cast), else refused, and never
#: NumPy's to warn of.
COMPLEX = {
    "a tensor": lambda tensor: tensor,
    "a number": lambda tensor: 1j,
    "a list of numbers": lambda tensor: [1j, 2.0],
    "a list of tensors": lambda tensor: [tensor, tensor],
}


@pytest.mark.parametrize("form", COMPLEX)
def test_no_imaginary_part_is_dropped_by_accident(form: str) -> None:
    tensor = NAMESPACES["torch"]["full"]((2, 3), 1 + 2j)
    modes, warned = snapshot(), {}
    budget.start(None)
    try:
        for place, call in calls([COMPLEX[form](tensor)]):
            with warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
                warnings.simplefilter("always")
                try:
                    call()
                except (Exception, SystemExit):  # refused, as most should
                    pass
            if any(issubclass(each.category, np.exceptions.ComplexWarning) for each in caught):
                warned[place] = str(caught[0].message)
            tensor.array, tensor.node, tensor.meta = np.full((2, 3), 1 + 2j, np.complex64), None, None
    finally:
        restore(modes)
    assert not warned


def test_every_function_in_python_says_what_it_takes() -> None:
    """``gate.py`` goes by annotations; a parameter without one takes data only."""
    odd = {"Value", "Function"}
    free = {
        f"{place}:{name}"
        for place, value in everything()
        if isinstance(value, PythonFunction)
        for name, text in value.call.__annotations__.items()
        if name != "return" and text.startswith(tuple(odd)) and "loss" in place
    }
    assert not free
    assert foreign_value([1, (2.0, {"a": None})]) is None
    thing = object()
    assert foreign_value([1, (2.0, {"a": thing})]) is thing


# -- what stands in Python's classes ----------------------------------------------------------------------------


def _program_functions(kind: type) -> Iterator[str]:
    for name, value in vars(kind).items():
        inner = getattr(value, "__func__", value)
        if type(inner).__name__ == "function" and not hasattr(inner, "__code__"):
            yield name


#: Classes of ours whose methods a program's own may take the place of.
PLAIN = ("torch.utils.data.Dataset", "torch.utils.data.DataLoader", "torch.distributions.Distribution")


def test_no_function_of_a_program_stands_in_a_python_class() -> None:
    names = sorted({*SPECIAL, *SOUGHT, "forward", "helper", "update", "fields", "__array_priority__", "__note__"})
    body = "".join(f"    def {name}(self, *a, **k): pass\n" for name in names)
    for base in ("nn.Module", "nn.Linear", "torch.optim.SGD", "torch.optim.lr_scheduler.StepLR", *PLAIN):
        session = Session()
        session.run(f"import torch\nfrom torch import nn\nclass A({base}):\n{body}", lambda event: None)
        kind = session.variables["A"]
        assert is_program_class(kind)
        assert not [*_program_functions(kind)]
        own = {n for n in vars(kind) if n not in ("__module__", "__members__", "__doc__")}
        assert own <= (SPECIAL - {"__getattr__", "__enter__", "__exit__", "__dir__"}) | {"forward"}, own


def test_none_of_our_methods_has_a_name_that_c_code_seeks() -> None:
    def below(kind: type) -> Iterator[type]:
        yield kind
        for each in type.__subclasses__(kind):
            yield from below(each)

    for kind in below(Object):
        if type(kind) is Kind and not is_program_class(kind):
            assert not set(vars(kind)["__members__"]) & ({*SOUGHT} - {"keys"}), kind


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("nn.Module().__note__", "AttributeError: 'Module' object has no attribute '__note__'"),
        ("m = nn.Module(); m.register_buffer('__note__', torch.ones(2)); m.__note__", "AttributeError: 'Module'"),
        ("m = nn.Module(); m.__note__ = 1", "AttributeError: attribute '__note__' of 'Module' objects is not writable"),
        ("nn.Module.__setattr__(nn.Module(), '__note__', 1)", "AttributeError: attribute '__note__'"),
        ("nn.ParameterDict({'__note__': 1})", "AttributeError: attribute '__note__' of 'ParameterDict' objects"),
        ("nn.Module.train(5)", "TypeError: descriptor 'train' for 'Module' objects doesn't apply to a 'int' object"),
        ("nn.Module.__setattr__(nn.Linear, 'forward', 1)", "TypeError: descriptor '__setattr__' for 'Module' objects"),
        ("class A(nn.Module):\n    def __len__(self): return 'x'\nlen(A())", "TypeError: 'str' object cannot be"),
        ("class A(nn.Module):\n    def __repr__(self): return 5\nrepr(A())", "TypeError: __repr__ returned non-string"),
        ("torch.optim.SGD.fields", "AttributeError: type object 'SGD' has no attribute 'fields'"),
    ],
)
def test_what_is_refused(program: str, message: str) -> None:
    assert failed(program).startswith(message)


def test_a_program_sees_no_arrays_of_ours() -> None:
    """The names that our own optimizers are made of are no methods that a program could put its own in place of."""
    program = """
seen = []
class A(torch.optim.SGD):
    def update(self, *args): seen.append(args)
    def check(self, *args): seen.append(args)
    def begin(self, *args): seen.append(args)
x = torch.ones(2, requires_grad=True)
x.sum().backward()
A([x], lr=0.5).step()
print(seen, x)
"""
    assert printed(program) == "[] tensor([0.5000, 0.5000], requires_grad=True)\n"


def test_what_works_as_before() -> None:
    program = """
class A(nn.Module):
    scale = 2
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(2, 2)
    def __len__(self): return 3
    def __getitem__(self, i): return i * self.scale
    def __contains__(self, x): return x == 1
    def __add__(self, other): return ('sum', other)
    def __iter__(self): return iter([7, 8])
    def __repr__(self): return 'an A'
    def __getattr__(self, name):
        if name == 'extra': return 'found'
        return super().__getattr__(name)
    @property
    def twice(self): return self._t * 2
    @twice.setter
    def twice(self, value): self._t = value
    @classmethod
    def made(cls): return cls()
    def forward(self, x): return x + self.scale
    def train(self, mode=True):
        print('mode', mode)
        return super().train(mode)
a = A.made()
a.twice = 4
print(len(a), a[5], 1 in a, a + 1, list(a), a, a.extra, a.twice, a(1), type(a.inner).__name__)
nn.Sequential(a).eval()
"""
    assert printed(program) == "3 10 True ('sum', 1) [7, 8] an A found 8 3 Linear\nmode False\n"


# -- errors and callbacks ------------------------------------------------------------------------------------------


def _numpy_error() -> BaseException:
    try:
        np.add("a", 1)  # type: ignore[call-overload]
    except TypeError as error:
        return error
    raise AssertionError


def test_errors_lose_what_is_foreign() -> None:
    raised = _numpy_error()
    assert not all(map(is_value, raised.args))
    error = entering(raised)
    assert type(error) is TypeError
    assert [type(each) for each in error.args] == [str]
    axis = np.exceptions.AxisError(3, 2)
    assert type(entering(axis)) is ValueError
    assert printed("try: raise ValueError([1], nn.Linear)\nexcept ValueError as e: print(e.args)") == (
        "([1], <class 'torch.nn.modules.linear.Linear'>)\n"
    )


@pytest.mark.parametrize(
    "value", [np.add, np.float64(1), np.ones(1), np.dtype("f"), b"", memoryview(b""), np, object()]
)
def test_foreign_objects_are_known(value: Any) -> None:
    assert not is_value(value)


def test_callbacks_are_of_a_closed_list() -> None:
    for value in (np.add, np.dtype, memoryview, object, type("A", (), {"__call__": print})()):
        with pytest.raises(TypeError):
            callee(value)
    assert callee(5) == 5  # calling it is Python's own error
    assert failed("x = torch.ones(1, requires_grad=True)\nx.register_hook(5)\nx.sum().backward()") == (
        "TypeError: 'int' object is not callable"
    )


# -- complex numbers ----------------------------------------------------------------------------------------------

_FLOAT = "RuntimeError: value cannot be converted to type float without overflow"
_DOUBLE = "RuntimeError: value cannot be converted to type double without overflow"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("torch.lerp(x, x, 1j)", _FLOAT),
        ("torch.lerp(x.double(), x.double(), 1j)", _DOUBLE),
        ("torch.threshold(x, 1j, 1)", _FLOAT),
        ("F.threshold(x, 1, 1j)", _FLOAT),
        ("torch.addcmul(x, x, x, value=1j)", _FLOAT),
        ("torch.addcdiv(x, x, x, value=1j)", _FLOAT),
        ("torch.hardshrink(x, 1j)", _FLOAT),
        ("F.leaky_relu(x, 1j)", _FLOAT),
        ("F.elu(x, 1j)", _FLOAT),
        ("F.softplus(x, 1j)", _FLOAT),
        ("torch.celu(x, 1j)", _DOUBLE),
        ("torch.clamp(x, min=1j)", _DOUBLE),
        ("torch.clamp_min(x, 1j)", "NotImplementedError: clamp is not supported for complex types"),
        ("torch.rsub(x, x, alpha=1j)", "RuntimeError: For non-complex input tensors, argument alpha must not be a"),
        ("torch.trapezoid(x, dx=1j)", "RuntimeError: trapezoid: Currently, we only support dx as a real number."),
        (
            "F.poisson_nll_loss(x, x, eps=1j)",
            "TypeError: poisson_nll_loss(): argument 'eps' must be float",
        ),
        ("F.hinge_embedding_loss(x, x, 1j)", "TypeError: hinge_embedding_loss(): argument 'margin' (position 3) must"),
        ("nn.SmoothL1Loss(beta=1j)(x, x)", "TypeError: smooth_l1_loss(): argument 'beta' must be float, not complex"),
        ("torch.optim.SGD([x.requires_grad_()], lr=1j)", "TypeError: an option of an optimizer must be"),
        ("x.real = 1j", _FLOAT),
    ],
)
def test_no_imaginary_part_is_dropped(call: str, message: str) -> None:
    assert failed(f"x = torch.tensor([0.25, 0.5])\n{call}").startswith(message)


def test_complex_numbers_where_they_belong() -> None:
    program = "z = torch.tensor([1j])\nprint(torch.lerp(z, z + 1, 1j), torch.addcmul(z, z, z, value=1j))"
    assert printed(program) == "tensor([0.+2.j]) tensor([0.+0.j])\n"


ITERATED = """
from torch import nn
class BySubscript:
    def __getitem__(self, k): return (1, 2, 3)[k]
    def __len__(self): return 3
class Numbers(torch.utils.data.IterableDataset):
    def __iter__(self): return iter([1, 2])
class ByMethod:
    def __iter__(self): return iter([1, 2])
d = {1: 2}
l = [1, 2]
v = torch.tensor([1.0, 2.0])
m = nn.Sequential(nn.Linear(1, 1), nn.ReLU())
data = torch.utils.data
"""

#: What a program can iterate: what comes out of ``iter`` and its kin is a value of the language, and so is what that
#: gives.
ITERABLES = (
    "BySubscript()", "ByMethod()", "m", "nn.ModuleList(m)", "nn.ModuleDict({'a': m})", "nn.ParameterList([v])",
    "nn.ParameterDict({'a': v})", "m.parameters()", "m.named_parameters()", "m.modules()", "m.children()", "v",
    "torch.ones(2, 2)", "v.shape", "v.numpy()", "torch.ones(2, 2).numpy()", "v.max(0)", "torch.unbind(v)", "l", "(1,)",
    "'ab'", "'\u00e9'", "{1}", "range(2)", "range(1 << 70)", "d", "d.keys()", "d.values()", "d.items()", "zip(l, l)",
    "map(str, l)", "filter(None, l)", "enumerate(l)", "iter(l)", "(k for k in l)", "m.state_dict()",
    "data.TensorDataset(v)", "data.DataLoader(l)", "iter(data.DataLoader(l))", "data.RandomSampler(l)",
    "data.BatchSampler(l, 1, False)", "data.ChainDataset([Numbers()])",
    "torch.distributions.Normal(0., v).arg_constraints",
)  # fmt: skip


@pytest.mark.parametrize("iterable", ITERABLES)
def test_what_is_iterated_stays_in_the_language(iterable: str) -> None:
    session = Session()
    session.run(f"import torch\n{ITERATED}it = iter({iterable})\nfirst = next(it)\n", lambda event: None)
    session.run(f"back = reversed({iterable})", lambda event: None)  # some have no reverse
    assert {"it", "first"} <= {*session.variables}
    strangers = {name: value for name, value in session.variables.items() if not is_value(value)}
    assert not {name: type(value) for name, value in strangers.items()}
