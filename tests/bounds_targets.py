"""What a program can call and what could stand in each place of it, for ``bounds_crawl.py``."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import autogradcli.api  # noqa: F401 - fills the registry
from autogradcli.api.calls import registry
from autogradcli.api.calls.class_fields import KEYWORDS, REQUIRED
from autogradcli.api.calls.overloads import Function
from autogradcli.api.calls.program_classes import Kind
from autogradcli.api.calls.python_function import PythonFunction
from autogradcli.engine.tensor import Tensor, wrap

#: Not called: they wait, print, read, or are for the process and not for a program.
LEFT_OUT = frozenset({"torch.manual_seed", "torch.seed", "torch.random.seed", "torch.set_num_threads"})


def tensor(*shape: int, dtype: str = "f4") -> Tensor:
    return wrap(np.resize(np.arange(1, 7).astype(dtype), shape) if dtype != "f4" else _spread(shape))


def _spread(shape: tuple[int, ...]) -> np.ndarray:
    count = int(np.prod(shape, dtype=int))
    return (np.arange(count, dtype="f4") * 0.37 % 0.8 + 0.1).reshape(shape)


SHAPES = ((2, 3), (3, 3), (4,), (3,), (1, 3, 3), (), (1, 2, 6), (1, 2, 6, 6), (1, 1, 4, 4, 4), (2,))
TENSORS: tuple[Callable[[], Tensor], ...] = (
    *(lambda shape=shape: tensor(*shape) for shape in SHAPES),
    lambda: wrap(np.eye(3, dtype="f4")),
    lambda: tensor(3, dtype="i8"),
    lambda: wrap(np.zeros((2, 3), "i8")),
    lambda: wrap(np.ones((2, 3), bool)),
    lambda: tensor(2, 3, dtype="c8"),
)
INTEGERS = (1, 0, 2, 3)
LISTS = ((1,), (1, 1), (0,), (0, 1), (2, 3), (1, 1, 1), (2, 3, 1), ())
#: What a parameter of this name is, where its kind doesn't tell.
BY_NAME: dict[str, tuple[Any, ...]] = {
    "equation": ("i,i->i", "ij->ji", "ij,jk->ik"),
    "mode": ("constant", "nearest", "mean"),
    "indexing": ("ij",),
    "reduce": ("sum",),
    "pad": ((1, 1), (1, 1, 1, 1)),
    "ord": (2, None, "fro"),
    "p": (2, 0.5),
    "target": (),
    "size_average": (None,),
    "fn": (lambda x: x * 2,),
    "func": (lambda x: x.sum(),),
    "nonlinearity": ("relu",),
    "size": ((1,), (2, 3), (3, 3), (1, 1, 6), (1, 1, 6, 6), 2),
    "theta": (lambda: tensor(1, 2, 3),),
    "w_ih": (lambda: tensor(9, 3), lambda: tensor(12, 3), lambda: tensor(3, 3)),
    "w_hh": (lambda: tensor(9, 3), lambda: tensor(12, 3), lambda: tensor(3, 3)),
}


@dataclass
class Argument:
    """A place of a call: its name, whether it goes by position, and what could stand there."""

    name: str
    choices: tuple[Any, ...]
    needed: bool = True
    keyword: bool = False


@dataclass
class Target:
    """Something that a program can call."""

    name: str
    call: Callable[..., Any]
    forms: list[list[Argument]] = field(default_factory=list)

    @property
    def of(self) -> Any:
        """What is the same for two names of one function."""
        if isinstance(self.call, Function):
            return tuple(id(overload[1]) for overload in self.call.overloads)
        inner = getattr(self.call, "call", self.call)
        return (
            getattr(inner, "__code__", inner) if type(inner) is types.FunctionType and not inner.__closure__ else inner
        )


def _choices(kind: str, name: str) -> tuple[Any, ...]:
    if BY_NAME.get(name):
        return BY_NAME[name]
    return {
        "Tensor": TENSORS,
        "Scalar": (1, 2.0),
        "float": (0.5,),
        "int": INTEGERS,
        "SymInt": INTEGERS,
        "IntList": LISTS,
        "bool": (True, False),
        "str": ("none", "mean", "linear", "sum"),
        "TensorList": tuple(lambda t=t, n=n: [t() for _ in range(n)] for n in (2, 3) for t in TENSORS[:10]),
        "FloatList": ((1.0, 1.0),),
        "ScalarList": ((1.0, 1.0),),
        "Callable": (lambda x: x.sum(),),
    }.get(kind, ())


#: Annotations of functions that are Python's, as the words of the others' signatures.
WORDS = {"Sizes": "Sizes", "Sequence[int]": "IntList", "Function": "Callable", "Callable[..., Any]": "Callable"}


def _word(annotation: Any, name: str) -> str:
    text = str(annotation).replace(" | None", "")
    return WORDS.get(text, text)


def _forms_of_function(function: Function) -> Iterator[list[Argument]]:
    for schema in function.schemas:
        if schema.deprecated:
            continue
        form = []
        if schema.receiver is not None:
            form.append(Argument("input", TENSORS))
        for i in schema.visible:
            p = schema.parameters[i]
            word = next(word for word, kind in _kinds() if kind is p.kind)
            choices = _choices(word, p.name)
            if word == "IntList" and p.size:
                choices = (1, *choices)
            form.append(Argument(p.name, choices, not p.optional, p.keyword_only))
        yield form


def _kinds() -> Iterator[tuple[str, Any]]:
    from autogradcli.api.calls.argument_types import KINDS, TENSOR_OR_NUMBER

    yield "Tensor", TENSOR_OR_NUMBER
    yield from KINDS.items()


def _form_of_python(call: Callable[..., Any], skip: int = 0) -> list[Argument]:
    form = []
    for p in list(inspect.signature(call).parameters.values())[skip:]:
        if p.kind is p.VAR_KEYWORD:
            continue
        word = _word(p.annotation, p.name)
        if word == "Sizes":
            choices: tuple[Any, ...] = (1, *LISTS)
        elif word in ("Any", "_empty", "<class 'inspect._empty'>"):
            choices = _by_guess(p.name)
        else:
            choices = _choices(word, p.name)
        form.append(Argument(p.name, choices, p.default is p.empty, p.kind is p.KEYWORD_ONLY))
    return form


def _by_guess(name: str) -> tuple[Any, ...]:
    if BY_NAME.get(name):
        return BY_NAME[name]
    return (TENSORS[0], TENSORS[1], 1, TENSORS[5], TENSORS[4], 2.0, (1,), (1, 1), None)


def targets() -> list[Target]:
    """Everything that a program can call, in a fixed order."""
    found: list[Target] = []
    for place in sorted(registry.NAMESPACES):
        table = registry.NAMESPACES[place]
        for name in sorted(table):
            dotted, value = f"{place}.{name}", table[name]
            if dotted in LEFT_OUT or name.startswith("_"):
                continue
            if isinstance(value, Function):
                found.append(Target(dotted, value, list(_forms_of_function(value))))
            elif isinstance(value, PythonFunction):
                found.append(Target(dotted, value, [_form_of_python(value.call)]))
            elif isinstance(value, Kind) and place.startswith("torch.nn"):
                found.append(Target(dotted, _layer(value), [_form_of_layer(value)]))
    methods = registry.ATTRIBUTES[Tensor]
    for name in sorted(methods):
        entry = methods[name]
        if isinstance(entry, registry.Method) and not name.startswith("__"):
            if isinstance(entry.call, Function):
                found.append(Target(f"Tensor.{name}", entry.call, list(_forms_of_function(entry.call))))
            else:
                form = _form_of_python(entry.call)
                form[0] = Argument("self", TENSORS)
                found.append(Target(f"Tensor.{name}", entry.call, [form]))
    known: set[Any] = set()
    return [target for target in found if not (target.of in known or known.add(target.of))]  # type: ignore[func-returns-value]


#: Inputs that a layer is tried with.
INPUTS: tuple[Any, ...] = (*TENSORS[:10], lambda: wrap(np.zeros((2, 3), "i8")))


def _layer(kind: Kind) -> Callable[..., Any]:
    """Make the layer, and call it with what it takes; the text and the values of it are asked for, too."""

    def call(*args: Any, **kwargs: Any) -> Any:
        made = kind(*args, **kwargs)
        if not hasattr(made, "state_dict"):
            return made
        repr(made)
        made.state_dict()
        for one in INPUTS:
            for count in (1, 2, 3):
                try:
                    return made(*[one() for _ in range(count)])
                except Exception as error:
                    if isinstance(error, MemoryError):
                        raise
        return None

    return call


def _form_of_layer(kind: Kind) -> list[Argument]:
    form = []
    fields = getattr(kind, "fields", None)
    if isinstance(fields, dict):
        for name, default in fields.items():
            needed = default is REQUIRED
            choices = (1, 2, (1, 1), 0.5) if needed else (1,) if default is None else (default,)
            form.append(Argument(name, choices, needed))
        return [argument for argument in form if argument.name != KEYWORDS]
    for p in list(inspect.signature(kind.__init__).parameters.values())[1:]:
        if p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL):
            continue
        choices = (1, 2, 4, (1, 1), 0.5, (2,), (1, 1, 1)) if p.default is p.empty else (p.default,)
        if p.default is None:
            choices = (1,)
        form.append(Argument(p.name, choices, p.default is p.empty, p.kind is p.KEYWORD_ONLY))
    return form
