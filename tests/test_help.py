"""Every public name of the language has a help text, a signature and an example that shows what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import pytest

from autogradcli.api.arrays.values import NumPyObject
from autogradcli.api.calls.class_order import names_of
from autogradcli.api.calls.program_classes import Kind
from autogradcli.api.calls.registry import ATTRIBUTES, NAMESPACES, Property
from autogradcli.engine.lazy import loader
from autogradcli.engine.tensor import Tensor
from autogradcli.language import modules
from autogradcli.language.compile.calls import is_callable
from autogradcli.language.modules import NAMES as MODULES
from autogradcli.language.values.kinds import Namespace
from autogradcli.language.values.special_methods import SPECIAL
from autogradcli.repl.help.names import derived, entry_for, short_name
from autogradcli.repl.help.pages import documentation, examples_of, facts_of, find, signatures_of
from autogradcli.repl.help.texts import FOLDER, Entry, entry, parts, read
from autogradcli.repl.help.trial import shown
from autogradcli.session import Session

SESSION = Session(seed=0)
#: Classes whose members programs call on their objects, by a dotted name.
CLASSES = (
    "torch.nn", "torch.optim", "torch.optim.lr_scheduler", "torch.utils.data", "torch.distributions",
    "torch.distributions.constraints", "torch.autograd",
)  # fmt: skip
PYTHON = (str, list, tuple, dict, set, int, float, complex, range, slice)
#: Classes that are derived from or asked for, and not called: calling one raises.
NOT_CALLED = ("Function", "InplaceFunction", "SavedTensor", "Node", "UnpackedDualTensor")
#: Types that no program names: their attributes stand on values that something gives.
UNNAMED = (
    "Function", "OnceDifferentiable", "Pullback", "function", "type", "FunctionEventAvg",
    "EventList", "profile", "record_function", "TextIOWrapper", "frozenset", "CacheInfo",
)  # fmt: skip


def places() -> list[str]:
    loader.load_all()
    return [*NAMESPACES, "torch.Tensor", *(kind.__name__ for kind in PYTHON), "bare names"]


def namespaces() -> list[str]:
    modules.load("numpy")
    return [*NAMESPACES, "torch.utils", "torch.signal"]


def test_every_namespace_has_a_page_with_its_names() -> None:
    for place in namespaces():
        if type(find(SESSION, place)[1]) is not Namespace:  # a function of the name: autograd.gradcheck
            continue
        page = documentation(SESSION, place)
        own = entry_for(SESSION, place, None, Namespace.of(place))
        assert own is not None or place.startswith(SMALL), place
        assert [
            name for name in find(SESSION, place)[1].all_names() if name[0] != "_" and name not in page.split()
        ] == []


#: Namespaces that a program meets by their names alone; and Python's own modules, which Python documents.
SMALL = (
    "torch._tensor_str",
    "torch.autograd.", "torch.backends.", "torch.cuda", "torch.nn.modules.", "torch.nn.parameter", "torch.return_types",
    "torch.utils.", "torch.signal", "torch.amp", "torch.cpu", "torch.mps", "torch.xpu", "torch.accelerator",
    "torch.jit", "matplotlib", "mpl_toolkits", "cycler",
    "torch.hub", "torch.profiler", "torch.sparse", "torch.testing", "torch.compiler", "torch.version", "torch.nn.grad",
    "torch._C", "torch.overrides", "torch.storage", "torch.types",
    "torch.nn.utils.", "torch.optim.swa_utils", "torch.optim.optimizer", "torch.distributions.", *MODULES,
)  # fmt: skip


def names(place: str) -> list[str]:
    if place == "bare names":
        return list(SESSION.prelude)
    if place == "torch.Tensor":
        return [f"{place}.{name}" for name in ATTRIBUTES[Tensor] if name != "*"]
    if place in NAMESPACES:
        return [f"{place}.{name}" for name in NAMESPACES[place]]
    return [f"{place}.{name}" for name in ATTRIBUTES[next(kind for kind in PYTHON if kind.__name__ == place)]]


def problems(name: str) -> Iterator[str]:
    owner, value = find(SESSION, name)
    own = entry_for(SESSION, name, owner, value)
    text = own.text if own is not None else derived(SESSION, name, owner, value).text
    if not is_text(text):
        yield f"{name}: no sentence: {text!r}"
    if type(value) is Namespace:
        return
    called = type(value) is not Property and (is_callable(value) or hasattr(value, "call"))
    if called and name.rpartition(".")[2] not in NOT_CALLED:
        written = signatures_of(value, name, own or derived(SESSION, name, owner, value))
        if not written or "(*args, **kwargs)" in written:
            yield f"{name}: no signature that says something: {written}"
    sources = examples_of(SESSION, name)
    if not sources:
        yield f"{name}: no example"
    elif own is None:  # those of entries have a test of their own
        yield from (f"{name}: {source}: {result}" for source, result in failed(tuple(sources)))


@cache
def failed(sources: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(source, result) for source, (ok, result) in zip(sources, shown(sources), strict=True) if not ok]


def is_text(text: str) -> bool:
    """Whether a text begins like a sentence or a formula and ends like one, and has some words."""
    first = text.split("\n\n")[0]
    return first.endswith((".", ":", ")")) and len(first.split()) >= 3 and not first.startswith(("With ", "Without "))


@pytest.mark.parametrize("place", places())
def test_names(place: str) -> None:
    found = [problem for name in names(place) for problem in problems(name)]
    assert not found, "\n".join(found)


def classes_of(place: str) -> dict[str, Any]:
    return {name: kind for name, kind in NAMESPACES[place].items() if isinstance(kind, Kind)}


@pytest.mark.parametrize("place", CLASSES)
def test_members_of_classes(place: str) -> None:
    """The methods of modules, optimizers and schedulers, on each class that has them."""
    found = []
    for called, kind in {kind: (called, kind) for called, kind in classes_of(place).items()}.values():
        for member in names_of(kind):
            name = f"{place}.{called}.{member}"
            owner, value = find(SESSION, name)
            if not member.startswith("_") and is_callable(value) and entry_for(SESSION, name, owner, value) is None:
                found.append(name)
    assert not found


def test_attributes_of_values() -> None:
    """What values have that no dotted name leads to: nodes, handles, contexts, limits of dtypes."""
    found = []
    for kind, table in ATTRIBUTES.items():
        if kind is Tensor or short_name(kind) in UNNAMED or kind.__module__ == "torch.return_types":
            continue
        if kind.__module__ == "__main__":  # a class of a program's own
            continue
        if kind.__module__.partition(".")[0].removeprefix("_") in (*MODULES, "thread"):  # Python's own tells
            continue
        if issubclass(kind, NumPyObject):  # of which NumPy's own documentation tells
            continue
        for name in table:
            keys = [name, *(f"{short_name(base)}.{name}" for base in kind.__mro__)]
            if name[0] not in "_*" and not any(map(entry, keys)):
                found.append(f"{short_name(kind)}.{name}")
    assert not found


def texts() -> list[Any]:
    return [pytest.param(read(path.read_text(encoding="utf-8")), id=path.stem) for path in sorted(FOLDER.glob("*.txt"))]


@pytest.mark.parametrize("family", texts())
def test_examples_show_what_they_say(family: list[Entry]) -> None:
    for one in family:
        sources = [example.source for example in one.examples]
        for example, (ok, result) in zip(one.examples, shown(sources), strict=True):
            assert ok and result == example.shows, f"{one.names[0]}: {example.source}\n{result}"


@pytest.mark.parametrize("family", texts())
def test_what_is_said_to_raise_raises(family: list[Entry]) -> None:
    for one in family:
        assert bool(one.refused) == ("Raises " in one.text), one.names[0]
        for source in one.refused:
            ((ok, result),) = shown([source])
            kind = result.partition(":")[0].lstrip("_").rpartition(".")[2]
            assert not ok and f" {kind}" in one.text, f"{one.names[0]}: {source}\n{result}"


def test_names_have_one_entry_each() -> None:
    listed = [name for path in FOLDER.glob("*.txt") for one in read(path.read_text("utf-8")) for name in one.names]
    assert len(listed) == len(set(listed)), sorted(name for name in listed if listed.count(name) > 1)


def test_every_entry_is_of_a_name() -> None:
    """An entry whose names have all gone is found by nobody."""
    reached = set()
    for place in places():
        for name in names(place):
            reached.add(id(entry_for(SESSION, name, *find(SESSION, name))))
    reached.update(id(entry_for(SESSION, place, None, Namespace.of(place))) for place in namespaces())
    late = ("api.tensor.sparse_tensors", "api.func.custom_transforms", "language.values.generators")
    for module in (*late, "language.values.tracebacks"):  # whose names are none until a program has such
        import_module(f"autogradcli.{module}")
    for kind, table in ATTRIBUTES.items():
        for name in table:
            reached.update(id(entry(f"{short_name(base)}.{name}")) for base in kind.__mro__)
    for place in CLASSES:
        for kind in classes_of(place).values():
            reached.update(id(entry(f"{short_name(base)}.{name}")) for base in kind.__mro__ for name in names_of(kind))
    lost = {name for name in parts() if id(entry(name)) not in reached}
    assert not lost


def test_pages_are_filled() -> None:
    """Lines fit the width that is asked for, but for code."""
    for name in ("torch.exp", "F.cross_entropy", "torch.Tensor.exp_", "torch.nn.LSTM"):
        lines = documentation(SESSION, name, 60).split("\n")
        assert all(len(line) < 60 for line in lines if not re.match(r"  \w+\(", line))


def test_special_methods_have_a_page() -> None:
    """They stand in no table, so that no list of names has them; asked for, each says what calls it."""
    for name, method in SPECIAL.items():
        page = documentation(SESSION, f"torch.Tensor.{name}")
        assert method.written in page and "__" not in method.written, name


def test_facts_follow_from_declarations() -> None:
    """Where no trial can tell, what an operation declares of dtypes and dimensions does."""
    assert list(facts_of(SESSION, "torch.bitwise_and")) == [
        "Dtypes: integer, bool; floating, complex raise NotImplementedError."
    ]
    *_, dims = facts_of(SESSION, "torch.swapaxes")
    assert dims.startswith("Dimensions: axis0 and axis1 count from 0, from the end from -1")
    (zeta,) = facts_of(SESSION, "torch.special.zeta")  # integers become floating, half precision has no kernel
    assert zeta == "Dtypes: float32, float64, integer, bool; float16, bfloat16, complex raise NotImplementedError."
